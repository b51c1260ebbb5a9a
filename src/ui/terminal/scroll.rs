//! Lines that move: a frame in which rows are those of the last one, further up or down, has the terminal move them, and
//! sends only what is new. A followed log costs its new lines and not the whole pane.
//!
//! Only whole rows are moved, with what every terminal since the VT102 knows: margins (DECSTBM), delete and insert line.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthStr;

/// Fewer rows than this are cheaper sent than moved.
const WORTH: usize = 3;

/// A cell and its column and row.
pub(super) type Placed<'a> = (u16, u16, &'a Cell);

/// Rows that move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The first row of the part that moves.
    top: u16,
    /// The row behind its last.
    bottom: u16,
    /// By how many rows.
    by: u16,
    /// Whether they move towards the top.
    up: bool,
}

impl Scroll {
    /// Writes what has the terminal move them. Leaves the cursor anywhere and the colours reset.
    pub(super) fn write(self, out: &mut impl Write) -> io::Result<()> {
        let (first, last) = (self.top + 1, self.bottom);
        let verb = if self.up { 'M' } else { 'L' };
        write!(
            out,
            "\x1b[0m\x1b[{first};{last}r\x1b[{first};1H\x1b[{}{verb}\x1b[r",
            self.by
        )
    }

    /// The rows that become free; what the terminal has there is its own affair.
    fn free(self) -> Range<u16> {
        if self.up {
            self.bottom - self.by..self.bottom
        } else {
            self.top..self.top + self.by
        }
    }
}

/// What the terminal shows, as far as it was told.
#[derive(Debug, Default)]
pub(super) struct Shown {
    buffer: Buffer,
    /// Of each row. Its keys are of this process alone, so that no line can be written to pass for another.
    hashes: Vec<u64>,
    hasher: RandomState,
}

impl Shown {
    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        self.clear(Size::ZERO);
    }

    /// The terminal was cleared and has this size.
    pub(super) fn clear(&mut self, size: Size) {
        self.buffer = Buffer::empty(Rect::from((Position::ORIGIN, size)));
        let rows = 0..size.height;
        self.hashes = rows.map(|row| self.hash(row)).collect();
    }

    /// Takes in the cells of a frame that differ from the last one, row by row. When rows are moved: how, and the cells
    /// that are then to be sent; else these cells are to be sent as they are.
    pub(super) fn take<'a>(
        &'a mut self,
        cells: &[Placed<'a>],
    ) -> Option<(Scroll, Vec<Placed<'a>>)> {
        let area = self.buffer.area;
        if cells
            .iter()
            .any(|(x, y, _)| !area.contains((*x, *y).into()))
        {
            self.forget();
            return None;
        }
        let before = self.hashes.clone();
        let mut rows = 0;
        for row in cells.chunk_by(|before, after| before.1 == after.1) {
            self.put(row);
            rows += 1;
        }
        if rows < 2 * WORTH || cells.len() < usize::from(area.width) {
            return None;
        }
        let scroll = find(&before, &self.hashes)?;
        let (moved, free) = (scroll.top..scroll.bottom, scroll.free());
        let stay = cells.iter().filter(|(_, y, _)| !moved.contains(y)).copied();
        let new = free.flat_map(|row| self.row(row));
        Some((scroll, stay.chain(new).collect()))
    }

    /// Puts the cells of one row in their places.
    fn put(&mut self, cells: &[Placed<'_>]) {
        for (x, y, cell) in cells {
            self.buffer[(*x, *y)] = (*cell).clone();
            // What a wide character covers is not sent, and holds nothing of its own.
            for covered in 1..cell.symbol().width() as u16 {
                if let Some(cell) = self.buffer.cell_mut((*x + covered, *y)) {
                    cell.reset();
                }
            }
        }
        if let Some((_, row, _)) = cells.first() {
            self.hashes[usize::from(*row)] = self.hash(*row);
        }
    }

    fn hash(&self, row: u16) -> u64 {
        let width = usize::from(self.buffer.area.width);
        let begin = usize::from(row) * width;
        self.hasher
            .hash_one(&self.buffer.content[begin..begin + width])
    }

    /// All cells of a row but those that wide characters cover.
    fn row(&self, y: u16) -> impl Iterator<Item = Placed<'_>> {
        let mut covered = 0;
        (0..self.buffer.area.width).filter_map(move |x| {
            let cell = &self.buffer[(x, y)];
            let hidden = covered > 0;
            covered = if hidden {
                covered - 1
            } else {
                cell.symbol().width().saturating_sub(1)
            };
            (!hidden).then_some((x, y, cell))
        })
    }
}

