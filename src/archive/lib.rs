//! What a customer uploads, a zip file or a folder, becomes a release: checked, unpacked and named by its content; or it
//! is refused whole, with an error that names the entry and how to mend it. And the backups: sealed, and which to keep.
//!
//! May import: `vocab`, `kit`, std's files, zip, tar and the cipher (only here). May not: the network, a clock for data.
//!
//! Flow of an upload: [`read_archive`] | [`read_folder`] → every name, type and place is checked → a private temporary
//! folder beside the releases → bytes are counted, hashed and written → one rename → [`Release`] → [`pack`] for the way to
//! a server. Back from a server, out of a backup: [`read_tar`]. Nothing of an upload is ever run, and nothing is written outside of the temporary folder.
//!
//! All functions block: an async caller gives them a thread of their own (`spawn_blocking`).

mod beneath;
mod collect;
mod copy;
mod error;
mod fault;
mod folder;
mod limits;
mod meter;
mod names;
mod pack;
mod path;
mod publish;
mod release;
pub mod retention;
pub mod sealed;
#[cfg(test)]
mod tests;
mod untar;
mod unzip;
mod walk;
mod work;

pub use error::ArchiveError;
pub use fault::Fault;
pub use folder::read_folder;
pub use limits::Limits;
pub use pack::pack;
pub use release::{Release, ReleaseFile};
pub use untar::{Surveyed, read_tar, survey_tar};
pub use unzip::{read_archive, read_zip};
pub use walk::{load, verify};
pub use work::sweep;
