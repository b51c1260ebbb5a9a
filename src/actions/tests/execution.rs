//! Carrying plans out: what works, what is refused, what does not answer, what breaks.

use drivers::Docker;
use vocab::{ContainerHappening, ContainerState, Health};
use world::{ContainerVerb, Intent, RunState};

use super::fleet::{Fleet, id, key, node};
use super::journals::carry_out;
use super::recorder::{Fault, Recorder};

/// Every verb with a container it fits, its calls, and the state after it; `None` is gone.
const VERBS: [(ContainerVerb, u64, &[&str], Option<ContainerState>); 8] = [
    (
        ContainerVerb::Start,
        3,
        &["start 000000000003"],
        Some(ContainerState::Running),
    ),
    (
        ContainerVerb::Stop,
        1,
        &["stop 000000000001 10s"],
        Some(ContainerState::Exited),
    ),
    (
        ContainerVerb::Restart,
        1,
        &["restart 000000000001 10s"],
        Some(ContainerState::Running),
    ),
    (
        ContainerVerb::Pause,
        1,
        &["pause 000000000001"],
        Some(ContainerState::Paused),
    ),
    (
        ContainerVerb::Unpause,
        4,
        &["unpause 000000000004"],
        Some(ContainerState::Running),
    ),
    (
        ContainerVerb::Kill,
        1,
        &["kill 000000000001"],
        Some(ContainerState::Exited),
    ),
    (
        ContainerVerb::Remove,
        3,
        &["remove 000000000003 force=false"],
        None,
    ),
    (
        ContainerVerb::Remove,
        1,
        &["stop 000000000001 10s", "remove 000000000001 force=false"],
        None,
    ),
];

async fn state(engine: &Recorder, number: u64) -> Option<ContainerState> {
    engine
        .engine
        .inspect(&id(number))
        .await
        .ok()
        .map(|(container, _)| container.state)
}

