//! A client that sees what is on the wire.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Running;

/// How long a client waits that means to give up.
const IMPATIENT: Duration = Duration::from_secs(2);

/// How long one waits that wants its answer, whatever else the machine does.
const PATIENT: Duration = Duration::from_mins(1);

/// Calls a sandbox and gives all that came until the connection closed. Nothing when the answer did not come within two
/// seconds; the connection is closed then.
pub async fn call(
    running: &Running,
    method: &str,
    path: &str,
    body: &Value,
    host: &str,
) -> Option<String> {
    call_within(IMPATIENT, running, (method, path, host), body).await
}

async fn call_within(
    patience: Duration,
    running: &Running,
    (method, path, host): (&str, &str, &str),
    body: &Value,
) -> Option<String> {
    let address = running.addresses().admin.clone();
    let address = address
        .trim_start_matches("http://")
        .trim_end_matches("/admin");
    let body = match body {
        Value::Null => String::new(),
        // A form.
        Value::String(text) => text.clone(),
        body => body.to_string(),
    };
    let token = running
        .addresses()
        .providers()
        .into_iter()
        .find_map(|(name, access)| path.contains(name).then_some(access.token.as_str()))
        .unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = Vec::new();
    let talk = async {
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        // A connection that is cut ends the answer too.
        drop(stream.read_to_end(&mut answer).await);
    };
    let talked = tokio::time::timeout(patience, talk).await;
    talked
        .is_ok()
        .then(|| String::from_utf8_lossy(&answer).into_owned())
}

/// Calls a sandbox and reads the answer: status and body. The status is 0 when there was none.
pub async fn ask(running: &Running, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let raw = call_within(PATIENT, running, (method, path, "127.0.0.1"), body).await;
    let raw = raw.unwrap_or_default();
    let status = raw.split(' ').nth(1).and_then(|word| word.parse().ok());
    let body = raw.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (
        status.unwrap_or_default(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}
