//! The top ten: what matters now, why each stands where it stands, what would mend it and who sees to it.
//!
//! Flow: the world's items → `order` (still while somebody has the selection) → `row` → the table; `closing` says what
//! has just gone.

mod closing;
mod facts;
mod order;
mod page;
mod row;
mod trust;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::list::Pressed;
use ui::widgets::{Table, message, put};
use ui::{
    Action, Figure, Filter, Look, Outcome, Pane, Past, Recalled, Role, Seen, Title, View, Wish,
};
use vocab::Text;
use world::priorities::Visibility;
use world::query::{SURFACE, evidence, items};
use world::{About, Interest, Item, ItemId, MarkRequest};

use super::browse::{self, Browse, Pages};
use super::shared::list_words;
use order::Order;
use page::Read;

/// Neither the list nor the page of an item has pages beside it, and there is one order.
const PAGES: Pages = Pages {
    list: 1,
    detail: 1,
    columns: 1,
};

/// The pane.
#[derive(Default)]
pub struct Top {
    browse: Browse<ItemId>,
    order: Order,
    /// What was read for the open page.
    read: Read,
    /// Whether all items are listed, and not the ten alone.
    all: bool,
    /// Whether a glance at the selected item is shown below the list.
    glanced: bool,
}

impl Top {
    /// The rows in the order they are drawn: the ten, or all of them by what becomes of them.
    fn rows(&mut self, seen: Seen<'_>) -> (Vec<Arc<Item>>, Vec<ItemId>) {
        let all = items(seen.world, seen.now);
        let mut test = self.browse.list.filter.test();
        let mut passes = |item: &&Arc<Item>| {
            test.passes(&format!(
                "{} {} {} {}",
                item.title,
                item.detail,
                item.visibility.word(),
                item.id
            ))
        };
        let mut rows: Vec<Arc<Item>> = if self.all {
            let mut rows: Vec<Arc<Item>> = all.iter().filter(&mut passes).cloned().collect();
            rows.sort_by_key(|item| facts::group(&item.visibility));
            rows
        } else {
            let shown = all
                .iter()
                .filter(|item| item.visibility == Visibility::Shown);
            shown.take(SURFACE).filter(&mut passes).cloned().collect()
        };
        self.order.hold(&mut rows, seen.now);
        let keys = rows.iter().map(|item| item.id.clone()).collect();
        (rows, keys)
    }

    fn selected(&mut self, seen: Seen<'_>) -> Option<Arc<Item>> {
        let (mut rows, keys) = self.rows(seen);
        let index = self.browse.list.settle(&keys)?;
        Some(rows.swap_remove(index))
    }

    /// Does this with the marked items, else with the selected one.
    fn mark(&mut self, seen: Seen<'_>, request: MarkRequest) -> Outcome {
        Outcome::Mark(self.chosen(seen), request)
    }

    /// The marked items, else the selected one.
    fn chosen(&mut self, seen: Seen<'_>) -> Vec<ItemId> {
        let (_, keys) = self.rows(seen);
        self.browse.list.settle(&keys);
        self.browse.list.targets(&keys)
    }

    fn on(&mut self, action: Action, item: &Item, seen: Seen<'_>, whole: bool) -> Outcome {
        match action {
            Action::ListOpen if self.browse.is_open(whole) => Outcome::Jump(item.about.clone()),
            Action::ListOpen => {
                self.browse.open();
                Outcome::Whole
            }
            Action::JumpNode | Action::JumpContainer | Action::JumpService => {
                match facts::beside(action, item, seen) {
                    Some(about) => Outcome::Jump(about),
                    None => Outcome::Say("it stands on no such thing".into()),
                }
            }
            Action::ChangeFix => facts::fix(item, seen),
            Action::ChangeTrust => match self.chosen(seen).len() {
                0 | 1 => trust::ask(item, seen),
                many => Outcome::Say(Text::line(format!(
                    "{many} items are marked; each is trusted for itself: esc takes the marks away"
                ))),
            },
            Action::ItemSnooze => Outcome::Fill(Wish::Snooze(self.chosen(seen))),
            Action::ItemDelegate => Outcome::Fill(Wish::Delegate(self.chosen(seen))),
            Action::ItemNote => Outcome::Fill(Wish::Remark(self.chosen(seen))),
            Action::ItemDone => self.mark(seen, MarkRequest::Done),
            Action::ItemClear => self.mark(seen, MarkRequest::Clear),
            Action::ItemAcknowledge if item.mark.acknowledged.is_some() => {
                self.mark(seen, MarkRequest::Clear)
            }
            Action::ItemAcknowledge => self.mark(seen, MarkRequest::Acknowledge),
            Action::LogsOpen | Action::JumpLogs => match evidence::log(seen.world, item) {
                Some(Ok(source)) => Outcome::Logs(vec![source]),
                Some(Err(why)) => Outcome::Say(why),
                None => Outcome::Say("this item has no log of its own; enter opens it".into()),
            },
            Action::CopyCell => Outcome::Copy(item.title.to_string()),
            Action::CopyCommand => Outcome::Copy(format!("wheelhouse item \"{}\"", item.id)),
            _ => Outcome::Ignored,
        }
    }

