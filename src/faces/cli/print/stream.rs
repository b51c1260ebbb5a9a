//! One handle that is printed to.

use std::io::Write;

use serde::Serialize;
use vocab::{StyledText, Text};

use super::tone::{Tone, pen};
use crate::error::{Error, Result};

/// Text in a tone.
pub(crate) type Piece = (Tone, Text);

/// Text in a tone, made safe.
pub(crate) fn piece(tone: Tone, text: impl AsRef<str>) -> Piece {
    (tone, Text::line(text.as_ref()))
}

/// A handle and what it can show.
pub(crate) struct Stream {
    handle: Box<dyn Write + Send>,
    colour: bool,
    terminal: bool,
}

impl Stream {
    /// Over a handle; `terminal` when it is one.
    pub fn new(handle: Box<dyn Write + Send>, colour: bool, terminal: bool) -> Self {
        Self {
            handle,
            colour,
            terminal,
        }
    }

    /// Whether it is a terminal.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// No colour from now on.
    pub const fn without_colour(&mut self) {
        self.colour = false;
    }

    /// One line of pieces.
    pub fn line(&mut self, pieces: &[Piece]) -> Result<()> {
        self.pieces(pieces)?;
        self.put("\n")
    }

    /// One line in one tone.
    pub fn say(&mut self, tone: Tone, text: impl AsRef<str>) -> Result<()> {
        self.line(&[piece(tone, text)])
    }

    /// A line that the next one is written over, on a terminal; nothing elsewhere.
    pub fn passing(&mut self, text: impl AsRef<str>) -> Result<()> {
        if !self.terminal {
            return Ok(());
        }
        self.put("\r\x1b[K")?;
        self.put(&Text::line(text.as_ref()))?;
        self.flush()
    }

    /// A question, without a newline behind it.
    pub fn ask(&mut self, text: impl AsRef<str>) -> Result<()> {
        self.pieces(&[piece(Tone::Strong, text)])?;
        self.put(" ")?;
        self.flush()
    }

    /// A line of a log: pieces before it, then the line in its own colours.
    pub fn styled(&mut self, before: &[Piece], line: &StyledText) -> Result<()> {
        self.pieces(before)?;
        if !self.colour {
            self.put(line.as_str())?;
            return self.put("\n");
        }
        for (style, text) in line.pieces() {
            self.painted(&pen(style), text)?;
        }
        self.put("\n")
    }

    /// Several lines as they are: what a program printed. A newline is added where the last one is missing.
    pub fn block(&mut self, text: &Text) -> Result<()> {
        self.put(text)?;
        if text.is_empty() || text.ends_with('\n') {
            Ok(())
        } else {
            self.put("\n")
        }
    }

    /// Text made by this program that holds newlines: a file it writes, a completion script.
    pub fn document(&mut self, text: &str) -> Result<()> {
        self.put(text)
    }

    /// A value as indented JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<()> {
        let text =
            serde_json::to_string_pretty(value).map_err(|error| Error::Output(error.into()))?;
        self.put(&text)?;
        self.put("\n")
    }

    /// A value as one line of JSON.
    pub fn json_line(&mut self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value).map_err(|error| Error::Output(error.into()))?;
        self.put(&text)?;
        self.put("\n")
    }

    /// Everything printed so far is shown.
    pub fn flush(&mut self) -> Result<()> {
        self.handle.flush().map_err(Error::from_write)
    }

    fn pieces(&mut self, pieces: &[Piece]) -> Result<()> {
        pieces
            .iter()
            .try_for_each(|(tone, text)| self.painted(tone.code(), text))
    }

    fn painted(&mut self, code: &str, text: &str) -> Result<()> {
        if !self.colour || code.is_empty() || text.is_empty() {
            return self.put(text);
        }
        self.put("\x1b[")?;
        self.put(code)?;
        self.put("m")?;
        self.put(text)?;
        self.put("\x1b[0m")
    }

    fn put(&mut self, text: &str) -> Result<()> {
        self.handle
            .write_all(text.as_bytes())
            .map_err(Error::from_write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Paper;

    #[test]
    fn colour_only_where_it_is_shown() {
        let line = StyledText::new(b"a \x1b[31mred\x1b[0m word");
        let printed = |colour| {
            let paper = Paper::default();
            let mut stream = Stream::new(Box::new(paper.clone()), colour, colour);
            stream.say(Tone::Bad, "down\x1b[2J").unwrap();
            stream.styled(&[piece(Tone::Dim, "x ")], &line).unwrap();
            paper.text()
        };
        assert_eq!(printed(false), "down\u{fffd}\nx a red word\n");
        assert_eq!(
            printed(true),
            "\x1b[31mdown\u{fffd}\x1b[0m\n\x1b[2mx \x1b[0ma \x1b[38;5;1mred\x1b[0m word\n"
        );
    }

    #[test]
    fn a_closed_pipe_is_told_apart() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut stream = Stream::new(Box::new(Gone), false, false);
        assert!(matches!(stream.say(Tone::Plain, "x"), Err(Error::Closed)));
    }
}
