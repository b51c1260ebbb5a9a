//! The HTTP side of the registry: what a client needs to pull.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::fs::File;
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::shelf::{Image, MANIFEST, Shelf, digest};

/// What is read of a file at once, in bytes.
const PIECE: usize = 1 << 16;

/// Serves connections until it is dropped.
pub async fn serve(listener: TcpListener, shelf: Arc<Shelf>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let shelf = shelf.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let shelf = shelf.clone();
                async move { Ok::<_, Infallible>(answer(&shelf, &request).await) }
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a pull ended early");
            }
        });
    }
}

async fn answer(shelf: &Shelf, request: &Request<Incoming>) -> Response<Body> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "UNSUPPORTED",
            "it is read-only",
        );
    }
    let parts: Vec<&str> = request.uri().path().trim_matches('/').split('/').collect();
    let (repository, kind, reference) = match parts[..] {
        ["v2"] => return sent("application/json", None, Body::of("{}".to_owned())),
        [
            "v2",
            "library",
            repository,
            kind @ ("manifests" | "blobs"),
            reference,
        ] => (repository, kind, reference),
        _ => return refusal(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "no such repository"),
    };
    let image = match shelf.image(repository).await {
        Some(Ok(image)) => image,
        Some(Err(why)) => {
            tracing::warn!(repository, %why, "a stand-in cannot be had");
            return refusal(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", &why);
        }
        None => return refusal(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "no such repository"),
    };
    if kind == "manifests" {
        manifest(&image, reference)
    } else {
        blob(&image, reference).await
    }
}

/// The manifest: whatever the version that is asked for, there is one stand-in.
fn manifest(image: &Image, reference: &str) -> Response<Body> {
    let own = digest(image.manifest.as_bytes());
    if reference.starts_with("sha256:") && reference != own {
        return refusal(
            StatusCode::NOT_FOUND,
            "MANIFEST_UNKNOWN",
            "no such manifest",
        );
    }
    sent(MANIFEST, Some(&own), Body::of(image.manifest.clone()))
}

async fn blob(image: &Image, reference: &str) -> Response<Body> {
    const BYTES: &str = "application/octet-stream";
    if let Some(text) = image.texts.get(reference) {
        return sent(BYTES, Some(reference), Body::of(text.clone()));
    }
    let Some((path, length)) = image.files.get(reference) else {
        return refusal(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "no such blob");
    };
    match Body::from_file(path, *length).await {
        Ok(body) => sent(BYTES, Some(reference), body),
        Err(error) => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "UNKNOWN",
            &error.to_string(),
        ),
    }
}

fn sent(kind: &str, digest: Option<&str>, body: Body) -> Response<Body> {
    let mut response = Response::builder()
        .header("content-type", kind)
        .header("docker-distribution-api-version", "registry/2.0");
    if let Some(digest) = digest {
        response = response.header("docker-content-digest", digest);
    }
    let failed = || Response::new(Body::of(String::new()));
    response.body(body).unwrap_or_else(|_| failed())
}

/// An error, as the specification has it.
fn refusal(status: StatusCode, code: &str, why: &str) -> Response<Body> {
    let body = json!({"errors": [{"code": code, "message": why}]});
    let mut response = sent("application/json", None, Body::of(body.to_string()));
    *response.status_mut() = status;
    response
}

/// The body of an answer: a text, or a file in pieces.
#[derive(Debug)]
enum Body {
    Text(Bytes),
    File { file: File, rest: u64 },
}

impl Body {
    fn of(text: String) -> Self {
        Self::Text(text.into())
    }

    async fn from_file(path: &Path, length: u64) -> io::Result<Self> {
        let file = File::open(path).await?;
        Ok(Self::File { file, rest: length })
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Text(text) if text.is_empty() => Poll::Ready(None),
            Self::Text(text) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(text))))),
            Self::File { rest: 0, .. } => Poll::Ready(None),
            Self::File { file, rest } => {
                let mut piece = vec![0; PIECE];
                let mut buffer = ReadBuf::new(&mut piece);
                ready!(Pin::new(file).poll_read(context, &mut buffer))?;
                let length = buffer.filled().len();
                if length == 0 {
                    let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
                    return Poll::Ready(Some(Err(cut)));
                }
                *rest = rest.saturating_sub(length as u64);
                piece.truncate(length);
                Poll::Ready(Some(Ok(Frame::data(piece.into()))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Text(text) => text.len() as u64,
            Self::File { rest, .. } => *rest,
        })
    }
}
