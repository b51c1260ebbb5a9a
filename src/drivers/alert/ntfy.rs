//! A topic of an ntfy server, published as JSON: <https://docs.ntfy.sh/publish/#publish-as-json>.

use async_trait::async_trait;
use reqwest::{RequestBuilder, Url};
use serde_json::json;
use vocab::{Secret, Severity, Text};

use super::http::{Http, taken, url};
use super::{AlertError, AlertSender, AlertTrouble, Letter, cut};

/// The most characters of a message; what is longer than 4096 bytes would become an attachment.
const LONGEST: usize = 1000;

/// A topic.
pub struct Ntfy {
    http: Http,
    server: Url,
    topic: String,
}

impl Ntfy {
    /// Over the topic's address: the server's, and the topic behind its last slash.
    pub fn new(address: &str, token: Option<Secret>) -> Result<Self, AlertError> {
        let mut server = url("the address of the topic", address)?;
        let topic = server
            .path_segments()
            .and_then(Iterator::last)
            .unwrap_or_default()
            .to_owned();
        if topic.is_empty() {
            let words = "the address does not end with a topic";
            return Err(AlertError::new(AlertTrouble::Refused, words));
        }
        if let Ok(mut path) = server.path_segments_mut() {
            path.pop();
        }
        let http = Http::new(&server, token)?;
        Ok(Self {
            http,
            server,
            topic,
        })
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match self.http.secret() {
            "" => request,
            token => request.bearer_auth(token),
        }
    }
}

#[async_trait]
impl AlertSender for Ntfy {
    async fn send(&self, letter: &Letter) -> Result<Text, AlertError> {
        let (priority, tag) = match letter.severity {
            _ if letter.over => (3, "white_check_mark"),
            Severity::Critical => (5, "rotating_light"),
            Severity::Warning => (4, "warning"),
            Severity::Notice => (3, "information_source"),
        };
        let message = match &letter.body {
            Some((text, _)) => text.as_str(),
            None if letter.detail.is_empty() => letter.fleet.as_str(),
            None => letter.detail.as_str(),
        };
        let body = json!({
            "topic": self.topic,
            "title": cut(&format!("{}: {}", letter.fleet, letter.title), 200),
            "message": cut(message, LONGEST),
            "priority": priority,
            "tags": [tag],
            // A repeat of the same message replaces it on the phone.
            "sequence_id": letter.key,
        });
        let request = self
            .http
            .client()
            .post(self.server.clone())
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = self.http.exchange(self.signed(request)).await?;
        Ok(taken(&answer, "id"))
    }

    async fn check(&self) -> Result<Text, AlertError> {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([self.topic.as_str(), "auth"]);
        }
        let request = self.http.client().get(url);
        self.http.exchange(self.signed(request)).await?;
        Ok(Text::line(format!("the topic {} may be used", self.topic)))
    }
}
