//! F09: somebody deletes an object at the provider in the middle of a run.

use std::sync::Arc;

use faults::judge::Left;
use faults::providers::Providers;
use faults::yard::Stops;
use vocab::RollbackLevel;
use world::RunState;

use crate::bent::{Bend, Hand, only};
use crate::scene::{DEPLOY, for_each, gone};

/// What is deleted: provider, the inventory's kind, the step that made it.
const OBJECTS: [(&str, &str, &str); 4] = [
    ("hetzner", "servers", "server"),
    ("cloudflare", "dns_records", "record"),
    ("stripe", "customers", "customer"),
    ("stripe", "subscriptions", "subscription"),
];

/// Deletes all of ours of a kind, as a person would in the provider's own console.
fn deleting(providers: &Arc<Providers>, provider: &'static str, kind: &'static str) -> Hand {
    let providers = providers.clone();
    Arc::new(move || {
        let providers = providers.clone();
        Box::pin(async move {
            for object in providers.ours(provider, kind).await.unwrap() {
                let id = object["id"].to_string().replace('"', "");
                let path = if kind == "dns_records" {
                    format!("/zones/{}/{kind}/{id}", providers.zone().await.unwrap())
                } else {
                    format!("/{kind}/{id}")
                };
                providers.ask(provider, "DELETE", &path, "").await.unwrap();
            }
        })
    })
}

fn position(step: &str) -> usize {
    DEPLOY.iter().position(|name| *name == step).unwrap()
}

/// Before every later step, on the way forward: the run ends, one way or the other, and what is left is in the books.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_by_hand_in_the_middle_hangs_nothing() {
    let cases = OBJECTS.into_iter().flat_map(|object| {
        (position(object.2) + 1..DEPLOY.len()).map(move |before| (object, before))
    });
    for_each(cases, |yard, ((provider, kind, made), before)| async move {
        let case = format!("{made} deleted before {}", DEPLOY[before]);
        let hand = deleting(&yard.providers, provider, kind);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let around = only(before, Bend::Before(hand));
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        let left = yard.providers.left().await.unwrap();
        match ended.state {
            RunState::RolledBack => assert_eq!(left, Left::nothing(), "{case}"),
            // Nobody looked at it again: the site is in the books without it, where reconciling sees it.
            RunState::Verified => {
                assert_eq!(yard.store.sites().await.unwrap().len(), 1, "{case}");
                // A removal of what is half there ends well.
                let removal = yard.removal("shop.example.com").unwrap();
                let removed = yard.fulfil(&removal).await.unwrap();
                assert_eq!(
                    removed.state,
                    RunState::Verified,
                    "{case}: {:?}",
                    removed.end
                );
                assert_eq!(
                    yard.providers.left().await.unwrap(),
                    Left::nothing(),
                    "{case}"
                );
            }
            other => panic!("{case}: {other:?}"),
        }
    })
    .await;
}

/// What is gone already when it is to be taken back is as good as taken back.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_by_hand_is_taken_back_already() {
    for_each(OBJECTS, |yard, (provider, kind, made)| async move {
        let hand = deleting(&yard.providers, provider, kind);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let around = |at: usize, inner| {
            let inner = only(DEPLOY.len() - 1, Bend::Refused)(at, inner);
            only(position(made), Bend::BeforeUndo(hand.clone()))(at, inner)
        };
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        gone(&yard, &ended.unwrap(), made).await;
    })
    .await;
}

/// Any of it, or all of it, is gone when the site is removed.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_of_what_is_gone_already_ends_well() {
    for_each(0..=OBJECTS.len(), |yard, which| async move {
        yard.site("shop.example.com").await.unwrap();
        let chosen = OBJECTS
            .iter()
            .enumerate()
            .filter(|(index, _)| which == OBJECTS.len() || *index == which);
        for (_, (provider, kind, _)) in chosen {
            deleting(&yard.providers, provider, kind)().await;
        }
        let removal = yard.removal("shop.example.com").unwrap();
        let removed = yard.fulfil(&removal).await.unwrap();
        assert_eq!(
            removed.state,
            RunState::Verified,
            "{which}: {:?}",
            removed.end
        );
        assert_eq!(
            yard.providers.left().await.unwrap(),
            Left::nothing(),
            "{which}"
        );
    })
    .await;
}
