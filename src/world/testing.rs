//! What several tests of the world need: nodes, sites and open signals to begin with, and the shipped rules without their
//! waits.

use vocab::rule::{Figure, Kind};
use vocab::{
    AffiliateName, Domain, NodeName, Region, ReleaseId, Rule, RunId, Severity, SiteKind, Span,
    Text, Time,
};

use crate::about::About;
use crate::query::items;
use crate::signals::{Phase, Signal, SignalId};
use crate::site::{Site, SiteObjects, SiteState};
use crate::{Event, Fact, NodeProfile, World};

/// The moment that tests begin at.
pub const NOW: Time = Time(1_795_269_728_000);

/// A name of a node.
pub fn node(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

/// A name of a site.
pub fn domain(text: &str) -> Domain {
    Domain::new(text).unwrap()
}

/// A fleet of nodes of which no more is said.
pub fn declared(nodes: &[&str]) -> Fact {
    Fact::FleetDeclared {
        name: "test".into(),
        demo: false,
        nodes: nodes
            .iter()
            .map(|text| NodeProfile::new(node(text)))
            .collect(),
        services: Vec::new(),
    }
}

/// A site on a server of this name, a month old, paid for where it has a price.
pub fn site(name: &str, server: &str, price: &str) -> Site {
    let subscription = if price.starts_with("0 ") {
        String::new()
    } else {
        format!("sub_{name}")
    };
    Site {
        domain: domain(name),
        kind: SiteKind::Static,
        affiliate: AffiliateName::new("acme").unwrap(),
        region: Region::EuCentral,
        state: SiteState::Active,
        price: price.parse().unwrap(),
        cost: None,
        deployment: RunId::default(),
        created: NOW - Span::days(30),
        releases: Vec::new(),
        current: ReleaseId::new("0123456789abcdef").unwrap(),
        objects: SiteObjects {
            server_name: server.into(),
            subscription,
            ..SiteObjects::default()
        },
    }
}

/// A signal that has been open since it began; of what figure and kind, who needs it says.
pub fn open(rule: &str, about: About, severity: Severity, since: Time) -> Signal {
    Signal {
        id: SignalId {
            rule: rule.into(),
            about,
            part: Text::default(),
        },
        figure: Figure::Orphan,
        kind: Kind::Work,
        phase: Phase::Open,
        since,
        opened: Some(since),
        seen: NOW,
        severity,
        value: 1.0,
        worst: 1.0,
        title: Text::line(rule),
        words: Text::default(),
        blind: false,
        only_here: false,
        told: true,
        openings: std::iter::once(since).collect(),
    }
}

/// The shipped rules, each true at once and over at once: what they say is tested, not how long they wait.
pub fn rules() -> Vec<Rule> {
    let mut rules = config::rules::shipped();
    for rule in &mut rules {
        rule.hold = Span::ZERO;
        rule.calm = Span::ZERO;
    }
    rules
}

/// The lines of all items that the rules find in a world as it is.
pub fn titles(world: &World, now: Time) -> Vec<String> {
    let mut judged = world.clone();
    judged.apply(&Event {
        at: now,
        fact: Fact::RulesDeclared(rules()),
    });
    items(&judged, now)
        .iter()
        .map(|item| item.title.to_string())
        .collect()
}
