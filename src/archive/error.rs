//! What reading an upload can end with, other than well.

use std::io;

use vocab::Text;

use crate::Fault;

/// The most characters of an entry's name that are shown.
const SHOWN: usize = 200;

/// Why there is no release. Nothing of the upload was left on the disk.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// One entry is the reason.
    #[error("{entry}: {fault}")]
    Entry {
        /// Its path as the upload writes it, shortened and made safe to show.
        entry: Text,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The upload as a whole is the reason.
    #[error(transparent)]
    Whole(#[from] Fault),
    /// This machine is the reason: disk full, no permission, no such file.
    #[error("{doing}: {source}")]
    Disk {
        /// What was being done, reads before the reason: `cannot write the release`.
        doing: &'static str,
        /// The reason.
        source: io::Error,
    },
}

impl ArchiveError {
    /// What is wrong with the upload, when it is the upload.
    pub const fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Entry { fault, .. } | Self::Whole(fault) => Some(fault),
            Self::Disk { .. } => None,
        }
    }

    /// One entry is the reason.
    pub(crate) fn entry(name: impl AsRef<[u8]>, fault: Fault) -> Self {
        Self::Entry {
            entry: shown(name),
            fault,
        }
    }

    /// This machine is the reason.
    pub(crate) fn disk(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { doing, source }
    }
}

/// A name from outside as it is shown: its first characters, on one line.
pub(crate) fn shown(name: impl AsRef<[u8]>) -> Text {
    let name = String::from_utf8_lossy(name.as_ref());
    let mut short: String = name.chars().take(SHOWN).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    Text::line(short)
}
