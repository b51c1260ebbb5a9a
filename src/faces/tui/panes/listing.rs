//! One pane for every list whose rows open: title, areas, selection, marks, order, filter and the keys of all these.
//!
//! What is listed says a [`Rows`]: which items there are, their words, orders and cells, their detail, and what actions
//! on them come to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::list::Pressed;
use ui::widgets::{Column, Row, Table, message};
use ui::{
    Action, Figure, Filter, List, Look, Outcome, Pane, Past, Recalled, Role, Seen, Title, View,
};
use vocab::Text;
use world::About;
use world::Interest;

use super::browse::{self, Browse, Pages};
use super::shared::{count_note, list_words};

/// An order of a list.
pub struct Order {
    /// What it is called in the title.
    pub name: &'static str,
    /// The column its arrow stands at.
    pub column: usize,
    /// Whether the greatest stands first.
    pub down: bool,
}

impl Order {
    /// The smallest first.
    pub const fn up(name: &'static str, column: usize) -> Self {
        Self {
            name,
            column,
            down: false,
        }
    }

    /// The greatest first.
    pub const fn down(name: &'static str, column: usize) -> Self {
        Self {
            name,
            column,
            down: true,
        }
    }
}

/// The keymap's scopes, narrow before wide.
pub struct Scopes {
    /// Of the list.
    pub list: &'static [&'static str],
    /// Of a page beside it.
    pub page: &'static [&'static str],
    /// Of the detail.
    pub detail: &'static [&'static str],
}

/// What a row is drawn with.
pub struct Drawn<'a, S> {
    /// The world and the present.
    pub seen: Seen<'a>,
    /// The theme.
    pub look: &'a Look<'a>,
    /// The widths of all columns, 0 for those that gave way.
    pub widths: &'a [u16],
    /// Whether it is the selected row of the pane that has the keys.
    pub selected: bool,
    /// What was reckoned for all rows.
    pub sums: &'a S,
}

/// What an action is meant for.
pub struct Chosen<'a, R: Rows> {
    /// The selected row's item.
    pub item: &'a R::Item,
    /// The marked rows, else the selected one.
    pub keys: Vec<R::Key>,
    /// The page of the detail, while it is open.
    pub tab: Option<usize>,
}

/// What a pane lists.
pub trait Rows: Default + Sized {
    /// What a row is known by.
    type Key: Ord + Clone;
    /// What a row shows.
    type Item;
    /// What is reckoned once for all rows.
    type Sums;

