//! The judge: what the providers themselves say is there, and what should be.

use serde_json::Value;
use vocab::Text;

/// What is at the providers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// Servers with our labels.
    pub servers: usize,
    /// Records with our comment.
    pub records: usize,
    /// Customers with our notes.
    pub customers: usize,
    /// Subscriptions that go on.
    pub subscriptions: usize,
    /// What was there before, and is no business of ours.
    pub foreign: usize,
}

/// How many objects of strangers there are from the start.
pub const STRANGERS: usize = 4;

impl Left {
    /// What should be there when no site of ours is: the strangers' alone.
    pub fn nothing() -> Self {
        Self {
            foreign: STRANGERS,
            ..Self::default()
        }
    }

    /// What should be there when so many sites of ours are.
    pub fn sites(count: usize) -> Self {
        Self {
            servers: count,
            records: count,
            customers: count,
            subscriptions: count,
            ..Self::nothing()
        }
    }
}

fn list(inventory: &Value, provider: &str, kind: &str) -> Vec<Value> {
    inventory[provider][kind]
        .as_array()
        .cloned()
        .unwrap_or_default()
        .into_iter()
        .filter(|object| kind != "subscriptions" || object["status"] != "canceled")
        .collect()
}

fn holds(value: &Value, word: &str) -> bool {
    value.to_string().contains(word)
}

/// The objects of a kind that carry our mark; of subscriptions those that go on.
pub fn ours(inventory: &Value, provider: &str, kind: &str) -> Vec<Value> {
    let mut found = list(inventory, provider, kind);
    found.retain(|object| holds(object, crate::INSTALLATION));
    found
}

/// Reads the sandbox's inventory.
pub fn left(inventory: &Value) -> Left {
    let kinds = [
        ("hetzner", "servers"),
        ("cloudflare", "dns_records"),
        ("stripe", "customers"),
        ("stripe", "subscriptions"),
    ];
    let [servers, records, customers, subscriptions] =
        kinds.map(|(provider, kind)| ours(inventory, provider, kind).len());
    let foreign = kinds.map(|(provider, kind)| {
        let all = list(inventory, provider, kind);
        all.iter().filter(|one| holds(one, "stranger")).count()
    });
    Left {
        servers,
        records,
        customers,
        subscriptions,
        foreign: foreign.iter().sum(),
    }
}

/// Whether what is left is what the end of a run promises; else what is wrong.
pub fn verdict(left: &Left, expected: &Left) -> Result<(), Text> {
    if left == expected {
        return Ok(());
    }
    Err(Text::line(format!("left {left:?}, expected {expected:?}")))
}