/// The move that saves most, if one is worth it.
fn find(now: &[u64], next: &[u64]) -> Option<Scroll> {
    let height = now.len();
    let changed: Vec<bool> = now
        .iter()
        .zip(next)
        .map(|(now, next)| now != next)
        .collect();
    let mut best: Option<(usize, Scroll)> = None;
    for by in 1..height {
        for up in [true, false] {
            // A row of the upper part is after the move what a row of the lower part was before it, or the other way.
            let (upper, lower) = if up { (next, now) } else { (now, next) };
            let mut begin = 0;
            let mut saved = 0;
            for y in 0..height - by {
                if upper[y] != lower[y + by] {
                    (begin, saved) = (y + 1, 0);
                    continue;
                }
                saved += usize::from(changed[if up { y } else { y + by }]);
                // Rows that become free are sent whole, also those that would have stayed as they are.
                let free = if up {
                    y + 1..y + 1 + by
                } else {
                    begin..begin + by
                };
                let lost = changed[free].iter().filter(|changed| !**changed).count();
                let gain = saved.saturating_sub(lost);
                if gain >= best.map_or(WORTH, |(most, _)| most + 1) {
                    let [top, bottom, by] = [begin, y + 1 + by, by].map(|row| row as u16);
                    best = Some((
                        gain,
                        Scroll {
                            top,
                            bottom,
                            by,
                            up,
                        },
                    ));
                }
            }
        }
    }
    best.map(|(_, scroll)| scroll)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::backend::{Backend, CrosstermBackend};
    use ratatui::style::{Color, Style};

    use super::*;

    const SIZE: Size = Size {
        width: 12,
        height: 10,
    };

    /// A terminal, what it was told, and how much that was.
    struct Stage {
        terminal: vt100::Parser,
        shown: Shown,
        /// What ratatui takes to be on the screen.
        last: Buffer,
    }

    impl Stage {
        fn new() -> Self {
            let mut shown = Shown::default();
            shown.clear(SIZE);
            Self {
                terminal: vt100::Parser::new(
                    SIZE.height.try_into().unwrap(),
                    SIZE.width.try_into().unwrap(),
                    0,
                ),
                shown,
                last: Buffer::empty(Rect::from((Position::ORIGIN, SIZE))),
            }
        }

        /// Draws rows, each a text in a colour of its own; how many cells were sent, and whether rows were moved.
        fn draw(&mut self, rows: &[&str]) -> (usize, Option<Scroll>) {
            let mut next = Buffer::empty(self.last.area);
            for (y, row) in rows.iter().enumerate() {
                let colour = Color::Indexed(row.bytes().map(|byte| byte % 7).sum::<u8>() % 7 + 1);
                next.set_string(0, y as u16, row, Style::new().fg(colour));
            }
            let cells: Vec<_> = self.last.diff_iter(&next).collect();
            let mut bytes = Vec::new();
            let taken = self.shown.take(&cells);
            let (sent, scroll) = if let Some((scroll, rest)) = &taken {
                scroll.write(&mut bytes).unwrap();
                CrosstermBackend::new(&mut bytes)
                    .draw(rest.iter().copied())
                    .unwrap();
                (rest.len(), Some(*scroll))
            } else {
                CrosstermBackend::new(&mut bytes)
                    .draw(cells.iter().copied())
                    .unwrap();
                (cells.len(), None)
            };
            self.terminal.process(&bytes);
            self.last = next;
            (sent, scroll)
        }

        fn is_right(&self) -> bool {
            let screen = self.terminal.screen();
            let area = self.last.area;
            area.positions().all(|at| {
                let wanted = &self.last[at];
                let covered = at.x > 0 && self.last[(at.x - 1, at.y)].symbol().width() > 1;
                let cell = screen.cell(at.y, at.x).unwrap();
                let symbol = match cell.contents() {
                    "" => " ",
                    symbol => symbol,
                };
                let colour = match wanted.fg {
                    Color::Indexed(index) => vt100::Color::Idx(index),
                    _ => vt100::Color::Default,
                };
                covered || symbol == wanted.symbol() && (symbol == " " || cell.fgcolor() == colour)
            })
        }
    }

    #[test]
    fn a_followed_log_sends_its_new_lines_only() {
        let mut stage = Stage::new();
        let lines: Vec<String> = (0..20)
            .map(|number| format!("line {number:02} ok"))
            .collect();
        let log = |from: usize| -> Vec<&str> {
            let mut rows = vec!["╭ logs ────╮"];
            rows.extend(lines[from..from + 8].iter().map(String::as_str));
            rows.push("╰──────────╯");
            rows
        };
        stage.draw(&log(0));
        let (sent, scroll) = stage.draw(&log(2));
        let expected = Scroll {
            top: 1,
            bottom: 9,
            by: 2,
            up: true,
        };
        assert_eq!(scroll, Some(expected));
        assert!(stage.is_right());
        assert!(sent <= 2 * usize::from(SIZE.width), "{sent}");
        let (_, scroll) = stage.draw(&log(0));
        assert_eq!(
            scroll,
            Some(Scroll {
                up: false,
                ..expected
            })
        );
        assert!(stage.is_right());
    }

    #[test]
    fn what_is_not_known_is_not_moved() {
        let mut stage = Stage::new();
        stage.draw(&["a", "b", "c", "d", "e", "f"]);
        stage.shown.forget();
        let (_, scroll) = stage.draw(&["b", "c", "d", "e", "f", "g"]);
        assert_eq!(scroll, None);
        assert!(stage.is_right());
    }

    proptest! {
        #[test]
        fn whatever_moves_the_screen_is_right(
            pool in prop::collection::vec("[ab日 ]{0,12}", 14),
            frames in prop::collection::vec((0_usize..5, prop::collection::vec(0_usize..14, 0..3)), 1..12),
        ) {
            let mut stage = Stage::new();
            for (from, noise) in frames {
                let mut rows: Vec<&str> = pool[from..from + 10].iter().map(String::as_str).collect();
                for index in noise {
                    rows[index % 10] = &pool[index];
                }
                stage.draw(&rows);
                prop_assert!(stage.is_right(), "{:?} {}", rows, stage.terminal.screen().contents());
            }
        }
    }
}
