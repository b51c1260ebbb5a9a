//! Reading a request whole.

use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::{Place, Request};

/// The most that a body may have, in bytes.
const BODY: usize = 1 << 20;

/// How long a caller may take for a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request that no provider can be given.
#[derive(Debug)]
pub struct Unreadable {
    /// The status of the answer.
    pub status: u16,
    /// What is wrong.
    pub problem: &'static str,
}

const fn unreadable(status: u16, problem: &'static str) -> Unreadable {
    Unreadable { status, problem }
}

/// Reads a request and says whose it is.
pub async fn read(request: hyper::Request<Incoming>) -> Result<(Place, Request), Unreadable> {
    let (head, body) = request.into_parts();
    let (place, path) = Place::of(head.uri.path())
        .ok_or(unreadable(404, "no provider of the sandbox has this path"))?;
    let path = percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| unreadable(400, "the path is not UTF-8"))?
        .into_owned();
    let body = tokio::time::timeout(PATIENCE, Limited::new(body, BODY).collect())
        .await
        .map_err(|_| unreadable(408, "the body did not come"))?
        .map_err(|_| unreadable(413, "the body is larger than 1 MB or broken off"))?
        .to_bytes();
    let query = head.uri.query().unwrap_or_default();
    let headers = head.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let request = Request {
        method: head.method.as_str().to_owned(),
        path,
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    Ok((place, request))
}
