//! The autopilot's decisions over staged worlds, and over random policies and records.

use proptest::prelude::*;
use vocab::{
    ContainerId, ContainerKey, Currency, Decimal, Money, NodeName, RunId, Severity, Span, Text,
    Time,
};

use super::*;
use crate::about::About;
use crate::intent::{ContainerVerb, Intent};
use crate::plan::{Confirmation, Plan, PlannedStep, Reversibility, StepCall};
use crate::priorities::{Item, ItemId, Mark, Origin, Quadrant, Score, Visibility};
use crate::run::{Actor, Face, Run, RunState};
use crate::signals::{Band, Figure, Fix, Kind, Level, Phase, Rule, Signal, SignalId, Test};
use crate::testing::open;
use crate::world::World;

const NOW: Time = Time(1_800_000_000_000);

fn key() -> ContainerKey {
    ContainerKey {
        node: NodeName::new("edge-1").unwrap(),
        id: ContainerId::new("0123456789ab").unwrap(),
    }
}

fn run_id(number: u128) -> RunId {
    format!("{number:032x}").parse().unwrap()
}

fn autopilot_actor() -> Actor {
    Actor {
        user: Actor::AUTOPILOT.into(),
        face: Face::Autopilot,
    }
}

fn start() -> Intent {
    Intent::Containers {
        verb: ContainerVerb::Start,
        targets: vec![key()],
    }
}

fn signal(since: Time) -> Signal {
    Signal {
        figure: Figure::ContainerDead,
        kind: Kind::Availability,
        seen: NOW,
        title: "app is dead".into(),
        openings: std::collections::VecDeque::new(),
        ..open(
            "container.dead",
            About::Container(key()),
            Severity::Critical,
            since,
        )
    }
}

fn signal_id() -> SignalId {
    signal(NOW).id
}

fn allow() -> Allow {
    Allow {
        place: "fleet.toml:3".into(),
        fixes: vec!["start-container".into()],
        only: vec!["edge-*".into()],
        hours: None,
        confidence: Decimal::new(8, 1),
        presumed: Some(Decimal::new(9, 1)),
        at_risk_most: None,
        disruptive: false,
    }
}

/// A dead container that a policy allows to be started.
fn world() -> World {
    let mut world = World {
        now: NOW,
        ..World::default()
    };
    world.rules.push(Rule {
        id: "container.dead".into(),
        figure: Figure::ContainerDead,
        bands: vec![Band {
            test: Test::AtLeast(1.0),
            severity: Severity::Critical,
        }],
        hold: Span::ZERO,
        calm: Span::ZERO,
        kind: Kind::Availability,
        level: Level::Agent,
        title: "{about} is dead".into(),
        fix: Some(Fix::StartContainer),
        only: Vec::new(),
        off: false,
        place: "shipped".into(),
    });
    world
        .signals
        .insert(signal_id(), signal(NOW - Span::minutes(5)));
    world.autopilot.policy = Policy {
        mode: Mode::On,
        runs: 6,
        allow: vec![allow()],
        ..Policy::default()
    };
    world
}

fn item() -> Item {
    Item {
        id: ItemId("container.dead edge-1/app".into()),
        origin: Origin::Signal {
            id: signal_id(),
            consequences: Vec::new(),
        },
        about: About::Container(key()),
        title: "app is dead".into(),
        detail: Text::default(),
        severity: Severity::Critical,
        since: NOW,
        at_risk: None,
        certain: true,
        score: Score::of(Vec::new(), Vec::new(), Vec::new()),
        quadrant: Quadrant::Q1,
        level: Level::Agent,
        fix: Some(start()),
        run: None,
        visibility: Visibility::Shown,
        mark: Mark::default(),
    }
}

