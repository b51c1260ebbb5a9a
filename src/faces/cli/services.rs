//! `wheelhouse services`: what is probed and how it does.

use serde::Serialize;
use vocab::{Certificate, ProbeDetail, Replica, Role, Text, Time};
use world::{ServiceState, TrackedService, World};

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::rfc3339;
use crate::print::{Cell, Pairs, Stream, Table, Tone};
use crate::{select, settle};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Show this one in full
    name: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A service as JSON.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    node: Option<String>,
    container: Option<Text>,
    probe: &'static str,
    target: String,
    discovered: bool,
    state: &'static str,
    since: String,
    age_ms: i64,
    probed_age_ms: Option<i64>,
    last_good_age_ms: Option<i64>,
    latency_ms: Option<f32>,
    /// Why the last probe failed.
    trouble: Option<Text>,
    recent_failures: usize,
    recent_probes: usize,
    detail: Option<Detail>,
}

/// What the last probe learnt; only what its kind has.
#[derive(Debug, Default, Serialize)]
struct Detail {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clients: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections_open: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections_allowed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<Vec<ReplicaRow>>,
}

#[derive(Debug, Serialize)]
struct CertificateRow {
    subject: Text,
    issuer: Text,
    names: Vec<Text>,
    until: String,
    left_ms: i64,
    trusted: bool,
    name_matches: bool,
}

#[derive(Debug, Serialize)]
struct ReplicaRow {
    name: Text,
    state: Text,
    connected: bool,
    lag_ms: Option<i64>,
    lag_bytes: Option<u64>,
}

/// Waits for the first probes, and prints.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let wanted = options.name.as_deref();
    let probed = |world: &World, now: Time| {
        let named = |service: &&TrackedService| {
            wanted.is_none_or(|name| service.spec.name.as_str() == name)
        };
        let mut meant = world.services.values().filter(named).peekable();
        // Services are also found in containers, so those have to be known first.
        let found = world
            .nodes
            .values()
            .all(|node| settle::containers_known(node, now));
        let declared = wanted.is_some() && meant.peek().is_some();
        (found || declared) && meant.all(|service| service.last.is_some())
    };
    context
        .interrupts
        .guard(settle::until(&mut *context.watch, settle::LONGEST, probed))
        .await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let out = &mut context.console.out;
    match wanted {
        Some(name) => {
            let service = select::service(world, name)?;
            if options.json {
                out.json(&row(service, now))?;
            } else {
                print_one(service, now, out)?;
            }
        }
        None if options.json => out.json(
            &world
                .services
                .values()
                .map(|service| row(service, now))
                .collect::<Vec<_>>(),
        )?,
        None => print_all(world, now, out)?,
    }
    Ok(Exit::Fine)
}

fn row(service: &TrackedService, now: Time) -> Row {
    let last = service.last.as_ref();
    let result = last.map(|last| &last.value.result);
    Row {
        name: service.spec.name.to_string(),
        node: service.spec.node.as_ref().map(ToString::to_string),
        container: service.spec.container.clone(),
        probe: service.spec.probe.word(),
        target: service.spec.probe.target(),
        discovered: service.spec.discovered,
        state: service.state(now).word(),
        since: rfc3339(service.since),
        age_ms: now.since(service.since).0,
        probed_age_ms: last.map(|last| now.since(last.at).0),
        last_good_age_ms: service.last_good.map(|at| now.since(at).0),
        latency_ms: last.map(|last| last.value.millis),
        trouble: result
            .and_then(|result| result.as_ref().err())
            .map(|(_, text)| text.clone()),
        recent_failures: service.window.iter().filter(|failed| **failed).count(),
        recent_probes: service.window.len(),
        detail: result
            .and_then(|result| result.as_ref().ok())
            .and_then(|detail| of(detail, now)),
    }
}

fn of(detail: &ProbeDetail, now: Time) -> Option<Detail> {
    let detail = match detail {
        ProbeDetail::Plain => return None,
        ProbeDetail::Http {
            status,
            certificate,
            ..
        } => Detail {
            http_status: Some(*status),
            certificate: certificate
                .as_deref()
                .map(|certificate| self::certificate(certificate, now)),
            ..Detail::default()
        },
        ProbeDetail::Tls(certificate) => Detail {
            certificate: Some(self::certificate(certificate, now)),
            ..Detail::default()
        },
        ProbeDetail::Dns { addresses } => Detail {
            addresses: Some(addresses.clone()),
            ..Detail::default()
        },
        ProbeDetail::Redis {
            role,
            version,
            memory,
            clients,
            replicas,
            ..
        } => Detail {
            role: Some(self::role(*role)),
            version: Some(version.clone()),
            memory_bytes: Some(memory.0),
            clients: Some(*clients),
            replicas: Some(replicas.iter().map(replica).collect()),
            ..Detail::default()
        },
        ProbeDetail::Postgres {
            role,
            version,
            connections,
            size,
            replicas,
        } => Detail {
            role: Some(self::role(*role)),
            version: Some(version.clone()),
            connections_open: Some(connections.0),
            connections_allowed: Some(connections.1),
            size_bytes: Some(size.0),
            replicas: Some(replicas.iter().map(replica).collect()),
            ..Detail::default()
        },
    };
    Some(detail)
}

fn certificate(certificate: &Certificate, now: Time) -> CertificateRow {
    CertificateRow {
        subject: certificate.subject.clone(),
        issuer: certificate.issuer.clone(),
        names: certificate.names.clone(),
        until: rfc3339(certificate.until),
        left_ms: certificate.until.0 - now.0,
        trusted: certificate.trusted,
        name_matches: certificate.name_matches,
    }
}

