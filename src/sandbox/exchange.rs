//! What goes over the wire, as data: a request as it arrived, an answer as it is sent. The providers are plain state
//! machines over these, so that they can be tried without a socket.

use std::collections::BTreeMap;

use serde_json::Value;

/// A request, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` …, upper case.
    pub method: String,
    /// The path under the provider's base URL, with a leading slash, percent-decoded: `/servers/42`.
    pub path: String,
    /// The query, in its order, decoded; a name may come more than once.
    pub query: Vec<(String, String)>,
    /// Header fields, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, at most 1 MB.
    pub body: Vec<u8>,
}

impl Request {
    /// The path's parts without empty ones.
    pub fn parts(&self) -> Vec<&str> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .collect()
    }

    /// The same with the whole token, when this one comes with the word for a token that may only look:
    /// `Bearer readonly-TOKEN`.
    pub fn of_reader(&self) -> Option<Self> {
        let header = self.headers.get("authorization")?;
        let token = header.strip_prefix("Bearer readonly-")?;
        let mut whole = self.clone();
        let header = format!("Bearer {token}");
        whole.headers.insert("authorization".to_owned(), header);
        Some(whole)
    }

    /// The first value of a query field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header fields besides `content-type` and `content-length`.
    pub headers: Vec<(String, String)>,
    /// The body; none for 204.
    pub body: Option<Value>,
}

impl Response {
    /// An answer with a JSON body.
    pub const fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Some(body),
        }
    }

    /// 204: done, and nothing to say. It carries no content type.
    pub const fn empty() -> Self {
        Self {
            status: 204,
            headers: Vec::new(),
            body: None,
        }
    }
}

/// A provider: state and the rules by which requests change it. Time is given, so that months can pass in a test.
pub trait Provider: Send {
    /// Carries a request out. `now` is in milliseconds since 1970-01-01 UTC.
    fn handle(&mut self, request: &Request, now: i64) -> Response;

    /// The answer this provider gives when it is told to fail: `429`, `500`, `502`, `503`, `504` in its own shape, with
    /// its own headers. `now` as above.
    fn failure(&self, status: u16, now: i64) -> Response;

    /// The answer to a change by a token that may only look. `now` as above.
    fn read_only(&self, now: i64) -> Response;

    /// Everything that exists and would cost or serve, for the admin endpoint: one JSON object, lists by kind.
    fn inventory(&self) -> Value;
}
