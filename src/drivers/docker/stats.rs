//! Counters of a container and what two looks at them say it uses.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::models::ContainerStatsResponse;
use vocab::{Bytes, ContainerId, ContainerSample, Percent, Rate};

/// Running totals of a container at one moment, whoever read them: the engine, or its cgroup's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// CPU time since its start, in nanoseconds.
    pub cpu: u64,
    /// Memory in use without the page cache that can be given back.
    pub memory: Bytes,
    /// Its memory limit; `None` is the host's whole memory.
    pub memory_limit: Option<Bytes>,
    /// Bytes received on all its interfaces but the loopback.
    pub received: Option<u64>,
    /// Bytes sent on them.
    pub sent: Option<u64>,
    /// Bytes read from block devices.
    pub read: Option<u64>,
    /// Bytes written to block devices.
    pub written: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

impl Counters {
    /// What it used from `earlier` to now, `elapsed` later. A counter that went back (the container was started anew)
    /// counts as no use rather than as an enormous one; no time between them gives zero.
    pub fn since(&self, earlier: &Self, elapsed: Duration) -> ContainerSample {
        let seconds = elapsed.as_secs_f64();
        let cpu = if seconds > 0.0 {
            self.cpu.saturating_sub(earlier.cpu) as f64 / 1e7 / seconds
        } else {
            0.0
        };
        let rate = |now: Option<u64>, then: Option<u64>| {
            let more = now?.saturating_sub(then?);
            (seconds > 0.0).then(|| Rate((more as f64 / seconds).round() as u64))
        };
        ContainerSample {
            cpu: Percent(cpu as f32),
            memory: self.memory,
            memory_limit: self.memory_limit,
            received: rate(self.received, earlier.received),
            sent: rate(self.sent, earlier.sent),
            read: rate(self.read, earlier.read),
            written: rate(self.written, earlier.written),
            pids: self.pids,
        }
    }

    /// From the engine's own statistics.
    pub fn from_answer(answer: &ContainerStatsResponse) -> Self {
        let memory = answer.memory_stats.clone().unwrap_or_default();
        let host_memory = memory.limit.filter(|limit| *limit < UNLIMITED);
        let networks = answer
            .networks
            .as_ref()
            .filter(|networks| !networks.is_empty());
        let sum = |pick: fn(&bollard::models::ContainerNetworkStats) -> Option<u64>| {
            networks.map(|networks| networks.values().filter_map(pick).sum())
        };
        let blocks = answer
            .blkio_stats
            .as_ref()
            .and_then(|stats| stats.io_service_bytes_recursive.as_deref());
        let block = |wanted: &str| {
            let entries = blocks?;
            let of_kind = entries.iter().filter(|entry| {
                entry
                    .op
                    .as_deref()
                    .is_some_and(|op| op.eq_ignore_ascii_case(wanted))
            });
            Some(of_kind.filter_map(|entry| entry.value).sum())
        };
        Self {
            cpu: answer
                .cpu_stats
                .as_ref()
                .and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage)
                .unwrap_or(0),
            memory: Bytes(used_memory(
                memory.usage.unwrap_or(0),
                memory.stats.as_ref(),
            )),
            memory_limit: host_memory.map(Bytes),
            received: sum(|network| network.rx_bytes),
            sent: sum(|network| network.tx_bytes),
            read: block("read"),
            written: block("write"),
            pids: answer.pids_stats.as_ref().and_then(|pids| pids.current),
        }
    }
}

/// cgroup v1 says "no limit" with a number near 2^63.
pub const UNLIMITED: u64 = 1 << 60;

/// As `docker stats` counts: without the inactive page cache, which is `total_inactive_file` in cgroup v1 and
/// `inactive_file` in v2 (docker/cli, calculateMemUsageUnixNoCache).
fn used_memory(usage: u64, stats: Option<&HashMap<String, u64>>) -> u64 {
    let cache = stats.and_then(|stats| {
        stats
            .get("total_inactive_file")
            .or_else(|| stats.get("inactive_file"))
    });
    match cache {
        Some(cache) if *cache < usage => usage - cache,
        _ => usage,
    }
}

/// The last look at each container, so that one more look makes a sample.
#[derive(Debug, Default)]
pub struct LastLooks(HashMap<ContainerId, (Instant, Counters)>);

impl LastLooks {
    /// A look older than this says nothing about "now".
    const FRESH: Duration = Duration::from_secs(45);

    /// Keeps a look and says what was used since the one before, unless that is too old or too near.
    pub fn look(
        &mut self,
        id: &ContainerId,
        now: Instant,
        counters: Counters,
    ) -> Option<ContainerSample> {
        self.0
            .retain(|_, (at, _)| now.saturating_duration_since(*at) < Self::FRESH);
        let before = self.0.get(id).copied();
        let elapsed = before.map(|(at, _)| now.saturating_duration_since(at));
        match (before, elapsed) {
            (Some((_, counted)), Some(elapsed)) if elapsed >= Duration::from_millis(200) => {
                self.0.insert(id.clone(), (now, counters));
                Some(counters.since(&counted, elapsed))
            }
            (Some(_), _) => None,
            (None, _) => {
                self.0.insert(id.clone(), (now, counters));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> ContainerStatsResponse {
        serde_json::from_str(include_str!("fixtures/stats.json")).expect("recorded")
    }

    #[test]
    fn counters_of_a_recorded_answer() {
        let counters = Counters::from_answer(&recorded());
        assert_eq!(counters.cpu, 78_731_081);
        assert_eq!(counters.memory, Bytes(2_244_608 - 1_507_328));
        assert_eq!(counters.memory_limit, Some(Bytes(64 << 20)));
        assert_eq!(counters.pids, Some(1));
        assert!(counters.received.is_some());
        assert_eq!(counters.read, Some(0));
    }

    #[test]
    fn two_looks_make_rates() {
        let before = Counters {
            cpu: 1_000_000_000,
            received: Some(1000),
            ..Counters::default()
        };
        let now = Counters {
            cpu: 2_000_000_000,
            received: Some(5000),
            sent: Some(7),
            ..Counters::default()
        };
        let sample = now.since(&before, Duration::from_secs(2));
        assert_eq!(sample.cpu, Percent(50.0));
        assert_eq!((sample.received, sample.sent), (Some(Rate(2000)), None));
        assert_eq!(
            before.since(&now, Duration::from_secs(2)).cpu,
            Percent(0.0),
            "started anew"
        );
        assert_eq!(now.since(&before, Duration::ZERO).cpu, Percent(0.0));
    }

    #[test]
    fn the_first_look_makes_no_sample_and_an_old_one_is_forgotten() {
        let id = ContainerId::new("0123456789ab").expect("an id");
        let mut looks = LastLooks::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(looks.look(&id, at(0), Counters::default()), None);
        assert!(
            looks
                .look(
                    &id,
                    at(1),
                    Counters {
                        cpu: 1_000_000_000,
                        ..Counters::default()
                    }
                )
                .is_some_and(|s| s.cpu == Percent(100.0))
        );
        assert_eq!(looks.look(&id, at(100), Counters::default()), None);
    }
}
