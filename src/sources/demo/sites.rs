//! The sites of the play: for whom they are, where they stand, what of them was released when, what they cost.

use kit::backoff::mix;
use vocab::{
    AffiliateName, Currency, Decimal, Domain, Money, Region, ReleaseId, SiteKind, Span, Text, Time,
};
use world::money::{Exchange, Terms};
use world::{Release, Site, SiteObjects, SiteState};

use super::Actor;
use super::backups;
use super::scenario::{DOWN, SITES_ON_DOWN};
use super::shape::{chance, salt};

/// For whom.
const AFFILIATES: [&str; 7] = [
    "harbor",
    "juniper",
    "lumen",
    "meadow",
    "northgate",
    "orchard",
    "quarry",
];

/// One site in so many is suspended.
const SUSPENDED: usize = 17;

/// $15 a site, EUR 10 a server at 1.10, 2.9 % and $0.30 a charge, 20 % for the affiliate, of which one has its own.
pub(super) fn terms(now: Time) -> Terms {
    let day = Span::days(1).0;
    let own = AffiliateName::new(AFFILIATES[2]).ok();
    Terms {
        price: Money::from_smallest(1500, Currency::USD),
        server_cost: Money::from_smallest(1000, Currency::EUR),
        affiliate_share: Decimal::from(20),
        shares: own
            .map(|name| (name, Decimal::from(15)))
            .into_iter()
            .collect(),
        fee_percent: Decimal::new(29, 1),
        fee_fixed: Money::from_smallest(30, Currency::USD),
        exchange: Some(Exchange {
            from: Currency::EUR,
            rate: Decimal::new(110, 2),
            date: Time(now.0 - now.0.rem_euclid(day) - day),
        }),
    }
}

/// So many sites, named by the words in turn.
pub(super) fn of(words: &[&str], count: usize, seed: u64, now: Time) -> Vec<Site> {
    let named = |number: usize| {
        let word = words.get(number % words.len().max(1))?;
        let name = match number / words.len() {
            0 => format!("{word}.example"),
            round => format!("{word}-{}.example", round + 1),
        };
        site(&name, number, seed, now)
    };
    (0..count.min(1000)).filter_map(named).collect()
}

/// Puts the sites that are served from a machine of the fleet there.
pub(super) fn settle(sites: &mut [Site], actors: &[Actor]) {
    let machine = actors
        .iter()
        .find(|actor| actor.profile.name.as_str() == DOWN);
    let Some(profile) = machine.map(|actor| &actor.profile) else {
        return;
    };
    let theirs = |site: &&mut Site| SITES_ON_DOWN.contains(&site.domain.as_str());
    for site in sites.iter_mut().filter(theirs) {
        let objects = &mut site.objects;
        objects.server_name = profile.name.to_string();
        let address = profile.address.as_deref().unwrap_or_default();
        address.clone_into(&mut objects.address);
    }
}

/// What a site is sold for, where that is not the usual price.
const PRICED: [(&str, i64); 6] = [
    ("acme.example", 9900),
    ("delta.example", 4900),
    ("zeta.example", 4900),
    ("rowan.example", 2900),
    ("linden.example", 2900),
    ("omega.example", 4900),
];

fn site(name: &str, number: usize, seed: u64, now: Time) -> Option<Site> {
    let own = mix(seed ^ salt(name));
    let age = Span::hours(30 + (chance(seed, own, 1) * 11_000.0) as i64);
    let created = now - age;
    let price = PRICED.iter().find(|(known, _)| *known == name);
    let price = price.map_or(1500, |(_, price)| *price);
    let releases = releases(name, number, own, created, now);
    let current = releases.first()?.id.clone();
    let region = Region::WORDS[[1, 0, 1, 2, 1, 0][number % 6]].1;
    let id = |prefix: &str, part: u64| format!("{prefix}{:014x}", mix(own ^ part) >> 8);
    Some(Site {
        domain: Domain::new(name).ok()?,
        kind: SiteKind::WORDS[number % 3].1,
        affiliate: AffiliateName::new(AFFILIATES[number * 5 % AFFILIATES.len()]).ok()?,
        region,
        state: if number % SUSPENDED == SUSPENDED / 2 {
            SiteState::Suspended
        } else {
            SiteState::Active
        },
        price: Money::from_smallest(price, Currency::USD),
        cost: None,
        deployment: backups::run(own, created)?,
        created,
        releases,
        current,
        objects: SiteObjects {
            server: (40_000_000 + own % 9_000_000).to_string(),
            server_name: format!("site-{}", name.replace('.', "-")),
            address: format!("203.0.113.{}", number % 250 + 1),
            ssh_key: (70_000_000 + own % 900_000).to_string(),
            zone: format!("{:016x}{:016x}", mix(own ^ 1), mix(own ^ 2)),
            record: format!("{:016x}{:016x}", mix(own ^ 3), mix(own ^ 4)),
            customer: id("cus_", 5),
            price: id("price_", 6),
            subscription: id("sub_", 7),
            ..SiteObjects::default()
        },
    })
}

/// One to five releases, the newest first; the oldest is that of the deployment.
fn releases(name: &str, number: usize, own: u64, created: Time, now: Time) -> Vec<Release> {
    let count = 1 + (number % 5) as u32;
    let length = now.since(created);
    (0..count)
        .map(|back| {
            let part = mix(own ^ u64::from(100 + back));
            let mut digest = [0; 32];
            for (byte, place) in digest.iter_mut().zip(0..8) {
                *byte = (part >> (8 * place)) as u8;
            }
            // The newest is the younger the more there are.
            let steps = (back + 1) * (back + 1);
            Release {
                id: ReleaseId::of_digest(&digest),
                at: now - Span(length.0 / i64::from(count * count) * i64::from(steps)),
                files: 12 + part % 340,
                bytes: 80_000 + part % 24_000_000,
                source: Text::line(format!(
                    "{}-{}.tar.gz",
                    name.trim_end_matches(".example"),
                    count - back
                )),
                schema: None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    #[test]
    fn the_same_seed_books_the_same_sites() {
        let words = ["acme", "beta", "gamma"];
        let sites = of(&words, 52, 7, NOW);
        assert_eq!(sites.len(), 52);
        assert_eq!(sites, of(&words, 52, 7, NOW));
        let names: std::collections::BTreeSet<_> = sites.iter().map(|site| &site.domain).collect();
        assert_eq!(names.len(), 52, "each has a name of its own");
        let suspended = |site: &&Site| site.state == SiteState::Suspended;
        assert_eq!(sites.iter().filter(suspended).count(), 3);
        for site in &sites {
            assert_eq!(site.current, site.releases[0].id);
            assert!(site.releases.iter().all(|release| release.at <= NOW));
            assert!(site.releases.is_sorted_by(|a, b| a.at > b.at));
            assert!(
                site.releases
                    .last()
                    .is_some_and(|first| first.at >= site.created)
            );
        }
        assert!(of(&words, 0, 7, NOW).is_empty());
    }
}
