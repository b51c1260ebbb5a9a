//! What a view shows: texts, expressions, levels, fields and sources, compiled once and asked of whole blocks.
//!
//! Flow: the filter's text → [`Query::parse`] → [`Query::matches`] by block → line numbers.

mod field;
mod line_set;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;

use vocab::{Level, Text};

use self::field::FieldTerm;
use self::line_set::LineSet;
use self::pattern::Pattern;
use super::buffer::{Block, line_at, line_starts};
use super::entry::{EntryKind, kind_in, level_in};

/// Why a filter's text is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError(Text);

impl QueryError {
    fn regex(pattern: &str, error: &regex::Error) -> Self {
        // The crate draws the place under the pattern over several lines; its last line is the reason.
        let text = error.to_string();
        let reason = text
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error:")
            .trim();
        Self(Text::line(format!(
            "/{pattern}/ is no regular expression: {reason}"
        )))
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::error::Error for QueryError {}

#[derive(Debug, Clone)]
struct TextTerm {
    pattern: Pattern,
    inverse: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LevelTerm {
    AtLeast(Level),
    Exactly(Level),
}

impl LevelTerm {
    /// A line that does not say counts as information: it goes when only warnings are wanted.
    fn holds(self, level: Level) -> bool {
        match self {
            Self::AtLeast(least) => {
                (if level == Level::Unknown {
                    Level::Info
                } else {
                    level
                }) >= least
            }
            Self::Exactly(wanted) => level == wanted,
        }
    }
}

/// A term about the name of a source, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTerm {
    /// What the name must hold.
    pub name: String,
    /// Or must not.
    pub inverse: bool,
}

/// A compiled filter. The default one lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct Query {
    shown: Text,
    texts: Vec<TextTerm>,
    levels: Vec<(LevelTerm, bool)>,
    fields: Vec<FieldTerm>,
    sources: Vec<SourceTerm>,
    /// By source index; `None` is all.
    picked: Option<Vec<bool>>,
    lines_only: bool,
}

impl Query {
    /// Parses a filter's text: see the folder's `parse.rs` for what it may hold. Fails for a broken expression.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text)
    }

    /// The text it was parsed from.
    pub const fn shown(&self) -> &Text {
        &self.shown
    }

    /// Whether it has no term.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
            && self.levels.is_empty()
            && self.fields.is_empty()
            && self.sources.is_empty()
    }

    /// With a floor under the level, beside the terms it has.
    #[must_use]
    pub fn with_floor(mut self, floor: Level) -> Self {
        if floor > Level::Unknown {
            self.levels.push((LevelTerm::AtLeast(floor), false));
        }
        self
    }

    /// The terms about names of sources, which the caller knows, and resolves with [`Self::with_sources`].
    pub fn source_terms(&self) -> &[SourceTerm] {
        &self.sources
    }

    /// Only of the sources whose place says `true`; a source beyond the end passes.
    #[must_use]
    pub fn with_sources(mut self, picked: Option<Vec<bool>>) -> Self {
        self.picked = picked.filter(|picked| picked.contains(&false));
        self
    }

    /// Only lines: neither gaps nor markers, which pass everything else.
    #[must_use]
    pub const fn lines_only(mut self) -> Self {
        self.lines_only = true;
        self
    }

    /// Where in a line the wanted texts are, for highlighting: byte ranges, rising, apart from each other.
    pub fn highlights(&self, line: &str) -> Vec<Range<usize>> {
        let wanted = self.texts.iter().filter(|term| !term.inverse);
        let mut ranges: Vec<Range<usize>> =
            wanted.flat_map(|term| term.pattern.ranges(line)).collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }

    /// The entries of a block from place `from` on that pass, and what it cost, in lines.
    pub(super) fn matches(&self, block: &Block, from: usize) -> (Vec<u16>, usize) {
        // A block that is not unpacked costs about a fiftieth of one that is.
        let unread = (block.len() - from) / 50 + 1;
        let only_lines = block.packed()[from..]
            .iter()
            .all(|packed| kind_in(*packed) == EntryKind::Line);
        if (only_lines || self.lines_only) && self.is_hopeless(block) {
            return (Vec::new(), unread);
        }
        let mut passed = LineSet::none(block.len());
        let mut lines = LineSet::none(block.len());
        for (index, packed) in block.packed().iter().enumerate().skip(from) {
            let picked = |picked: &Vec<bool>| {
                picked
                    .get(block.source(index).index())
                    .copied()
                    .unwrap_or(true)
            };
            if !self.picked.as_ref().is_none_or(picked) {
                continue;
            }
            if kind_in(*packed) != EntryKind::Line {
                if !self.lines_only {
                    passed.insert(index);
                }
            } else if self
                .levels
                .iter()
                .all(|(term, inverse)| term.holds(level_in(*packed)) != *inverse)
            {
                lines.insert(index);
            }
        }
        let read = self.keep_matching(block, from, &mut lines);
        lines.add(&passed);
        let places = lines.iter().map(|index| index as u16).collect();
        (places, if read { block.len() - from } else { unread })
    }

    /// Whether no line of the block can match, known without unpacking it.
    fn is_hopeless(&self, block: &Block) -> bool {
        let ruled_out = |pattern: &Pattern| !block.may_hold(pattern.trigrams());
        self.texts
            .iter()
            .any(|term| !term.inverse && ruled_out(&term.pattern))
            || self
                .fields
                .iter()
                .any(|term| !term.inverse && ruled_out(term.needs()))
    }

    /// Takes the lines out whose text or fields do not match; returns whether the block had to be unpacked.
    fn keep_matching(&self, block: &Block, from: usize, lines: &mut LineSet) -> bool {
        if self.is_hopeless(block) {
            *lines = LineSet::none(block.len());
        }
        let ruled_out = |pattern: &Pattern| !block.may_hold(pattern.trigrams());
        let texts: Vec<&TextTerm> = self
            .texts
            .iter()
            .filter(|term| !ruled_out(&term.pattern))
            .collect();
        let fields: Vec<&FieldTerm> = self
            .fields
            .iter()
            .filter(|term| !ruled_out(term.needs()))
            .collect();
        if lines.is_empty() || (texts.is_empty() && fields.is_empty()) {
            return false;
        }
        let text = block.text();
        let starts = OnceCell::new();
        let starts = || -> &Vec<u32> { starts.get_or_init(|| line_starts(&text)) };
        let begin = if from == 0 {
            0
        } else {
            starts()
                .get(from)
                .map_or(text.len(), |start| *start as usize)
        };
        let found = |pattern: &Pattern| {
            let mut found = LineSet::none(block.len());
            pattern.search(&text, begin, |at| {
                found.insert(starts().partition_point(|start| *start as usize <= at) - 1);
            });
            found
        };
        for term in texts {
            let found = found(&term.pattern);
            if term.inverse {
                lines.remove(&found);
            } else {
                lines.keep(&found);
            }
            if lines.is_empty() {
                return true;
            }
        }
        for term in fields {
            let mut holds = found(term.needs());
            holds.keep(lines);
            let fails: Vec<usize> = holds
                .iter()
                .filter(|index| !term.holds(line_at(&text, starts(), *index)))
                .collect();
            for index in fails {
                holds.take_out(index);
            }
            if term.inverse {
                lines.remove(&holds);
            } else {
                lines.keep(&holds);
            }
        }
        true
    }
}
