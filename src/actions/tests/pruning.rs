//! Prune: exactly what was listed goes.

use drivers::Docker;
use vocab::ObjectKind;
use world::{Intent, RunState};

use super::fleet::{Fleet, node, unused};
use super::journals::carry_out;
use super::recorder::Fault;

const ALL: [ObjectKind; 5] = [
    ObjectKind::Container,
    ObjectKind::DanglingImage,
    ObjectKind::UnusedImage,
    ObjectKind::Volume,
    ObjectKind::Network,
];

fn prune() -> Intent {
    Intent::Prune {
        nodes: vec![node("aurora")],
        kinds: ALL.into(),
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_to_be_unused_in_between_stays() {
    let fleet = Fleet::new();
    let plan = fleet.plan(prune()).await.unwrap();
    fleet
        .aurora
        .newly_unused
        .lock()
        .unwrap()
        .push(unused(ObjectKind::Volume, "new-data"));
    let came = carry_out(&fleet, plan).await;
    assert_eq!(came.state, RunState::Verified, "{:?}", came.steps);
    let mut calls = fleet.aurora.calls();
    calls.sort();
    assert_eq!(
        calls,
        [
            "remove stopped container fresh",
            "remove stopped container old",
            "remove untagged image 0a1b2c3d4e5f",
            "remove unused network old-net",
            "remove unused volume old-data",
        ]
    );
    let left = fleet.aurora.prunable(&ALL).await.unwrap();
    assert_eq!(
        left.iter()
            .map(|object| object.name.as_str())
            .collect::<Vec<_>>(),
        ["new-data"]
    );
    assert!(fleet.compute.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_stays_and_the_rest_goes() {
    let fleet = Fleet::new();
    let plan = fleet.plan(prune()).await.unwrap();
    fleet.aurora.meet([Fault::Refused]);
    let came = carry_out(&fleet, plan).await;
    assert_eq!(came.state, RunState::Failed);
    assert_eq!(fleet.aurora.prunable(&ALL).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_resolved_by_looking() {
    for (fault, state) in [
        (Fault::DoneUnanswered, RunState::Verified),
        (Fault::LostUnanswered, RunState::Failed),
    ] {
        let fleet = Fleet::new();
        let plan = fleet
            .plan(Intent::Prune {
                nodes: vec![node("aurora")],
                kinds: vec![ObjectKind::Volume],
            })
            .await
            .unwrap();
        fleet.aurora.meet([fault]);
        let came = carry_out(&fleet, plan).await;
        assert_eq!(came.state, state, "{:?}", came.steps);
        assert_eq!(fleet.aurora.calls().len(), 1, "nothing is tried twice");
    }
}

#[tokio::test]
async fn several_nodes_are_typed_by_their_count_and_those_without_anything_are_left_out() {
    let fleet = Fleet::new();
    let both = Intent::Prune {
        nodes: vec![node("aurora"), node("compute-1"), node("edge-2")],
        kinds: vec![ObjectKind::Volume],
    };
    let plan = fleet.plan(both).await.unwrap();
    assert_eq!(
        plan.confirmation,
        world::Confirmation::TypedName("2 nodes".into())
    );
    assert_eq!(plan.title, "prune 2 nodes: 2 objects, 10M");
    assert!(
        plan.warnings
            .contains(&"left out: edge-2 does not answer: no answer from 192.0.2.7".into())
    );
}

#[tokio::test(start_paused = true)]
async fn many_objects_go_eight_at_once() {
    let fleet = Fleet::new();
    let volumes = (0..30).map(|number| unused(ObjectKind::Volume, &format!("data-{number}")));
    fleet.aurora.newly_unused.lock().unwrap().extend(volumes);
    let kinds = vec![ObjectKind::Volume];
    let plan = fleet
        .plan(Intent::Prune {
            nodes: vec![node("aurora")],
            kinds,
        })
        .await
        .unwrap();
    fleet.aurora.meet(std::iter::repeat_n(Fault::Slow, 31));
    let came = carry_out(&fleet, plan).await;
    assert_eq!(came.state, RunState::Verified);
    assert_eq!(
        (fleet.aurora.calls().len(), fleet.aurora.most_at_once()),
        (31, 8)
    );
}
