//! The money of the play: what its payment provider, its provider of servers and its quotas would say.

use kit::backoff::mix;
use vocab::{Currency, Decimal, Domain, Money, Month, NodeName, Provider, Span, Text, Time};
use world::money::{
    BillingChange, Invoice, InvoiceStatus, Movement, MovementKind, Subscription,
    SubscriptionStatus, Terms,
};
use world::{Fact, Quota, ServerPrice, ServerPrices, Site, SiteState};

use super::Simulation;
use super::shape::{chance, salt};

/// So many months of payments are played.
const MONTHS: u32 = 12;

/// One site in so many does not pay its newest invoice.
const LATE: usize = 27;

/// One charge in so many is given back.
const REFUNDED: u64 = 41;

/// Customers who came and went again, one each so many weeks.
const GONE: u32 = 6;

/// All that the providers said so far.
pub(super) fn said(simulation: &Simulation, now: Time) -> Vec<Fact> {
    let Simulation {
        sites, terms, seed, ..
    } = simulation;
    let seed = *seed;
    let mut change = BillingChange {
        since: Some(Month::of(now).back(MONTHS).begins()),
        read: now - Span::seconds(20),
        ..BillingChange::default()
    };
    for (number, site) in sites.iter().enumerate() {
        let late = simulation.scenario.is_bad() && number % LATE == LATE / 2;
        customer(site, late, terms, (seed, now), &mut change);
    }
    for number in 0..if sites.is_empty() { 0 } else { GONE } {
        gone(number, terms, (seed, now), &mut change);
    }
    let bad = simulation.scenario.is_bad();
    // On a quiet day no site loses: nothing was given back, and no server is dearer than its site.
    change
        .movements
        .retain(|movement| bad || movement.kind != MovementKind::Refund);
    vec![
        Fact::BillingRead(Box::new(change)),
        Fact::ServersPriced(Box::new(servers(sites, bad, now))),
    ]
}

/// A customer: a subscription, and an invoice a month.
fn customer(
    site: &Site,
    late: bool,
    terms: &Terms,
    (seed, now): (u64, Time),
    change: &mut BillingChange,
) {
    let suspended = site.state == SiteState::Suspended;
    let subscription = Subscription {
        id: Text::line(&site.objects.subscription),
        customer: Text::line(&site.objects.customer),
        site: Some(site.domain.clone()),
        affiliate: Some(site.affiliate.clone()),
        status: match (suspended, late) {
            (true, _) => SubscriptionStatus::Paused,
            (false, true) => SubscriptionStatus::PastDue,
            (false, false) => SubscriptionStatus::Active,
        },
        monthly: site.price,
        started: site.created,
        ended: None,
    };
    let own = mix(seed ^ salt(site.domain.as_str()));
    let mut due = site.created;
    let mut index = 0;
    let first = Month::of(now).back(MONTHS).begins();
    let until = if suspended { now - Span::days(45) } else { now };
    while due <= until {
        let newest = due + MONTH > until;
        if due >= first {
            let paid = !(newest && late);
            invoice(&subscription, (own, index, due), paid, terms, now, change);
        }
        due = due + MONTH;
        index += 1;
    }
    change.subscriptions.push(subscription);
}

/// Between two invoices.
const MONTH: Span = Span::days(30);

fn invoice(
    owner: &Subscription,
    (own, index, due): (u64, u64, Time),
    paid: bool,
    terms: &Terms,
    now: Time,
    change: &mut BillingChange,
) {
    let part = mix(own ^ (0x1000 + index));
    let id = |prefix: &str| Text::line(format!("{prefix}{:014x}", part >> 8));
    let paid_at = due + Span::minutes(2);
    let nothing = Money::zero(owner.monthly.currency);
    change.invoices.push(Invoice {
        id: id("in_"),
        number: Some(Text::line(format!("{:08X}-{:04}", own >> 32, index + 1))),
        customer: owner.customer.clone(),
        status: if paid {
            InvoiceStatus::Paid
        } else {
            InvoiceStatus::Open
        },
        due: owner.monthly,
        paid: if paid { owner.monthly } else { nothing },
        elsewhere: nothing,
        created: due,
        paid_at: paid.then_some(paid_at),
        due_at: None,
        attempts: if paid { 1 } else { 2 },
        next_attempt: (!paid).then(|| now + Span::hours(31)),
    });
    if !paid {
        return;
    }
    let movement = |kind, at, id: Text, fee| Movement {
        id,
        kind,
        gross: owner.monthly,
        fee,
        charge: Text::line(format!("ch_{:014x}", part >> 8)),
        customer: owner.customer.clone(),
        at,
    };
    // Stripe takes whole cents.
    let fee = terms.fee_of(owner.monthly).map_or(nothing, Money::rounded);
    let payment = movement(MovementKind::Charge, paid_at, id("txn_"), fee);
    change.movements.push(payment);
    let back = paid_at + Span::days(3);
    if part.is_multiple_of(REFUNDED) && back < now {
        let refund = movement(MovementKind::Refund, back, id("txn_r"), nothing);
        change.movements.push(refund);
    }
}

