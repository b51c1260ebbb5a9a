//! The rows of the services.

use std::cmp::{Ordering, Reverse};

use ratatui::text::Line;
use ui::widgets::Column;
use ui::widgets::figures::NONE;
use ui::{Look, Role, Seen, Sign};
use vocab::{Certificate, ProbeDetail, ProbeTrouble, Replica, Role as Place, Span};
use world::{Metric, SeriesKey, ServiceState, Subject, TrackedService};

use super::super::listing::{Drawn, Order};
use super::super::shared::{Most, course, millis, named};

/// The orders.
pub const ORDERS: [Order; 4] = [
    Order::down("state", 1),
    Order::up("name", 0),
    Order::down("answer", 2),
    Order::up("node", 5),
];

/// The columns.
pub const COLUMNS: [Column; 7] = [
    Column::left("name", 18, 2, 0),
    Column::left("state", 9, 0, 1),
    Column::right("answer", 6, 2),
    Column::left("", 8, 0, 4).close(),
    Column::left("end, lag", 13, 0, 3),
    Column::left("node", 10, 0, 5),
    Column::left("probe", 24, 1, 6),
];

/// What the filter looks in.
pub fn words(service: &TrackedService, seen: Seen<'_>) -> String {
    let spec = &service.spec;
    let node = spec.node.as_ref().map_or("", |node| node.as_str());
    format!(
        "{} {node} {} {}",
        spec.name,
        spec.probe.target(),
        service.state(seen.now).word()
    )
}

/// Brings services that are in the order of their names into another one.
pub fn sort(rows: &mut [&TrackedService], order: usize, seen: Seen<'_>) {
    let answer = |service: &TrackedService| fresh(service, seen).unwrap_or(-1.0);
    match order {
        0 => rows.sort_by_key(|service| Reverse(badness(service.state(seen.now)))),
        2 => rows.sort_by(|a, b| answer(b).partial_cmp(&answer(a)).unwrap_or(Ordering::Equal)),
        3 => rows.sort_by(|a, b| a.spec.node.cmp(&b.spec.node)),
        _ => {}
    }
}

const fn badness(state: ServiceState) -> u8 {
    match state {
        ServiceState::Down => 3,
        ServiceState::Degraded => 2,
        ServiceState::Unknown => 1,
        ServiceState::Healthy => 0,
    }
}

/// The answer time, when the last probe is fresh and got one.
fn fresh(service: &TrackedService, seen: Seen<'_>) -> Option<f32> {
    let last = service.last.as_ref()?.fresh(seen.now)?;
    last.result.is_ok().then_some(last.millis)
}

/// The cells of a row.
pub fn cells(service: &TrackedService, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
    let (seen, look, widths) = (drawn.seen, drawn.look, drawn.widths);
    let styles = look.styles;
    let sign = Sign::of_service(service.state(seen.now));
    let answer = match fresh(service, seen) {
        Some(answer) => styles.ink(Role::Text, millis(answer)),
        None if sign.role == Role::Unknown => styles.ink(Role::Stale, NONE),
        None => styles.ink(Role::Dim, "–"),
    };
    let series = SeriesKey::new(Subject::Service(service.spec.name.clone()), Metric::Latency);
    let known = sign.role != Role::Unknown;
    vec![
        named(styles, sign, service.spec.name.to_string(), drawn.selected),
        Line::from(styles.ink(
            if sign.role == Role::Ok {
                Role::Dim
            } else {
                sign.role
            },
            word(service, sign),
        )),
        Line::from(answer),
        Line::from(course(
            look,
            seen,
            &series,
            Most::AtLeast(service.spec.slow.0 as f32),
            usize::from(widths[3]),
            known,
        )),
        remark(service, seen, look),
        Line::from(
            styles.ink(
                Role::Dim,
                service
                    .spec
                    .node
                    .as_ref()
                    .map_or_else(|| "–".to_owned(), ToString::to_string),
            ),
        ),
        Line::from(styles.ink(
            Role::Dim,
            format!(
                "{} {}",
                service.spec.probe.word(),
                service.spec.probe.target()
            ),
        )),
    ]
}

/// The state in the word that says most: the status code or the kind of failure before "down".
fn word(service: &TrackedService, sign: Sign) -> String {
    let failure = service
        .last
        .as_ref()
        .and_then(|last| last.value.result.as_ref().err());
    match (failure, sign.role) {
        (Some((trouble, words)), Role::Bad | Role::Warn) => match trouble {
            ProbeTrouble::Timeout => "timeout".to_owned(),
            ProbeTrouble::Refused => "refused".to_owned(),
            ProbeTrouble::NameUnknown => "no name".to_owned(),
            ProbeTrouble::LeadsElsewhere => "elsewhere".to_owned(),
            ProbeTrouble::Tls => "tls".to_owned(),
            ProbeTrouble::Denied => "denied".to_owned(),
            ProbeTrouble::WrongAnswer => status(words).unwrap_or_else(|| "wrong".to_owned()),
            ProbeTrouble::CouldNotTry | ProbeTrouble::Other => sign.word.to_owned(),
        },
        _ => sign.word.to_owned(),
    }
}

/// The HTTP status in words such as `answered 502`.
fn status(words: &str) -> Option<String> {
    words
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| part.len() == 3)
        .map(str::to_owned)
}

/// The certificate a probe saw.
pub fn certificate(service: &TrackedService) -> Option<&Certificate> {
    match service.last.as_ref()?.value.result.as_ref().ok()? {
        ProbeDetail::Tls(certificate) => Some(certificate),
        ProbeDetail::Http { certificate, .. } => certificate.as_deref(),
        _ => None,
    }
}

/// A database's role and its replicas.
pub fn replication(service: &TrackedService) -> Option<(Place, &[Replica])> {
    match service.last.as_ref()?.value.result.as_ref().ok()? {
        ProbeDetail::Redis { role, replicas, .. }
        | ProbeDetail::Postgres { role, replicas, .. } => Some((*role, replicas)),
        _ => None,
    }
}

/// The certificate's end, or the role and the lag.
fn remark(service: &TrackedService, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
    let styles = look.styles;
    if let Some(certificate) = certificate(service) {
        let left = Span(certificate.until.0 - seen.now.0);
        let role = match left.0 / Span::days(1).0 {
            ..=7 => Role::Bad,
            8..=14 => Role::Warn,
            _ => Role::Dim,
        };
        let text = if left.0 < 0 {
            "cert expired".to_owned()
        } else {
            format!("cert {left}")
        };
        return Line::from(styles.ink(role, text));
    }
    let Some((role, replicas)) = replication(service) else {
        return Line::default();
    };
    let place = if role == Place::Primary {
        "primary"
    } else {
        "replica"
    };
    let worst = replicas
        .iter()
        .map(|replica| if replica.connected { replica.lag } else { None })
        .min_by_key(|lag| lag.map(Reverse));
    match worst {
        None => Line::from(styles.ink(Role::Dim, place)),
        Some(Some(lag)) => {
            let late = if lag > Span::seconds(5) {
                Role::Warn
            } else {
                Role::Dim
            };
            Line::from(vec![
                styles.ink(Role::Dim, format!("{place} ")),
                styles.ink(late, lag.to_string()),
            ])
        }
        Some(None) => Line::from(vec![
            styles.ink(Role::Dim, format!("{place} ")),
            styles.ink(Role::Bad, "cut"),
        ]),
    }
}
