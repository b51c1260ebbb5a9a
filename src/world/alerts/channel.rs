//! A channel: by what somebody is told, of what, and when not.

use serde::{Deserialize, Serialize};
use vocab::{ChannelName, Severity, Span, Text};

use crate::autopilot::Hours;

/// By what a channel tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// A webhook of Discord.
    Discord,
    /// Mail.
    Email,
    /// A topic of an ntfy server.
    Ntfy,
    /// Text messages.
    Sms,
    /// The terminals in which a console is open.
    Terminal,
}

impl ChannelKind {
    /// The word of the fleet file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Email => "email",
            Self::Ntfy => "ntfy",
            Self::Sms => "sms",
            Self::Terminal => "terminal",
        }
    }
}

/// How many messages may be sent within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRate {
    /// So many.
    pub most: u32,
    /// Within so long.
    pub within: Span,
}

/// A channel, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name.
    pub name: ChannelName,
    /// By what.
    pub kind: ChannelKind,
    /// Whom it reaches, as far as that is no secret: an address, a number, a host.
    pub to: Text,
    /// What is less grave is not told.
    pub level: Severity,
    /// For so long something must be wrong before it is told.
    pub wait: Span,
    /// At these hours nothing is told.
    pub quiet: Option<Hours>,
    /// What is so grave is told at those hours too.
    pub quiet_except: Option<Severity>,
    /// The zone of the hours and of the report, as an IANA name; this machine's when not given.
    pub timezone: Option<Text>,
    /// After so long what nobody has acknowledged is told again.
    pub repeat: Option<Span>,
    /// How many messages may be sent.
    pub rate: AlertRate,
    /// The minute of the day from which on the daily report is sent.
    pub report: Option<u16>,
    /// Why nothing can be sent by it, and how to mend it.
    pub unusable: Option<Text>,
}

impl Channel {
    /// Whether something so grave may be told at this minute of the day.
    pub fn tells(&self, severity: Severity, minute: u16) -> bool {
        let quiet = self.quiet.is_some_and(|hours| hours.contains(minute));
        severity >= self.level
            && (!quiet || self.quiet_except.is_some_and(|least| severity >= least))
    }
}
