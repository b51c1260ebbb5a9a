//! Strings of keys in, demands out.

use config::{Config, Report};
use proptest::prelude::*;
use ui::{Past, Recalled};
use vocab::Span;
use world::{AuditLine, Confirmation, Consent, ContainerVerb, Intent, Run, RunState};

use super::{Bench, events};
use crate::app::{Demand, Message};
use crate::fixture::{Fixture, NOW, key, plan};

fn bench() -> Bench {
    Bench::new(Fixture::full())
}

fn restart(targets: Vec<vocab::ContainerKey>) -> Vec<Demand> {
    vec![Demand::Plan(Intent::Containers {
        verb: ContainerVerb::Restart,
        targets,
    })]
}

#[test]
fn capitals_plan_and_nothing_else_does() {
    assert_eq!(bench().press("3R"), restart(vec![key("compute-1", 1)]));
    assert_eq!(bench().press("3jjR"), restart(vec![key("aurora", 6)]));
    let mut small = bench();
    for c in ('a'..='z').filter(|c| *c != 's') {
        let demands = small.press(&format!("<esc><esc><esc>3{c}"));
        assert!(
            demands
                .iter()
                .all(|demand| matches!(demand, Demand::Copy(_))),
            "{c}: {demands:?}"
        );
    }
}

#[test]
fn marks_and_filter_bound_what_is_touched() {
    assert_eq!(
        bench().press("3  R"),
        restart(vec![key("compute-1", 1), key("compute-1", 5)])
    );
    assert_eq!(
        bench().press("3/caddy<enter>R"),
        restart(vec![key("aurora", 6)])
    );
    assert_eq!(
        bench().press("3 /caddy<enter>R"),
        restart(vec![key("aurora", 6)]),
        "a mark that is filtered away is not touched"
    );
}

#[test]
fn the_fix_of_a_concern_is_planned() {
    let mut bench = bench();
    let demands = bench.press("1/flowise<enter>F");
    assert_eq!(demands, restart(vec![key("aurora", 3)]));
}

#[test]
fn a_plan_asks_for_its_letter() {
    let mut bench = bench();
    let plan = plan(9, Confirmation::Letter('r'));
    assert!(
        bench
            .app
            .take(Message::Planned(Ok(Box::new(plan.clone()))), NOW)
            .is_empty()
    );
    bench.read();
    insta::assert_snapshot!("plan_dialog", bench.screen(120, 36));
    assert!(bench.press("yR<enter>").is_empty(), "enter presses cancel");
    assert!(bench.press("r").is_empty(), "and the dialog is gone");
    bench
        .app
        .take(Message::Planned(Ok(Box::new(plan.clone()))), NOW);
    bench.read();
    assert_eq!(
        bench.press("r"),
        [Demand::Submit(Box::new(plan), Consent::Letter('r'))]
    );
}

#[test]
fn what_is_typed_ahead_is_no_consent() {
    let mut bench = bench();
    let letter = plan(9, Confirmation::Letter('r'));
    let ask = |bench: &mut Bench, plan: &world::Plan| {
        bench
            .app
            .take(Message::Planned(Ok(Box::new(plan.clone()))), NOW)
    };
    ask(&mut bench, &letter);
    bench.now = bench.now + Span::minutes(1);
    assert!(
        bench.press("r<enter>").is_empty(),
        "however long it waited, nobody has seen it"
    );
    let button = |bench: &mut Bench| {
        let buffer = bench.buffer(120, 36);
        let at = buffer.content.windows(3).position(|cells| {
            cells
                .iter()
                .map(ratatui::buffer::Cell::symbol)
                .eq(["r", " ", "r"])
        });
        buffer.content[at.expect("r run it")].style()
    };
    let dim = button(&mut bench);
    let now = bench.now;
    assert_eq!(bench.app.changes_at(now), Some(now + Span::millis(400)));
    bench.now = now + Span::millis(399);
    assert!(bench.press("r<enter><tab>").is_empty());
    assert_eq!(button(&mut bench), dim);
    bench.now = now + Span::millis(400);
    assert_eq!(bench.app.changes_at(bench.now), None);
    assert_ne!(button(&mut bench), dim, "it shows that it counts");
    assert_eq!(
        bench.press("r"),
        [Demand::Submit(Box::new(letter), Consent::Letter('r'))]
    );

    let name = plan(10, Confirmation::TypedName("acme".into()));
    ask(&mut bench, &name);
    assert!(bench.press("<tab>acme<enter>").is_empty());
    bench.screen(80, 24);
    assert!(bench.press("<tab>acme<enter>").is_empty());
    assert!(bench.press("<esc>").is_empty(), "the way out always counts");
    assert!(!bench.screen(80, 24).contains("acme  "));
}

