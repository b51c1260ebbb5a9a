//! Why the store cannot do something, and how to mend it.

use rusqlite::ErrorCode;
use rusqlite::ffi;
use vocab::{RunId, Text, Time};

/// What went wrong; the words name the file and the cure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a newer version of this program.
    #[error(
        "{file} is of a newer version ({found}; this program knows up to {known}): update wheelhouse, or move the file \
         away to begin a new history"
    )]
    Newer {
        /// The file.
        file: Text,
        /// Its version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// Another program holds the file for longer than 15 s.
    #[error(
        "{file} is locked by another program: see `fuser {file}`, let it finish or end it, then try again"
    )]
    Locked {
        /// The file.
        file: Text,
    },
    /// The file system or the quota is full.
    #[error(
        "no space left to write {file}: free some on its file system; without a journal nothing is changed"
    )]
    Full {
        /// The file.
        file: Text,
    },
    /// The folder or the file may not be written, or not be opened.
    #[error(
        "{file} cannot be written by this user: {what}; check the owner and mode of it and of its folder"
    )]
    Denied {
        /// The file or folder.
        file: Text,
        /// What the system said.
        what: Text,
    },
    /// The file is damaged.
    #[error(
        "{file} is damaged: {what}; quit every wheelhouse and start it again: the file is then set aside and a new one begun"
    )]
    Corrupt {
        /// The file.
        file: Text,
        /// What is wrong with it.
        what: Text,
    },
    /// Reading, writing or syncing failed.
    #[error("{file}: {what}; check the disk (`dmesg`) and that it is a local file system")]
    Disk {
        /// The file.
        file: Text,
        /// What failed.
        what: Text,
    },
    /// The `SQLite` library can damage files with several writers (fixed in 3.51.3, <https://www.sqlite.org/wal.html>).
    #[error(
        "the SQLite library is {found}, older than 3.51.3, which can damage the file: build with a newer one"
    )]
    OldLibrary {
        /// Its version.
        found: &'static str,
    },
    /// Another run works on the same object.
    #[error("{object} is held by {holder} (run {}) since {since}: {doing}; {way_out}", run.short())]
    Held {
        /// The object, in words.
        object: Text,
        /// The run that holds it.
        run: RunId,
        /// Who began that run, from where.
        holder: Text,
        /// Since when.
        since: Time,
        /// What it does just now: a step's title, or the run's state.
        doing: Text,
        /// What can be done about it: to wait, or to go on with it when its process has ended.
        way_out: Text,
    },
    /// The run is not in the journal.
    #[error("run {run} is not in the journal: `wheelhouse runs` lists what is")]
    NoSuchRun {
        /// The run.
        run: RunId,
    },
    /// The run is in the journal already.
    #[error("run {run} was taken on before: make a new plan")]
    TakenBefore {
        /// The run.
        run: RunId,
    },
    /// The run belongs to another process now.
    #[error("run {run} belongs to another wheelhouse now: this one must not go on with it")]
    NotOurs {
        /// The run.
        run: RunId,
    },
    /// The audit log was changed, or the file is damaged.
    #[error(
        "{file}: the audit log is not whole from line {line} on: {what}; compare with a backup"
    )]
    AuditBroken {
        /// The file.
        file: Text,
        /// The first line that does not fit.
        line: u64,
        /// What does not fit.
        what: Text,
    },
    /// More is asked of the store than it can do, or it did not answer in time.
    #[error(
        "{file}: the disk is too slow: no answer in time; nothing is changed without a journal, try again"
    )]
    Slow {
        /// The file.
        file: Text,
    },
    /// The store was closed.
    #[error("{file} is closed: start wheelhouse again")]
    Closed {
        /// The file.
        file: Text,
    },
    /// `SQLite` or the encoder refused something: a fault of this program.
    #[error("{file}: {what}; this is a fault in wheelhouse, please report it")]
    Internal {
        /// The file.
        file: Text,
        /// What was refused.
        what: Text,
    },
}

impl StoreError {
    /// Whether the file's content is the trouble.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Corrupt { .. })
    }

    /// From what the system says of a file or folder.
    pub(crate) fn from_io(file: &Text, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (file, what) = (file.clone(), Text::line(error.to_string()));
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { file },
            ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotADirectory
            | ErrorKind::AlreadyExists => Self::Denied { file, what },
            _ => Self::Disk { file, what },
        }
    }
}

/// What goes wrong within the store's thread, before the file's name is put to it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// `SQLite` refused.
    Sql(rusqlite::Error),
    /// Already in words.
    Said(StoreError),
    /// A value could not be written as JSON.
    Json(serde_json::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Said(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl Failure {
    /// In words, with the file's name.
    pub(crate) fn said(self, file: &Text) -> StoreError {
        let file = file.clone();
        let error = match self {
            Self::Said(error) => return error,
            Self::Json(error) => {
                let what = Text::line(error.to_string());
                return StoreError::Internal { file, what };
            }
            Self::Sql(error) => error,
        };
        let what = Text::line(error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Corrupt { file, what }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked { file }
            }
            Some(ErrorCode::DiskFull) => StoreError::Full { file },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::Denied { file, what }
            }
            Some(ErrorCode::SystemIoFailure) => StoreError::Disk { file, what },
            // A damaged schema is reported as a plain error ("malformed database schema", a missing table or column),
            // a damaged value as one of another type than the column's.
            Some(ErrorCode::Unknown) => StoreError::Corrupt { file, what },
            // A table that is there before the version that makes it: the version's number is damaged.
            None if matches!(error, rusqlite::Error::SqlInputError { .. }) => {
                StoreError::Corrupt { file, what }
            }
            None if is_damaged_value(&error) => StoreError::Corrupt { file, what },
            _ => StoreError::Internal { file, what },
        }
    }
}

fn is_damaged_value(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::QueryReturnedNoRows
            | rusqlite::Error::Utf8Error(..)
    )
}

/// Whether the connection must not be used again: after a failed sync `SQLite` cannot know what reached the disk.
pub(crate) fn is_fatal(error: &Failure) -> bool {
    matches!(error, Failure::Sql(error) if error.sqlite_error().is_some_and(|e| e.extended_code & 0xff == ffi::SQLITE_IOERR))
}
