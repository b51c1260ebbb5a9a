//! What takes alerts to people: a webhook as Discord has them, a server as ntfy is one, an account as Twilio has them, a mail
//! server. Each keeps what it was given, which the admin endpoint shows.

mod authority;
mod discord;
mod mail;
mod ntfy;
mod smtp;
#[cfg(test)]
mod tests;
mod twilio;

pub use authority::Authority;
pub use discord::Discord;
pub use mail::Mail;
pub use ntfy::Ntfy;
pub use smtp::{Protection, serve};
pub use twilio::Twilio;

/// All of them.
#[derive(Debug, Clone)]
pub struct Receivers {
    /// The webhook.
    pub discord: Discord,
    /// The server of topics.
    pub ntfy: Ntfy,
    /// The account for text messages.
    pub twilio: Twilio,
    /// The mail server.
    pub mail: Mail,
}

/// The most messages that one of them keeps; the oldest go.
const KEPT: usize = 1_000;

/// Keeps a message.
fn keep<T>(messages: &mut Vec<T>, message: T) {
    if messages.len() == KEPT {
        messages.remove(0);
    }
    messages.push(message);
}

/// Whether a request has this bearer token.
fn has_bearer(request: &crate::exchange::Request, token: &str) -> bool {
    let header = request.headers.get("authorization");
    header.and_then(|header| header.strip_prefix("Bearer ")) == Some(token)
}
