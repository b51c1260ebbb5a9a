//! Tables: columns that give way by priority where there is no room, a header, the selected row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::pane::Look;
use crate::styles::Role;
use crate::widgets::text::{fit_line, put};

/// To which side a column leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// The cells it needs.
    pub width: u16,
    /// Its share of the cells that are left over; 0 for a column that stays as it is.
    pub grow: u16,
    /// To which side it leans.
    pub align: Align,
    /// In which order columns give way: the greatest goes first, 0 never.
    pub rank: u8,
    /// Empty cells before it, unless it is the first.
    pub gap: u16,
    /// Whether it takes what there is, however narrow it may become.
    pub endless: bool,
}

impl Column {
    /// A column of words.
    pub const fn left(title: &'static str, width: u16, grow: u16, rank: u8) -> Self {
        Self {
            title,
            width,
            grow,
            align: Align::Left,
            rank,
            gap: GAP,
            endless: false,
        }
    }

    /// A column of numbers.
    pub const fn right(title: &'static str, width: u16, rank: u8) -> Self {
        Self {
            title,
            width,
            grow: 0,
            align: Align::Right,
            rank,
            gap: GAP,
            endless: false,
        }
    }

    /// The most cells it grows to: a column of names has an end, one of sentences takes what there is.
    const fn most(&self) -> u16 {
        if self.grow == 0 {
            self.width
        } else if self.width < SENTENCE && !self.endless {
            2 * self.width + 8
        } else {
            u16::MAX
        }
    }

    /// The same, of sentences: it takes what there is, however narrow it may become.
    #[must_use]
    pub const fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// The same with one empty cell before it: for what belongs to the column before, or has room of its own.
    #[must_use]
    pub const fn close(mut self) -> Self {
        self.gap = 1;
        self
    }
}

/// What a row shows; a cell for each column, or one line across all of them.
pub struct Row {
    /// Its cells.
    pub cells: Vec<Line<'static>>,
    /// Whether it is marked.
    pub marked: bool,
}

/// A table.
pub struct Table<'a> {
    /// Its columns.
    pub columns: &'a [Column],
    /// The column it is sorted by and whether downwards; shown in the header.
    pub sort: Option<(usize, bool)>,
    /// Whether it has a header.
    pub header: bool,
}

/// From this width on a column holds sentences.
const SENTENCE: u16 = 30;

/// Empty cells before most columns.
const GAP: u16 = 2;

