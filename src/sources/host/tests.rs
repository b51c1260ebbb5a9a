//! The sources of machines against this machine, its shells, and real sshds on loopback.

#[path = "../../drivers/host/tests/sshd.rs"]
mod sshd;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use drivers::host::{CommandOutput, LocalHost, SimulatedHost, SshHost, SshTarget};
use drivers::{Connection, EngineAddress, Host};
use kit::queue;
use proptest::prelude::*;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use vocab::{HostSample, LinkTrouble, NodeName, Span, Text, Time};
use world::{About, Event, Fact, Interest};

use self::sshd::Sshd;
use super::counters::{Counters, FILES};
use super::parse::section::{Section, body, prefixed, sections};
use super::parse::{
    cpu, disk, facts, gpu, load, memory, mesh, network, process, temperature, units,
};
use crate::{Context, NodeTarget};

/// A source at work, and what it says.
struct Watched {
    events: queue::Receiver<Event>,
    cancel: CancellationToken,
    interest: watch::Sender<Interest>,
    looks: crate::Looks,
    task: tokio::task::JoinHandle<()>,
}

fn start(host: Arc<dyn Host>, local: bool, refresh: Span) -> Watched {
    let (sender, events) = queue::channel(1000);
    let (interest, looked_at) = watch::channel(Interest::default());
    let cancel = CancellationToken::new();
    let looks = crate::Looks::default();
    let context = Context {
        events: sender,
        interest: looked_at,
        cancel: cancel.clone(),
        looks: looks.clone(),
        refresh,
    };
    let connection = Arc::new(Connection::new(host, EngineAddress::None));
    let target = NodeTarget {
        node: node(),
        local,
        connection,
    };
    let task = tokio::spawn(super::run(context, target));
    Watched {
        events,
        cancel,
        interest,
        looks,
        task,
    }
}

fn node() -> NodeName {
    NodeName::new("aurora").unwrap()
}

impl Watched {
    /// Waits for a fact, letting others pass.
    async fn until<T>(&mut self, seconds: u64, mut wanted: impl FnMut(Fact) -> Option<T>) -> T {
        let search = async {
            loop {
                let event = self.events.recv().await.expect("the source ended");
                if let Some(found) = wanted(event.fact) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(seconds), search)
            .await
            .expect("the fact did not come")
    }

    async fn sample(&mut self) -> HostSample {
        self.until(10, |fact| {
            if let Fact::NodeSampled { sample, .. } = fact {
                Some(*sample)
            } else {
                None
            }
        })
        .await
    }

    async fn lost(&mut self, seconds: u64) -> (LinkTrouble, Text) {
        let lost = |fact| {
            if let Fact::NodeLost { trouble, text, .. } = fact {
                Some((trouble, text))
            } else {
                None
            }
        };
        self.until(seconds, lost).await
    }

    async fn end(self) {
        self.cancel.cancel();
        timeout(Duration::from_secs(5), self.task)
            .await
            .expect("the source does not end")
            .unwrap();
    }
}

/// What holds for this machine however it is read.
async fn looks_like_this_machine(watched: &mut Watched) {
    let begin = Instant::now();
    let facts = watched
        .until(10, |fact| {
            if let Fact::NodeDescribed { facts, .. } = fact {
                Some(facts)
            } else {
                None
            }
        })
        .await;
    assert_eq!(
        facts.cores as usize,
        std::thread::available_parallelism().unwrap().get()
    );
    assert!(!facts.kernel.as_str().is_empty() && !facts.hostname.as_str().is_empty());
    let sample = watched.sample().await;
    println!("first sample after {:?}", begin.elapsed());
    assert!(sample.memory.total.0 > sample.memory.available.0 && sample.memory.available.0 > 0);
    assert_eq!(sample.cpu.cores.len(), facts.cores as usize);
    assert!(sample.uptime > Span::ZERO);
    let condition = watched.until(10, |fact| {
        if let Fact::NodeConditionRead { condition, .. } = fact {
            Some(condition)
        } else {
            None
        }
    });
    let condition = condition.await;
    let root = condition
        .disks
        .iter()
        .find(|disk| disk.mount.as_str() == "/")
        .expect("no root file system");
    assert!(root.total.0 >= root.used.0 && root.total.0 > 0);
    let mut child = Command::new("sleep").arg("300").spawn().unwrap();
    watched.interest.send_replace(Interest {
        processes: [node()].into(),
        ..Interest::default()
    });
    let found = watched.until(15, |fact| match fact {
        Fact::ProcessesListed {
            processes, total, ..
        } => {
            assert!(total as usize >= processes.len());
            processes
                .into_iter()
                .find(|process| process.pid == child.id())
                // Between fork and exec it is not what it will be.
                .filter(|process| process.name.as_str() == "sleep" && process.memory.0 > 0)
        }
        _ => None,
    });
    let found = found.await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        (found.name.as_str(), found.command.as_str()),
        ("sleep", "sleep 300")
    );
    assert!(found.memory.0 > 0);
    let user = Command::new("id").arg("-un").output().unwrap();
    assert_eq!(
        found.user.as_str(),
        String::from_utf8_lossy(&user.stdout).trim()
    );
}