fn attempt(number: u128, ago: Span, outcome: Option<Outcome>) -> Attempt {
    Attempt {
        run: run_id(number),
        item: item().id,
        signal: signal_id(),
        fix: "start-container".into(),
        title: "start app".into(),
        by: autopilot_actor(),
        begun: NOW - ago,
        blast: None,
        end: outcome.map(|outcome| AttemptEnd {
            at: NOW - ago,
            outcome,
            words: Text::default(),
        }),
    }
}

fn plan(reversibility: Reversibility) -> Plan {
    Plan {
        id: run_id(1),
        intent: start(),
        by: autopilot_actor(),
        made: NOW,
        title: "start app".into(),
        reversibility,
        confirmation: Confirmation::Grace(Span::seconds(5)),
        objects: Vec::new(),
        steps: vec![PlannedStep {
            object: 0,
            title: "start".into(),
            exact: "start".into(),
            call: StepCall::Container {
                verb: ContainerVerb::Start,
                key: key(),
            },
            deadline: Span::seconds(10),
        }],
        verification: Text::default(),
        inverse: None,
        warnings: Vec::new(),
        one_by_one: false,
        expected: Span::seconds(1),
    }
}

fn asks(world: &World, item: &Item, wanted: &str) {
    match decide(world, item, NOW, 0) {
        Decision::Ask(why) => assert!(why.contains(wanted), "{why}"),
        other => panic!("{other:?} instead of asking: {wanted}"),
    }
}

#[test]
fn what_the_policy_allows_runs_and_nothing_else() {
    let allowed = world();
    assert_eq!(
        decide(&allowed, &item(), NOW, 0),
        Decision::Run {
            fix: Box::new(start()),
            why: "fleet.toml:3; presumed: it was never tried".into()
        }
    );
    let mut off = world();
    off.autopilot.policy.mode = Mode::Off;
    asks(&off, &item(), "is off");
    let mut stopped = world();
    stopped.autopilot.switch.stopped = Some((NOW - Span::minutes(3), "anna".into()));
    asks(&stopped, &item(), "anna stopped the autopilot 3m ago");
    let mut other = world();
    other.autopilot.policy.allow[0].only = vec!["lead-*".into()];
    asks(&other, &item(), "no [[autopilot.allow]]");
    let human = Item {
        level: Level::Human,
        ..item()
    };
    asks(&allowed, &human, "a person");
    let mut seen = item();
    seen.mark.acknowledged = Some((NOW, "ben".into()));
    asks(&allowed, &seen, "ben");
    let mut dear = world();
    dear.autopilot.policy.allow[0].at_risk_most = Some(Money::from_smallest(1, Currency::USD));
    let risky = Item {
        at_risk: Some(Money::from_smallest(2, Currency::USD)),
        ..item()
    };
    asks(&dear, &risky, "at risk");
    let blind = Item {
        certain: false,
        ..item()
    };
    assert!(matches!(
        decide(&allowed, &blind, NOW, 0),
        Decision::Wait { .. }
    ));
}

#[test]
fn hours_are_waited_for() {
    let mut night = world();
    night.autopilot.policy.allow[0].hours = Some(Hours {
        from: 60,
        until: 120,
    });
    assert!(matches!(
        decide(&night, &item(), NOW, 61),
        Decision::Run { .. }
    ));
    let Decision::Wait { until, why } = decide(&night, &item(), NOW, 30) else {
        panic!("it is not the hour")
    };
    assert_eq!(
        (until, &*why),
        (NOW + Span::minutes(30), "it may at 01:00-02:00 only")
    );
}

