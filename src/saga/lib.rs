//! Sagas: runs of several steps at several providers that are finished or taken back, whatever happens in the middle.
//!
//! May import: `vocab`. May not: `world`, `drivers`, or anything above; it knows no provider, no site, no store.
//!
//! Flow: the steps of a frozen plan + the records of a [`Journal`] → [`drive`] → [`End`]. Forward: intent on disk, effect,
//! result on disk, step by step. A result that did not come is *unknown*, never failed: it is resolved by looking, waiting
//! until nothing can still arrive, and looking again. Past a step that has [no way back](Step::one_way) it only goes
//! forward. Back: every step that was ever intended is taken back in reverse
//! order, as far as the [level](vocab::RollbackLevel) says; one that cannot be does not stop the rest, and is left to an
//! operator.
//!
//! The same call starts a saga, goes on with it after a crash, and goes on with a rollback after a crash: all it knows is
//! in the journal. Everything outside is behind [`Step`], [`Journal`] and [`Context`].

mod drive;
mod journal;
mod record;
mod resolve;
mod step;
pub mod stuck;
#[cfg(test)]
mod tests;
mod undo;
mod way_back;

pub use drive::{Context, End, drive};
pub use journal::{Journal, JournalError, Progress};
pub use record::{Direction, Facts, Forward, Object, Record, Status, Undoing};
pub use step::{Look, Outcome, Pace, Step, Undone};
pub use way_back::{WayBack, way_back};