fn replica(replica: &Replica) -> ReplicaRow {
    ReplicaRow {
        name: replica.name.clone(),
        state: replica.state.clone(),
        connected: replica.connected,
        lag_ms: replica.lag.map(|lag| lag.0),
        lag_bytes: replica.lag_bytes.map(|bytes| bytes.0),
    }
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Primary => "primary",
        Role::Replica => "replica",
    }
}

const fn tone(state: ServiceState) -> Tone {
    match state {
        ServiceState::Healthy => Tone::Good,
        ServiceState::Degraded | ServiceState::Unknown => Tone::Warn,
        ServiceState::Down => Tone::Bad,
    }
}

/// `12ms`, `0.4ms`.
fn latency(millis: f32) -> String {
    if millis < 10.0 {
        format!("{millis:.1}ms")
    } else {
        format!("{millis:.0}ms")
    }
}

fn print_all(world: &World, now: Time, out: &mut Stream) -> Result<()> {
    if world.services.is_empty() {
        return out.say(
            Tone::Plain,
            "no service is declared in the fleet file, and none was found",
        );
    }
    let mut table = Table::new(&[
        "NAME", "STATE", "FOR", "LATENCY", "PROBE", "TARGET", "NODE", "",
    ]);
    for service in world.services.values() {
        let state = service.state(now);
        let last = service.last.as_ref();
        let trouble = last
            .and_then(|last| last.value.result.as_ref().err())
            .map(|(_, text)| text.clone());
        table.row(vec![
            Cell::of(&service.spec.name).tone(Tone::Strong),
            Cell::of(state.word()).tone(tone(state)),
            Cell::figure(Some(now.since(service.since))),
            Cell::figure(
                last.filter(|last| last.value.result.is_ok())
                    .map(|last| latency(last.value.millis)),
            ),
            Cell::of(service.spec.probe.word()),
            Cell::of(service.spec.probe.target()),
            Cell::of(service.spec.node.as_ref().map_or("", |node| node.as_str())),
            Cell::of(trouble.unwrap_or_default()).tone(Tone::Dim),
        ]);
    }
    table.print(out, 0)
}

fn print_one(service: &TrackedService, now: Time, out: &mut Stream) -> Result<()> {
    let row = row(service, now);
    let state = service.state(now);
    let mut pairs = Pairs::default();
    pairs.toned("service", Tone::Strong, &row.name);
    pairs.toned(
        "state",
        tone(state),
        format!("{} for {}", row.state, now.since(service.since)),
    );
    pairs.add(
        "probe",
        format!("{} {}, every {}", row.probe, row.target, service.spec.every),
    );
    pairs.known("node", row.node.as_ref());
    pairs.known("container", row.container.as_ref());
    match &service.last {
        None => pairs.toned("last probe", Tone::Warn, "none yet"),
        Some(last) => {
            pairs.add(
                "last probe",
                format!(
                    "{} ago, took {}",
                    now.since(last.at),
                    latency(last.value.millis)
                ),
            );
        }
    }
    if let Some(trouble) = &row.trouble {
        pairs.toned("trouble", Tone::Bad, trouble);
        let good = service.last_good.map_or_else(
            || "never since it is watched".to_owned(),
            |at| format!("{} ago", now.since(at)),
        );
        pairs.add("last good", good);
    }
    pairs.add(
        "failed",
        format!("{} of the last {}", row.recent_failures, row.recent_probes),
    );
    if let Some(detail) = &row.detail {
        learnt(detail, &mut pairs);
    }
    pairs.print(out)
}

/// What the last probe learnt.
fn learnt(detail: &Detail, pairs: &mut Pairs) {
    pairs.known("status", detail.http_status);
    if let Some(certificate) = &detail.certificate {
        let trust = if certificate.trusted {
            "trusted"
        } else {
            "not trusted"
        };
        let names = certificate
            .names
            .iter()
            .map(Text::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        pairs.add(
            "certificate",
            format!(
                "{} by {}, {trust}, for {names}",
                certificate.subject, certificate.issuer
            ),
        );
        pairs.add(
            "ends",
            format!(
                "{}, in {}",
                certificate.until,
                vocab::Span(certificate.left_ms.max(0))
            ),
        );
    }
    pairs.each(
        "addresses",
        detail.addresses.iter().flatten().map(ToString::to_string),
    );
    pairs.known("role", detail.role);
    pairs.known("version", detail.version.as_ref());
    pairs.known("memory", detail.memory_bytes.map(vocab::Bytes));
    pairs.known("clients", detail.clients);
    if let (Some(open), Some(allowed)) = (detail.connections_open, detail.connections_allowed) {
        pairs.add("connections", format!("{open} of {allowed}"));
    }
    pairs.known("size", detail.size_bytes.map(vocab::Bytes));
    pairs.each(
        "replication",
        detail.replicas.iter().flatten().map(|replica| {
            let lag = replica.lag_ms.map_or_else(
                || "lag not known".to_owned(),
                |lag| format!("{} behind", vocab::Span(lag)),
            );
            let link = if replica.connected {
                "connected"
            } else {
                "cut"
            };
            format!("{} {link} {}, {lag}", replica.name, replica.state)
        }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn lists_and_shows_one() {
        insta::assert_snapshot!("services", said(&["services"], scene()).await.all());
        insta::assert_snapshot!(
            "services_one",
            said(&["services", "acme.example.com"], scene()).await.all()
        );
        insta::assert_snapshot!(
            "services_json",
            said(&["services", "--json"], scene()).await.all()
        );
        assert_eq!(
            said(&["services", "nowhere"], scene()).await.exit,
            Exit::NotFound
        );
    }
}
