//! F11: the console's own code fails in the middle of a step. That is an unknown result like any other, and no end.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use faults::yard::Stops;
use vocab::{RollbackLevel, Span};

use crate::bent::{Bend, only};
use crate::scene::{DEPLOY, for_each, gone, stuck, whole_or_gone};

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_ours_in_a_step_is_an_unknown_result() {
    let bends = [Bend::FailsBefore, Bend::FailsAfter, Bend::FailsLooking];
    let cases = (0..DEPLOY.len()).flat_map(|step| {
        let bends = bends.clone();
        bends.into_iter().map(move |bend| (step, bend))
    });
    for_each(cases, |yard, (step, bend)| async move {
        let name = match bend {
            Bend::FailsBefore => "before",
            Bend::FailsAfter => "after",
            _ => "looking",
        };
        let case = format!("{} fails {name}", DEPLOY[step]);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let ended = yard
            .carry_on(&run, &Stops::default(), &only(step, bend))
            .await;
        whole_or_gone(&yard, &ended.unwrap(), &case).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_ours_while_taking_back_is_tried_again_and_then_told() {
    let undone = ["server", "record", "customer", "subscription"];
    let cases = undone
        .iter()
        .flat_map(|step| [(*step, true), (*step, false)]);
    for_each(cases, |mut yard, (step, for_ever)| async move {
        let index = DEPLOY.iter().position(|name| *name == step).unwrap();
        let bend = if for_ever {
            yard.pace.budget = Span::millis(150);
            Bend::FailsTakingBack
        } else {
            Bend::FailsTakenBack(Arc::new(AtomicBool::new(false)))
        };
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let last = DEPLOY.len() - 1;
        let around = |at: usize, inner| {
            let inner = only(last, Bend::Refused)(at, inner);
            only(index, bend.clone())(at, inner)
        };
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        if for_ever {
            assert_eq!(stuck(&yard, &ended).await, [step]);
        } else {
            gone(&yard, &ended, step).await;
        }
    })
    .await;
}
