//! The exact texts of refusals: each says why and what to do.

use vocab::{EngineTrouble, HostCondition, ObjectKind, Origin, Span, Stamped, UnitName};
use world::{ContainerVerb, EngineState, Intent, Link, RefusalKind};

use super::fleet::{Fleet, NOW, key, node};

async fn refused(fleet: &Fleet, intent: Intent) -> (RefusalKind, String) {
    let refusal = fleet.plan(intent).await.expect_err("a refusal");
    (refusal.kind, refusal.text.to_string())
}

async fn verb(verb: ContainerVerb, number: u64) -> String {
    let (kind, text) = refused(
        &Fleet::new(),
        Intent::Containers {
            verb,
            targets: vec![key("aurora", number)],
        },
    )
    .await;
    assert_eq!(kind, RefusalKind::Conflict);
    text
}

#[tokio::test]
async fn states_in_which_a_verb_makes_no_sense() {
    use ContainerVerb::{Kill, Pause, Start, Stop, Unpause};
    for (wish, number, text) in [
        (Start, 1, "acme-app-1 on aurora runs already"),
        (Start, 4, "frozen on aurora is paused: unpause it instead"),
        (Stop, 3, "old on aurora is stopped already"),
        (Stop, 5, "fresh on aurora is stopped already"),
        (
            Pause,
            3,
            "old on aurora does not run: only a running container can be paused",
        ),
        (Pause, 4, "frozen on aurora is paused already"),
        (Unpause, 1, "acme-app-1 on aurora is not paused, it runs"),
        (Unpause, 3, "old on aurora is not paused: start it instead"),
        (
            Kill,
            3,
            "old on aurora does not run: there is nothing to kill",
        ),
    ] {
        assert_eq!(verb(wish, number).await, text);
    }
}

#[tokio::test]
async fn what_is_not_there_or_does_not_answer() {
    let fleet = Fleet::new();
    let restart = |target| Intent::Containers {
        verb: ContainerVerb::Restart,
        targets: vec![target],
    };
    let gone = "there is no container 0000000000ff on aurora: it is gone or was made anew, look at the list again";
    assert_eq!(
        refused(&fleet, restart(key("aurora", 255))).await,
        (RefusalKind::NotFound, gone.into())
    );
    let away = "edge-2 does not answer: no answer from 192.0.2.7";
    assert_eq!(
        refused(&fleet, restart(key("edge-2", 1))).await,
        (RefusalKind::Unreachable, away.into())
    );
    let slip = "there is no node aurroa: did you mean aurora?";
    assert_eq!(
        refused(&fleet, restart(key("aurroa", 1))).await,
        (RefusalKind::NotFound, slip.into())
    );
    let stranger = "there is no node basement-77: add it to the fleet file";
    assert_eq!(
        refused(
            &fleet,
            Intent::Reboot {
                nodes: vec![node("basement-77")]
            }
        )
        .await,
        (RefusalKind::NotFound, stranger.into())
    );
}

#[tokio::test]
async fn an_engine_that_cannot_be_used() {
    let mut fleet = Fleet::new();
    let aurora = fleet.world.nodes.get_mut(&node("aurora")).unwrap();
    let text = "no permission on /var/run/docker.sock; it belongs to the group docker";
    aurora.engine = EngineState::Down {
        trouble: EngineTrouble::Absent,
        text: text.into(),
        since: NOW,
    };
    let stop = Intent::Containers {
        verb: ContainerVerb::Stop,
        targets: vec![key("aurora", 1)],
    };
    assert_eq!(
        refused(&fleet, stop).await,
        (
            RefusalKind::Unreachable,
            format!("the docker engine of aurora cannot be used: {text}")
        )
    );
    // The machine itself answers, so what needs no engine is planned.
    assert!(
        fleet
            .plan(Intent::Reboot {
                nodes: vec![node("aurora")]
            })
            .await
            .is_ok()
    );
    fleet.world.nodes.get_mut(&node("aurora")).unwrap().link = Link::Unknown;
    let early = "aurora has not answered yet: try again in a moment";
    assert_eq!(
        refused(
            &fleet,
            Intent::Reboot {
                nodes: vec![node("aurora")]
            }
        )
        .await,
        (RefusalKind::Unreachable, early.into())
    );
}