#[tokio::test]
async fn this_machine_is_read() {
    let mut watched = start(Arc::new(LocalHost), true, Span::millis(200));
    looks_like_this_machine(&mut watched).await;
    assert_eq!(watched.sample().await.round_trip, None);
    watched.end().await;
}

#[tokio::test]
async fn a_node_is_read_by_the_sampler() {
    // Without ssh in between: the same script and the same task.
    let mut watched = start(Arc::new(LocalHost), false, Span::millis(200));
    looks_like_this_machine(&mut watched).await;
    let sample = watched.sample().await;
    assert!(sample.round_trip.is_some());
    assert!(
        sample.clock_skew.unwrap().abs() < 1_500,
        "{:?}",
        sample.clock_skew
    );
    watched.end().await;
}

#[test]
fn the_script_answers_alike_in_every_shell() {
    for shell in [&["dash"][..], &["busybox", "sh"], &["bash", "--posix"]] {
        let script = include_str!("sampler.sh");
        let started = Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            println!("left out: no {}", shell[0]);
            continue;
        };
        let mut stdin = child.stdin.take().unwrap();
        stdin
            .write_all(b"sample a\nfacts b\nnonsense c\nprocesses d\ncondition e\n")
            .unwrap();
        // The end of its input is its end.
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{shell:?}");
        let text = output.stdout;
        for mark in ["a", "b", "c", "d", "e"] {
            let end = format!("\n== end {mark}\n");
            assert!(
                text.windows(end.len())
                    .any(|window| window == end.as_bytes()),
                "{shell:?} {mark}"
            );
        }
        let files = prefixed(&text);
        let files: Vec<Section<'_>> = files
            .iter()
            .map(|(name, body)| Section { name, body })
            .collect();
        assert!(Counters::parse(&files).is_some(), "{shell:?}");
        let files = sections(&text);
        assert!(process::stats(body(&files, "stat")).len() > 2, "{shell:?}");
        assert!(
            process::statuses(body(&files, "status"))[&std::process::id()]
                .user
                .is_some(),
            "{shell:?}"
        );
        let own = format!("/proc/{}/cmdline", std::process::id());
        assert!(!body(&files, &own).is_empty(), "{shell:?}");
        assert!(
            disk::space(body(&files, "df"))
                .iter()
                .any(|disk| disk.mount.as_str() == "/"),
            "{shell:?}"
        );
        assert!(
            facts::word(body(&files, "date"))
                .as_str()
                .parse::<i64>()
                .is_ok(),
            "{shell:?}"
        );
    }
}

