//! What happened when the store was opened, in words for the operator.

use std::fmt;

use vocab::Text;

/// What became of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// There was none; a new one was made.
    Fresh,
    /// It is as it was left.
    Kept,
    /// It was of an older version and was brought up to this one.
    Migrated {
        /// The version it had.
        from: u32,
    },
    /// It was damaged. It is kept under another name and a new one was begun: history, journal and audit log start
    /// empty.
    SetAside {
        /// What was wrong with it.
        what: Text,
        /// Under which name it is kept.
        kept: Text,
    },
}

/// What happened at the opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The file.
    pub file: Text,
    /// What became of it.
    pub how: How,
    /// Whether every program that had it open before closed it or still runs; if not, the whole file was checked.
    pub closed_cleanly: bool,
}

impl Opened {
    /// Whether something was lost that the operator must know of.
    pub const fn is_grave(&self) -> bool {
        matches!(self.how, How::SetAside { .. })
    }
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        match &self.how {
            How::Fresh => write!(f, "{file}: a new history was begun"),
            How::Kept if self.closed_cleanly => write!(f, "{file}: opened"),
            How::Kept => write!(
                f,
                "{file}: opened; it was not closed last time, so it was checked and found whole"
            ),
            How::Migrated { from } => write!(f, "{file}: brought up from version {from}"),
            How::SetAside { what, kept } => write!(
                f,
                "{file} was damaged ({what}): it is kept as {kept} and a new one was begun; history, journal of runs and \
                 audit log start empty, and what ran when it broke is not known: look at its objects. \
                 `sqlite3 {kept} .recover` may bring the old lines back"
            ),
        }
    }
}