/// A customer who is gone, with the site.
fn gone(number: u32, terms: &Terms, (seed, now): (u64, Time), change: &mut BillingChange) {
    let name = format!("former-{}.example", number + 1);
    let own = mix(seed ^ salt(&name));
    let begun = now - Span::days(300 - i64::from(number) * 25);
    let ended = begun + Span::days(40 + i64::from(number) * 27);
    let Ok(site) = Domain::new(&name) else { return };
    let subscription = Subscription {
        id: Text::line(format!("sub_{:014x}", mix(own ^ 7) >> 8)),
        customer: Text::line(format!("cus_{:014x}", mix(own ^ 5) >> 8)),
        site: Some(site),
        affiliate: None,
        status: SubscriptionStatus::Canceled,
        monthly: terms.price,
        started: begun,
        ended: Some(ended.min(now - Span::days(2))),
    };
    let mut due = begun;
    let mut index = 0;
    while due < ended.min(now) {
        invoice(&subscription, (own, index, due), true, terms, now, change);
        due = due + MONTH;
        index += 1;
    }
    change.subscriptions.push(subscription);
}

/// Two kinds of server, each with its address.
fn servers(sites: &[Site], bad: bool, now: Time) -> ServerPrices {
    let price = |(number, site): (usize, &Site)| {
        let name = NodeName::new(&site.objects.server_name).ok()?;
        let (kind, cents) = if bad && number % 9 == 4 {
            ("cx33", 1160)
        } else {
            ("cx23", 868)
        };
        Some(ServerPrice {
            id: Text::line(&site.objects.server),
            name,
            kind: kind.into(),
            location: "nbg1".into(),
            monthly: Money::new(Decimal::new(cents, 2), Currency::EUR),
            created: Some(site.created),
        })
    };
    ServerPrices {
        servers: sites
            .iter()
            .enumerate()
            .filter_map(price)
            .map(|price| (price.name.clone(), price))
            .collect(),
        read: now - Span::minutes(4),
    }
}

/// A share of 1, by a minute.
fn share(seed: u64, minute: u64) -> f64 {
    f64::from(chance(seed, minute, 3))
}

/// What is left of each quota, which moves a little with the hour.
pub(super) fn quotas(seed: u64, now: Time) -> Vec<Fact> {
    let minute = now.0.div_euclid(60_000).unsigned_abs();
    let quota = |(provider, limit, most, said): (Provider, u32, f64, bool)| {
        let used = (share(seed, mix(minute ^ u64::from(limit))) * most * f64::from(limit)) as u32;
        Fact::QuotaRead(Quota {
            provider,
            limit,
            left: limit - used,
            full_at: now + Span::seconds(i64::from(used)),
            said,
            closed_until: None,
            failing: false,
            at: now,
        })
    };
    [
        (Provider::Hetzner, 3600, 0.06, true),
        (Provider::Cloudflare, 1200, 0.04, true),
        (Provider::Stripe, 25, 0.2, false),
    ]
    .map(quota)
    .into()
}

#[cfg(test)]
mod tests {
    use world::World;

    use super::*;
    use crate::demo::{Scenario, Size};

    const NOW: Time = Time(1_795_269_731_000);

    fn world(scenario: Scenario) -> World {
        let mut world = World::default();
        let simulation = Simulation::playing(Size::default(), scenario, NOW);
        let (terms, sites) = (simulation.terms.clone(), &simulation.sites);
        let mut facts = vec![Fact::TermsDeclared(Some(Box::new(terms)))];
        facts.extend(
            sites
                .iter()
                .map(|site| Fact::SiteBooked(Box::new(site.clone()))),
        );
        facts.extend(said(&simulation, NOW));
        facts.extend(quotas(7, NOW));
        for fact in facts {
            world.apply(&world::Event { at: NOW, fact });
        }
        world
    }

    #[test]
    fn the_play_earns_and_its_books_hold_together() {
        let world = world(Scenario::BadDay);
        let revenue = world::query::revenue(&world, NOW)
            .expect("terms")
            .expect("rates");
        let income = &revenue.income;
        assert_eq!(income.recurring.past_due_count, 2, "{income:?}");
        assert!(income.recurring.subscribers >= 45);
        assert!(
            income.total.net().is_some_and(|net| !net.is_negative()),
            "{income:?}"
        );
        let unknown = income.mismatches.iter().collect::<Vec<_>>();
        assert!(unknown.is_empty(), "{unknown:?}");
        let trend = world::query::trend(&world, NOW, 12)
            .expect("terms")
            .expect("rates");
        assert!(
            trend.iter().all(|(_, month)| !month.gross.amount.is_zero()),
            "{trend:?}"
        );
        assert_eq!(world.quotas.len(), 3);
        assert!(world.quotas.values().all(|quota| !quota.is_scarce(NOW)));
    }

    #[test]
    fn on_a_quiet_day_everybody_has_paid() {
        let world = world(Scenario::Quiet);
        let revenue = world::query::revenue(&world, NOW)
            .expect("terms")
            .expect("rates");
        assert_eq!(revenue.income.recurring.past_due_count, 0);
    }
}
