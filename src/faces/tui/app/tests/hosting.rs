//! Keys on sites and revenue: what is exported, where rows lead, what is refused.

use vocab::{Domain, Provider, Region, RunId, Span};
use world::run::StepState;
use world::{
    Event, Fact, Intent, LeftOver, Placement, Quota, Refusal, RefusalKind, RunState, SiteRequest,
    SiteVerb, WayOut, World,
};

use super::Bench;
use crate::app::{Demand, Message};
use crate::fixture::{Fixture, NOW};

#[test]
fn the_revenue_is_written_as_values() {
    let mut bench = Bench::new(Fixture::hosting());
    let demands = bench.press("8X");
    let [Demand::Export { name, text }] = demands.as_slice() else {
        panic!("{demands:?}");
    };
    assert_eq!(name, "revenue-2026-11-21T14-02-11-000Z.csv");
    assert_eq!(text.lines().count(), 101, "a heading and every site");
    assert!(text.contains("site-6.example,harbor,suspended,0,0,0,11.00,0,-11.00,USD,true"));
}

#[test]
fn a_row_of_the_revenue_leads_to_its_site() {
    let mut bench = Bench::new(Fixture::hosting());
    // What costs least stands first: its server is the cheap one.
    bench.press("8<enter>");
    let screen = bench.screen(120, 40);
    assert!(
        screen.contains("7 sites") && screen.contains("€4.35, estimated"),
        "{screen}"
    );
    bench.press("-");
    assert!(bench.screen(120, 40).contains("8 revenue"));
}

#[test]
fn a_run_leads_to_its_site_and_a_site_to_its_service() {
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("5on");
    assert!(bench.screen(100, 30).contains("site-4.example active"));
    bench.press(":go acme.example<enter>");
    assert!(bench.screen(100, 30).contains("acme.example down"));
    bench.press("<esc>os");
    assert!(bench.screen(100, 30).contains("answered 502"));
}

#[test]
fn what_is_not_for_sites_is_not_done_to_them() {
    let mut bench = Bench::new(Fixture::hosting());
    assert_eq!(bench.press("7F"), []);
    assert!(bench.screen(160, 30).contains("fix is not for sites"));
}

#[test]
fn the_life_of_a_site_is_on_keys_and_in_the_menu() {
    let domain = Domain::new("acme.example").unwrap();
    let orders = |request| vec![Demand::Plan(Intent::SiteRequest(Box::new(request)))];
    let failover = |rehearse| SiteRequest::Failover {
        domain: domain.clone(),
        rehearse,
    };
    for (keys, request) in [
        (
            "R",
            SiteRequest::Restart {
                domain: domain.clone(),
            },
        ),
        (
            "S",
            SiteRequest::Suspend {
                domain: domain.clone(),
            },
        ),
        (
            "U",
            SiteRequest::Resume {
                domain: domain.clone(),
            },
        ),
        ("P", failover(false)),
        (":change.rehearse<enter>", failover(true)),
        (
            ":change.renew<enter>",
            SiteRequest::Renew {
                domain: domain.clone(),
            },
        ),
        (
            ":change.grow<enter>",
            SiteRequest::Grow {
                domain: domain.clone(),
                to: None,
            },
        ),
    ] {
        let mut bench = Bench::new(Fixture::hosting());
        bench.press("7/acme<enter>");
        assert_eq!(bench.press(keys), orders(request), "{keys}");
    }
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("7/acme<enter>:change.move<enter>");
    let screen = bench.screen(120, 30);
    assert!(
        screen.contains("[with room]") && screen.contains("1 of 102"),
        "{screen}"
    );
    assert_eq!(
        bench.press("u<tab>n<enter>"),
        orders(SiteRequest::Move {
            domain: domain.clone(),
            region: Some(Region::UsEast),
            placement: Placement::New,
        })
    );
    bench.press("<esc>:change.rename<enter>alpha.example<enter>");
    assert!(bench.screen(120, 30).contains("is a site already"));
    assert_eq!(
        bench.press("<c-u>new.example<enter>"),
        orders(SiteRequest::Rename {
            domain,
            to: Domain::new("new.example").unwrap(),
        })
    );
    bench.press("<esc>x");
    insta::assert_snapshot!("site_menu", bench.screen(120, 36));
}

#[test]
fn a_dump_is_offered_for_sites_with_a_database_alone() {
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("7/site-8.example<enter>x");
    insta::assert_snapshot!("site_menu_with_database", bench.screen(120, 36));
    let dump = SiteRequest::Dump {
        domain: Domain::new("site-8.example").unwrap(),
    };
    let demands = vec![Demand::Plan(Intent::SiteRequest(Box::new(dump)))];
    let mut chosen = Bench::new(Fixture::hosting());
    assert_eq!(
        chosen.press("7/site-8.example<enter>:change.dump<enter>"),
        demands
    );
    for (keys, offered) in [("/acme.example", false), ("/site-8.example", true)] {
        let mut bench = Bench::new(Fixture::hosting());
        bench.press(&format!("7{keys}<enter>x"));
        assert_eq!(bench.screen(120, 40).contains("dump database"), offered);
    }
}