#[test]
fn three_tries_a_minute_apart_and_then_a_person() {
    let mut world = world();
    let mut tried = |number, ago, outcome| world.autopilot.note(attempt(number, ago, outcome));
    tried(1, Span::seconds(200), Some(Outcome::StillWrong));
    tried(2, Span::seconds(30), Some(Outcome::StillWrong));
    let Decision::Wait { until, .. } = decide(&world, &item(), NOW, 0) else {
        panic!("within the minute")
    };
    assert_eq!(until, NOW + Span::seconds(30));
    assert!(matches!(
        decide(&world, &item(), until, 0),
        Decision::Run { .. }
    ));
    world.autopilot.note(attempt(3, Span::seconds(20), None));
    assert!(
        escalated(&world, &signal_id(), NOW).is_none(),
        "the third is not judged yet"
    );
    world
        .autopilot
        .note(attempt(3, Span::seconds(20), Some(Outcome::StillWrong)));
    asks(
        &world,
        &item(),
        "tried 3 times, start app last 20s ago: it is still wrong",
    );
    let shown = crate::query::items(&world, NOW);
    assert_eq!(shown[0].level, Level::Human);
    assert!(shown[0].detail.contains("the autopilot tried 3 times"));
    // An operator who has looked lets it go on; the record stays what it is.
    world.autopilot.switch.forgiven = Some(NOW);
    asks(&world, &item(), "trusted 0.20");
    world.autopilot.policy.allow[0].confidence = Decimal::ZERO;
    assert!(matches!(
        decide(&world, &item(), NOW + Span::minutes(2), 0),
        Decision::Run { .. }
    ));
}

#[test]
fn what_an_operator_trusts_is_tried_again_until_it_has_failed_as_often_again() {
    let fix = "start-container";
    let failed = |number, ago| Attempt {
        item: item().id,
        ..attempt(number, ago, Some(Outcome::StillWrong))
    };
    for what in [fix.to_owned(), item().id.to_string()] {
        let mut world = world();
        for number in 1..=3 {
            world.autopilot.note(failed(number, Span::minutes(5)));
        }
        asks(&world, &item(), "tried 3 times");
        let trust = Trust {
            at: NOW,
            by: "anna".into(),
        };
        let what = Text::line(&what);
        world.autopilot.switch.trusted.insert(what.clone(), trust);
        let Decision::Run { why, .. } = decide(&world, &item(), NOW, 0) else {
            panic!("{what} is trusted")
        };
        let wanted = "fleet.toml:3; trusted by anna, closed 0 of 3 times on this object";
        assert_eq!(&*why, wanted, "the record is what it was");
        assert_eq!(crate::query::items(&world, NOW)[0].level, Level::Agent);
        for number in 4..=6 {
            assert_eq!(
                world.autopilot.failures_since_trust(&what),
                number as usize - 4
            );
            let mut again = failed(number, Span::ZERO);
            again.begun = NOW + Span::minutes(1);
            world.autopilot.note(again);
        }
        let used_up = decide(&world, &item(), NOW + Span::minutes(9), 0);
        assert!(
            matches!(&used_up, Decision::Ask(why) if why.contains("tried 3 times")),
            "{used_up:?}"
        );
    }
}

#[test]
fn trust_in_one_item_is_for_that_item_alone() {
    let mut world = world();
    for number in 1..=3 {
        let mut other = attempt(number, Span::hours(2), Some(Outcome::StillWrong));
        other.item = ItemId("container.dead another".into());
        other.signal.about = About::Container(ContainerKey {
            id: ContainerId::new("0123456789a1").unwrap(),
            ..key()
        });
        world.autopilot.note(other);
    }
    asks(&world, &item(), "fleet.toml:3 allows failed 3 times");
    let trust = Trust {
        at: NOW,
        by: "anna".into(),
    };
    let trusted = &mut world.autopilot.switch.trusted;
    trusted.insert("container.dead another".into(), trust.clone());
    asks(&world, &item(), "closed 0 of 3 times for this rule");
    let own = item().id.0;
    world.autopilot.switch.trusted.insert(own, trust);
    assert!(matches!(
        decide(&world, &item(), NOW, 0),
        Decision::Run { .. }
    ));
    assert!(world.autopilot.knows("drill") && world.autopilot.knows("container.dead another"));
    assert!(!world.autopilot.knows("container.dead"));
}

