//! F05 and F10: the process is told to end, or an operator cancels, while a step is under way.

use std::time::Duration;

use faults::yard::{Stops, as_they_are};
use saga::End;
use serde_json::{Value, json};
use tokio::time::Instant;
use vocab::RollbackLevel;

use crate::bent::{Bend, only};
use crate::scene::{DEPLOY, for_each, whole, whole_or_gone};

/// Everything that is made is answered late.
fn slow() -> Value {
    let rule = |provider: &str| json!({ "provider": provider, "method": "POST", "times": 0, "kind": "slow", "milliseconds": 25 });
    json!([rule("hetzner"), rule("cloudflare"), rule("stripe")])
}

/// Before the call is there, in the middle of it, after its effect.
const MOMENTS: [u64; 3] = [0, 12, 40];

fn cases() -> impl Iterator<Item = (usize, u64)> {
    (0..DEPLOY.len()).flat_map(|step| MOMENTS.map(|after| (step, after)))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_in_the_middle_begins_nothing_more_and_is_gone_on_with() {
    for_each(cases(), |mut yard, (step, after)| async move {
        let case = format!("ended {after} ms after {} began", DEPLOY[step]);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        yard.providers.fail(&slow()).await.unwrap();
        let stops = Stops::default();
        let bend = Bend::Stopped(stops.shutdown.clone(), Duration::from_millis(after));
        let ended = yard
            .carry_on(&run, &stops, &only(step, bend))
            .await
            .unwrap();
        if matches!(ended.end, End::Complete(_)) {
            // It came after the last step's effect.
            return whole(&yard, &ended, &case).await;
        }
        assert!(
            matches!(ended.end, End::Interrupted(_)),
            "{case}: {:?}",
            ended.end
        );
        let left = yard.providers.left().await.unwrap();
        let found = yard.restart().await.unwrap();
        assert_eq!(found.len(), 1, "{case}: the next process finds it");
        assert_eq!(yard.providers.left().await.unwrap(), left, "{case}");
        let ended = yard
            .carry_on(&found[0], &Stops::default(), &as_they_are)
            .await;
        whole(&yard, &ended.unwrap(), &case).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_in_the_middle_waits_for_the_step_and_takes_all_back() {
    for_each(cases(), |yard, (step, after)| async move {
        let case = format!("cancelled {after} ms after {} began", DEPLOY[step]);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        yard.providers.fail(&slow()).await.unwrap();
        let stops = Stops::default();
        let bend = Bend::Stopped(stops.cancel.clone(), Duration::from_millis(after));
        let begun = Instant::now();
        let ended = yard
            .carry_on(&run, &stops, &only(step, bend))
            .await
            .unwrap();
        whole_or_gone(&yard, &ended, &case).await;
        assert!(begun.elapsed() < Duration::from_secs(20), "{case}");
    })
    .await;
}

/// No answer comes to what is being made, and the operator cancels meanwhile: what comes late is waited for and taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_while_nothing_is_answered_leaves_nothing_that_comes_late() {
    for_each(crate::scene::CREATES, |yard, (provider, path)| async move {
        let late = json!({ "kind": "timeout", "effect": "late", "seconds": 0.15 });
        let rule = crate::scene::rule((provider, path), "POST", &late);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        yard.providers.fail(&rule).await.unwrap();
        let stops = Stops::default();
        let (providers, cancel) = (yard.providers.clone(), stops.cancel.clone());
        tokio::spawn(async move {
            while providers.faults_met().await.unwrap() == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            cancel.cancel();
        });
        let ended = yard.carry_on(&run, &stops, &as_they_are).await.unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
        whole_or_gone(&yard, &ended, path).await;
    })
    .await;
}
