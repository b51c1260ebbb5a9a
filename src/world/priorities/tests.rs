//! Items over small worlds: totals that add up, an order that holds, what does not rank.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use vocab::{Decimal, Money, Severity, Span, Text};

use super::learning::{CHOICES_NEEDED, propose};
use super::{Choice, Item, ItemId, Mark, Note, Quadrant, Score, Snooze, Visibility, Weights};
use crate::about::About;
use crate::query::{SURFACE, items, surface};
use crate::signals::{Band, Figure, Fix, Kind, Level, Rule, Signal, SignalId, Test as Bound};
use crate::testing::{NOW, declared, domain, node, open, site};
use crate::world::World;
use crate::{Event, Fact};

fn rule(id: &str, figure: Figure, kind: Kind) -> Rule {
    Rule {
        id: id.into(),
        figure,
        bands: vec![Band {
            test: Bound::AtLeast(1.0),
            severity: Severity::Critical,
        }],
        hold: Span::ZERO,
        calm: Span::ZERO,
        kind,
        level: Level::Human,
        title: "{about}".into(),
        fix: None,
        only: Vec::new(),
        place: "shipped".into(),
        off: false,
    }
}

fn rules() -> Vec<Rule> {
    let mut disk = rule("disk.full", Figure::NodeDisk, Kind::Capacity);
    disk.fix = Some(Fix::PruneImages);
    let mut own = rule("reboot.pending", Figure::NodeRebootPending, Kind::Capacity);
    own.level = Level::Own;
    let mut backup = rule("backup.overdue", Figure::BackupAge, Kind::Protection);
    backup.fix = Some(Fix::BackUp);
    vec![
        rule("node.down", Figure::NodeUnreachable, Kind::Availability),
        rule("site.down", Figure::SiteDown, Kind::Availability),
        rule("payment.failed", Figure::PaymentFailed, Kind::Money),
        disk,
        own,
        backup,
    ]
}

fn signal(rule: &str, about: About, severity: Severity, age: Span) -> Signal {
    let open = open(rule, about, severity, NOW - age);
    match rules().into_iter().find(|one| one.id == *rule) {
        Some(Rule { figure, kind, .. }) => Signal {
            figure,
            kind,
            ..open
        },
        None => open,
    }
}

/// Two nodes; on the first a site of $15 and one of $30, on the other a worthless one.
fn world(signals: Vec<Signal>) -> World {
    let mut world = World::default();
    let facts = [
        declared(&["web-1", "web-2"]),
        Fact::SiteBooked(Box::new(site("a.example.com", "web-1", "15 USD"))),
        Fact::SiteBooked(Box::new(site("b.example.com", "web-1", "30 USD"))),
        Fact::SiteBooked(Box::new(site("c.example.com", "web-2", "0 USD"))),
    ];
    for fact in facts {
        world.apply(&Event { at: NOW, fact });
    }
    // As they are, judged by nobody: what is open is given.
    world.rules = rules();
    world.signals = BTreeMap::new();
    for signal in signals {
        world.signals.entry(signal.id.clone()).or_insert(signal);
    }
    world
}

fn note(id: &str, due: Option<Span>) -> Note {
    Note {
        id: id.into(),
        text: Text::line(format!("note {id}")),
        by: "operator".into(),
        system: None,
        at: NOW - Span::hours(1),
        due: due.map(|due| NOW + due),
        from: None,
        worth: None,
        vip: false,
    }
}

fn with_notes(mut world: World, notes: Vec<Note>) -> World {
    for note in notes {
        world.notes.insert(note.id.clone(), note);
    }
    world
}

fn marked(world: &mut World, item: &str, mark: Mark) {
    world.apply(&Event {
        at: NOW,
        fact: Fact::ItemMarked {
            item: ItemId(item.into()),
            mark: Box::new(mark),
        },
    });
}

fn ids(found: &[Arc<Item>]) -> Vec<&str> {
    found.iter().map(|item| item.id.0.as_str()).collect()
}

fn node_down(name: &str) -> Signal {
    let about = About::Node(node(name));
    signal("node.down", about, Severity::Critical, Span::minutes(10))
}

fn site_down(site: &str, age: Span) -> Signal {
    let about = About::Site(domain(site));
    signal("site.down", about, Severity::Critical, age)
}

