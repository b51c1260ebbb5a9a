//! Commands, units and reboots on simulated machines.

use std::sync::{Arc, Mutex, OnceLock};

use drivers::Connection;
use drivers::host::{CommandLine, CommandOutput, SimulatedHost};
use vocab::{LinkTrouble, UnitName};
use world::{Intent, Reversibility, RunState};

use super::fleet::{Fleet, node};
use super::journals::carry_out;

/// A machine with systemd: who is logged in, what is allowed, and every command it was given.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a machine allows are independent switches of a case"
)]
struct Machine {
    root: bool,
    sudo: bool,
    polkit: bool,
    systemd: bool,
    /// Restarts and reboots so far.
    starts: Arc<Mutex<u32>>,
    /// Whether a restarted unit fails.
    broken: bool,
    /// What sudo and systemctl say of a job that fails; empty when it works.
    warning: &'static str,
    /// Whether a reboot does nothing.
    stuck: bool,
    commands: Arc<Mutex<Vec<String>>>,
}

impl Machine {
    fn new() -> Self {
        Self {
            root: true,
            sudo: true,
            polkit: false,
            systemd: true,
            starts: Arc::default(),
            broken: false,
            warning: "",
            stuck: false,
            commands: Arc::default(),
        }
    }

    fn fleet(&self) -> Fleet {
        let machine = self.clone();
        Fleet::with_host(move |command, _| machine.answer(command))
    }

    /// The commands that change something.
    fn changing(&self) -> Vec<String> {
        let looks = |line: &str| {
            line.starts_with("id ")
                || line.starts_with("cat ")
                || line.starts_with("systemctl show")
        };
        self.commands
            .lock()
            .unwrap()
            .iter()
            .filter(|line| !looks(line))
            .cloned()
            .collect()
    }

    fn answer(&self, command: &CommandLine) -> CommandOutput {
        let line = crate::words::of(command).to_string();
        self.commands.lock().unwrap().push(line.clone());
        self.run(&line, self.root)
    }

    fn run(&self, line: &str, root: bool) -> CommandOutput {
        let says = |status: i32, stdout: &str, stderr: &str| CommandOutput {
            status: Some(status),
            stdout: stdout.into(),
            stderr: stderr.into(),
        };
        let starts = *self.starts.lock().unwrap();
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["journalctl", "--disk-usage"] => {
                let size = if starts > 0 { "180.0M" } else { "1.2G" };
                let said =
                    format!("Archived and active journals take up {size} in the file system.\n");
                says(0, &said, "")
            }
            ["find" | "stat" | "sh", ..] | ["journalctl", "--rotate", ..] if !root => {
                says(1, "", "cut: Permission denied\n")
            }
            ["find", ..] if starts > 0 => says(0, "", ""),
            ["find", ..] => says(0, &format!("70000000 {LOGGED}-json.log\n"), ""),
            ["stat", ..] if starts > 0 => says(0, "10000000\n", ""),
            ["stat", ..] => says(0, "70000000\n", ""),
            ["id", "-u"] => says(0, if self.root { "0\n" } else { "1000\n" }, ""),
            ["cat", _] => says(0, &format!("boot-{starts}\n"), ""),
            ["sudo", ..] if !self.warning.is_empty() => says(1, "", self.warning),
            ["sudo", "-n", rest @ ..] if self.sudo => self.run(&rest.join(" "), true),
            ["sudo", ..] => says(1, "", "sudo: a password is required\n"),
            ["systemctl", ..] if !self.systemd => says(127, "", "systemctl: not found\n"),
            ["systemctl", "show", ..] if line.ends_with("missing.service") => {
                says(0, "LoadState=not-found\n", "")
            }
            ["systemctl", "show", ..] => {
                let active = if self.broken && starts > 0 {
                    "failed"
                } else {
                    "active"
                };
                says(
                    0,
                    &format!(
                        "Type=simple\nLoadState=loaded\nActiveState={active}\nResult=exit-code\nInvocationID=i{starts}\n"
                    ),
                    "",
                )
            }
            ["systemctl", "restart", ..] | ["systemctl" | "reboot", ..]
                if !root && !self.polkit =>
            {
                says(1, "", "Failed: Interactive authentication required.\n")
            }
            ["systemctl", ..]
            | ["reboot"]
            | ["sh", "-c", "'set", ..]
            | ["journalctl", "--rotate", ..] => {
                *self.starts.lock().unwrap() += u32::from(!self.stuck);
                says(0, "", "")
            }
            ["sh", ..] => says(3, "half\n", "token=abcdef123456\n"),
            _ => says(0, "fine\n", ""),
        }
    }
}

/// The container whose log has grown.
const LOGGED: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

