//! What sealing and opening can end with, other than well.

use std::io;
use std::path::PathBuf;

use vocab::Text;

/// Why a backup was not sealed or not opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Not one of our files.
    #[error("this is not a sealed backup")]
    NotSealed,
    /// Made by a later version of this program.
    #[error(
        "the backup has the form {0}, which this version does not know; open it with a newer one"
    )]
    Newer(u8),
    /// Sealed with another key.
    #[error(
        "the backup is sealed with another key; give the key file that was in use when it was made"
    )]
    WrongKey,
    /// A whole backup, but not the one asked for.
    #[error("this is the backup of {found}, not of {expected}")]
    WrongLabel {
        /// What the file says it is.
        found: Text,
        /// What was asked for.
        expected: Text,
    },
    /// It ends too early.
    #[error("the backup ends too early, after {0} bytes of content; fetch it again")]
    Truncated(u64),
    /// Something follows its end.
    #[error(
        "something was added to the backup after its end, at {0} bytes of content; fetch it again"
    )]
    Extended(u64),
    /// It was changed, or pieces of it were swapped.
    #[error(
        "the backup was damaged or changed after {0} bytes of content; fetch it again, or take another one"
    )]
    Damaged(u64),
    /// Longer than the construction allows: 256 TB.
    #[error("the backup is too long to be sealed in one piece")]
    TooLong,
    /// A label that cannot be written.
    #[error(
        "a backup's site is named by 1 to 255 bytes without control characters, its part by 1 to 32 small letters, digits and '-'"
    )]
    BadLabel,
    /// The key file may be read by others, or belongs to another.
    #[error("the key file {path} is not ours alone ({found}); it must belong to this user and have the mode 0600", path = path.display())]
    OpenKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// The key file does not have exactly 32 bytes.
    #[error("the key file {path} has not 32 bytes; restore it from its copy", path = .0.display())]
    BadKey(PathBuf),
    /// The file, the disk or the source of randomness failed.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done, reads before the reason.
        doing: &'static str,
        /// The reason.
        source: io::Error,
    },
}

impl SealError {
    pub(super) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }
}
