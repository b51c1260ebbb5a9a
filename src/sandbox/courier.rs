//! Carrying events to webhook endpoints (<https://docs.stripe.com/webhooks>): each on its own, so that none waits for
//! another, again when it did not arrive, and to loopback alone.
//!
//! A rule for Stripe whose path is `/webhook_deliveries` or `/webhook_deliveries/EVENT.TYPE` is for these: `duplicate`
//! sends an event twice, `slow` lets later ones overtake it, and any other fault loses the first try.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Uri, client};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use crate::exchange::Request;
use crate::faults::{Kind, ProviderName};
use crate::house::Shared;
use crate::stripe::Delivery;

/// The time before each further try. The real service waits for hours.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// How long an endpoint may take for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Carries events until there are no more.
pub async fn carry(mut deliveries: UnboundedReceiver<Delivery>, shared: Shared) {
    let mut tasks = JoinSet::new();
    while let Some(delivery) = deliveries.recv().await {
        while tasks.try_join_next().is_some() {}
        let fault = shared
            .enter()
            .faults
            .meet(ProviderName::Stripe, &as_call(&delivery));
        match fault {
            Some(Kind::Duplicate) => {
                tasks.spawn(deliver(delivery.clone(), Duration::ZERO));
                tasks.spawn(deliver(delivery, Duration::ZERO));
            }
            Some(Kind::Slow(pause)) => {
                tasks.spawn(deliver(delivery, pause));
            }
            Some(_) => {
                let [first, ..] = PAUSES;
                tasks.spawn(deliver(delivery, first));
            }
            None => {
                tasks.spawn(deliver(delivery, Duration::ZERO));
            }
        }
    }
}

/// A delivery as the rules see it.
fn as_call(delivery: &Delivery) -> Request {
    let event: serde_json::Value = serde_json::from_slice(&delivery.body).unwrap_or_default();
    let kind = event["type"].as_str().unwrap_or_default();
    Request {
        method: "POST".to_owned(),
        path: format!("/webhook_deliveries/{kind}"),
        query: Vec::new(),
        headers: BTreeMap::new(),
        body: Vec::new(),
    }
}

async fn deliver(delivery: Delivery, mut pause: Duration) {
    for next in PAUSES.into_iter().map(Some).chain([None]) {
        tokio::time::sleep(pause).await;
        let tried = tokio::time::timeout(PATIENCE, post(&delivery)).await;
        match (tried, next) {
            (Ok(Ok(status)), _) if (200..300).contains(&status) => return,
            (tried, None) => tracing::warn!(url = delivery.url, ?tried, "an event was given up"),
            (_, Some(next)) => pause = next,
        }
    }
}

/// Sends an event once. Gives the status of the answer, or says why there is none.
async fn post(delivery: &Delivery) -> Result<u16, String> {
    let uri: Uri = delivery.url.parse().map_err(|_| "the URL is none")?;
    let stream = connect(&uri).await?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let mut request = hyper::Request::post(path).header("host", host);
    for (name, value) in &delivery.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(Bytes::from(delivery.body.clone())))
        .map_err(|error| error.to_string())?;
    let exchange = async {
        let answer = sender.send_request(request).await;
        answer.map(|answer| answer.status().as_u16())
    };
    tokio::pin!(connection);
    tokio::select! {
        answer = exchange => answer.map_err(|error| error.to_string()),
        ended = &mut connection => Err(format!("the connection ended: {ended:?}")),
    }
}

/// Connects to an endpoint on this machine. Nothing leaves it.
async fn connect(uri: &Uri) -> Result<TcpStream, String> {
    let host = uri.host().unwrap_or_default();
    if uri.scheme_str() != Some("http") {
        return Err("only http is spoken".to_owned());
    }
    let found = tokio::net::lookup_host((host, uri.port_u16().unwrap_or(80)))
        .await
        .map_err(|error| error.to_string())?;
    let local: Vec<SocketAddr> = found.filter(|address| address.ip().is_loopback()).collect();
    if local.is_empty() {
        return Err(format!("{host} is not on this machine"));
    }
    TcpStream::connect(&local[..])
        .await
        .map_err(|error| error.to_string())
}
