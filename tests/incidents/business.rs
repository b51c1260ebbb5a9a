//! The stage's business: sites and services that are visited, what providers say, runs, notes.

use std::collections::BTreeMap;

use vocab::{
    Access, AffiliateName, Bytes, Certificate, Domain, Money, NodeName, ProbeDetail, ProbeKind,
    ProbeOutcome, ProbeTrouble, Provider, ReleaseId, Replica, Role, RunId, ServiceName,
    ServiceSpec, Span, Text,
};
use world::money::{BillingChange, Invoice, InvoiceStatus, Subscription, SubscriptionStatus};
use world::run::{Actor, Face, LeftOver, Run, RunState, StepRecord, StepState};
use world::{
    Backup, BackupPart, BackupRules, Confirmation, Fact, Intent, Machine, Note, Plan, PlannedStep,
    Quota, Reversibility, Site, SiteObjects, SiteOrder, SiteState, SiteVerb,
};

use crate::parts::{BillingPart, NotePart, Outcome, Parts, RunPart, ServicePart, SitePart};
use crate::stage::{Heard, at, node_name, profile, say};

const VISITED_EVERY: i64 = 30;
const PROBED_EVERY: i64 = 15;

fn domain(text: &str) -> Domain {
    Domain::new(text).unwrap()
}

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

/// Whether it is time for something, or it is new or other than it was.
fn due<T: PartialEq>(second: i64, every: i64, before: Option<&T>, now: &T) -> bool {
    second % every == 0 || before != Some(now)
}

/// What the fleet file says.
pub fn declared(parts: &Parts) -> Vec<Fact> {
    let services = parts.services.iter().map(|(name, part)| spec(name, part));
    let fleet = Fact::FleetDeclared {
        name: "stage".into(),
        demo: false,
        nodes: parts.nodes.keys().map(|name| profile(name)).collect(),
        services: services.collect(),
    };
    let backups = parts.backups_every.map(|hours| {
        Box::new(BackupRules {
            every: Span::hours(hours),
            dumps: parts.dumps_every.map(Span::hours),
            place: "/backups".into(),
            keep: [7, 4, 12],
        })
    });
    vec![fleet, Fact::BackupsDeclared(backups)]
}

/// What all of the business's sources say.
pub fn say_all(heard: &mut Vec<Heard>, second: i64, parts: &Parts, before: Option<&Parts>) {
    for (name, part) in &parts.sites {
        let known = before.and_then(|before| before.sites.get(name));
        let source = format!("site {name}");
        if known != Some(part) {
            say(heard, &source, booked(name, part, known));
        }
        let time = due(
            second,
            VISITED_EVERY,
            known.map(|one| &one.outcome),
            &part.outcome,
        );
        if time && !part.gone && !part.suspended {
            say(heard, &source, [visited(name, part, parts.cut)]);
        }
    }
    for (name, part) in &parts.services {
        if second % PROBED_EVERY == 0 {
            let outcome = if parts.cut {
                failed(Outcome::Timeout)
            } else {
                probed(part)
            };
            let fact = Fact::ServiceProbed {
                service: ServiceName::new(name).unwrap(),
                outcome: Box::new(outcome),
            };
            say(heard, &format!("service {name}"), [fact]);
        }
    }
    let known = before.and_then(|before| before.billing.as_ref());
    if let Some(billing) = &parts.billing
        && due(second, 60, known, billing)
        && !parts.cut
    {
        say(heard, "stripe", [read(billing, second, parts)]);
    }
    for (name, left) in &parts.quotas {
        let known = before.and_then(|before| before.quotas.get(name));
        if due(second, 60, known, left) && !parts.cut {
            say(heard, name, [quota(name, *left, second)]);
        }
    }
    for ((name, part), number) in parts.runs.iter().zip(1..) {
        if before.and_then(|before| before.runs.get(name)) != Some(part) {
            let recorded = Fact::RunRecorded(Box::new(run(name, number, part)));
            say(heard, &format!("run {name}"), [recorded]);
        }
    }
    for (id, part) in &parts.notes {
        if before.and_then(|before| before.notes.get(id)) != Some(part) {
            let written = Fact::NoteWritten(Box::new(note(id, part)));
            say(heard, &format!("note {id}"), [written]);
        }
    }
}

