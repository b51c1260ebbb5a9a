//! The sandbox's admin endpoint, and its providers, over plain HTTP/1.1.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vocab::Text;

/// One request; the answer's body as JSON, `null` when it has none.
pub async fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &str,
    kind: &str,
) -> Result<Value, Text> {
    let words = |error: std::io::Error| Text::line(format!("{method} {path}: {error}"));
    let mut stream = TcpStream::connect(address).await.map_err(words)?;
    let authorization = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{authorization}Content-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.map_err(words)?;
    stream.write_all(body.as_bytes()).await.map_err(words)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.map_err(words)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if !head.starts_with("HTTP/1.1 2") {
        return Err(Text::line(format!("{method} {path}: {head} {body}")));
    }
    Ok(serde_json::from_str(body).unwrap_or_default())
}