/// A run that could not take its server back.
fn stuck() -> (World, RunId) {
    let mut world = Fixture::hosting();
    let mut run = world.runs.values().next_back().unwrap().clone();
    run.state = RunState::NeedsOperator;
    run.steps[0].state = StepState::Stuck {
        reason: "DELETE /servers/4711: 503 Service Unavailable, tried 3 times".into(),
        left: Some(LeftOver {
            kind: "server".into(),
            id: "4711".into(),
            name: "site-4-example-5f1c".into(),
            monthly: Some("€3.49".into()),
        }),
    };
    let id = run.id();
    world.runs.insert(id, run);
    (world, id)
}

#[test]
fn a_run_that_needs_an_operator_has_three_ways_out() {
    let ask = || {
        let (world, id) = stuck();
        let mut bench = Bench::new(world);
        bench.press("5<enter>");
        assert!(bench.screen(120, 30).contains("F shows what is left"));
        bench.press("F");
        assert_eq!(bench.press("r"), [], "nobody has read it yet");
        bench.buffer(120, 30);
        let now = bench.now;
        assert_eq!(bench.app.changes_at(now), Some(now + Span::millis(400)));
        bench.now = now + Span::millis(400);
        (bench, id)
    };
    let (mut bench, id) = ask();
    insta::assert_snapshot!("ways_out", bench.screen(120, 30));
    assert_eq!(bench.press("r"), [Demand::Resolve(id, WayOut::Retry)]);
    let (mut bench, id) = ask();
    assert_eq!(bench.press("g"), [Demand::Resolve(id, WayOut::Removed)]);
    let (mut bench, id) = ask();
    assert_eq!(bench.press("k<enter>"), []);
    assert!(bench.screen(120, 30).contains("say why"));
    assert_eq!(bench.press("rg<esc>"), [], "typed, then dropped");
    assert_eq!(
        bench.press("x<tab><enter>"),
        [],
        "enter alone decides nothing"
    );
    bench.press("F");
    bench.read();
    assert_eq!(
        bench.press("kwe use it<enter>"),
        [Demand::Resolve(id, WayOut::Keep("we use it".into()))]
    );
    let refusal = Refusal::new(RefusalKind::Conflict, "server 4711 is still there");
    bench.app.take(Message::Resolved(Err(refusal)), NOW);
    assert!(bench.screen(120, 30).contains("is still there"));
    bench.press("nF");
    assert!(
        bench
            .screen(120, 30)
            .contains("a run is over when it is over")
    );
}

#[test]
fn sites_are_sorted_and_found() {
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("7/lumen<enter>>>");
    let screen = bench.screen(120, 20);
    assert!(
        screen.contains("by net") && screen.contains("of 100"),
        "{screen}"
    );
    assert!(!screen.contains("juniper"), "{screen}");
    // Where there is no room for a pane of its own it takes the place of the middle ones.
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("70");
    for (width, height) in [(60, 20), (80, 24), (120, 30), (160, 48)] {
        assert!(
            bench.screen(width, height).contains("7 sites"),
            "{width}x{height}"
        );
    }
}

#[test]
fn a_site_is_seen_from_the_first_step_of_its_making() {
    let mut world = Fixture::before_the_first_site();
    let making = Fixture::hosting();
    let run = making.runs.values().next_back().unwrap();
    let mut run = run.clone();
    if let Intent::Site(order) = &mut run.plan.intent {
        order.verb = SiteVerb::Deploy;
    }
    world.runs.insert(run.id(), run.clone());
    let mut bench = Bench::new(world);
    bench.press("7");
    let screen = bench.screen(120, 20);
    assert!(
        screen.contains("◐ site-4.example") && screen.contains("deploy 1/4"),
        "{screen}"
    );
    run.state = RunState::NeedsOperator;
    bench.world.runs.insert(run.id(), run.clone());
    assert!(bench.screen(120, 20).contains("! site-4.example"));
    run.state = RunState::RolledBack;
    bench.world.runs.insert(run.id(), run);
    assert!(bench.screen(120, 20).contains("No site is hosted"));
}

#[test]
fn what_was_billed_is_shown_and_written_as_values() {
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("8]]]");
    let screen = bench.screen(160, 48);
    assert!(
        screen.contains("failed 2 times") && screen.contains("-$0.74"),
        "{screen}"
    );
    let demands = bench.press("X");
    let [Demand::Export { text, .. }] = demands.as_slice() else {
        panic!("{demands:?}");
    };
    assert!(
        text.contains("alpha.example,juniper,paid,15.00,15.00,0.74,USD"),
        "{text}"
    );
    bench.press("[");
    assert!(bench.screen(160, 48).contains("2026-11"), "the months");
}

#[test]
fn a_site_shows_its_visits() {
    let mut bench = Bench::new(Fixture::hosting());
    bench.press("7/alpha<enter><enter>]");
    let screen = bench.screen(120, 40);
    for words in ["visits from here", "99.16 %", "visitors", "4xx"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}

#[test]
fn the_header_says_what_is_left_of_quotas() {
    let mut bench = Bench::new(Fixture::hosting());
    assert!(
        bench.screen(240, 40).contains("quota H 98%"),
        "where there is room"
    );
    let narrow = bench.screen(110, 40);
    assert!(!narrow.contains("quota"), "{narrow}");
    let known = bench.world.quotas[&Provider::Hetzner];
    let short = Quota {
        left: 500,
        full_at: NOW + Span::seconds(3100),
        ..known
    };
    let fact = Fact::QuotaRead(short);
    bench.world.apply(&Event { at: NOW, fact });
    let narrow = bench.screen(110, 40);
    assert!(
        narrow.contains("quota H 14%"),
        "what is short is always said: {narrow}"
    );
}
