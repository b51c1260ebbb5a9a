//! Why a command could not do what it was asked, in words that say how to mend it, and with which exit code it ends.

use std::io;

use vocab::Text;
use world::{Refusal, RefusalKind};

use crate::exit::Exit;

/// What commands return.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No such thing.
    #[error("{0}")]
    NotFound(Text),
    /// The command line makes no sense.
    #[error("{0}")]
    Usage(Text),
    /// A node or engine cannot be reached.
    #[error("{0}")]
    Unreachable(Text),
    /// The engine refused.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The operator did not confirm.
    #[error("{0}")]
    NotConfirmed(Text),
    /// The session may not change anything.
    #[error(
        "this session is read-only: nothing was changed; leave out --read-only, or read_only in settings.toml"
    )]
    ReadOnly,
    /// How it ended is not known.
    #[error("{0}")]
    OutcomeUnknown(Text),
    /// The engine inside this process has ended.
    #[error("the engine has ended; its log file says why")]
    Ended,
    /// Ctrl-c, or the terminal is gone.
    #[error("interrupted")]
    Interrupted,
    /// A file cannot be written.
    #[error("{0}")]
    File(Text),
    /// Whoever read the output reads no more: a normal end.
    #[error("the output is not read any more")]
    Closed,
    /// The output cannot be written.
    #[error("cannot write the output: {0}")]
    Output(io::Error),
}

impl Error {
    /// From writing to standard output or standard error.
    pub fn from_write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Output(error),
        }
    }

    /// The code the process ends with.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Closed => Exit::Fine,
            Self::NotFound(_) => Exit::NotFound,
            Self::Usage(_) => Exit::Usage,
            Self::Unreachable(_) => Exit::Unreachable,
            Self::Refused(refusal) => match refusal.kind {
                RefusalKind::NotFound => Exit::NotFound,
                RefusalKind::Unreachable => Exit::Unreachable,
                RefusalKind::Invalid => Exit::Usage,
                RefusalKind::Conflict
                | RefusalKind::Needless
                | RefusalKind::Consent
                | RefusalKind::ReadOnly
                | RefusalKind::Journal
                | RefusalKind::Stale => Exit::Refused,
            },
            Self::NotConfirmed(_) | Self::ReadOnly => Exit::Refused,
            Self::OutcomeUnknown(_) => Exit::Unknown,
            Self::Interrupted => Exit::Interrupted,
            Self::Ended | Self::File(_) | Self::Output(_) => Exit::Wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_goes_is_no_failure() {
        let closed = Error::from_write(io::ErrorKind::BrokenPipe.into());
        assert_eq!(closed.exit(), Exit::Fine);
        let full = Error::from_write(io::ErrorKind::StorageFull.into());
        assert_eq!(full.exit(), Exit::Wrong);
    }

    #[test]
    fn refusals_keep_their_kind() {
        let exit = |kind| Error::from(Refusal::new(kind, "words")).exit();
        assert_eq!(exit(RefusalKind::NotFound), Exit::NotFound);
        assert_eq!(exit(RefusalKind::Unreachable), Exit::Unreachable);
        assert_eq!(exit(RefusalKind::Invalid), Exit::Usage);
        assert_eq!(exit(RefusalKind::Consent), Exit::Refused);
        assert_eq!(exit(RefusalKind::Conflict), Exit::Refused);
    }
}