    /// Draws the rows, and below them what has just gone.
    fn draw_list(
        &mut self,
        seen: Seen<'_>,
        look: &Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
        (rows, keys): (&[Arc<Item>], &[ItemId]),
    ) {
        let gone = closing::lines(seen, look);
        // At most two, and never in the place of what is still open.
        let free = usize::from(area.height).saturating_sub(rows.len() + 1);
        let gone: Vec<Line<'static>> = gone.into_iter().take(free.min(2)).collect();
        let below = gone.len() as u16;
        let body = Rect {
            height: area.height - below,
            ..area
        };
        if rows.is_empty() {
            let (first, then) = facts::nothing(seen, &self.browse.list.filter);
            message(buffer, body, look, &first, &then);
        } else {
            self.draw_rows(seen, look, body, buffer, (rows, keys));
        }
        for (y, line) in (body.bottom()..area.bottom()).zip(gone) {
            put(buffer, area.x + 1, y, area.width.saturating_sub(2), line);
        }
    }

    /// Draws the beginning of the selected item's page below the list.
    fn draw_glance(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        if let Some(item) = self.selected(seen) {
            self.read.open(&item, seen);
            let heading = page::heading(&item, seen, look);
            let width = usize::from(area.width.saturating_sub(2));
            let lines = page::lines(&item, &self.read, seen, look, width);
            browse::glance(buffer, area, look, heading, lines);
        }
    }

    /// Draws the page of the selected item, and notes what is to be read for it.
    fn draw_page(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let Some(item) = self.selected(seen) else {
            let words = "It is closed: what raised it was looked at again, and is right.";
            message(buffer, area, look, words, "esc goes back to the list");
            return;
        };
        self.read.open(&item, seen);
        let heading = page::heading(&item, seen, look);
        let area = browse::tabs(buffer, area, look, heading, &[], 0);
        let width = usize::from(area.width.saturating_sub(2));
        let lines = page::lines(&item, &self.read, seen, look, width);
        if let Some(detail) = &mut self.browse.detail {
            detail.page.draw(buffer, area, lines);
        }
    }

    /// Draws the rows alone.
    fn draw_rows(
        &mut self,
        seen: Seen<'_>,
        look: &Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
        (rows, keys): (&[Arc<Item>], &[ItemId]),
    ) {
        let table = Table {
            columns: if self.all { &row::ALL } else { &row::TEN },
            sort: None,
            header: true,
        };
        let (offset, selected) = self.browse.list.view(keys, table.rows(area));
        let place = (offset, selected, rows.len());
        let (all, list) = (self.all, &self.browse.list);
        table.draw(buffer, area, look, place, |index, widths| {
            let is_selected = look.focused && selected == Some(index);
            let drawn = row::Drawn {
                seen,
                look,
                index,
                selected: is_selected,
                for_fix: usize::from(widths[row::FIX]),
            };
            let item = &rows[index];
            ui::widgets::Row {
                cells: row::cells(item, &drawn, all),
                marked: list.is_marked(&item.id),
            }
        });
    }
}

impl Pane for Top {
    fn view(&self) -> View {
        View::Top
    }

