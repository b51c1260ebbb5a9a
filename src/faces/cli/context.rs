//! What a command works with: the session it is given, and the ends it prints to and is interrupted by.

use std::sync::Arc;

use config::Report;
use config::fleet::{AffiliateSpec, LogSpec};
use link::{Command, Watch};

use crate::interrupts::Interrupts;
use crate::print::Console;

/// What a command is given by whoever started the engine.
pub struct Session {
    /// Sees the fleet.
    pub watch: Box<dyn Watch>,
    /// Asks for changes; `None` in a read-only session.
    pub command: Option<Arc<dyn Command>>,
    /// Logs that the fleet file declares, by name.
    pub logs: Vec<LogSpec>,
    /// Affiliates that the fleet file declares, by name.
    pub affiliates: Vec<AffiliateSpec>,
    /// Whether the fleet file names providers, whose books are read.
    pub providers: bool,
    /// Problems of the configuration; printed to standard error before anything else.
    pub report: Report,
}

/// A session and the ends of this process.
pub(crate) struct Context {
    pub watch: Box<dyn Watch>,
    pub command: Option<Arc<dyn Command>>,
    pub logs: Vec<LogSpec>,
    pub affiliates: Vec<AffiliateSpec>,
    pub providers: bool,
    pub report: Report,
    pub console: Console,
    pub interrupts: Interrupts,
}

impl Context {
    /// With this process's own ends.
    pub fn new(session: Session) -> Self {
        Self::over(session, Console::standard(), Interrupts::listen())
    }

    /// With given ends.
    pub fn over(session: Session, console: Console, interrupts: Interrupts) -> Self {
        let Session {
            watch,
            command,
            logs,
            affiliates,
            providers,
            report,
        } = session;
        Self {
            watch,
            command,
            logs,
            affiliates,
            providers,
            report,
            console,
            interrupts,
        }
    }
}
