//! Never before it is due, never twice, nothing left out that its policy does not leave out; also where clocks are turned.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use vocab::{Span, Time};

use crate::{Cron, Missed, Rule, When};

fn cron(pattern: &str, zone: &str) -> Cron {
    Cron::new(pattern).unwrap().in_zone(zone).unwrap()
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

/// The next moments in UTC.
fn moments(cron: &Cron, from: &str, count: usize) -> Vec<String> {
    let mut after = at(from);
    let mut found = Vec::new();
    for _ in 0..count {
        after = cron.following(after).unwrap();
        found.push(after.to_string()[..16].to_owned());
    }
    found
}

#[test]
fn the_longest_wait_is_over_the_night() {
    let from = at("2026-11-21T12:00:00Z");
    let hours = |rule: Rule| rule.apart(from).unwrap().0 / Span::hours(1).0;
    let by = |pattern: &str| Rule {
        when: When::Cron(Box::new(cron(pattern, "UTC"))),
        jitter: Span::hours(1),
        missed: Missed::Once,
    };
    assert_eq!(hours(Rule::every(Span::hours(6))), 6);
    assert_eq!(hours(by("0 8-20/4 * * *")), 13);
    assert_eq!(hours(by("0 3 * * mon-fri")), 73);
}

#[test]
fn a_daily_moment_that_is_left_out_comes_when_the_clock_has_jumped() {
    // Berlin, 29 March 2026: 02:00 becomes 03:00.
    let daily = cron("30 2 * * *", "Europe/Berlin");
    assert_eq!(
        moments(&daily, "2026-03-27T12:00:00Z", 3),
        ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]
    );
}

#[test]
fn a_daily_moment_that_comes_twice_is_taken_once() {
    // Berlin, 25 October 2026: 03:00 becomes 02:00.
    let daily = cron("30 2 * * *", "Europe/Berlin");
    assert_eq!(
        moments(&daily, "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30", "2026-10-26T01:30"]
    );
}

#[test]
fn what_runs_every_hour_follows_the_clock_on_the_wall() {
    let often = cron("*/30 * * * *", "Europe/Berlin");
    assert_eq!(
        moments(&often, "2026-03-29T00:15:00Z", 3),
        ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"]
    );
    assert_eq!(
        moments(&often, "2026-10-25T00:15:00Z", 5),
        [
            "2026-10-25T00:30",
            "2026-10-25T01:00",
            "2026-10-25T01:30",
            "2026-10-25T02:00",
            "2026-10-25T02:30"
        ]
    );
}

#[test]
fn half_an_hour_and_a_whole_day_are_turned_too() {
    // Lord Howe, 4 October 2026: 02:00 becomes 02:30.
    let howe = cron("10 2 * * *", "Australia/Lord_Howe");
    assert_eq!(
        moments(&howe, "2026-10-03T00:00:00Z", 2),
        ["2026-10-03T15:30", "2026-10-04T15:10"]
    );
    // Apia had no 30 December 2011.
    let apia = cron("0 12 * * *", "Pacific/Apia");
    assert_eq!(
        moments(&apia, "2011-12-29T12:00:00Z", 3),
        ["2011-12-29T22:00", "2011-12-30T22:00", "2011-12-31T22:00"]
    );
}

#[test]
fn nonsense_is_refused_with_what_is_wanted() {
    for (pattern, word) in [
        ("", "five fields"),
        ("0 3 * *", "five fields"),
        ("0 0 3 * * *", "five fields"),
        ("60 3 * * *", "five fields"),
        ("0 0 31 2 *", "never comes"),
    ] {
        let error = Cron::new(pattern).unwrap_err().to_string();
        assert!(error.contains(word), "{pattern}: {error}");
    }
    let error = Cron::new("0 3 * * *").unwrap().in_zone("Mars/Olympus");
    assert!(error.unwrap_err().to_string().contains("Europe/Berlin"));
}

#[test]
fn rules_in_words() {
    let words = |pattern: &str, zone: &str| cron(pattern, zone).to_string();
    assert_eq!(
        words("0 3 * * *", "Europe/Berlin"),
        "daily at 03:00 Europe/Berlin"
    );
    assert_eq!(words("5 4 * * mon", "UTC"), "Mon at 04:05 UTC");
    assert_eq!(words("7 * * * *", "UTC"), "hourly at :07 UTC");
    assert_eq!(words("*/5 1-3 * * *", "UTC"), "*/5 1-3 * * * UTC");
    let mut rule = Rule::every(Span::minutes(90));
    assert_eq!(rule.to_string(), "every 90m");
    rule.jitter = Span::minutes(5);
    assert_eq!(rule.to_string(), "every 90m within 5m");
}

#[test]
fn what_was_missed_is_made_up_for_once_or_left_out() {
    let begun = at("2026-11-20T03:00:10Z");
    let back = at("2026-11-23T10:00:00Z");
    let mut rule = Rule {
        when: When::Cron(Box::new(Cron::new("0 3 * * *").unwrap())),
        jitter: Span::ZERO,
        missed: Missed::Once,
    };
    let made_up = rule.next(begun, back, "nightly").unwrap();
    assert!(made_up >= back && made_up.since(back) <= Span::minutes(1));
    assert_eq!(
        rule.next(made_up, back, "nightly"),
        Some(at("2026-11-24T03:00:00Z")),
        "and then as ever"
    );
    rule.missed = Missed::Skip;
    assert_eq!(
        rule.next(begun, back, "nightly"),
        Some(at("2026-11-24T03:00:00Z"))
    );
    let other = Rule::every(Span::hours(1));
    let spread = |name: &str| other.next(begun, back, name);
    assert_ne!(spread("one"), spread("two"), "not all at once");
}

