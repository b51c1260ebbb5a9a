//! Subscriptions: begun, changed, renewed, ended. <https://docs.stripe.com/api/subscriptions>

mod change;
mod create;
mod renew;
mod shape;

use serde_json::Value;

/// Whether a subscription has ended for good.
pub fn is_over(subscription: &Value) -> bool {
    subscription["status"] == "canceled" || subscription["status"] == "incomplete_expired"
}