    /// The view it is.
    const VIEW: View;
    /// The keymap's scopes.
    const SCOPES: Scopes;
    /// The columns.
    const COLUMNS: &'static [Column];
    /// The orders, the first one being that of a new list; none where there is but one.
    const ORDERS: &'static [Order];
    /// The pages of the detail.
    const TABS: &'static [&'static str];
    /// The list and the pages beside it, where there are some.
    const PAGES: &'static [&'static str] = &[];

    /// Reckons what all rows need.
    fn sums(&self, seen: Seen<'_>) -> Self::Sums;

    /// All items in the first order.
    fn items<'a>(&'a self, sums: &Self::Sums, seen: Seen<'a>) -> Vec<&'a Self::Item>;

    /// The item of a key.
    fn item<'a>(&'a self, key: &Self::Key, seen: Seen<'a>) -> Option<&'a Self::Item>;

    /// The key of an item.
    fn key(item: &Self::Item) -> Self::Key;

    /// The object a row is.
    fn about(key: &Self::Key) -> About;

    /// The row an object is.
    fn key_of(about: &About) -> Option<Self::Key>;

    /// What the filter looks in.
    fn words(item: &Self::Item, sums: &Self::Sums, seen: Seen<'_>) -> String;

    /// Brings items that are in the first order into another one, by its place in [`Self::ORDERS`].
    fn sort(rows: &mut [&Self::Item], order: usize, sums: &Self::Sums, seen: Seen<'_>);

    /// How many items there are.
    fn count(&self, seen: Seen<'_>) -> usize;

    /// The right end of the title.
    fn note(&self, shown: usize, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
        count_note(look.styles, shown, self.count(seen))
    }

    /// Why there is nothing at all, and what to do about it.
    fn nothing(&self, seen: Seen<'_>) -> (String, String);

    /// What an item is called: `site`.
    const NOUN: &'static str;

    /// What is said to a change that is for other things than these.
    fn is_for_others(action: Action) -> Outcome {
        Outcome::Say(Text::line(format!(
            "{} is not for {}s; x lists what can be done with one",
            action.title(),
            Self::NOUN
        )))
    }

    /// The cells of a row.
    fn cells(&self, item: &Self::Item, drawn: &Drawn<'_, Self::Sums>) -> Vec<Line<'static>>;

    /// What stands at the head of the detail.
    fn heading(&self, item: &Self::Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>>;

    /// A page of the detail.
    fn detail(
        &self,
        item: &Self::Item,
        tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        width: usize,
    ) -> Vec<Line<'static>>;

    /// A page beside the list.
    fn page(
        &self,
        _tab: usize,
        _filter: &Filter,
        _seen: Seen<'_>,
        _look: &Look<'_>,
    ) -> Vec<Line<'static>> {
        Vec::new()
    }

    /// Does what needs no row; `None` for all else.
    fn anyway(&mut self, _action: Action, _seen: Seen<'_>) -> Option<Outcome> {
        None
    }

    /// Does what is meant for rows.
    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, seen: Seen<'_>) -> Outcome;

    /// Whether an action makes sense with a row: the menu offers only what does.
    fn offers(_action: Action, _item: &Self::Item) -> bool {
        true
    }

    /// Where the figures of a row come from.
    fn why(&self, item: &Self::Item, seen: Seen<'_>) -> Vec<Figure>;

    /// The end of the list, or of a page beside it, was seen: there may be more than the world holds.
    fn reached(&mut self, _tab: usize, _seen: Seen<'_>) {}

    /// What it wants to know of the past; `Some` once.
    fn past(&mut self) -> Option<Past> {
        None
    }

    /// Takes in what the journal holds.
    fn recall(&mut self, _recalled: &Recalled) {}

    /// Adds what is to be observed for the visible rows and the open detail with its page.
    fn interest(
        &self,
        _visible: &[Self::Key],
        _open: Option<(&Self::Key, usize)>,
        _interest: &mut Interest,
    ) {
    }
}

/// A pane with a list whose rows open.
pub struct ListPane<R: Rows> {
    rows: R,
    browse: Browse<R::Key>,
    /// The rows that were drawn last.
    visible: Vec<R::Key>,
}

impl<R: Rows> Default for ListPane<R> {
    fn default() -> Self {
        Self {
            rows: R::default(),
            browse: Browse::default(),
            visible: Vec::new(),
        }
    }
}

/// The rows that are shown, in order.
fn keys<R: Rows>(rows: &R, list: &List<R::Key>, sums: &R::Sums, seen: Seen<'_>) -> Vec<R::Key> {
    let mut items = rows.items(sums, seen);
    if !list.filter.is_empty() {
        let mut test = list.filter.test();
        items.retain(|item| test.passes(&R::words(item, sums, seen)));
    }
    R::sort(&mut items, list.sort, sums, seen);
    if list.reverse {
        items.reverse();
    }
    items.into_iter().map(R::key).collect()
}

/// Which way the rows go and at which column that is shown; nothing for an order that is plain to see: by name, from A on.
fn arrow<R: Rows>(list: &List<R::Key>) -> Option<(usize, bool)> {
    let order = R::ORDERS.get(list.sort)?;
    let plain = list.sort == 0 && order.column == 0 && !list.reverse;
    (!plain).then_some((order.column, order.down != list.reverse))
}

impl<R: Rows> ListPane<R> {
    fn keys(&self, seen: Seen<'_>) -> Vec<R::Key> {
        keys(&self.rows, &self.browse.list, &self.rows.sums(seen), seen)
    }

    const fn pages() -> Pages {
        Pages {
            list: R::PAGES.len(),
            detail: R::TABS.len(),
            columns: R::ORDERS.len(),
        }
    }

    /// Whether a page beside the list is shown in its place.
    const fn beside(&self, whole: bool) -> bool {
        whole && self.browse.tab > 0 && self.browse.detail.is_none()
    }

    fn draw_list(
        &mut self,
        seen: Seen<'_>,
        look: &Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
        (keys, sums): (&[R::Key], &R::Sums),
    ) {
        let list = &mut self.browse.list;
        if keys.is_empty() {
            let (first, then) = if self.rows.count(seen) == 0 {
                self.rows.nothing(seen)
            } else {
                (
                    format!("No {} matches /{}", R::NOUN, list.filter.text()),
                    "esc clears the filter".to_owned(),
                )
            };
            message(buffer, area, look, &first, &then);
            return;
        }
        let table = Table {
            columns: R::COLUMNS,
            sort: arrow::<R>(list),
            header: true,
        };
        let rows = table.rows(area);
        let (offset, selected) = list.view(keys, rows);
        let place = (offset, selected, keys.len());
        table.draw(buffer, area, look, place, |index, widths| {
            let drawn = Drawn {
                seen,
                look,
                widths,
                selected: look.focused && selected == Some(index),
                sums,
            };
            let item = self.rows.item(&keys[index], seen);
            Row {
                cells: item.map_or_else(Vec::new, |item| self.rows.cells(item, &drawn)),
                marked: list.is_marked(&keys[index]),
            }
        });
        if look.whole && offset + rows >= keys.len() {
            self.rows.reached(0, seen);
        }
        self.visible = keys.iter().skip(offset).take(rows).cloned().collect();
    }

    /// Draws the beginning of the selected row's first page below the list.
    fn draw_glance(
        &mut self,
        seen: Seen<'_>,
        look: &Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
        keys: &[R::Key],
    ) {
        let index = self.browse.list.settle(keys);
        if let Some(item) = index.and_then(|index| self.rows.item(&keys[index], seen)) {
            let heading = self.rows.heading(item, seen, look);
            let width = usize::from(area.width.saturating_sub(2));
            let lines = self.rows.detail(item, 0, seen, look, width);
            browse::glance(buffer, area, look, heading, lines);
        }
    }

    fn draw_detail(
        &mut self,
        seen: Seen<'_>,
        look: &Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
        keys: &[R::Key],
    ) {
        let Some(index) = self.browse.list.settle(keys) else {
            return;
        };
        let (Some(item), Some(shown)) =
            (self.rows.item(&keys[index], seen), &mut self.browse.detail)
        else {
            return;
        };
        let heading = self.rows.heading(item, seen, look);
        // The only page needs no name.
        let names = if R::TABS.len() > 1 { R::TABS } else { &[] };
        let area = browse::tabs(buffer, area, look, heading, names, shown.tab);
        let width = usize::from(area.width.saturating_sub(2));
        let lines = self.rows.detail(item, shown.tab, seen, look, width);
        shown.page.draw(buffer, area, lines);
    }
}

impl<R: Rows> Pane for ListPane<R> {
    fn view(&self) -> View {
        R::VIEW
    }

    fn scopes(&self) -> &'static [&'static str] {
        match (&self.browse.detail, self.browse.tab) {
            (Some(_), _) => R::SCOPES.detail,
            (None, 0) => R::SCOPES.list,
            (None, _) => R::SCOPES.page,
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let list = &self.browse.list;
        let mut extra = list_words(look.styles, list);
        if look.whole && self.browse.detail.is_none() {
            for (index, name) in R::PAGES.iter().enumerate() {
                let role = if index == self.browse.tab {
                    Role::TabActive
                } else {
                    Role::Tab
                };
                extra.push(look.styles.ink(role, format!("{name} ")));
            }
        }
        let turned = if list.reverse { "reversed" } else { "" };
        let words = match (arrow::<R>(list), R::ORDERS.get(list.sort), turned) {
            (Some(_), Some(order), "") => format!("by {}", order.name),
            (Some(_), Some(order), turned) => format!("by {}, {turned}", order.name),
            (_, _, turned) => turned.to_owned(),
        };
        if !words.is_empty() {
            extra.push(look.styles.ink(Role::Dim, words));
        }
        let shown = if list.filter.is_empty() {
            self.rows.count(seen)
        } else {
            self.keys(seen).len()
        };
        Title {
            extra,
            note: self.rows.note(shown, seen, look),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        self.visible.clear();
        if self.beside(look.whole) {
            let filter = &self.browse.list.filter;
            let lines = self.rows.page(self.browse.tab, filter, seen, look);
            self.browse.page.draw(buffer, area, lines);
            if self.browse.page.is_at_end() {
                self.rows.reached(self.browse.tab, seen);
            }
            return;
        }
        // Reckoned once for all that is drawn.
        let sums = self.rows.sums(seen);
        let keys = keys(&self.rows, &self.browse.list, &sums, seen);
        // A header, and an empty line.
        let lines = match keys.len() {
            0 => 0,
            rows => rows + 2,
        };
        let areas = self.browse.areas(area, look.whole, lines);
        if let Some(area) = areas.list {
            self.draw_list(seen, look, area, buffer, (&keys, &sums));
        }
        if let Some(area) = areas.glance {
            self.draw_glance(seen, look, area, buffer, &keys);
        }
        if let Some(area) = areas.detail {
            browse::divide(buffer, areas.list, area, look);
            self.draw_detail(seen, look, area, buffer, &keys);
        }
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = self.keys(seen);
        if self.browse.act(action, &keys, Self::pages(), whole) {
            return Outcome::Done;
        }
        if let Some(outcome) = self.rows.anyway(action, seen) {
            return outcome;
        }
        let Some(index) = self.browse.list.settle(&keys) else {
            return Outcome::Ignored;
        };
        match action {
            Action::ListOpen if whole => {
                self.browse.open();
                return Outcome::Done;
            }
            Action::ListOpen => return Outcome::Jump(R::about(&keys[index])),
            _ => {}
        }
        let Some(item) = self.rows.item(&keys[index], seen) else {
            return Outcome::Ignored;
        };
        let chosen = Chosen {
            item,
            keys: self.browse.list.targets(&keys),
            tab: self.browse.detail.map(|detail| detail.tab),
        };
        self.rows.act(action, &chosen, seen)
    }

    fn back(&mut self) -> bool {
        self.browse.back()
    }

    fn show(&mut self, about: &About) {
        self.select(about);
        self.browse.open();
    }

    fn select(&mut self, about: &About) {
        if let Some(key) = R::key_of(about) {
            self.browse.list.choose(key);
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        let keys = self.keys(seen);
        self.browse.list.settle(&keys);
        let targets = self.browse.list.targets(&keys);
        targets.iter().map(R::about).collect()
    }

    fn offers(&mut self, action: Action, seen: Seen<'_>) -> bool {
        let keys = self.keys(seen);
        self.browse.list.settle(&keys);
        let targets = self.browse.list.targets(&keys);
        let mut items = targets.iter().filter_map(|key| self.rows.item(key, seen));
        items.all(|item| R::offers(action, item))
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        let keys = self.keys(seen);
        let index = self.browse.list.settle(&keys);
        let item = index.and_then(|index| self.rows.item(&keys[index], seen));
        item.map_or_else(Vec::new, |item| self.rows.why(item, seen))
    }

    fn interest(&self, _seen: Seen<'_>, interest: &mut Interest) {
        let open = self.browse.detail.and_then(|detail| {
            let key = self.browse.list.selected()?;
            Some((key, detail.tab))
        });
        self.rows.interest(&self.visible, open, interest);
    }

    fn past(&mut self) -> Option<Past> {
        self.rows.past()
    }

    fn recall(&mut self, recalled: &Recalled) {
        self.rows.recall(recalled);
    }

    fn click(&mut self, _column: u16, row: u16, seen: Seen<'_>, whole: bool) -> Outcome {
        let below = row.checked_sub(1);
        let Some(row) = below.filter(|_| !self.browse.is_open(whole)) else {
            return Outcome::Ignored;
        };
        let keys = self.keys(seen);
        match self.browse.list.press(usize::from(row), &keys) {
            Pressed::Nothing => Outcome::Ignored,
            Pressed::Selected => Outcome::Done,
            Pressed::Again => self.act(Action::ListOpen, seen, whole),
        }
    }
}
