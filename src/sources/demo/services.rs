//! The simulated fleet's services and what their probes would come to.

use vocab::{
    Access, Bytes, Certificate, Domain, NodeName, ProbeDetail, ProbeKind, ProbeOutcome,
    ProbeTrouble, Replica, Role, ServiceName, ServiceSpec, Span, Text, Time,
};
use world::{Fact, Metric, Point, SeriesKey, Subject};

use super::scenario::{ENDING, STARVED};
use super::shape::{salt, wander};
use super::visits::trouble;
use super::{Actor, Simulation, incidents};

/// How often they are probed.
const EVERY: Span = Span::seconds(10);

/// Sites that are watched from outside: name, usual answer in milliseconds, days until the certificate ends.
const SITES: [(&str, f32, i64); 6] = [
    ("acme.example", 84.0, 61),
    ("alpha.example", 61.0, 44),
    ("gamma.example", 120.0, 61),
    ("kappa.example", 340.0, 71),
    ("sigma.example", 1900.0, 52),
    ("theta.example", 70.0, 33),
];

/// The services of a fleet.
pub(super) fn of(actors: &[Actor]) -> Vec<ServiceSpec> {
    let lead = actors.first().map(|actor| actor.profile.name.clone());
    let spec = |name: &str, probe, access| spec(lead.as_ref(), name, probe, access);
    let host = || Text::line("aurora");
    let database = ProbeKind::Postgres {
        host: host(),
        port: 5432,
        user: Text::line("watch"),
        database: Text::line("app"),
        password_env: None,
    };
    let house = [
        spec("postgres", database, Access::Internal),
        spec(
            "redis",
            ProbeKind::Redis {
                host: host(),
                port: 6379,
                password_env: None,
            },
            Access::Internal,
        ),
        spec(
            "dns",
            ProbeKind::Dns {
                name: Text::line("acme.example"),
                server: None,
                expect: None,
            },
            Access::Internal,
        ),
        spec(
            "n8n",
            ProbeKind::Tcp {
                host: host(),
                port: 5678,
            },
            Access::Internal,
        ),
    ];
    let sites = SITES.iter().map(|(name, ..)| {
        let url = Text::line(format!("https://{name}/"));
        spec(
            name,
            ProbeKind::Http {
                url,
                status: None,
                contains: None,
            },
            Access::Public,
        )
    });
    house
        .into_iter()
        .chain([program(actors)])
        .chain(sites)
        .flatten()
        .collect()
}

fn spec(
    lead: Option<&NodeName>,
    name: &str,
    probe: ProbeKind,
    access: Access,
) -> Option<ServiceSpec> {
    Some(ServiceSpec {
        name: ServiceName::new(name).ok()?,
        node: lead.filter(|_| access == Access::Internal).cloned(),
        container: None,
        probe,
        access,
        every: EVERY,
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: false,
    })
}

/// The program of a site, looked at from within: what it runs in is known.
fn program(actors: &[Actor]) -> Option<ServiceSpec> {
    let node = &actors.get(1)?.profile.name;
    let probe = ProbeKind::Http {
        url: Text::line(format!("http://{node}:3024/health")),
        status: None,
        contains: None,
    };
    Some(ServiceSpec {
        container: Some(Text::line(STARVED)),
        ..spec(Some(node), "alder", probe, Access::Internal)?
    })
}

/// The probes that end between `now` and the next look.
pub(super) async fn due(simulation: &Simulation, now: Time, step: Span) -> Vec<Fact> {
    let due = |spec: &&ServiceSpec| {
        let offset = (salt(spec.name.as_str()) % EVERY.0.unsigned_abs()).cast_signed();
        (now.0 - offset).rem_euclid(EVERY.0) < step.0
    };
    let stopped = incidents::stopped(simulation).await;
    simulation
        .services
        .iter()
        .filter(due)
        .map(|spec| probed(simulation, spec, &stopped, now))
        .collect()
}

