//! What the sites bring: the ledger of a month by the providers, the books and the terms, and what of it is in danger now.

pub mod csv;
mod ledger;

use std::collections::{BTreeMap, BTreeSet};

use vocab::{
    AffiliateName, Domain, Money, MoneyError, Month, NodeName, ProbeKind, ProbeOutcome,
    ProbeTrouble, Span, Stamped, Text, Time,
};

use self::ledger::ledger;
use crate::money::{
    self, LedgerEntry, Mismatch, Recurring, Standing, Statement, Subscription, SubscriptionStatus,
    Terms,
};
use crate::site::Site;
use crate::tracked::ServiceState;
use crate::world::World;

/// A month of all sites, in the currency of the terms: what the providers said, and estimates for what they did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Income {
    /// Of which month, in UTC.
    pub month: Month,
    /// Of everything in it.
    pub total: Statement,
    /// What recurs each month: by the payment provider's subscriptions, or by the books before it was asked.
    pub recurring: Recurring,
    /// When the payment provider was asked; `None` before it was: then all of it but prices is an estimate.
    pub read: Option<Time>,
    /// Sites that are sold now.
    pub paying: usize,
    /// What each of them is sold for, when that is the same for all.
    pub price: Option<Money>,
    /// Of those, the sites known not to answer.
    pub down: usize,
    /// What an hour is in danger: of sites that are paid for and known not to answer, or whose payment is late.
    pub at_risk: Money,
    /// Differences between what is paid and what is there; none before the payment provider was asked.
    pub mismatches: BTreeSet<Mismatch>,
}

/// The same, split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revenue {
    /// Of everything.
    pub income: Income,
    /// Of each site that is sold or has a server.
    pub by_site: BTreeMap<Domain, Statement>,
    /// Of each affiliate, with how many sites it sells.
    pub by_affiliate: BTreeMap<AffiliateName, (usize, Statement)>,
    /// Of each server.
    pub by_node: BTreeMap<NodeName, Statement>,
}

/// The income of the present month as the world stands at `now`; `None` without terms or sites. Fails on a price in a
/// currency without a rate.
pub fn income(world: &World, now: Time) -> Option<Result<Income, MoneyError>> {
    let terms = terms(world)?;
    let month = Month::of(now);
    let entries = ledger(world, terms, month, now);
    Some(entries.and_then(|entries| sum(world, terms, (month, &entries), now)))
}

/// The same with a statement for each site, each affiliate and each server.
pub fn revenue(world: &World, now: Time) -> Option<Result<Revenue, MoneyError>> {
    revenue_of(world, Month::of(now), now)
}

/// The same of another month; what recurs and what is in danger is always that of now.
pub fn revenue_of(world: &World, month: Month, now: Time) -> Option<Result<Revenue, MoneyError>> {
    let terms = terms(world)?;
    Some(ledger(world, terms, month, now).and_then(|entries| {
        let sold = |affiliate: &AffiliateName| {
            let sites = world.sites.values();
            sites
                .filter(|site| site.affiliate == *affiliate && paid(world, site))
                .count()
        };
        Ok(Revenue {
            income: sum(world, terms, (month, &entries), now)?,
            by_site: money::by_site(&entries, terms)?,
            by_affiliate: money::by_affiliate(&entries, terms)?
                .into_iter()
                .map(|(name, statement)| (name.clone(), (sold(&name), statement)))
                .collect(),
            by_node: money::by_node(&entries, terms)?,
        })
    }))
}

/// A statement for each of so many months that end with the present one, the oldest first.
pub fn trend(
    world: &World,
    now: Time,
    months: u32,
) -> Option<Result<Vec<(Month, Statement)>, MoneyError>> {
    let terms = terms(world)?;
    let last = Month::of(now);
    let of = |month: Month| {
        let entries = ledger(world, terms, month, now)?;
        Ok((month, Statement::of(&entries, terms)?))
    };
    Some((0..months).rev().map(|back| of(last.back(back))).collect())
}

fn terms(world: &World) -> Option<&Terms> {
    let any = !world.sites.is_empty() || !world.billing.subscriptions.is_empty();
    world.terms.as_ref().filter(|_| any)
}

/// Whether a site is paid for by the books: it has a subscription that was not suspended.
pub fn is_sold(site: &Site) -> bool {
    ledger::is_served(site) && !site.objects.subscription.is_empty()
}

/// Whether a site is paid for: by the payment provider's word on its subscription, or by the books where there is none
/// or the site is younger than it.
pub fn paid(world: &World, site: &Site) -> bool {
    if !is_sold(site) {
        return false;
    }
    let billing = &world.billing;
    let known = billing
        .subscriptions
        .get(site.objects.subscription.as_str());
    match (known, billing.read) {
        (Some(known), _) => known.is_active(),
        (None, Some(read)) => site.created + SETTLES > read,
        (None, None) => true,
    }
}

/// So long a new subscription may be missing from the payment provider's lists.
pub(crate) const SETTLES: Span = Span::minutes(5);

