//! Fleet file, settings, keymaps and themes: parsed to plain data, every problem reported at once with its line.
//!
//! May import: `vocab`, `kit`, the TOML parser. May not: a terminal library (colours and keys are plain data here), the
//! world, or anything that talks to a network. It reads files and never writes one.
//!
//! Flow: [`Paths`] → [`load`] → text → `reader` (fields taken once, the rest reported) → [`Fleet`], [`Settings`],
//! [`Keymap`], [`Theme`], and beside them a [`Report`]. A broken entry is left out and the rest is used, so the console
//! always starts.

pub mod diagnostic;
pub mod fleet;
pub mod keymap;
mod load;
pub mod paths;
mod reader;
pub mod rules;
pub mod settings;
pub mod shipped;
pub mod theme;

pub use diagnostic::{Diagnostic, Report, Severity};
pub use fleet::Fleet;
pub use keymap::Keymap;
pub use load::{Config, load};
pub use paths::Paths;
pub use settings::Settings;
pub use theme::Theme;