/// What anybody with the terms before them would reckon.
fn by_hand(score: &Score) -> Decimal {
    let importance: Decimal = score.importance_terms.iter().map(|term| term.value).sum();
    let urgency = score.urgency_terms.iter().map(|term| term.value).max();
    let certainty = score.certainty_terms.iter().map(|term| term.value).min();
    (importance * urgency.unwrap() * certainty.unwrap()).round_dp(2)
}

#[test]
fn a_total_is_made_of_its_terms() {
    let world = world(vec![node_down("web-1")]);
    let found = items(&world, NOW);
    let [item] = &*found else { panic!("{found:?}") };
    // 10 for critical, 45 / 730 x 100 = 6.16 for the money, 2 for the sites; 2.5 for less than an hour.
    assert_eq!(item.score.importance, Decimal::new(1816, 2));
    assert_eq!(item.score.total, Decimal::new(4540, 2));
    assert_eq!(item.score.line(), "18.16 x 2.5 x 1 = 45.4");
    let words: Vec<&str> = item
        .score
        .importance_terms
        .iter()
        .map(|term| term.words.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "critical",
            "$45.00 a month: $0.06/h, x 100",
            "2 sites on it, x 1"
        ]
    );
    assert_eq!(item.at_risk.unwrap().to_string(), "$0.06");
    assert_eq!(item.quadrant, Quadrant::Q1);
    assert_eq!(item.detail.as_str(), "+2 sites");
}

#[test]
fn the_same_on_a_worthless_site_stands_last() {
    let sites = ["a.example.com", "b.example.com", "c.example.com"];
    let down = sites.map(|site| site_down(site, Span::minutes(10)));
    let found = items(&world(down.into()), NOW);
    assert_eq!(
        ids(&found),
        [
            "site.down site/b.example.com",
            "site.down site/a.example.com",
            "site.down site/c.example.com"
        ]
    );
}

#[test]
fn what_is_down_explains_what_stands_on_it() {
    let signals = vec![
        node_down("web-1"),
        site_down("a.example.com", Span::minutes(11)),
        site_down("b.example.com", Span::minutes(30)),
        site_down("c.example.com", Span::minutes(9)),
    ];
    let found = items(&world(signals), NOW);
    let super::Origin::Signal { consequences, .. } = &found[0].origin else {
        panic!("{found:?}")
    };
    assert_eq!(consequences.len(), 1, "{consequences:?}");
    assert_eq!(
        ids(&found),
        [
            "node.down node/web-1",
            "site.down site/b.example.com",
            "site.down site/c.example.com"
        ],
        "what failed long before, or stands elsewhere, is trouble of its own"
    );
}

#[test]
fn a_date_far_off_never_stands_above_none() {
    let world = with_notes(
        world(Vec::new()),
        vec![
            note("undated", None),
            note("in-ten-years", Some(Span::days(3650))),
        ],
    );
    let found = items(&world, NOW);
    assert!(found[0].score.total >= found[1].score.total);
    let far = found
        .iter()
        .find(|item| item.id.0.as_str() == "note in-ten-years")
        .unwrap();
    let undated = found
        .iter()
        .find(|item| item.id.0.as_str() == "note undated")
        .unwrap();
    assert_eq!(far.score.total, undated.score.total);
}

#[test]
fn a_nearer_date_is_never_less_urgent() {
    let dues = [Span::days(8), Span::days(6), Span::days(2), Span::hours(20)];
    let dues = dues
        .into_iter()
        .chain([Span::minutes(30), Span::minutes(-5)]);
    let mut before = Decimal::ZERO;
    for due in dues {
        let world = with_notes(world(Vec::new()), vec![note("one", Some(due))]);
        let urgency = items(&world, NOW)[0].score.urgency;
        assert!(urgency > before, "{due} is {urgency}, before it {before}");
        before = urgency;
    }
}

