//! Keys on sites and revenue: what is exported, where rows lead, what is refused.

use world::{Intent, RunState, SiteVerb};

use vocab::{Provider, Span};
use world::{Event, Fact, Quota};

use super::Bench;
use crate::app::Demand;
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
fn what_is_for_containers_is_not_done_to_sites() {
    for capital in ["R", "S", "U", "F"] {
        let mut bench = Bench::new(Fixture::hosting());
        assert_eq!(bench.press(&format!("7{capital}")), []);
        let screen = bench.screen(160, 30);
        assert!(screen.contains("is not for sites"), "{capital} {screen}");
    }
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
        bench.screen(240, 40).contains("quota H 97%"),
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
        narrow.contains("quota H 13%"),
        "what is short is always said: {narrow}"
    );
}
