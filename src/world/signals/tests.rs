//! What tracking promises, on the smallest worlds that show it.

use vocab::rule::{Band, Figure, Kind, Level, Rule, Test};
use vocab::{
    Access, CpuUse, HostSample, LinkTrouble, Memory, Origin, ProbeKind, ProbeOutcome, ProbeTrouble,
    Provider, ServiceName, ServiceSpec, Severity, Span, Text, Time,
};

use super::{Phase, Signal, SignalId, Topology, fold};
use crate::about::About;
use crate::priorities::What;
use crate::testing::{declared, node as node_name};
use crate::{Effect, Event, Fact, World};

fn rule(id: &str, figure: Figure, bound: f64, (hold, calm): (i64, i64), kind: Kind) -> Rule {
    Rule {
        id: id.into(),
        figure,
        bands: vec![Band {
            test: Test::AtLeast(bound),
            severity: Severity::Critical,
        }],
        hold: Span::seconds(hold),
        calm: Span::seconds(calm),
        kind,
        level: Level::Human,
        title: "{about}: {value} {words}".into(),
        fix: None,
        only: Vec::new(),
        off: false,
        place: "test:1".into(),
    }
}

/// A world of some nodes that are up, at second 0.
fn world(rules: Vec<Rule>, nodes: &[&str]) -> World {
    let mut world = World::default();
    apply(&mut world, 0, declared(nodes));
    apply(&mut world, 0, Fact::RulesDeclared(rules));
    for node in nodes {
        let node = node_name(node);
        let reached = Fact::NodeReached {
            node,
            round_trip: None,
        };
        apply(&mut world, 0, reached);
    }
    world
}

fn apply(world: &mut World, second: i64, fact: Fact) -> Vec<Effect> {
    let at = Time(1_000_000) + Span::seconds(second);
    world.apply(&Event { at, fact })
}

fn memory(node: &str, percent: u64) -> Fact {
    let sample = HostSample {
        cpu: CpuUse::default(),
        memory: Memory {
            total: vocab::Bytes(100),
            available: vocab::Bytes(100 - percent),
            ..Memory::default()
        },
        ..HostSample::default()
    };
    Fact::NodeSampled {
        node: node_name(node),
        sample: Box::new(sample),
        every: Span::seconds(2),
        origin: Origin::Ssh,
    }
}

fn lost(node: &str) -> Fact {
    Fact::NodeLost {
        node: node_name(node),
        trouble: LinkTrouble::Lost,
        text: "no answer".into(),
        retry_at: None,
    }
}

fn only(world: &World) -> &Signal {
    assert_eq!(world.signals.len(), 1, "{:?}", world.signals);
    world.signals.values().next().unwrap()
}

fn memory_rule(hold: i64, calm: i64) -> Rule {
    rule(
        "memory",
        Figure::NodeMemory,
        90.0,
        (hold, calm),
        Kind::Capacity,
    )
}

#[test]
fn a_signal_is_held_back_opens_calms_down_and_closes() {
    let mut world = world(vec![memory_rule(4, 4)], &["web"]);
    apply(&mut world, 2, memory("web", 95));
    assert_eq!(only(&world).phase, Phase::Pending);
    apply(&mut world, 4, memory("web", 97));
    apply(&mut world, 6, memory("web", 93));
    let signal = only(&world);
    assert_eq!((signal.phase, signal.worst), (Phase::Open, 93.0));
    assert_eq!(signal.title, "web: 93 % 7 left of 100");
    let effects = apply(&mut world, 8, memory("web", 50));
    let told = effects.iter().find_map(|effect| match effect {
        Effect::Happened(told) => Some(told),
        _ => None,
    });
    assert_eq!(told.unwrap()[0].what, What::Raised);
    assert!(matches!(only(&world).phase, Phase::Clearing { .. }));
    apply(&mut world, 12, memory("web", 50));
    assert!(world.signals.is_empty());
    apply(&mut world, 13, Fact::TimePassed);
    let what: Vec<&What> = world.happenings.iter().map(|one| &one.what).collect();
    assert_eq!(what, [&What::Raised, &What::Closed]);
}

