//! Everything that changes something, over a command that does as told: consent, outcomes, exit codes.

use std::sync::Arc;
use std::time::Duration;

use world::{ContainerVerb, Intent};

use crate::exit::Exit;
use crate::testing::{Ending, FakeCommand, Said, Scene, said, scene};

/// What was said, and what was asked of the engine.
async fn acted(words: &[&str], scene: Scene) -> (Said, Arc<FakeCommand>) {
    let command = scene.command.clone();
    (said(words, scene).await, command)
}

/// The exit code and what was asked of the engine.
async fn asked(words: &[&str], scene: Scene) -> (u8, Vec<String>) {
    let (said, command) = acted(words, scene).await;
    (said.exit.code(), command.asked())
}

fn nothing(exit: Exit) -> (u8, Vec<String>) {
    (exit.code(), Vec::new())
}

fn with(exit: Exit, asked: &str) -> (u8, Vec<String>) {
    (exit.code(), vec![asked.to_owned()])
}

#[tokio::test(start_paused = true)]
async fn a_script_says_yes() {
    let (said, command) = acted(&["restart", "acme/app", "--yes"], scene()).await;
    assert_eq!(command.asked(), ["Script"]);
    let intents = command.intents();
    let Intent::Containers {
        verb: ContainerVerb::Restart,
        targets,
    } = &intents[0]
    else {
        panic!("{intents:?}")
    };
    assert_eq!(targets[0].to_string(), "web-1/aaaaaaaaaaaa");
    insta::assert_snapshot!("restart", said.all());
    let (said, _) = acted(&["restart", "acme/app", "--yes", "--json"], scene()).await;
    insta::assert_snapshot!("restart_json", said.all());
}