#[tokio::test(start_paused = true)]
async fn logs_over_their_bound_are_cut_and_what_that_frees_is_told() {
    let machine = Machine {
        root: false,
        ..Machine::new()
    };
    let fleet = machine.fleet();
    let wish = || Intent::PruneLogs {
        nodes: vec![node("compute-1")],
    };
    let plan = fleet.plan(wish()).await.unwrap();
    assert_eq!(plan.title, "cut the logs of compute-1: frees 1.1G");
    assert_eq!(plan.reversibility, Reversibility::Irreversible);
    let exact: Vec<&str> = plan.steps.iter().map(|step| step.exact.as_str()).collect();
    assert!(
        exact[0].starts_with("journalctl --rotate --vacuum-size=200M"),
        "{exact:?}"
    );
    assert!(
        exact[2].contains(&format!("/containers/{LOGGED}/{LOGGED}-json.log 10485760")),
        "{exact:?}"
    );
    let (state, said, _) = came(&machine, wish()).await;
    assert_eq!(state, RunState::Verified, "{said}");
    assert!(said.contains("are free again"), "{said}");

    // It is small now: there is nothing to do, and that is said.
    let refused = machine.fleet().plan(wish()).await.unwrap_err();
    assert_eq!(refused.kind, world::RefusalKind::Needless);

    let barred = Machine {
        root: false,
        sudo: false,
        ..Machine::new()
    };
    let refused = barred.fleet().plan(wish()).await.unwrap_err();
    assert!(
        refused.text.contains("a sudoers line with NOPASSWD"),
        "{refused:?}"
    );
}

fn unit(name: &str) -> Intent {
    Intent::RestartUnits {
        targets: vec![(node("compute-1"), UnitName::new(name).unwrap())],
    }
}

async fn came(machine: &Machine, intent: Intent) -> (RunState, String, Vec<String>) {
    let fleet = machine.fleet();
    let came = carry_out(&fleet, fleet.plan(intent).await.unwrap()).await;
    let said = (0..came.steps.len())
        .map(|step| came.said(step))
        .collect::<Vec<_>>()
        .join(" | ");
    (came.state, said, machine.changing())
}

/// The same of what must fail.
async fn failed(machine: &Machine, intent: Intent) -> (String, Vec<String>) {
    let (state, said, changing) = came(machine, intent).await;
    assert_eq!(state, RunState::Failed, "{said}");
    (said, changing)
}

#[tokio::test(start_paused = true)]
async fn a_unit_is_restarted_as_root_by_sudo_or_by_polkit() {
    let plain = "systemctl restart -- nginx.service";
    let by_sudo = "sudo -n systemctl restart -- nginx.service";
    for (machine, commands) in [
        (Machine::new(), vec![plain]),
        (
            Machine {
                root: false,
                ..Machine::new()
            },
            vec![by_sudo],
        ),
        (
            Machine {
                root: false,
                sudo: false,
                polkit: true,
                ..Machine::new()
            },
            vec![by_sudo, plain],
        ),
    ] {
        let (state, said, changing) = came(&machine, unit("nginx.service")).await;
        assert_eq!(
            (state, changing),
            (
                RunState::Verified,
                commands.iter().map(ToString::to_string).collect()
            ),
            "{said}"
        );
    }
    let (said, _) = failed(
        &Machine {
            root: false,
            sudo: false,
            ..Machine::new()
        },
        unit("nginx.service"),
    )
    .await;
    assert_eq!(
        said,
        "not allowed: sudo -n systemctl restart -- nginx.service: sudo: a password is required; systemctl restart -- \
         nginx.service: Failed: Interactive authentication required.; let this user restart the unit: a sudoers line with \
         NOPASSWD for systemctl restart, or a polkit rule for org.freedesktop.systemd1.manage-units | skipped"
    );
}

#[tokio::test(start_paused = true)]
async fn a_unit_that_fails_or_is_not_there_or_did_not_restart() {
    let (said, _) = failed(
        &Machine {
            broken: true,
            ..Machine::new()
        },
        unit("nginx.service"),
    )
    .await;
    assert_eq!(
        said,
        " | it failed (exit-code): see systemctl status and its journal"
    );
    let warned = "sudo: unable to resolve host compute-1\nJob for nginx.service failed.\n";
    let (said, changing) = failed(
        &Machine {
            root: false,
            warning: warned,
            ..Machine::new()
        },
        unit("nginx.service"),
    )
    .await;
    assert_eq!(
        said,
        "exit status 1: Job for nginx.service failed. | skipped"
    );
    assert_eq!(changing.len(), 1, "what failed is not tried by another way");
    let (said, changing) = failed(&Machine::new(), unit("missing.service")).await;
    assert_eq!(
        said,
        "there is no unit missing.service on this node; nothing was done | skipped"
    );
    assert!(changing.is_empty());
    let (said, _) = failed(
        &Machine {
            stuck: true,
            ..Machine::new()
        },
        unit("nginx.service"),
    )
    .await;
    assert_eq!(
        said,
        " | waited 1m: it is active since before, it did not restart"
    );
}