#[tokio::test]
async fn gpus_and_mesh_are_told_and_a_lost_gpu_is_missed() {
    let lost = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_lost = Arc::clone(&lost);
    let host = SimulatedHost::new("aurora", move |command, _| {
        let gone = is_lost.load(std::sync::atomic::Ordering::Relaxed);
        let text = match (command.program.as_str(), command.arguments[0].as_str()) {
            ("nvidia-smi", _) if gone => {
                "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost."
            }
            ("nvidia-smi", query) if query.starts_with("--query-gpu=") => {
                "0, GPU-aaaa, NVIDIA L4, 97, 20000, 23034, 66, 71.85, 72.00, 0\n"
            }
            ("nvidia-smi", _) => "GPU-aaaa, 4242, 19000, python3\n",
            _ => "wg0\tPRIVATE=\tPUBLIC=\t51820\toff\n",
        };
        CommandOutput {
            status: Some(0),
            stdout: text.as_bytes().to_vec(),
            stderr: Vec::new(),
        }
    });
    let (sender, mut events) = queue::channel(10);
    let (_interest, interest) = watch::channel(Interest::default());
    let context = Context {
        events: sender,
        interest,
        cancel: CancellationToken::new(),
        looks: crate::Looks::default(),
        refresh: Span::seconds(2),
    };
    let connection = Arc::new(Connection::new(Arc::new(host), EngineAddress::None));
    let target = NodeTarget {
        node: node(),
        local: false,
        connection,
    };
    tokio::time::pause();
    let tools = super::extras::Tools {
        gpus: true,
        mesh: true,
    };
    let task = tokio::spawn(async move { super::extras::watch(&context, &target, tools).await });
    let (mut seen, mut missed, mut meshes) = (0, 0, 0);
    while missed == 0 {
        match events.recv().await.unwrap().fact {
            Fact::GpusSampled { gpus, .. } if gpus.is_empty() => missed += 1,
            Fact::GpusSampled { gpus, .. } => {
                assert_eq!(gpus[0].processes[0].pid, 4242);
                seen += 1;
                lost.store(seen == 2, std::sync::atomic::Ordering::Relaxed);
            }
            Fact::MeshRead { mesh, .. } => {
                assert_eq!(mesh.interfaces.len(), 1);
                meshes += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    task.abort();
    assert!(seen == 2 && meshes >= 2, "{seen} {meshes}");
}

#[tokio::test]
async fn a_node_that_is_asked_for_is_tried_at_once() {
    let host = SimulatedHost::new("aurora", |_, _| CommandOutput {
        status: Some(0),
        stdout: Vec::new(),
        stderr: Vec::new(),
    });
    // After this the next attempt is minutes away.
    host.set_trouble(Some(LinkTrouble::HostKeyChanged));
    let mut watched = start(Arc::new(host), false, Span::seconds(2));
    watched.lost(10).await;
    let looks = watched.looks.clone();
    let asking = tokio::spawn(async move {
        // What is asked before it waits is heard by nobody.
        loop {
            looks.ask([About::Node(node())].into());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    watched.lost(10).await;
    asking.abort();
    watched.end().await;
}

fn over_ssh(sshd: &Sshd) -> Arc<dyn Host> {
    Arc::new(
        SshHost::new(SshTarget {
            config_file: Some(sshd.at("config")),
            ..SshTarget::new("node")
        })
        .unwrap(),
    )
}

#[tokio::test]
async fn a_node_over_ssh_is_read_lost_and_found_again() {
    let Some(mut sshd) = Sshd::start() else {
        return;
    };
    let mut watched = start(over_ssh(&sshd), false, Span::millis(200));
    looks_like_this_machine(&mut watched).await;
    sshd.kill();
    let (trouble, text) = watched.lost(5).await;
    assert_eq!(trouble, LinkTrouble::Lost, "{text}");
    let (trouble, text) = watched.lost(10).await;
    assert_eq!(trouble, LinkTrouble::Refused, "{text}");
    sshd.restart();
    let reached = |fact| {
        if let Fact::NodeReached { round_trip, .. } = fact {
            Some(round_trip)
        } else {
            None
        }
    };
    println!("round trip {:?}", watched.until(15, reached).await);
    watched.sample().await;
    watched.end().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let log = std::fs::read_to_string(sshd.at("sshd.log")).unwrap();
    assert!(!log.contains("fatal"), "{log}");
}

#[tokio::test]
async fn a_silent_node_is_lost_within_twenty_seconds_and_a_changed_key_is_left_alone() {
    let Some(sshd) = Sshd::start() else { return };
    let mut watched = start(over_ssh(&sshd), false, Span::millis(500));
    watched.sample().await;
    sshd.signal("STOP", false);
    let begin = Instant::now();
    let (trouble, text) = watched.lost(21).await;
    println!("silent node lost after {:?}: {text}", begin.elapsed());
    assert_eq!(trouble, LinkTrouble::Lost);
    sshd.know("other-host");
    sshd.signal("KILL", false);
    let retry = watched.until(20, |fact| match fact {
        Fact::NodeLost {
            trouble: LinkTrouble::HostKeyChanged,
            retry_at,
            ..
        } => retry_at,
        _ => None,
    });
    assert!(retry.await.since(drivers::clock::now()) > Span::minutes(4));
    watched.end().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn parsers_take_any_bytes(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        words in "(cpu|cpu0|==> /proc/stat <==|/proc/1/status:Uid:|1 \\(x\\) S|eth0:|[ \t\n,:%()=-]|[0-9]{1,22}|/dev/sda1|wg0\t|MemTotal:|\\[N/A\\]){0,60}",
    ) {
        for text in [bytes.as_slice(), words.as_bytes()] {
            let files = sections(text);
            let apart = prefixed(text);
            prop_assert!(apart.len() <= text.len());
            let whole = FILES.map(|name| Section { name, body: text });
            if let (Some(one), Some(two)) = (Counters::parse(&whole), Counters::parse(&whole)) {
                prop_assert!(two.since(&one).is_none(), "no time went by");
            }
            drop((cpu::parse(text), memory::parse(text), load::load(text), load::uptime(text)));
            drop((network::parse(text), disk::io(text), disk::mounts(text), disk::space(text)));
            drop((process::stats(text), process::statuses(text), process::users(text), process::command(text, "x")));
            drop((facts::system(text), facts::processor(text), units::failed(text), units::reboot_reason(text)));
            drop((temperature::parse(&files), mesh::parse(text, Time(1_795_269_728_000))));
            let mut gpus = gpu::gpus(text);
            gpu::attach_processes(&mut gpus, text);
        }
    }
}
