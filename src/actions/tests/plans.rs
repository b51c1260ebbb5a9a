//! The exact texts of every verb's plan.

use vocab::{NodeName, ObjectKind, UnitName};
use world::plan::StepCall;
use world::{Confirmation, ContainerVerb, Intent, Plan, Reversibility};

use super::fleet::{Fleet, key, node};

/// A plan as text: all that an operator sees of it.
fn shown(plan: &Plan) -> String {
    let mut lines = vec![format!("{} [{}]", plan.title, plan.reversibility.word())];
    lines.push(match &plan.confirmation {
        Confirmation::Grace(span) => format!("grace {span}"),
        Confirmation::Letter(letter) => format!("letter {letter}"),
        Confirmation::TypedName(name) => format!("type {name}"),
    });
    for (row, object) in plan.objects.iter().enumerate() {
        lines.push(format!(
            "{} {} on {}: {}",
            object.kind, object.name, object.node, object.detail
        ));
        for step in plan.steps.iter().filter(|step| step.object == row) {
            lines.push(format!(
                "  {} | {} | {}",
                step.title, step.exact, step.deadline
            ));
        }
    }
    lines.push(plan.verification.to_string());
    lines.extend(plan.warnings.iter().map(|warning| format!("! {warning}")));
    if let Some(Intent::Containers { verb, targets }) = &plan.inverse {
        lines.push(format!("inverse: {} {}", verb.word(), targets.len()));
    }
    if plan.one_by_one {
        lines.push("one by one".to_owned());
    }
    lines.join("\n")
}

async fn planned(verb: ContainerVerb, number: u64) -> String {
    shown(&Fleet::new().planned(verb, &[key("aurora", number)]).await)
}

#[tokio::test]
async fn start() {
    assert_eq!(
        planned(ContainerVerb::Start, 3).await,
        "start old [reversible]
grace 5s
container old on aurora: old:1, exited
  start | POST /containers/000000000003/start | 10s
  see that it runs | GET /containers/000000000003/json | 2m
looks until it runs, and its health check passes where it has one
inverse: stop 1"
    );
}

#[tokio::test]
async fn stop() {
    assert_eq!(
        planned(ContainerVerb::Stop, 2).await,
        "stop acme/db [disruptive]
letter s
container acme-db-1 on aurora: acme-db-1:1, running
  stop, 10 s of grace | POST /containers/000000000002/stop?t=10 | 20s
  see that it has ended | GET /containers/000000000002/json | 10s
looks until its process has ended
! acme/app depends on acme-db-1
inverse: start 1"
    );
}

#[tokio::test]
async fn restart() {
    assert_eq!(
        planned(ContainerVerb::Restart, 1).await,
        "restart acme/app [disruptive]
letter r
container acme-app-1 on aurora: acme-app-1:1, running
  restart, 10 s of grace | POST /containers/000000000001/restart?t=10 | 30s
  see that it runs anew | GET /containers/000000000001/json | 2m
looks until it runs with a newer start time, and its health check passes where it has one
! acme-app-1 serves acme.example.com
! of the project acme there run too: acme/db"
    );
}

#[tokio::test]
async fn pause_and_unpause() {
    assert_eq!(
        planned(ContainerVerb::Pause, 2).await,
        "pause acme/db [disruptive]
letter p
container acme-db-1 on aurora: acme-db-1:1, running
  pause | POST /containers/000000000002/pause | 10s
  see that it is paused | GET /containers/000000000002/json | 10s
looks until it is paused
! acme/app depends on acme-db-1
inverse: unpause 1"
    );
    assert_eq!(
        planned(ContainerVerb::Unpause, 4).await,
        "unpause frozen [reversible]
grace 5s
container frozen on aurora: frozen:1, paused
  unpause | POST /containers/000000000004/unpause | 10s
  see that it runs | GET /containers/000000000004/json | 2m
looks until it runs, and its health check passes where it has one
inverse: pause 1"
    );
}

#[tokio::test]
async fn kill() {
    assert_eq!(
        planned(ContainerVerb::Kill, 4).await,
        "kill frozen [irreversible]
type frozen
container frozen on aurora: frozen:1, paused
  kill (SIGKILL) | POST /containers/000000000004/kill?signal=SIGKILL | 10s
  see that it has ended | GET /containers/000000000004/json | 10s
looks until its process has ended
! frozen cannot save anything: what it has not written yet is lost; stop it to let it end by itself"
    );
}

