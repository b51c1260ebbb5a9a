//! What a call to a provider fails with: the class to decide by, the provider's own words, and how to mend it.

use std::fmt;

pub use vocab::Provider;
use vocab::{Text, Time, mask};

/// The class of a failure: what the caller decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The token is missing, wrong or revoked.
    Unauthorized,
    /// The token may read and not change.
    ReadOnly,
    /// The token may not do this, or not to this object.
    Forbidden,
    /// There is no such object. For a deletion that is as good as done.
    NotFound,
    /// The name, record or key is taken already: by us, to be adopted, or by a stranger.
    Conflict,
    /// Something else is at work on the object: later.
    Locked,
    /// The object is protected against this change: a person must lift the protection.
    Protected,
    /// The provider has no room for it now: another place, another type, or later.
    SoldOut,
    /// The request is wrong as it is, and will be wrong again.
    Invalid,
    /// The account has as many as it may have.
    LimitReached,
    /// The payment was declined.
    Declined,
    /// Too many requests.
    RateLimited {
        /// No further call before this moment.
        until: Time,
    },
    /// The provider failed (5xx), or is under maintenance.
    Unavailable,
    /// No connection, or it broke.
    Unreachable,
    /// An answer came that is not what the documentation says.
    Unreadable,
    /// The provider failed so often of late that it is not asked for a while.
    BreakerOpen {
        /// The next call goes out then, as a probe.
        until: Time,
    },
    /// No answer in time.
    Deadline,
}

impl Fault {
    /// Whether the same request may well succeed later without anybody's doing.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Locked
                | Self::RateLimited { .. }
                | Self::Unavailable
                | Self::Unreachable
                | Self::Unreadable
                | Self::BreakerOpen { .. }
                | Self::Deadline
        )
    }

    /// What to do about it, as an imperative in lower case.
    const fn remedy(self, provider: Provider) -> &'static str {
        match self {
            Self::Unauthorized => "give a valid API token",
            Self::ReadOnly => "give an API token that may write",
            Self::Forbidden => match provider {
                Provider::Hetzner => "give a token of the project that owns the object",
                Provider::Cloudflare => {
                    "give the token the permission Zone / DNS / Edit for this zone"
                }
                Provider::Stripe => "give the key the permission it lacks",
            },
            Self::NotFound => "look whether it was removed, or belongs to another account",
            Self::Conflict => "adopt the existing one if it is ours, or choose another name",
            Self::Locked => "wait until the other operation on it has ended",
            Self::Protected => "lift its protection first",
            Self::SoldOut => "choose another location or type, or try again later",
            Self::Invalid => "correct the value that is named",
            Self::LimitReached => {
                "ask the provider for a higher limit, or remove what is not needed"
            }
            Self::Declined => "ask the customer for another way to pay",
            Self::RateLimited { .. } => "wait until then",
            Self::Unavailable | Self::BreakerOpen { .. } => {
                "wait; the provider's status page may say more"
            }
            Self::Unreachable => "check this machine's network and the configured address",
            Self::Unreadable => "check that the configured address is the provider's API",
            Self::Deadline => "wait and look again",
        }
    }
}

/// Shown between the provider's name and its words.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("does not accept the token"),
            Self::ReadOnly => f.write_str("lets this token only read"),
            Self::Forbidden => f.write_str("forbids it"),
            Self::NotFound => f.write_str("knows no such object"),
            Self::Conflict => f.write_str("has one already"),
            Self::Locked => f.write_str("has it locked"),
            Self::Protected => f.write_str("has it protected"),
            Self::SoldOut => f.write_str("is sold out"),
            Self::Invalid => f.write_str("refuses the request"),
            Self::LimitReached => f.write_str("gives this account no more"),
            Self::Declined => f.write_str("declined the payment"),
            Self::RateLimited { until } => write!(f, "takes no more requests until {until}"),
            Self::Unavailable => f.write_str("is failing"),
            Self::Unreachable => f.write_str("cannot be reached"),
            Self::Unreadable => f.write_str("answers in a way that cannot be read"),
            Self::BreakerOpen { until } => {
                write!(f, "failed again and again and is not asked until {until}")
            }
            Self::Deadline => f.write_str("does not answer in time"),
        }
    }
}

/// A failure. Its texts are safe to show and hold no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// Who was asked.
    pub provider: Provider,
    /// The class.
    pub fault: Fault,
    /// The provider's own code, such as `uniqueness_error` or `81058`; empty when it gave none.
    pub code: Text,
    /// The provider's or the network's words; may be empty.
    pub message: Text,
    /// By which the provider's support finds the request.
    pub request_id: Option<Text>,
}

impl ProviderError {
    /// A failure of a class with words; known secrets in them are masked.
    pub(super) fn new(provider: Provider, fault: Fault, message: impl AsRef<str>) -> Self {
        Self {
            provider,
            fault,
            code: Text::default(),
            message: Text::line(mask::mask(message.as_ref())),
            request_id: None,
        }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.provider, self.fault)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message.trim_end_matches('.'))?;
        }
        match (self.code.is_empty(), &self.request_id) {
            (true, None) => {}
            (true, Some(id)) => write!(f, " (request {id})")?,
            (false, None) => write!(f, " ({})", self.code)?,
            (false, Some(id)) => write!(f, " ({}, request {id})", self.code)?,
        }
        write!(f, "; {}", self.fault.remedy(self.provider))
    }
}

impl std::error::Error for ProviderError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_and_how_to_mend_it() {
        let error = ProviderError {
            code: "uniqueness_error".into(),
            request_id: Some("7f1".into()),
            ..ProviderError::new(
                Provider::Hetzner,
                Fault::Conflict,
                "server name is already used.",
            )
        };
        assert_eq!(
            error.to_string(),
            "Hetzner has one already: server name is already used (uniqueness_error, request 7f1); \
             adopt the existing one if it is ours, or choose another name"
        );
        let bare = ProviderError::new(Provider::Stripe, Fault::Deadline, "");
        assert_eq!(
            bare.to_string(),
            "Stripe does not answer in time; wait and look again"
        );
    }

    #[test]
    fn words_are_safe() {
        let error = ProviderError::new(
            Provider::Stripe,
            Fault::Unauthorized,
            "Invalid API Key provided: sk_test_0123456789abcdef\x1b]52;c;aGk=\x07",
        );
        assert!(!error.message.contains("0123456789"), "{error}");
        assert!(!error.message.contains('\x1b'));
    }
}
