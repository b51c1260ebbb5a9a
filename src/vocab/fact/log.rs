//! Log lines and where they come from.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::styled::StyledText;
use crate::{ContainerKey, Domain, NodeName, ReleaseId, RunId, Text, Time, UnitName};

/// Where lines come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LogSource {
    /// A container's standard output and error.
    Container(ContainerKey),
    /// The systemd journal of a node, whole or of one unit (journalctl(1)).
    Journal {
        /// The node.
        node: NodeName,
        /// One unit, or all.
        unit: Option<UnitName>,
    },
    /// A file on a node, followed through rotation.
    File {
        /// The node.
        node: NodeName,
        /// Absolute path.
        path: Text,
    },
    /// A log of a server that sites are hosted on, read over the connection by which they are deployed.
    Hosted {
        /// The server's name. It may be no node of the fleet.
        server: NodeName,
        /// Its public address.
        address: Text,
        /// Which log.
        log: HostedLog,
    },
}

/// A log of a server that sites are hosted on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HostedLog {
    /// What its journal has of priority warning and worse.
    Journal,
    /// What its web server wrote of a site: each request, and errors.
    Web(Domain),
    /// What the container of a site's release wrote.
    Container {
        /// The site.
        site: Domain,
        /// The deployment whose mark the container carries.
        deployment: RunId,
        /// The release that it serves.
        release: ReleaseId,
    },
}

impl LogSource {
    /// The node, or the server of sites, the lines are written on.
    pub const fn node(&self) -> &NodeName {
        match self {
            Self::Container(key) => &key.node,
            Self::Journal { node, .. } | Self::File { node, .. } => node,
            Self::Hosted { server, .. } => server,
        }
    }

    /// Whether it is read over the connection of hosting, and its server need be no node of the fleet.
    pub const fn is_hosted(&self) -> bool {
        matches!(self, Self::Hosted { .. })
    }
}

impl fmt::Display for LogSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(key) => write!(f, "{key}"),
            Self::Journal {
                node,
                unit: Some(unit),
            } => write!(f, "{node}:{unit}"),
            Self::Journal { node, unit: None } => write!(f, "{node}:journal"),
            Self::File { node, path } => write!(f, "{node}:{path}"),
            Self::Hosted { server, log, .. } => match log {
                HostedLog::Journal => write!(f, "{server}:journal"),
                HostedLog::Web(site) => write!(f, "{server}:{site} web server"),
                HostedLog::Container { site, .. } => write!(f, "{server}:{site} container"),
            },
        }
    }
}

/// How grave a line is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Level {
    /// The line does not say.
    #[default]
    Unknown,
    /// For the one who wrote the program.
    Trace,
    /// For the one who mends it.
    Debug,
    /// The course of things.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed.
    Error,
    /// Nothing goes on after this.
    Fatal,
}

/// Which of its two outputs a program wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Output {
    /// Standard output.
    #[default]
    Out,
    /// Standard error.
    Error,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was written, as far as the source says; else when it was read.
    pub at: Time,
    /// Which output.
    pub output: Output,
    /// How grave.
    pub level: Level,
    /// The text, at most 16 KB, colours kept safely.
    pub text: StyledText,
}

/// What a log source delivers, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogItem {
    /// A line.
    Line(LogLine),
    /// Lines are, or may be, missing here.
    Gap {
        /// When it was noticed.
        at: Time,
        /// Why: `rotated`, `node reconnecting`, `1,204 lines skipped` …
        reason: Text,
    },
}

/// Items of one source, in the order they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogBatch {
    /// The source.
    pub source: LogSource,
    /// Its items.
    pub items: Vec<LogItem>,
    /// Lines that were dropped before this batch because the reader was too slow.
    pub skipped: u64,
}

/// What to read from a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRequest {
    /// The source.
    pub source: LogSource,
    /// So many of the newest lines first; `None` is all there are.
    pub tail: Option<u32>,
    /// Only lines since then.
    pub since: Option<Time>,
    /// Only lines until then.
    pub until: Option<Time>,
    /// Whether to go on with what is written from now on.
    pub follow: bool,
}

/// The end of a log, read whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogTail {
    /// The lines, the oldest first.
    pub lines: Vec<LogLine>,
    /// What was in the way of reading it, and what to do about it.
    pub trouble: Option<Text>,
}