fn spec(name: &str, part: &ServicePart) -> ServiceSpec {
    let probe = if part.lag.is_some() || part.replica_cut {
        ProbeKind::Postgres {
            host: "192.0.2.20".into(),
            port: 5432,
            user: "watch".into(),
            database: "postgres".into(),
            password_env: None,
        }
    } else {
        ProbeKind::Tcp {
            host: "192.0.2.20".into(),
            port: 8080,
        }
    };
    ServiceSpec {
        name: ServiceName::new(name).unwrap(),
        node: part.on.as_deref().map(node_name),
        container: part.container.as_ref().map(Text::line),
        probe,
        access: Access::Internal,
        every: Span::seconds(PROBED_EVERY),
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: false,
    }
}

fn failed(outcome: Outcome) -> ProbeOutcome {
    let (trouble, words) = match outcome {
        Outcome::Ok | Outcome::WrongContent => (ProbeTrouble::WrongAnswer, "another page"),
        Outcome::BadGateway => (ProbeTrouble::WrongAnswer, "answers 502"),
        Outcome::Timeout => (ProbeTrouble::Timeout, "no answer within 10 s"),
        Outcome::Refused => (ProbeTrouble::Refused, "connection refused"),
        Outcome::NameUnknown => (ProbeTrouble::NameUnknown, "the name does not resolve"),
        Outcome::LeadsElsewhere => (
            ProbeTrouble::LeadsElsewhere,
            "it leads to 192.0.2.9, its server is 192.0.2.5",
        ),
        Outcome::Tls => (ProbeTrouble::Tls, "the certificate has expired"),
        Outcome::CouldNotTry => (ProbeTrouble::CouldNotTry, "no network here"),
    };
    ProbeOutcome {
        millis: 0.0,
        result: Err((trouble, words.into())),
    }
}

fn probed(part: &ServicePart) -> ProbeOutcome {
    if part.outcome != Outcome::Ok {
        return failed(part.outcome);
    }
    let detail = if part.lag.is_some() || part.replica_cut {
        ProbeDetail::Postgres {
            role: Role::Primary,
            version: "16.4".into(),
            connections: (3, 100),
            size: Bytes(1 << 30),
            replicas: vec![Replica {
                name: "db-2".into(),
                state: "streaming".into(),
                lag: part.lag.map(Span::seconds),
                lag_bytes: None,
                connected: !part.replica_cut,
            }],
        }
    } else {
        ProbeDetail::Plain
    };
    ProbeOutcome {
        millis: part.millis,
        result: Ok(detail),
    }
}

fn visited(name: &str, part: &SitePart, cut: bool) -> Fact {
    let outcome = match part.outcome {
        _ if cut => failed(Outcome::Timeout),
        Outcome::Ok => ProbeOutcome {
            millis: part.millis,
            result: Ok(ProbeDetail::Http {
                status: 200,
                body: Bytes(1000),
                certificate: Some(Box::new(Certificate {
                    subject: Text::line(name),
                    issuer: "Test CA".into(),
                    names: vec![Text::line(name)],
                    from: at(0) - Span::days(90 - part.certificate),
                    until: at(0) + Span::days(part.certificate) + Span::hours(1),
                    trusted: true,
                    name_matches: true,
                })),
            }),
        },
        outcome => failed(outcome),
    };
    Fact::SiteVisited {
        site: domain(name),
        outcome: Box::new(outcome),
        every: Span::seconds(VISITED_EVERY),
    }
}

