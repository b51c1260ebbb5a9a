//! The simulated machines: what they are, what they use, what they answer to a command.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use drivers::docker::Docker;
use drivers::host::{CommandLine, CommandOutput, SimulatedHost};
use vocab::{
    Bytes, CpuUse, Disk, FailedUnit, Gpu, GpuProcess, HostCondition, HostFacts, HostSample,
    Interface, Memory, Mesh, ObjectKind, Peer, Percent, Process, Rate, Span, Temperature, Text,
    Time,
};
use world::{Fact, Metric, Point, SeriesKey, Subject};

use super::scenario::{FULL, Mended, Mending};
use super::shape::{chance, salt, wander};
use super::{Actor, Simulation};

/// What kind of machine it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// Logical CPUs.
    pub cores: u32,
    /// Memory in GiB.
    pub memory: u64,
    /// Its usual load, 0 to 1.
    pub busy: f32,
    /// GPUs.
    pub gpus: u32,
    /// Its usual round trip in milliseconds.
    pub away: i64,
    /// Share of its disk in use.
    pub disk: f32,
}

impl Part {
    /// Tells machines of the same kind apart.
    fn salt(&self) -> u64 {
        u64::from(self.cores) * 31
            + self.memory * 7
            + u64::from(self.busy.to_bits())
            + self.away.unsigned_abs()
    }
}

/// CPU in percent.
pub(super) fn cpu(part: &Part, seed: u64, at: Time) -> f32 {
    (part.busy * 100.0 * (0.55 + 0.9 * wander(seed, part.salt(), at))).clamp(0.5, 100.0)
}

/// Memory in percent.
pub(super) fn memory(part: &Part, seed: u64, at: Time) -> f32 {
    let slow = wander(seed, part.salt() + 1, Time(at.0 / 6));
    (28.0 + 45.0 * part.busy + 12.0 * slow).clamp(5.0, 97.0)
}

pub(super) fn round_trip(part: &Part, seed: u64, at: Time) -> Span {
    let more = wander(seed, part.salt() + 2, at) * part.away as f32 * 0.3;
    Span::millis(part.away + more as i64)
}

pub(super) fn sample(part: &Part, seed: u64, at: Time) -> HostSample {
    let total = cpu(part, seed, at);
    let cores = (0..part.cores)
        .map(|core| {
            Percent(
                (total * (0.4 + 1.2 * wander(seed, part.salt() + 100 + u64::from(core), at)))
                    .clamp(0.0, 100.0),
            )
        })
        .collect();
    let all = Bytes(part.memory << 30);
    let used = (all.0 as f64 * f64::from(memory(part, seed, at)) / 100.0) as u64;
    let traffic = |salt: u64, scale: f32| {
        Rate((wander(seed, part.salt() + salt, at) * scale * part.busy * 1_000_000.0) as u64)
    };
    let load = total / 100.0 * part.cores as f32;
    HostSample {
        cpu: CpuUse {
            total: Percent(total),
            user: Percent(total * 0.7),
            system: Percent(total * 0.25),
            waiting: Percent(total * 0.05),
            stolen: Percent(0.0),
            cores,
        },
        load: [load, load * 0.95, load * 0.9],
        memory: Memory {
            total: all,
            available: Bytes(all.0 - used),
            cached: Bytes(all.0 / 6),
            swap_total: Bytes(2 << 30),
            swap_used: Bytes(120 << 20),
        },
        interfaces: vec![
            Interface {
                name: Text::line("eth0"),
                received: traffic(3, 4.0),
                sent: traffic(4, 9.0),
                errors: 0,
            },
            Interface {
                name: Text::line("wg0"),
                received: traffic(5, 0.5),
                sent: traffic(6, 0.5),
                errors: 0,
            },
        ],
        disk_read: traffic(7, 2.0),
        disk_written: traffic(8, 3.0),
        uptime: Span(Span::days(41).0 + at.0 % Span::days(1).0),
        clock_skew: Some(3),
        round_trip: Some(round_trip(part, seed, at)),
    }
}

pub(super) fn facts(actor: &Actor) -> HostFacts {
    HostFacts {
        hostname: Text::line(actor.profile.name.as_str()),
        system: Text::line("Debian GNU/Linux 12 (bookworm)"),
        kernel: Text::line("6.1.0-40-amd64"),
        architecture: Text::line("x86_64"),
        cores: actor.part.cores,
        processor: Text::line("simulated processor"),
    }
}

/// The unit that failed.
const UNIT: &str = "certbot.service";

/// The share of a disk in use by now: one fills, until what nobody uses is removed.
async fn share_of_disk(simulation: &Simulation, actor: &Actor, begun: Time, now: Time) -> f32 {
    /// What the fuller disk gains by the time the demo opens, and a minute.
    const FILLED: (f32, f32) = (0.591, 0.006);
    let own = actor.part.disk;
    if !simulation.scenario.is_bad() || actor.profile.name.as_str() != FULL {
        return own;
    }
    let kinds = [ObjectKind::DanglingImage, ObjectKind::UnusedImage];
    let unused = actor.engine.prunable(&kinds).await.unwrap_or_default();
    if unused.is_empty() {
        return own + 0.3;
    }
    let minutes = now.since(begun).as_seconds_f64() as f32 / 60.0;
    (own + FILLED.0 + FILLED.1 * minutes).min(0.985)
}

