//! Sites: the books, visits folded into a state, counts.

use vocab::{Domain, Origin, ProbeOutcome, Span, Stamped, Time};

use crate::effect::Effect;
use crate::event::{Event, Fact};
use crate::pulse::{SLOW, VISITS_FAILED, VISITS_JUDGED};
use crate::series::{Metric, Point, SeriesKey, Subject};
use crate::tracked::ServiceState;
use crate::world::World;

use super::services::{Rule, judge};
use super::{recall, record};

pub(super) fn reduce(world: &mut World, event: &Event) -> Vec<Effect> {
    match &event.fact {
        Fact::SiteBooked(site) => {
            let before = world.sites.insert(site.domain.clone(), (**site).clone());
            let current = before.as_ref().map(|before| &before.current);
            if current != Some(&site.current)
                && let Some(pulse) = world.pulses.get_mut(&site.domain)
            {
                pulse.served = None;
            }
            let same = before.is_some_and(|before| before.objects == site.objects);
            if same {
                Vec::new()
            } else {
                vec![Effect::Visit]
            }
        }
        Fact::SiteGone(domain) => {
            world.sites.remove(domain);
            world.pulses.remove(domain);
            vec![Effect::Visit]
        }
        Fact::SiteVisited {
            site,
            outcome,
            every,
        } => visited(world, event.at, site, outcome, *every),
        Fact::ReleaseSeen {
            site,
            expected,
            served,
        } => {
            // What was asked before the books changed says nothing of what they say now.
            if world
                .sites
                .get(site)
                .is_some_and(|known| known.current == *expected)
            {
                let pulse = world.pulses.entry(site.clone()).or_default();
                pulse.served = Some((event.at, served.clone()));
            }
            Vec::new()
        }
        Fact::SiteCounted {
            site,
            hours,
            days,
            read,
        } => {
            if world.sites.contains_key(site) {
                let pulse = world.pulses.entry(site.clone()).or_default();
                pulse.count(hours, days);
                if read.is_some() {
                    pulse.counted = pulse.counted.max(*read);
                    pulse.trouble = None;
                }
            }
            Vec::new()
        }
        Fact::TrafficUnread { site, text } => {
            if world.sites.contains_key(site) {
                world.pulses.entry(site.clone()).or_default().trouble = Some(text.clone());
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn visited(
    world: &mut World,
    at: Time,
    site: &Domain,
    outcome: &ProbeOutcome,
    every: Span,
) -> Vec<Effect> {
    if !world.sites.contains_key(site) {
        return Vec::new();
    }
    let pulse = world.pulses.entry(site.clone()).or_default();
    let rule = Rule {
        failures: VISITS_FAILED,
        window: VISITS_JUDGED,
        slow: SLOW,
    };
    let before = pulse.judged.unwrap_or(ServiceState::Unknown);
    let judged = judge(&mut pulse.window, before, outcome, rule);
    if pulse.judged != Some(judged) {
        pulse.judged = Some(judged);
        pulse.since = at;
    }
    pulse.last = Some(Stamped {
        value: outcome.clone(),
        at,
        every,
        origin: Origin::Probe,
    });
    let key = SeriesKey::new(Subject::Site(site.clone()), Metric::Latency);
    if outcome.result.is_err() {
        // How it answered before is what is asked of a site that does not.
        return recall(world, key);
    }
    pulse.last_good = Some(at);
    let value = outcome.millis;
    record(world, vec![(key, Point { at, value })])
}
