//! What an operator decides of what could neither be taken back nor done: retry, removed, kept; and what is believed.

use std::sync::Arc;
use std::time::Duration;

use faults::judge::Left;
use faults::parts::Books;
use faults::yard::{Ended, Stops, Yard, as_they_are};
use vocab::{RollbackLevel, Span, Text};
use world::{LeftOver, Refusal, RefusalKind, RunState, WayOut};

use crate::bent::{Bend, only};
use crate::scene::{DEPLOY, for_each};

/// A deployment that was taken back but for its server.
async fn stuck_server(yard: &mut Yard) -> Ended {
    yard.pace.budget = Span::millis(150);
    let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
    let run = yard.begin(&wish.unwrap()).await.unwrap();
    let (server, last) = (1, DEPLOY.len() - 1);
    let around = |at: usize, inner| {
        if at == last {
            only(last, Bend::Refused)(at, inner)
        } else {
            only(server, Bend::Kept)(at, inner)
        }
    };
    let ended = yard.carry_on(&run, &Stops::default(), &around).await;
    let ended = ended.unwrap();
    assert_eq!(ended.state, RunState::NeedsOperator, "{:?}", ended.end);
    ended
}

/// Whether the way out may be taken, and what it keeps.
async fn may_leave(yard: &Yard, ended: &Ended, way: &WayOut) -> Result<Vec<LeftOver>, Refusal> {
    let order = ended.run.plan.order().unwrap();
    let books = Arc::new(Books(yard.store.clone()));
    let untold: Arc<dyn Fn(saga::Progress) + Send + Sync> = Arc::new(|_| {});
    let steps = hosting::steps(&ended.run.plan, order, &yard.ends, books, &untold);
    hosting::may_leave(&ended.run.plan, &steps, &yard.store, way).await
}

/// Takes it, and carries the run on with the steps as they are.
async fn leave(yard: &Yard, ended: &Ended, way: &WayOut) -> Ended {
    let now = drivers::clock::now();
    saga::stuck::release(ended.run.id(), &yard.store, &hosting::way(way), now)
        .await
        .unwrap();
    yard.carry_on(&ended.run, &Stops::default(), &as_they_are)
        .await
        .unwrap()
}

fn keep(why: &str) -> WayOut {
    WayOut::Keep(Text::line(why))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_could_not_be_taken_back_has_three_ways_out() {
    for_each(["retry", "removed", "keep"], |mut yard, name| async move {
        let ended = stuck_server(&mut yard).await;
        let server = yard.providers.ours("hetzner", "servers").await.unwrap()[0].clone();
        let way = match name {
            "retry" => WayOut::Retry,
            "removed" => WayOut::Removed,
            _ => keep("the customer takes it over"),
        };
        if name == "removed" {
            let early = may_leave(&yard, &ended, &way).await.unwrap_err();
            assert_eq!(early.kind, RefusalKind::Conflict);
            assert!(early.text.contains("still there"), "{early:?}");
            let path = format!("/servers/{}", server["id"]);
            yard.providers
                .ask("hetzner", "DELETE", &path, "")
                .await
                .unwrap();
            // The provider takes a moment to remove it.
            let gone = async {
                while !yard
                    .providers
                    .ours("hetzner", "servers")
                    .await
                    .unwrap()
                    .is_empty()
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let deadline = Duration::from_secs(20);
            tokio::time::timeout(deadline, gone).await.unwrap();
        }
        let kept = may_leave(&yard, &ended, &way).await.unwrap();
        assert_eq!(kept.len(), usize::from(name == "keep"), "{kept:?}");
        if let Some(kept) = kept.first() {
            assert_eq!(kept.kind, "server");
            assert_eq!(kept.id.to_string(), server["id"].to_string());
            assert!(kept.monthly.is_some(), "what it costs is said");
            let silent = may_leave(&yard, &ended, &keep(" ")).await.unwrap_err();
            assert_eq!(silent.kind, RefusalKind::Invalid, "a reason is wanted");
        }
        let ended = leave(&yard, &ended, &way).await;
        assert_eq!(ended.state, RunState::RolledBack, "{name}: {:?}", ended.end);
        let expected = Left {
            servers: usize::from(name == "keep"),
            ..Left::nothing()
        };
        assert_eq!(yard.providers.left().await.unwrap(), expected, "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_stopped_half_way_goes_on_and_never_back() {
    for_each(["retry", "keep"], |mut yard, name| async move {
        yard.pace.budget = Span::millis(150);
        yard.site("shop.example.com").await.unwrap();
        let wish = yard.removal("shop.example.com").unwrap();
        let run = yard.begin(&wish).await.unwrap();
        let steps: Vec<&str> = run
            .plan
            .steps
            .iter()
            .map(|step| step.exact.as_str())
            .collect();
        let server = steps
            .iter()
            .position(|exact| exact.starts_with("DELETE /servers"))
            .unwrap();
        let around = only(server, Bend::Refused);
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        assert_eq!(ended.state, RunState::NeedsOperator, "{:?}", ended.end);
        let left = yard.providers.left().await.unwrap();
        let alone = Left {
            servers: 1,
            ..Left::nothing()
        };
        assert_eq!(left, alone, "what was ended stays ended");
        let way = if name == "retry" {
            WayOut::Retry
        } else {
            keep("there is something on it")
        };
        let kept = may_leave(&yard, &ended, &way).await.unwrap();
        let ended = leave(&yard, &ended, &way).await;
        assert_eq!(ended.state, RunState::Verified, "{name}: {:?}", ended.end);
        assert!(yard.store.sites().await.unwrap().is_empty(), "{name}");
        let servers = yard.providers.left().await.unwrap().servers;
        assert_eq!(servers, kept.len(), "{name}");
        assert_eq!(kept.len(), usize::from(name == "keep"));
    })
    .await;
}