/// Whether nothing can be said of any site from here: the last visit to each of at least two places failed on the way
/// and not there, and no provider answered since. Then it is this machine's network that is gone, and no site is red.
pub fn is_blind(world: &World, now: Time) -> bool {
    let visits = || {
        let pulses = world.pulses.values();
        pulses.filter_map(|pulse| pulse.last.as_ref().filter(|last| last.fresh(now).is_some()))
    };
    let Some(first) = visits().map(|visit| visit.at).min() else {
        return false;
    };
    let on_the_way = |visit: &Stamped<ProbeOutcome>| {
        use ProbeTrouble::{CouldNotTry, NameUnknown, Timeout};
        matches!(
            visit.value.result,
            Err((CouldNotTry | NameUnknown | Timeout, _))
        )
    };
    let places: BTreeSet<&str> = world
        .sites
        .values()
        .filter(|site| world.pulses.contains_key(&site.domain))
        .map(|site| site.objects.address.as_str())
        .collect();
    places.len() > 1
        && visits().all(on_the_way)
        && !world
            .quotas
            .values()
            .any(|quota| quota.said && quota.at >= first)
}

/// How a site does by the visits to it: unknown while this machine sees none of them.
pub fn site_state(world: &World, domain: &Domain, now: Time) -> ServiceState {
    match world.pulses.get(domain).map(|pulse| pulse.state(now)) {
        Some(ServiceState::Down | ServiceState::Degraded) if is_blind(world, now) => {
            ServiceState::Unknown
        }
        Some(state) => state,
        None => ServiceState::Unknown,
    }
}

/// Whether the visits to each site, or else the probes of its address, say that it answers; where there are none, nobody
/// can tell.
pub fn standings(world: &World, now: Time) -> BTreeMap<Domain, Standing> {
    let mut probed: BTreeMap<&str, Standing> = BTreeMap::new();
    for service in world.services.values() {
        if let ProbeKind::Http { url, .. } = &service.spec.probe {
            let found = match service.state(now) {
                ServiceState::Healthy | ServiceState::Degraded => Standing::Alive,
                ServiceState::Down => Standing::Dead,
                ServiceState::Unknown => continue,
            };
            // Of several probes one that fails is enough.
            let known = probed.entry(host(url)).or_insert(found);
            *known = (*known).max(found);
        }
    }
    let blind = is_blind(world, now);
    let of = |domain: &Domain| {
        let visited = world.pulses.get(domain).map(|pulse| pulse.state(now));
        match visited {
            Some(ServiceState::Healthy) => Some(Standing::Alive),
            Some(ServiceState::Degraded) if !blind => Some(Standing::Alive),
            Some(ServiceState::Down) if !blind => Some(Standing::Dead),
            _ => probed.get(domain.as_str()).copied(),
        }
    };
    world
        .sites
        .keys()
        .map(|domain| (domain.clone(), of(domain).unwrap_or(Standing::Unknown)))
        .collect()
}

/// Whether a service of the fleet file watches a site's address already.
pub fn host_probed(world: &World, site: &Domain) -> bool {
    world
        .services
        .values()
        .any(|service| match &service.spec.probe {
            ProbeKind::Http { url, .. } => host(url) == site.as_str(),
            _ => false,
        })
}

pub(crate) fn host(url: &Text) -> &str {
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.split(['/', ':', '?', '#']).next().unwrap_or_default()
}

fn sum(
    world: &World,
    terms: &Terms,
    (month, entries): (Month, &[LedgerEntry]),
    now: Time,
) -> Result<Income, MoneyError> {
    let sold: Vec<&Site> = world
        .sites
        .values()
        .filter(|site| paid(world, site))
        .collect();
    let subscriptions = subscriptions(world, &sold);
    let standings = standings(world, now);
    let is_down = |site: &&&Site| standings.get(&site.domain) == Some(&Standing::Dead);
    let price = sold.first().map(|site| site.price);
    let read = world.billing.read;
    // What is served and suspended at the same time is a run's to mend, not a customer who does not pay.
    let served: BTreeMap<Domain, Standing> = standings
        .iter()
        .filter(|(domain, _)| world.sites.get(*domain).is_some_and(ledger::is_served))
        .map(|(domain, standing)| (domain.clone(), *standing))
        .collect();
    Ok(Income {
        month,
        total: Statement::of(entries, terms)?,
        recurring: money::recurring(&subscriptions, terms, now)?,
        read,
        paying: sold.len(),
        price: price.filter(|price| sold.iter().all(|site| site.price == *price)),
        down: sold.iter().filter(is_down).count(),
        at_risk: money::at_risk(&subscriptions, &standings, terms)?,
        mismatches: read.map_or_else(BTreeSet::new, |_| money::reconcile(&subscriptions, &served)),
    })
}

/// The subscriptions as the payment provider said them, and those the books hold of sites that it has not said.
fn subscriptions(world: &World, sold: &[&Site]) -> Vec<Subscription> {
    let known = &world.billing.subscriptions;
    let booked = sold
        .iter()
        .filter(|site| !known.contains_key(site.objects.subscription.as_str()))
        .map(|site| subscription(site));
    known.values().cloned().chain(booked).collect()
}

/// The subscription the books hold of a site that is sold.
fn subscription(site: &Site) -> Subscription {
    Subscription {
        id: Text::line(&site.objects.subscription),
        customer: Text::line(&site.objects.customer),
        site: Some(site.domain.clone()),
        affiliate: Some(site.affiliate.clone()),
        status: SubscriptionStatus::Active,
        monthly: site.price,
        started: site.created,
        ended: None,
    }
}

#[cfg(test)]
mod tests;
