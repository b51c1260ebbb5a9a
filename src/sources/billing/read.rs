//! From the payment provider's objects to those of the world. Pure.

use std::collections::BTreeMap;

use drivers::provider::stripe::{
    self, BalanceKind, BalanceTransaction, InvoiceStatus as Stands, SubscriptionStatus as Status,
};
use vocab::{AffiliateName, Currency, Decimal, Domain, Money, Text};
use world::money::{
    Invoice, InvoiceStatus, Movement, MovementKind, Subscription, SubscriptionStatus,
};

use super::Account;

/// Weeks and days of a month: a twelfth of a year's.
const WEEKS: Decimal = Decimal::from_parts(52, 0, 0, false, 0);
const DAYS: Decimal = Decimal::from_parts(365, 0, 0, false, 0);
const MONTHS: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

/// A subscription; `None` for one that is not ours, or of no customer.
pub(super) fn subscription(
    found: &stripe::Subscription,
    account: &Account,
) -> Option<Subscription> {
    let note = |name: &str| found.metadata.get(name);
    let (name, value) = &account.installation;
    note(name).filter(|note| *note == value.as_str())?;
    let status = match &found.status {
        Status::Incomplete => SubscriptionStatus::Incomplete,
        Status::IncompleteExpired => SubscriptionStatus::IncompleteExpired,
        Status::Trialing => SubscriptionStatus::Trialing,
        Status::Active => SubscriptionStatus::Active,
        Status::PastDue => SubscriptionStatus::PastDue,
        Status::Canceled => SubscriptionStatus::Canceled,
        Status::Unpaid => SubscriptionStatus::Unpaid,
        Status::Paused => SubscriptionStatus::Paused,
        Status::Other(_) => SubscriptionStatus::Unknown,
    };
    // While the site is suspended nothing is collected, whatever the subscription is called.
    let suspended = found.pause_collection.is_some();
    let status = match status {
        SubscriptionStatus::Active | SubscriptionStatus::PastDue if suspended => {
            SubscriptionStatus::Paused
        }
        status => status,
    };
    let ended = found.ended_at.or(found.canceled_at);
    Some(Subscription {
        id: Text::line(found.id.as_str()),
        customer: Text::line(found.customer.as_ref()?.as_str()),
        site: note(account.site).and_then(|site| Domain::new(site).ok()),
        affiliate: note(account.affiliate).and_then(|name| AffiliateName::new(name).ok()),
        status,
        monthly: monthly(found)?,
        started: found.created.unwrap_or_default(),
        ended: ended.filter(|_| found.status.is_over()),
    })
}

/// What it brings a month; `None` of prices in two currencies, or in tiers.
fn monthly(found: &stripe::Subscription) -> Option<Money> {
    let currency = found
        .items
        .first()
        .map_or(Currency::USD, |item| item.price.currency);
    let mut sum = Money::zero(currency);
    for item in &found.items {
        let price = Money::from_smallest(item.price.unit_amount?, item.price.currency);
        let due = price
            .checked_mul(Decimal::from(item.quantity.unwrap_or(1)))
            .ok()?;
        sum = sum.checked_add(a_month(due, &item.price)?).ok()?;
    }
    Some(sum)
}

/// What is due every so often, as so much a month; a single payment recurs not at all.
fn a_month(due: Money, price: &stripe::Price) -> Option<Money> {
    let Some(recurring) = &price.recurring else {
        return Some(Money::zero(due.currency));
    };
    let every = Decimal::from(recurring.interval_count.max(1));
    let factor = match recurring.interval.as_str() {
        "day" => DAYS.checked_div(MONTHS)?,
        "week" => WEEKS.checked_div(MONTHS)?,
        "year" => Decimal::ONE.checked_div(MONTHS)?,
        _ => Decimal::ONE,
    };
    due.checked_mul(factor.checked_div(every)?).ok()
}

/// An invoice; `None` for one without a customer.
pub(super) fn invoice(found: &stripe::Invoice) -> Option<Invoice> {
    let status = match &found.status {
        Some(Stands::Draft) | None => InvoiceStatus::Draft,
        Some(Stands::Open) => InvoiceStatus::Open,
        Some(Stands::Paid) => InvoiceStatus::Paid,
        Some(Stands::Uncollectible) => InvoiceStatus::Uncollectible,
        Some(Stands::Void) => InvoiceStatus::Void,
        Some(Stands::Other(_)) => InvoiceStatus::Unknown,
    };
    Some(Invoice {
        id: Text::line(found.id.as_str()),
        number: found.number.clone(),
        customer: Text::line(found.customer.as_ref()?.as_str()),
        status,
        due: found.due(),
        paid: found.paid(),
        elsewhere: found.paid_elsewhere(),
        created: found.created.unwrap_or_default(),
        paid_at: found.status_transitions.paid_at,
        due_at: found.due_date,
        attempts: found.attempt_count,
        next_attempt: found.next_payment_attempt,
    })
}

/// Movements that customers made; `charges` says who paid a charge that is known already, since a refund does not say it.
pub(super) fn movements(
    found: &[BalanceTransaction],
    charges: &BTreeMap<Text, Text>,
) -> Vec<Movement> {
    let mut payers = charges.clone();
    for one in found {
        if let Some(source) = &one.source
            && let Some(customer) = &source.customer
        {
            payers.insert(
                Text::line(source.id.as_str()),
                Text::line(customer.as_str()),
            );
        }
    }
    found
        .iter()
        .filter_map(|one| movement(one, &payers))
        .collect()
}

fn movement(found: &BalanceTransaction, payers: &BTreeMap<Text, Text>) -> Option<Movement> {
    let kind = match found.kind {
        BalanceKind::Charge | BalanceKind::Payment => MovementKind::Charge,
        // An adjustment is a dispute: money taken back by the customer's bank, or given again.
        BalanceKind::Refund | BalanceKind::PaymentRefund | BalanceKind::Adjustment => {
            MovementKind::Refund
        }
        BalanceKind::Payout | BalanceKind::StripeFee | BalanceKind::Other(_) => return None,
    };
    let source = found.source.as_ref()?;
    let charge = source.charge.as_ref().unwrap_or(&source.id);
    let charge = Text::line(charge.as_str());
    let gross = found.gross();
    Some(Movement {
        id: Text::line(found.id.as_str()),
        kind,
        gross: match kind {
            MovementKind::Charge => gross,
            MovementKind::Refund => Money::new(-gross.amount, gross.currency),
        },
        fee: found.fees(),
        customer: payers.get(&charge)?.clone(),
        charge,
        at: found.created.unwrap_or_default(),
    })
}
