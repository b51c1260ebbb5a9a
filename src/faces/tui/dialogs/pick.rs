//! Choosing one of the kept releases of a site before a plan is made of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::list::List;
use ui::widgets::frame::{Frame, frame, rule};
use ui::widgets::put;
use ui::{Action, Look, Role, Seen};
use vocab::{Domain, ReleaseId, Text};
use world::SiteRequest;

use super::{Answer, button, place};
use crate::releases;

/// A choice.
pub struct Picker {
    site: Domain,
    list: List<ReleaseId>,
    note: Option<Text>,
}

impl Picker {
    /// Offers the kept releases of a site; an error in words when there is but one.
    pub fn new(domain: Domain, seen: Seen<'_>) -> Result<Self, Text> {
        let site = seen.world.site(&domain).map_err(|refusal| refusal.text)?;
        let mut others = site.releases.iter();
        let Some(newest) = others.find(|release| release.id != site.current) else {
            return Err(Text::line(format!("{domain} keeps no other release")));
        };
        let mut list = List::default();
        list.choose(newest.id.clone());
        Ok(Self {
            site: domain,
            list,
            note: None,
        })
    }

    fn keys(&self, seen: Seen<'_>) -> Vec<ReleaseId> {
        let site = seen.world.sites.get(&self.site);
        let kept = site.into_iter().flat_map(|site| &site.releases);
        kept.map(|release| release.id.clone()).collect()
    }

    /// Takes a key.
    pub fn key(&mut self, action: Option<Action>, seen: Seen<'_>) -> Answer {
        self.note = None;
        let keys = self.keys(seen);
        match action {
            Some(Action::DialogCancel) => Answer::Close,
            Some(Action::DialogPress) => self.press(&keys, seen),
            Some(Action::DialogNext) => self.moved(Action::ListDown, &keys),
            Some(Action::DialogPrevious) => self.moved(Action::ListUp, &keys),
            Some(action) => self.moved(action, &keys),
            None => Answer::Stay,
        }
    }

    fn moved(&mut self, action: Action, keys: &[ReleaseId]) -> Answer {
        // There is one to be chosen: marks and orders have no sense here.
        if !matches!(
            action,
            Action::ListMark | Action::ListMarkRange | Action::ListSort | Action::ListReverse
        ) {
            self.list.act(action, keys, 1);
        }
        Answer::Stay
    }

    fn press(&mut self, keys: &[ReleaseId], seen: Seen<'_>) -> Answer {
        let domain = &self.site;
        let chosen = self.list.settle(keys).map(|index| &keys[index]);
        let (Some(release), Some(site)) = (chosen, seen.world.sites.get(domain)) else {
            return Answer::Close;
        };
        if *release == site.current {
            self.note = Some("this one is served now; choose another".into());
            return Answer::Stay;
        }
        let request = SiteRequest::Rollback {
            domain: domain.clone(),
            release: Some(release.to_string()),
        };
        Answer::Ask(request.into())
    }

    /// Draws it.
    pub fn draw(&mut self, buffer: &mut Buffer, screen: Rect, seen: Seen<'_>, look: &Look<'_>) {
        let styles = look.styles;
        let keys = self.keys(seen);
        let area = place(buffer, screen, look, (84, keys.len() as u16 + 7));
        let domain = &self.site;
        let mut spec = Frame::dialog("B", format!("roll back {domain}"));
        spec.extra = vec![styles.ink(Role::Dim, "which release is it to serve again?")];
        let inside = frame(buffer, area, look, spec);
        let Some(site) = seen.world.sites.get(domain).filter(|_| inside.height > 5) else {
            return;
        };
        let width = inside.width.saturating_sub(3);
        put(
            buffer,
            inside.x + 2,
            inside.y + 1,
            width,
            releases::heading(styles),
        );
        let rows = Rect {
            y: inside.y + 2,
            height: inside.height - 5,
            ..inside
        };
        let (offset, selected) = self.list.view(&keys, usize::from(rows.height));
        let shown = site.releases.iter().enumerate().skip(offset);
        for (y, (index, release)) in (rows.y..rows.bottom()).zip(shown) {
            let chosen = selected == Some(index);
            let mut line = vec![styles.ink(Role::Accent, if chosen { "▌ " } else { "  " })];
            line.extend(releases::line(release, site, seen, styles));
            put(buffer, inside.x, y, inside.width, Line::from(line));
            if chosen {
                let row = Rect {
                    y,
                    height: 1,
                    ..inside
                };
                buffer.set_style(row, styles.of(Role::Selection));
            }
        }
        rule(buffer, area, inside.bottom() - 2, look, Role::DialogBorder);
        let line: Vec<Ink<'static>> = match &self.note {
            Some(note) => vec![styles.ink(Role::Warn, note.to_string())],
            None => [
                button(look, "enter", "plan it"),
                button(look, "esc", "not now"),
            ]
            .concat(),
        };
        put(
            buffer,
            inside.x + 2,
            inside.bottom() - 1,
            width,
            Line::from(line),
        );
    }
}
