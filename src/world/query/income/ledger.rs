//! The ledger of a month: what the providers said, and the estimates for what they have not said.

use std::collections::{BTreeMap, BTreeSet};

use vocab::{AffiliateName, Decimal, Domain, Money, MoneyError, Month, NodeName, Span, Time};

use super::paid;
use crate::money::{self, EntryKind, Hosted, LedgerEntry, Placed, Source, Subscription, Terms};
use crate::site::{Site, SiteState};
use crate::world::World;

/// The ledger of a month as the world stands at `now`. A month that is over and of which the payment provider was asked
/// holds what was paid and nothing else; the present one also what is still expected.
pub fn ledger(
    world: &World,
    terms: &Terms,
    month: Month,
    now: Time,
) -> Result<Vec<LedgerEntry>, MoneyError> {
    let place = |subscription: &Subscription| placed(world, terms, subscription);
    let known = world
        .billing
        .entries(month.begins(), month.ends(), &place)?;
    let is_over = month < Month::of(now);
    let is_read = world
        .billing
        .since
        .is_some_and(|since| since <= month.begins());
    let at = if month == Month::of(now) {
        now
    } else {
        month.ends() - Span::millis(1)
    };
    let standing: Vec<&Site> = world
        .sites
        .values()
        .filter(|site| !is_over || site.created < month.ends())
        .collect();
    let costs = costs(world, &standing);
    let mut hosted = Vec::new();
    let mut rest = Vec::new();
    for site in standing {
        let Some(node) = server(site) else { continue };
        if expected(world, site, is_over, is_read) {
            hosted.push(Hosted {
                site: site.domain.clone(),
                affiliate: site.affiliate.clone(),
                node,
                price: site.price,
                share: terms.shares.get(&site.affiliate).copied(),
            });
        } else {
            rest.push((site, node));
        }
    }
    let mut estimates = money::estimate(&hosted, &costs, terms, at)?;
    // Servers of which the estimate knows only the price: their sites bear it, where they have any.
    let taken: BTreeSet<NodeName> = hosted.into_iter().map(|one| one.node).collect();
    estimates.retain(|entry| {
        let alone = entry.kind == EntryKind::ServerCost && entry.site.is_none();
        let listed = entry.node.as_ref();
        !alone || !rest.iter().any(|(_, node)| Some(node) == listed)
    });
    estimates.extend(unsold(&rest, &taken, &costs, terms, at)?);
    let listed = |node: &NodeName| {
        let prices = world.servers.as_ref();
        prices.is_some_and(|prices| prices.servers.contains_key(node))
    };
    for entry in &mut estimates {
        // The price of today says what a server cost then, not that it was so; and a cost that was booked when the server
        // was ordered is what was expected of it.
        if is_over || !entry.node.as_ref().is_some_and(listed) {
            entry.source = Source::Estimated;
        }
    }
    Ok(money::complete(known, estimates))
}

/// Whether a charge of the site is to be expected where none is known.
fn expected(world: &World, site: &Site, is_over: bool, is_read: bool) -> bool {
    if is_over && is_read {
        false
    } else if is_over {
        super::is_sold(site)
    } else {
        paid(world, site)
    }
}

/// What the servers of sites that are not sold cost: each site its part, unless others on its server pay for that.
fn unsold(
    rest: &[(&Site, NodeName)],
    taken: &BTreeSet<NodeName>,
    costs: &BTreeMap<NodeName, Money>,
    terms: &Terms,
    at: Time,
) -> Result<Vec<LedgerEntry>, MoneyError> {
    let mut entries = Vec::new();
    let mut nodes: BTreeMap<&NodeName, Vec<&Site>> = BTreeMap::new();
    for (site, node) in rest.iter().filter(|(_, node)| !taken.contains(node)) {
        nodes.entry(node).or_default().push(site);
    }
    for (node, sites) in nodes {
        let (cost, source) = costs
            .get(node)
            .map_or((terms.server_cost, Source::Estimated), |cost| {
                (*cost, Source::Known)
            });
        let parts = cost.split(sites.len()).ok_or(MoneyError::TooLarge)?;
        for (site, amount) in sites.into_iter().zip(parts) {
            entries.push(LedgerEntry {
                kind: EntryKind::ServerCost,
                amount,
                at,
                site: Some(site.domain.clone()),
                affiliate: Some(site.affiliate.clone()),
                node: Some(node.clone()),
                source,
            });
        }
    }
    Ok(entries)
}

/// What each server costs a month: by the provider's list, or as it was booked when it was ordered.
fn costs(world: &World, sites: &[&Site]) -> BTreeMap<NodeName, Money> {
    let booked = sites
        .iter()
        .filter_map(|site| Some((server(site)?, site.cost?)));
    let mut costs: BTreeMap<NodeName, Money> = booked.collect();
    let listed = world
        .servers
        .iter()
        .flat_map(|prices| prices.servers.values());
    costs.extend(listed.map(|server| (server.name.clone(), server.monthly)));
    costs
}

/// The server a site costs, by its name or the provider's id; `None` when nothing was made.
fn server(site: &Site) -> Option<NodeName> {
    let objects = &site.objects;
    [&objects.server_name, &objects.server]
        .into_iter()
        .find_map(|name| NodeName::new(name).ok())
}

/// Whose a subscription's site is: by the books while it is in them, else by the provider's notes.
fn placed(world: &World, terms: &Terms, subscription: &Subscription) -> Option<Placed> {
    let domain: &Domain = subscription.site.as_ref()?;
    let site = world.sites.get(domain);
    let affiliate: Option<AffiliateName> = site
        .map(|site| site.affiliate.clone())
        .or_else(|| subscription.affiliate.clone());
    let own = |name: &AffiliateName| terms.shares.get(name).copied();
    let share: Decimal = affiliate
        .as_ref()
        .and_then(own)
        .unwrap_or(terms.affiliate_share);
    Some(Placed {
        site: domain.clone(),
        affiliate,
        node: site.and_then(server),
        share,
    })
}

/// Whether a site is served, as far as the books know.
pub(super) fn is_served(site: &Site) -> bool {
    site.state != SiteState::Suspended
}
