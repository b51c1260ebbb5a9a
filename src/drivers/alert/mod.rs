//! Alerts: what takes a message to somebody who is not looking at a screen. One trait, one file for each way, and its fake.
//!
//! A message may be sent twice where it is not known whether it came (an answer that was lost, a process that died): its key
//! is the same then, and is given to the other side where that knows repeats by one (ntfy, mail); of text messages the
//! account's own list is asked first. No error holds a token, a password or the address of a webhook.

mod discord;
mod email;
mod error;
pub mod fake;
mod http;
mod ntfy;
mod sms;
#[cfg(test)]
mod tests;

pub use discord::Discord;
pub use email::{Email, MailServer, MailTls};
pub use error::{AlertError, AlertTrouble};
pub use fake::FakeSender;
pub use ntfy::Ntfy;
pub use sms::{Sms, SmsAccount, TWILIO};

use async_trait::async_trait;
use vocab::{Severity, Text, Time};

/// A message as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What tells it from others: 32 hexadecimal digits, the same at every attempt.
    pub key: String,
    /// The fleet it comes from.
    pub fleet: Text,
    /// How grave.
    pub severity: Severity,
    /// Whether it says that something is over.
    pub over: bool,
    /// In a few words.
    pub title: Text,
    /// The rest; may be empty.
    pub detail: Text,
    /// A longer body as text and as HTML, for what can carry one.
    pub body: Option<(String, String)>,
    /// When it was written.
    pub made: Time,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

impl Letter {
    /// All of it in one line: `aurora: critical: edge-1 is down (+40 consequences)`.
    pub fn line(&self) -> String {
        let Self {
            fleet,
            title,
            detail,
            ..
        } = self;
        if detail.is_empty() {
            format!("{fleet}: {title}")
        } else {
            format!("{fleet}: {title} ({detail})")
        }
    }
}

/// What sends messages to one place.
#[async_trait]
pub trait AlertSender: Send + Sync {
    /// Sends a message; what the other side said, in a few words. Ends within a minute.
    async fn send(&self, letter: &Letter) -> Result<Text, AlertError>;

    /// Whether messages would be taken, as far as that can be seen without sending one; in words.
    async fn check(&self) -> Result<Text, AlertError>;
}

/// The beginning of a text, at most so many characters; what is cut is marked.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
