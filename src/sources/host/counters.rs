//! From two raw readings of a machine to one sample of it. Pure.

use vocab::{HostSample, Interface, Memory, Rate, Span, Text};

use super::parse::section::{Section, body};
use super::parse::{cpu, disk, load, memory, network};

/// The files of a reading, in the order they are asked for.
pub const FILES: [&str; 6] = [
    "/proc/stat",
    "/proc/meminfo",
    "/proc/loadavg",
    "/proc/uptime",
    "/proc/net/dev",
    "/proc/diskstats",
];

/// One raw reading: counters since boot, and what holds for the moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Counters {
    uptime: Span,
    cpu: cpu::CpuTimes,
    memory: Memory,
    load: [f32; 3],
    interfaces: Vec<network::InterfaceCounters>,
    disk: disk::DiskCounters,
}

impl Counters {
    /// Reads the [`FILES`]; `None` without the CPUs' time, the memory and the uptime, without which nothing can be said.
    pub fn parse(files: &[Section<'_>]) -> Option<Self> {
        Some(Self {
            uptime: load::uptime(body(files, "/proc/uptime"))?,
            cpu: cpu::parse(body(files, "/proc/stat"))?,
            memory: memory::parse(body(files, "/proc/meminfo"))?,
            load: load::load(body(files, "/proc/loadavg")),
            interfaces: network::parse(body(files, "/proc/net/dev")),
            disk: disk::io(body(files, "/proc/diskstats")),
        })
    }

    /// What went on since an earlier reading, by the machine's own clock; `None` when it was restarted in between or no
    /// time went by.
    pub fn since(&self, before: &Self) -> Option<HostSample> {
        let seconds = Span(self.uptime.0 - before.uptime.0).as_seconds_f64();
        if seconds <= 0.0 {
            return None;
        }
        let rate =
            |before: u64, after: u64| Rate((after.saturating_sub(before) as f64 / seconds) as u64);
        let interfaces = self.interfaces.iter().filter_map(|now| {
            let old = before.interfaces.iter().find(|old| old.name == now.name)?;
            Some(Interface {
                name: Text::line(&now.name),
                received: rate(old.received, now.received),
                sent: rate(old.sent, now.sent),
                errors: now.errors,
            })
        });
        Some(HostSample {
            cpu: cpu::usage(&before.cpu, &self.cpu),
            load: self.load,
            memory: self.memory,
            interfaces: interfaces.collect(),
            disk_read: rate(before.disk.read, self.disk.read),
            disk_written: rate(before.disk.written, self.disk.written),
            uptime: self.uptime,
            clock_skew: None,
            round_trip: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use vocab::{Bytes, Percent};

    use super::*;

    fn reading(uptime: &str, idle: u64, received: u64) -> Option<Counters> {
        let texts = [
            format!("cpu 0 0 0 {idle} 0 0 0 0\ncpu0 0 0 0 {idle} 0 0 0 0\n"),
            "MemTotal: 100 kB\nMemAvailable: 40 kB\n".to_owned(),
            "0.5 0.4 0.3 1/2 3\n".to_owned(),
            format!("{uptime} 1.0\n"),
            format!(" eth0: {received} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"),
            "8 0 sda 1 0 2 0 1 0 4 0\n".to_owned(),
        ];
        let sections: Vec<Section<'_>> = FILES
            .iter()
            .zip(&texts)
            .map(|(name, text)| Section {
                name,
                body: text.as_bytes(),
            })
            .collect();
        Counters::parse(&sections)
    }

    #[test]
    fn rates_are_by_the_machines_own_clock() {
        let (before, after) = (
            reading("100.00", 0, 1000).unwrap(),
            reading("102.50", 250, 6000).unwrap(),
        );
        let sample = after.since(&before).unwrap();
        assert_eq!(sample.interfaces[0].received, Rate(2000));
        assert_eq!(sample.cpu.total, Percent(0.0));
        assert_eq!(sample.memory.used(), Bytes::kibi(60));
        assert_eq!(sample.uptime, Span::millis(102_500));
        assert_eq!(before.since(&after), None, "restarted");
        assert_eq!(before.since(&before), None);
        assert_eq!(reading("nonsense", 0, 0), None);
    }
}