#[test]
fn a_name_is_typed_with_the_focus_on_cancel_and_never_pasted() {
    let mut bench = bench();
    let plan = plan(9, Confirmation::TypedName("acme/app".into()));
    let show = |bench: &mut Bench| {
        bench
            .app
            .take(Message::Planned(Ok(Box::new(plan.clone()))), NOW)
    };
    show(&mut bench);
    bench.read();
    assert!(
        bench.press("acme/app<enter>").is_empty(),
        "nothing has the focus but cancel"
    );
    show(&mut bench);
    bench.read();
    let seen = ui::Seen {
        world: &bench.world,
        now: bench.now,
    };
    bench.app.paste("acme/app", seen);
    assert!(bench.screen(100, 30).contains("has to be typed"));
    assert!(bench.press("<tab>acme/ap<enter>").is_empty());
    assert!(bench.screen(100, 30).contains("this is not"));
    assert_eq!(
        bench.press("p<enter>"),
        [Demand::Submit(
            Box::new(plan.clone()),
            Consent::Typed("acme/app".into())
        )]
    );
}

#[test]
fn what_is_reversible_begins_its_grace_at_once() {
    let mut bench = bench();
    let plan = plan(9, Confirmation::Grace(Span::seconds(5)));
    let demands = bench
        .app
        .take(Message::Planned(Ok(Box::new(plan.clone()))), NOW);
    assert_eq!(demands, [Demand::Submit(Box::new(plan), Consent::Grace)]);
}

#[test]
fn a_read_only_session_asks_for_nothing() {
    let mut bench = Bench::with(Fixture::full(), false);
    for keys in [
        "3R",
        "3S",
        "3U",
        "3K",
        "1F",
        "2s",
        "3s",
        "u",
        ":restart acme/app<enter>",
        ":run @aurora uptime<enter>",
        "3xR",
    ] {
        assert_eq!(
            bench.press(&format!("<esc><esc><esc><esc>{keys}")),
            [],
            "{keys}"
        );
    }
}

#[test]
fn typed_commands() {
    assert_eq!(
        bench().press(":restart acme/app<enter>"),
        restart(vec![key("compute-1", 1)])
    );
    let command = Intent::Command {
        nodes: vec!["aurora".parse().unwrap()],
        command: vec!["uptime".into(), "-p".into()],
        one_by_one: false,
    };
    assert_eq!(
        bench().press(":run @aurora uptime -p<enter>"),
        [Demand::Plan(command)]
    );
    let mut wrong = bench();
    assert!(wrong.press(":restart acme/ap<enter>").is_empty());
    assert!(wrong.screen(100, 30).contains("did you mean acme/app?"));
    assert_eq!(
        bench().press(":shell caddy<enter>"),
        [Demand::Shell(Intent::ContainerShell {
            target: key("aurora", 6)
        })]
    );
}

#[test]
fn a_theme_chosen_by_hand_stays_until_the_settings_name_another() {
    let mut bench = bench();
    let ground = |bench: &mut Bench| bench.buffer(80, 24)[(0, 12)].style().bg;
    let night = ground(&mut bench);
    assert!(bench.press(":theme dya<enter>").is_empty());
    assert!(bench.screen(100, 24).contains("no theme is called dya"));
    bench.press("<esc>");
    assert_eq!(
        bench.press(":theme d<tab><enter>"),
        [Demand::Theme("day".into())]
    );
    let mut report = Report::default();
    let loaded = config::theme::load("day", None, &mut report);
    bench
        .app
        .take(Message::Themed(Box::new((loaded, report))), NOW);
    let day = ground(&mut bench);
    assert_ne!(day, night);

    let reread = |theme: &str| {
        let mut report = Report::default();
        let config = Config {
            keymap: config::keymap::load("default", None, &mut report),
            theme: config::theme::load(theme, None, &mut report),
            settings: config::Settings {
                theme: theme.to_owned(),
                ..config::Settings::default()
            },
            ..Config::default()
        };
        Message::Reloaded(Box::new((config, report)))
    };
    bench.app.take(reread("night"), NOW);
    assert_eq!(ground(&mut bench), day, "the settings say what they said");
    bench.app.take(reread("contrast"), NOW);
    assert_ne!(ground(&mut bench), day);
}

#[test]
fn quitting() {
    assert_eq!(
        bench().press("q"),
        [Demand::Quit],
        "what another process carries out goes on without this one"
    );
    let mut busy = bench();
    let own = plan(2, Confirmation::Grace(Span::seconds(5)));
    let begun = busy.app.take(Message::Planned(Ok(Box::new(own))), NOW);
    assert!(matches!(*begun, [Demand::Submit(..)]));
    assert!(
        busy.press("q").is_empty(),
        "a run of its own is under way: it asks"
    );
    assert_eq!(busy.press("q"), [Demand::Quit]);
    assert_eq!(bench().press("<c-c><c-c>"), [Demand::Quit]);
    assert!(bench().press("<c-c>j<c-c>").is_empty());
    assert!(
        bench().press("2<enter>qq").is_empty(),
        "q closes the detail, then the view"
    );
}

