//! What is paid against what is there: sites that are paid for and dead, sites that are alive and not paid for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use vocab::{Decimal, Domain, Money, MoneyError, Text};

use super::{Subscription, SubscriptionStatus, Terms};

/// Whether a site does what is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// It answers.
    Alive,
    /// It does not.
    Dead,
    /// Nobody can tell just now. Nothing is concluded from that.
    Unknown,
}

/// Hours of a month: a twelfth of 365 days.
pub const HOURS_OF_MONTH: u32 = 730;

/// A difference between what is paid and what is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mismatch {
    /// A customer pays for what is not there.
    PaidButDead {
        /// The provider's id of the subscription.
        subscription: Text,
        /// The site; `None` when the subscription names none.
        site: Option<Domain>,
    },
    /// A site is served that nobody pays for.
    AliveButUnpaid {
        /// The site.
        site: Domain,
    },
}

/// The differences between subscriptions and sites. A site that is not in `sites` is none: whoever pays for it pays for
/// nothing. A trial is as good as paid; a past-due one is still being collected.
pub fn reconcile(
    subscriptions: &[Subscription],
    sites: &BTreeMap<Domain, Standing>,
) -> BTreeSet<Mismatch> {
    let dead = subscriptions
        .iter()
        .filter(|one| is_paid_but_dead(one, sites))
        .map(|one| Mismatch::PaidButDead {
            subscription: one.id.clone(),
            site: one.site.clone(),
        });
    let paid: BTreeSet<&Domain> = subscriptions
        .iter()
        .filter(|one| {
            // What a state nobody knows means for a site is not known either.
            one.is_active()
                || matches!(
                    one.status,
                    SubscriptionStatus::Trialing | SubscriptionStatus::Unknown
                )
        })
        .filter_map(|one| one.site.as_ref())
        .collect();
    let unpaid = sites
        .iter()
        .filter(|(site, standing)| **standing == Standing::Alive && !paid.contains(site))
        .map(|(site, _)| Mismatch::AliveButUnpaid { site: site.clone() });
    dead.chain(unpaid).collect()
}

fn is_paid_but_dead(one: &Subscription, sites: &BTreeMap<Domain, Standing>) -> bool {
    let standing = one.site.as_ref().and_then(|site| sites.get(site));
    one.is_active() && matches!(standing, None | Some(Standing::Dead))
}

/// The revenue an hour that is in danger: of every subscription that is past due, or paid for a site that is dead. Each
/// counts once. Fails on an amount without a rate.
pub fn at_risk(
    subscriptions: &[Subscription],
    sites: &BTreeMap<Domain, Standing>,
    terms: &Terms,
) -> Result<Money, MoneyError> {
    let monthly = subscriptions
        .iter()
        .filter(|one| {
            one.is_active()
                && (one.status == SubscriptionStatus::PastDue || is_paid_but_dead(one, sites))
        })
        .try_fold(Money::zero(terms.currency()), |sum, one| {
            sum.checked_add(terms.exchanged(one.monthly)?)
        })?;
    Ok(Money::new(
        monthly.amount / Decimal::from(HOURS_OF_MONTH),
        monthly.currency,
    ))
}
