//! F07 and F08: refused for good, on the way forward and on the way back.

use faults::judge::Left;
use faults::yard::{Stops, Yard};
use serde_json::json;
use vocab::{RollbackLevel, Span};
use world::RunState;

use crate::bent::{Bend, only};
use crate::scene::{DEPLOY, for_each, stuck, whole};

/// What a deployment that was refused at a step leaves at a level: what was done before it and the level keeps.
fn kept(refused: usize, level: RollbackLevel) -> Left {
    let done = |step: &str| DEPLOY[..refused].contains(&step);
    let stays = |step: &str, goes_from: RollbackLevel| usize::from(done(step) && level < goes_from);
    Left {
        servers: stays("server", RollbackLevel::Partial),
        records: stays("record", RollbackLevel::Partial),
        // What is gone is not billed.
        subscriptions: stays("subscription", RollbackLevel::Partial),
        customers: stays("customer", RollbackLevel::Full),
        ..Left::nothing()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_step_takes_back_exactly_what_was_done_in_reverse() {
    let levels = [
        RollbackLevel::Soft,
        RollbackLevel::Partial,
        RollbackLevel::Full,
    ];
    let cases = levels
        .into_iter()
        .flat_map(|level| (0..DEPLOY.len()).map(move |refused| (level, refused)));
    for_each(cases, |yard, (level, refused)| async move {
        let case = format!("{level:?}, refused at {}", DEPLOY[refused]);
        let wish = yard.deployment("shop.example.com", level).unwrap();
        let run = yard.begin(&wish).await.unwrap();
        let around = only(refused, Bend::Refused);
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        assert_eq!(ended.state, RunState::RolledBack, "{case}: {:?}", ended.end);
        let left = yard.providers.left().await.unwrap();
        assert_eq!(left, kept(refused, level), "{case}");
        assert!(yard.store.sites().await.unwrap().is_empty(), "{case}");
        let calls = yard.providers.calls().await.unwrap();
        let deleted: Vec<&str> = calls
            .iter()
            .filter(|call| call.method == "DELETE")
            .map(|call| call.provider.as_str())
            .collect();
        let mut order = deleted.clone();
        let place = |provider: &&str| {
            ["stripe", "cloudflare", "hetzner"]
                .iter()
                .position(|one| one == provider)
        };
        order.sort_by_key(place);
        assert_eq!(deleted, order, "{case}: the last that was made goes first");
        if level == RollbackLevel::Soft {
            assert!(deleted.is_empty(), "{case}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_back_is_left_to_an_operator_and_stops_nothing_else() {
    let undone = ["server", "record", "customer", "subscription"];
    for_each(undone, |mut yard, step| async move {
        yard.pace.budget = Span::millis(150);
        let index = DEPLOY.iter().position(|name| *name == step).unwrap();
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let last = DEPLOY.len() - 1;
        let around = |at: usize, inner| {
            if at == last {
                only(last, Bend::Refused)(at, inner)
            } else {
                only(index, Bend::Kept)(at, inner)
            }
        };
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        assert_eq!(ended.state, RunState::NeedsOperator, "{step}");
        assert_eq!(stuck(&yard, &ended).await, [step]);
        let one = |name: &str| usize::from(name == step);
        let expected = Left {
            servers: one("server"),
            records: one("record"),
            customers: one("customer"),
            // It ends with its customer, which nothing keeps.
            subscriptions: 0,
            ..Left::nothing()
        };
        assert_eq!(yard.providers.left().await.unwrap(), expected, "{step}");

        // It stays a question over a start, and nothing is tried behind the operator's back.
        assert!(yard.restart().await.unwrap().is_empty(), "{step}");
        let kept = yard.store.runs(1).await.unwrap().runs.remove(0);
        assert_eq!(kept.state, RunState::NeedsOperator, "{step}");
        assert_eq!(yard.providers.left().await.unwrap(), expected, "{step}");
    })
    .await;
}

/// The providers' own refusals: a server that is protected, a provider that only fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_protected_server_is_named_with_what_it_costs() {
    let mut yard = Yard::open().await.unwrap();
    yard.pace.budget = Span::millis(150);
    let wish = yard.deployment("shop.example.com", RollbackLevel::Partial);
    let run = yard.begin(&wish.unwrap()).await.unwrap();
    let providers = yard.providers.clone();
    let protect: crate::bent::Hand = std::sync::Arc::new(move || {
        let providers = providers.clone();
        Box::pin(async move {
            let servers = providers.ours("hetzner", "servers").await.unwrap();
            let path = format!("/servers/{}/actions/change_protection", servers[0]["id"]);
            let body = json!({ "delete": true, "rebuild": true }).to_string();
            providers
                .ask("hetzner", "POST", &path, &body)
                .await
                .unwrap();
        })
    });
    let around = |at: usize, inner| match DEPLOY[at] {
        "upload" => only(at, Bend::Before(protect.clone()))(at, inner),
        "switch" => only(at, Bend::Refused)(at, inner),
        _ => inner,
    };
    let ended = yard.carry_on(&run, &Stops::default(), &around).await;
    let ended = ended.unwrap();
    assert_eq!(stuck(&yard, &ended).await, ["server"]);
    let (_, records) = saga::Journal::load(&yard.store, run.id()).await.unwrap();
    let saga::Forward::Done(server) = &records[1].forward else {
        panic!("{:?}", records[1]);
    };
    let there = &yard.providers.ours("hetzner", "servers").await.unwrap()[0];
    assert_eq!(server.id, there["id"].to_string());
    assert_eq!(server.name, there["name"].as_str().unwrap());
    let saga::Undoing::Stuck(why) = &records[1].undo else {
        panic!("{:?}", records[1]);
    };
    assert!(why.contains("protect"), "{why}");
    assert!(
        server.monthly.is_some(),
        "what it costs is said: {server:?}"
    );
}

/// A removal has no way back: refused in the middle it waits for an operator, and done again it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_is_refused_goes_on_when_it_is_wished_again() {
    for_each(0..4, |yard, refused| async move {
        yard.site("shop.example.com").await.unwrap();
        let removal = yard.removal("shop.example.com").unwrap();
        let run = yard.begin(&removal).await.unwrap();
        let around = only(refused, Bend::Refused);
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        assert_eq!(ended.state, RunState::NeedsOperator, "{refused}");
        assert_eq!(yard.store.sites().await.unwrap().len(), 1, "{refused}");
        let again = yard.fulfil(&removal).await.unwrap();
        assert_eq!(
            again.state,
            RunState::Verified,
            "{refused}: {:?}",
            again.end
        );
        assert_eq!(
            yard.providers.left().await.unwrap(),
            Left::nothing(),
            "{refused}"
        );
    })
    .await;
}

/// A release that is refused leaves the site as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_refused_leaves_the_old_one_served() {
    for_each(0..4, |yard, refused| async move {
        yard.site("shop.example.com").await.unwrap();
        let before = yard.store.sites().await.unwrap();
        let run = yard
            .begin(&yard.release("shop.example.com").unwrap())
            .await
            .unwrap();
        let around = only(refused, Bend::Refused);
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        assert_eq!(ended.unwrap().state, RunState::RolledBack, "{refused}");
        assert_eq!(yard.store.sites().await.unwrap(), before, "{refused}");
        let next = yard
            .fulfil(&yard.release("shop.example.com").unwrap())
            .await;
        whole(&yard, &next.unwrap(), "the next release").await;
    })
    .await;
}