/// Disks, temperatures and units by now.
pub(super) async fn condition(
    simulation: &Simulation,
    actor: &Actor,
    begun: Time,
    now: Time,
) -> HostCondition {
    let part = &actor.part;
    let name = actor.profile.name.as_str();
    let bad = simulation.scenario.is_bad();
    let share = share_of_disk(simulation, actor, begun, now).await;
    let disk = |mount: &str, device: &str, total: u64, share: f32| {
        let total = Bytes(total << 30);
        let used = Bytes((total.0 as f64 * f64::from(share)) as u64);
        Disk {
            mount: Text::line(mount),
            device: Text::line(device),
            total,
            used,
            available: Bytes(total.0 - used.0),
        }
    };
    let mut disks = vec![disk("/", "/dev/sda1", 40 * u64::from(part.cores), share)];
    if part.gpus > 0 {
        disks.push(disk("/models", "/dev/nvme0n1p1", 900, 0.63));
    }
    let own = || name.to_owned();
    let restarted = simulation
        .mended
        .has(&Mending::Unit(own(), UNIT.to_owned()));
    let rebooted = simulation.mended.has(&Mending::Reboot(own()));
    let unit = FailedUnit {
        name: Text::line(UNIT),
        description: Text::line("Certbot"),
    };
    HostCondition {
        disks,
        temperatures: vec![Temperature {
            sensor: Text::line("cpu"),
            celsius: 41.0 + 30.0 * part.busy,
            limit: Some(95.0),
        }],
        failed_units: Some(if bad && part.cores == 8 && !restarted {
            vec![unit]
        } else {
            Vec::new()
        }),
        pending_reboot: (bad && part.away == 18 && !rebooted)
            .then(|| Text::line("a new kernel is installed: linux-image-6.1.0-41-amd64")),
    }
}

/// A disk that fills, so that there is a day to see it full.
pub(super) fn disk_past(actor: &Actor, now: Time) -> Option<Fact> {
    let share = actor.part.disk * 100.0;
    (share > 70.0).then(|| Fact::HistoryRestored {
        key: SeriesKey::new(
            Subject::Disk {
                node: actor.profile.name.clone(),
                mount: Text::line("/"),
            },
            Metric::Used,
        ),
        points: (1..=96)
            .rev()
            .map(|hours| Point {
                at: now - Span::hours(hours),
                value: share - 0.2 * hours as f32,
            })
            .collect(),
    })
}

pub(super) fn gpus(part: &Part, seed: u64, at: Time) -> Option<Vec<Gpu>> {
    let gpu = |index: u32| {
        let load = wander(seed, part.salt() + 50 + u64::from(index), at);
        Gpu {
            index,
            name: Text::line("NVIDIA L4"),
            uuid: Text::line(format!("GPU-demo-{}-{index}", part.busy)),
            load: Some(Percent(load * 100.0)),
            memory_used: Bytes((4 << 30) + ((load * 16.0) as u64) * (1 << 30)),
            memory_total: Bytes(24 << 30),
            celsius: Some(44.0 + 30.0 * load),
            watts: Some(22.0 + 46.0 * load),
            watts_limit: Some(72.0),
            fault: None,
            processes: vec![GpuProcess {
                pid: 4711,
                name: Text::line("ollama"),
                memory: Bytes(4 << 30),
            }],
        }
    };
    (part.gpus > 0).then(|| (0..part.gpus).map(gpu).collect())
}

/// Each machine is a peer of every other.
pub(super) fn mesh(actor: &Actor, simulation: &Simulation, now: Time) -> Option<Mesh> {
    let key = |name: &str| {
        Text::line(format!(
            "{:022x}{:021x}=",
            salt(name),
            salt(name).rotate_left(9)
        ))
    };
    let own = actor.profile.name.as_str();
    let peer = |other: &Actor| Peer {
        interface: Text::line("wg0"),
        public_key: key(other.profile.name.as_str()),
        endpoint: other
            .profile
            .address
            .as_ref()
            .map(|address| Text::line(format!("{address}:51820"))),
        allowed: Text::line(format!(
            "{}/32",
            other.profile.vpn_address.as_deref().unwrap_or_default()
        )),
        handshake: Some(
            now - Span::seconds(
                20 + (chance(
                    simulation.seed,
                    salt(own),
                    salt(other.profile.name.as_str()),
                ) * 90.0) as i64,
            ),
        ),
        received: Bytes(312 << 20),
        sent: Bytes(274 << 20),
        keepalive: Some(Span::seconds(25)),
    };
    (simulation.actors.len() <= 12).then(|| Mesh {
        interfaces: vec![(Text::line("wg0"), key(own))],
        peers: simulation
            .actors
            .iter()
            .filter(|other| other.profile.name != actor.profile.name)
            .map(peer)
            .collect(),
    })
}

