//! The terminal: taken over, drawn on, and handed back as it was found, however the program ends.
//!
//! May import: ratatui, crossterm's types, rustix, signal-hook. May not: tokio (what happens is told to a callback, on a
//! thread of its own), the world.
//!
//! Flow: [`check`] → [`Guard::enter`] (modes on, watcher thread, panic hook) → [`Guard::screen`] → [`Screen::draw`], one
//! write a frame. Signals and hang-up → the watcher → [`Happening`] → the face's loop → [`Guard::restore`].

mod backend;
mod check;
mod guard;
mod happening;
mod modes;
mod output;
mod panics;
mod screen;
mod scroll;
mod signals;
mod tty;
mod watcher;

#[cfg(test)]
mod tests;

pub use check::{NoTerminal, check};
pub use guard::{Away, Guard};
pub use happening::Happening;
pub use modes::Modes;
pub use screen::{Drawn, Screen};
