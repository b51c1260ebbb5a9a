//! The cgroup files of this machine's containers, kept open: a sweep over hundreds of containers is a few reads each,
//! without a word to the engine.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::Instant;

use drivers::docker::Counters;
use rustix::process::{Resource, getrlimit};
use vocab::{ContainerId, ContainerSample};

use super::cgroup_text::{Reading, group_in, paths, usual_group};
use super::running::Running;

/// Open files a container needs: five of its cgroup, one of its network.
const FILES_PER_CONTAINER: u64 = 6;

/// One open file and its name.
struct Kept {
    name: String,
    file: File,
}

/// A container's open files, for as long as its process is the same.
struct Open {
    pid: Option<u32>,
    files: Vec<Kept>,
}

/// The containers' files and their last counters.
pub struct Sweeper {
    version: u8,
    driver: String,
    open: HashMap<ContainerId, Open>,
    last: HashMap<ContainerId, (Instant, Counters)>,
    /// How many containers' files may stay open: half of what this process may have.
    kept_limit: usize,
    buffer: Vec<u8>,
}

impl Sweeper {
    /// For an engine of this machine with this cgroup version and driver.
    pub fn new(version: u8, driver: &str) -> Self {
        let allowed = getrlimit(Resource::Nofile).current.unwrap_or(1 << 20);
        Self {
            version,
            driver: driver.to_owned(),
            open: HashMap::new(),
            last: HashMap::new(),
            kept_limit: usize::try_from(allowed / 2 / FILES_PER_CONTAINER).unwrap_or(usize::MAX),
            buffer: vec![0; 16 * 1024],
        }
    }

    /// One look at each: samples of those that were looked at before, and those whose files cannot be read. Blocks for
    /// a few microseconds a file.
    pub fn sweep(&mut self, running: &[Running]) -> Sweep {
        self.open.retain(|id, open| {
            running
                .iter()
                .any(|one| one.id == *id && one.pid == open.pid)
        });
        self.last
            .retain(|id, _| running.iter().any(|one| one.id == *id));
        let mut sweep = Sweep::default();
        for one in running {
            let Some(mut counters) = self.look(one) else {
                sweep.unread.push(one.id.clone());
                continue;
            };
            counters.memory_limit = one.memory_limit;
            let now = Instant::now();
            if let Some((then, before)) = self.last.insert(one.id.clone(), (now, counters)) {
                sweep.samples.push((
                    one.id.clone(),
                    counters.since(&before, now.duration_since(then)),
                ));
            }
        }
        sweep
    }

    fn look(&mut self, one: &Running) -> Option<Counters> {
        if let Some(open) = self.open.get(&one.id) {
            if let Some(counters) = read(open, &mut self.buffer) {
                return Some(counters);
            }
            // Its group was taken away under the same process: look for it anew.
            self.open.remove(&one.id);
        }
        let open = self.find(one)?;
        let counters = read(&open, &mut self.buffer)?;
        if self.open.len() < self.kept_limit {
            self.open.insert(one.id.clone(), open);
        }
        Some(counters)
    }

    /// Opens a container's files: where Docker puts them, else where its process says they are.
    fn find(&self, one: &Running) -> Option<Open> {
        let usual = paths(|_| usual_group(&one.id, &self.driver), self.version);
        let mut files = open_all(&usual);
        if files.is_empty() {
            let text = fs::read_to_string(format!("/proc/{}/cgroup", one.pid?)).ok()?;
            group_in(&text, if self.version == 2 { "" } else { "cpuacct" })?;
            files = open_all(&paths(
                |controller| group_in(&text, controller).unwrap_or_default(),
                self.version,
            ));
        }
        if files.is_empty() {
            return None;
        }
        if let Some(pid) = one.pid {
            files.extend(open_all(&[format!("/proc/{pid}/net/dev")]));
        }
        Some(Open {
            pid: one.pid,
            files,
        })
    }
}

/// What one sweep came to.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Samples of the containers that were looked at before.
    pub samples: Vec<(ContainerId, ContainerSample)>,
    /// Those whose files cannot be read.
    pub unread: Vec<ContainerId>,
}

fn open_all(paths: &[String]) -> Vec<Kept> {
    let open = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Some(Kept {
            name,
            file: File::open(path).ok()?,
        })
    };
    paths.iter().filter_map(open).collect()
}

fn read(open: &Open, buffer: &mut [u8]) -> Option<Counters> {
    let mut reading = Reading::default();
    for kept in &open.files {
        // The kernel makes these anew at offset 0; one whose group is gone fails, and then CPU or memory is missing.
        let Ok(length) = kept.file.read_at(buffer, 0) else {
            continue;
        };
        reading.take(
            &kept.name,
            std::str::from_utf8(&buffer[..length]).unwrap_or_default(),
        );
    }
    reading.counters()
}
