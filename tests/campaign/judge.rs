//! The judge: what the providers themselves say is there, and what should be.

use serde_json::Value;
use vocab::Text;

/// What of one site is at the providers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// Servers with the campaign's labels.
    pub servers: usize,
    /// Records with the campaign's comment.
    pub records: usize,
    /// Customers with the campaign's notes.
    pub customers: usize,
    /// Subscriptions that go on.
    pub subscriptions: usize,
    /// What was there before, and is no business of ours.
    pub foreign: usize,
}

/// Reads the sandbox's inventory.
pub fn left(inventory: &Value) -> Left {
    let text = |value: &Value| value.to_string();
    let list = |provider: &str, kind: &str| -> Vec<Value> {
        inventory[provider][kind]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    let ours = |value: &Value| text(value).contains(super::INSTALLATION);
    let count = |values: &[Value]| values.iter().filter(|value| ours(value)).count();
    let servers = list("hetzner", "servers");
    let records = list("cloudflare", "dns_records");
    let customers = list("stripe", "customers");
    let subscriptions: Vec<Value> = list("stripe", "subscriptions")
        .into_iter()
        .filter(|subscription| subscription["status"] != "canceled")
        .collect();
    let foreign = [&servers, &records, &customers, &subscriptions]
        .iter()
        .map(|values| {
            values
                .iter()
                .filter(|value| text(value).contains("stranger"))
                .count()
        })
        .sum();
    Left {
        servers: count(&servers),
        records: count(&records),
        customers: count(&customers),
        subscriptions: count(&subscriptions),
        foreign,
    }
}

/// Whether what is left is what the end of a run promises; else what is wrong.
pub fn verdict(left: &Left, expected: &Left) -> Result<(), Text> {
    if left == expected {
        return Ok(());
    }
    Err(Text::line(format!("left {left:?}, expected {expected:?}")))
}
