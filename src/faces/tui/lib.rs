//! The interactive console: it shows the world, turns keys into wishes, and hands the terminal back as it found it.
//!
//! May import: `ui`, `link`, `world`, `config`, `vocab`, `kit`, ratatui, crossterm. May not: the engine, drivers, the store,
//! another face.
//!
//! Flow: terminal (`ui::terminal` guards it) → `run` (one loop) → `app` (pure: key → action → pane → demand) → `run` does the demands (plans, copies,
//! hands the terminal over) → what comes back is seen through the watch → `app` draws.

mod app;
mod bars;
mod dialogs;
mod layout;
mod panes;
mod releases;
mod reload;
mod run;
mod session;
mod words;

#[cfg(test)]
mod fixture;

pub use run::run;
pub use session::{ExitReason, Session};