impl Table<'_> {
    /// How many rows fit into an area.
    pub fn rows(&self, area: Rect) -> usize {
        usize::from(area.height.saturating_sub(u16::from(self.header)))
    }

    /// Draws rows from `offset` on; `row` is asked for visible rows only, with the widths of all columns (0 for those
    /// that gave way).
    pub fn draw(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        look: &Look<'_>,
        (offset, selected, count): (usize, Option<usize>, usize),
        row: impl Fn(usize, &[u16]) -> Row,
    ) {
        let area = area.intersection(buffer.area);
        if area.width < 3 || area.height == 0 {
            return;
        }
        let widths = self.widths(area.width - 2);
        let mut y = area.y;
        if self.header {
            self.draw_header(buffer, area, look, &widths);
            y += 1;
        }
        for index in offset..count {
            if y >= area.bottom() {
                break;
            }
            let is_selected = selected == Some(index);
            let line = row(index, &widths);
            self.draw_row(
                buffer,
                Rect {
                    y,
                    height: 1,
                    ..area
                },
                look,
                &widths,
                line,
                is_selected,
            );
            y += 1;
        }
    }

    fn draw_header(&self, buffer: &mut Buffer, area: Rect, look: &Look<'_>, widths: &[u16]) {
        let cells = self.columns.iter().enumerate().map(|(index, column)| {
            let arrow = match self.sort {
                Some((sorted, down)) if sorted == index => {
                    if down {
                        "▾"
                    } else {
                        "▴"
                    }
                }
                _ => "",
            };
            Line::from(
                look.styles
                    .ink(Role::Header, format!("{}{arrow}", column.title)),
            )
        });
        self.draw_cells(buffer, area.x + 1, area.y, widths, cells);
    }

    fn draw_row(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        look: &Look<'_>,
        widths: &[u16],
        row: Row,
        selected: bool,
    ) {
        let gutter = match (selected, row.marked) {
            (true, true) => look.styles.bold(Role::Mark, "◆"),
            (true, false) if look.focused => look.styles.ink(Role::Accent, "▌"),
            (false, true) => look.styles.bold(Role::Mark, "+"),
            (_, false) => look.styles.ink(Role::Text, " "),
        };
        put(buffer, area.x, area.y, 1, gutter);
        self.draw_cells(buffer, area.x + 1, area.y, widths, row.cells.into_iter());
        if selected && look.focused {
            buffer.set_style(area, look.styles.of(Role::Selection));
        }
    }

    fn draw_cells(
        &self,
        buffer: &mut Buffer,
        x: u16,
        y: u16,
        widths: &[u16],
        cells: impl Iterator<Item = Line<'static>>,
    ) {
        let first = x;
        let mut x = x;
        for ((column, width), cell) in self.columns.iter().zip(widths).zip(cells) {
            if *width == 0 {
                continue;
            }
            if x > first {
                x += column.gap;
            }
            let cell = fit_line(cell, usize::from(*width));
            let spare = width.saturating_sub(cell.width() as u16);
            let indent = if column.align == Align::Right {
                spare
            } else {
                0
            };
            put(buffer, x + indent, y, *width, cell);
            x += width;
        }
    }

    /// The width of each column in so many cells; 0 for those that give way.
    pub fn widths(&self, room: u16) -> Vec<u16> {
        let mut widths: Vec<u16> = self.columns.iter().map(|column| column.width).collect();
        let needed = |widths: &[u16]| {
            let shown = self
                .columns
                .iter()
                .zip(widths)
                .filter(|(_, width)| **width > 0);
            widths.iter().sum::<u16>() + shown.skip(1).map(|(column, _)| column.gap).sum::<u16>()
        };
        while needed(&widths) > room {
            let last = self
                .columns
                .iter()
                .enumerate()
                .filter(|(index, column)| widths[*index] > 0 && column.rank > 0)
                .max_by_key(|(_, column)| column.rank);
            let Some((index, _)) = last else { break };
            widths[index] = 0;
        }
        let over = needed(&widths).saturating_sub(room);
        if over > 0
            && let Some(widest) = widths.iter_mut().max()
        {
            *widest = widest.saturating_sub(over).max(1);
        }
        let spare = room.saturating_sub(needed(&widths));
        self.grow(&mut widths, spare);
        widths
    }

    /// Shares spare cells among the columns that grow, by their shares and up to the most of each. What nobody takes stays
    /// empty at the right: a name far from its figures is hard to read across.
    fn grow(&self, widths: &mut [u16], mut spare: u16) {
        loop {
            let can = |column: &Column, width: u16| width > 0 && width < column.most();
            let growing: u16 = self
                .columns
                .iter()
                .zip(&*widths)
                .filter(|(column, width)| can(column, **width))
                .map(|(column, _)| column.grow)
                .sum();
            let mut given = 0;
            for (column, width) in self.columns.iter().zip(&mut *widths) {
                if can(column, *width) {
                    let part = (spare * column.grow).checked_div(growing).unwrap_or(0);
                    let more = part.min(column.most() - *width);
                    *width += more;
                    given += more;
                }
            }
            spare -= given;
            if given == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::left("name", 8, 1, 0),
        Column::left("role", 7, 0, 2),
        Column::right("cpu", 5, 1),
        Column::right("disk", 5, 3),
    ];
    const TABLE: Table<'static> = Table {
        columns: &COLUMNS,
        sort: None,
        header: true,
    };

    #[test]
    fn columns_give_way_by_rank() {
        assert_eq!(TABLE.widths(40), [17, 7, 5, 5]);
        assert_eq!(TABLE.widths(31), [8, 7, 5, 5]);
        assert_eq!(TABLE.widths(30), [14, 7, 5, 0]);
        assert_eq!(TABLE.widths(20), [13, 0, 5, 0]);
        assert_eq!(TABLE.widths(9), [9, 0, 0, 0]);
        assert_eq!(TABLE.widths(3), [3, 0, 0, 0]);
    }

    #[test]
    fn names_stay_near_their_figures_on_a_wide_screen() {
        const WITH_WORDS: [Column; 3] = [
            Column::left("name", 8, 2, 0),
            Column::left("what", 30, 1, 0),
            Column::right("age", 5, 0),
        ];
        assert_eq!(TABLE.widths(240), [24, 7, 5, 5]);
        let table = Table {
            columns: &WITH_WORDS,
            ..TABLE
        };
        // The names take what they may, the words all the rest.
        assert_eq!(table.widths(69), [22, 37, 5]);
        assert_eq!(table.widths(200), [24, 167, 5]);
    }
}
