//! Starting and stopping the sandbox.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use crate::cloudflare::Cloudflare;
use crate::courier;
use crate::faults::{self, ProviderName};
use crate::hetzner::Hetzner;
use crate::hosts::{self, Containers, Health, Keeper, Report};
use crate::house::{House, Shared};
use crate::names::Sockets;
use crate::random;
use crate::receivers::{self, Authority, Discord, Mail, Ntfy, Protection, Receivers, Twilio};
use crate::serve::serve;
use crate::stripe::Stripe;

/// What the sandbox is to be like.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens: a loopback address; port 0 is any free one.
    pub listen: SocketAddr,
    /// A script of faults.
    pub faults: Option<PathBuf>,
    /// Whether each server is to be a real host, where Docker is there.
    pub hosts: bool,
    /// How long the creation of a server takes; all else takes less.
    pub latency: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            faults: None,
            hosts: true,
            latency: Duration::from_millis(300),
        }
    }
}

/// Why the sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Anybody could reach it.
    #[error("the sandbox listens on loopback alone, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address is taken, or not to be had.
    #[error("listening on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// There is no authority for its certificates.
    #[error("making the certificate of the mail server: {0}")]
    Authority(String),
    /// The script of faults is wrong.
    #[error("reading the faults")]
    Faults(#[from] faults::FileError),
    /// There are more rules than can be in force.
    #[error("reading the faults")]
    TooMany(#[from] faults::TooMany),
}

/// A running sandbox. Dropped, it ends; [`Running::stop`] also removes its hosts.
#[derive(Debug)]
pub struct Running {
    addresses: Addresses,
    health: Health,
    /// What serves; dropped, it is ended.
    serving: JoinSet<()>,
    keeper: Option<Keeper>,
}

/// Where the sandbox is reached, and with which tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// Hetzner Cloud.
    pub hetzner: Access,
    /// Cloudflare.
    pub cloudflare: Access,
    /// Stripe. Its clients add `/v1` to the URL.
    pub stripe: Access,
    /// The name server of Cloudflare's zones, over UDP and TCP.
    pub dns: SocketAddr,
    /// The admin endpoint.
    pub admin: String,
    /// A webhook of Discord.
    pub discord: Webhook,
    /// A topic of ntfy.
    pub ntfy: Access,
    /// An account of Twilio.
    pub twilio: Account,
    /// A mail server.
    pub smtp: Mailbox,
}

/// How a webhook is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Its address, which is all that it takes.
    pub url: String,
}

/// How an account for text messages is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The base URL.
    pub url: String,
    /// Its id.
    pub account: String,
    /// Its token.
    pub token: String,
}

/// How the mail server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// Its address.
    pub host: IpAddr,
    /// Its port without TLS.
    pub port: u16,
    /// Its port where TLS is asked for with STARTTLS.
    pub starttls_port: u16,
    /// Its port that is TLS from the first byte.
    pub tls_port: u16,
    /// The certificate of the authority that signed the server's, as PEM.
    pub ca: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// How a provider is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The base URL, as the provider's own clients take it.
    pub url: String,
    /// The token. It opens nothing but this sandbox. With `readonly-` before it, it may look and change nothing.
    pub token: String,
}

impl Addresses {
    /// The providers by name.
    pub fn providers(&self) -> [(&'static str, &Access); 3] {
        [
            (ProviderName::Hetzner.word(), &self.hetzner),
            (ProviderName::Cloudflare.word(), &self.cloudflare),
            (ProviderName::Stripe.word(), &self.stripe),
        ]
    }
}

impl fmt::Display for Addresses {
    /// One line of JSON.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&line)
    }
}

impl Running {
    /// Where it is reached.
    pub const fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Whether servers are real hosts.
    pub const fn health(&self) -> &Health {
        &self.health
    }

    /// Ends it, and removes its hosts.
    pub async fn stop(mut self) {
        self.serving.shutdown().await;
        if let Some(keeper) = self.keeper {
            keeper.stop().await;
        }
    }
}

/// The zones that the account has from the start, active.
const ZONES: [&str; 3] = ["example.com", "example.org", "example.net"];