#[test]
fn a_turn_that_lasts_delays_the_next_and_piles_nothing_up() {
    let rule = Rule::every(Span::minutes(15));
    let begun = at("2026-11-20T10:00:00Z");
    let due = rule.next(begun, begun, "sweep").unwrap();
    assert_eq!(
        due,
        at("2026-11-20T10:15:00Z"),
        "in the past, when it took an hour"
    );
    let late = at("2026-11-20T11:00:00Z");
    assert_eq!(
        rule.next(late, begun, "sweep"),
        Some(late + Span::minutes(15))
    );
}

const ZONES: [&str; 5] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
];

const PATTERNS: [&str; 8] = [
    "0 3 * * *",
    "30 2 * * *",
    "*/20 * * * *",
    "15 * * * *",
    "0 1-4 * * *",
    "5 4 * * 1",
    "0 0 1 * *",
    "59 23 * * sun",
];

fn rules() -> impl Strategy<Value = Rule> {
    let when = prop_oneof![
        (1_i64..5_000).prop_map(|minutes| When::Every(Span::minutes(minutes))),
        (0..PATTERNS.len(), 0..ZONES.len())
            .prop_map(|(pattern, zone)| When::Cron(Box::new(cron(PATTERNS[pattern], ZONES[zone])))),
    ];
    (when, 0_i64..3_600_000, any::<bool>()).prop_map(|(when, jitter, skip)| Rule {
        when,
        jitter: Span(jitter),
        missed: if skip { Missed::Skip } else { Missed::Once },
    })
}

/// The moments of a pattern for every hour, minute by minute, and of one with hours by their day.
fn all_by_hand(pattern: &str, zone: &str, from: Time, minutes: i64) -> Vec<Time> {
    let zoned = TimeZone::get(zone).unwrap();
    let utc = cron(pattern, "UTC");
    let shown = |time: Time| {
        let wall = zoned.to_datetime(time.timestamp());
        Time::from(TimeZone::UTC.to_timestamp(wall).unwrap())
    };
    (1..=minutes)
        .map(|minute| from + Span::minutes(minute))
        .filter(|time| utc.following(shown(*time) - Span(1)) == Some(shown(*time)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// From turn to turn, with runs that take their time and hours in which nobody is there.
    #[test]
    fn never_twice_and_never_before_it_is_due(
        rule in rules(),
        start in 1_770_000_000_i64..1_800_000_000,
        days in proptest::collection::vec((0_i64..200, 0_i64..400, any::<bool>()), 1..25),
    ) {
        let mut last = Time::from_seconds(start);
        let mut present = last;
        for (away, takes, ends) in days {
            let Some(turn) = rule.next(last, present, "name") else { break };
            let plain = Rule { jitter: Span::ZERO, ..rule.clone() };
            let due = plain.next(last, last, "name").unwrap();
            prop_assert!(turn >= due, "before it is due");
            prop_assert!(turn > last, "twice for one moment");
            prop_assert!(turn + Span::minutes(1) >= present, "what was missed is in the past");
            if rule.missed == Missed::Once {
                let made_up = turn.since(due) <= rule.jitter
                    || turn.since(present) <= Span::minutes(1);
                prop_assert!(made_up, "left out");
            }
            last = turn + Span::minutes(takes) ;
            // A turn begins when it is due or when the one before has ended.
            last = if ends { turn } else { last };
            present = if away > 100 { last + Span::hours(away) } else { present };
        }
    }

    /// Every moment the wall clocks show, where hours are not named.
    #[test]
    fn every_hour_is_as_counted_by_hand(
        zone in 0..ZONES.len(),
        // The weeks around which clocks are turned in 2026, and others.
        day in prop_oneof![Just("2026-03-07"), Just("2026-03-28"), Just("2026-04-04"), Just("2026-10-03"),
            Just("2026-10-24"), Just("2026-10-31"), Just("2026-07-01")],
        pattern in prop_oneof![Just("*/20 * * * *"), Just("15 * * * *"), Just("7,52 * * * *")],
        minute in 0_i64..1_440,
    ) {
        let from = at(&format!("{day}T00:00:00Z")) + Span::minutes(minute);
        let by_hand = all_by_hand(pattern, ZONES[zone], from, 2_000);
        let pattern = cron(pattern, ZONES[zone]);
        let mut after = from;
        for wanted in by_hand {
            after = pattern.following(after).unwrap();
            prop_assert_eq!(after, wanted);
        }
    }

    /// A named hour comes once a day, whatever the clocks do.
    #[test]
    fn a_named_hour_comes_once_a_day(
        zone in 0..ZONES.len(),
        hour in 0_u8..24,
        minute in 0_u8..60,
        start in 1_770_000_000_i64..1_800_000_000,
    ) {
        let daily = cron(&format!("{minute} {hour} * * *"), ZONES[zone]);
        let zoned = TimeZone::get(ZONES[zone]).unwrap();
        let mut after = Time::from_seconds(start);
        let mut day = None;
        for _ in 0..30 {
            after = daily.following(after).unwrap();
            let of = zoned.to_datetime(after.timestamp()).date();
            if let Some(before) = day {
                let next: jiff::civil::Date = before;
                prop_assert_eq!(of, next.tomorrow().unwrap());
            }
            day = Some(of);
        }
    }
}
