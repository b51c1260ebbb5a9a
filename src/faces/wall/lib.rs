//! The wall: a read-only picture for across the room. It watches and can do nothing else, by type: it is given a
//! [`link::Watch`] and names nothing that could ask for a change.
//!
//! May import: `ui`, `link`, `world`, `config`, `vocab`, `kit`, ratatui, crossterm. May not: the engine, drivers, the
//! store, another face.
//!
//! Flow: the watch's world → `verdict` and `pages` (what is said, pure) → `rotation` (which page, pure) → `picture`
//! (where it stands) on a `canvas` of plain or big letters → the terminal, once a second.

mod canvas;
mod heartbeat;
mod pages;
mod picture;
mod privacy;
mod rotation;
mod run;
mod session;
mod sheet;
mod sight;
mod verdict;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use run::run;
pub use session::{Ended, Session};
