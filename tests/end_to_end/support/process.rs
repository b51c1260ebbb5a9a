//! A process as the kernel sees it, and signals to it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A process of this test by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(pub u32);

impl Process {
    /// Sends a signal by its name: `TERM`, `STOP` …
    pub fn signal(self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).arg(self.0.to_string());
        drop(kill.stderr(Stdio::null()).status());
    }

    /// Whether it is there and no zombie.
    pub fn runs(self) -> bool {
        self.stat().is_some_and(|fields| fields[0] != "Z")
    }

    /// Its state's letter (`proc_pid_stat(5)`).
    pub fn state(self) -> Option<String> {
        self.stat().map(|fields| fields[0].clone())
    }

    /// How long it has worked.
    pub fn worked(self) -> Duration {
        let fields = self.stat().unwrap_or_default();
        let ticks = |index: usize| {
            fields
                .get(index)
                .and_then(|field| field.parse::<u64>().ok())
                .unwrap_or(0)
        };
        // utime and stime, in the 100 ticks a second that the kernel shows everywhere.
        Duration::from_millis((ticks(11) + ticks(12)) * 10)
    }

    /// The most memory it ever held, in bytes.
    pub fn peak_memory(self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes =
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.expect("the process lives") * 1024
    }

    /// All processes below it.
    pub fn descendants(self) -> Vec<Self> {
        let children = |process: Self| {
            let path = format!("/proc/{0}/task/{0}/children", process.0);
            let list = fs::read_to_string(path).unwrap_or_default();
            list.split_whitespace()
                .filter_map(|word| word.parse().ok().map(Self))
                .collect::<Vec<_>>()
        };
        let mut found = children(self);
        let mut next = 0;
        while next < found.len() {
            found.extend(children(found[next]));
            next += 1;
        }
        found
    }

    /// The program's name.
    pub fn name(self) -> String {
        fs::read_to_string(format!("/proc/{}/comm", self.0))
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// The fields of its state behind the name, which may hold spaces.
    fn stat(self) -> Option<Vec<String>> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        let (_, behind) = text.rsplit_once(") ")?;
        Some(behind.split_whitespace().map(str::to_owned).collect())
    }
}
