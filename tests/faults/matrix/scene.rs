//! What all scenes need: yards by the dozen, and the judge's word.

use std::future::Future;

use faults::judge::Left;
use faults::yard::{Ended, Yard};
use futures::StreamExt;
use saga::{End, Undoing};
use serde_json::Value;
use world::RunState;

/// Scenes played side by side: a run mostly waits, for providers and for the disk.
const SIDE_BY_SIDE: usize = 12;

/// The steps of a deployment, as the journal names them, in order.
pub const DEPLOY: [&str; 13] = [
    "ssh key",
    "server",
    "host key",
    "base",
    "upload",
    "switch",
    "route",
    "record",
    "resolves",
    "answers",
    "customer",
    "subscription",
    "book",
];

/// The calls of a deployment that make something: provider, path.
pub const CREATES: [(&str, &str); 7] = [
    ("hetzner", "/ssh_keys"),
    ("hetzner", "/servers"),
    ("cloudflare", "/zones/*/dns_records"),
    ("stripe", "/customers"),
    ("stripe", "/products"),
    ("stripe", "/prices"),
    ("stripe", "/subscriptions"),
];

/// Plays a scene for each of the cases, several at a time, each in a yard of its own.
pub async fn for_each<C, F, T>(cases: impl IntoIterator<Item = C>, play: impl Fn(Yard, C) -> F)
where
    F: Future<Output = T>,
{
    futures::stream::iter(cases)
        .for_each_concurrent(SIDE_BY_SIDE, |case| async {
            play(Yard::open().await.unwrap(), case).await;
        })
        .await;
}

/// What is left is this many whole sites, and all of the strangers'.
#[track_caller]
pub fn check(left: &Left, sites: usize, case: &str) {
    assert_eq!(*left, Left::sites(sites), "{case}");
}

/// The deployment came to its end, and everything is there once.
pub async fn whole(yard: &Yard, ended: &Ended, case: &str) {
    assert_eq!(ended.state, RunState::Verified, "{case}: {:?}", ended.end);
    check(&yard.providers.left().await.unwrap(), 1, case);
}

/// The run was taken back, and nothing of it is left.
pub async fn gone(yard: &Yard, ended: &Ended, case: &str) {
    assert_eq!(ended.state, RunState::RolledBack, "{case}: {:?}", ended.end);
    check(&yard.providers.left().await.unwrap(), 0, case);
}

/// Either of the two: all or nothing.
pub async fn whole_or_gone(yard: &Yard, ended: &Ended, case: &str) {
    if ended.state == RunState::Verified {
        whole(yard, ended, case).await;
    } else {
        gone(yard, ended, case).await;
    }
}

/// The steps that an operator must see to, by the journal's names; none is silent.
pub async fn stuck(yard: &Yard, ended: &Ended) -> Vec<String> {
    let End::NeedsOperator { stuck, .. } = &ended.end else {
        panic!("{:?}", ended.end);
    };
    let (_, records) = saga::Journal::load(&yard.store, ended.run.id())
        .await
        .unwrap();
    stuck
        .iter()
        .map(|index| {
            let Undoing::Stuck(why) = &records[*index].undo else {
                panic!("{:?}", records[*index]);
            };
            assert!(!why.is_empty(), "a reason");
            DEPLOY[*index].to_owned()
        })
        .collect()
}

/// A rule of the sandbox for one call of a deployment.
pub fn rule((provider, path): (&str, &str), method: &str, more: &Value) -> Value {
    let mut rule = serde_json::json!({ "provider": provider, "path": path, "method": method });
    for (name, value) in more.as_object().into_iter().flatten() {
        rule[name] = value.clone();
    }
    Value::Array(vec![rule])
}
