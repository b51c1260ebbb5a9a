//! What a container's cgroup files say, of both versions: pure, so that files of this machine and text from another
//! one's SSH connection are read by the same lines.
//!
//! Sources: <https://docs.kernel.org/admin-guide/cgroup-v2.html>, <https://docs.kernel.org/admin-guide/cgroup-v1/>
//! (cpuacct, memory, pids, blkio-controller), `proc_pid_net(5)` for `net/dev`.

use std::collections::BTreeMap;

use drivers::docker::Counters;
use drivers::docker::stats::UNLIMITED;
use vocab::{Bytes, ContainerId};

/// What has been read of one container, file by file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    cpu: Option<u64>,
    usage: Option<u64>,
    inactive: Option<u64>,
    limit: Option<u64>,
    pids: Option<u64>,
    read: Option<u64>,
    written: Option<u64>,
    received: Option<u64>,
    sent: Option<u64>,
}

impl Reading {
    /// Takes in a whole file by its name within its folder; names it does not know change nothing.
    pub fn take(&mut self, file: &str, content: &str) {
        // A file of counters that is there but empty (no device used yet) says zero, not unknown.
        match file {
            "io.stat" | "blkio.throttle.io_service_bytes" => {
                (self.read, self.written) = (
                    Some(self.read.unwrap_or(0)),
                    Some(self.written.unwrap_or(0)),
                );
            }
            _ => {}
        }
        for line in content.lines() {
            self.take_line(file, line);
        }
    }

    /// Takes in one line of a file.
    pub fn take_line(&mut self, file: &str, line: &str) {
        match file {
            "cpuacct.usage" => self.cpu = number(line),
            "cpu.stat" => {
                if let Some(micros) = field(line, "usage_usec") {
                    self.cpu = Some(micros.saturating_mul(1000));
                }
            }
            "memory.usage_in_bytes" | "memory.current" => self.usage = number(line),
            "memory.stat" => {
                // Version 1 has both names, of which the total counts the cgroups below too.
                if let Some(bytes) = field(line, "total_inactive_file") {
                    self.inactive = Some(bytes);
                } else if let Some(bytes) = field(line, "inactive_file") {
                    self.inactive.get_or_insert(bytes);
                }
            }
            // `max` is no limit in version 2 and no number; version 1 writes an enormous one.
            "memory.limit_in_bytes" | "memory.max" => {
                self.limit = number(line).filter(|bytes| *bytes < UNLIMITED);
            }
            "pids.current" => self.pids = number(line),
            "io.stat" => {
                for pair in line.split_ascii_whitespace() {
                    match pair.split_once('=') {
                        Some(("rbytes", bytes)) => add(&mut self.read, bytes),
                        Some(("wbytes", bytes)) => add(&mut self.written, bytes),
                        _ => {}
                    }
                }
            }
            "blkio.throttle.io_service_bytes" => {
                let mut words = line.split_ascii_whitespace().skip(1);
                match (words.next(), words.next()) {
                    (Some("Read"), Some(bytes)) => add(&mut self.read, bytes),
                    (Some("Write"), Some(bytes)) => add(&mut self.written, bytes),
                    _ => {}
                }
            }
            "dev" => {
                // A container with nothing but a loopback has sent nothing, which is known.
                self.received.get_or_insert(0);
                self.sent.get_or_insert(0);
                self.take_interface(line);
            }
            _ => {}
        }
    }

    /// A line of /proc/PID/net/dev: `eth0: bytes packets … (8 received) bytes packets … (8 sent)`.
    fn take_interface(&mut self, line: &str) {
        let Some((name, figures)) = line.split_once(':') else {
            return;
        };
        if name.trim() == "lo" {
            return;
        }
        let mut figures = figures.split_ascii_whitespace();
        if let (Some(received), Some(sent)) = (figures.next(), figures.nth(7)) {
            add(&mut self.received, received);
            add(&mut self.sent, sent);
        }
    }

