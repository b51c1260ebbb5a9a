//! A small name server: answers DNS questions over UDP and TCP from whatever it is given (RFC 1035, RFC 7766).
//!
//! It knows nothing of zones: [`serve`] and [`serve_streams`] take a function from a name and the number of a type to an
//! [`Answer`]. Over the Cloudflare sandbox that function is `Cloudflare::answer`, on the shared state: it is called once
//! for each question, and must not block.

mod message;
mod server;

#[cfg(test)]
mod tests;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::Record;

pub use self::server::{serve, serve_streams};

/// What a name server says to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `NoError` also when the name exists but has nothing of the type.
    pub code: ResponseCode,
    /// What was asked for.
    pub answers: Vec<Record>,
    /// Who is responsible, where there is no answer.
    pub authority: Vec<Record>,
}

impl Answer {
    /// An answer with nothing in it yet.
    pub const fn of(code: ResponseCode) -> Self {
        Self {
            code,
            answers: Vec::new(),
            authority: Vec::new(),
        }
    }
}