#[tokio::test(start_paused = true)]
async fn nobody_to_ask_is_a_refusal() {
    for words in [
        ["restart", "acme/app"],
        ["stop", "acme/app"],
        ["remove", "acme/app"],
    ] {
        assert_eq!(
            asked(&words, scene()).await,
            nothing(Exit::Refused),
            "{words:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn enter_never_confirms() {
    let restart = ["restart", "acme/app"];
    for answer in ["", "y", "yes", "R", "rr"] {
        assert_eq!(
            asked(&restart, scene().answering(&[answer])).await,
            nothing(Exit::Refused),
            "{answer:?}"
        );
    }
    assert_eq!(
        asked(&restart, scene().answering(&[])).await,
        nothing(Exit::Refused),
        "the end of the input"
    );
    assert_eq!(
        asked(&restart, scene().answering(&["r"])).await,
        with(Exit::Fine, "Letter('r')")
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_reversible_waits_and_can_be_taken_back() {
    let (said, command) = acted(&["stop", "acme/app"], scene().answering(&[])).await;
    assert_eq!(
        (said.exit, command.asked()),
        (Exit::Fine, vec!["Grace".to_owned()])
    );
    let mut never = scene().answering(&[]).ending(Ending::Never);
    never.interrupt_after(Duration::from_secs(2));
    let (said, command) = acted(&["stop", "acme/app"], never).await;
    assert_eq!(
        (said.exit, command.asked()),
        (
            Exit::Interrupted,
            vec!["Grace".to_owned(), "cancel".to_owned()]
        )
    );
    assert!(
        said.err
            .contains("change acme-app-1 in 5s; ctrl-c takes it back"),
        "{}",
        said.err
    );
    assert!(
        said.out.starts_with("cancelled: change acme-app-1"),
        "{}",
        said.out
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_irreversible_needs_its_name() {
    let remove = ["remove", "acme/app"];
    for answer in ["", "y", "acme/app", "acme-app"] {
        assert_eq!(
            asked(&remove, scene().answering(&[answer])).await,
            nothing(Exit::Refused),
            "{answer:?}"
        );
    }
    let typed = with(Exit::Fine, "Typed(\"acme-app-1\")");
    assert_eq!(
        asked(&remove, scene().answering(&["acme-app-1"])).await,
        typed
    );
    let script = |more: &[&'static str]| [&["remove", "acme/app", "--yes"], more].concat();
    assert_eq!(asked(&script(&[]), scene()).await, nothing(Exit::Refused));
    assert_eq!(
        asked(&script(&["--name", "other"]), scene()).await,
        nothing(Exit::Refused)
    );
    assert_eq!(
        asked(&script(&["--name", "acme-app-1"]), scene()).await,
        typed
    );
    let alone = ["remove", "acme/app", "--name", "acme-app-1"];
    assert_eq!(
        asked(&alone, scene()).await,
        nothing(Exit::Refused),
        "without --yes somebody has to be asked"
    );
    assert_eq!(
        asked(&script(&[]), scene().answering(&["acme-app-1"])).await,
        nothing(Exit::Refused)
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_only_session_changes_nothing() {
    let all: [&[&str]; 9] = [
        &["restart", "acme/app", "--yes"],
        &["restart", "nginx.service@web-1", "--yes"],
        &["remove", "acme/app", "--yes", "--name", "acme-app-1"],
        &["prune", "--images", "--yes"],
        &["reboot", "web-1", "--yes", "--name", "web-1"],
        &["exec", "acme/app", "--", "true"],
        &["exec", "acme/app"],
        &["ssh", "web-1"],
        &["run", "--all", "--yes", "--", "true"],
    ];
    for words in all {
        let mut scene = scene();
        scene.read_only = true;
        let (said, command) = acted(words, scene).await;
        assert_eq!(
            (said.exit, command.intents()),
            (Exit::Refused, Vec::new()),
            "{words:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_outcome_is_the_exit_code() {
    let words = ["restart", "acme/app", "--yes"];
    let failed = said(&words, scene().ending(Ending::Failed(3))).await;
    assert_eq!(failed.exit, Exit::Wrong);
    assert!(failed.err.contains("    | went wrong\n"), "{}", failed.err);
    assert_eq!(
        said(&words, scene().ending(Ending::Unknown)).await.exit,
        Exit::Unknown
    );
    let mut left = scene().ending(Ending::Never);
    left.interrupt_after(Duration::from_secs(1));
    assert_eq!(said(&words, left).await.exit, Exit::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_only_plans() {
    let (said, command) = acted(&["remove", "acme/app", "--dry-run"], scene()).await;
    assert_eq!(command.asked(), Vec::<String>::new());
    insta::assert_snapshot!("dry_run", said.all());
    let (said, _) = acted(&["remove", "acme/app", "--dry-run", "--json"], scene()).await;
    insta::assert_snapshot!("dry_run_json", said.all());
}

#[tokio::test(start_paused = true)]
async fn units_are_named_with_their_node() {
    let words: [&[&str]; 2] = [
        &["restart", "getty@tty1.service@web-1", "--yes"],
        &[
            "restart",
            "--unit",
            "--node",
            "web-1",
            "getty@tty1.service",
            "--yes",
        ],
    ];
    for words in words {
        let (said, command) = acted(words, scene()).await;
        assert_eq!(said.exit, Exit::Fine, "{}", said.err);
        let intents = command.intents();
        let Intent::RestartUnits { targets } = &intents[0] else {
            panic!("{intents:?}")
        };
        assert_eq!(
            (targets[0].0.as_str(), targets[0].1.as_str()),
            ("web-1", "getty@tty1.service")
        );
    }
    assert_eq!(
        said(&["restart", "nginx.service@web-9", "--yes"], scene())
            .await
            .exit,
        Exit::NotFound
    );
    assert_eq!(
        said(
            &["restart", "nginx.service@web-1", "acme/app", "--yes"],
            scene()
        )
        .await
        .exit,
        Exit::Usage
    );
    assert_eq!(
        said(&["restart", "caddy", "--yes"], scene()).await.exit,
        Exit::Usage,
        "two nodes have one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_command_passes_its_output_and_status_on() {
    let words = ["exec", "acme/app", "--yes", "--", "cat", "/etc/hostname"];
    let (fine, command) = acted(&words, scene()).await;
    assert_eq!(
        (fine.exit, fine.out.as_str()),
        (Exit::Fine, "hello\nworld\n")
    );
    let intents = command.intents();
    let Intent::ContainerCommand { command, .. } = &intents[0] else {
        panic!("{intents:?}")
    };
    assert_eq!(command, &["cat", "/etc/hostname"]);
    assert_eq!(
        said(&words, scene().ending(Ending::Failed(42))).await.exit,
        Exit::Program(42)
    );
    assert_eq!(
        said(&words, scene().ending(Ending::Unknown)).await.exit,
        Exit::Unknown
    );
    let ssh = ["ssh", "web-1", "--yes", "--", "uptime"];
    assert_eq!(
        said(&ssh, scene().ending(Ending::Failed(127))).await.exit,
        Exit::Program(127)
    );
    assert_eq!(
        said(&["ssh", "edge-1", "--", "uptime"], scene()).await.exit,
        Exit::Unreachable
    );
}

#[tokio::test]
async fn a_shell_gets_the_terminal_and_its_end_is_told() {
    for words in [["ssh", "web-1"], ["exec", "acme/app"]] {
        let told = asked(&words, scene()).await;
        assert_eq!(
            told,
            (
                7,
                vec!["Grace".to_owned(), "shell ended Some(7)".to_owned()]
            ),
            "{words:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn many_nodes_at_once() {
    let words = ["run", "--on", "web-1,db-1", "--yes", "--", "uptime"];
    insta::assert_snapshot!("run_command", said(&words, scene()).await.all());
    let failed = said(&words, scene().ending(Ending::Failed(1))).await;
    assert_eq!(failed.exit, Exit::Wrong);
    let json = said(
        &[&words[..4], &["--json", "--", "uptime"]].concat(),
        scene(),
    )
    .await
    .json();
    assert_eq!(json["objects"][1]["steps"][0]["output"], "hello\nworld\n");
    let (_, command) = acted(
        &["run", "--role", "backup", "--yes", "--", "uptime"],
        scene(),
    )
    .await;
    let intents = command.intents();
    let Intent::Command { nodes, .. } = &intents[0] else {
        panic!("{intents:?}")
    };
    assert_eq!(
        nodes
            .iter()
            .map(vocab::NodeName::as_str)
            .collect::<Vec<_>>(),
        ["db-1"]
    );
    assert_eq!(
        said(&["run", "--role", "edge", "--yes", "--", "x"], scene())
            .await
            .exit,
        Exit::NotFound
    );
}

#[tokio::test(start_paused = true)]
async fn nodes_and_prune() {
    let reboot = ["reboot", "web-1", "--yes", "--name", "web-1"];
    assert_eq!(
        asked(&reboot, scene()).await,
        with(Exit::Fine, "Typed(\"web-1\")")
    );
    assert_eq!(
        asked(&["reboot", "web-1", "--yes"], scene()).await,
        nothing(Exit::Refused)
    );
    assert_eq!(
        asked(&["reboot", "edge-1", "--yes"], scene()).await,
        nothing(Exit::Unreachable)
    );
    assert_eq!(asked(&["prune"], scene()).await, nothing(Exit::Usage));
    let prune = [
        "prune", "--images", "--node", "db-1", "--yes", "--name", "db-1",
    ];
    assert_eq!(
        asked(&prune, scene()).await,
        with(Exit::Fine, "Typed(\"db-1\")")
    );
    let logs = [
        "prune", "--logs", "--node", "db-1", "--yes", "--name", "db-1",
    ];
    assert_eq!(
        asked(&logs, scene()).await,
        with(Exit::Fine, "Typed(\"db-1\")")
    );
}
