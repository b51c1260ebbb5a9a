//! An answer's body: read up to a bound, and turned into what was expected.

use reqwest::Response;
use serde::de::DeserializeOwned;

use super::failure::root_words;

/// So much of a body is read, uncompressed; a longer one is no answer of these APIs.
const MOST: usize = 1024 * 1024;

/// Reads a body to its end. Fails in words when it breaks off or is longer than 1 MB.
pub(crate) async fn read(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MOST => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(format!("the answer is longer than {MOST} bytes")),
            Ok(None) => return Ok(body),
            Err(error) => {
                return Err(format!("the answer breaks off: {}", root_words(&error)));
            }
        }
    }
}

/// Reads what was expected; nothing at all (204) counts as JSON's `null`.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let page = body.trim_ascii_start().starts_with(b"<");
        let page = if page { "a web page: " } else { "" };
        format!("the answer is not what was expected: {page}{error}")
    })
}
