//! Concerns of the business: sites that are down, payments that are late, what is paid against what is there, quotas.

use vocab::{Domain, Text, Time};

use super::{About, Concern, Severity};
use crate::money::{Invoice, Mismatch, Subscription};
use crate::query::income::{self, is_blind};
use crate::tracked::ServiceState;
use crate::world::World;

/// All of them.
pub(super) fn business_concerns(world: &World, now: Time, found: &mut Vec<Concern>) {
    if is_blind(world, now) {
        found.push(blind(world, now));
    } else {
        found.extend(
            world
                .pulses
                .keys()
                .filter_map(|site| down(world, site, now)),
        );
    }
    let late = world.billing.history(None);
    let late = late.iter().filter(|(invoice, _)| invoice.is_late(now));
    found.extend(late.map(|(invoice, owner)| late_payment(world, invoice, owner, now)));
    if let Some(Ok(income)) = income::income(world, now) {
        let mismatches = income.mismatches.iter();
        found.extend(mismatches.filter_map(|mismatch| mismatched(world, mismatch, now)));
    }
    for quota in world.quotas.values() {
        let about = About::Console(Text::line(format!("{} quota", quota.provider)));
        let (title, detail) = match (quota.closed(now), quota.is_scarce(now)) {
            (Some(until), _) if quota.failing => (
                format!("{} fails again and again", quota.provider),
                format!("asked again in {}", until.since(now)),
            ),
            (Some(until), _) => (
                format!("{} takes no more requests", quota.provider),
                format!("asked again in {}", until.since(now)),
            ),
            (None, true) => (
                format!(
                    "{} % of {}'s quota is used",
                    quota.used_percent(now),
                    quota.provider
                ),
                format!(
                    "{} of {} left, full in {}",
                    quota.left(now),
                    quota.limit,
                    quota.refill(now)
                ),
            ),
            (None, false) => continue,
        };
        found.push(concern(Severity::Warning, about, &title, &detail, quota.at));
    }
    for (provider, (since, text)) in &world.unread {
        let title = format!("{provider} cannot be read: figures of {provider} are old");
        let about = About::Console(Text::line(provider.to_string()));
        found.push(concern(Severity::Warning, about, &title, text, *since));
    }
}

fn concern(severity: Severity, about: About, title: &str, detail: &str, since: Time) -> Concern {
    Concern {
        severity,
        about,
        title: Text::line(title),
        detail: Text::line(detail),
        since,
        fix: None,
    }
}

/// No site can be seen from here.
fn blind(world: &World, now: Time) -> Concern {
    let since = world
        .pulses
        .values()
        .filter_map(|pulse| pulse.last_good)
        .max();
    concern(
        Severity::Warning,
        About::Console(Text::line("sites")),
        "no site can be seen from here",
        "every visit fails on the way: check this machine's own network",
        since.unwrap_or(now),
    )
}

fn down(world: &World, site: &Domain, now: Time) -> Option<Concern> {
    let pulse = world.pulses.get(site)?;
    let words = match pulse.last.as_ref().map(|last| &last.value.result) {
        Some(Err((_, words))) => words.to_string(),
        _ => String::new(),
    };
    // A service of the same address says it already.
    let watched = income::host_probed(world, site);
    if pulse.state(now) != ServiceState::Down || watched {
        return None;
    }
    let title = format!("{site} is down");
    Some(concern(
        Severity::Critical,
        About::Site(site.clone()),
        &title,
        &words,
        pulse.since,
    ))
}

fn late_payment(world: &World, invoice: &Invoice, owner: &Subscription, now: Time) -> Concern {
    let whose = owner
        .site
        .as_ref()
        .map_or_else(|| invoice.customer.to_string(), ToString::to_string);
    let (title, since) = match invoice.attempts {
        0 => (
            format!("payment of {whose} is late"),
            invoice.due_at.unwrap_or(invoice.created),
        ),
        1 => (format!("payment of {whose} failed"), invoice.created),
        attempts => (
            format!("payment of {whose} failed {attempts} times"),
            invoice.created,
        ),
    };
    let again = invoice.next_attempt.filter(|at| *at > now);
    let detail = match again {
        Some(at) => format!("{} open, tried again in {}", invoice.due, at.since(now)),
        None => format!("{} open, invoice {}", invoice.due, number(invoice)),
    };
    concern(
        Severity::Warning,
        about(world, owner.site.as_ref()),
        &title,
        &detail,
        since,
    )
}

fn number(invoice: &Invoice) -> &str {
    invoice.number.as_ref().unwrap_or(&invoice.id)
}

/// Where a concern of a site leads; to the console when the site is not in the books.
fn about(world: &World, site: Option<&Domain>) -> About {
    match site.filter(|site| world.sites.contains_key(*site)) {
        Some(site) => About::Site(site.clone()),
        None => About::Console(Text::line("revenue")),
    }
}

fn mismatched(world: &World, mismatch: &Mismatch, now: Time) -> Option<Concern> {
    let read = world.billing.read.unwrap_or(now);
    Some(match mismatch {
        // A dead site that is in the books is said by its own line.
        Mismatch::PaidButDead {
            site: Some(site), ..
        } if world.sites.contains_key(site) => return None,
        Mismatch::PaidButDead { subscription, site } => {
            let what = site
                .as_ref()
                .map_or_else(|| "no site".to_owned(), ToString::to_string);
            concern(
                Severity::Warning,
                about(world, None),
                &format!("{what} is paid for and not there"),
                &format!("subscription {subscription}: end it at Stripe, or make the site again"),
                read,
            )
        }
        Mismatch::AliveButUnpaid { site } => concern(
            Severity::Warning,
            about(world, Some(site)),
            &format!("{site} is served and nobody pays for it"),
            "no subscription of it is active: begin one at Stripe, suspend the site or remove it",
            read,
        ),
    })
}