#[test]
fn what_cannot_be_acted_on_yet_is_not_on_the_surface() {
    let mut later = note("later", Some(Span::days(2)));
    later.from = Some(NOW + Span::days(1));
    let own = signal(
        "reboot.pending",
        About::Node(node("web-1")),
        Severity::Notice,
        Span::hours(1),
    );
    let mut world = with_notes(
        world(vec![
            site_down("a.example.com", Span::minutes(10)),
            site_down("b.example.com", Span::minutes(10)),
            site_down("c.example.com", Span::minutes(10)),
            own,
        ]),
        vec![later],
    );
    let snoozed = Mark {
        snoozed: Some(Snooze {
            until: NOW + Span::hours(1),
            reason: "known".into(),
        }),
        ..Mark::default()
    };
    marked(&mut world, "site.down site/b.example.com", snoozed);
    let delegated = Mark {
        delegated: Some(super::Delegation {
            to: "sam".into(),
            until: NOW + Span::hours(2),
        }),
        ..Mark::default()
    };
    marked(&mut world, "site.down site/a.example.com", delegated);
    assert_eq!(ids(&surface(&world, NOW)), ["site.down site/c.example.com"]);
    assert_eq!(items(&world, NOW).len(), 5, "the rest is a key away");
    let back = surface(&world, NOW + Span::hours(3));
    assert_eq!(back.len(), 3, "they come back when their time is over");
}

#[test]
fn what_was_seen_stands_below_what_nobody_has_seen() {
    let mut world = world(vec![
        site_down("b.example.com", Span::minutes(10)),
        site_down("c.example.com", Span::minutes(10)),
    ]);
    let seen = Mark {
        acknowledged: Some((NOW, "operator".into())),
        ..Mark::default()
    };
    marked(&mut world, "site.down site/b.example.com", seen);
    assert_eq!(
        ids(&surface(&world, NOW)),
        [
            "site.down site/c.example.com",
            "site.down site/b.example.com"
        ]
    );
}

#[test]
fn what_comes_up_again_was_seen_by_nobody_but_its_snooze_lasts() {
    let mut world = world(vec![site_down("a.example.com", Span::minutes(10))]);
    let before = (NOW - Span::hours(1), "operator".into());
    let mut mark = Mark {
        acknowledged: Some(before.clone()),
        done: Some(before),
        archived: Some(NOW - Span::hours(1)),
        ..Mark::default()
    };
    marked(&mut world, "site.down site/a.example.com", mark.clone());
    let found = surface(&world, NOW);
    assert_eq!(found[0].mark, Mark::default());
    mark.snoozed = Some(Snooze {
        until: NOW + Span::hours(1),
        reason: "known".into(),
    });
    marked(&mut world, "site.down site/a.example.com", mark);
    assert!(surface(&world, NOW).is_empty());
}

#[test]
fn what_was_said_to_be_done_and_is_not_comes_back() {
    let mut world = world(vec![site_down("a.example.com", Span::minutes(10))]);
    let done = Mark {
        done: Some((NOW, "operator".into())),
        ..Mark::default()
    };
    marked(&mut world, "site.down site/a.example.com", done);
    assert!(surface(&world, NOW + Span::minutes(1)).is_empty());
    assert_eq!(surface(&world, NOW + Span::minutes(11)).len(), 1);
}

#[test]
fn what_nobody_needs_is_put_away_but_never_what_a_person_wrote() {
    let mut reported = note("crm deal-17", None);
    reported.system = Some("crm".into());
    let world = with_notes(world(Vec::new()), vec![note("mine", None), reported]);
    let later = NOW + Span::hours(48);
    let found = items(&world, later);
    assert!(found.iter().all(|item| item.quadrant == Quadrant::Q4));
    assert_eq!(ids(&surface(&world, later)), ["note mine"]);
    assert_eq!(found[1].visibility, Visibility::Archived);
}

#[test]
fn a_fix_is_bound_to_what_ails() {
    let about = |site: &str| About::Site(domain(site));
    let old = |about| signal("backup.overdue", about, Severity::Warning, Span::hours(2));
    let found = items(
        &world(vec![
            old(about("a.example.com")),
            old(about("gone.example.com")),
        ]),
        NOW,
    );
    let backup = crate::SiteRequest::Backup {
        domain: domain("a.example.com"),
    };
    let fixes: Vec<_> = found.iter().map(|item| item.fix.clone()).collect();
    assert_eq!(fixes, [Some(backup.into()), None]);
}

#[test]
fn what_cannot_be_seen_counts_for_less() {
    let mut blind = site_down("b.example.com", Span::minutes(10));
    blind.blind = true;
    let mut flapping = site_down("a.example.com", Span::minutes(10));
    flapping.openings = (0..3).map(|ago| NOW - Span::minutes(ago)).collect();
    let found = items(&world(vec![blind, flapping]), NOW);
    let certainty: Vec<String> = found
        .iter()
        .map(|item| item.score.certainty.to_string())
        .collect();
    assert_eq!(
        certainty,
        ["0.80", "0.30"].map(|text| { text.parse::<Decimal>().unwrap().normalize().to_string() })
    );
    assert_eq!(found[0].detail.as_str(), "flapping, 3 times in 1 h");
    assert!(!found[1].certain);
}