/// One look at everything, and the answer times before it.
pub(super) async fn past(simulation: &Simulation, now: Time, length: Span) -> Vec<Fact> {
    let stopped = incidents::stopped(simulation).await;
    let mut facts: Vec<Fact> = simulation
        .services
        .iter()
        .map(|spec| probed(simulation, spec, &stopped, now))
        .collect();
    facts.extend(simulation.services.iter().map(|spec| {
        Fact::HistoryRestored {
            key: SeriesKey::new(Subject::Service(spec.name.clone()), Metric::Latency),
            points: (1..=length.0 / EVERY.0)
                .rev()
                .map(|back| {
                    let at = now - EVERY.times(back);
                    Point {
                        at,
                        value: millis(simulation, spec, at),
                    }
                })
                .collect(),
        }
    }));
    facts
}

fn millis(simulation: &Simulation, spec: &ServiceSpec, at: Time) -> f32 {
    let usual = SITES
        .iter()
        .find(|(name, ..)| *name == spec.name.as_str())
        .map_or(4.0, |(_, usual, _)| *usual);
    // What is slow by day is not so on a quiet one.
    let usual = if simulation.scenario.is_bad() {
        usual
    } else {
        usual.min(160.0)
    };
    usual * (0.7 + 0.6 * wander(simulation.seed, salt(spec.name.as_str()), at))
}

fn probed(simulation: &Simulation, spec: &ServiceSpec, stopped: &[Text], now: Time) -> Fact {
    let answers = Domain::new(spec.name.as_str())
        .map_or(Ok(Text::default()), |domain| simulation.answers(&domain));
    let result = match answers {
        _ if spec
            .container
            .as_ref()
            .is_some_and(|name| stopped.contains(name)) =>
        {
            Err((ProbeTrouble::Refused, Text::line("connection refused")))
        }
        Err(words) => Err((trouble(&words), words)),
        Ok(_) => Ok(detail(simulation, spec, now)),
    };
    Fact::ServiceProbed {
        service: spec.name.clone(),
        outcome: Box::new(ProbeOutcome {
            millis: millis(simulation, spec, now),
            result,
        }),
    }
}

fn detail(simulation: &Simulation, spec: &ServiceSpec, now: Time) -> ProbeDetail {
    let replica = |lag: i64| Replica {
        name: Text::line("compute-1"),
        state: Text::line("streaming"),
        lag: Some(Span::millis(lag)),
        lag_bytes: Some(Bytes(0)),
        connected: true,
    };
    match &spec.probe {
        ProbeKind::Http { .. } => {
            let days = SITES
                .iter()
                .find(|(name, ..)| *name == spec.name.as_str())
                .map_or(60, |(_, _, days)| *days);
            ProbeDetail::Http {
                status: 200,
                body: Bytes(18_211),
                certificate: Some(Box::new(certificate(simulation, &spec.name, days, now))),
            }
        }
        ProbeKind::Postgres { .. } => ProbeDetail::Postgres {
            role: Role::Primary,
            version: Text::line("16.10"),
            connections: (41, 100),
            size: Bytes(3 << 30),
            replicas: vec![replica(420)],
        },
        ProbeKind::Redis { .. } => ProbeDetail::Redis {
            role: Role::Primary,
            version: Text::line("7.4.5"),
            memory: Bytes(48 << 20),
            clients: 23,
            channels: 6,
            replicas: vec![replica(0)],
        },
        ProbeKind::Dns { .. } => ProbeDetail::Dns {
            addresses: vec![Text::line("192.0.2.1")],
        },
        ProbeKind::Tcp { .. } | ProbeKind::Tls { .. } => ProbeDetail::Plain,
    }
}

fn certificate(simulation: &Simulation, name: &ServiceName, days: i64, now: Time) -> Certificate {
    let until = match Domain::new(name.as_str()) {
        Ok(domain) if domain.as_str() == ENDING => simulation.certificate(&domain, now).1,
        _ => now + Span::days(days) + Span::hours(3),
    };
    Certificate {
        subject: Text::line(name.as_str()),
        issuer: Text::line("Demo CA"),
        names: vec![Text::line(name.as_str())],
        from: now - Span::days(90 - days),
        until,
        trusted: true,
        name_matches: true,
    }
}
