//! A service in full: its probe, its history, and what the last answer told.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::spark::scale;
use ui::widgets::{Pairs, graph};
use ui::{Look, Role, Seen, Sign};
use vocab::{Access, Bytes, ProbeDetail, Span};
use world::{Metric, SeriesKey, Subject, TrackedService};

use super::super::shared::{COLUMN, age, millis};
use super::list::{certificate, replication};

const GRAPH: usize = 5;

/// The page.
pub fn lines(
    service: &TrackedService,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines = judgement(service, seen, look);
    lines.extend(history(service, seen, look, width));
    lines.extend(answer(service, look));
    lines.extend(security(service, seen, look));
    lines.extend(databases(service, look));
    lines
}

fn judgement(service: &TrackedService, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let spec = &service.spec;
    let sign = Sign::of_service(service.state(seen.now));
    let mut pairs = Pairs::new(styles, 11);
    pairs.line(
        "state",
        vec![
            styles.ink(sign.role, format!("{} {}", sign.glyph, sign.word)),
            styles.ink(Role::Dim, format!("  for {}", age(seen.now, service.since))),
        ],
    );
    if let Some(Err((_, words))) = service.last.as_ref().map(|last| &last.value.result) {
        pairs.line("failure", vec![styles.ink(Role::Bad, words.to_string())]);
        let good = service.last_good.map_or_else(
            || "never since the start".to_owned(),
            |at| format!("{} ago", age(seen.now, at)),
        );
        pairs.text("last good", good);
    }
    pairs.noted(
        "probe",
        spec.probe.target(),
        format!(
            "{} every {}, at most {}",
            spec.probe.word(),
            spec.every,
            spec.timeout
        ),
    );
    pairs.text(
        "rule",
        format!(
            "{} of {} failing is down, slower than {} is degraded",
            spec.failures, spec.window, spec.slow
        ),
    );
    let access = if spec.access == Access::Public {
        "public"
    } else {
        "internal"
    };
    let node = spec
        .node
        .as_ref()
        .map_or_else(String::new, |node| format!(" on {node}"));
    let container = spec
        .container
        .as_ref()
        .map_or_else(String::new, |name| format!(" in {name}"));
    pairs.noted(
        "where",
        format!("{access}{node}{container}"),
        if spec.discovered { "found" } else { "declared" },
    );
    let window: Vec<Ink<'static>> = service
        .window
        .iter()
        .map(|failed| {
            if *failed {
                styles.ink(Role::Bad, "○ ")
            } else {
                styles.ink(Role::Ok, "● ")
            }
        })
        .collect();
    if !window.is_empty() {
        pairs.line("last probes", window);
    }
    pairs.gap();
    pairs.lines()
}

fn history(
    service: &TrackedService,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let key = SeriesKey::new(Subject::Service(service.spec.name.clone()), Metric::Latency);
    let column = Span(service.spec.every.0.max(COLUMN.0));
    let columns = seen
        .world
        .series(&key)
        .map(|series| series.columns(seen.now, column, graph::columns(width)))
        .unwrap_or_default();
    let most = scale(&columns, 10.0);
    let now = match service.last.as_ref().and_then(|last| last.fresh(seen.now)) {
        Some(last) if last.result.is_ok() => styles.bold(Role::Text, millis(last.millis)),
        Some(_) => styles.ink(Role::Bad, "no answer"),
        None => styles.ink(Role::Stale, "--"),
    };
    let mut lines = vec![Line::from(vec![
        styles.ink(Role::Dim, "answer  "),
        now,
        styles.ink(
            Role::Dim,
            format!(
                "  highest {} in {}",
                millis(most),
                column.times(i64::try_from(graph::columns(width)).unwrap_or(i64::MAX))
            ),
        ),
    ])];
    lines.extend(graph(
        &columns,
        most,
        (width, GRAPH),
        (styles.of(Role::Graph), styles.of(Role::GraphDim)),
    ));
    lines.push(Line::default());
    lines
}

