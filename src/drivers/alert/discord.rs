//! A webhook of Discord. Its address is the secret: <https://discord.com/developers/docs/resources/webhook>.

use async_trait::async_trait;
use reqwest::Url;
use serde_json::json;
use vocab::{Secret, Text};

use super::http::{Http, taken, url};
use super::{AlertError, AlertSender, Letter, cut};

/// The most characters a message may have.
const LONGEST: usize = 2000;

/// Links are not unfolded: what a name looks like leads nowhere.
const SUPPRESS_EMBEDS: u32 = 1 << 2;

/// A webhook.
pub struct Discord {
    http: Http,
    url: Url,
}

impl Discord {
    /// Over the webhook's address.
    pub fn new(address: &Secret) -> Result<Self, AlertError> {
        let url = url("the address of the webhook", address.expose())?;
        // What stands behind the last slash opens it.
        let token = url
            .path_segments()
            .and_then(Iterator::last)
            .unwrap_or_default();
        let http = Http::new(&url, Some(Secret::new(token.to_owned())))?;
        Ok(Self { http, url })
    }
}

#[async_trait]
impl AlertSender for Discord {
    async fn send(&self, letter: &Letter) -> Result<Text, AlertError> {
        let body = json!({
            "username": cut(&format!("wheelhouse {}", letter.fleet), 80),
            "content": content(letter),
            "flags": SUPPRESS_EMBEDS,
            // Nobody is called by what stands in a name.
            "allowed_mentions": {"parse": []},
        });
        let mut url = self.url.clone();
        url.set_query(Some("wait=true"));
        let request = self
            .http
            .client()
            .post(url)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = self.http.exchange(request).await?;
        Ok(taken(&answer, "id"))
    }

    async fn check(&self) -> Result<Text, AlertError> {
        let request = self.http.client().get(self.url.clone());
        let answer = self.http.exchange(request).await?;
        let name = answer.body.get("name").and_then(serde_json::Value::as_str);
        Ok(Text::line(format!(
            "the webhook {} is there",
            name.unwrap_or("without a name")
        )))
    }
}

fn content(letter: &Letter) -> String {
    let mut content = format!("**{}**", escaped(&letter.title));
    if let Some((text, _)) = &letter.body {
        content = format!("{content}\n{}", escaped(text));
    } else if !letter.detail.is_empty() {
        content = format!("{content}\n{}", escaped(&letter.detail));
    }
    cut(&content, LONGEST)
}

/// Without the signs that Discord would take for markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '[' | ']' | '@'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