#[tokio::test]
async fn remove_stops_what_runs_and_forces_nothing() {
    assert_eq!(
        planned(ContainerVerb::Remove, 3).await,
        "remove old [irreversible]
type old
container old on aurora: old:1, exited
  remove, its volumes stay | DELETE /containers/000000000003?force=false&v=false | 10s
  see that it is gone | GET /containers/000000000003/json | 30s
looks until it is gone"
    );
    assert_eq!(
        planned(ContainerVerb::Remove, 2).await,
        "remove acme/db [irreversible]
type acme-db-1
container acme-db-1 on aurora: acme-db-1:1, running
  stop, 10 s of grace | POST /containers/000000000002/stop?t=10 | 20s
  remove, its volumes stay | DELETE /containers/000000000002?force=false&v=false | 10s
  see that it is gone | GET /containers/000000000002/json | 30s
looks until it is gone
! acme-db-1 is running: it is stopped first
! acme/app depends on acme-db-1"
    );
}

#[tokio::test]
async fn several_containers_are_counted_and_what_makes_no_sense_is_left_out() {
    let fleet = Fleet::new();
    let targets = [
        key("aurora", 1),
        key("aurora", 2),
        key("compute-1", 1),
        key("aurora", 3),
        key("edge-2", 1),
        key("aurora", 1),
    ];
    let plan = fleet.planned(ContainerVerb::Kill, &targets).await;
    assert_eq!(plan.title, "kill 3 containers");
    assert_eq!(
        plan.confirmation,
        Confirmation::TypedName("3 containers".into())
    );
    let warnings: Vec<&str> = plan.warnings.iter().map(vocab::Text::as_str).collect();
    assert!(
        warnings.contains(&"left out: old on aurora does not run: there is nothing to kill"),
        "{warnings:?}"
    );
    assert!(
        warnings.contains(&"left out: edge-2 does not answer: no answer from 192.0.2.7"),
        "{warnings:?}"
    );
    assert!(
        !warnings.iter().any(|warning| warning.contains("depends")),
        "all of the project goes anyway: {warnings:?}"
    );
}

#[tokio::test]
async fn prune_lists_exactly_what_goes() {
    let kinds = vec![
        ObjectKind::Container,
        ObjectKind::DanglingImage,
        ObjectKind::Volume,
        ObjectKind::Network,
    ];
    let plan = Fleet::new()
        .plan(Intent::Prune {
            nodes: vec![node("aurora")],
            kinds,
        })
        .await
        .unwrap();
    assert_eq!(
        shown(&plan),
        "prune aurora: 5 objects, 15M [irreversible]
type aurora
stopped container old on aurora: size not known, 115d old
  remove | DELETE /containers/000000000003?force=false&v=false | 1m
  see that it is gone | GET /containers/000000000003/json | 30s
stopped container fresh on aurora: size not known, 115d old
  remove | DELETE /containers/000000000005?force=false&v=false | 1m
  see that it is gone | GET /containers/000000000005/json | 30s
untagged image 0a1b2c3d4e5f on aurora: 5.0M, 8d old
  remove | DELETE /images/0a1b2c3d4e5f?force=false | 1m
  see that it is gone | list every untagged image | 30s
unused volume old-data on aurora: 5.0M, 8d old
  remove | DELETE /volumes/old-data?force=false | 1m
  see that it is gone | list every unused volume | 30s
unused network old-net on aurora: 5.0M, 8d old
  remove | DELETE /networks/old-net | 1m
  see that it is gone | list every unused network | 30s
looks until each is gone
! the data of 1 volume goes with it and cannot be brought back"
    );
}

#[tokio::test]
async fn restart_unit() {
    let unit = UnitName::new("docker.service").unwrap();
    let plan = Fleet::new()
        .plan(Intent::RestartUnits {
            targets: vec![(node("compute-1"), unit)],
        })
        .await
        .unwrap();
    assert_eq!(
        shown(&plan),
        "restart docker.service on compute-1 [disruptive]
letter r
unit docker.service on compute-1: state not known
  restart | systemctl restart -- docker.service (unless root: sudo -n systemctl restart -- docker.service) | 3m
  see that it is active | systemctl show --property=LoadState,ActiveState,Type,Result,InvocationID -- docker.service | 1m
looks until systemd says that it is active
! 3 containers on compute-1 may restart with docker.service"
    );
}

