//! What the wall is given, and how it ends.

use config::Theme;
use link::Watch;

/// What the wall is given: a way to see, and none to act.
pub struct Session {
    /// How it sees.
    pub watch: Box<dyn Watch>,
    /// The colours.
    pub theme: Theme,
    /// How long each page stays, in seconds.
    pub seconds: u32,
    /// Whether amounts of money are shown: a wall may hang where visitors read it.
    pub money: bool,
}

/// Why the wall ended. It never does by itself while the engine lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The chord was pressed.
    Asked,
    /// A signal came or the terminal is gone; carries the exit code, 128 and the signal's number.
    Signal(u8),
    /// The engine has ended.
    EngineGone,
}

impl Ended {
    /// The exit code of the program.
    pub fn code(self) -> i32 {
        match self {
            Self::Asked => 0,
            Self::Signal(code) => code.into(),
            Self::EngineGone => 1,
        }
    }
}