#[test]
fn failures_elsewhere_put_the_entry_back_to_asking() {
    let mut world = world();
    for number in 1..=3 {
        let mut other = attempt(number, Span::hours(2), Some(Outcome::StillWrong));
        other.signal.about = About::Container(ContainerKey {
            id: ContainerId::new(&format!("0123456789a{number}")).unwrap(),
            ..key()
        });
        world.autopilot.note(other);
    }
    asks(&world, &item(), "fleet.toml:3 allows failed 3 times");
    let day_later = NOW + Span::hours(24);
    let confident = decide(&world, &item(), day_later, 0);
    assert!(
        matches!(&confident, Decision::Ask(why) if why.contains("trusted 0.20")),
        "{confident:?}: the record remains"
    );
}

#[test]
fn confidence_is_of_the_object_first_and_never_certain() {
    let mut autopilot = Autopilot::default();
    let of = |autopilot: &Autopilot| {
        let id = signal_id();
        confidence(autopilot, "start-container", &id.rule, &id.about, None, NOW)
    };
    assert_eq!(of(&autopilot).value, None);
    for number in 1..=3 {
        autopilot.note(attempt(number, Span::days(1), Some(Outcome::Closed)));
    }
    autopilot.note(attempt(4, Span::days(1), Some(Outcome::Unseen)));
    autopilot.note(attempt(5, Span::days(1), Some(Outcome::NotRun)));
    assert_eq!(of(&autopilot).value, Some(Decimal::new(8, 1)));
    assert_eq!(of(&autopilot).words, "closed 3 of 3 times on this object");
    for number in 6..=9 {
        let mut other = attempt(number, Span::days(1), Some(Outcome::StillWrong));
        other.signal.about = About::Node(key().node);
        autopilot.note(other);
    }
    assert_eq!(of(&autopilot).value, Some(Decimal::new(8, 1)));
    let elsewhere = confidence(
        &autopilot,
        "start-container",
        &signal_id().rule,
        &About::Service(vocab::ServiceName::new("shop").unwrap()),
        None,
        NOW,
    );
    assert_eq!(elsewhere.words, "closed 3 of 7 times for this rule");
}

#[test]
fn what_cannot_be_taken_back_never_runs_by_itself() {
    let mut world = world();
    assert_eq!(
        permits(&world, &item(), &plan(Reversibility::Reversible)),
        Ok(None)
    );
    assert!(permits(&world, &item(), &plan(Reversibility::Disruptive)).is_err());
    world.autopilot.policy.allow[0].disruptive = true;
    assert!(permits(&world, &item(), &plan(Reversibility::Disruptive)).is_ok());
    let never = permits(&world, &item(), &plan(Reversibility::Irreversible));
    assert!(never.unwrap_err().contains("a person decides"));
}

#[test]
fn of_a_payment_nothing_is_known_before_the_provider_was_asked_again() {
    let mut world = world();
    let tried = attempt(1, Span::minutes(5), None);
    let ended = NOW - Span::minutes(4);
    let mut run = Run::new(
        plan(Reversibility::Disruptive),
        RunState::Verified,
        tried.begun,
    );
    run.ended = Some(ended);
    world.runs.insert(run.id(), run);
    let signal = world.signals.get_mut(&signal_id()).unwrap();
    signal.kind = Kind::Money;
    signal.seen = NOW;
    world.billing.read = Some(ended - Span::seconds(1));
    assert_eq!(judge(&world, &tried, NOW), None);
    world.billing.read = Some(ended + Span::seconds(1));
    let end = judge(&world, &tried, NOW).unwrap();
    assert_eq!(end.outcome, Outcome::StillWrong);
}