#[tokio::test]
async fn reboot_goes_one_by_one_and_this_machine_last() {
    let plan = Fleet::new()
        .plan(Intent::Reboot {
            nodes: vec![node("aurora"), node("compute-1")],
        })
        .await
        .unwrap();
    assert_eq!(
        shown(&plan),
        "reboot 2 nodes [irreversible]
type 2 nodes
node compute-1 on compute-1: compute, ops@compute-1
  reboot | systemctl reboot, else reboot (unless root: with sudo -n) | 30s
  see that it is back, with another boot id | cat /proc/sys/kernel/random/boot_id | 5m
node aurora on aurora: lead, this machine
  reboot | systemctl reboot, else reboot (unless root: with sudo -n) | 30s
  see that it is back, with another boot id | cat /proc/sys/kernel/random/boot_id | 5m
looks until the node answers with another boot id, up to 5 minutes
! 3 running containers on compute-1: those without a restart policy stay stopped
! aurora is the machine this console runs on: the console ends with it and cannot see it come back
! 3 running containers on aurora: those without a restart policy stay stopped
! aurora serves acme.example.com
one by one"
    );
    let one = Fleet::new()
        .plan(Intent::Reboot {
            nodes: vec![node("aurora")],
        })
        .await
        .unwrap();
    assert_eq!(
        (one.title.as_str(), one.confirmation),
        ("reboot aurora", Confirmation::TypedName("aurora".into()))
    );
}

#[tokio::test]
async fn commands() {
    let command: Vec<String> = ["df", "-h", "/var lib"].map(str::to_owned).into();
    let nodes: Vec<NodeName> = vec![node("aurora"), node("compute-1")];
    let plan = Fleet::new()
        .plan(Intent::Command {
            nodes,
            command: command.clone(),
            one_by_one: true,
        })
        .await
        .unwrap();
    assert_eq!(
        shown(&plan),
        "run df -h '/var lib' on 2 nodes [disruptive]
letter c
node aurora on aurora: lead, this machine
  run the command | df -h '/var lib' | 5m
node compute-1 on compute-1: compute, ops@compute-1
  run the command | df -h '/var lib' | 5m
by its exit status: 0 is done, all else failed
one by one"
    );
    let plan = Fleet::new()
        .plan(Intent::ContainerCommand {
            target: key("aurora", 1),
            command,
        })
        .await
        .unwrap();
    assert_eq!(
        shown(&plan),
        "run df -h '/var lib' in acme/app [disruptive]
letter c
container acme-app-1 on aurora: acme-app-1:1, running
  run the command | POST /containers/000000000001/exec, then start: df -h '/var lib' | 5m
by its exit status: 0 is done, all else failed"
    );
}

#[tokio::test]
async fn secrets_in_a_command_are_not_shown() {
    let command = vec![
        "curl".to_owned(),
        "https://ci:hunter2@example.com".to_owned(),
    ];
    let plan = Fleet::new()
        .plan(Intent::Command {
            nodes: vec![node("aurora")],
            command,
            one_by_one: false,
        })
        .await
        .unwrap();
    assert!(!shown(&plan).contains("hunter2"), "{}", shown(&plan));
}

#[tokio::test]
async fn shells_are_handed_over() {
    for (intent, title) in [
        (
            Intent::NodeShell {
                node: node("compute-1"),
            },
            "shell on compute-1",
        ),
        (
            Intent::ContainerShell {
                target: key("aurora", 1),
            },
            "shell in acme/app",
        ),
    ] {
        let plan = Fleet::new().plan(intent).await.unwrap();
        assert_eq!(plan.title, title);
        assert_eq!(plan.reversibility, Reversibility::Reversible);
        assert!(
            matches!(&plan.steps[0].call, StepCall::Handover { command, .. } if !command.is_empty()),
            "{plan:?}"
        );
    }
}
