//! F06: everything done twice is the same as done once.

use std::sync::Arc;

use faults::yard::{Stops, Yard};
use saga::Step;
use vocab::RollbackLevel;

use crate::bent::{Bend, Bent};
use crate::scene::{DEPLOY, check, for_each, gone, whole};

fn twice(_: usize, inner: Arc<dyn Step>) -> Arc<dyn Step> {
    Arc::new(Bent {
        inner,
        bend: Bend::Twice,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_twice_is_there_once() {
    let yard = Yard::open().await.unwrap();
    for wish in [
        yard.deployment("shop.example.com", RollbackLevel::Full),
        yard.release("shop.example.com"),
    ] {
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let ended = yard.carry_on(&run, &Stops::default(), &twice).await;
        whole(&yard, &ended.unwrap(), "twice").await;
    }
    let removal = yard.removal("shop.example.com").unwrap();
    let run = yard.begin(&removal).await.unwrap();
    let ended = yard.carry_on(&run, &Stops::default(), &twice).await;
    assert_eq!(ended.unwrap().state, world::RunState::Verified);
    check(&yard.providers.left().await.unwrap(), 0, "twice removed");
}

/// From the last step back, each one refused so that all before it, which were done twice, are taken back twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_twice_is_gone() {
    for_each(0..DEPLOY.len(), |yard, refused| async move {
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let around = |index: usize, inner: Arc<dyn Step>| -> Arc<dyn Step> {
            let bend = if index == refused {
                Bend::Refused
            } else {
                Bend::Twice
            };
            Arc::new(Bent { inner, bend })
        };
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        gone(&yard, &ended.unwrap(), DEPLOY[refused]).await;
    })
    .await;
}
