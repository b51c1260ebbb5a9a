//! What must outlive the program, in one `SQLite` file: the history of figures, the journal of runs and the audit log.
//!
//! May import: `world`, `vocab`, `kit`, rusqlite (only here), sha2 and rustix (file locks). May not: drivers, the
//! network, a clock for data (every time is handed in).
//!
//! Flow: [`Store`] (async handle, cheap to clone) → a bounded channel → one thread that owns the one connection →
//! `history` | `journal` | `audit` |
//! `said` (what providers said last) | `counts` (of sites). Nothing returns `Ok` before it is synced to disk, but [`Store::record`], which never
//! waits and may lose the last seconds.

mod audit;
mod backups;
mod connection;
mod counts;
mod error;
mod folder;
mod history;
mod journal;
mod kept;
mod opened;
mod opening;
mod options;
mod process;
mod said;
mod schema;
mod sites;
mod store;
#[cfg(test)]
mod tests;
mod worker;

pub use audit::AuditEntry;
pub use counts::{LogCounts, SiteCounts};
pub use error::StoreError;
pub use history::Bucket;
pub use journal::{Foreign, Left, Runs};
pub use opened::{How, Opened};
pub use options::{Keep, Options};
pub use said::KeptBilling;
pub use store::Store;
