//! What the sites bring: the ledger of a month by the books and the terms, and what of it is in danger now.

pub mod csv;

use std::collections::BTreeMap;

use vocab::{AffiliateName, Domain, Money, MoneyError, NodeName, ProbeKind, Text, Time};

use crate::money::{
    self, EntryKind, Hosted, LedgerEntry, Source, Standing, Statement, Subscription,
    SubscriptionStatus, Terms,
};
use crate::site::{Site, SiteState};
use crate::tracked::ServiceState;
use crate::world::World;

/// A month of all sites, in the currency of the terms. Charges, fees and shares are estimates by the terms; servers
/// cost what the provider said, where it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Income {
    /// Of everything. Its gross is what recurs each month.
    pub total: Statement,
    /// Sites that are sold now.
    pub paying: usize,
    /// What each of them is sold for, when that is the same for all.
    pub price: Option<Money>,
    /// Of those, the sites known not to answer.
    pub down: usize,
    /// What an hour is in danger: of sites that are paid for and known not to answer.
    pub at_risk: Money,
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
}

/// The income as the world stands at `now`; `None` without terms or sites. Fails on a price in a currency without a
/// rate.
pub fn income(world: &World, now: Time) -> Option<Result<Income, MoneyError>> {
    let terms = terms(world)?;
    Some(entries(world, terms, now).and_then(|entries| sum(world, terms, &entries, now)))
}

/// The same with a statement for each site and each affiliate.
pub fn revenue(world: &World, now: Time) -> Option<Result<Revenue, MoneyError>> {
    let terms = terms(world)?;
    Some(entries(world, terms, now).and_then(|entries| {
        let sold = |affiliate: &AffiliateName| {
            let sites = world.sites.values();
            sites
                .filter(|site| site.affiliate == *affiliate && is_sold(site))
                .count()
        };
        Ok(Revenue {
            income: sum(world, terms, &entries, now)?,
            by_site: money::by_site(&entries, terms)?,
            by_affiliate: money::by_affiliate(&entries, terms)?
                .into_iter()
                .map(|(name, statement)| (name.clone(), (sold(&name), statement)))
                .collect(),
        })
    }))
}

fn terms(world: &World) -> Option<&Terms> {
    world.terms.as_ref().filter(|_| !world.sites.is_empty())
}

/// Whether a site is paid for by the books: it has a subscription that was not suspended.
pub fn is_sold(site: &Site) -> bool {
    site.state != SiteState::Suspended && !site.objects.subscription.is_empty()
}

/// Whether the probes of each site's address say that it answers; where there is none, nobody can tell.
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
    let of = |domain: &Domain| probed.get(domain.as_str()).copied();
    world
        .sites
        .keys()
        .map(|domain| (domain.clone(), of(domain).unwrap_or(Standing::Unknown)))
        .collect()
}

fn host(url: &Text) -> &str {
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.split(['/', ':', '?', '#']).next().unwrap_or_default()
}

/// The ledger of a month. A site that is not sold still costs its server, unless others on it pay for that.
fn entries(world: &World, terms: &Terms, at: Time) -> Result<Vec<LedgerEntry>, MoneyError> {
    let mut hosted = Vec::new();
    let mut costs = BTreeMap::new();
    let mut unsold = Vec::new();
    for site in world.sites.values() {
        let Some(node) = server(site) else { continue };
        if is_sold(site) {
            if let Some(cost) = site.cost {
                costs.insert(node.clone(), cost);
            }
            hosted.push(Hosted {
                site: site.domain.clone(),
                affiliate: site.affiliate.clone(),
                node,
                price: site.price,
                share: terms.shares.get(&site.affiliate).copied(),
            });
        } else {
            unsold.push((site, node));
        }
    }
    let mut entries = money::estimate(&hosted, &costs, terms, at)?;
    for (site, node) in unsold {
        if !hosted.iter().any(|one| one.node == node) {
            entries.push(LedgerEntry {
                kind: EntryKind::ServerCost,
                amount: site.cost.unwrap_or(terms.server_cost),
                at,
                site: Some(site.domain.clone()),
                affiliate: Some(site.affiliate.clone()),
                node: Some(node),
                source: site.cost.map_or(Source::Estimated, |_| Source::Known),
            });
        }
    }
    Ok(entries)
}

/// The server a site costs, by its name or the provider's id; `None` when nothing was made.
fn server(site: &Site) -> Option<NodeName> {
    let objects = &site.objects;
    [&objects.server_name, &objects.server]
        .into_iter()
        .find_map(|name| NodeName::new(name).ok())
}

fn sum(
    world: &World,
    terms: &Terms,
    entries: &[LedgerEntry],
    now: Time,
) -> Result<Income, MoneyError> {
    let sold: Vec<&Site> = world.sites.values().filter(|site| is_sold(site)).collect();
    let subscriptions: Vec<Subscription> = sold.iter().map(|site| subscription(site)).collect();
    let standings = standings(world, now);
    let is_down = |site: &&&Site| standings.get(&site.domain) == Some(&Standing::Dead);
    let price = sold.first().map(|site| site.price);
    Ok(Income {
        total: Statement::of(entries, terms)?,
        paying: sold.len(),
        price: price.filter(|price| sold.iter().all(|site| site.price == *price)),
        down: sold.iter().filter(is_down).count(),
        at_risk: money::at_risk(&subscriptions, &standings, terms)?,
    })
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
