//! Tables and pairs, aligned by the cells that a terminal gives each character.

use vocab::Text;

use super::stream::{Piece, Stream, piece};
use super::tone::Tone;
use crate::error::Result;

/// Cells between two columns.
const GAP: usize = 2;

/// Other rows are not drawn out for a cell that is wider.
const WIDEST: usize = 100;

/// One field of a table.
pub(crate) struct Cell {
    text: Text,
    tone: Tone,
    right: bool,
}

impl Cell {
    /// Words, to the left.
    pub fn of(text: impl AsRef<str>) -> Self {
        Self {
            text: Text::line(text.as_ref()),
            tone: Tone::Plain,
            right: false,
        }
    }

    /// A figure, to the right; a dash when it is not known.
    pub fn figure(figure: Option<impl std::fmt::Display>) -> Self {
        let text = figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
        Self {
            text: text.into(),
            tone: Tone::Plain,
            right: true,
        }
    }

    /// In a tone.
    #[must_use]
    pub const fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl From<&Text> for Cell {
    fn from(text: &Text) -> Self {
        Self {
            text: text.clone(),
            tone: Tone::Plain,
            right: false,
        }
    }
}

/// Rows under a heading.
pub(crate) struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(heads: &[&'static str]) -> Self {
        Self {
            heads: heads.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; as many cells as there are heads.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints it, each line indented by so many cells.
    pub fn print(&self, stream: &mut Stream, indent: usize) -> Result<()> {
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells
                    .map(|cell| cell.text.width())
                    .chain([self.heads[column].len()])
                    .max()
                    .unwrap_or_default()
                    .min(WIDEST)
            })
            .collect();
        let right: Vec<bool> = (0..self.heads.len())
            .map(|column| {
                self.rows
                    .first()
                    .and_then(|row| row.get(column))
                    .is_some_and(|cell| cell.right)
            })
            .collect();
        let heads: Vec<Piece> = self
            .heads
            .iter()
            .map(|head| piece(Tone::Dim, head))
            .collect();
        stream.line(&laid_out(&heads, &widths, &right, indent))?;
        for row in &self.rows {
            let cells: Vec<Piece> = row
                .iter()
                .map(|cell| (cell.tone, cell.text.clone()))
                .collect();
            stream.line(&laid_out(&cells, &widths, &right, indent))?;
        }
        Ok(())
    }
}

/// A row with its spaces; none at the end of the line.
fn laid_out(cells: &[Piece], widths: &[usize], right: &[bool], indent: usize) -> Vec<Piece> {
    let last = cells
        .iter()
        .rposition(|(_, text)| !text.is_empty())
        .map_or(0, |last| last + 1);
    let mut line = vec![piece(Tone::Plain, " ".repeat(indent))];
    for (column, (tone, text)) in cells.iter().take(last).enumerate() {
        let space = " ".repeat(widths[column].saturating_sub(text.width()));
        let gap = if column + 1 < last { GAP } else { 0 };
        if right[column] {
            line.extend([
                piece(Tone::Plain, space),
                (*tone, text.clone()),
                piece(Tone::Plain, " ".repeat(gap)),
            ]);
        } else {
            let behind = if gap == 0 {
                String::new()
            } else {
                format!("{space}{}", " ".repeat(gap))
            };
            line.extend([(*tone, text.clone()), piece(Tone::Plain, behind)]);
        }
    }
    line
}

/// Names and values under each other.
#[derive(Default)]
pub(crate) struct Pairs(Vec<(&'static str, Piece)>);

impl Pairs {
    /// Adds one.
    pub fn add(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.toned(name, Tone::Plain, value);
    }

    /// Adds one in a tone.
    pub fn toned(&mut self, name: &'static str, tone: Tone, value: impl AsRef<str>) {
        self.0.push((name, piece(tone, value)));
    }

    /// Adds one when it is known.
    pub fn known(&mut self, name: &'static str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.add(name, value.to_string());
        }
    }

    /// Adds several values, one below the other, under one name.
    pub fn each(&mut self, name: &'static str, values: impl IntoIterator<Item = String>) {
        for (index, value) in values.into_iter().enumerate() {
            self.add(if index == 0 { name } else { "" }, value);
        }
    }

    /// Prints them.
    pub fn print(&self, stream: &mut Stream) -> Result<()> {
        let width = self
            .0
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default()
            + GAP;
        self.0.iter().try_for_each(|(name, value)| {
            stream.line(&[piece(Tone::Dim, format!("{name:width$}")), value.clone()])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Paper;

    #[test]
    fn columns_stand_by_width_on_screen() {
        let paper = Paper::default();
        let mut stream = Stream::new(Box::new(paper.clone()), false, false);
        let mut table = Table::new(&["NAME", "CPU", "STATE"]);
        table.row(vec![
            Cell::of("東京"),
            Cell::figure(Some(7)),
            Cell::of("up"),
        ]);
        table.row(vec![Cell::of("a"), Cell::figure(None::<u8>), Cell::of("")]);
        table.print(&mut stream, 1).unwrap();
        assert_eq!(
            paper.text(),
            " NAME  CPU  STATE\n 東京    7  up\n a       -\n"
        );
    }

    #[test]
    fn one_endless_cell_draws_no_other_row_out() {
        let paper = Paper::default();
        let mut stream = Stream::new(Box::new(paper.clone()), false, false);
        let mut table = Table::new(&["WHAT", "BY"]);
        let endless = "a".repeat(1_000);
        table.row(vec![Cell::of(endless.as_str()), Cell::of("you")]);
        table.row(vec![Cell::of("b"), Cell::of("you")]);
        table.print(&mut stream, 0).unwrap();
        let text = paper.text();
        let mut lines = text.lines().skip(1);
        assert_eq!(lines.next(), Some(format!("{endless}  you").as_str()));
        assert_eq!(lines.next().map(str::len), Some(WIDEST + 5));
    }
}
