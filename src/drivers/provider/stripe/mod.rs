//! Stripe (<https://docs.stripe.com/api>): customers, prices, subscriptions, invoices, balance, events.
//!
//! Every POST goes under the caller's idempotency key: after an unknown answer the same call with the same key is safe for
//! 23 hours, and brings the saved answer, a saved failure included. After that, and to be sure, list by customer and
//! compare metadata. Search is not used: it lags. Events are asked for, not listened to: this machine has no public
//! address, and what a webhook missed would have to be asked for all the same.
//!
//! Flow: method → form with brackets → [`Transport`](super::Transport) → `model` types. Lists walk their pages, at most 10,000 objects.

mod balance;
mod customers;
mod events;
mod failure;
mod form;
mod invoices;
mod model;
mod page;
mod prices;
mod subscriptions;
#[cfg(test)]
mod tests;

pub use balance::{BalanceFilter, BalanceKind, BalanceSource, BalanceTransaction};
pub use customers::{Customer, InvoiceSettings, NewCustomer, PaymentMethod};
pub use events::{Event, EventData, EventObject};
pub use invoices::{Invoice, InvoiceFilter, InvoiceStatus, StatusTransitions};
pub use model::Metadata;
pub use prices::{NewPrice, Price, Product, Recurring};
pub use subscriptions::{
    Collection, NewSubscription, PauseCollection, PausedInvoices, PaymentBehavior, Subscription,
    SubscriptionItem, SubscriptionNote, SubscriptionStatus,
};

use super::client::{Api, Client};
use super::dialect::Dialect;

/// The address of the real API.
pub const URL: &str = "https://api.stripe.com/v1";

/// An account of Stripe, live or test as its key says. Cheap to clone.
pub type Stripe = Client<StripeApi>;

/// How Stripe is spoken to.
pub enum StripeApi {}

impl Api for StripeApi {
    const DIALECT: &'static Dialect = &failure::DIALECT;
}
