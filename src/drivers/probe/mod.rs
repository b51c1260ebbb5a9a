//! Probes: one look at a service from this machine, per protocol, with a deadline.
//!
//! May import: `vocab`. A probe keeps no connection and no memory between two looks, so that every look proves the whole
//! way: name, route, handshake, answer. It goes directly, never through a proxy of the environment, because it is the
//! service that is asked, not the proxy.
//!
//! Flow: [`ServiceSpec`] → [`run`] → the protocol's `probe` → [`ProbeOutcome`]. The folding of outcomes into a state
//! (so many failures of so many looks) is not done here.

mod certificate;
mod dial;
mod dns;
mod failure;
mod http;
mod postgres;
mod redis;
mod site;
mod tcp;
#[cfg(test)]
mod testing;
mod tls;
mod trust;
mod visit;

use std::time::Instant;

use tokio::sync::OnceCell;
use vocab::{ProbeDetail, ProbeKind, ProbeOutcome, ProbeTrouble, Secret, ServiceSpec, Text};

pub use self::site::{Way, visit_site};
pub use self::visit::{Served, leads_elsewhere, resolves, served, visit, visit_closed};
use failure::{Failure, Found};
use trust::Trust;

/// What all probes of this process share: the roots of trust, the HTTP client and the way to the environment.
/// Cheap to make; the parts that read files are made when they are first needed, and again if that failed.
pub struct Prober {
    trust: Trust,
    http: OnceCell<reqwest::Client>,
    environment: fn(&str) -> Option<String>,
}

impl Default for Prober {
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            http: OnceCell::new(),
            environment: |name| std::env::var(name).ok(),
        }
    }
}

impl Prober {
    /// With the system's roots and this process's environment.
    pub fn new() -> Self {
        Self::default()
    }

    /// The password in the named variable; `None` when none is named. A variable that is named and missing means
    /// that this machine cannot try, which says nothing of the service.
    fn password(&self, variable: Option<&Text>) -> Result<Option<Secret>, Failure> {
        let Some(variable) = variable else {
            return Ok(None);
        };
        match (self.environment)(variable) {
            Some(value) if !value.is_empty() => Ok(Some(Secret::new(value))),
            _ => Err(Failure::new(
                ProbeTrouble::CouldNotTry,
                format!(
                    "the environment variable {variable} is not set: set it to the password where this program starts"
                ),
            )),
        }
    }
}

/// Probes a service once, within its timeout. Dropping the future ends the probe and closes its connection.
///
/// A discovered service was declared by nobody, so nothing in particular is expected of it: any proof that its program
/// lives is right, also that it asks for a password or has no page at `/`.
pub async fn run(prober: &Prober, spec: &ServiceSpec) -> ProbeOutcome {
    let begun = Instant::now();
    let mut answered = None;
    let found = match tokio::time::timeout(
        spec.timeout.duration(),
        dispatch(prober, spec, &mut answered),
    )
    .await
    {
        Ok(found) => found,
        Err(_) => Err(Failure::new(
            ProbeTrouble::Timeout,
            format!("no answer within {}", spec.timeout),
        )),
    };
    let millis = (answered.unwrap_or_else(Instant::now) - begun).as_secs_f32() * 1000.0;
    let result = match found {
        Err(failure) if spec.discovered && failure.trouble == ProbeTrouble::Denied => {
            Ok(ProbeDetail::Plain)
        }
        Err(failure) => Err((failure.trouble, failure.text)),
        Ok(detail) => Ok(detail),
    };
    ProbeOutcome { millis, result }
}

/// Hands the spec to its protocol. `answered` is set by a probe that goes on looking after the answer came.
async fn dispatch(prober: &Prober, spec: &ServiceSpec, answered: &mut Option<Instant>) -> Found {
    match &spec.probe {
        ProbeKind::Http { url, .. } if spec.discovered => {
            http::probe(prober, url, &http::Wanted::AnyAnswer).await
        }
        ProbeKind::Http {
            url,
            status,
            contains,
        } => {
            let wanted = http::Wanted::Page {
                status: *status,
                contains: contains.as_deref(),
            };
            http::probe(prober, url, &wanted).await
        }
        ProbeKind::Tcp { host, port } => tcp::probe(host, *port, answered).await,
        ProbeKind::Tls { host, port, name } => {
            tls::probe(&prober.trust, host, *port, name.as_deref()).await
        }
        ProbeKind::Dns {
            name,
            server,
            expect,
        } => {
            dns::probe(
                name,
                server.as_deref(),
                expect.as_deref(),
                spec.timeout.duration(),
            )
            .await
        }
        ProbeKind::Redis {
            host,
            port,
            password_env,
        } => redis::probe(host, *port, prober.password(password_env.as_ref())?).await,
        ProbeKind::Postgres {
            host,
            port,
            user,
            database,
            password_env,
        } => {
            let password = prober.password(password_env.as_ref())?;
            postgres::probe(
                &prober.trust,
                host,
                *port,
                &postgres::Login {
                    user,
                    database,
                    password,
                },
            )
            .await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_probe_may_run_in_a_task_of_its_own() {
        let spec = testing::spec(
            ProbeKind::Tcp {
                host: "127.0.0.1".into(),
                port: testing::free_port().await,
            },
            vocab::Span::seconds(2),
        );
        let outcome = tokio::spawn(async move { run(&Prober::new(), &spec).await })
            .await
            .unwrap();
        assert!(
            matches!(outcome.result, Err((ProbeTrouble::Refused, _))),
            "{outcome:?}"
        );
    }
}