/// What the books say of a site.
fn booked(name: &str, part: &SitePart, known: Option<&SitePart>) -> Vec<Fact> {
    if part.gone {
        return vec![Fact::SiteGone(domain(name))];
    }
    let site = Fact::SiteBooked(Box::new(site(name, part)));
    let state = |one: &SitePart| (one.backup, one.proven, one.dumped);
    let same = known.is_some_and(|one| state(one) == state(part));
    let dump = BackupPart {
        part: world::SitePart::Database,
        bytes: 9,
        sha256: "0".repeat(64),
    };
    let whole = part.backup.map(|hours| (hours, 1_000_000, Vec::new()));
    let alone = part.dumped.map(|hours| (hours, 2_000_000, vec![dump]));
    let made = whole.into_iter().chain(alone).filter(|_| !same);
    let backups = made.map(|(hours, number, parts)| {
        let made = at(0) - Span::hours(hours);
        Fact::BackupBooked(Box::new(Backup {
            id: id(hours + number + i64::try_from(name.len()).unwrap() * 1_000),
            domain: domain(name),
            at: made,
            took: Span::seconds(20),
            release: release(),
            files: 3,
            parts,
            key: "key".into(),
            place: "/backups".into(),
            verified: part.proven.map(|days| at(0) - Span::days(days)),
        }))
    });
    std::iter::once(site).chain(backups).collect()
}

/// The id of a run: always the same for the same number.
fn id(number: i64) -> RunId {
    format!("01900000-0000-7000-8000-{number:012x}")
        .parse()
        .unwrap()
}

fn release() -> ReleaseId {
    ReleaseId::new("0123456789abcdef").unwrap()
}

fn site(name: &str, part: &SitePart) -> Site {
    let paid = !part.price.is_empty();
    let price = if paid { &part.price } else { "15 USD" };
    Site {
        domain: domain(name),
        kind: part.kind,
        affiliate: AffiliateName::new("acme").unwrap(),
        region: part.region,
        state: if part.suspended {
            SiteState::Suspended
        } else {
            SiteState::Active
        },
        price: dollars(price),
        cost: None,
        deployment: RunId::default(),
        created: at(0) - Span::days(40),
        releases: Vec::new(),
        current: release(),
        objects: SiteObjects {
            server_name: part.on.clone(),
            subscription: if paid {
                format!("sub_{name}")
            } else {
                String::new()
            },
            ..SiteObjects::default()
        },
    }
}

fn read(billing: &BillingPart, second: i64, parts: &Parts) -> Fact {
    if let Some(why) = &billing.unread {
        return Fact::ProviderFailed {
            provider: Provider::Stripe,
            text: Text::line(why),
        };
    }
    let status = |site: &str| match billing.status.get(site).map(String::as_str) {
        None => SubscriptionStatus::Active,
        Some("trialing") => SubscriptionStatus::Trialing,
        Some("past-due") => SubscriptionStatus::PastDue,
        Some(_) => SubscriptionStatus::Canceled,
    };
    let paid = parts
        .sites
        .iter()
        .filter(|(_, part)| !part.price.is_empty());
    let subscriptions = paid.map(|(name, part)| Subscription {
        id: Text::line(format!("sub_{name}")),
        customer: Text::line(format!("cus_{name}")),
        site: Some(domain(name)),
        affiliate: None,
        status: status(name),
        monthly: dollars(&part.price),
        started: at(0) - Span::days(40),
        ended: None,
    });
    let invoice = |name: &str, attempts: u32, due: i64| Invoice {
        id: Text::line(format!("in_{name}")),
        number: Some("A-1".into()),
        customer: Text::line(format!("cus_{name}")),
        status: InvoiceStatus::Open,
        due: dollars("15 USD"),
        paid: dollars("0 USD"),
        elsewhere: dollars("0 USD"),
        created: at(0) - Span::days(due.max(1)),
        paid_at: None,
        due_at: Some(at(0) - Span::days(due)),
        attempts,
        next_attempt: None,
    };
    let failed = billing.failed.iter();
    let failed = failed.map(|(name, often)| invoice(name, *often, 0));
    let late = billing.late.iter();
    let late = late.map(|(name, days)| invoice(name, 0, *days));
    Fact::BillingRead(Box::new(BillingChange {
        subscriptions: subscriptions.collect(),
        invoices: failed.chain(late).collect(),
        movements: Vec::new(),
        since: None,
        read: at(second),
    }))
}

