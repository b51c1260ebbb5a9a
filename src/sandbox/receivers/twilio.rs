//! An account for text messages as Twilio has them: <https://www.twilio.com/docs/messaging/api/message-resource>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::keep;
use crate::exchange::{Provider, Request, Response};

/// The most characters a message may have.
const LONGEST: usize = 1_600;

/// A number that takes nothing, as Twilio's own test number does.
const INVALID: &str = "+15005550001";

/// The account, and what was sent.
#[derive(Debug, Clone)]
pub struct Twilio {
    account: String,
    token: String,
    messages: Vec<Value>,
    last: u64,
}

impl Twilio {
    /// An account with this token.
    pub const fn new(account: String, token: String) -> Self {
        Self {
            account,
            token,
            messages: Vec::new(),
            last: 0,
        }
    }

    fn is_admitted(&self, request: &Request) -> bool {
        let header = request.headers.get("authorization");
        let pair = header.and_then(|header| header.strip_prefix("Basic "));
        let pair = pair.and_then(|pair| STANDARD.decode(pair.trim()).ok());
        pair.is_some_and(|pair| pair == format!("{}:{}", self.account, self.token).into_bytes())
    }

    fn create(&mut self, request: &Request, now: i64) -> Response {
        let form: Vec<(String, String)> =
            form_urlencoded::parse(&request.body).into_owned().collect();
        let field = |name: &str| {
            let found = form.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        let (to, body) = (field("To"), field("Body"));
        if to.is_empty() {
            return problem(400, 21_604, "A 'To' phone number is required.");
        }
        if !to.starts_with('+') || to == INVALID {
            let message = format!("Invalid 'To' Phone Number: {to}");
            return problem(400, 21_211, &message);
        }
        if field("From").is_empty() && field("MessagingServiceSid").is_empty() {
            return problem(400, 21_603, "A 'From' phone number is required.");
        }
        if body.is_empty() {
            return problem(400, 21_602, "Message body is required.");
        }
        if body.chars().count() > LONGEST {
            let message = "The concatenated message body exceeds the 1600 character limit";
            return problem(400, 21_617, message);
        }
        self.last += 1;
        let plain = body.is_ascii();
        let (one, many) = if plain { (160, 153) } else { (70, 67) };
        let length = body.chars().count();
        let segments = if length <= one {
            1
        } else {
            length.div_ceil(many)
        };
        let message = json!({
            "sid": format!("SM{:032x}", self.last),
            "account_sid": self.account,
            "to": to,
            "from": field("From"),
            "body": body,
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": segments.to_string(),
            "price": null,
            "error_code": null,
            "date_created": date(now),
        });
        keep(&mut self.messages, message.clone());
        Response::json(201, message)
    }

    /// What was sent to a number, the newest first.
    fn list(&self, request: &Request) -> Response {
        let to = request.field("To");
        let size = request.field("PageSize").and_then(|size| size.parse().ok());
        let found: Vec<&Value> = self
            .messages
            .iter()
            .rev()
            .filter(|message| to.is_none_or(|to| message["to"] == to))
            .take(size.unwrap_or(50))
            .collect();
        Response::json(200, json!({"messages": found, "page": 0}))
    }
}

/// RFC 2822, as Twilio writes dates.
fn date(now: i64) -> String {
    let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn problem(status: u16, code: u32, message: &str) -> Response {
    let body = json!({
        "code": code,
        "message": message,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        "status": status,
    });
    Response::json(status, body)
}

impl Provider for Twilio {
    fn handle(&mut self, request: &Request, now: i64) -> Response {
        if !self.is_admitted(request) {
            return problem(401, 20_003, "Authenticate");
        }
        let parts = request.parts();
        let below = match parts.as_slice() {
            ["2010-04-01", "Accounts", below @ ..] => below,
            _ => &[],
        };
        let itself = format!("{}.json", self.account);
        match (request.method.as_str(), below) {
            ("GET", [one]) if *one == itself => {
                Response::json(200, json!({"sid": self.account, "status": "active"}))
            }
            ("POST", [account, "Messages.json"]) if *account == self.account => {
                self.create(request, now)
            }
            ("GET", [account, "Messages.json"]) if *account == self.account => self.list(request),
            _ => problem(404, 20_404, "The requested resource was not found"),
        }
    }

    fn failure(&self, status: u16, _now: i64) -> Response {
        match status {
            429 => problem(429, 20_429, "Too Many Requests"),
            _ => problem(status, 20_500, "An internal server error has occurred"),
        }
    }

    fn read_only(&self, _now: i64) -> Response {
        problem(403, 20_403, "Forbidden")
    }

    fn inventory(&self) -> Value {
        json!({"messages": self.messages})
    }
}
