//! Subscriptions, and what recurs by Stripe's definitions
//! (<https://docs.stripe.com/billing/subscriptions/analytics/glossary>).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vocab::{AffiliateName, Decimal, Domain, Money, MoneyError, Span, Text, Time};

use super::Terms;

/// The state of a subscription, as Stripe names it (<https://docs.stripe.com/api/subscriptions/object>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// The first invoice waits for its payment.
    Incomplete,
    /// The first invoice was never paid.
    IncompleteExpired,
    /// Nothing is charged yet.
    Trialing,
    /// Paid.
    Active,
    /// The newest invoice is not paid; the payment is tried again.
    PastDue,
    /// Ended.
    Canceled,
    /// Every try failed; no payment is tried any more.
    Unpaid,
    /// Waits for a payment method after a trial.
    Paused,
    /// A state that is newer than this program: counted as neither paying nor ended.
    #[serde(other)]
    Unknown,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The provider's id.
    pub id: Text,
    /// The provider's id of the customer, who is one subscriber however many subscriptions it has.
    pub customer: Text,
    /// The site it pays for, as far as that is known.
    pub site: Option<Domain>,
    /// Whose site.
    pub affiliate: Option<AffiliateName>,
    /// Its state.
    pub status: SubscriptionStatus,
    /// What it brings in a month, without tax. It is taken to have been the same from the beginning.
    pub monthly: Money,
    /// When it began to be paid.
    pub started: Time,
    /// When it was canceled or given up as unpaid; `None` before.
    pub ended: Option<Time>,
}

impl Subscription {
    /// Whether it counts as recurring: paid or past due, and not free.
    pub fn is_active(&self) -> bool {
        matches!(
            self.status,
            SubscriptionStatus::Active | SubscriptionStatus::PastDue
        ) && !self.monthly.amount.is_zero()
    }

    /// Whether it counted as recurring at an earlier moment.
    fn was_active(&self, at: Time) -> bool {
        let ended = match self.status {
            SubscriptionStatus::Canceled | SubscriptionStatus::Unpaid => {
                self.ended.is_none_or(|ended| ended <= at)
            }
            _ => !self.is_active(),
        };
        self.started <= at && !ended && !self.monthly.amount.is_zero()
    }
}

/// The window of churn and growth: 30 days.
pub const CHURN_WINDOW: Span = Span::days(30);

/// What recurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// Monthly recurring revenue: of all subscriptions that are paid or past due.
    pub mrr: Money,
    /// Customers with such a subscription.
    pub subscribers: usize,
    /// The part of `mrr` that is past due.
    pub past_due: Money,
    /// Subscriptions that are past due.
    pub past_due_count: usize,
    /// What came to `mrr` within the window.
    pub gained: Money,
    /// What went from it.
    pub lost: Money,
    /// Subscribers lost within the window, in hundredths of those at its beginning and those that came; `None` when
    /// there were none.
    pub churn: Option<Decimal>,
}

impl Recurring {
    /// How much `mrr` grew within the window, in hundredths of what it was; `None` when there was nothing.
    pub fn growth(&self) -> Option<Decimal> {
        let before = self
            .mrr
            .checked_sub(self.gained)
            .and_then(|money| money.checked_add(self.lost))
            .ok()?;
        let change = self.mrr.checked_sub(before).ok()?;
        (change.amount * Decimal::ONE_HUNDRED).checked_div(before.amount)
    }
}

/// What recurs at `now`, and how that changed within [`CHURN_WINDOW`]; fails on an amount without a rate.
pub fn recurring(
    subscriptions: &[Subscription],
    terms: &Terms,
    now: Time,
) -> Result<Recurring, MoneyError> {
    let then = now - CHURN_WINDOW;
    let sum = |counts: &dyn Fn(&Subscription) -> bool| {
        subscriptions
            .iter()
            .filter(|subscription| counts(subscription))
            .try_fold(Money::zero(terms.currency()), |sum, subscription| {
                sum.checked_add(terms.exchanged(subscription.monthly)?)
            })
    };
    let customers = |counts: &dyn Fn(&Subscription) -> bool| -> BTreeSet<&Text> {
        subscriptions
            .iter()
            .filter(|subscription| counts(subscription))
            .map(|subscription| &subscription.customer)
            .collect()
    };
    let is_past_due =
        |one: &Subscription| one.status == SubscriptionStatus::PastDue && one.is_active();
    // One that came and went within the window came, and went.
    let was_within = |one: &Subscription| {
        one.started > then
            && one.started <= now
            && (one.is_active()
                || one
                    .ended
                    .is_some_and(|ended| one.was_active(ended - Span::millis(1))))
    };
    let is_lost =
        |one: &Subscription| (one.was_active(then) || was_within(one)) && !one.is_active();
    let present = customers(&Subscription::is_active);
    let ever = customers(&|one| one.was_active(then) || was_within(one));
    let gone = ever.difference(&present).count();
    let churn = Decimal::from(gone * 100).checked_div(Decimal::from(ever.len()));
    Ok(Recurring {
        mrr: sum(&Subscription::is_active)?,
        subscribers: present.len(),
        past_due: sum(&is_past_due)?,
        past_due_count: subscriptions.iter().filter(|one| is_past_due(one)).count(),
        gained: sum(&was_within)?,
        lost: sum(&is_lost)?,
        churn,
    })
}
