//! Whatever is wished for in whatever state the fleet is: nothing irreversible without its name typed.

use proptest::prelude::*;
use vocab::{ContainerState, ObjectKind, UnitName};
use world::{Confirmation, Consent, ContainerVerb, Intent, Plan, Reversibility};

use super::fleet::{Fleet, key, node};

const NODES: [&str; 4] = ["aurora", "compute-1", "edge-2", "nowhere"];

fn verb() -> impl Strategy<Value = ContainerVerb> {
    use ContainerVerb::{Kill, Pause, Remove, Restart, Start, Stop, Unpause};
    prop::sample::select(vec![Start, Stop, Restart, Pause, Unpause, Kill, Remove])
}

fn state() -> impl Strategy<Value = ContainerState> {
    use ContainerState::{Created, Dead, Exited, Paused, Removing, Restarting, Running, Unknown};
    prop::sample::select(vec![
        Created, Running, Paused, Restarting, Removing, Exited, Dead, Unknown,
    ])
}

fn kind() -> impl Strategy<Value = ObjectKind> {
    use ObjectKind::{Container, DanglingImage, Network, UnusedImage, Volume};
    prop::sample::select(vec![Container, DanglingImage, UnusedImage, Volume, Network])
}

fn some_node() -> impl Strategy<Value = vocab::NodeName> {
    prop::sample::select(NODES.to_vec()).prop_map(node)
}

fn some_key() -> impl Strategy<Value = vocab::ContainerKey> {
    (prop::sample::select(NODES.to_vec()), 1..7_u64).prop_map(|(node, number)| key(node, number))
}

fn intent() -> impl Strategy<Value = Intent> {
    let several = || prop::collection::vec(some_node(), 0..5);
    let command = || prop::collection::vec("[a-z =:/]{0,8}", 0..4);
    prop_oneof![
        (verb(), prop::collection::vec(some_key(), 0..8))
            .prop_map(|(verb, targets)| Intent::Containers { verb, targets }),
        (several(), prop::collection::vec(kind(), 0..4))
            .prop_map(|(nodes, kinds)| Intent::Prune { nodes, kinds }),
        several().prop_map(|nodes| Intent::Reboot { nodes }),
        several().prop_map(|nodes| Intent::RestartUnits {
            targets: nodes
                .into_iter()
                .map(|node| (node, UnitName::new("nginx.service").unwrap()))
                .collect(),
        }),
        (several(), command(), any::<bool>()).prop_map(|(nodes, command, one_by_one)| {
            Intent::Command {
                nodes,
                command,
                one_by_one,
            }
        }),
        (some_key(), command())
            .prop_map(|(target, command)| Intent::ContainerCommand { target, command }),
        some_node().prop_map(|node| Intent::NodeShell { node }),
        some_key().prop_map(|target| Intent::ContainerShell { target }),
    ]
}

/// Whether it takes something away for good.
fn is_grave(intent: &Intent) -> bool {
    match intent {
        Intent::Containers { verb, .. } => {
            matches!(verb, ContainerVerb::Kill | ContainerVerb::Remove)
        }
        Intent::Prune { .. } | Intent::Reboot { .. } => true,
        _ => false,
    }
}

fn check(plan: &Plan) -> Result<(), TestCaseError> {
    let typed = matches!(&plan.confirmation, Confirmation::TypedName(name) if !name.is_empty());
    prop_assert_eq!(
        plan.reversibility == Reversibility::Irreversible,
        is_grave(&plan.intent)
    );
    prop_assert_eq!(typed, is_grave(&plan.intent), "{:?}", plan);
    for consent in [
        Consent::Script,
        Consent::Grace,
        Consent::Letter('y'),
        Consent::Typed("".into()),
    ] {
        prop_assert!(
            !is_grave(&plan.intent) || !plan.allows(&consent),
            "{:?} is enough for {:?}",
            consent,
            plan.title
        );
    }
    prop_assert!(
        !plan.allows(&Consent::Letter('y')),
        "y is never a confirmation"
    );
    prop_assert!(!plan.objects.is_empty() && !plan.steps.is_empty());
    for (row, _) in plan.objects.iter().enumerate() {
        prop_assert!(
            plan.steps.iter().any(|step| step.object == row),
            "an object without a step"
        );
    }
    prop_assert!(
        plan.steps
            .iter()
            .all(|step| step.object < plan.objects.len() && !step.exact.is_empty())
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_irreversible_without_its_name(intent in intent(), states in prop::collection::vec(state(), 5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut fleet = Fleet::new();
            for tracked in fleet.world.containers.values_mut() {
                let number = u64::from_str_radix(tracked.key.id.as_str(), 16).unwrap();
                tracked.container.state = states[usize::try_from(number).unwrap() - 1];
            }
            if let Ok(plan) = fleet.plan(intent).await {
                check(&plan)?;
            }
            // Planning only looks.
            prop_assert!(fleet.aurora.calls().is_empty() && fleet.compute.calls().is_empty());
            Ok(())
        })?;
    }
}
