//! What a session of the console is given, and how it ends.

use std::path::PathBuf;
use std::sync::Arc;

use config::{Config, Paths, Report};
use link::{Command, Watch};
use tokio::sync::mpsc;

/// What the console is given.
pub struct Session {
    /// How it sees.
    pub watch: Box<dyn Watch>,
    /// How it asks for changes; without one it is read-only.
    pub command: Option<Arc<dyn Command>>,
    /// What the user configured.
    pub config: Config,
    /// What was wrong with it.
    pub report: Report,
    /// Where it came from; watched, and read again when it changes.
    pub paths: Paths,
    /// Where exported logs are written.
    pub exports: PathBuf,
    /// Whether the terminal is to be drawn without colour (`NO_COLOR`), whatever the theme.
    pub plain: bool,
    /// Told of every configuration that was read again, so that fleet and sampling follow.
    pub reloaded: Option<mpsc::Sender<(Config, Report)>>,
}

/// Why the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// The operator asked for it.
    Asked,
    /// A signal of this number came; the exit code is 128 more.
    Signal(i32),
    /// The engine has ended.
    EngineGone,
}

impl ExitReason {
    /// The exit code of the program.
    pub const fn code(self) -> i32 {
        match self {
            Self::Asked => 0,
            Self::Signal(number) => 128 + number,
            Self::EngineGone => 1,
        }
    }
}
