//! This machine, read without starting a process but for systemctl: files of /proc stay open and are read again in place.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use drivers::host::CommandLine;
use drivers::{Connection, DriverError, Trouble};
use vocab::{
    Bytes, Disk, FailedUnit, HostCondition, HostFacts, HostSample, LinkTrouble, Origin, Process,
    Span, Text, Time,
};
use world::Fact;

use super::counters::{Counters, FILES};
use super::extras;
use super::parse::process::ProcessStat;
use super::parse::section::Section;
use super::parse::{disk, facts, load, process, temperature, units};
use super::processes::{Identity, Listing};
use super::remote::owner;
use super::watch::{Machine, ProcessList, watch};
use crate::{Context, NodeTarget};

/// How long asking systemd or the file systems may take.
const LIMIT: Span = Span::seconds(5);

/// After this machine's own /proc could not be read, which is odd enough to be told and tried again calmly.
const AGAIN: Duration = Duration::from_secs(10);

/// Watches this machine until the engine is gone; the caller cancels it.
pub async fn run(context: &Context, target: &NodeTarget) {
    loop {
        let node = || target.node.clone();
        let described = Fact::NodeDescribed {
            node: node(),
            facts: Box::new(describe()),
        };
        if !context
            .send(Fact::NodeReached {
                node: node(),
                round_trip: None,
            })
            .await
            || !context.send(described).await
        {
            return;
        }
        let mut machine = ThisMachine::new(target);
        let tools = extras::Tools {
            gpus: in_path("nvidia-smi"),
            mesh: in_path("wg"),
        };
        let ended = tokio::select! {
            ended = watch(context, target, &mut machine, || {}) => ended,
            () = extras::watch(context, target, tools) => Ok(()),
        };
        let Err(error) = ended else { return };
        let retry_at = Some(Time(drivers::clock::now().0 + Span::from(AGAIN).0));
        let lost = Fact::NodeLost {
            node: node(),
            trouble: LinkTrouble::Other,
            text: error.text,
            retry_at,
        };
        if !context.send(lost).await {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn in_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

fn describe() -> HostFacts {
    let read = |path: &str| fs::read(path).unwrap_or_default();
    HostFacts {
        hostname: facts::word(&read("/proc/sys/kernel/hostname")),
        system: facts::system(&read("/etc/os-release")),
        kernel: facts::word(&read("/proc/sys/kernel/osrelease")),
        architecture: Text::line(std::env::consts::ARCH),
        cores: read("/proc/stat")
            .split(|byte| *byte == b'\n')
            .filter(|line| line.starts_with(b"cpu"))
            .count()
            .saturating_sub(1) as u32,
        processor: facts::processor(&read("/proc/cpuinfo")),
    }
}

/// A file that stays open and is read again from its beginning.
struct Kept {
    file: Option<File>,
    content: Vec<u8>,
}

impl Kept {
    fn open(path: &str) -> Self {
        Self {
            file: File::open(path).ok(),
            content: vec![0; 4096],
        }
    }

    /// The content now; empty when the file cannot be read.
    fn read(&mut self) -> &[u8] {
        let Some(file) = &self.file else { return &[] };
        let mut length = 0;
        loop {
            match file.read_at(&mut self.content[length..], length as u64) {
                Ok(0) | Err(_) => return &self.content[..length],
                Ok(count) => length += count,
            }
            if length == self.content.len() {
                self.content.resize(length * 2, 0);
            }
        }
    }
}

/// What is looked up of a process once.
struct Known {
    command: Text,
    user: Text,
}

/// This machine, with what is kept between readings.
struct ThisMachine {
    connection: Arc<Connection>,
    files: [Kept; FILES.len()],
    before: Option<Counters>,
    uptime: Kept,
    listing: Listing,
    known: HashMap<(Identity, String), Known>,
    users: BTreeMap<u32, Text>,
    page: u64,
}

impl ThisMachine {
    fn new(target: &NodeTarget) -> Self {
        Self {
            connection: Arc::clone(&target.connection),
            files: FILES.map(Kept::open),
            before: None,
            uptime: Kept::open("/proc/uptime"),
            listing: Listing::default(),
            known: HashMap::new(),
            users: process::users(&fs::read("/etc/passwd").unwrap_or_default()),
            page: rustix::param::page_size() as u64,
        }
    }

    /// Failed units; `None` without systemd.
    async fn failed_units(&self) -> Option<Vec<FailedUnit>> {
        if !fs::exists("/run/systemd/system").unwrap_or(false) {
            return None;
        }
        let words = [
            "list-units",
            "--state=failed",
            "--no-legend",
            "--plain",
            "--no-pager",
        ];
        let output = self
            .connection
            .host
            .run(&CommandLine::new("systemctl", words), b"", LIMIT)
            .await
            .ok()?;
        (output.status == Some(0)).then(|| units::failed(&output.stdout))
    }
}

impl Machine for ThisMachine {
    const ORIGIN: Origin = Origin::Proc;

    async fn sample(&mut self) -> Result<Option<HostSample>, DriverError> {
        let bodies = self.files.each_mut().map(Kept::read);
        let mut sections = FILES.map(|name| Section { name, body: &[] });
        for (section, body) in sections.iter_mut().zip(bodies) {
            section.body = body;
        }
        let Some(now) = Counters::parse(&sections) else {
            return Err(DriverError::new(
                Trouble::Garbled,
                "/proc of this machine cannot be read: is it mounted?",
            ));
        };
        let sample = self.before.as_ref().and_then(|before| now.since(before));
        self.before = Some(now);
        Ok(sample)
    }

    async fn condition(&mut self) -> Result<Option<HostCondition>, DriverError> {
        // A file system may hold whoever asks for its space: a thread that can be left behind does.
        let disks = tokio::time::timeout(LIMIT.duration(), tokio::task::spawn_blocking(disks));
        let (disks, failed_units) = tokio::join!(disks, self.failed_units());
        let Ok(Ok(disks)) = disks else {
            return Ok(None);
        };
        let reboot = fs::exists("/run/reboot-required").unwrap_or(false);
        Ok(Some(HostCondition {
            disks,
            temperatures: temperatures(),
            failed_units,
            pending_reboot: reboot.then(|| {
                units::reboot_reason(&fs::read("/run/reboot-required.pkgs").unwrap_or_default())
            }),
        }))
    }

    async fn processes(&mut self) -> Result<Option<ProcessList>, DriverError> {
        let Some(uptime) = load::uptime(self.uptime.read()) else {
            return Ok(None);
        };
        let ranked = self.listing.update(uptime, process_stats());
        let mut known = HashMap::with_capacity(ranked.busiest.len());
        let mut list = Vec::with_capacity(ranked.busiest.len());
        for (stat, cpu) in ranked.busiest {
            let identity = ((stat.pid, stat.started), stat.name.clone());
            let about = self
                .known
                .remove(&identity)
                .unwrap_or_else(|| look_up(&stat, &self.users));
            list.push(Process {
                pid: stat.pid,
                name: Text::line(&stat.name),
                command: about.command.clone(),
                user: about.user.clone(),
                cpu,
                memory: Bytes(stat.pages.saturating_mul(self.page)),
                state: stat.state,
            });
            known.insert(identity, about);
        }
        self.known = known;
        Ok(Some((list, ranked.total)))
    }
}

/// Every process's line of /proc/PID/stat, through one buffer.
fn process_stats() -> Vec<ProcessStat> {
    let mut buffer = vec![0; 4096];
    let mut found = Vec::with_capacity(512);
    let numbers = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.starts_with(|c: char| c.is_ascii_digit())
                .then_some(name)
        });
    for number in numbers {
        // A process may end between the listing and this: it is left out.
        let read = File::open(format!("/proc/{number}/stat"))
            .and_then(|file| file.read_at(&mut buffer, 0));
        if let Ok(length) = read {
            found.extend(process::stat(&String::from_utf8_lossy(&buffer[..length])));
        }
    }
    found
}

fn look_up(stat: &ProcessStat, users: &BTreeMap<u32, Text>) -> Known {
    let file = |name: &str| fs::read(format!("/proc/{}/{name}", stat.pid)).unwrap_or_default();
    let mut cmdline = if stat.kernel {
        Vec::new()
    } else {
        file("cmdline")
    };
    cmdline.truncate(4096);
    Known {
        command: process::command(&cmdline, &stat.name),
        user: owner(users, process::status(&file("status")).user),
    }
}

/// Space on the file systems of real disks (statvfs(3)).
fn disks() -> Vec<Disk> {
    let mounts = disk::mounts(&fs::read("/proc/self/mounts").unwrap_or_default());
    let space = |(mount, device): (String, String)| {
        let stat = rustix::fs::statvfs(mount.as_str())
            .ok()
            .filter(|stat| stat.f_blocks > 0)?;
        let bytes = |blocks: u64| Bytes(blocks.saturating_mul(stat.f_frsize));
        Some(Disk {
            mount: Text::line(mount),
            device: Text::line(device),
            total: bytes(stat.f_blocks),
            used: bytes(stat.f_blocks.saturating_sub(stat.f_bfree)),
            available: bytes(stat.f_bavail),
        })
    };
    mounts.into_iter().filter_map(space).collect()
}

/// Reads the sensors' files and parses them as those of a node.
fn temperatures() -> Vec<vocab::Temperature> {
    let folders = |tree: &str| -> Vec<PathBuf> {
        fs::read_dir(tree)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect()
    };
    let wanted = |name: &str| {
        let parts = ["_input", "_label", "_max", "_crit"];
        name == "name" || name.starts_with("temp") && parts.iter().any(|part| name.ends_with(part))
    };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut read = |path: PathBuf| {
        if let (Some(name), Ok(content)) = (path.to_str(), fs::read(&path)) {
            files.push((name.to_owned(), content));
        }
    };
    for folder in folders("/sys/class/hwmon") {
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            if file.file_name().to_str().is_some_and(wanted) {
                read(file.path());
            }
        }
    }
    for folder in folders("/sys/class/thermal")
        .iter()
        .filter(|folder| folder.to_string_lossy().contains("thermal_zone"))
    {
        read(folder.join("type"));
        read(folder.join("temp"));
    }
    let sections: Vec<Section<'_>> = files
        .iter()
        .map(|(name, body)| Section { name, body })
        .collect();
    temperature::parse(&sections)
}