#[test]
fn what_passes_while_it_is_held_back_is_never_told() {
    let mut world = world(vec![memory_rule(10, 0)], &["web"]);
    apply(&mut world, 2, memory("web", 95));
    apply(&mut world, 4, memory("web", 50));
    apply(&mut world, 99, Fact::TimePassed);
    assert!(world.signals.is_empty() && world.happenings.is_empty());
}

#[test]
fn an_old_figure_neither_opens_nor_closes() {
    let mut world = world(vec![memory_rule(4, 4)], &["web"]);
    apply(&mut world, 2, memory("web", 95));
    // Wrong once, and then nothing is heard: not wrong for long enough by anybody's word.
    apply(&mut world, 60, Fact::TimePassed);
    assert_eq!(only(&world).phase, Phase::Pending);
    assert!(only(&world).blind);
    apply(&mut world, 62, memory("web", 95));
    assert_eq!(only(&world).phase, Phase::Pending, "held back anew");
    apply(&mut world, 66, memory("web", 95));
    assert_eq!(only(&world).phase, Phase::Open);
    apply(&mut world, 600, Fact::TimePassed);
    let signal = only(&world);
    assert!(signal.is_open() && signal.blind, "{signal:?}");
}

#[test]
fn what_comes_and_goes_flaps_and_must_be_right_for_longer() {
    let mut world = world(vec![memory_rule(0, 2)], &["web"]);
    let mut second = 2;
    for _ in 0..3 {
        apply(&mut world, second, memory("web", 95));
        apply(&mut world, second + 2, memory("web", 50));
        apply(&mut world, second + 4, memory("web", 50));
        second += 6;
    }
    let signal = only(&world);
    assert!(signal.is_flapping() && signal.is_open());
    assert_eq!(signal.caution().unwrap(), "flapping, 3 times in 1 h");
    for later in (second..second + 604).step_by(2) {
        apply(&mut world, later, memory("web", 50));
    }
    assert!(world.signals.is_empty(), "ten minutes of calm end it");
    apply(&mut world, second + 700, Fact::TimePassed);
    let last = world.happenings.last().unwrap();
    assert_eq!(last.what, What::Closed);
    let again = world
        .happenings
        .iter()
        .filter(|one| one.what == What::Reopened);
    assert_eq!(again.count(), 2);
}

#[test]
fn a_node_that_is_lost_is_down_when_something_else_is_seen_before_and_after() {
    let down = rule(
        "down",
        Figure::NodeUnreachable,
        5.0,
        (0, 0),
        Kind::Availability,
    );
    let mut world = world(vec![down], &["web", "db"]);
    for second in 1..10 {
        apply(&mut world, second, memory("web", 10));
        apply(&mut world, second, memory("db", 10));
    }
    apply(&mut world, 10, lost("web"));
    assert!(world.signals.is_empty());
    for second in 11..17 {
        apply(&mut world, second, memory("db", 10));
    }
    let signal = only(&world);
    assert_eq!(signal.id.to_string(), "down node/web");
    assert!(signal.only_here, "nobody else looked");
    let seen = Fact::SeenFrom {
        about: About::Node(node_name("web")),
        from: "db".into(),
        seen: super::Seen::Fails("no route".into()),
    };
    apply(&mut world, 18, seen);
    assert!(!only(&world).only_here);
}

#[test]
fn a_network_of_this_machine_that_is_gone_is_one_line_and_no_outage() {
    let rules = vec![
        rule(
            "down",
            Figure::NodeUnreachable,
            5.0,
            (0, 0),
            Kind::Availability,
        ),
        rule(
            "blind",
            Figure::NetworkGone,
            1.0,
            (0, 0),
            Kind::Availability,
        ),
    ];
    let mut world = world(rules, &["web", "db"]);
    for second in 1..10 {
        apply(&mut world, second, memory("web", 10));
        apply(&mut world, second, memory("db", 10));
    }
    apply(&mut world, 24, lost("web"));
    for second in 25..31 {
        apply(&mut world, second, Fact::TimePassed);
    }
    apply(&mut world, 31, lost("db"));
    for second in 32..200 {
        apply(&mut world, second, Fact::TimePassed);
    }
    assert_eq!(only(&world).id.to_string(), "blind console/network");
    // The network is back: who answers first does not make the others red.
    apply(
        &mut world,
        200,
        Fact::NodeReached {
            node: node_name("web"),
            round_trip: None,
        },
    );
    apply(&mut world, 202, memory("web", 10));
    assert!(world.signals.is_empty(), "{:?}", world.signals);
    // One that fails again while another answers is down.
    apply(&mut world, 203, lost("db"));
    apply(&mut world, 204, memory("web", 10));
    assert_eq!(only(&world).id.to_string(), "down node/db");
}