fn answer(service: &TrackedService, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut pairs = Pairs::new(look.styles, 11);
    let Some(Ok(detail)) = service.last.as_ref().map(|last| &last.value.result) else {
        return Vec::new();
    };
    let memory = |bytes: &Bytes| bytes.to_string();
    match detail {
        ProbeDetail::Plain | ProbeDetail::Tls(_) => return Vec::new(),
        ProbeDetail::Http { status, body, .. } => {
            pairs.noted("http", status, format!("{} read", memory(body)))
        }
        ProbeDetail::Dns { addresses } => {
            for address in addresses {
                pairs.text("address", address);
            }
            &mut pairs
        }
        ProbeDetail::Redis {
            version,
            memory: used,
            clients,
            channels,
            ..
        } => pairs
            .text("redis", version)
            .text("memory", memory(used))
            .text("clients", clients)
            .text("channels", channels),
        ProbeDetail::Postgres {
            version,
            connections: (open, most),
            size,
            ..
        } => pairs
            .text("postgresql", version)
            .noted("connections", open, format!("of {most}"))
            .text("size", memory(size)),
    };
    pairs.gap();
    pairs.lines()
}

fn security(service: &TrackedService, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(certificate) = certificate(service) else {
        return Vec::new();
    };
    let mut pairs = Pairs::new(styles, 11);
    let left = Span(certificate.until.0 - seen.now.0);
    let role = if left < Span::days(8) {
        Role::Bad
    } else if left < Span::days(15) {
        Role::Warn
    } else {
        Role::Text
    };
    let ends = if left.0 < 0 {
        format!("expired {} ago", Span(-left.0))
    } else {
        format!("in {left}")
    };
    pairs
        .heading("certificate")
        .text("for", &certificate.subject);
    pairs.line(
        "ends",
        vec![
            styles.ink(role, ends),
            styles.ink(Role::Dim, format!("  {}", look.date(certificate.until))),
        ],
    );
    pairs.text("signed by", &certificate.issuer);
    for (right, label, yes, no) in [
        (
            certificate.trusted,
            "chain",
            "leads to a root this machine trusts",
            "leads to no root this machine trusts",
        ),
        (
            certificate.name_matches,
            "name",
            "is the one that was asked",
            "is not the one that was asked",
        ),
    ] {
        let (role, glyph, words) = if right {
            (Role::Ok, "●", yes)
        } else {
            (Role::Bad, "○", no)
        };
        pairs.line(
            label,
            vec![
                styles.ink(role, format!("{glyph} ")),
                styles.ink(Role::Text, words),
            ],
        );
    }
    pairs.text(
        "names",
        certificate
            .names
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    );
    pairs.gap();
    pairs.lines()
}

fn databases(service: &TrackedService, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some((place, replicas)) = replication(service) else {
        return Vec::new();
    };
    let mut pairs = Pairs::new(styles, 11);
    let other = if place == vocab::Role::Primary {
        "replica"
    } else {
        "primary"
    };
    pairs.heading("replication");
    pairs.text(
        "role",
        if place == vocab::Role::Primary {
            "primary: takes writes"
        } else {
            "replica: follows"
        },
    );
    if replicas.is_empty() {
        pairs.line(
            "",
            vec![styles.ink(Role::Dim, format!("no {other} is connected"))],
        );
    }
    for replica in replicas {
        let (role, glyph) = if replica.connected {
            (Role::Ok, "●")
        } else {
            (Role::Bad, "○")
        };
        let lag = match (replica.connected, replica.lag) {
            (true, Some(lag)) => format!("{lag} behind"),
            // A cut replica has replayed all it received and would read 0.
            _ => "lag not known".to_owned(),
        };
        let bytes = replica
            .lag_bytes
            .map_or_else(String::new, |bytes| format!(", {bytes}"));
        let state = if replica.connected {
            replica.state.as_str()
        } else {
            "cut"
        };
        pairs.line(
            other,
            vec![
                styles.ink(role, format!("{glyph} ")),
                styles.ink(Role::Text, replica.name.to_string()),
                styles.ink(Role::Dim, format!("  {state}  ")),
                styles.ink(
                    if replica.connected {
                        Role::Text
                    } else {
                        Role::Bad
                    },
                    format!("{lag}{bytes}"),
                ),
            ],
        );
    }
    pairs.lines()
}
