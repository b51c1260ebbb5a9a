//! From two listings of processes to their CPU use, the busiest first. Pure.

use std::collections::HashMap;

use vocab::{Percent, Span};

use super::parse::process::ProcessStat;

/// The most processes that are shown; the rest are counted.
const LIMIT: usize = 500;

/// What tells a process apart for good: numbers are used again, start times are not.
pub type Identity = (u32, u64);

/// The CPU time of each process at the last listing.
#[derive(Debug, Default)]
pub struct Listing {
    at: Span,
    cpu: HashMap<Identity, u64>,
}

/// The busiest processes with their CPU use, and how many there are in all.
pub struct Ranked {
    /// By CPU, then memory; at most 500.
    pub busiest: Vec<(ProcessStat, Percent)>,
    /// In all.
    pub total: u32,
}

impl Listing {
    /// Takes in a new listing, made when the machine was up for `at`. A process that is new is measured since its start.
    pub fn update(&mut self, at: Span, processes: Vec<ProcessStat>) -> Ranked {
        let seconds = Span(at.0 - self.at.0).as_seconds_f64();
        let first = self.cpu.is_empty() || seconds <= 0.0;
        let share = |process: &ProcessStat| {
            let before = self.cpu.get(&(process.pid, process.started)).copied();
            let ticks = process.cpu.saturating_sub(before.unwrap_or(0));
            // A hundredth of a second is the kernel's unit towards programs on every common machine (`USER_HZ`).
            if first {
                0.0
            } else {
                (ticks as f64 / seconds) as f32
            }
        };
        let mut busiest: Vec<(ProcessStat, Percent)> = processes
            .into_iter()
            .map(|process| (Percent(share(&process)), process))
            .map(|(cpu, process)| (process, cpu))
            .collect();
        self.at = at;
        self.cpu = busiest
            .iter()
            .map(|(process, _)| ((process.pid, process.started), process.cpu))
            .collect();
        busiest.sort_by(|(a, a_cpu), (b, b_cpu)| {
            b_cpu
                .0
                .total_cmp(&a_cpu.0)
                .then(b.pages.cmp(&a.pages))
                .then(a.pid.cmp(&b.pid))
        });
        let total = u32::try_from(busiest.len()).unwrap_or(u32::MAX);
        busiest.truncate(LIMIT);
        Ranked { busiest, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, started: u64, cpu: u64, pages: u64) -> ProcessStat {
        ProcessStat {
            pid,
            name: "x".into(),
            state: 'S',
            cpu,
            started,
            pages,
            kernel: false,
        }
    }

    #[test]
    fn ranked_by_use_since_the_last_listing() {
        let mut listing = Listing::default();
        let first = listing.update(
            Span::seconds(10),
            vec![process(1, 0, 500, 10), process(2, 0, 0, 20)],
        );
        assert!(
            first.busiest.iter().all(|(_, cpu)| cpu.0 == 0.0),
            "nothing to compare with yet"
        );
        assert_eq!(first.busiest[0].0.pid, 2, "by memory then");
        // 2 used two cores; 1's number is another process now, which used half a core since it started.
        let second = listing.update(
            Span::seconds(12),
            vec![process(1, 1_000, 100, 1), process(2, 0, 400, 20)],
        );
        let shares: Vec<(u32, f32)> = second
            .busiest
            .iter()
            .map(|(process, cpu)| (process.pid, cpu.0))
            .collect();
        assert_eq!(shares, [(2, 200.0), (1, 50.0)]);
        let many = listing.update(
            Span::seconds(14),
            (0..600).map(|pid| process(pid, 5, 0, 0)).collect(),
        );
        assert_eq!((many.total, many.busiest.len()), (600, 500));
    }
}
