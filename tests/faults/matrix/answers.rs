//! F16 to F20: answers that say nothing, half of it, or what was true a while ago.

use std::time::Duration;

use faults::yard::{Stops, Yard, as_they_are};
use serde_json::{Value, json};
use vocab::RollbackLevel;
use world::RunState;

use crate::scene::{CREATES, check, for_each, rule, whole, whole_or_gone};

/// Deploys with one call going wrong, and says how it came out; what still comes late has come then.
async fn deployed(yard: &Yard, faults: &Value) -> faults::yard::Ended {
    let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
    let run = yard.begin(&wish.unwrap()).await.unwrap();
    yard.providers.fail(faults).await.unwrap();
    let ended = yard.carry_on(&run, &Stops::default(), &as_they_are).await;
    let ended = ended.unwrap();
    assert!(yard.providers.faults_met().await.unwrap() > 0, "{faults}");
    yard.providers.heal().await.unwrap();
    tokio::time::sleep(Duration::from_millis(250)).await;
    ended
}

const STATUSES: [u16; 4] = [500, 502, 503, 504];

/// Every create with every failure of the service, before or after the effect: it is found, or made once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_the_provider_is_looked_into_and_the_run_goes_on() {
    let cases = CREATES.into_iter().flat_map(|call| {
        STATUSES.into_iter().flat_map(move |status| {
            ["after", "before"].map(|effect| {
                let more = json!({ "kind": "status", "status": status, "effect": effect });
                (call, rule(call, "POST", &more))
            })
        })
    });
    for_each(cases, |yard, (_, faults)| async move {
        let ended = deployed(&yard, &faults).await;
        whole(&yard, &ended, &faults.to_string()).await;
    })
    .await;
}

/// The same, and it lasts: all or nothing, whichever the provider makes of each attempt.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_lasts_ends_with_all_or_nothing() {
    let cases = CREATES.into_iter().flat_map(|call| {
        ["after", "before"].map(|effect| {
            let more = json!({ "kind": "status", "status": 503, "effect": effect, "times": 0 });
            rule(call, "POST", &more)
        })
    });
    for_each(cases, |yard, faults| async move {
        let ended = deployed(&yard, &faults).await;
        whole_or_gone(&yard, &ended, &faults.to_string()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_after_nobody_waits_any_more_is_found_or_taken_back() {
    let cases = CREATES.into_iter().flat_map(|call| {
        ["late", "after", "before"].map(|effect| {
            // Late by less than what settles; silent for longer than an answer is waited for.
            let seconds = if effect == "late" { 0.15 } else { 0.9 };
            let more = json!({ "kind": "timeout", "effect": effect, "seconds": seconds });
            rule(call, "POST", &more)
        })
    });
    for_each(cases, |mut yard, faults| async move {
        // Tried once: what comes late is found by waiting, or never.
        yard.pace.attempts = 1;
        let ended = deployed(&yard, &faults).await;
        whole_or_gone(&yard, &ended, &faults.to_string()).await;
    })
    .await;
}

/// Cut in the middle, carried out twice, late: on every create and every look.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_or_doubled_or_late_makes_nothing_twice() {
    let kinds = [
        json!({ "kind": "cut" }),
        json!({ "kind": "duplicate" }),
        json!({ "kind": "slow", "milliseconds": 60 }),
    ];
    let looks = ["hetzner", "cloudflare", "stripe"].map(|provider| (provider, "/"));
    let calls = CREATES
        .into_iter()
        .map(|call| (call, "POST"))
        .chain(looks.map(|call| (call, "GET")));
    let cases =
        calls.flat_map(|(call, method)| kinds.clone().map(|more| rule(call, method, &more)));
    for_each(cases, |yard, faults| async move {
        let ended = deployed(&yard, &faults).await;
        whole(&yard, &ended, &faults.to_string()).await;
    })
    .await;
}

/// Lists lag behind while answers are lost: what is not to be seen yet is not made again.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_lags_behind_makes_nothing_twice() {
    let cases = CREATES.into_iter().flat_map(|call| {
        ["after", "before"].map(move |effect| {
            let lost = json!({ "kind": "status", "status": 502, "effect": effect });
            let mut faults = rule(call, "POST", &lost);
            let stale = json!({ "provider": call.0, "times": 0, "kind": "stale", "seconds": 0.2 });
            faults.as_array_mut().unwrap().push(stale);
            faults
        })
    });
    for_each(cases, |yard, faults| async move {
        let ended = deployed(&yard, &faults).await;
        whole_or_gone(&yard, &ended, &faults.to_string()).await;
    })
    .await;
}

/// And what is gone is still listed, or what is to go is not: the removal is done all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_sees_through_lists_that_lag_behind() {
    let faults = ["hetzner", "cloudflare", "stripe"].into_iter().flat_map(|provider| {
        let stale = json!({ "provider": provider, "times": 0, "kind": "stale", "seconds": 0.2 });
        ["after", "before"].map(|effect| {
            json!([
                stale,
                { "provider": provider, "method": "DELETE", "kind": "status", "status": 502, "effect": effect },
            ])
        })
    });
    for_each(faults, |yard, faults| async move {
        yard.providers.fail(&faults).await.unwrap();
        yard.site("shop.example.com").await.unwrap();
        let removal = yard.removal("shop.example.com").unwrap();
        let ended = yard.fulfil(&removal).await.unwrap();
        assert_eq!(ended.state, RunState::Verified, "{faults}: {:?}", ended.end);
        check(
            &yard.providers.left().await.unwrap(),
            0,
            &faults.to_string(),
        );
    })
    .await;
}

/// What takes back may be lost, late or cut as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_deletion_is_no_deletion_of_anything_else() {
    let deletions = [
        ("hetzner", "/servers"),
        ("cloudflare", "/zones/*/dns_records/*"),
        ("stripe", "/customers"),
        ("stripe", "/subscriptions"),
    ];
    let kinds = [
        json!({ "kind": "status", "status": 500, "effect": "after" }),
        json!({ "kind": "status", "status": 500, "effect": "before" }),
        json!({ "kind": "timeout", "effect": "late", "seconds": 0.15 }),
        json!({ "kind": "cut" }),
        json!({ "kind": "duplicate" }),
    ];
    let cases = deletions
        .into_iter()
        .flat_map(|call| kinds.clone().map(|more| rule(call, "DELETE", &more)));
    for_each(cases, |yard, faults| async move {
        yard.site("shop.example.com").await.unwrap();
        yard.providers.fail(&faults).await.unwrap();
        let removal = yard.removal("shop.example.com").unwrap();
        let ended = yard.fulfil(&removal).await.unwrap();
        assert_eq!(ended.state, RunState::Verified, "{faults}: {:?}", ended.end);
        tokio::time::sleep(Duration::from_millis(250)).await;
        check(
            &yard.providers.left().await.unwrap(),
            0,
            &faults.to_string(),
        );
    })
    .await;
}
