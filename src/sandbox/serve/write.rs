//! Writing an answer: whole, in half, or none.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

use crate::exchange::Response;

/// How a call is answered.
#[derive(Debug)]
pub enum Reply {
    /// With this.
    Whole(Response),
    /// With the first half of this; then the connection is closed.
    Half(Response),
    /// Not at all: the connection is closed.
    Nothing,
}

/// The connection is closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the answer is withheld")]
pub struct Unanswered;

/// The time that half an answer has to leave before the connection is closed.
const DEPARTURE: Duration = Duration::from_millis(50);

/// The body of an answer.
#[derive(Debug)]
pub struct Body {
    /// What is still to be sent.
    rest: Bytes,
    /// What the caller is promised, in bytes.
    promised: u64,
    /// Closes the connection when it is over.
    end: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Unanswered;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Unanswered>>> {
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            return Poll::Ready(Some(Ok(Frame::data(rest))));
        }
        match &mut self.end {
            None => Poll::Ready(None),
            Some(end) => {
                ready!(end.as_mut().poll(context));
                Poll::Ready(Some(Err(Unanswered)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.end.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// Makes the answer for the wire.
pub fn write(reply: Reply) -> Result<hyper::Response<Body>, Unanswered> {
    let (response, is_half) = match reply {
        Reply::Whole(response) => (response, false),
        Reply::Half(response) if response.body.is_some() => (response, true),
        // There is no half of nothing.
        Reply::Half(_) | Reply::Nothing => return Err(Unanswered),
    };
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    let whole = response.body.map(|body| body.to_string());
    if whole.is_some() {
        builder = builder.header("content-type", "application/json");
    }
    let whole = Bytes::from(whole.unwrap_or_default());
    let body = Body {
        promised: whole.len() as u64,
        rest: if is_half {
            whole.slice(..whole.len() / 2)
        } else {
            whole
        },
        end: is_half.then(|| Box::pin(tokio::time::sleep(DEPARTURE))),
    };
    builder.body(body).map_err(|_| Unanswered)
}
