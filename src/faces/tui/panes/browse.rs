//! What panes with a list and a detail share: which is open, which page of it, where it is scrolled to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ui::widgets::{Page, put};
use ui::{Action, List, Look, Role};

/// Beside a list the detail needs at least so many cells.
const SPLIT: u16 = 118;

/// Below a list a glance at the selected row needs at least so many lines.
const GLANCE: u16 = 12;

/// An open detail.
#[derive(Debug, Clone, Copy, Default)]
pub struct Detail {
    /// Which of its pages is shown.
    pub tab: usize,
    /// Where that is scrolled to.
    pub page: Page,
}

/// A list whose rows open.
#[derive(Debug, Clone)]
pub struct Browse<K> {
    /// The list.
    pub list: List<K>,
    /// The detail of the selected row, when it is open.
    pub detail: Option<Detail>,
    /// Which page of the list is shown, where it has several.
    pub tab: usize,
    /// Where that page is scrolled to, where it is no list.
    pub page: Page,
}

impl<K> Default for Browse<K> {
    fn default() -> Self {
        Self {
            list: List::default(),
            detail: None,
            tab: 0,
            page: Page::default(),
        }
    }
}

/// Where the parts are drawn that are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Areas {
    /// The list.
    pub list: Option<Rect>,
    /// A glance at the selected row, below the list.
    pub glance: Option<Rect>,
    /// The open detail.
    pub detail: Option<Rect>,
}

/// How many pages the parts have.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// Of the list.
    pub list: usize,
    /// Of the detail.
    pub detail: usize,
    /// Columns the list can be sorted by.
    pub columns: usize,
}

impl<K: Ord + Clone> Browse<K> {
    /// Opens the selected row.
    pub fn open(&mut self) {
        self.tab = 0;
        self.detail.get_or_insert_default();
    }

    /// Whether the detail is what is seen and steered.
    pub const fn is_open(&self, whole: bool) -> bool {
        whole && self.detail.is_some()
    }

    /// Moves, marks, sorts, scrolls and turns pages; whether the action was one of these.
    pub fn act(&mut self, action: Action, keys: &[K], pages: Pages, whole: bool) -> bool {
        if let Some(detail) = self.detail.as_mut().filter(|_| whole) {
            match action {
                Action::PaneNextTab => {
                    *detail = Detail {
                        tab: (detail.tab + 1) % pages.detail.max(1),
                        page: Page::default(),
                    }
                }
                Action::PanePreviousTab => {
                    *detail = Detail {
                        tab: (detail.tab + pages.detail.max(1) - 1) % pages.detail.max(1),
                        page: Page::default(),
                    };
                }
                // The next object's detail without a way back through the list.
                Action::SearchNext | Action::SearchPrevious => {
                    detail.page = Page::default();
                    self.list.act(action, keys, pages.columns);
                }
                _ => return detail.page.act(action),
            }
            return true;
        }
        match action {
            Action::PaneNextTab => self.tab = (self.tab + 1) % pages.list.max(1),
            Action::PanePreviousTab => {
                self.tab = (self.tab + pages.list.max(1) - 1) % pages.list.max(1);
            }
            _ if self.tab > 0 && whole => return self.page.act(action),
            _ => return self.list.act(action, keys, pages.columns),
        }
        true
    }

    /// Leaves one layer; whether there was one.
    pub fn back(&mut self) -> bool {
        if self.detail.take().is_some() {
            return true;
        }
        if self.tab > 0 {
            self.tab = 0;
            return true;
        }
        self.list.back()
    }

    /// The parts of an area for a list that takes so many lines and its detail. Where that is not open and the list leaves
    /// room enough, there is a glance at the selected row: what it is can be read in passing. 0 lines are for none.
    pub fn areas(&self, area: Rect, whole: bool, lines: usize) -> Areas {
        let list = |list| Areas {
            list: Some(list),
            ..Areas::default()
        };
        if !self.is_open(whole) {
            if !whole || lines == 0 || lines + usize::from(GLANCE) > usize::from(area.height) {
                return list(area);
            }
            let height = lines as u16;
            return Areas {
                glance: Some(Rect {
                    y: area.y + height,
                    height: area.height - height,
                    ..area
                }),
                ..list(Rect { height, ..area })
            };
        }
        if area.width < SPLIT {
            return Areas {
                detail: Some(area),
                ..Areas::default()
            };
        }
        let width = (area.width * 2 / 5).min(72);
        Areas {
            detail: Some(Rect {
                x: area.x + width + 1,
                width: area.width - width - 1,
                ..area
            }),
            ..list(Rect { width, ..area })
        }
    }
}

/// Draws a glance: a rule, a heading, and as much of the detail as there is room for.
pub fn glance(
    buffer: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
    heading: Vec<Span<'static>>,
    lines: Vec<Line<'static>>,
) {
    let rule = "─".repeat(usize::from(area.width));
    put(
        buffer,
        area.x,
        area.y,
        area.width,
        look.styles.ink(Role::Border, rule),
    );
    let width = area.width.saturating_sub(2);
    let lines = std::iter::once(Line::from(heading)).chain(lines);
    for (y, line) in (area.top() + 1..area.bottom()).zip(lines) {
        put(buffer, area.x + 1, y, width, line);
    }
}

/// Draws the bar between list and detail.
pub fn divide(buffer: &mut Buffer, list: Option<Rect>, detail: Rect, look: &Look<'_>) {
    if list.is_some() {
        for y in detail.top()..detail.bottom() {
            put(
                buffer,
                detail.x - 1,
                y,
                1,
                look.styles.ink(Role::Border, "│"),
            );
        }
    }
}

/// Draws the names of pages with the shown one standing out, and returns what is left below.
pub fn tabs(
    buffer: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
    name: Vec<Span<'static>>,
    names: &[&str],
    shown: usize,
) -> Rect {
    if area.height < 3 {
        return area;
    }
    let mut line = Line::from(name);
    if line.width() > 0 {
        line.spans.push(Span::raw("   "));
    }
    let room = usize::from(area.width.saturating_sub(2)).saturating_sub(line.width());
    let wide = |from: usize| {
        names[from..]
            .iter()
            .map(|name| name.len() + 2)
            .sum::<usize>()
    };
    // Where not all have room, those before the shown one give way first.
    let first = (0..=shown.min(names.len()))
        .find(|first| wide(*first) <= room + 2)
        .unwrap_or(shown);
    if first > 0 {
        line.spans.push(look.styles.ink(Role::Tab, "… "));
    }
    for (index, name) in names.iter().enumerate().skip(first) {
        let ink = if index == shown {
            look.styles.bold(Role::TabActive, (*name).to_owned())
        } else {
            look.styles.ink(Role::Tab, (*name).to_owned())
        };
        line.spans.push(ink);
        if index + 1 < names.len() {
            line.spans.push(Span::raw("  "));
        }
    }
    put(
        buffer,
        area.x + 1,
        area.y,
        area.width.saturating_sub(2),
        line,
    );
    Rect {
        y: area.y + 2,
        height: area.height - 2,
        ..area
    }
}
