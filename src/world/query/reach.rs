//! How the sites of each region answer, by the last visits from here.

use std::collections::BTreeMap;

use vocab::{Region, Time};

use crate::site::SiteState;
use crate::tracked::ServiceState;
use crate::world::World;

/// How the sites of a region answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Sites that are to be up.
    pub sites: usize,
    /// Those of them that answer.
    pub answering: usize,
    /// Those of which it is not known.
    pub unknown: usize,
}

/// How the sites of every region that has one answer at `now`.
pub fn reach(world: &World, now: Time) -> BTreeMap<Region, Reach> {
    let mut found: BTreeMap<Region, Reach> = BTreeMap::new();
    let sites = world.sites.values();
    for site in sites.filter(|site| site.state == SiteState::Active) {
        let pulse = world.pulses.get(&site.domain);
        let reach = found.entry(site.region).or_default();
        reach.sites += 1;
        match pulse.map_or(ServiceState::Unknown, |pulse| pulse.state(now)) {
            ServiceState::Healthy | ServiceState::Degraded => reach.answering += 1,
            ServiceState::Unknown => reach.unknown += 1,
            ServiceState::Down => {}
        }
    }
    found
}

/// The same in a line: `us-east 0 of 1 sites answer (1 unknown), eu-central 11 of 12`.
pub fn reach_in_words(world: &World, now: Time) -> String {
    let one = |(index, (region, reach)): (usize, (Region, Reach))| {
        let Reach {
            sites,
            answering,
            unknown,
        } = reach;
        let what = if index == 0 { " sites answer" } else { "" };
        let unknown = match unknown {
            0 => String::new(),
            unknown => format!(" ({unknown} unknown)"),
        };
        format!("{region} {answering} of {sites}{what}{unknown}")
    };
    let regions = reach(world, now).into_iter().enumerate();
    regions.map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use vocab::{Origin, ProbeDetail, ProbeOutcome, Span, Stamped};

    use super::*;
    use crate::pulse::Pulse;
    use crate::site::Site;
    use crate::testing;

    const NOW: Time = Time(1_795_269_731_000);

    fn add(world: &mut World, name: &str, region: Region, state: Option<ServiceState>) {
        let site = Site {
            region,
            ..testing::site(&format!("{name}.example.com"), name, "15 USD")
        };
        let domain = site.domain.clone();
        world.sites.insert(domain.clone(), site);
        let Some(judged) = state else { return };
        let value = ProbeOutcome {
            millis: 12.0,
            result: Ok(ProbeDetail::Plain),
        };
        let last = Stamped {
            value,
            at: NOW,
            every: Span::seconds(30),
            origin: Origin::Probe,
        };
        let pulse = Pulse {
            judged: Some(judged),
            last: Some(last),
            ..Pulse::default()
        };
        world.pulses.insert(domain, pulse);
    }

    #[test]
    fn each_region_is_told_with_what_answers_and_what_is_not_known() {
        use ServiceState::{Degraded, Down, Healthy};
        let mut world = World::default();
        assert_eq!(reach_in_words(&world, NOW), "");
        add(&mut world, "one", Region::EuCentral, Some(Healthy));
        add(&mut world, "two", Region::EuCentral, Some(Degraded));
        add(&mut world, "three", Region::EuCentral, Some(Down));
        add(&mut world, "four", Region::UsEast, None);
        assert_eq!(
            reach_in_words(&world, NOW),
            "us-east 0 of 1 sites answer (1 unknown), eu-central 2 of 3"
        );
        for site in world.sites.values_mut() {
            if site.region == Region::UsEast {
                site.state = SiteState::Suspended;
            }
        }
        assert_eq!(
            reach_in_words(&world, NOW),
            "eu-central 2 of 3 sites answer"
        );
        let later = NOW + Span::hours(1);
        assert_eq!(
            reach_in_words(&world, later),
            "eu-central 0 of 3 sites answer (3 unknown)",
            "an old visit says nothing"
        );
    }
}
