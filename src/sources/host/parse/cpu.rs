//! /proc/stat (`proc_stat(5))`: how the CPUs spent their time since boot.

use vocab::{CpuUse, Percent};

use super::{lines, number};

/// Time of one CPU, or of all, since boot, in hundredths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CpuTime {
    user: u64,
    system: u64,
    idle: u64,
    waiting: u64,
    stolen: u64,
}

impl CpuTime {
    /// From the words after `cpu` or `cpu0`. Guests' time is part of the user's already and is not counted again.
    fn parse<'a>(mut words: impl Iterator<Item = &'a str>) -> Self {
        let mut next = || number(words.next());
        let (user, nice, system, idle, waiting) = (next(), next(), next(), next(), next());
        let (interrupt, soft, stolen) = (next(), next(), next());
        Self {
            user: user.saturating_add(nice),
            system: system.saturating_add(interrupt).saturating_add(soft),
            idle,
            waiting,
            stolen,
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            // The kernel itself lets these two go backward at times.
            idle: self.idle.saturating_sub(before.idle),
            waiting: self.waiting.saturating_sub(before.waiting),
            stolen: self.stolen.saturating_sub(before.stolen),
        }
    }

    fn all(self) -> f64 {
        [self.user, self.system, self.idle, self.waiting, self.stolen]
            .iter()
            .map(|part| *part as f64)
            .sum()
    }

    fn share(self, part: u64) -> Percent {
        let all = self.all();
        Percent(if all > 0.0 {
            (part as f64 * 100.0 / all) as f32
        } else {
            0.0
        })
    }

    fn busy(self) -> Percent {
        self.share(
            self.user
                .saturating_add(self.system)
                .saturating_add(self.stolen),
        )
    }
}

/// Time of the whole machine and of each of its CPUs that is on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CpuTimes {
    /// All CPUs together.
    pub whole: CpuTime,
    /// Each, in the order of their numbers.
    pub cores: Vec<CpuTime>,
}

/// Reads /proc/stat; `None` when it holds no line for the whole machine.
pub fn parse(stat: &[u8]) -> Option<CpuTimes> {
    let mut whole = None;
    let mut cores = Vec::new();
    for line in lines(stat).take_while(|line| line.starts_with("cpu")) {
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("cpu") => whole = Some(CpuTime::parse(words)),
            Some(_) => cores.push(CpuTime::parse(words)),
            None => {}
        }
    }
    whole.map(|whole| CpuTimes { whole, cores })
}

/// The use between two readings. A CPU that was switched on or off between them makes the cores' list that of both.
pub fn usage(before: &CpuTimes, after: &CpuTimes) -> CpuUse {
    let whole = after.whole.since(before.whole);
    CpuUse {
        total: whole.busy(),
        user: whole.share(whole.user),
        system: whole.share(whole.system),
        waiting: whole.share(whole.waiting),
        stolen: whole.share(whole.stolen),
        cores: before
            .cores
            .iter()
            .zip(&after.cores)
            .map(|(before, after)| after.since(*before).busy())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &[u8] = b"cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 50 0 25 400 25 0 0 0 0 0\ncpu1 50 0 25 400 25 0 0 0 0 0\n\
        intr 1 2 3\nctxt 5\nbtime 1795269728\n";
    const AFTER: &[u8] = b"cpu  130 10 60 920 60 5 5 10 7 0\ncpu0 90 0 35 450 25 0 0 0 0 0\ncpu1 50 0 25 500 25 0 0 0 0 0\nintr 9\n";

    #[test]
    fn shares_are_of_the_time_between() {
        let usage = usage(&parse(BEFORE).unwrap(), &parse(AFTER).unwrap());
        // 200 hundredths in all: 40 user, 20 system, 120 idle, 10 waiting, 10 stolen.
        assert_eq!(
            (usage.user, usage.system, usage.waiting, usage.stolen),
            (Percent(20.0), Percent(10.0), Percent(5.0), Percent(5.0))
        );
        assert_eq!(usage.total, Percent(35.0));
        assert_eq!(usage.cores, [Percent(50.0), Percent(0.0)]);
    }

    #[test]
    fn old_kernels_resets_and_noise() {
        assert_eq!(parse(b"cpu 1 2 3 4\n").unwrap().whole.idle, 4);
        assert_eq!(parse(b"intr 5\n"), None);
        assert_eq!(parse(b"\xff\xfe"), None);
        let backward = usage(&parse(AFTER).unwrap(), &parse(BEFORE).unwrap());
        assert_eq!(backward.total, Percent(0.0));
    }
}
