//! Keymaps: which keys do what in which part of the screen.
//!
//! Flow: `keymaps/default.toml` → a flavour that inherits it → the user's `keymap.toml`, each read by `file`, merged by
//! scope and key in `merge` → [`Keymap`]. Actions stay names here; who runs them checks that they exist, with the file
//! and line each binding carries.

mod chord;
mod file;
mod layers;
mod merge;

pub use chord::{Chord, Code, Keys};
pub use file::{Binding, KeymapFile, PANES, SCOPES, Scope};
pub use layers::load;
pub use merge::{Bound, Keymap};

#[cfg(test)]
mod tests;