#[test]
fn a_network_that_was_gone_before_the_start_is_not_gone_again_for_having_been_looked_at() {
    let blind = || {
        rule(
            "blind",
            Figure::NetworkGone,
            1.0,
            (0, 0),
            Kind::Availability,
        )
    };
    let mut before = world(vec![blind()], &["web", "db"]);
    apply(&mut before, 5, lost("web"));
    apply(&mut before, 6, lost("db"));
    let kept: Vec<Signal> = before.signals.values().cloned().collect();
    assert_eq!(kept.len(), 1);
    let mut after = World::default();
    apply(&mut after, 100, Fact::RulesDeclared(vec![blind()]));
    apply(&mut after, 100, Fact::SignalsRecalled(kept));
    apply(&mut after, 100, declared(&["web", "db"]));
    apply(&mut after, 101, lost("web"));
    apply(&mut after, 105, Fact::TimePassed);
    assert!(only(&after).blind, "one look tells nothing");
    apply(&mut after, 106, lost("db"));
    assert!(!only(&after).blind);
    assert_eq!(only(&after).openings.len(), 1, "it never was right");
    apply(&mut after, 107, memory("web", 10));
    assert!(after.signals.is_empty(), "{:?}", after.signals);
}

#[test]
fn a_service_that_was_down_before_the_start_is_not_right_for_having_failed_only_once_since() {
    let spec = ServiceSpec {
        name: ServiceName::new("shop").unwrap(),
        node: None,
        container: None,
        probe: ProbeKind::Tcp {
            host: "shop.example.com".into(),
            port: 443,
        },
        access: Access::Public,
        every: Span::seconds(15),
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: false,
    };
    let start = |recalled: Vec<Signal>| {
        let down = rule("down", Figure::ServiceDown, 1.0, (0, 1), Kind::Availability);
        let mut world = World::default();
        apply(&mut world, 0, Fact::RulesDeclared(vec![down]));
        apply(&mut world, 0, Fact::SignalsRecalled(recalled));
        let declared = Fact::FleetDeclared {
            name: "test".into(),
            demo: false,
            nodes: Vec::new(),
            services: vec![spec.clone()],
        };
        apply(&mut world, 0, declared);
        world
    };
    let failed = |world: &mut World, second| {
        let outcome = ProbeOutcome {
            millis: 1.0,
            result: Err((ProbeTrouble::Refused, "connection refused".into())),
        };
        let probed = Fact::ServiceProbed {
            service: spec.name.clone(),
            outcome: Box::new(outcome),
        };
        apply(world, second, probed);
    };
    let mut before = start(Vec::new());
    failed(&mut before, 1);
    assert!(before.signals.is_empty(), "once is not down");
    failed(&mut before, 16);
    let mut after = start(vec![only(&before).clone()]);
    failed(&mut after, 1);
    for second in 2..16 {
        apply(&mut after, second, Fact::TimePassed);
    }
    assert!(only(&after).blind, "it was not seen to be right");
    failed(&mut after, 16);
    assert!(!only(&after).blind);
    assert_eq!(only(&after).openings.len(), 1);
}

