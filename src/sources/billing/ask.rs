//! One turn at the payment provider.

use std::collections::{BTreeMap, BTreeSet};

use drivers::provider::stripe::{BalanceFilter, Event, InvoiceFilter};
use drivers::provider::{Fault, ObjectId};
use vocab::{Month, Span, Text, Time};
use world::money::{Billing, BillingChange, MovementKind};

use super::mark::Mark;
use super::{Account, EVERY, Trouble, is_young, read};
use crate::keeper::Keeper;

/// How often everything is read although events say what changed.
const WHOLE_EVERY: Span = Span::hours(6);

/// So many months before the present one are read at the first time: a year's course, and the month it is held against.
const MONTHS: u32 = 12;

/// So far back everything is read later on: nothing older changes but by an event.
const LOOKED_BACK: Span = Span::days(62);

/// More objects than this are read as a list.
const MOST_ONE_BY_ONE: usize = 20;

/// Movements are asked for from so long before the newest known one.
const SETTLES: Span = Span::hours(2);

/// What changed since the last look of any process; `None` when nothing is to be told.
pub(super) async fn turn(
    account: &Account,
    keeper: &dyn Keeper,
    now: Time,
) -> Result<Option<BillingChange>, Trouble> {
    let (known, text) = keeper.billing().await.map_err(Trouble::Memory)?;
    if is_young(known.read, EVERY, now) {
        // Another process has just read it: what it kept is told as a whole.
        return Ok(Some(told(&known)));
    }
    let mut mark = Mark::read(text.as_deref());
    let change = match mark.whole {
        Some(whole) if now.since(whole) < WHOLE_EVERY => {
            since_then(account, &known, &mut mark, now).await?
        }
        before => everything(account, &known, &mut mark, before, now).await?,
    };
    let kept = keeper.keep_billing(&change, &mark.text()).await;
    kept.map_err(Trouble::Memory)?;
    Ok(Some(change))
}

/// All that is known, as a look at it.
fn told(known: &Billing) -> BillingChange {
    BillingChange {
        subscriptions: known.subscriptions.values().cloned().collect(),
        invoices: known.invoices.values().cloned().collect(),
        movements: known.movements.values().cloned().collect(),
        since: known.since,
        read: known.read.unwrap_or_default(),
    }
}

/// Everything of ours: of the last year the first time, of the last weeks later on.
async fn everything(
    account: &Account,
    known: &Billing,
    mark: &mut Mark,
    before: Option<Time>,
    now: Time,
) -> Result<BillingChange, Trouble> {
    let stripe = &account.stripe;
    // Events first: what happens while the lists are read is asked for again.
    let asked_from = if before.is_some() {
        mark.from()
    } else {
        now - Span::hours(1)
    };
    take(&stripe.events(asked_from).await?, mark, now);
    let since = match before {
        Some(_) => now - LOOKED_BACK,
        None => Month::of(now).back(MONTHS).begins(),
    };
    let mut change = BillingChange {
        since: before.is_none().then_some(since),
        read: now,
        ..BillingChange::default()
    };
    let subscriptions = stripe.subscriptions(None).await?;
    change.subscriptions = subscriptions
        .iter()
        .filter_map(|one| read::subscription(one, account))
        .collect();
    let filter = InvoiceFilter {
        since: Some(since),
        ..InvoiceFilter::default()
    };
    let invoices = stripe.invoices(&filter).await?;
    change.invoices = invoices.iter().filter_map(read::invoice).collect();
    movements(account, known, mark, since, &mut change).await?;
    only_ours(&mut change, known);
    mark.whole = Some(now);
    Ok(change)
}

/// What events since the last look speak of, read anew: an event says that something changed, not what it is now.
async fn since_then(
    account: &Account,
    known: &Billing,
    mark: &mut Mark,
    now: Time,
) -> Result<BillingChange, Trouble> {
    let stripe = &account.stripe;
    let mut change = BillingChange {
        read: now,
        ..BillingChange::default()
    };
    let events = stripe.events(mark.from()).await?;
    let new = take(&events, mark, now);
    if new.is_empty() {
        return Ok(change);
    }
    let of = |kind: &str| -> BTreeSet<&ObjectId> {
        let of_kind = new.iter().filter(|event| event.data.object.object == kind);
        of_kind
            .filter_map(|event| event.data.object.id.as_ref())
            .collect()
    };
    let (subscriptions, invoices) = (of("subscription"), of("invoice"));
    if subscriptions.len() + invoices.len() > MOST_ONE_BY_ONE {
        let whole = mark.whole;
        return everything(account, known, mark, whole, now).await;
    }
    for id in subscriptions {
        match stripe.subscription(id).await {
            Ok(found) => change
                .subscriptions
                .extend(read::subscription(&found, account)),
            Err(error) if error.fault == Fault::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    for id in invoices {
        match stripe.invoice(id).await {
            Ok(found) => change.invoices.extend(read::invoice(&found)),
            // A draft may be deleted.
            Err(error) if error.fault == Fault::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    let moved = mark.moved - SETTLES;
    movements(account, known, mark, moved, &mut change).await?;
    only_ours(&mut change, known);
    Ok(change)
}

/// The events that were not taken in before.
fn take<'a>(events: &'a [Event], mark: &mut Mark, now: Time) -> Vec<&'a Event> {
    let at = |event: &Event| event.created.unwrap_or_default();
    let new = mark.take(events.iter().map(|event| (event.id.as_str(), at(event))));
    if mark.newest == Time::default() {
        mark.newest = now - Span::hours(1);
    }
    let from = mark.from();
    let asked_again = events.iter().filter(|event| at(event) >= from);
    let asked_again = asked_again
        .map(|event| Text::line(event.id.as_str()))
        .collect();
    mark.keep_only(&asked_again);
    events
        .iter()
        .filter(|event| new.contains(&event.id.as_str()))
        .collect()
}

/// Movements of the balance from a moment on.
async fn movements(
    account: &Account,
    known: &Billing,
    mark: &mut Mark,
    since: Time,
    change: &mut BillingChange,
) -> Result<(), Trouble> {
    let filter = BalanceFilter {
        since: Some(since),
        ..BalanceFilter::default()
    };
    let found = account.stripe.balance_transactions(&filter).await?;
    let newest = found.iter().filter_map(|one| one.created).max();
    mark.moved = mark.moved.max(newest.unwrap_or(since));
    let charges: BTreeMap<Text, Text> = known
        .movements
        .values()
        .filter(|one| one.kind == MovementKind::Charge)
        .map(|one| (one.charge.clone(), one.customer.clone()))
        .collect();
    change.movements = read::movements(&found, &charges);
    Ok(())
}

/// Leaves out what other customers of the account pay for.
fn only_ours(change: &mut BillingChange, known: &Billing) {
    let all = known.subscriptions.values().chain(&change.subscriptions);
    let ours: BTreeSet<Text> = all.map(|one| one.customer.clone()).collect();
    change.invoices.retain(|one| ours.contains(&one.customer));
    change.movements.retain(|one| ours.contains(&one.customer));
}
