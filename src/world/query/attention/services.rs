//! Concerns of services: down, slow, certificates, replication.

use vocab::{ProbeDetail, Span, Text, Time};

use super::{About, Concern, Severity};
use crate::tracked::{ServiceState, TrackedService};

pub(super) fn service_concern(service: &TrackedService, now: Time) -> Option<Concern> {
    let words = match service.last.as_ref().map(|last| &last.value.result) {
        Some(Err((_, words))) => words.clone(),
        _ => Text::default(),
    };
    let (severity, title, detail) = match service.state(now) {
        ServiceState::Down => (
            Severity::Critical,
            format!("{} is down", service.spec.name),
            words,
        ),
        ServiceState::Degraded => {
            let slow = service.last.as_ref().map_or(0.0, |last| last.value.millis);
            let detail = if words.is_empty() {
                Text::line(format!("answers in {slow:.0} ms"))
            } else {
                words
            };
            (
                Severity::Warning,
                format!("{} is degraded", service.spec.name),
                detail,
            )
        }
        ServiceState::Healthy | ServiceState::Unknown => return None,
    };
    Some(Concern {
        severity,
        about: About::Service(service.spec.name.clone()),
        title: Text::line(title),
        detail,
        since: service.since,
        fix: None,
    })
}

pub(super) fn certificate_concern(service: &TrackedService, now: Time) -> Option<Concern> {
    let last = service.last.as_ref()?;
    let Ok(
        ProbeDetail::Tls(certificate)
        | ProbeDetail::Http {
            certificate: Some(certificate),
            ..
        },
    ) = &last.value.result
    else {
        return None;
    };
    let left = Span(certificate.until.0 - now.0);
    let severity = match left.0 / Span::days(1).0 {
        ..=7 => Severity::Critical,
        8..=14 => Severity::Warning,
        15..=30 => Severity::Notice,
        _ => return None,
    };
    Some(Concern {
        severity,
        about: About::Service(service.spec.name.clone()),
        title: Text::line(format!("{}: certificate ends in {left}", service.spec.name)),
        detail: certificate.subject.clone(),
        since: last.at,
        fix: None,
    })
}

pub(super) fn replication_concern(service: &TrackedService, now: Time) -> Option<Concern> {
    let last = service.last.as_ref()?;
    last.fresh(now)?;
    let Ok(ProbeDetail::Postgres { replicas, .. } | ProbeDetail::Redis { replicas, .. }) =
        &last.value.result
    else {
        return None;
    };
    let about = About::Service(service.spec.name.clone());
    let cut = replicas.iter().find(|replica| !replica.connected);
    let slow = replicas
        .iter()
        .find(|replica| replica.lag.is_some_and(|lag| lag > Span::seconds(5)));
    let (severity, title, detail) = match (cut, slow) {
        (Some(replica), _) => (
            Severity::Critical,
            format!("{}: replication link is cut", service.spec.name),
            replica.name.clone(),
        ),
        (None, Some(replica)) => {
            let lag = replica.lag.unwrap_or_default();
            (
                Severity::Warning,
                format!("{}: replica is {lag} behind", service.spec.name),
                replica.name.clone(),
            )
        }
        (None, None) => return None,
    };
    Some(Concern {
        severity,
        about,
        title: Text::line(title),
        detail,
        since: last.at,
        fix: None,
    })
}