#[tokio::test(start_paused = true)]
async fn a_reboot_is_seen_by_another_boot_id() {
    let reboot = || Intent::Reboot {
        nodes: vec![node("compute-1")],
    };
    let (state, said, changing) = came(&Machine::new(), reboot()).await;
    assert_eq!(
        (state, said.as_str(), changing),
        (
            RunState::Verified,
            " | boot id boot-1",
            vec!["systemctl reboot".to_owned()]
        )
    );
    let (state, _, changing) = came(
        &Machine {
            systemd: false,
            ..Machine::new()
        },
        reboot(),
    )
    .await;
    assert_eq!(
        (state, changing),
        (
            RunState::Verified,
            vec!["systemctl reboot".to_owned(), "reboot".to_owned()]
        )
    );
    let (said, _) = failed(
        &Machine {
            stuck: true,
            ..Machine::new()
        },
        reboot(),
    )
    .await;
    assert_eq!(said, " | waited 5m: it is still on the same boot");
}

#[tokio::test(start_paused = true)]
async fn several_nodes_reboot_one_by_one_until_one_does_not_come_back() {
    let machine = Machine {
        stuck: true,
        ..Machine::new()
    };
    let (said, changing) = failed(
        &machine,
        Intent::Reboot {
            nodes: vec![node("aurora"), node("compute-1")],
        },
    )
    .await;
    assert_eq!(
        said,
        " | waited 5m: it is still on the same boot | skipped | skipped"
    );
    assert_eq!(changing, ["systemctl reboot"]);
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_on_each_node_and_its_status_decides() {
    let machine = Machine::new();
    let run = |program: &str, one_by_one| Intent::Command {
        nodes: vec![node("aurora"), node("compute-1")],
        command: vec![program.to_owned(), "--".to_owned(), "a b".to_owned()],
        one_by_one,
    };
    let (state, said, changing) = came(&machine, run("true", false)).await;
    assert_eq!(
        (state, said.as_str()),
        (RunState::Done, "exit status 0 | exit status 0")
    );
    assert_eq!(changing, ["true -- 'a b'", "true -- 'a b'"]);
    let (said, _) = failed(&machine, run("sh", false)).await;
    assert_eq!(said, "exit status 3 | exit status 3");
    let (_, said, _) = came(&machine, run("sh", true)).await;
    assert_eq!(
        said, "exit status 3 | skipped",
        "one by one stops at the first failure"
    );
    let fleet = machine.fleet();
    let failed = carry_out(&fleet, fleet.plan(run("sh", false)).await.unwrap()).await;
    assert_eq!(failed.outputs[0], "half\ntoken=••••••••\n");
}

/// Reboots a machine whose link goes with the reboot, and comes back after `back`, if at all.
async fn rebooted_with_its_link(back: Option<u64>, answers: bool) -> super::journals::Came {
    let machine = Machine::new();
    let link: Arc<OnceLock<SimulatedHost>> = Arc::default();
    let (rebooting, cut) = (machine.clone(), link.clone());
    let host = SimulatedHost::new("compute-1", move |command, _| {
        let answer = rebooting.answer(command);
        if command.program == "systemctl" {
            cut.get().unwrap().set_trouble(Some(LinkTrouble::Lost));
        }
        // A command that the reboot itself ends has no status.
        let status = answer
            .status
            .filter(|_| answers || command.program != "systemctl");
        CommandOutput { status, ..answer }
    });
    link.set(host.clone()).ok().unwrap();
    let mut fleet = machine.fleet();
    let ends = Connection::given(Arc::new(host.clone()), fleet.compute.clone());
    fleet.connections.insert(node("compute-1"), Arc::new(ends));
    if let Some(seconds) = back {
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
            host.set_trouble(None);
        });
    }
    let reboot = Intent::Reboot {
        nodes: vec![node("compute-1")],
    };
    let plan = fleet.plan(reboot).await.unwrap();
    carry_out(&fleet, plan).await
}

#[tokio::test(start_paused = true)]
async fn a_link_that_goes_with_the_reboot_is_expected_to_come_back() {
    for answers in [true, false] {
        let came = rebooted_with_its_link(Some(90), answers).await;
        assert_eq!(came.state, RunState::Verified, "{:?}", came.steps);
        let came = rebooted_with_its_link(None, answers).await;
        assert_eq!(came.state, RunState::Unknown, "{:?}", came.steps);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_made_anew_whether_or_not_the_node_answers() {
    let machine = Machine::new();
    let fleet = machine.fleet();
    let wish = |name: &str| Intent::Reconnect {
        nodes: vec![node(name)],
    };
    let plan = fleet.plan(wish("compute-1")).await.unwrap();
    assert_eq!(plan.title, "reconnect compute-1");
    let came = carry_out(&fleet, plan).await;
    assert_eq!(
        (&came.state, came.said(1).as_str()),
        (&RunState::Verified, "it answers")
    );

    let unknown = fleet.plan(wish("compute-9")).await.unwrap_err();
    assert!(
        unknown.text.contains("did you mean compute-1?"),
        "{unknown:?}"
    );
}
