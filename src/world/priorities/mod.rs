//! Priorities: signals, notes and what other systems report become items; each is scored by terms that can be checked by
//! hand, and at most ten are on the surface.

//!
//! Flow: an open signal or a note → [`stake`] (what stands on it and earns) → [`score`] by the tables of [`steps`] →
//! [`Item`], ranked by [`crate::query::items()`]. [`fix`] binds what would mend it. [`learning`] proposes other weights.

pub mod fix;
pub mod happening;
pub mod item;
pub mod learning;
pub mod mark;
pub mod score;
pub mod stake;
pub mod steps;
pub mod weights;

pub use happening::{Happening, What, fix_is_begun};
pub use item::{Item, ItemId, Origin, Quadrant, Score, Term, Visibility};
pub use learning::{Choice, Proposal};
pub use mark::{Delegation, Mark, MarkRequest, Marks, Note, NoteRequest, Snooze};
pub use weights::Weights;

#[cfg(test)]
mod tests;