/// The busiest processes and how many there are.
pub(super) fn processes(actor: &Actor, seed: u64, at: Time) -> (Vec<Process>, u32) {
    const NAMES: [&str; 14] = [
        "postgres",
        "node",
        "caddy",
        "dockerd",
        "containerd",
        "python3",
        "ollama",
        "redis-server",
        "sshd",
        "systemd-journald",
        "n8n",
        "java",
        "containerd-shim",
        "systemd",
    ];
    let mut list: Vec<Process> = NAMES
        .iter()
        .zip(800..)
        .map(|(name, pid)| {
            let share = wander(seed, actor.part.salt() + salt(name), at)
                * chance(seed, salt(name), actor.part.salt());
            Process {
                pid,
                name: Text::line(name),
                command: Text::line(format!("/usr/bin/{name} --demo")),
                user: Text::line(if pid % 3 == 0 { "root" } else { "app" }),
                cpu: Percent(share * actor.part.busy * 180.0),
                memory: Bytes((share * 900.0) as u64 * (1 << 20) + (12 << 20)),
                state: 'S',
            }
        })
        .collect();
    list.sort_by(|a, b| b.cpu.0.total_cmp(&a.cpu.0));
    (list, 214)
}

/// A machine that answers what this program asks of one.
pub(super) fn machine(name: &str, mended: Mended) -> SimulatedHost {
    let boots = AtomicU64::new(0);
    let name = name.to_owned();
    SimulatedHost::new(&name.clone(), move |command, _| {
        let output = |text: String| CommandOutput {
            status: Some(0),
            stdout: text.into_bytes(),
            stderr: Vec::new(),
        };
        let words: Vec<&str> = command.arguments.iter().map(String::as_str).collect();
        match (command.program.as_str(), words.as_slice()) {
            ("id", _) => output("0\n".into()),
            ("hostname", _) => output(format!("{name}\n")),
            ("uptime", _) => output(
                " 14:02:11 up 41 days,  3:17,  0 users,  load average: 0.42, 0.40, 0.38\n".into(),
            ),
            ("systemctl", ["reboot"]) | ("reboot", _) => {
                boots.fetch_add(1, Ordering::Relaxed);
                mended.note(Mending::Reboot(name.clone()));
                output(String::new())
            }
            ("systemctl", ["show", ..]) => output(format!(
                "LoadState=loaded\nActiveState=active\nType=simple\nResult=success\nInvocationID={:032x}\n",
                boots.fetch_add(1, Ordering::Relaxed) + 1
            )),
            ("systemctl", ["restart", .., unit]) => {
                mended.note(Mending::Unit(name.clone(), (*unit).to_owned()));
                output(String::new())
            }
            // No log of a container is large.
            ("systemctl" | "find", _) => output(String::new()),
            // A look at a site from there, by its status.
            ("curl", _) => output("200".into()),
            ("journalctl", ["--disk-usage"]) => {
                let cut = mended.has(&Mending::Logs(name.clone()));
                let size = if cut { "184.0M" } else { "1.4G" };
                output(format!(
                    "Archived and active journals take up {size} in the file system.\n"
                ))
            }
            ("journalctl", ["--rotate", ..]) => {
                mended.note(Mending::Logs(name.clone()));
                output(String::new())
            }
            ("journalctl", _) => output(journal(&name, drivers::clock::now())),
            ("cat", [path]) if path.ends_with("boot_id") => {
                output(format!("{:08x}-demo\n", boots.load(Ordering::Relaxed)))
            }
            _ => simulated(command),
        }
    })
}

/// The last entries of a machine's journal, as `journalctl -o json` writes them.
fn journal(name: &str, now: Time) -> String {
    const ENTRIES: [(&str, &str, &str); 5] = [
        ("systemd", "6", "Started Daily apt download activities."),
        (
            "sshd",
            "6",
            "Accepted publickey for deploy from 198.51.100.7 port 51512",
        ),
        ("certbot", "4", "Failed to renew certificate: rate limited"),
        ("kernel", "5", "wireguard: wg0: handshake completed"),
        ("dockerd", "6", "health status of container changed"),
    ];
    let mut lines = String::new();
    for ((program, priority, text), number) in ENTRIES.iter().zip(0..) {
        let at = now - Span::seconds(40 * (5 - number));
        let _ = writeln!(
            lines,
            r#"{{"__CURSOR":"demo-{name}-{number}","__REALTIME_TIMESTAMP":"{}000","PRIORITY":"{priority}","SYSLOG_IDENTIFIER":"{program}","_HOSTNAME":"{name}","MESSAGE":"{text}"}}"#,
            at.0
        );
    }
    lines
}

/// Any other command: the demo has no machine to run it on, and says so.
fn simulated(command: &CommandLine) -> CommandOutput {
    let text = format!(
        "simulated: {} {}\n",
        command.program,
        command.arguments.join(" ")
    );
    CommandOutput {
        status: Some(0),
        stdout: text.into_bytes(),
        stderr: Vec::new(),
    }
}
