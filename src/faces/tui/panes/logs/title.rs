//! What the frame says: which logs, the filter, whether they are followed, how fast they come, and when they came.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::{fit, spark, spark::scale};
use ui::{Look, Role, Seen, Title};
use vocab::{Level, Span};
use world::logs::LineCount;

use super::Logs;
use super::sources::label;

/// The time the small graph shows, and its cells.
const WINDOW: Span = Span::minutes(5);
const CELLS: usize = 16;

/// The rate is that of so many seconds.
const RATE: Span = Span::seconds(10);

/// Whether so many of the lines are many: a quarter.
fn many(some: u32, of: &LineCount) -> bool {
    some > 0 && some * 4 >= of.total
}

impl Logs {
    pub(super) fn words(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        Title {
            extra: self.state_words(seen, look),
            note: self.course(seen, look),
        }
    }

    fn state_words(&self, seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
        let styles = look.styles;
        let mut words = Vec::new();
        if let Some(first) = self.sources.wanted().first() {
            let others = self.sources.wanted().len() - 1;
            let more = match others {
                0 => String::new(),
                1 => " + 1 source".to_owned(),
                _ => format!(" + {others} sources"),
            };
            words.push(styles.ink(
                Role::Dim,
                format!("{}{more} ", fit(&label(first, seen), 24)),
            ));
        }
        if let Some(broken) = &self.broken {
            words.push(styles.ink(Role::Bad, format!("{} ", fit(broken, 60))));
        } else if !self.filter.is_empty() {
            words.push(styles.ink(Role::Accent, format!("/{} ", self.filter.text())));
            words.push(styles.ink(Role::Dim, format!("{} shown ", self.view.len())));
        }
        if self.floor > Level::Unknown {
            let word = match self.floor {
                Level::Info => "info and up ",
                Level::Warn => "warnings and errors ",
                _ => "errors ",
            };
            words.push(styles.ink(Role::Accent, word));
        }
        if !self.progress.is_done() {
            words.push(styles.ink(
                Role::Warn,
                format!("searching {}% ", self.progress.percent()),
            ));
        }
        if self.place.follows() {
            words.push(styles.ink(Role::Dim, "· follow "));
        } else {
            words.push(styles.ink(Role::Accent, "· paused "));
            match self.place.unseen(&self.view, &self.buffer) {
                0 => {}
                unseen => words.push(styles.bold(Role::Accent, format!("{unseen} below "))),
            }
        }
        let rate = self.buffer.histogram().rate(seen.now, RATE);
        let rate = if rate >= 9.5 {
            format!("{rate:.0}")
        } else {
            format!("{rate:.1}")
        };
        words.push(styles.ink(Role::Dim, format!("· {rate}/s ")));
        if self.buffer.skipped() > 0 {
            words.push(styles.ink(Role::Warn, format!("· {} skipped ", self.buffer.skipped())));
        }
        words
    }

    /// Lines over the last minutes, coloured where many of them warn or fail: some always do somewhere, and what is always
    /// red says nothing.
    fn course(&self, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
        let counts = self.buffer.histogram().columns(seen.now, WINDOW, CELLS);
        if counts.iter().all(|count| count.total == 0) {
            return Line::default();
        }
        let heights: Vec<Option<f32>> = counts
            .iter()
            .map(|count| (count.total > 0).then_some(count.total as f32))
            .collect();
        let drawn = spark(&heights, scale(&heights, 1.0));
        let role = |count: &LineCount| match count {
            count if many(count.errors, count) => Role::GraphBad,
            count if many(count.errors + count.warnings, count) => Role::GraphWarn,
            _ => Role::GraphDim,
        };
        let mut pieces: Vec<Ink<'static>> = drawn
            .chars()
            .zip(&counts)
            .map(|(c, count)| look.styles.ink(role(count), c.to_string()))
            .collect();
        pieces.push(look.styles.ink(Role::Dim, " 5 min"));
        Line::from(pieces)
    }
}