    fn scopes(&self) -> &'static [&'static str] {
        if self.browse.detail.is_some() {
            &["pane.top", "text"]
        } else {
            &["pane.top", "list"]
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let all = items(seen.world, seen.now);
        let count = |wanted: &dyn Fn(&Visibility) -> bool| {
            all.iter().filter(|item| wanted(&item.visibility)).count()
        };
        let now = count(&|it| *it == Visibility::Shown);
        let archived = count(&|it| *it == Visibility::Archived);
        let later = all.len() - now - archived;
        let mut extra = list_words(look.styles, &self.browse.list);
        let mut say = |words: String| extra.push(look.styles.ink(Role::Dim, words));
        say(format!("{now} now"));
        if now > SURFACE && !self.all {
            say(format!(" · {} more", now - SURFACE));
        }
        if later > 0 {
            say(format!(" · {later} not now"));
        }
        if archived > 0 {
            say(format!(" · {archived} archived"));
        }
        let today = facts::automatic_today(seen);
        if today > 0 {
            say(format!(" · {today} auto today"));
        }
        Title {
            extra,
            note: if self.all {
                Line::from(look.styles.ink(Role::Accent, "all"))
            } else {
                Line::default()
            },
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        // A header, and two lines for what has just gone.
        let (rows, keys) = self.rows(seen);
        let lines = match rows.len() {
            0 => 0,
            count => count + 3,
        };
        let areas = self.browse.areas(area, look.whole, lines);
        self.glanced = areas.glance.is_some();
        if let Some(area) = areas.list {
            self.draw_list(seen, look, area, buffer, (&rows, &keys));
        }
        if let Some(area) = areas.glance {
            self.draw_glance(seen, look, area, buffer);
        }
        if let Some(area) = areas.detail {
            browse::divide(buffer, areas.list, area, look);
            self.draw_page(seen, look, area, buffer);
        }
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let (_, keys) = self.rows(seen);
        // In an item's page n writes to it; the next one is reached through the list.
        if self.browse.act(action, &keys, PAGES, whole) {
            self.order.touch(keys, seen.now);
            return Outcome::Done;
        }
        if action == Action::ItemAll {
            self.all = !self.all;
            self.order.release();
            return Outcome::Done;
        }
        match self.selected(seen) {
            Some(item) => self.on(action, &item, seen, whole),
            None => Outcome::Ignored,
        }
    }

    fn back(&mut self) -> bool {
        self.order.release();
        self.browse.back() || std::mem::take(&mut self.all)
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        let (rows, keys) = self.rows(seen);
        self.browse.list.settle(&keys);
        let targets = self.browse.list.targets(&keys);
        let of = |item: &&Arc<Item>| targets.contains(&item.id);
        rows.iter()
            .filter(of)
            .map(|item| item.about.clone())
            .collect()
    }

    fn offers(&mut self, action: Action, seen: Seen<'_>) -> bool {
        let selected = self.selected(seen);
        action != Action::ChangeTrust
            || selected.is_some_and(|item| trust::word(&item, seen).is_some())
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        self.selected(seen)
            .map_or_else(Vec::new, |item| facts::why(&item, seen))
    }

    fn click(&mut self, _column: u16, row: u16, seen: Seen<'_>, whole: bool) -> Outcome {
        let (_, keys) = self.rows(seen);
        let below = row.checked_sub(1);
        let Some(row) = below.filter(|_| !self.browse.is_open(whole)) else {
            return Outcome::Ignored;
        };
        match self.browse.list.press(usize::from(row), &keys) {
            Pressed::Nothing => Outcome::Ignored,
            Pressed::Selected => {
                self.order.touch(keys, seen.now);
                Outcome::Done
            }
            Pressed::Again => self.act(Action::ListOpen, seen, whole),
        }
    }

    fn interest(&self, _seen: Seen<'_>, interest: &mut Interest) {
        let is_read = self.glanced || self.browse.detail.is_some();
        if let Some(About::Container(key)) = self.read.about().filter(|_| is_read) {
            interest.containers.insert(key.clone());
        }
    }

    fn past(&mut self) -> Option<Past> {
        self.read.wants()
    }

    fn recall(&mut self, recalled: &Recalled) {
        self.read.take(recalled);
    }
}
