//! Text messages by Twilio, or by what has its shape: <https://www.twilio.com/docs/messaging/api/message-resource>.
//!
//! The API knows no key by which a repeat is harmless. So every attempt after the first looks at what the account has sent
//! since, and sends only to numbers that did not get it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use vocab::{Secret, Span, Text, Time};

use super::http::{Http, url};
use super::{AlertError, AlertSender, Letter, cut};

/// Where Twilio's API answers.
pub const TWILIO: &str = "https://api.twilio.com";

/// The most characters of a message: more would be paid for as three and more.
const LONGEST: usize = 300;

/// The most of what was sent to a number that is looked at.
const LOOKED_AT: u32 = 50;

/// Clocks differ by so much at most.
const SKEW: Span = Span::minutes(2);

/// Whose account sends, from where and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsAccount {
    /// The account's id.
    pub account: Text,
    /// The number, name or messaging service it comes from.
    pub from: Text,
    /// The numbers it goes to.
    pub to: Vec<Text>,
}

/// An account.
pub struct Sms {
    http: Http,
    messages: Url,
    itself: Url,
    account: SmsAccount,
    /// Numbers that have a message already while another one is still to get it, by its key.
    taken: Mutex<BTreeSet<(String, Text)>>,
}

impl Sms {
    /// Over an API of Twilio's shape.
    pub fn new(address: &str, token: Secret, account: SmsAccount) -> Result<Self, AlertError> {
        let base = url("the address of the API", address)?;
        let below = |last: &str| {
            let mut url = base.clone();
            if let Ok(mut path) = url.path_segments_mut() {
                path.pop_if_empty().extend(["2010-04-01", "Accounts"]);
                for part in last.split('/') {
                    path.push(part);
                }
            }
            url
        };
        let messages = below(&format!("{}/Messages.json", account.account));
        let itself = below(&format!("{}.json", account.account));
        let http = Http::new(&base, Some(token))?;
        Ok(Self {
            http,
            messages,
            itself,
            account,
            taken: Mutex::default(),
        })
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(&self.account.account, Some(self.http.secret()))
    }

    fn is_taken(&self, key: &str, to: &Text) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.contains(&(key.to_owned(), to.clone()))
    }

    /// Whether the account has sent this to a number since it was written.
    async fn was_sent(&self, to: &Text, body: &str, since: Time) -> Result<bool, AlertError> {
        let request = self
            .http
            .client()
            .get(self.messages.clone())
            .query(&[("To", to.as_str()), ("PageSize", &LOOKED_AT.to_string())]);
        let answer = self.http.exchange(self.signed(request)).await?;
        let sent = answer.body.get("messages").and_then(Value::as_array);
        Ok(sent.into_iter().flatten().any(|message| {
            let text = |name| {
                message
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let at = jiff::fmt::rfc2822::parse(text("date_created"));
            let late = at.is_ok_and(|at| Time::from(at.timestamp()) >= since - SKEW);
            let lost = matches!(text("status"), "failed" | "undelivered" | "canceled");
            text("body") == body && late && !lost
        }))
    }

    async fn send_one(&self, to: &Text, body: &str) -> Result<(), AlertError> {
        let from = if self.account.from.starts_with("MG") {
            "MessagingServiceSid"
        } else {
            "From"
        };
        let form = [
            ("To", to.as_str()),
            (from, self.account.from.as_str()),
            ("Body", body),
        ];
        let request = self.http.client().post(self.messages.clone()).form(&form);
        self.http.exchange(self.signed(request)).await.map(drop)
    }
}

#[async_trait]
impl AlertSender for Sms {
    async fn send(&self, letter: &Letter) -> Result<Text, AlertError> {
        let body = cut(&letter.line(), LONGEST);
        for to in &self.account.to {
            if self.is_taken(&letter.key, to) {
                continue;
            }
            if letter.attempt == 1 || !self.was_sent(to, &body, letter.made).await? {
                self.send_one(to, &body).await?;
            }
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.insert((letter.key.clone(), to.clone()));
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|(key, _)| *key != letter.key);
        let many = self.account.to.len();
        let plural = if many == 1 { "" } else { "s" };
        Ok(Text::line(format!("taken for {many} number{plural}")))
    }

    async fn check(&self) -> Result<Text, AlertError> {
        let request = self.http.client().get(self.itself.clone());
        let answer = self.http.exchange(self.signed(request)).await?;
        let status = answer.body.get("status").and_then(Value::as_str);
        Ok(Text::line(format!(
            "the account is {}",
            status.unwrap_or("there")
        )))
    }
}
