//! What the terminal faces share: actions, keys, styles, lists, widgets and the pane trait.
//!
//! May import: `config`, `world`, `vocab`, `kit`, ratatui and the types of crossterm. May not: tokio, the link, anything
//! that reads a clock or a file; the present arrives in [`pane::Seen`].
//!
//! Flow: key → [`keys`] → [`registry::Action`] → [`pane::Pane::act`] → [`pane::Outcome`] (data; a pane never sends).
//! World → [`pane::Pane::draw`] → [`widgets`] → the screen's cells.

pub mod filter;
pub mod keys;
pub mod list;
pub mod pane;
pub mod registry;
pub mod sign;
pub mod styles;
pub mod terminal;
pub mod widgets;

pub use filter::Filter;
pub use keys::{KeyMap, Lookup};
pub use list::List;
pub use pane::{Figure, Look, Outcome, Pane, Past, Pick, Recalled, Seen, Title, View, Wish};
pub use registry::{Action, Definition, Risk, Scope};
pub use sign::Sign;
pub use styles::{Role, Styles};