#[tokio::test]
async fn wishes_that_make_no_sense() {
    let fleet = Fleet::new();
    let nothing = "nothing is chosen: name or mark something first";
    for intent in [
        Intent::Containers {
            verb: ContainerVerb::Stop,
            targets: Vec::new(),
        },
        Intent::Reboot { nodes: Vec::new() },
        Intent::RestartUnits {
            targets: Vec::new(),
        },
        Intent::Prune {
            nodes: Vec::new(),
            kinds: vec![ObjectKind::Volume],
        },
    ] {
        assert_eq!(
            refused(&fleet, intent).await,
            (RefusalKind::Invalid, nothing.into())
        );
    }
    for (command, text) in [
        (
            vec![],
            "no command is given: name a program and its arguments",
        ),
        (
            vec![" ".to_owned()],
            "the command's first word is empty: name a program",
        ),
        (
            vec!["a".to_owned(), "b\0".to_owned()],
            "the command holds a NUL character: take it out, no program can receive it",
        ),
    ] {
        let intent = Intent::Command {
            nodes: vec![node("aurora")],
            command,
            one_by_one: false,
        };
        assert_eq!(
            refused(&fleet, intent).await,
            (RefusalKind::Invalid, text.into())
        );
    }
    let paused = Intent::ContainerCommand {
        target: key("aurora", 4),
        command: vec!["ls".to_owned()],
    };
    assert_eq!(
        refused(&fleet, paused).await,
        (
            RefusalKind::Conflict,
            "frozen on aurora is paused: unpause it first".into()
        )
    );
    let stopped = Intent::ContainerShell {
        target: key("aurora", 3),
    };
    assert_eq!(
        refused(&fleet, stopped).await,
        (
            RefusalKind::Conflict,
            "old on aurora does not run: start it first".into()
        )
    );
}

#[tokio::test]
async fn nothing_to_prune_and_no_systemd() {
    let mut fleet = Fleet::new();
    let tagged = Intent::Prune {
        nodes: vec![node("aurora")],
        kinds: vec![ObjectKind::UnusedImage],
    };
    let text = "there is no unused image on aurora: nothing to prune";
    assert_eq!(
        refused(&fleet, tagged).await,
        (RefusalKind::Needless, text.into())
    );
    let condition = Stamped {
        value: HostCondition::default(),
        at: NOW,
        every: Span::seconds(30),
        origin: Origin::Systemd,
    };
    fleet
        .world
        .nodes
        .get_mut(&node("aurora"))
        .unwrap()
        .condition = Some(condition);
    let unit = Intent::RestartUnits {
        targets: vec![(node("aurora"), UnitName::new("nginx.service").unwrap())],
    };
    let text = "aurora has no systemd to ask: restart the program by a command of its own";
    assert_eq!(
        refused(&fleet, unit).await,
        (RefusalKind::Conflict, text.into())
    );
}

#[tokio::test]
async fn an_engine_that_fails_while_it_is_listed() {
    let fleet = Fleet::new();
    let silent = drivers::DriverError::new(drivers::Trouble::Timeout, "no answer within 10 s");
    fleet.aurora.engine.fail(Some(silent));
    let prune = Intent::Prune {
        nodes: vec![node("aurora")],
        kinds: vec![ObjectKind::Volume],
    };
    let text = "cannot list what is unused on aurora: no answer within 10 s";
    assert_eq!(
        refused(&fleet, prune).await,
        (RefusalKind::Unreachable, text.into())
    );
}
