//! The whole screen: header, panes, footer, dialogs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::widgets::frame::{Frame, frame};
use ui::widgets::{line_input, put};
use ui::{Action, Look, Lookup, Role, Seen, View};
use world::RunState;
use world::query::{in_danger, income, items};

use super::{App, Reckoned};
use crate::bars::{self, Standing};
use crate::dialogs::{Keys, fade};
use crate::layout::{Layout, layout};

impl App {
    /// Draws everything.
    pub fn draw(&mut self, buffer: &mut Buffer, seen: Seen<'_>) {
        let screen = buffer.area;
        let styles = self.styles.clone();
        let zone = self.zone.clone();
        let look = Look {
            styles: &styles,
            zone: &zone,
            focused: true,
            whole: self.whole(),
        };
        buffer.set_style(screen, styles.of(Role::Screen));
        self.areas.clear();
        let sites = !seen.world.sites.is_empty();
        let (view, focus) = (self.place.view, self.place.focus);
        let Some(parts) = layout(screen, view, focus, &self.views(), sites) else {
            bars::one_line(buffer, screen, seen, &look);
            if let Some(dialog) = self.dialogs.last_mut() {
                let scopes = Vec::new();
                dialog.draw(
                    buffer,
                    screen,
                    seen,
                    &look,
                    Keys {
                        map: &self.keys,
                        scopes: &scopes,
                    },
                );
            }
            return;
        };
        let standing = Standing {
            read_only: self.read_only(),
            mouse: self.mouse,
            gone: self.gone,
        };
        self.reckon(seen);
        let reckoned = self.income.as_ref();
        let money = (
            reckoned.and_then(|reckoned| reckoned.income.as_ref()),
            reckoned.and_then(|reckoned| reckoned.danger),
        );
        bars::header(buffer, parts.header, seen, &look, standing, money);
        self.draw_panes(buffer, &parts, seen, look);
        self.draw_footer(buffer, parts.footer, seen, &look);
        if !self.dialogs.is_empty() {
            let body = Rect {
                y: parts.header.bottom(),
                height: parts.footer.y - parts.header.bottom(),
                ..screen
            };
            fade(buffer, body, &look);
            let scopes = self.scopes();
            for dialog in &mut self.dialogs {
                dialog.draw(
                    buffer,
                    screen,
                    seen,
                    &look,
                    Keys {
                        map: &self.keys,
                        scopes: &scopes,
                    },
                );
            }
        }
    }

    /// Reckons the header's money: with the clock's second, and when a site comes or goes, but not for each frame.
    fn reckon(&mut self, seen: Seen<'_>) {
        let basis = (
            seen.now.0.div_euclid(1000),
            seen.world.sites.len(),
            seen.world.terms.is_some(),
        );
        if self
            .income
            .as_ref()
            .is_none_or(|known| known.basis != basis)
        {
            self.income = Some(Reckoned {
                basis,
                income: income(seen.world, seen.now).and_then(Result::ok),
                danger: in_danger(&items(seen.world, seen.now)),
            });
        }
    }

    fn draw_panes(&mut self, buffer: &mut Buffer, parts: &Layout, seen: Seen<'_>, look: Look<'_>) {
        for (view, area) in &parts.panes {
            let focused = *view == self.place.focus;
            let typing = focused && self.filter.is_some();
            let look = Look { focused, ..look };
            let Some(pane) = self.panes.iter_mut().find(|pane| pane.view() == *view) else {
                continue;
            };
            let title = pane.title(seen, &look);
            let mut spec = Frame::pane(view.number().to_string(), view.title(), focused);
            spec.extra = title.extra;
            if typing && pane.filter().is_some_and(|filter| filter.text().is_empty()) {
                spec.extra.insert(0, look.styles.ink(Role::Accent, "/ "));
            }
            spec.note = title.note;
            let inside = frame(buffer, *area, &look, spec);
            if !inside.is_empty() {
                pane.draw(seen, &look, inside, buffer);
            }
            self.areas.push((*view, *area));
        }
    }

