//! Exit codes: what a script may rely on. A code once given keeps its meaning.

use std::process::ExitCode;

use crate::print::{Console, Tone, piece};

/// How a command ended, as the caller's shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well: what was asked was done or shown, and nothing critical was found.
    Fine,
    /// Something is wrong: a critical concern, a failed run, a failed check.
    Wrong,
    /// The command line makes no sense, or a name means more than one thing.
    Usage,
    /// There is no such node, container, service, log or run.
    NotFound,
    /// The node or its engine cannot be reached.
    Unreachable,
    /// Refused: not confirmed, not allowed by its state, read-only.
    Refused,
    /// What became of it is not known: a run whose end nobody saw, a fleet that could not be seen in time.
    Unknown,
    /// Ended by ctrl-c or a signal; a run was taken back or cancelled.
    Interrupted,
    /// The exit status of the program that ran on the other side (`exec`, `ssh`).
    Program(u8),
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Wrong => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Unreachable => 4,
            Self::Refused => 5,
            Self::Unknown => 6,
            Self::Interrupted => 130,
            Self::Program(status) => status,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Prints an error that ends the whole program, and the code it ends with.
pub fn report(error: &str) -> ExitCode {
    let mut console = Console::standard();
    // Where standard error cannot be written there is nobody to tell.
    drop(
        console
            .err
            .line(&[piece(Tone::Bad, "error: "), piece(Tone::Plain, error)]),
    );
    Exit::Wrong.into()
}

/// The codes in words, for the end of every long help text.
pub const HELP: &str = "\
Exit codes:
    0  all is well, or done
    1  something critical was found, a run failed, or a check failed
    2  the command line makes no sense, or a name means more than one thing
    3  there is no such node, container, service, log or run
    4  the node or its Docker engine cannot be reached
    5  refused: not confirmed, not possible in its state, or read-only
    6  the outcome is not known
  130  interrupted, or the run was taken back
`exec` and `ssh` with a command end with that command's own exit status.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_code() {
        use Exit::{Fine, Interrupted, NotFound, Refused, Unknown, Unreachable, Usage, Wrong};
        for exit in [
            Fine,
            Wrong,
            Usage,
            NotFound,
            Unreachable,
            Refused,
            Unknown,
            Interrupted,
        ] {
            let wanted = format!("{:>5}  ", exit.code());
            assert!(
                HELP.lines().any(|line| line.starts_with(&wanted)),
                "{exit:?}"
            );
        }
        assert_eq!(Exit::Program(42).code(), 42);
    }
}
