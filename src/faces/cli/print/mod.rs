//! Printing: results to standard output, everything that leads to them to standard error.
//!
//! Only [`vocab::Text`] and this program's own words reach a handle, colour only where a terminal shows it and `NO_COLOR`
//! does not forbid it (<https://no-color.org>). A reader that goes away is a normal end, [`crate::error::Error::Closed`].

mod input;
mod stream;
mod table;
mod tone;
pub(crate) mod words;

use std::io::{self, BufWriter, IsTerminal};

use jiff::tz::TimeZone;

use crate::error::{Error, Result};

pub(crate) use input::Input;
pub(crate) use stream::{Stream, piece};
pub(crate) use table::{Cell, Pairs, Table};
pub(crate) use tone::Tone;

/// The three ends of a command.
pub(crate) struct Console {
    /// Results.
    pub out: Stream,
    /// Plans, questions, progress, errors.
    pub err: Stream,
    /// Answers.
    pub input: Input,
    /// The zone in which moments are shown.
    pub zone: TimeZone,
}

impl Console {
    /// This process's own.
    pub fn standard() -> Self {
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let (out, err) = (io::stdout(), io::stderr());
        let (out_shows, err_shows) = (out.is_terminal(), err.is_terminal());
        Self {
            // Buffered, because logs may be long; whoever waits flushes first.
            out: Stream::new(
                Box::new(BufWriter::new(out)),
                colour && out_shows,
                out_shows,
            ),
            err: Stream::new(Box::new(err), colour && err_shows, err_shows),
            input: Input::standard(),
            zone: TimeZone::system(),
        }
    }

    /// Says what went wrong.
    pub fn say_error(&mut self, error: &Error) -> Result<()> {
        self.err.line(&[
            piece(Tone::Bad, "error: "),
            piece(Tone::Plain, error.to_string()),
        ])
    }

    /// Whether somebody sits there who can be asked.
    pub const fn is_interactive(&self) -> bool {
        self.input.is_terminal() && self.err.is_terminal()
    }
}