    /// The counters, when at least CPU and memory have been read.
    pub fn counters(&self) -> Option<Counters> {
        let usage = self.usage?;
        let inactive = self.inactive.filter(|bytes| *bytes < usage).unwrap_or(0);
        Some(Counters {
            cpu: self.cpu?,
            memory: Bytes(usage - inactive),
            memory_limit: self.limit.map(Bytes),
            received: self.received,
            sent: self.sent,
            read: self.read,
            written: self.written,
            pids: self.pids,
        })
    }
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// The number in a line `name number`.
fn field(line: &str, name: &str) -> Option<u64> {
    number(line.strip_prefix(name)?.strip_prefix(' ')?)
}

fn add(sum: &mut Option<u64>, text: &str) {
    if let Some(more) = number(text) {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}

/// The files of a container in version 1, below `/sys/fs/cgroup/<controller>/<its group>/`.
pub const FILES_OF_ONE: [(&str, &str); 5] = [
    ("cpuacct", "cpuacct.usage"),
    ("memory", "memory.usage_in_bytes"),
    ("memory", "memory.stat"),
    ("pids", "pids.current"),
    ("blkio", "blkio.throttle.io_service_bytes"),
];

/// The files of a container in version 2, below `/sys/fs/cgroup/<its group>/`.
pub const FILES_OF_TWO: [&str; 5] = [
    "cpu.stat",
    "memory.current",
    "memory.stat",
    "pids.current",
    "io.stat",
];

/// Where a container's cgroup is unless somebody moved it, relative to a hierarchy's root.
pub fn usual_group(id: &ContainerId, driver: &str) -> String {
    if driver == "systemd" {
        format!("system.slice/docker-{id}.scope")
    } else {
        format!("docker/{id}")
    }
}

/// The absolute paths of a container's files.
pub fn paths(group: impl Fn(&str) -> String, version: u8) -> Vec<String> {
    if version == 2 {
        let group = group("");
        FILES_OF_TWO
            .iter()
            .map(|file| format!("/sys/fs/cgroup/{group}/{file}"))
            .collect()
    } else {
        FILES_OF_ONE
            .iter()
            .map(|(controller, file)| {
                format!("/sys/fs/cgroup/{controller}/{}/{file}", group(controller))
            })
            .collect()
    }
}

/// The cgroup of a controller in the text of /proc/PID/cgroup (cgroups(7): `number:controllers:/path`, in version 2
/// `0::/path`), without its leading slash. `None` when the process is in no group of its own.
pub fn group_in(proc_cgroup: &str, controller: &str) -> Option<String> {
    proc_cgroup.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let controllers = fields.nth(1)?;
        let path = fields.next()?.trim_start_matches('/');
        let right = controllers.split(',').any(|name| name == controller);
        // A path with `..` lies outside of this cgroup namespace, and must not lead out of the tree of cgroups; none with
        // a control character is one the kernel would take.
        let outside = path.split('/').any(|part| part == "..") || path.contains(char::is_control);
        (right && !path.is_empty() && !outside).then(|| path.to_owned())
    })
}

/// Readings in the output of `grep -H ''` over files of many containers: `path:line`, by container. A cgroup's path has its
/// container's id; the network's has the process id, which `owner` knows. Lines that belong to nobody are left out.
pub fn readings_in(
    text: &str,
    owner: impl Fn(u32) -> Option<ContainerId>,
) -> BTreeMap<ContainerId, Reading> {
    let mut readings: BTreeMap<ContainerId, Reading> = BTreeMap::new();
    let mut last: Option<(&str, ContainerId)> = None;
    for line in text.lines() {
        let Some((path, content)) = line.split_once(':') else {
            continue;
        };
        let id = match &last {
            Some((same, id)) if *same == path => id.clone(),
            _ => match owner_of(path, &owner) {
                Some(id) => id,
                None => continue,
            },
        };
        let file = path.rsplit('/').next().unwrap_or_default();
        readings
            .entry(id.clone())
            .or_default()
            .take_line(file, content);
        last = Some((path, id));
    }
    readings
}

