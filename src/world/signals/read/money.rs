//! Figures of money: payments that are late, what is paid against what is there, sites that lose.

use vocab::rule::Figure;
use vocab::{Domain, Provider, Text, Time};

use super::Readings;
use crate::money::{Invoice, SubscriptionStatus};
use crate::query::income;
use crate::site::{Site, SiteState};
use crate::tracked::ServiceState;
use crate::world::World;

pub(super) fn of_site(world: &World, site: &Site, now: Time, readings: &mut Readings) {
    payments(world, Some(&site.domain), now, readings);
    if world.billing.read.is_none() || world.unread.contains_key(&Provider::Stripe) {
        readings.unknown(&[Figure::AliveButUnpaid]);
    } else if is_unpaid(world, site) {
        let alive = world.pulses.get(&site.domain).map(|pulse| pulse.state(now));
        match alive {
            Some(ServiceState::Healthy | ServiceState::Degraded) => {
                readings.flag(Figure::AliveButUnpaid);
            }
            Some(ServiceState::Unknown) | None => readings.unknown(&[Figure::AliveButUnpaid]),
            Some(ServiceState::Down) => {}
        }
    }
    match world.tracking.losing.get(&site.domain) {
        Some(words) => {
            readings.flag(Figure::SiteLoses).words(words.clone());
        }
        None if world.billing.read.is_none() => readings.unknown(&[Figure::SiteLoses]),
        None => {}
    }
}

/// Whether a site that is served has no subscription that pays for it: a trial is as good as paid, and what a state nobody
/// knows means is not known either.
fn is_unpaid(world: &World, site: &Site) -> bool {
    let settled = world
        .billing
        .read
        .is_some_and(|read| site.created + income::SETTLES <= read);
    if site.state != SiteState::Active || !settled {
        return false;
    }
    let all = &world.billing.subscriptions;
    let pays = |one: &crate::money::Subscription| {
        one.site.as_ref() == Some(&site.domain)
            && (one.is_active()
                || matches!(
                    one.status,
                    SubscriptionStatus::Trialing | SubscriptionStatus::Unknown
                ))
    };
    let own = all.get(site.objects.subscription.as_str());
    !own.is_some_and(pays) && !all.values().any(pays)
}

/// What belongs to no site of the books.
pub(super) fn of_nobody(world: &World, now: Time, readings: &mut Readings) {
    for site in world.tracking.owing.keys() {
        if site
            .as_ref()
            .is_none_or(|site| !world.sites.contains_key(site))
        {
            payments(world, site.as_ref(), now, readings);
        }
    }
    if world.billing.read.is_none() || world.unread.contains_key(&Provider::Stripe) {
        readings.unknown(&[Figure::PaidButDead]);
        return;
    }
    for one in world.billing.subscriptions.values() {
        let there = one
            .site
            .as_ref()
            .is_some_and(|site| world.sites.contains_key(site));
        if one.is_active() && !there {
            let what = one
                .site
                .as_ref()
                .map_or_else(|| "no site".to_owned(), ToString::to_string);
            readings.flag(Figure::PaidButDead).part(&one.id).words(what);
        }
    }
}

fn payments(world: &World, site: Option<&Domain>, now: Time, readings: &mut Readings) {
    if world.unread.contains_key(&Provider::Stripe) {
        readings.unknown(&[Figure::PaymentFailed, Figure::PaymentLate]);
        return;
    }
    let key = site.cloned();
    let owing = world.tracking.owing.get(&key).into_iter().flatten();
    for invoice in owing.filter_map(|id| world.billing.invoices.get(id)) {
        if invoice.is_late(now) {
            payment(invoice, now, readings);
        }
    }
}

fn payment(invoice: &Invoice, now: Time, readings: &mut Readings) {
    let again = invoice.next_attempt.filter(|at| *at > now);
    let rest = if let Some(at) = again {
        format!("{} open, tried again in {}", invoice.due, at.since(now))
    } else {
        let number = invoice.number.as_ref().unwrap_or(&invoice.id);
        format!("{} open, invoice {number}", invoice.due)
    };
    if invoice.attempts == 0 {
        let due = invoice.due_at.unwrap_or(invoice.created);
        readings
            .add(Figure::PaymentLate, now.since(due).0 as f64 / 86_400_000.0)
            .part(&invoice.id)
            .since(due)
            .words(format!(": {rest}"));
        return;
    }
    let often = match invoice.attempts {
        1 => String::new(),
        attempts => format!(" {attempts} times"),
    };
    readings
        .add(Figure::PaymentFailed, f64::from(invoice.attempts))
        .part(&invoice.id)
        .since(invoice.created)
        .words(Text::line(format!("{often}: {rest}")));
}
