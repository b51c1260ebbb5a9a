//! Items: their page, what is done with them, and what is told of them.

use vocab::{Domain, ProbeOutcome, ProbeTrouble, RunId, Span, Text, Time};
use world::autopilot::{AttemptEnd, Outcome, Trust};
use world::priorities::{Visibility, What};
use world::{
    Actor, Attempt, AutopilotRequest, Event, Face, Fact, Happening, ItemId, MarkRequest, Metric,
    NoteRequest, Point, Series, SeriesKey, Subject, World,
};

use super::Bench;
use crate::app::{Demand, Message};
use crate::fixture::{Fixture, NOW};

fn bench() -> Bench {
    let mut bench = Bench::new(Fixture::full());
    bench.press("1/flowise<enter>");
    bench
}

/// What is asked to be done with the one item of [`bench`].
fn asked(request: MarkRequest) -> Vec<Demand> {
    let world = Fixture::full();
    let items = world::query::items(&world, NOW);
    let item = items
        .iter()
        .find(|item| item.title.contains("flowise"))
        .unwrap();
    vec![Demand::Mark(vec![item.id.clone()], request)]
}

fn happened(bench: &mut Bench, happening: Happening) {
    bench.world.apply(&Event {
        at: happening.at,
        fact: Fact::HappeningsRecalled(vec![happening]),
    });
}