fn quota(name: &str, left: u32, second: i64) -> Fact {
    let providers: BTreeMap<&str, Provider> =
        Provider::ALL.iter().map(|one| (one.word(), *one)).collect();
    Fact::QuotaRead(Quota {
        provider: providers[name],
        limit: 100,
        left,
        full_at: at(second) + Span::hours(1),
        said: true,
        closed_until: None,
        failing: false,
        at: at(second),
    })
}

/// What a run does: a deploy of its site, or a reboot.
fn intent(part: &RunPart, node: &NodeName) -> Intent {
    match &part.site {
        Some(domain) => Intent::Site(Box::new(SiteOrder {
            verb: SiteVerb::Deploy,
            site: site(domain, &SitePart::default()),
            was: None,
            before: None,
            port_before: None,
            files: None,
            installation: "a1".into(),
            machine: Machine {
                server_type: "cx23".into(),
                image: "debian-13".into(),
                location: "nbg1".into(),
            },
            certificates: "public".into(),
            email: None,
            level: vocab::RollbackLevel::Full,
            backup: None,
            growth: None,
            version: 1,
        })),
        None => Intent::Reboot {
            nodes: vec![node.clone()],
        },
    }
}

fn run(name: &str, number: i64, part: &RunPart) -> Run {
    // The place of a run among others is that of its name.
    let taken = at(0) - Span::minutes(60 - number);
    let state = match part.state.as_str() {
        "running" => RunState::Running,
        "rolled-back" => RunState::RolledBack,
        "needs-operator" => RunState::NeedsOperator,
        "unknown" => RunState::Unknown,
        _ => RunState::Verified,
    };
    let step = match state {
        RunState::Running => StepState::Running { since: at(0) },
        RunState::NeedsOperator => StepState::Stuck {
            reason: "protected against deletion".into(),
            left: part.left.as_ref().map(|left| LeftOver {
                kind: "server".into(),
                name: Text::line(left),
                id: "42".into(),
                monthly: None,
            }),
        },
        _ => StepState::Done {
            took: Span::seconds(1),
            note: Text::default(),
        },
    };
    let node = NodeName::new("web-1").unwrap();
    let intent = intent(part, &node);
    Run {
        plan: Plan {
            id: id(number),
            intent,
            by: Actor {
                user: "operator".into(),
                face: Face::Shell,
            },
            made: taken,
            title: Text::line(name),
            reversibility: Reversibility::Disruptive,
            confirmation: Confirmation::Letter('r'),
            objects: Vec::new(),
            steps: vec![PlannedStep {
                object: 0,
                title: "reboot web-1".into(),
                exact: "systemctl reboot".into(),
                call: world::plan::StepCall::Reboot { node },
                deadline: Span::seconds(60),
            }],
            verification: Text::default(),
            inverse: None,
            warnings: Vec::new(),
            one_by_one: false,
            expected: Span::seconds(60),
        },
        ended: (state != RunState::Running).then_some(taken),
        state,
        taken,
        steps: vec![StepRecord {
            state: step,
            output: Text::default(),
            progress: None,
        }],
    }
}

fn note(id: &str, part: &NotePart) -> Note {
    Note {
        id: Text::line(id),
        text: Text::line(&part.text),
        by: "operator".into(),
        system: part.system.as_ref().map(Text::line),
        at: at(0) - Span::hours(1),
        due: part.due.map(|minutes| at(0) + Span::minutes(minutes)),
        from: None,
        worth: part.worth.as_deref().map(dollars),
        vip: part.vip,
    }
}
