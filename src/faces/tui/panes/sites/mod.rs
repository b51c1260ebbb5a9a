//! Sites: a row for each that is hosted; its detail with money, releases, objects at the providers and runs.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `detail` (its pages, as lines).

mod detail;
mod list;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::{Action, Figure, Filter, Look, Outcome, Pane, Role, Seen, Title, View};
use vocab::{Domain, ServiceName, Text};
use world::Site;
use world::query::attention::About;

use super::browse::{self, Browse, Pages};
use super::shared::{age, count_note, list_words};

const TABS: [&str; 4] = ["overview", "releases", "objects", "runs"];
const PAGES: Pages = Pages {
    list: 1,
    detail: TABS.len(),
    columns: list::SORTS.len(),
};

/// The pane.
#[derive(Default)]
pub struct Sites {
    browse: Browse<Domain>,
}

impl Sites {
    fn selected<'a>(&mut self, seen: Seen<'a>) -> Option<&'a Site> {
        let keys = list::keys(&self.browse.list, seen);
        let index = self.browse.list.settle(&keys)?;
        seen.world.sites.get(&keys[index])
    }
}

/// The service that watches a site: the one that is called like it.
fn service(site: &Site, seen: Seen<'_>) -> Option<ServiceName> {
    let name = ServiceName::new(site.domain.as_str()).ok()?;
    seen.world.services.contains_key(&name).then_some(name)
}

impl Pane for Sites {
    fn view(&self) -> View {
        View::Sites
    }

    fn scopes(&self) -> &'static [&'static str] {
        if self.browse.detail.is_some() {
            &["pane.site", "text"]
        } else {
            &["pane.sites", "list"]
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let mut extra = list_words(look.styles, &self.browse.list);
        let sort = list::SORTS[self.browse.list.sort.min(list::SORTS.len() - 1)].0;
        extra.push(look.styles.ink(Role::Dim, format!("by {sort}")));
        let all = seen.world.sites.len();
        let shown = if self.browse.list.filter.is_empty() {
            all
        } else {
            list::keys(&self.browse.list, seen).len()
        };
        Title {
            extra,
            note: count_note(look.styles, shown, all),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let (left, right) = self.browse.areas(area, look.whole);
        if let Some(area) = left {
            list::draw(&mut self.browse.list, seen, look, area, buffer);
        }
        let Some(area) = right else { return };
        browse::divide(buffer, left, area, look);
        let Some(site) = self.selected(seen) else {
            return;
        };
        let Some(shown) = &mut self.browse.detail else {
            return;
        };
        let sign = list::sign(site, seen);
        let name = vec![
            look.styles.ink(sign.role, format!("{} ", sign.glyph)),
            look.styles.bold(Role::Strong, site.domain.to_string()),
            look.styles.ink(sign.role, format!(" {}", sign.word)),
        ];
        let names = TABS.map(str::to_owned);
        let area = browse::tabs(buffer, area, look, name, &names, shown.tab);
        let lines = match shown.tab {
            0 => detail::overview(site, seen, look),
            1 => detail::releases(site, seen, look),
            2 => detail::objects(site, look),
            _ => detail::runs(site, seen, look),
        };
        shown.page.draw(buffer, area, lines);
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = list::keys(&self.browse.list, seen);
        if self.browse.act(action, &keys, PAGES, whole) {
            return Outcome::Done;
        }
        let Some(site) = self.selected(seen) else {
            return Outcome::Ignored;
        };
        match action {
            Action::ListOpen if whole => {
                self.browse.open();
                Outcome::Done
            }
            Action::ListOpen => Outcome::Jump(About::Site(site.domain.clone())),
            Action::JumpService => match service(site, seen) {
                Some(name) => Outcome::Jump(About::Service(name)),
                None => Outcome::Say(Text::line(format!(
                    "no service is called {}; declare one in the fleet file to have it probed",
                    site.domain
                ))),
            },
            Action::CopyCell => Outcome::Copy(site.domain.to_string()),
            Action::CopyCommand => Outcome::Copy(format!("wheelhouse sites {}", site.domain)),
            action if action.definition().risk.changes() => Outcome::Say(Text::line(format!(
                "sites are changed from the shell: wheelhouse release, rollback or delete {}",
                site.domain
            ))),
            _ => Outcome::Ignored,
        }
    }

    fn back(&mut self) -> bool {
        self.browse.back()
    }

    fn show(&mut self, about: &About) {
        self.select(about);
        self.browse.open();
    }

    fn select(&mut self, about: &About) {
        if let About::Site(domain) = about {
            self.browse.list.choose(domain.clone());
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        let keys = list::keys(&self.browse.list, seen);
        self.browse.list.settle(&keys);
        self.browse
            .list
            .targets(&keys)
            .into_iter()
            .map(About::Site)
            .collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        let Some(site) = self.selected(seen) else {
            return Vec::new();
        };
        let mut figures = vec![
            Figure::new(
                "state",
                list::sign(site, seen).word,
                "the books; down when a probe of its address fails",
            ),
            Figure::new(
                "made",
                format!("{} ago", age(seen.now, site.created)),
                format!("run {}", site.deployment),
            ),
        ];
        figures.extend(detail::figures(site, seen));
        figures
    }

    fn click(&mut self, _column: u16, row: u16, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = list::keys(&self.browse.list, seen);
        let before = self.browse.list.selected().cloned();
        match row.checked_sub(1) {
            Some(row)
                if !self.browse.is_open(whole)
                    && self.browse.list.click(usize::from(row), &keys) =>
            {
                if before.as_ref() == self.browse.list.selected() {
                    self.act(Action::ListOpen, seen, whole)
                } else {
                    Outcome::Done
                }
            }
            _ => Outcome::Ignored,
        }
    }
}