fn owner_of(path: &str, owner: impl Fn(u32) -> Option<ContainerId>) -> Option<ContainerId> {
    if let Some(rest) = path.strip_prefix("/proc/") {
        return owner(rest.split('/').next()?.parse().ok()?);
    }
    let folder = path.rsplit('/').nth(1)?;
    let id = folder
        .strip_prefix("docker-")
        .and_then(|rest| rest.strip_suffix(".scope"))
        .unwrap_or(folder);
    ContainerId::new(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NET: &str = include_str!("fixtures/net_dev.txt");

    #[test]
    fn version_one() {
        let mut reading = Reading::default();
        reading.take("cpuacct.usage", "78731081\n");
        assert_eq!(reading.counters(), None, "memory is not known yet");
        reading.take("memory.usage_in_bytes", "2244608\n");
        reading.take("memory.stat", include_str!("fixtures/memory_stat_v1.txt"));
        reading.take("memory.limit_in_bytes", "9223372036854771712\n");
        reading.take("pids.current", "3\n");
        reading.take(
            "blkio.throttle.io_service_bytes",
            include_str!("fixtures/blkio_v1.txt"),
        );
        reading.take("dev", NET);
        let expected = Counters {
            cpu: 78_731_081,
            memory: Bytes(2_244_608 - 1_507_328),
            memory_limit: None,
            received: Some(1_800),
            sent: Some(240),
            read: Some(1_503_232 + 4_096),
            written: Some(8_192),
            pids: Some(3),
        };
        assert_eq!(reading.counters(), Some(expected));
    }

    #[test]
    fn version_two() {
        let mut reading = Reading::default();
        reading.take(
            "cpu.stat",
            "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\nnr_periods 0\n",
        );
        reading.take("memory.current", "10485760\n");
        reading.take(
            "memory.stat",
            "anon 4194304\nfile 6291456\ninactive_anon 1\nactive_file 2\ninactive_file 2097152\n",
        );
        reading.take("memory.max", "67108864\n");
        reading.take("pids.current", "7\n");
        reading.take("io.stat", "8:0 rbytes=4096 wbytes=512 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n");
        let counters = reading.counters();
        let expected = Counters {
            cpu: 1_234_567_000,
            memory: Bytes(8_388_608),
            memory_limit: Some(Bytes(64 << 20)),
            received: None,
            sent: None,
            read: Some(4097),
            written: Some(514),
            pids: Some(7),
        };
        assert_eq!(counters, Some(expected));
        let mut unlimited = reading;
        unlimited.take("memory.max", "max\n");
        assert_eq!(
            unlimited.counters().map(|counters| counters.memory_limit),
            Some(None)
        );
    }

    #[test]
    fn an_empty_file_of_counters_is_zero_and_a_missing_one_unknown() {
        let mut reading = Reading::default();
        reading.take("cpu.stat", "usage_usec 1\n");
        reading.take("memory.current", "1\n");
        assert_eq!(reading.counters().map(|counters| counters.read), Some(None));
        reading.take("io.stat", "");
        assert_eq!(
            reading.counters().map(|counters| counters.read),
            Some(Some(0))
        );
    }

    #[test]
    fn text_of_many_containers() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let text = format!(
            "/sys/fs/cgroup/system.slice/docker-{a}.scope/cpu.stat:usage_usec 5\n\
             /sys/fs/cgroup/system.slice/docker-{a}.scope/cpu.stat:user_usec 4\n\
             /sys/fs/cgroup/system.slice/docker-{a}.scope/memory.current:100\n\
             /sys/fs/cgroup/docker/{b}/cpu.stat:usage_usec 7\n\
             /sys/fs/cgroup/docker/{b}/memory.current:200\n\
             /proc/41/net/dev:  eth0: 10 0 0 0 0 0 0 0 20 0 0 0 0 0 0 0\n\
             /proc/42/net/dev:  eth0: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\n\
             /sys/fs/cgroup/cpu.stat:usage_usec 9\nno colon here\n"
        );
        let first = ContainerId::new(&a).expect("an id");
        let readings = readings_in(&text, |pid| (pid == 41).then(|| first.clone()));
        assert_eq!(readings.len(), 2);
        let counters = readings[&first].counters().expect("read");
        assert_eq!(
            (
                counters.cpu,
                counters.memory,
                counters.received,
                counters.sent
            ),
            (5000, Bytes(100), Some(10), Some(20))
        );
        let second = readings[&ContainerId::new(&b).expect("an id")]
            .counters()
            .expect("read");
        assert_eq!((second.cpu, second.received), (7000, None));
    }

    #[test]
    fn groups_of_a_process() {
        let one = "12:memory:/docker/abc\n5:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice/docker.service\n";
        assert_eq!(group_in(one, "cpuacct").as_deref(), Some("docker/abc"));
        assert_eq!(group_in(one, "pids"), None);
        assert_eq!(
            group_in("0::/user.slice/docker-abc.scope\n", "").as_deref(),
            Some("user.slice/docker-abc.scope")
        );
        assert_eq!(group_in("0::/\n", ""), None);
        assert_eq!(group_in("0::/../../other\n", ""), None);
        assert_eq!(group_in("0::/a/../../../etc\n", ""), None);
    }

    #[test]
    fn paths_of_both_drivers() {
        let id = ContainerId::new("0123456789ab").expect("an id");
        let systemd = paths(|_| usual_group(&id, "systemd"), 2);
        assert_eq!(
            systemd[0],
            "/sys/fs/cgroup/system.slice/docker-0123456789ab.scope/cpu.stat"
        );
        let plain = paths(|_| usual_group(&id, "cgroupfs"), 1);
        assert_eq!(
            plain[0],
            "/sys/fs/cgroup/cpuacct/docker/0123456789ab/cpuacct.usage"
        );
    }
}