#[test]
fn what_was_recalled_stays_until_its_source_speaks() {
    let mut before = world(vec![memory_rule(0, 0)], &["web"]);
    apply(&mut before, 2, memory("web", 95));
    let kept: Vec<Signal> = before.signals.values().cloned().collect();
    let mut world = World::default();
    apply(&mut world, 10, Fact::RulesDeclared(vec![memory_rule(0, 0)]));
    apply(&mut world, 10, Fact::SignalsRecalled(kept));
    apply(&mut world, 11, declared(&["web"]));
    apply(&mut world, 60, Fact::TimePassed);
    assert!(only(&world).blind);
    let reached = Fact::NodeReached {
        node: node_name("web"),
        round_trip: None,
    };
    apply(&mut world, 61, reached);
    apply(&mut world, 62, memory("web", 20));
    assert!(world.signals.is_empty());
    assert!(
        world.happenings.iter().all(|one| one.what != What::Raised),
        "it was told before the restart"
    );
}

#[test]
fn maintenance_keeps_quiet_until_it_ends() {
    let mut world = world(vec![memory_rule(0, 0)], &["web"]);
    let window = super::Maintenance {
        name: "upgrade".into(),
        from: Time(1_000_000),
        lasts: Span::seconds(10),
        every: None,
        only: vec!["web".into()],
    };
    apply(&mut world, 1, Fact::MaintenanceDeclared(vec![window]));
    apply(&mut world, 2, memory("web", 95));
    apply(&mut world, 4, memory("web", 95));
    assert!(only(&world).is_open() && !only(&world).told);
    assert!(world.happenings.is_empty());
    apply(&mut world, 11, memory("web", 95));
    apply(&mut world, 13, memory("web", 95));
    assert_eq!(world.happenings.last().unwrap().what, What::Raised);
}

#[test]
fn a_rule_that_is_gone_takes_its_signals_along() {
    let mut world = world(vec![memory_rule(0, 0)], &["web"]);
    apply(&mut world, 2, memory("web", 95));
    let id = SignalId {
        about: About::Node(node_name("web")),
        rule: "memory".into(),
        part: Text::default(),
    };
    assert!(world.signals.contains_key(&id));
    let off = Rule {
        off: true,
        ..memory_rule(0, 0)
    };
    apply(&mut world, 3, Fact::RulesDeclared(vec![off]));
    assert!(world.signals.is_empty());
    assert!(fold(&world, &Topology::default()).causes.is_empty());
}

#[test]
fn what_a_provider_says_of_its_token_goes_over_the_fleet_file() {
    let mut ends = rule("ends", Figure::TokenEndsIn, 0.0, (0, 0), Kind::Protection);
    ends.bands[0].test = Test::AtMost(7.0);
    let mut world = world(vec![ends], &["web"]);
    let day = |days: i64| Time(1_000_000) + Span::days(days);
    let cloudflare = About::Provider(Provider::Cloudflare);
    let declared = |days| {
        Fact::TokensDeclared(vec![
            crate::TokenEnd {
                about: About::Provider(Provider::Cloudflare),
                what: "API token".into(),
                ends: day(days),
            },
            crate::TokenEnd {
                about: About::Console("backup bucket".into()),
                what: "key".into(),
                ends: day(40),
            },
        ])
    };
    apply(&mut world, 1, declared(3));
    assert!(world.signals.is_empty(), "the provider was not asked yet");
    let said = |days: Option<i64>| Fact::TokenRead {
        provider: Provider::Cloudflare,
        ends: days.map(day),
    };
    apply(&mut world, 2, said(Some(300)));
    assert!(world.signals.is_empty(), "the provider knows better");
    apply(&mut world, 3, said(Some(-1)));
    assert_eq!(only(&world).id.about, cloudflare);
    assert_eq!(only(&world).words, "API token has ended");
    // One that never ends does so by nobody's word but the fleet file's.
    apply(&mut world, 4, said(None));
    assert_eq!(only(&world).words, "API token ends in 2 days");
    apply(&mut world, 5, declared(30));
    assert!(world.signals.is_empty());
    // Nothing but time goes by.
    apply(&mut world, 34 * 86_400, Fact::TimePassed);
    assert_eq!(world.signals.len(), 2);
    apply(
        &mut world,
        34 * 86_400 + 1,
        Fact::TokensDeclared(Vec::new()),
    );
    assert!(world.signals.is_empty());
}
