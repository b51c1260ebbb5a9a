//! What is at stake when something fails: what stands on it, and what that earns in an hour.
//!
//! Read from what is declared and booked alone, never from how things do: a site that comes and goes moves no score.

use vocab::{Currency, Decimal, Domain, Money, Text};

use crate::about::About;
use crate::money::{HOURS_OF_MONTH, Terms};
use crate::query::income::paid;
use crate::signals::{Figure, Topology};
use crate::site::Site;
use crate::world::World;

/// What stands on something, and what that earns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stake {
    /// Containers on it.
    pub containers: usize,
    /// Services on it.
    pub services: usize,
    /// Sites on it.
    pub sites: usize,
    /// What it and all that stands on it earn in a month; `None` where nothing earns.
    pub monthly: Option<Money>,
}

impl Stake {
    /// How many objects stand on it.
    pub const fn objects(&self) -> usize {
        self.containers + self.services + self.sites
    }

    /// `40 containers, 4 services, 4 sites`; empty when nothing stands on it.
    pub fn words(&self) -> String {
        let parts = [
            (self.containers, "container"),
            (self.services, "service"),
            (self.sites, "site"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        parts.join(", ")
    }
}

/// A month's money in an hour.
pub fn hourly(monthly: Money) -> Money {
    Money::new(
        monthly.amount / Decimal::from(HOURS_OF_MONTH),
        monthly.currency,
    )
}

/// What is at stake when this fails. `figure` and `part` say of a payment which one.
pub fn stake(
    world: &World,
    topology: &Topology,
    about: &About,
    figure: Figure,
    part: &Text,
) -> Stake {
    let on_it = topology.dependents(world, about);
    let itself = match about {
        About::Site(domain) => Some(domain),
        _ => None,
    };
    let monthly = match (itself, figure) {
        (_, Figure::PaymentFailed | Figure::PaymentLate | Figure::PaidButDead) => {
            of_payment(world, part).or_else(|| sum(world, itself))
        }
        (Some(domain), Figure::AliveButUnpaid) => {
            let site = world.sites.get(domain);
            site.and_then(|site| exchanged(world, site.price))
        }
        // A service that looks at a site's address stands for it.
        _ if matches!(about, About::Service(_)) => {
            sum(world, watched(world, topology, about).as_ref())
        }
        _ => sum(world, on_it.sites.iter()),
    };
    Stake {
        containers: on_it.containers,
        services: on_it.services,
        sites: on_it
            .sites
            .iter()
            .filter(|site| Some(*site) != itself)
            .count(),
        monthly,
    }
}

/// The site whose address a service looks at.
pub(crate) fn watched(world: &World, topology: &Topology, about: &About) -> Option<Domain> {
    let above = topology.above(world, about);
    above.iter().find_map(|one| match one {
        About::Site(domain) => Some(domain.clone()),
        _ => None,
    })
}

/// What these sites earn in a month together; what no rate leads to the fleet's currency is left out.
fn sum<'a>(world: &World, sites: impl IntoIterator<Item = &'a Domain>) -> Option<Money> {
    let earned = sites
        .into_iter()
        .filter_map(|site| earned(world, world.sites.get(site)?));
    earned.fold(None, |sum: Option<Money>, money| match sum {
        None => Some(money),
        Some(before) => before.checked_add(money).ok().or(Some(before)),
    })
}

/// What the subscription brings that a payment's signal is about: by the subscription's id, or the invoice's customer.
fn of_payment(world: &World, part: &Text) -> Option<Money> {
    let billing = &world.billing;
    if let Some(subscription) = billing.subscriptions.get(part) {
        return exchanged(world, subscription.monthly);
    }
    let customer = &billing.invoices.get(part)?.customer;
    let mut monthly = billing
        .subscriptions
        .values()
        .filter(|one| one.customer == *customer && one.is_active())
        .filter_map(|one| exchanged(world, one.monthly));
    let first = monthly.next()?;
    Some(monthly.fold(first, |sum, next| sum.checked_add(next).unwrap_or(sum)))
}

/// The currency that amounts are compared in: that of the terms.
pub fn currency(world: &World) -> Currency {
    world.terms.as_ref().map_or(Currency::USD, Terms::currency)
}

/// An amount in the fleet's currency; `None` when no rate leads there.
pub fn exchanged(world: &World, money: Money) -> Option<Money> {
    match &world.terms {
        Some(terms) => terms.exchanged(money).ok(),
        None => (money.currency == Currency::USD).then_some(money),
    }
}

/// What a site earns in a month.
fn earned(world: &World, site: &Site) -> Option<Money> {
    if !paid(world, site) {
        return None;
    }
    let known = world
        .billing
        .subscriptions
        .get(site.objects.subscription.as_str());
    exchanged(world, known.map_or(site.price, |known| known.monthly))
}
