//! Money: what comes in, what of it is left, and what is in danger. Pure: entries, terms and moments in, figures out.
//!
//! Flow: what the payment provider said ([`Billing`]) and prices of servers → [`LedgerEntry`] (known), and [`estimate`] for
//! what is not reported yet → [`complete`] → [`Statement`] of the whole, a site, an affiliate, a node or a month. Beside it
//! subscriptions → [`recurring`], and with the state of sites → [`reconcile`].
//!
//! Every figure is in the currency of the price. What is in another one is exchanged at the one rate of the [`Terms`];
//! without a rate the net is unknown, never guessed.

mod billing;
mod estimate;
mod ledger;
mod reconcile;
mod statement;
mod subscription;
mod terms;

pub use billing::{Billing, BillingChange, Invoice, InvoiceStatus, Movement, MovementKind, Placed};
pub use estimate::{Hosted, complete, estimate};
pub use ledger::{EntryKind, LedgerEntry, Source};
pub use reconcile::{HOURS_OF_MONTH, Mismatch, Standing, at_risk, reconcile};
pub use statement::{Certainty, Statement, by_affiliate, by_node, by_site, trend};
pub use subscription::{CHURN_WINDOW, Recurring, Subscription, SubscriptionStatus, recurring};
pub use terms::{Exchange, Terms};

#[cfg(test)]
mod tests;
