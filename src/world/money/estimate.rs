//! Estimates: what a month should bring and cost by the terms, where the providers have not said it yet.

use std::collections::{BTreeMap, BTreeSet};

use vocab::{AffiliateName, Decimal, Domain, Money, MoneyError, Month, NodeName, Time};

use super::{EntryKind, LedgerEntry, Source, Terms};

/// A site that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosted {
    /// Its domain.
    pub site: Domain,
    /// Whose it is.
    pub affiliate: AffiliateName,
    /// Where it stands.
    pub node: NodeName,
    /// What it is sold for, a month.
    pub price: Money,
    /// The affiliate's hundredths, when they are not those of the terms.
    pub share: Option<Decimal>,
}

/// A month of the hosted sites: for each its charge, fee and share, and its part of its node's cost. `costs` are the
/// prices of nodes as far as the provider said them; a node in it without sites costs all the same.
pub fn estimate(
    hosted: &[Hosted],
    costs: &BTreeMap<NodeName, Money>,
    terms: &Terms,
    at: Time,
) -> Result<Vec<LedgerEntry>, MoneyError> {
    let mut entries = Vec::new();
    let mut nodes: BTreeMap<&NodeName, Vec<&Hosted>> =
        costs.keys().map(|node| (node, Vec::new())).collect();
    for site in hosted {
        let price = terms.exchanged(site.price)?;
        let share = site.share.unwrap_or(terms.affiliate_share);
        for (kind, amount) in [
            (EntryKind::Charge, price),
            (EntryKind::Fee, terms.fee_of(price)?),
            (EntryKind::AffiliateShare, price.percent(share)?),
        ] {
            entries.push(entry(
                kind,
                amount,
                at,
                Some(site),
                &site.node,
                Source::Estimated,
            ));
        }
        nodes.entry(&site.node).or_default().push(site);
    }
    for (node, sites) in nodes {
        let (cost, source) = costs
            .get(node)
            .map_or((terms.server_cost, Source::Estimated), |cost| {
                (*cost, Source::Known)
            });
        if sites.is_empty() {
            entries.push(entry(EntryKind::ServerCost, cost, at, None, node, source));
            continue;
        }
        let parts = cost.split(sites.len()).ok_or(MoneyError::TooLarge)?;
        for (site, part) in sites.into_iter().zip(parts) {
            entries.push(entry(
                EntryKind::ServerCost,
                part,
                at,
                Some(site),
                node,
                source,
            ));
        }
    }
    Ok(entries)
}

fn entry(
    kind: EntryKind,
    amount: Money,
    at: Time,
    site: Option<&Hosted>,
    node: &NodeName,
    source: Source,
) -> LedgerEntry {
    LedgerEntry {
        kind,
        amount,
        at,
        site: site.map(|site| site.site.clone()),
        affiliate: site.map(|site| site.affiliate.clone()),
        node: Some(node.clone()),
        source,
    }
}

/// What is known, and the estimates for what is not: an estimate goes as soon as an amount of its kind is known for the
/// same site, or the same node when it is for no site, in the same month; what the charge of a site brings with it, as soon
/// as that charge is known. What was given back of an earlier charge says nothing of the next one.
pub fn complete(known: Vec<LedgerEntry>, estimates: Vec<LedgerEntry>) -> Vec<LedgerEntry> {
    type Place = (Month, EntryKind, Option<Domain>, Option<NodeName>);
    fn place(entry: &LedgerEntry, kind: EntryKind) -> Place {
        let node = match entry.site {
            Some(_) => None,
            None => entry.node.clone(),
        };
        (Month::of(entry.at), kind, entry.site.clone(), node)
    }
    let places: BTreeSet<Place> = known
        .iter()
        .filter(|entry| entry.amount.amount > Decimal::ZERO)
        .map(|entry| place(entry, entry.kind))
        .collect();
    let is_known = |estimate: &LedgerEntry| {
        let of_charge = matches!(estimate.kind, EntryKind::Fee | EntryKind::AffiliateShare);
        places.contains(&place(estimate, estimate.kind))
            || of_charge && places.contains(&place(estimate, EntryKind::Charge))
    };
    let mut entries = known;
    entries.extend(estimates.into_iter().filter(|estimate| !is_known(estimate)));
    entries
}
