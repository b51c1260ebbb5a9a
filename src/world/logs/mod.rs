//! Logs: a bounded buffer of lines merged by time, with search.
//!
//! May import: `vocab` and the search and compression crates. May not: a clock, I/O; what takes long is done in slices.
//!
//! Flow: [`vocab::LogBatch`] → [`LogBuffer`] → [`LogView`] (by a [`Query`]) → [`Entry`]s for a face.

pub mod access;
mod buffer;
mod entry;
pub mod fields;
mod histogram;
pub mod level;
mod query;
mod view;

pub use buffer::{LogBuffer, LogLimits};
pub use entry::{Entry, EntryId, EntryKind, Meta, SourceIndex};
pub use histogram::{Histogram, LineCount};
pub use query::{Query, QueryError};
pub use view::{Direction, LogView, Progress};
