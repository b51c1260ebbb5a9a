//! The HTTP side: one listener for all providers and the admin endpoint.
//!
//! Flow: connection → request, read whole ([`read`]) → provider by its path → fault, if one is due → answer
//! ([`write`](mod@write)), whole, in half, or none.

mod fault;
mod read;
mod write;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use write::Body;

pub use fault::answer as carry_out;
pub use write::Reply;

use crate::exchange::{Request, Response};
use crate::faults::ProviderName;
use crate::house::Shared;
use crate::{admin, serve::read::Unreadable};

/// Connections at once. Others wait.
const CONNECTIONS: usize = 512;

/// How long a caller may take for the head of a request.
const HEAD: Duration = Duration::from_secs(30);

/// Serves connections until it is dropped.
pub async fn serve(listener: TcpListener, shared: Shared) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let place = Arc::clone(&places).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = shared.clone();
                connections.spawn(async move {
                    serve_one(stream, shared).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve_one(stream: TcpStream, shared: Shared) {
    // Answers are small and callers wait for them.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { answer(&shared, request).await }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(
    shared: &Shared,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Body>, write::Unanswered> {
    let (place, request) = match read::read(request).await {
        Ok(read) => read,
        Err(Unreadable { status, problem }) => {
            let response = Response::json(status, json!({"error": problem}));
            return write::write(Reply::Whole(response));
        }
    };
    let reply = match place {
        Place::Provider(provider) => fault::answer(shared, provider, &request).await,
        Place::Admin => Reply::Whole(admin::handle(&mut shared.enter(), &request)),
    };
    write::write(reply)
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Provider(ProviderName),
    Admin,
}

impl Place {
    /// Splits a path into whose it is and the rest.
    fn of(path: &str) -> Option<(Self, &str)> {
        let mut places = ProviderName::ALL
            .into_iter()
            .filter(|provider| *provider != ProviderName::Mail)
            .map(|provider| (Self::Provider(provider), provider.base()))
            .chain([(Self::Admin, "/admin")]);
        places.find_map(|(place, base)| {
            let rest = path.strip_prefix(base)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((place, rest))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_whose_it_is() {
        let hetzner = Place::Provider(ProviderName::Hetzner);
        assert_eq!(
            Place::of("/hetzner/v1/servers/7"),
            Some((hetzner, "/servers/7"))
        );
        assert_eq!(Place::of("/admin/calls"), Some((Place::Admin, "/calls")));
        assert_eq!(Place::of("/hetzner/v12"), None);
        assert_eq!(Place::of("/"), None);
    }
}
