//! How often, how long and how patiently a provider is asked.

use std::time::Duration;

use vocab::Time;

/// On whose behalf a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A person or a run waits for it.
    Operator,
    /// Nobody waits: sweeps and samples. Takes at most half of the quota, so that the other half is there for people.
    Background,
}

/// What a provider grants: a bucket that holds `burst` requests and refills steadily.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// Requests a second in the long run.
    pub per_second: f64,
    /// Requests at once.
    pub burst: f64,
}

/// What the provider last said of its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Requests in a full window.
    pub limit: u32,
    /// Requests left.
    pub remaining: u32,
    /// When all are there again.
    pub resets: Time,
}

/// How it stands with a provider's quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What the provider last said of it; where it says nothing, this client's own count of what it is granted at once.
    pub quota: Quota,
    /// Whether the provider said it.
    pub said: bool,
    /// When it was asked last.
    pub at: Time,
    /// The moment before which no call goes out.
    pub closed_until: Option<Time>,
    /// Whether that is because it fails again and again.
    pub failing: bool,
}

/// When a provider that fails is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPace {
    /// So many failures …
    pub failures: usize,
    /// … within this time open the breaker.
    pub within: Duration,
    /// While it is open one call goes out as often as this, to see whether the provider is back.
    pub probe: Duration,
}

/// Durations and counts of one client. The default is for real providers; tests take shorter ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// The longest a connection may take to be made.
    pub connect: Duration,
    /// The longest a request may take from being sent to the end of its answer. "Not there" is to be believed only after
    /// more than this.
    pub answer: Duration,
    /// The longest a call may take in all, waits included.
    pub deadline: Duration,
    /// Attempts a call has, if it may be repeated at all.
    pub attempts: u32,
    /// The longest first wait between attempts; it doubles, and each is a random part of it.
    pub first_wait: Duration,
    /// The longest wait that a provider may order (`Retry-After`); what is beyond is cut to this.
    pub longest_ordered: Duration,
    /// When a failing provider is left alone.
    pub breaker: BreakerPace,
    /// The first wait between two looks at something under way; it grows by half.
    pub first_look: Duration,
    /// The longest such wait.
    pub longest_look: Duration,
    /// The provider's own allowance, unless the account has another.
    pub allowance: Option<Allowance>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            deadline: Duration::from_secs(90),
            attempts: 3,
            first_wait: Duration::from_secs(2),
            longest_ordered: Duration::from_mins(5),
            breaker: BreakerPace {
                failures: 5,
                within: Duration::from_secs(30),
                probe: Duration::from_secs(30),
            },
            first_look: Duration::from_secs(1),
            longest_look: Duration::from_secs(10),
            allowance: None,
        }
    }
}
