//! A service: what is probed, how often, and when it counts as slow or down.

use std::ops::RangeInclusive;

use vocab::{Access, NodeName, ProbeKind, ServiceName, ServiceSpec, Span, Text};

use super::parse;
use crate::diagnostic::Severity;
use crate::reader::Fields;

/// The kinds of probe, by their word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http,
    Tcp,
    Tls,
    Dns,
    Redis,
    Postgres,
}

const KINDS: [(&str, Kind); 6] = [
    ("http", Kind::Http),
    ("tcp", Kind::Tcp),
    ("tls", Kind::Tls),
    ("dns", Kind::Dns),
    ("redis", Kind::Redis),
    ("postgres", Kind::Postgres),
];

/// The fields that belong to some kinds of probe only, and to which.
const KIND_FIELDS: [(&str, &str); 11] = [
    ("url", "http"),
    ("status", "http"),
    ("contains", "http"),
    ("host", "tcp, tls, dns, redis or postgres"),
    ("port", "tcp, tls, redis or postgres"),
    ("server_name", "tls"),
    ("server", "dns"),
    ("expect", "dns"),
    ("user", "postgres"),
    ("database", "postgres"),
    ("password_env", "redis or postgres"),
];

/// How often a service may be probed.
const EVERY: RangeInclusive<Span> = Span::seconds(1)..=Span::hours(24);
/// How long a probe may take, and how slow may count as slow.
const TIMEOUT: RangeInclusive<Span> = Span::millis(10)..=Span::seconds(60);

/// Reads one `[[services]]` table; `None` when a value in it cannot be used. `name` and `node` were read before.
pub(super) fn read(
    mut fields: Fields<'_>,
    name: Option<ServiceName>,
    node: Option<NodeName>,
) -> Option<ServiceSpec> {
    fields.require(
        "probe",
        "say what is probed: \"http\", \"tcp\", \"tls\", \"dns\", \"redis\" or \"postgres\"",
    );
    let kind = fields.choice("probe", &KINDS);
    let probe = kind.and_then(|kind| read_probe(&mut fields, kind));
    let access = fields
        .choice(
            "access",
            &[("public", Access::Public), ("internal", Access::Internal)],
        )
        .unwrap_or_default();
    let every = fields.span("every", EVERY).unwrap_or(Span::seconds(15));
    // Without words of its own a service probed every two seconds must not wait five for an answer.
    let timeout = fields
        .span("timeout", TIMEOUT)
        .unwrap_or(Span::seconds(5).min(every));
    let slow = fields
        .span("slow", TIMEOUT)
        .unwrap_or(Span::seconds(1).min(timeout));
    if timeout > every {
        fields.error(
            "timeout",
            "must not be longer than every: a probe would overtake the one before",
        );
    }
    if slow > timeout {
        fields.error(
            "slow",
            "must not be longer than timeout: no answer could ever be slow",
        );
    }
    let window = fields.integer("window", 1..=20);
    let failures = fields.integer("failures", 1..=20);
    let (failures, window) = match (failures, window) {
        (Some(failures), None) => (failures, failures.max(3)),
        (None, Some(window)) => (window.min(2), window),
        (failures, window) => (failures.unwrap_or(2), window.unwrap_or(3)),
    };
    if failures > window {
        fields.error(
            "failures",
            "must not be more than window: the service could never be down",
        );
    }
    report_unknown(&mut fields, kind);
    let usable = fields.finish();
    let (name, probe) = (name?, probe?);
    usable.then_some(ServiceSpec {
        name,
        node,
        container: None,
        probe,
        access,
        every,
        timeout,
        slow,
        failures: failures as u8,
        window: window as u8,
        discovered: false,
    })
}

fn read_probe(fields: &mut Fields<'_>, kind: Kind) -> Option<ProbeKind> {
    match kind {
        Kind::Http => {
            fields.require("url", "write url = \"https://example.com/health\"");
            let status = fields
                .integer("status", 100..=599)
                .and_then(|status| u16::try_from(status).ok());
            let contains = fields.text("contains");
            Some(ProbeKind::Http {
                url: fields.parsed("url", parse::url)?,
                status,
                contains,
            })
        }
        Kind::Tcp => {
            let host = read_host(fields);
            fields.require("port", "write port = 8080");
            let port = fields.port("port");
            Some(ProbeKind::Tcp {
                host: host?,
                port: port?,
            })
        }
        Kind::Tls => {
            let host = read_host(fields);
            let port = fields.port("port").unwrap_or(443);
            Some(ProbeKind::Tls {
                port,
                name: fields.parsed("server_name", parse::host),
                host: host?,
            })
        }
        Kind::Dns => {
            let name = read_host(fields);
            let server = fields.parsed("server", parse::dns_server);
            let expect = fields.parsed("expect", parse::address);
            Some(ProbeKind::Dns {
                name: name?,
                server,
                expect,
            })
        }
        Kind::Redis => {
            let host = read_host(fields);
            let port = fields.port("port").unwrap_or(6379);
            let password_env = fields.parsed("password_env", parse::variable);
            Some(ProbeKind::Redis {
                host: host?,
                port,
                password_env,
            })
        }
        Kind::Postgres => {
            let host = read_host(fields);
            let port = fields.port("port").unwrap_or(5432);
            let user = fields.text("user").unwrap_or_else(|| "postgres".into());
            let database = fields.text("database").unwrap_or_else(|| user.clone());
            let password_env = fields.parsed("password_env", parse::variable);
            Some(ProbeKind::Postgres {
                host: host?,
                port,
                user,
                database,
                password_env,
            })
        }
    }
}

fn read_host(fields: &mut Fields<'_>) -> Option<Text> {
    fields.require("host", "write host = \"192.0.2.10\" or a name");
    fields.parsed("host", parse::host)
}

/// Reports fields that belong to another kind of probe, and passwords, in words of their own.
fn report_unknown(fields: &mut Fields<'_>, kind: Option<Kind>) {
    let word = KINDS
        .iter()
        .find(|(_, other)| Some(*other) == kind)
        .map_or("", |(word, _)| word);
    for (name, kinds) in KIND_FIELDS {
        let left = fields.left().find(|entry| entry.name == name);
        if let (Some(entry), Some(_)) = (&left, kind) {
            entry.note(
                Severity::Error,
                format!("means nothing to a {word} probe; it belongs to {kinds}"),
                None,
            );
        }
        if left.is_some() {
            // With the kind unknown, its fields cannot be judged.
            fields.take(name);
        }
    }
    if fields.has("password")
        && let Some(entry) = fields.take("password")
    {
        entry.error("must not stand in the file; name the environment variable that holds it in password_env");
    }
}
