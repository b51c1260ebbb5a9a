//! The visits and visitors of the play's sites.

use kit::backoff::mix;
use vocab::{Bytes, Domain, ProbeDetail, ProbeOutcome, ProbeTrouble, Span, Time};
use world::pulse::{DAYS_KEPT, HOURS_KEPT, day, hour};
use world::{Fact, Metric, Point, SeriesKey, Site, SiteState, Subject, Tally};

use super::Simulation;
use super::shape::{chance, salt};

/// How often a site is visited.
const EVERY: Span = Span::seconds(30);

/// Seconds of an hour.
const HOUR: f64 = 3600.0;

/// What was counted before the first look, and the present visit.
pub(super) fn past(simulation: &Simulation, now: Time) -> Vec<Fact> {
    let seed = simulation.seed;
    let served = simulation
        .sites
        .iter()
        .filter(|site| site.state == SiteState::Active);
    let counted = served.map(|site| {
        let begin = hour(now);
        let hours = (0..i64::from(HOURS_KEPT)).map(|back| begin - Span::hours(back));
        let days = (0..i64::from(DAYS_KEPT)).map(|back| day(now) - Span::days(back));
        Fact::SiteCounted {
            site: site.domain.clone(),
            hours: hours
                .filter(|at| *at + Span::hours(1) > site.created)
                .map(|at| (at, tally(site, seed, at, part_of(at, Span::hours(1), now))))
                .collect(),
            days: days
                .filter(|at| *at + Span::days(1) > site.created)
                .map(|at| {
                    (
                        at,
                        whole_day(site, seed, at, part_of(at, Span::days(1), now)),
                    )
                })
                .collect(),
            read: Some(now),
        }
    });
    counted.collect()
}

/// What part of a stretch is over.
fn part_of(at: Time, length: Span, now: Time) -> f64 {
    (now.since(at).0 as f64 / length.0 as f64).min(1.0)
}

/// An hour: more visitors by day than by night, each site with its own measure.
fn tally(site: &Site, seed: u64, at: Time, part: f64) -> Tally {
    let own = mix(seed ^ salt(site.domain.as_str()));
    let measure = f64::from(chance(seed, own, 21)).powi(3) * 900.0 + 12.0;
    let of_day = (at.0.rem_euclid(Span::days(1).0) as f64) / Span::days(1).0 as f64;
    let tide = 1.0 - 0.7 * (std::f64::consts::TAU * (of_day - 0.08)).cos();
    let noise = 0.7 + 0.6 * f64::from(chance(seed, mix(own ^ at.0.unsigned_abs()), 22));
    let requests = (measure * tide * noise * part) as u64;
    let visits = (HOUR / EVERY.as_seconds_f64() * part) as u64;
    let bad = u64::from(chance(seed, mix(own ^ at.0.unsigned_abs()), 23) < 0.012) * (visits / 9);
    let (redirects, missing) = (requests / 23, requests / 41);
    let failed = u64::from(bad > 0) * (requests / 13);
    Tally {
        good: visits - bad,
        bad,
        millis: (visits - bad) * (38 + (own % 160)),
        requests,
        bytes: requests * (9_000 + own % 60_000),
        classes: [
            0,
            requests - redirects - missing - failed,
            redirects,
            missing,
            failed,
        ],
        visitors: 0,
    }
}

fn whole_day(site: &Site, seed: u64, at: Time, part: f64) -> Tally {
    let hours = (0..24).map(|index| at + Span::hours(index));
    let until = (24.0 * part).ceil() as usize;
    let sum = hours
        .take(until)
        .map(|at| tally(site, seed, at, 1.0))
        .fold(Tally::default(), |sum, hour| sum.and(&hour));
    Tally {
        visitors: sum.requests / 6,
        ..sum
    }
}

/// The visits that are due within a step.
pub(super) fn due(simulation: &Simulation, now: Time, step: Span) -> Vec<Fact> {
    let turns = (EVERY.0 / step.0.max(1)).max(1);
    let turn = now.0.div_euclid(step.0.max(1)).rem_euclid(turns);
    (0_i64..)
        .zip(&simulation.sites)
        .filter(|(place, _)| place % turns == turn)
        .filter(|(_, site)| site.state == SiteState::Active)
        .map(|(_, site)| visit(simulation, site, now))
        .collect()
}

/// How the sites have answered within the hour before the first look. Now and then one did not.
pub(super) fn answered(simulation: &Simulation, now: Time) -> Vec<Fact> {
    let sites = simulation.sites.iter();
    let active = sites.filter(|site| site.state == SiteState::Active);
    let visits = Span::hours(1).0 / EVERY.0;
    active
        .map(|site| Fact::HistoryRestored {
            key: SeriesKey::new(Subject::Site(site.domain.clone()), Metric::Latency),
            points: (1..=visits)
                .rev()
                .map(|back| now - EVERY.times(back))
                .filter(|at| !was_silent(simulation, site, *at))
                .map(|at| Point {
                    at,
                    value: millis(simulation, site, at),
                })
                .collect(),
        })
        .collect()
}

/// Whether a site did not answer for these two minutes, long ago.
fn was_silent(simulation: &Simulation, site: &Site, at: Time) -> bool {
    let stretch = at.0.div_euclid(Span::minutes(2).0).unsigned_abs();
    chance(simulation.seed, salt(site.domain.as_str()) ^ stretch, 25) < 0.03
}

/// Every site once, so that the first picture is whole; the one that is down so often that it is known to be.
pub(super) fn first(simulation: &Simulation, now: Time) -> Vec<Fact> {
    let sites = simulation.sites.iter();
    sites
        .filter(|site| site.state == SiteState::Active)
        .flat_map(|site| {
            let times = if simulation.answers(&site.domain).is_err() {
                3
            } else {
                1
            };
            (0..times).map(move |_| visit(simulation, site, now))
        })
        .collect()
}

/// What kind of failure these words tell of.
pub(super) fn trouble(words: &str) -> ProbeTrouble {
    if words.starts_with("answers") {
        ProbeTrouble::WrongAnswer
    } else {
        ProbeTrouble::Timeout
    }
}

/// What makes a site itself.
fn own(simulation: &Simulation, site: &Site) -> u64 {
    mix(simulation.seed ^ salt(site.domain.as_str()))
}

/// How long a site takes to answer.
fn millis(simulation: &Simulation, site: &Site, at: Time) -> f32 {
    let own = own(simulation, site);
    let noise = chance(simulation.seed, mix(own ^ at.0.unsigned_abs()), 24);
    (38 + own % 160) as f32 * (0.8 + 0.4 * noise)
}

fn visit(simulation: &Simulation, site: &Site, now: Time) -> Fact {
    let own = own(simulation, site);
    let outcome = match simulation.answers(&site.domain) {
        Err(words) => ProbeOutcome {
            millis: 31.0,
            result: Err((trouble(&words), words)),
        },
        Ok(_) => ProbeOutcome {
            millis: millis(simulation, site, now),
            result: Ok(ProbeDetail::Http {
                status: 200,
                body: Bytes(9_000 + own % 60_000),
                certificate: None,
            }),
        },
    };
    let site: Domain = site.domain.clone();
    Fact::SiteVisited {
        site,
        outcome: Box::new(outcome),
        every: EVERY,
    }
}
