//! What must outlive the program, in one `SQLite` file: the history of figures, the journal of runs and the audit log.
//!
//! May import: `world`, `vocab`, `kit`, rusqlite (only here), sha2 and rustix (file locks). May not: drivers, the
//! network, a clock for data (every time is handed in).
//!
//! Flow: [`Store`] (async handle, cheap to clone) → a bounded channel → one thread that owns the one connection →
//! `history` | `journal` | `audit` |
//! `said` (what providers said last) | `counts` (of sites) | `signals`, `marks`, `notes`, `happenings` (what needs attention) | `outbox` (who is told). Nothing returns `Ok` before it is synced to disk, but [`Store::record`], which never
//! waits and may lose the last seconds.

mod attendance;
mod audit;
mod backups;
mod connection;
mod counts;
mod documents;
mod error;
mod executor;
mod fixes;
mod folder;
mod happenings;
mod history;
mod journal;
mod kept;
mod marks;
mod notes;
mod opened;
mod opening;
mod options;
mod outbox;
mod process;
mod said;
mod schedules;
mod schema;
mod signals;
mod sites;
mod store;
#[cfg(test)]
mod tests;
mod worker;

pub use audit::AuditEntry;
pub use counts::{LogCounts, SiteCounts};
pub use error::StoreError;
pub use fixes::KeptFixes;
pub use history::Bucket;
pub use journal::{Foreign, Left, Runs, Turn};
pub use marks::{Marked, Marking};
pub use notes::ForeignNotes;
pub use opened::{How, Opened};
pub use options::{Keep, Options};
pub use outbox::KeptAlerts;
pub use said::KeptBilling;
pub use schedules::ScheduleChange;
pub use store::Store;