#[tokio::test(start_paused = true)]
async fn every_verb_does_what_its_plan_says_and_is_seen() {
    for (verb, number, calls, after) in VERBS {
        let fleet = Fleet::new();
        let plan = fleet.planned(verb, &[key("aurora", number)]).await;
        let came = carry_out(&fleet, plan).await;
        assert_eq!(came.state, RunState::Verified, "{verb:?}: {:?}", came.steps);
        assert_eq!(fleet.aurora.calls(), calls, "{verb:?}");
        assert_eq!(state(&fleet.aurora, number).await, after, "{verb:?}");
        assert!(fleet.compute.calls().is_empty(), "{verb:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_at_any_call_ends_its_object_and_does_nothing_more() {
    for (verb, number, calls, _) in VERBS {
        for at in 0..calls.len() {
            let fleet = Fleet::new();
            let plan = fleet.planned(verb, &[key("aurora", number)]).await;
            fleet
                .aurora
                .meet(std::iter::repeat_n(Fault::None, at).chain([Fault::Refused]));
            let came = carry_out(&fleet, plan).await;
            assert_eq!(came.state, RunState::Failed, "{verb:?} at {at}");
            assert_eq!(came.words()[at], "failed");
            assert!(
                came.words()[at + 1..].iter().all(|word| *word == "skipped"),
                "{verb:?} at {at}: {:?}",
                came.words()
            );
            assert_eq!(came.said(at), "the docker engine says (500): driver failed");
            assert_eq!(fleet.aurora.calls().len(), at + 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_at_any_call_is_resolved_by_looking() {
    for (verb, number, calls, after) in VERBS {
        for at in 0..calls.len() {
            let fleet = Fleet::new();
            let plan = fleet.planned(verb, &[key("aurora", number)]).await;
            fleet
                .aurora
                .meet(std::iter::repeat_n(Fault::None, at).chain([Fault::DoneUnanswered]));
            let came = carry_out(&fleet, plan).await;
            assert_eq!(
                came.state,
                RunState::Verified,
                "{verb:?} at {at}: {:?}",
                came.steps
            );
            assert!(
                came.said(at).starts_with(
                    "no answer came (the connection broke), but it was seen to be done"
                ),
                "{}",
                came.said(at)
            );
            assert_eq!(
                fleet.aurora.calls(),
                calls,
                "{verb:?}: nothing is tried twice"
            );
            assert_eq!(state(&fleet.aurora, number).await, after);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_never_done_is_found_not_to_be() {
    for fault in [Fault::LostUnanswered, Fault::Hangs] {
        for (verb, number, ..) in VERBS {
            let fleet = Fleet::new();
            let plan = fleet.planned(verb, &[key("aurora", number)]).await;
            let before = state(&fleet.aurora, number).await;
            fleet.aurora.meet([fault.clone()]);
            let came = carry_out(&fleet, plan).await;
            assert_eq!(
                came.state,
                RunState::Failed,
                "{verb:?} {fault:?}: {:?}",
                came.steps
            );
            assert!(
                came.said(0).contains("; looked again: it is"),
                "{}",
                came.said(0)
            );
            assert_eq!(state(&fleet.aurora, number).await, before);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_at_is_unknown() {
    for (verb, number, ..) in VERBS {
        let fleet = Fleet::new();
        let plan = fleet.planned(verb, &[key("aurora", number)]).await;
        fleet.aurora.meet([Fault::DoneThenSilent]);
        let came = carry_out(&fleet, plan).await;
        assert_eq!(came.state, RunState::Unknown, "{verb:?}: {:?}", came.steps);
        assert_eq!(
            came.said(0),
            "the connection broke; no docker engine listens"
        );
        assert!(came.words()[1..].iter().all(|word| *word == "skipped"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_a_driver_makes_its_step_unknown_and_nobody_else_s() {
    let fleet = Fleet::new();
    let plan = fleet
        .planned(
            ContainerVerb::Restart,
            &[key("aurora", 1), key("compute-1", 1)],
        )
        .await;
    fleet.aurora.meet([Fault::Panics]);
    let came = carry_out(&fleet, plan).await;
    assert_eq!(came.state, RunState::Unknown);
    assert_eq!(came.words(), ["unknown", "skipped", "done", "done"]);
    assert_eq!(
        came.journal
            .iter()
            .filter(|line| *line == "0 unknown")
            .count(),
        1,
        "{:?}",
        came.journal
    );
}

#[tokio::test(start_paused = true)]
async fn done_twice_ends_the_same() {
    for (verb, number, _, after) in VERBS {
        let fleet = Fleet::new();
        let plan = fleet.planned(verb, &[key("aurora", number)]).await;
        carry_out(&fleet, plan.clone()).await;
        // The simulated engine stamps starts by the clock, whose milliseconds must differ.
        std::thread::sleep(std::time::Duration::from_millis(3));
        let again = carry_out(&fleet, plan).await;
        assert_eq!(
            state(&fleet.aurora, number).await,
            after,
            "{verb:?}: {:?}",
            again.steps
        );
        let stop_of_what_is_gone = verb == ContainerVerb::Remove && number == 1;
        assert_eq!(
            again.state == RunState::Verified,
            !stop_of_what_is_gone,
            "{verb:?}: {:?}",
            again.steps
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_failing_host_does_not_stop_the_others() {
    let fleet = Fleet::new();
    let targets = [
        key("aurora", 1),
        key("aurora", 2),
        key("compute-1", 1),
        key("compute-1", 2),
    ];
    let plan = fleet.planned(ContainerVerb::Stop, &targets).await;
    let gone = drivers::DriverError::new(drivers::Trouble::Absent, "no docker engine listens");
    fleet.compute.engine.fail(Some(gone));
    let came = carry_out(&fleet, plan).await;
    assert_eq!(came.state, RunState::Failed);
    assert_eq!(
        came.words(),
        [
            "done", "done", "done", "done", "failed", "skipped", "failed", "skipped"
        ]
    );
    assert_eq!(came.said(4), "no docker engine listens; nothing was done");
    assert!(fleet.compute.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_health_check_decides() {
    for (health, state) in [
        (Health::Healthy, RunState::Verified),
        (Health::Unhealthy, RunState::Failed),
    ] {
        let fleet = Fleet::new();
        let plan = fleet
            .planned(ContainerVerb::Restart, &[key("aurora", 1)])
            .await;
        let engine = fleet.aurora.engine.clone();
        engine.happen(&id(1), ContainerHappening::Health(Health::Healthy));
        let check = tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(40)).await;
            engine.happen(&id(1), ContainerHappening::Health(health));
        });
        let came = carry_out(&fleet, plan).await;
        check.await.unwrap();
        assert_eq!(came.state, state, "{:?}", came.steps);
    }
    let fleet = Fleet::new();
    let plan = fleet
        .planned(ContainerVerb::Restart, &[key("aurora", 1)])
        .await;
    fleet
        .aurora
        .engine
        .happen(&id(1), ContainerHappening::Health(Health::Healthy));
    let came = carry_out(&fleet, plan).await;
    assert_eq!(
        came.said(1),
        "waited 2m: its health check has not passed yet"
    );
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_at_once_is_not_running() {
    let fleet = Fleet::new();
    let plan = fleet
        .planned(ContainerVerb::Start, &[key("aurora", 3)])
        .await;
    let engine = fleet.aurora.engine.clone();
    let crash = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        engine.happen(&id(3), ContainerHappening::Died { exit_code: Some(1) });
    });
    let came = carry_out(&fleet, plan).await;
    crash.await.unwrap();
    assert_eq!(came.state, RunState::Failed);
    assert_eq!(
        came.said(1),
        "it started and ended again with exit status 1: see its log"
    );
}

#[tokio::test(start_paused = true)]
async fn commands_in_containers_end_by_their_status_with_masked_output() {
    for (program, state, said) in [
        ("true", RunState::Done, "exit status 0"),
        ("false", RunState::Failed, "exit status 1"),
    ] {
        let fleet = Fleet::new();
        let command = vec![program.to_owned()];
        let plan = fleet
            .plan(Intent::ContainerCommand {
                target: key("aurora", 1),
                command,
            })
            .await
            .unwrap();
        let came = carry_out(&fleet, plan).await;
        assert_eq!((came.state.clone(), came.said(0).as_str()), (state, said));
        assert_eq!(came.outputs[0], "token=••••••••\n");
    }
    let fleet = Fleet::new();
    let command = vec!["true".to_owned()];
    let plan = fleet
        .plan(Intent::ContainerCommand {
            target: key("aurora", 1),
            command,
        })
        .await
        .unwrap();
    fleet.aurora.meet([Fault::DoneUnanswered]);
    assert_eq!(
        carry_out(&fleet, plan).await.state,
        RunState::Unknown,
        "nothing shows whether a command ran"
    );
}

#[tokio::test(start_paused = true)]
async fn a_shell_is_not_opened_here() {
    let fleet = Fleet::new();
    let plan = fleet
        .plan(Intent::NodeShell {
            node: node("aurora"),
        })
        .await
        .unwrap();
    let came = carry_out(&fleet, plan).await;
    assert_eq!(
        came.said(0),
        "a shell needs a terminal: it is opened by the console, not here"
    );
}