#[test]
fn jumps_follow_the_chain() {
    let mut bench = bench();
    bench.press("3/acme<enter>on");
    assert!(bench.screen(160, 40).contains("compute-1"));
    assert!(
        bench.screen(160, 40).contains("processes"),
        "the node's detail is open"
    );
    bench.press("-");
    assert!(bench.screen(160, 40).contains("3 containers"));
}

#[test]
fn every_view_draws_at_every_size() {
    for keys in [
        "", "1", "1<enter>", "1A", "1z", "1d", "b", "2", "2<enter>", "2]", "3", "3<enter>", "4",
        "4<enter>", "5", "5<enter>", "5]", "x", "?", ":", "w", "3/x", ",",
    ] {
        let mut bench = bench();
        bench.press(keys);
        for width in [
            0, 1, 2, 3, 5, 8, 13, 20, 29, 30, 31, 40, 63, 64, 99, 100, 101, 119,
        ] {
            for height in 0..12 {
                bench.buffer(width, height);
            }
        }
        bench.buffer(500, 200);
    }
    let mut asked = bench();
    asked.app.take(
        Message::Planned(Ok(Box::new(plan(
            9,
            Confirmation::TypedName("acme/app".into()),
        )))),
        NOW,
    );
    for width in 0..60 {
        for height in 0..14 {
            asked.buffer(width, height);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_keys_never_break_it_and_never_consent(keys in "[a-zA-Z0-9 /:?<>\\[\\]_+!~@.,-]{0,60}", size in (0_u16..170, 0_u16..50)) {
        let mut bench = bench();
        let irreversible = plan(9, Confirmation::TypedName("acme/app/of/production".into()));
        bench.app.take(Message::Planned(Ok(Box::new(irreversible))), NOW);
        bench.read();
        let keys: String = keys.chars().map(|c| match c {
            '<' => "<enter>".to_owned(),
            '>' => "<tab>".to_owned(),
            c => c.to_string(),
        }).collect();
        for event in events(&keys) {
            let demands = bench.app.key(&event, ui::Seen { world: &bench.world, now: bench.now });
            prop_assert!(demands.iter().all(|demand| !matches!(demand, Demand::Submit(..))), "{:?}", demands);
        }
        bench.buffer(size.0, size.1);
    }
}

#[test]
fn older_runs_are_read_when_the_end_is_seen() {
    let mut bench = bench();
    bench.press("5");
    bench.screen(120, 30);
    let known = bench.world.runs.len();
    assert_eq!(
        bench.app.requests(),
        [Demand::Recall(Past::Runs(known + 500))]
    );
    bench.screen(120, 30);
    assert_eq!(bench.app.requests(), [], "one answer is waited for");
    let mut older = plan(0, Confirmation::Letter('r'));
    older.title = "reboot compute-1".into();
    let older = Run::new(older, RunState::Verified, NOW - Span::days(40));
    let newer = bench.world.runs.values().rev().cloned();
    let read: Vec<Run> = newer.chain([older]).collect();
    let all = read.len();
    bench.app.take(Message::Recalled(Recalled::Runs(read)), NOW);
    let screen = bench.screen(120, 30);
    assert!(screen.contains("reboot compute-1"), "{screen}");
    assert!(screen.contains(&format!(" {all} ─")), "{screen}");
    assert_eq!(
        bench.app.requests(),
        [],
        "fewer than were asked for: it has all"
    );
    bench.press("G<enter>");
    assert!(bench.screen(120, 30).contains("40d ago"));

    bench.press("<esc>]");
    bench.screen(120, 30);
    let known = bench.world.audit.len();
    assert_eq!(
        bench.app.requests(),
        [Demand::Recall(Past::Audit(known + 500))]
    );
    let line = AuditLine {
        sequence: 0,
        subject: "long ago".into(),
        ..bench.world.audit.iter().next().unwrap().clone()
    };
    bench
        .app
        .take(Message::Recalled(Recalled::Audit(vec![line])), NOW);
    assert!(bench.screen(120, 30).contains("long ago"));
}

#[test]
fn a_schedule_is_run_paused_and_resumed_once_it_is_agreed_to() {
    use world::ScheduleVerb::{Pause, Resume, Run};
    let asked = |name: &str, verb| {
        let name = vocab::ScheduleName::new(name).unwrap();
        vec![Demand::Schedule(name, verb)]
    };
    let mut bench = Bench::new(Fixture::scheduled());
    assert_eq!(bench.press("9R"), [], "it asks first");
    assert_eq!(bench.press("r"), asked("certificates", Run));
    assert_eq!(
        bench.press("R<esc>r"),
        [],
        "and not when it was not agreed to"
    );
    assert_eq!(bench.press("jRr"), [], "a turn of it is under way");
    assert_eq!(bench.press("Pp"), asked("drill", Pause { until: None }));
    assert_eq!(bench.press("Uu"), [], "it is not paused");
    assert_eq!(bench.press("jPp"), [], "it is paused already");
    assert_eq!(bench.press("Uu"), asked("images", Resume));
    let mut locked = Bench::with(Fixture::scheduled(), false);
    assert_eq!(locked.press("9Rr"), []);
}
