//! A message of a channel, and what became of it.

use serde::{Deserialize, Serialize};
use vocab::{ChannelName, RunId, Severity, Span, Text, Time};

use super::Report;
use crate::priorities::ItemId;

/// What a message tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// An incident came up.
    Opened,
    /// It is graver than was told.
    Worsened,
    /// It is still so, and nobody has acknowledged it.
    Repeated,
    /// It is over.
    Recovered,
    /// The daily report.
    Report,
    /// An operator wants to see that the channel delivers.
    Test,
}

impl MessageKind {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Worsened => "worsened",
            Self::Repeated => "repeated",
            Self::Recovered => "recovered",
            Self::Report => "report",
            Self::Test => "test",
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It is to be sent; nothing was tried yet.
    Queued,
    /// It could not be sent, or it is not known whether it was; it is tried again.
    Failed,
    /// The other side has taken it.
    Sent {
        /// When.
        at: Time,
    },
    /// It could not be sent, and is tried no more.
    GivenUp {
        /// When.
        at: Time,
    },
    /// What it would have told was over before it was sent.
    Needless {
        /// When.
        at: Time,
    },
}

impl DeliveryState {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Failed => "failed",
            Self::Sent { .. } => "sent",
            Self::GivenUp { .. } => "given up",
            Self::Needless { .. } => "not needed",
        }
    }

    /// Whether nothing more is done about it.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Failed)
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What tells it from others: channel, kind, incident and its opening. The same in every process, so that nothing is
    /// told twice.
    pub id: Text,
    /// The channel.
    pub channel: ChannelName,
    /// What it tells.
    pub kind: MessageKind,
    /// The incident; `None` for reports and tests.
    pub incident: Option<ItemId>,
    /// When the incident opened.
    pub opening: Time,
    /// Whether the incident comes and goes: then that is told, and its end only when it has stayed away.
    #[serde(default)]
    pub flapping: bool,
    /// How grave.
    pub severity: Severity,
    /// In a few words.
    pub title: Text,
    /// The rest, in one line; may be empty.
    pub detail: Text,
    /// The daily report.
    #[serde(default)]
    pub report: Option<Box<Report>>,
    /// When it was written.
    pub made: Time,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// Not before then it is tried again.
    pub next: Time,
    /// What the other side said last.
    pub words: Text,
}

/// The longest that a message is tried for.
const TRIED_FOR: Span = Span::hours(24);

/// The first wait after a failure; it doubles.
const FIRST_WAIT: Span = Span::seconds(5);

/// The longest.
const LONGEST_WAIT: Span = Span::minutes(10);

/// The longest wait that the other side may order.
const LONGEST_ORDERED: Span = Span::hours(1);

impl Delivery {
    /// A short key of its id, for other sides that know a repeat by one: 32 hexadecimal digits (FNV-1a, 128 bits).
    pub fn key(&self) -> String {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let hash = self.id.bytes().fold(OFFSET, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(PRIME)
        });
        format!("{hash:032x}")
    }

    /// As it is once the other side has taken it.
    #[must_use]
    pub fn sent(mut self, words: Text, now: Time) -> Self {
        self.state = DeliveryState::Sent { at: now };
        self.words = words;
        self
    }

    /// As it is after a failure: tried again after a wait that doubles, or after the one that the other side `ordered`; given
    /// up when that can change nothing, or after a day.
    #[must_use]
    pub fn failed(mut self, words: Text, passing: bool, ordered: Option<Span>, now: Time) -> Self {
        self.words = words;
        let doubled = FIRST_WAIT.times(1 << self.attempts.saturating_sub(1).min(12));
        let wait = ordered
            .map_or(Span::ZERO, |ordered| ordered.min(LONGEST_ORDERED))
            .max(doubled.min(LONGEST_WAIT));
        self.next = now + wait;
        self.state = if passing && self.next.since(self.made) < TRIED_FOR {
            DeliveryState::Failed
        } else {
            DeliveryState::GivenUp { at: now }
        };
        self
    }
}

/// A test of a channel, under a number of its own.
pub fn test_message(
    channel: &ChannelName,
    number: RunId,
    fleet: &Text,
    by: &Text,
    now: Time,
) -> Delivery {
    Delivery {
        id: Text::line(format!("{channel} test {number}")),
        channel: channel.clone(),
        kind: MessageKind::Test,
        incident: None,
        opening: now,
        flapping: false,
        severity: Severity::Notice,
        title: Text::line(format!("test of {channel}")),
        detail: Text::line(format!("{by} asked {fleet} for it; nothing is wrong")),
        report: None,
        made: now,
        state: DeliveryState::Queued,
        attempts: 0,
        next: now,
        words: Text::default(),
    }
}