#[test]
fn each_key_does_one_thing_with_the_item() {
    let snoozed = |span, reason: &str| MarkRequest::Snooze {
        span,
        reason: reason.into(),
    };
    for (keys, request) in [
        ("a", MarkRequest::Acknowledge),
        ("c", MarkRequest::Done),
        ("z<enter>", snoozed(Span::hours(1), "")),
        ("z4<enter>", snoozed(Span::hours(4), "")),
        ("z<tab>3d<tab>known<enter>", snoozed(Span::days(3), "known")),
        (
            "dsam<enter>",
            MarkRequest::Delegate {
                to: "sam".into(),
                span: Span::days(1),
            },
        ),
        (
            "ncalled them<enter>",
            MarkRequest::Note("called them".into()),
        ),
    ] {
        assert_eq!(bench().press(keys), asked(request.clone()), "{keys}");
        let open = format!("<enter>{keys}");
        assert_eq!(bench().press(&open), asked(request), "{open}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let mut bench = bench();
    assert!(bench.press("z<tab>soon<enter>").is_empty());
    assert!(bench.screen(120, 40).contains("is no moment"));
    let mut nobody = self::bench();
    assert!(nobody.press("d<enter>").is_empty());
    assert!(nobody.screen(120, 40).contains("say to whom"));
}

#[test]
fn a_locked_console_and_a_read_only_session_do_nothing_with_items() {
    for keys in ["1a", "1z", "1c", "1d", ":note call<enter>"] {
        let mut only = Bench::with(Fixture::full(), false);
        assert_eq!(only.press(keys), [], "{keys}");
        let mut locked = Bench::new(Fixture::full());
        assert_eq!(locked.press(&format!("L{keys}")), [], "{keys}");
        assert!(locked.screen(120, 40).contains("locked"), "{keys}");
    }
}

/// The item of [`bench`] after the autopilot failed to mend it three times.
fn lost() -> (Bench, ItemId) {
    let mut bench = bench();
    let items = world::query::items(&bench.world, NOW);
    let item = items.iter().find(|item| item.title.contains("flowise"));
    let item = item.unwrap().id.clone();
    let signals = &bench.world.signals;
    let signal = signals.keys().find(|id| id.item() == item).unwrap().clone();
    let attempt = |number: i64| Attempt {
        run: format!("{:032x}", 0x77 + number).parse::<RunId>().unwrap(),
        item: item.clone(),
        signal: signal.clone(),
        fix: "restart-container".into(),
        title: "restart flowise".into(),
        by: Actor {
            user: "autopilot".into(),
            face: Face::Autopilot,
        },
        begun: NOW - Span::minutes(20 - number),
        blast: None,
        end: Some(AttemptEnd {
            at: NOW - Span::minutes(19 - number),
            outcome: Outcome::StillWrong,
            words: "it is as it was".into(),
        }),
    };
    let fact = Fact::FixesRecalled((0..3).map(attempt).collect());
    bench.world.apply(&Event { at: NOW, fact });
    (bench, item)
}

#[test]
fn the_fix_of_an_item_is_trusted_once_that_is_agreed_to() {
    let (mut bench, item) = lost();
    bench.press("<enter>");
    assert!(bench.screen(120, 40).contains("P has the autopilot try it"));
    assert_eq!(bench.press("P"), []);
    insta::assert_snapshot!("trust_asked", bench.screen(120, 40));
    assert_eq!(bench.press("<enter>"), [], "enter agrees to nothing");
    let trust = AutopilotRequest::Trust(item.0.clone());
    assert_eq!(bench.press("Pt"), [Demand::Autopilot(trust.clone())]);
    bench.app.take(Message::Switched(trust, Ok(())), NOW);
    assert!(bench.screen(120, 40).contains("trusted: container.un"));
    let mut switch = bench.world.autopilot.switch.clone();
    let word = Trust {
        at: NOW - Span::minutes(2),
        by: "sam".into(),
    };
    switch.trusted.insert(item.0.clone(), word);
    bench.world.apply(&Event {
        at: NOW,
        fact: Fact::AutopilotSwitched(Box::new(switch)),
    });
    insta::assert_snapshot!("item_trusted", bench.screen(120, 40));
    bench.press("P");
    insta::assert_snapshot!("trust_withdrawn", bench.screen(120, 40));
    assert_eq!(
        bench.press("t"),
        [Demand::Autopilot(AutopilotRequest::Distrust(item.0))]
    );
}

#[test]
fn what_has_no_fix_is_not_trusted_and_a_locked_console_trusts_nothing() {
    let mut bench = Bench::new(Fixture::full());
    let items = world::query::items(&bench.world, NOW);
    let mendless = |item: &&std::sync::Arc<world::Item>| {
        item.fix.is_none() && item.visibility == Visibility::Shown
    };
    let id = items.iter().find(mendless).unwrap().id.clone();
    assert_eq!(bench.press(&format!("1/{id}<enter>P")), []);
    assert!(bench.screen(120, 40).contains("there is none to trust"));
    assert_eq!(bench.press("t"), []);
    bench.press("x");
    assert!(!bench.screen(120, 40).contains("trust its fix"));
    let (mut locked, _) = lost();
    assert_eq!(locked.press("LP"), []);
    assert!(locked.screen(120, 40).contains("L unlocks it"));
    assert_eq!(locked.press("t"), []);
    locked.press("x");
    assert!(!locked.screen(120, 40).contains("trust its fix"));
}

#[test]
fn a_note_is_typed_or_filled_in() {
    let note = |text: &str| NoteRequest {
        text: text.into(),
        ..NoteRequest::default()
    };
    let mut bench = Bench::new(Fixture::full());
    assert_eq!(
        bench.press(":note call the bank<enter>"),
        [Demand::Note(Box::new(note("call the bank")))]
    );
    let filled = NoteRequest {
        worth: Some("500 USD".parse().unwrap()),
        due: Some(NOW + Span::days(2)),
        vip: true,
        ..note("renew")
    };
    assert_eq!(
        bench.press(":note<enter>renew<tab>2d<tab><tab>$500<tab>y<enter>"),
        [Demand::Note(Box::new(filled))]
    );
}

#[test]
fn several_marked_items_are_seen_to_at_once() {
    let mut bench = Bench::new(Fixture::full());
    let demands = bench.press("1  a");
    let [Demand::Mark(items, MarkRequest::Acknowledge)] = demands.as_slice() else {
        panic!("{demands:?}")
    };
    assert_eq!(items.len(), 2);
}

#[test]
fn rows_stay_while_somebody_moves_among_them() {
    let mut bench = Bench::new(Fixture::full());
    let line = |screen: &str, words: &str| screen.lines().position(|line| line.contains(words));
    let before = bench.screen(120, 40);
    bench.press("1j");
    let acknowledged = world::query::items(&bench.world, NOW)[0].id.clone();
    let mark = world::Mark {
        acknowledged: Some((NOW, "operator".into())),
        ..world::Mark::default()
    };
    bench.world.apply(&Event {
        at: NOW,
        fact: Fact::ItemMarked {
            item: acknowledged,
            mark: Box::new(mark),
        },
    });
    bench.now = bench.now + Span::seconds(5);
    let held = bench.screen(120, 40);
    assert_eq!(line(&held, "flowise is"), line(&before, "flowise is"));
    bench.now = bench.now + Span::seconds(30);
    let later = bench.screen(120, 40);
    assert!(
        line(&later, "flowise is") > line(&before, "flowise is"),
        "{later}"
    );
}

#[test]
fn what_was_closed_is_said_for_a_moment() {
    let mut bench = Bench::new(Fixture::full());
    let happening = |seconds, what| Happening {
        at: NOW - Span::seconds(seconds),
        item: ItemId(Text::line("site.down site/acme.example")),
        title: "acme.example answers 502".into(),
        what,
        at_risk: None,
    };
    happened(&mut bench, happening(190, What::Raised));
    happened(&mut bench, happening(4, What::Closed));
    let screen = bench.screen(120, 44);
    let words = "✓ closed  acme.example answers 502  right again after 3m";
    assert!(screen.contains(words), "{screen}");
    bench.now = bench.now + Span::seconds(20);
    assert!(!bench.screen(120, 44).contains("✓ closed"));
}

#[test]
fn what_happened_meanwhile_is_told_once_somebody_is_back() {
    let mut bench = Bench::new(Fixture::full());
    bench.press("j");
    let back = NOW + Span::minutes(25);
    happened(
        &mut bench,
        Happening {
            at: NOW + Span::minutes(5),
            item: ItemId(Text::line("node.down node/edge-2")),
            title: "edge-2 cannot be reached".into(),
            what: What::Raised,
            at_risk: Some("0.06 USD".parse().unwrap()),
        },
    );
    bench.now = NOW + Span::minutes(6);
    assert!(!bench.screen(120, 40).contains("while you were away"));
    bench.now = back;
    let screen = bench.screen(120, 40);
    assert!(screen.contains("while you were away (25m): "), "{screen}");
    bench.press("b");
    let told = bench.screen(120, 40);
    assert!(
        told.contains("$0.02 lost  edge-2 cannot be reached: open for 20m"),
        "{told}"
    );
    bench.press("<esc>");
    assert!(!bench.screen(120, 40).contains("while you were away"));
    bench.press(":statistics.show<enter>");
    assert!(bench.screen(120, 40).contains("the goal is 80 %"));
}

#[test]
fn what_happened_since_the_last_console_is_told_by_the_next() {
    let mut bench = Bench::new(Fixture::full());
    happened(
        &mut bench,
        Happening {
            at: NOW - Span::hours(1),
            item: ItemId(Text::line("node.down node/edge-2")),
            title: "edge-2 cannot be reached".into(),
            what: What::Raised,
            at_risk: None,
        },
    );
    let screen = bench.screen(120, 40);
    assert!(!screen.contains("while you were away"), "{screen}");
    bench.world.apply(&Event {
        at: NOW,
        fact: Fact::OperatorSeen(NOW - Span::hours(8)),
    });
    let screen = bench.screen(120, 40);
    assert!(screen.contains("while you were away (8h): "), "{screen}");
    bench.press("b");
    let told = bench.screen(120, 40);
    assert!(told.contains("since 8h ago"), "{told}");
    assert!(told.contains("edge-2 cannot be reached"), "{told}");
    assert!(bench.app.is_attended(), "the first key is written down");
    bench.press("<esc>");
    assert!(!bench.app.is_attended(), "not each one");
    assert!(!bench.screen(120, 40).contains("while you were away"));
}

#[test]
fn figures_of_a_machine_that_is_silent_are_drawn_as_old() {
    let mut bench = Bench::new(Fixture::full());
    let down = Subject::Node("compute-2".parse().unwrap());
    let mut cpu = Series::default();
    cpu.push(Point {
        at: NOW - Span::seconds(20),
        value: 71.0,
    });
    bench
        .world
        .series
        .insert(SeriesKey::new(down, Metric::Cpu), cpu);
    bench.press("1/compute-2<enter><enter>");
    let screen = bench.screen(160, 48);
    assert!(screen.contains("-- was 71% 20s ago"), "{screen}");
}

/// A fleet one of whose sites answered for fifty minutes but for three of them, and then no more.
fn silent_site() -> World {
    let mut world = Fixture::hosting();
    let site: Domain = Domain::new("site-99.example").unwrap();
    let mut apply = |at, fact| drop(world.apply(&Event { at, fact }));
    let visits = (1..=100).map(|visit| NOW - Span::minutes(54) + Span::seconds(visit * 30));
    let silent = |at: &Time| (2040..2220).contains(&NOW.since(*at).as_seconds());
    let points = visits.filter(|at| *at < NOW - Span::minutes(4) && !silent(at));
    let points = points.map(|at| Point {
        at,
        value: 60.0 + (at.0 / 30_000 % 7) as f32 * 21.0,
    });
    apply(
        NOW,
        Fact::HistoryRestored {
            key: SeriesKey::new(Subject::Site(site.clone()), Metric::Latency),
            points: points.collect(),
        },
    );
    for back in [70, 40, 10] {
        let failed = ProbeOutcome {
            millis: 12.0,
            result: Err((ProbeTrouble::Timeout, "no answer within 10 s".into())),
        };
        apply(
            NOW - Span::seconds(back),
            Fact::SiteVisited {
                site: site.clone(),
                outcome: Box::new(failed),
                every: Span::seconds(30),
            },
        );
    }
    world
}

#[test]
fn the_page_of_a_site_shows_how_it_has_answered() {
    let mut bench = Bench::new(silent_site());
    bench.press("1/site-99<enter><enter>");
    insta::assert_snapshot!("item_of_site", bench.screen(160, 48));
    insta::assert_snapshot!("item_of_site_small", bench.screen(80, 24));
}
