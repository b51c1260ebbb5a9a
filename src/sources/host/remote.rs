//! A node over SSH: its link, made again for ever, and its figures while it is up.

use std::collections::BTreeMap;
use std::time::Duration;

use drivers::{DriverError, Trouble};
use kit::backoff::{Backoff, mix};
use tokio::time::sleep;
use vocab::{HostCondition, HostFacts, HostSample, LinkTrouble, Origin, Process, Span, Text, Time};
use world::{About, Fact};

use super::counters::Counters;
use super::extras;
use super::parse::section::{Section, body, prefixed, sections};
use super::parse::{disk, facts, load, process, temperature, units};
use super::processes::Listing;
use super::sampler::Sampler;
use super::watch::{Machine, ProcessList, watch};
use crate::{Context, NodeTarget};

/// Waits between attempts.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A changed host key does not change back by asking; nor is every attempt harmless, should somebody be in between.
const CHANGED_KEY_WAIT: Duration = Duration::from_mins(5);

/// Watches a node until the engine is gone; the caller cancels it.
pub async fn run(context: &Context, target: &NodeTarget) {
    // Nodes differ in their jitter, so that a fleet does not come back all at once.
    let seed = target
        .node
        .as_str()
        .bytes()
        .fold(0, |seed, byte| mix(seed ^ u64::from(byte)));
    let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT, seed);
    loop {
        let attempt = backoff.attempts() + 1;
        if !context
            .send(Fact::NodeConnecting {
                node: target.node.clone(),
                attempt,
            })
            .await
        {
            return;
        }
        let Err(error) = attend(context, target, &mut backoff).await else {
            return;
        };
        let trouble = match error.trouble {
            Trouble::Link(trouble) => trouble,
            Trouble::Timeout => LinkTrouble::Timeout,
            _ => LinkTrouble::Other,
        };
        let wait = match trouble {
            LinkTrouble::HostKeyChanged => CHANGED_KEY_WAIT.max(backoff.next_wait()),
            _ => backoff.next_wait(),
        };
        let mut asked = context.looks.eyes();
        let mine = |about: &About| {
            matches!(about, About::Node(node) if *node == target.node).then_some(())
        };
        let retry_at = Some(Time(drivers::clock::now().0 + Span::from(wait).0));
        tracing::debug!(node = %target.node, %error, "link down");
        if !context
            .send(Fact::NodeLost {
                node: target.node.clone(),
                trouble,
                text: error.text,
                retry_at,
            })
            .await
        {
            return;
        }
        // Whoever asks for a look wants it now: a run on the node has ended, its connection was made anew by hand.
        tokio::select! {
            () = sleep(wait) => {}
            _ = asked.next(mine) => {}
        }
    }
}

/// Connects and watches until the link fails (`Err`) or the engine is gone (`Ok`).
async fn attend(
    context: &Context,
    target: &NodeTarget,
    backoff: &mut Backoff,
) -> Result<(), DriverError> {
    let host = &target.connection.host;
    host.connect().await?;
    let mut node = Node::new(Sampler::start(host.as_ref()).await?);
    let (described, tools, round_trip) = node.describe().await?;
    let reached = Fact::NodeReached {
        node: target.node.clone(),
        round_trip: Some(round_trip),
    };
    let described = Fact::NodeDescribed {
        node: target.node.clone(),
        facts: Box::new(described),
    };
    if !context.send(reached).await || !context.send(described).await {
        return Ok(());
    }
    tokio::select! {
        ended = watch(context, target, &mut node, || backoff.reset()) => ended,
        () = extras::watch(context, target, tools) => Ok(()),
    }
}

/// A node whose sampler runs.
struct Node {
    sampler: Sampler,
    before: Option<Counters>,
    listing: Listing,
    users: BTreeMap<u32, Text>,
    clock_skew: Option<i64>,
}

impl Node {
    fn new(sampler: Sampler) -> Self {
        Self {
            sampler,
            before: None,
            listing: Listing::default(),
            users: BTreeMap::new(),
            clock_skew: None,
        }
    }