/// So many choices of a deal over two nodes that stood above it.
fn choices(count: usize) -> Vec<Choice> {
    let signals = vec![node_down("web-1"), node_down("web-2")];
    let mut deal = note("deal", None);
    deal.worth = Some("9000 USD".parse::<Money>().unwrap());
    let world = with_notes(world(signals), vec![deal]);
    let shown = surface(&world, NOW);
    let chosen = ItemId("note deal".into());
    let choice = Choice::of(&shown, &chosen, &world.weights, NOW).unwrap();
    assert_eq!(choice.above.len(), 2);
    vec![choice; count]
}

#[test]
fn weights_are_proposed_from_what_is_done_first() {
    let weights = Weights::default();
    assert_eq!(propose(&choices(CHOICES_NEEDED - 1), &weights), None);
    let choices = choices(CHOICES_NEEDED);
    let proposal = propose(&choices, &weights).unwrap();
    assert_eq!((proposal.pairs, proposal.before), (40, 0));
    assert_eq!(proposal.after, 40);
    assert!(proposal.weights.deal > weights.deal);
    assert!(proposal.weights.money <= weights.money);
    assert_eq!(propose(&choices, &weights), Some(proposal.clone()));
    assert_eq!(
        propose(&choices, &proposal.weights),
        None,
        "what was accepted is not proposed again"
    );
}

#[test]
fn the_first_one_teaches_nothing() {
    let world = world(vec![node_down("web-1")]);
    let shown = surface(&world, NOW);
    assert_eq!(Choice::of(&shown, &shown[0].id, &world.weights, NOW), None);
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let rules = prop::sample::select(vec![
        "node.down",
        "site.down",
        "payment.failed",
        "disk.full",
        "backup.overdue",
        "no.such.rule",
    ]);
    let abouts = prop::sample::select(vec![
        About::Node(node("web-1")),
        About::Node(node("web-2")),
        About::Site(domain("a.example.com")),
        About::Site(domain("c.example.com")),
        About::Elsewhere("crm".into()),
    ]);
    let severities = prop::sample::select(vec![
        Severity::Notice,
        Severity::Warning,
        Severity::Critical,
    ]);
    (
        rules,
        abouts,
        severities,
        0_i64..5000,
        any::<bool>(),
        0_usize..5,
        "[a-c]?",
    )
        .prop_map(|(rule, about, severity, minutes, blind, openings, part)| {
            let mut made = signal(rule, about, severity, Span::minutes(minutes));
            made.blind = blind;
            made.id.part = Text::line(part);
            made.openings = (0..openings).map(|_| NOW).collect();
            made
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_total_is_its_terms_and_the_surface_never_more_than_ten(
        signals in prop::collection::vec(any_signal(), 0..40),
        due in prop::option::of(-10_000_i64..10_000),
        worth in prop::option::of(0_i64..1_000_000),
    ) {
        let mut one = note("one", due.map(Span::minutes));
        one.worth = worth.map(|cents| Money::from_smallest(cents, vocab::Currency::EUR));
        let mut reversed = signals.clone();
        reversed.reverse();
        let here = with_notes(world(signals), vec![one.clone()]);
        let found = items(&here, NOW);
        for item in found.iter() {
            prop_assert_eq!(item.score.total, by_hand(&item.score), "{}", item.id.clone());
        }
        let shown = surface(&here, NOW);
        prop_assert!(shown.len() <= SURFACE);
        for pair in shown.windows(2) {
            prop_assert!(pair[0].score.total >= pair[1].score.total);
        }
    }

    #[test]
    fn the_order_does_not_hang_on_the_order_of_arrival(
        signals in prop::collection::btree_map(0_u8..40, any_signal(), 0..20),
    ) {
        // Of two that are the same signal the first one stays: only different ones may change places.
        let distinct: BTreeMap<SignalId, Signal> =
            signals.into_values().map(|one| (one.id.clone(), one)).collect();
        let forward: Vec<Signal> = distinct.into_values().collect();
        let mut backward = forward.clone();
        backward.reverse();
        prop_assert_eq!(items(&world(forward), NOW), items(&world(backward), NOW));
    }
}
