//! Which lines are shown.

use clap::ValueEnum;
use regex::Regex;
use vocab::{Level, LogItem};

/// A level as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelWord {
    /// For the one who wrote the program.
    Trace,
    /// For the one who mends it.
    Debug,
    /// The course of things; lines that do not say count as this.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed.
    Error,
    /// Nothing goes on after this.
    Fatal,
}

impl LevelWord {
    const fn level(self) -> Level {
        match self {
            Self::Trace => Level::Trace,
            Self::Debug => Level::Debug,
            Self::Info => Level::Info,
            Self::Warn => Level::Warn,
            Self::Error => Level::Error,
            Self::Fatal => Level::Fatal,
        }
    }
}

/// What a line must be.
pub(super) struct Filter {
    pattern: Option<Regex>,
    invert: bool,
    floor: Option<Level>,
}

impl Filter {
    pub fn new(pattern: Option<Regex>, invert: bool, floor: Option<LevelWord>) -> Self {
        Self {
            pattern,
            invert,
            floor: floor.map(LevelWord::level),
        }
    }

    /// Whether it is shown. A gap always is: lines that match may be missing there.
    pub fn lets_through(&self, item: &LogItem) -> bool {
        let LogItem::Line(line) = item else {
            return true;
        };
        let level = if line.level == Level::Unknown {
            Level::Info
        } else {
            line.level
        };
        self.floor.is_none_or(|floor| level >= floor)
            && self
                .pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(line.text.as_str()) != self.invert)
    }
}