#[test]
fn only_what_is_seen_says_that_a_fix_worked() {
    let mut world = world();
    let tried = attempt(1, Span::seconds(100), None);
    assert_eq!(
        judge(&world, &tried, NOW).map(|end| end.outcome),
        Some(Outcome::NotRun),
        "no run of it within a minute"
    );
    let mut run = Run::new(
        plan(Reversibility::Reversible),
        RunState::Running,
        tried.begun,
    );
    world.runs.insert(run.id(), run.clone());
    assert_eq!(judge(&world, &tried, NOW), None);
    run.state = RunState::Verified;
    run.ended = Some(NOW - Span::seconds(59));
    world.runs.insert(run.id(), run.clone());
    assert_eq!(judge(&world, &tried, NOW), None, "it may still come up");
    let later = NOW + Span::seconds(1);
    let wrong = judge(&world, &tried, later).unwrap();
    assert_eq!(wrong.outcome, Outcome::StillWrong);
    assert!(wrong.words.contains("the run says it went well"));
    let known = world.signals.get_mut(&signal_id()).unwrap();
    known.blind = true;
    assert_eq!(judge(&world, &tried, later), None);
    let much_later = NOW + Span::minutes(10);
    assert_eq!(
        judge(&world, &tried, much_later).unwrap().outcome,
        Outcome::Unseen
    );
    let known = world.signals.get_mut(&signal_id()).unwrap();
    known.blind = false;
    known.phase = Phase::Clearing { since: NOW };
    assert_eq!(judge(&world, &tried, much_later), None, "not calm yet");
    world.signals.clear();
    assert_eq!(
        judge(&world, &tried, later).unwrap().outcome,
        Outcome::Closed
    );
}

fn outcome() -> impl Strategy<Value = Option<Outcome>> {
    prop_oneof![
        Just(None),
        Just(Some(Outcome::Closed)),
        Just(Some(Outcome::StillWrong)),
        Just(Some(Outcome::Unseen)),
        Just(Some(Outcome::NotRun)),
    ]
}

proptest! {
    /// Whatever the record: two tries on a signal are a minute apart, there are never more than three of an incident, never
    /// more in an hour than the policy says, and none while one is under way.
    #[test]
    fn no_record_leads_to_too_much(
        record in prop::collection::vec((0_i64..7200, outcome()), 0..12),
        runs in 0_u32..8,
    ) {
        let mut world = world();
        world.autopilot.policy.runs = runs;
        world.autopilot.policy.allow[0].confidence = Decimal::ZERO;
        for (number, (ago, outcome)) in record.iter().enumerate() {
            world.autopilot.note(attempt(number as u128, Span::seconds(*ago), *outcome));
        }
        let decided = decide(&world, &item(), NOW, 0);
        if matches!(decided, Decision::Run { .. }) {
            let real: Vec<&(i64, Option<Outcome>)> = record
                .iter()
                .filter(|(_, outcome)| *outcome != Some(Outcome::NotRun))
                .collect();
            prop_assert!(real.iter().all(|(ago, _)| *ago >= 60));
            prop_assert!(real.iter().all(|(_, outcome)| outcome.is_some()));
            let within = real.iter().filter(|(ago, _)| *ago < 3600).count();
            prop_assert!(within < 3.min(runs as usize), "{} within the hour", within);
            let failed = real.iter().filter(|(_, outcome)| *outcome == Some(Outcome::StillWrong));
            prop_assert!(failed.count() < 3);
        }
    }

    /// The same world gives the same answer, and a plan that cannot be taken back is refused whatever the policy says.
    #[test]
    fn no_policy_lets_what_cannot_be_taken_back(
        disruptive: bool,
        budget in prop::option::of(0_i64..100),
        confidence in 0_u32..100,
    ) {
        let mut world = world();
        world.autopilot.policy.budget = budget.map(|cents| Money::from_smallest(cents, Currency::USD));
        world.autopilot.policy.allow[0].disruptive = disruptive;
        world.autopilot.policy.allow[0].confidence = Decimal::new(i64::from(confidence), 2);
        prop_assert!(permits(&world, &item(), &plan(Reversibility::Irreversible)).is_err());
        prop_assert_eq!(
            decide(&world, &item(), NOW, 0),
            decide(&world.clone(), &item(), NOW, 0)
        );
    }
}