    /// Reads what hardly ever changes; also which tools there are, and the first round trip.
    async fn describe(&mut self) -> Result<(HostFacts, extras::Tools, Span), DriverError> {
        let answer = self.sampler.ask("facts").await?;
        let files = sections(&answer.text);
        self.users = process::users(body(&files, "/etc/passwd"));
        let tools = String::from_utf8_lossy(body(&files, "tools")).into_owned();
        let has = |name: &str| tools.lines().any(|line| line == name);
        let facts = HostFacts {
            hostname: facts::word(body(&files, "/proc/sys/kernel/hostname")),
            system: facts::system(body(&files, "/etc/os-release")),
            kernel: facts::word(body(&files, "/proc/sys/kernel/osrelease")),
            architecture: facts::word(body(&files, "architecture")),
            cores: facts::word(body(&files, "cores"))
                .as_str()
                .parse()
                .unwrap_or(0),
            processor: facts::processor(body(&files, "cpuinfo")),
        };
        Ok((
            facts,
            extras::Tools {
                gpus: has("nvidia-smi"),
                mesh: has("wg"),
            },
            answer.round_trip,
        ))
    }
}

impl Machine for Node {
    const ORIGIN: Origin = Origin::Ssh;

    async fn sample(&mut self) -> Result<Option<HostSample>, DriverError> {
        let answer = self.sampler.ask("sample").await?;
        let files = prefixed(&answer.text);
        let files: Vec<Section<'_>> = files
            .iter()
            .map(|(name, body)| Section { name, body })
            .collect();
        let Some(now) = Counters::parse(&files) else {
            return Err(DriverError::new(
                Trouble::Garbled,
                "the node's /proc cannot be read: is it a Linux machine?",
            ));
        };
        let sample = self.before.as_ref().and_then(|before| now.since(before));
        self.before = Some(now);
        Ok(sample.map(|sample| HostSample {
            clock_skew: self.clock_skew,
            round_trip: Some(answer.round_trip),
            ..sample
        }))
    }

    async fn condition(&mut self) -> Result<Option<HostCondition>, DriverError> {
        let asked = drivers::clock::now();
        let answer = self.sampler.ask("condition").await?;
        let files = sections(&answer.text);
        if let Ok(seconds) = facts::word(body(&files, "date")).as_str().parse::<i64>() {
            // `date` cuts its fraction off: half a second is what it is off by on average.
            let theirs = Time::from_seconds(seconds).0 + 500;
            self.clock_skew = Some(theirs - (asked.0 + answer.round_trip.0 / 2));
        }
        let has = |name: &str| files.iter().any(|file| file.name == name);
        let reboot = has("/run/reboot-required")
            .then(|| units::reboot_reason(body(&files, "/run/reboot-required.pkgs")));
        Ok(Some(HostCondition {
            disks: disk::space(body(&files, "df")),
            temperatures: temperature::parse(&files),
            failed_units: has("units-read").then(|| units::failed(body(&files, "units"))),
            pending_reboot: reboot,
        }))
    }

    async fn processes(&mut self) -> Result<Option<ProcessList>, DriverError> {
        let answer = self.sampler.ask("processes").await?;
        let files = sections(&answer.text);
        let stats = body(&files, "stat");
        let Some(uptime) = load::uptime(stats) else {
            return Ok(None);
        };
        let statuses = process::statuses(body(&files, "status"));
        let ranked = self.listing.update(uptime, process::stats(stats));
        let commands: BTreeMap<&str, &[u8]> =
            files.iter().map(|file| (file.name, file.body)).collect();
        let list = ranked.busiest.into_iter().map(|(stat, cpu)| {
            let told = statuses.get(&stat.pid).copied().unwrap_or_default();
            let command = commands
                .get(format!("/proc/{}/cmdline", stat.pid).as_str())
                .copied()
                .unwrap_or_default();
            Process {
                pid: stat.pid,
                name: Text::line(&stat.name),
                command: process::command(if stat.kernel { b"" } else { command }, &stat.name),
                user: owner(&self.users, told.user),
                cpu,
                memory: told.memory.unwrap_or_default(),
                state: stat.state,
            }
        });
        Ok(Some((list.collect(), ranked.total)))
    }
}

/// A user's name where it is known, else the number.
pub fn owner(users: &BTreeMap<u32, Text>, user: Option<u32>) -> Text {
    let Some(user) = user else {
        return Text::line("?");
    };
    users
        .get(&user)
        .cloned()
        .unwrap_or_else(|| Text::line(user.to_string()))
}