    fn draw_footer(&self, buffer: &mut Buffer, area: Rect, seen: Seen<'_>, look: &Look<'_>) {
        if let Some(line) = &self.filter {
            bars::footer(buffer, area, seen, look, Line::default());
            buffer.set_style(area, look.styles.of(Role::Bar));
            let x = put(
                buffer,
                area.x + 1,
                area.y,
                area.width,
                look.styles.bold(Role::Key, "/"),
            );
            let hint = "   ! inverts   ~ fuzzy   enter keeps   esc clears";
            let wide = area.width.saturating_sub(x - area.x + 1);
            let typed = (line.value().chars().count() as u16 + 2).min(wide);
            line_input(
                buffer,
                Rect {
                    x,
                    width: typed,
                    ..area
                },
                look,
                line,
            );
            put(
                buffer,
                x + typed,
                area.y,
                wide.saturating_sub(typed),
                look.styles.ink(Role::BarDim, hint),
            );
            return;
        }
        let left = self.footer_words(area, seen, look);
        bars::footer(buffer, area, seen, look, left);
    }

    /// What is most pressing to say: the rest of a key sequence, a change that can still be taken back, a message, hints.
    fn footer_words(&self, area: Rect, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
        let styles = look.styles;
        let scopes = self.scopes();
        if !self.pressed.is_empty()
            && let Lookup::Pending(next) = self.keys.lookup(&scopes, &self.pressed)
        {
            let mut pairs = vec![(ui::keys::spelled(&self.pressed), "…".to_owned())];
            pairs.extend(
                next.into_iter()
                    .map(|(keys, action)| (keys, action.title().to_owned())),
            );
            return bars::hint_line(area, seen, look, &pairs);
        }
        let waiting = seen
            .world
            .runs
            .values()
            .rev()
            .find_map(|run| match run.state {
                RunState::Grace { until } => Some((run, until)),
                _ => None,
            });
        if let Some((run, until)) = waiting {
            let undo = self
                .keys
                .keys_of(&scopes, Action::RunUndo)
                .unwrap_or_default();
            let left = until.since(seen.now).as_seconds() + 1;
            return Line::from(vec![
                styles.ink(Role::Warn, format!("◔ {} in {left} s   ", run.plan.title)),
                styles.bold(Role::Key, undo),
                styles.ink(Role::BarText, " takes it back"),
            ]);
        }
        if let Some(said) = self.said.as_ref().filter(|said| said.until > seen.now) {
            return Line::from(vec![Ink::styled(
                said.text.to_string(),
                styles.of(said.role),
            )]);
        }
        if let Some(words) = self.away_line(seen) {
            let keys = self.keys.keys_of(&scopes, Action::AwayShow);
            let shows = if keys.is_some() { " shows them" } else { "" };
            return Line::from(vec![
                styles.ink(Role::BarText, format!("{words}   ")),
                styles.bold(Role::Key, keys.unwrap_or_default()),
                styles.ink(Role::BarText, shows),
            ]);
        }
        bars::hint_line(area, seen, look, &self.hints(&scopes))
    }

    fn hints(&self, scopes: &[&str]) -> Vec<(String, String)> {
        let mut wanted = vec![Action::ListOpen];
        match self.place.focus {
            View::Top => wanted.extend([Action::ChangeFix, Action::ItemSnooze, Action::ItemAll]),
            View::Containers => {
                wanted.extend([Action::LogsOpen, Action::ShellOpen, Action::ChangeRestart]);
            }
            View::Nodes => wanted.extend([Action::LogsOpen, Action::ShellOpen]),
            View::Runs => wanted.push(Action::RunUndo),
            View::Logs => wanted.extend([Action::LogsFollow, Action::LogsNextError]),
            View::Revenue => wanted.push(Action::RevenueExport),
            View::Sites => wanted.push(Action::ChangeDeploy),
            View::Schedules => wanted.push(Action::ChangeRunNow),
            View::Overview | View::Services => {}
        }
        if self.read_only() {
            wanted.retain(|action| {
                !action.definition().risk.changes() && *action != Action::ShellOpen
            });
        }
        if scopes.contains(&"text") && self.whole() {
            wanted = vec![Action::AppBack, Action::PaneNextTab, Action::SearchNext];
            if self.place.focus == View::Top {
                wanted = vec![
                    Action::AppBack,
                    Action::ChangeFix,
                    Action::ItemAcknowledge,
                    Action::ItemSnooze,
                    Action::ItemDelegate,
                    Action::ItemNote,
                ];
            }
            if self.place.focus == View::Sites && !self.read_only() {
                wanted.extend([Action::ChangeRelease, Action::ChangeRollback]);
            }
        }
        wanted.extend([
            Action::MenuActions,
            Action::FilterStart,
            Action::AppCommand,
            Action::WhyShow,
            Action::AppHelp,
        ]);
        wanted
            .into_iter()
            .filter_map(|action| {
                Some((
                    self.keys.keys_of(scopes, action)?,
                    action.title().to_owned(),
                ))
            })
            .collect()
    }
}
