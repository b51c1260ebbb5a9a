//! Tones: what a word means, and the SGR parameters (ECMA-48 §8.3.117) that show it.

use std::fmt::Write;

use vocab::ansi::{Colour, Pen};

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// All is well.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// Of less interest.
    Dim,
    /// A heading, a name.
    Strong,
}

impl Tone {
    /// Its SGR parameters; empty for none.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
            Self::Dim => "2",
            Self::Strong => "1",
        }
    }
}

/// The SGR parameters of a pen; empty for none.
pub(super) fn pen(pen: Pen) -> String {
    let mut codes = String::new();
    let attributes = [
        (pen.bold, "1"),
        (pen.dim, "2"),
        (pen.italic, "3"),
        (pen.underline, "4"),
    ];
    for (set, code) in attributes {
        if set {
            push(&mut codes, code);
        }
    }
    for (colour, plane) in [(pen.foreground, 38), (pen.background, 48)] {
        let mut code = String::new();
        // Writing to a String cannot fail.
        let written = match colour {
            Some(Colour::Indexed(number)) => write!(code, "{plane};5;{number}"),
            Some(Colour::Rgb(red, green, blue)) => write!(code, "{plane};2;{red};{green};{blue}"),
            None => continue,
        };
        if written.is_ok() {
            push(&mut codes, &code);
        }
    }
    codes
}

fn push(codes: &mut String, code: &str) {
    if !codes.is_empty() {
        codes.push(';');
    }
    codes.push_str(code);
}