/// Starts a sandbox.
pub async fn start(options: Options) -> Result<Running, Error> {
    if !options.listen.ip().is_loopback() {
        return Err(Error::NotLoopback(options.listen));
    }
    let rules = match &options.faults {
        Some(path) => faults::from_file(path)?,
        None => Vec::new(),
    };
    let unheard = |error| Error::Listen {
        address: options.listen,
        error,
    };
    let listener = TcpListener::bind(options.listen).await.map_err(unheard)?;
    let names = Sockets::bind(options.listen.ip()).await.map_err(unheard)?;
    let authority = Authority::new(options.listen.ip()).map_err(Error::Authority)?;
    let mut mail = Vec::new();
    for protection in [
        Protection::Off,
        Protection::Start(authority.acceptor.clone()),
        Protection::Whole(authority.acceptor.clone()),
    ] {
        let bound = TcpListener::bind((options.listen.ip(), 0)).await;
        mail.push((bound.map_err(unheard)?, protection));
    }
    let mut ports = [0; 3];
    for (port, (listener, _)) in ports.iter_mut().zip(&mail) {
        *port = listener.local_addr().map_err(unheard)?.port();
    }
    let addresses = addresses(
        listener.local_addr().map_err(unheard)?,
        names.address().map_err(unheard)?,
        (ports, authority.certificate),
    );
    let obstacle = if options.hosts {
        hosts::examine().await.err()
    } else {
        Some("no hosts are wanted".to_owned())
    };
    let containers = Containers::new();
    let is_real = obstacle.is_none();
    let health = obstacle.map_or_else(|| Health::Real(containers.name()), Health::ApiAlone);
    let (orders, ordered) = unbounded_channel();
    let (outbox, deliveries) = unbounded_channel();
    let latency = i64::try_from(options.latency.as_millis()).unwrap_or(i64::MAX);
    let hetzner = addresses.hetzner.token.clone();
    let providers = (
        Hetzner::new(hetzner, latency, is_real.then_some(orders)),
        Cloudflare::new(&addresses.cloudflare.token, &ZONES),
        Stripe::new(&addresses.stripe.token),
    );
    let mut house = House::new(providers, receivers(&addresses), health.clone(), outbox);
    house.add_faults(rules)?;
    let shared = Shared::new(house);
    let keeper = if is_real {
        let shared = shared.clone();
        let report: Report = Arc::new(move |action, result| {
            shared.enter().host_reported(action, result);
        });
        Some(Keeper::start(containers, ordered, report).await)
    } else {
        None
    };
    let mut serving = JoinSet::new();
    serving.spawn(courier::carry(deliveries, shared.clone()));
    serving.spawn(names.serve(shared.clone()));
    for (listener, protection) in mail {
        serving.spawn(receivers::serve(listener, protection, shared.clone()));
    }
    serving.spawn(async move { match serve(listener, shared).await {} });
    Ok(Running {
        addresses,
        health,
        serving,
        keeper,
    })
}

/// What the receivers let in.
fn receivers(addresses: &Addresses) -> Receivers {
    let Addresses {
        discord,
        ntfy,
        twilio,
        smtp,
        ..
    } = addresses;
    let token = discord.url.rsplit('/').next().unwrap_or_default();
    Receivers {
        discord: Discord::new(WEBHOOK.to_owned(), token.to_owned()),
        ntfy: Ntfy::new(ntfy.token.clone()),
        twilio: Twilio::new(twilio.account.clone(), twilio.token.clone()),
        mail: Mail::new(smtp.user.clone(), smtp.password.clone()),
    }
}

/// The id of the webhook.
const WEBHOOK: &str = "1400000000000000001";

/// The addresses, with new tokens.
fn addresses(
    http: SocketAddr,
    dns: SocketAddr,
    ([port, starttls_port, tls_port], ca): ([u16; 3], String),
) -> Addresses {
    let access = |path: &str, token: String| Access {
        url: format!("http://{http}{path}"),
        token,
    };
    let stripe = ProviderName::Stripe.base().trim_end_matches("/v1");
    Addresses {
        hetzner: access(ProviderName::Hetzner.base(), random::token(64)),
        cloudflare: access(ProviderName::Cloudflare.base(), random::token(40)),
        stripe: access(stripe, format!("sk_test_{}", random::token(48))),
        dns,
        admin: format!("http://{http}/admin"),
        discord: Webhook {
            url: format!(
                "http://{http}{}/api/webhooks/{WEBHOOK}/{}",
                ProviderName::Discord.base(),
                random::token(68)
            ),
        },
        ntfy: access(
            &format!("{}/operations", ProviderName::Ntfy.base()),
            format!("tk_{}", random::token(29)),
        ),
        twilio: Account {
            url: format!("http://{http}{}", ProviderName::Twilio.base()),
            account: format!("AC{}", random::token(32)),
            token: random::token(32),
        },
        smtp: Mailbox {
            host: http.ip(),
            port,
            starttls_port,
            tls_port,
            ca,
            user: "operations".to_owned(),
            password: random::token(24),
        },
    }
}
