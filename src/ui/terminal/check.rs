//! Whether there is a terminal to draw on.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};

/// Why a screen cannot be drawn here; the text says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    /// Input or output is a file or a pipe.
    #[error(
        "{0} is not a terminal; run this in a terminal, or use `wheelhouse status` for plain output"
    )]
    NotATerminal(&'static str),
    /// The terminal says that it cannot place text.
    #[error(
        "TERM is {0:?}, which cannot place text on a screen; set TERM to what the terminal is (xterm-256color is a good guess), or use `wheelhouse status`"
    )]
    CannotPlace(String),
}

/// Whether standard input and output are a terminal that can place text on its screen.
pub fn check() -> Result<(), NoTerminal> {
    judge(
        io::stdin().is_terminal(),
        io::stdout().is_terminal(),
        std::env::var_os("TERM").as_deref(),
    )
}

fn judge(input: bool, output: bool, term: Option<&OsStr>) -> Result<(), NoTerminal> {
    if !output {
        return Err(NoTerminal::NotATerminal("standard output"));
    }
    if !input {
        return Err(NoTerminal::NotATerminal("standard input"));
    }
    match term.map(OsStr::to_string_lossy) {
        Some(term) if term == "dumb" => Err(NoTerminal::CannotPlace(term.into_owned())),
        // Without TERM most terminals still understand what is sent: minimal containers leave it out.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_and_a_dumb_terminal_are_refused_with_a_way_out() {
        let xterm = Some(OsStr::new("xterm-256color"));
        assert_eq!(judge(true, true, xterm), Ok(()));
        assert_eq!(judge(true, true, None), Ok(()));
        for refused in [
            judge(true, false, xterm),
            judge(false, true, xterm),
            judge(true, true, Some(OsStr::new("dumb"))),
        ] {
            let text = refused.expect_err("refused").to_string();
            assert!(text.contains("wheelhouse status"), "{text}");
        }
    }
}
