//! Which process this is, so that another one can tell later whether it still runs.

use std::fs;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// A process, told apart from a later one with the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// The kernel's boot id; empty where there is no /proc.
    pub(crate) boot: String,
    /// Its namespace of process ids: numbers of another one mean nothing here.
    pub(crate) namespace: String,
    /// Its number.
    pub(crate) pid: i32,
    /// When it started, in clock ticks since boot; 0 where there is no /proc.
    pub(crate) started: i64,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let namespace =
            fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned());
        let pid = rustix::process::getpid().as_raw_pid();
        Self {
            boot: boot.trim().to_owned(),
            namespace: namespace.unwrap_or_default(),
            pid,
            started: look(pid).map_or(0, |(_, started)| started),
        }
    }

    /// Whether it has surely ended, as seen from the process `here`. One in another container on the same kernel cannot
    /// be seen, and counts as running: an effect must never be taken for dead while it is under way.
    pub(crate) fn is_gone(&self, here: &Self) -> bool {
        if self.boot != here.boot {
            return true;
        }
        if self.namespace != here.namespace {
            return false;
        }
        let Some(pid) = Pid::from_raw(self.pid) else {
            return true;
        };
        if test_kill_process(pid) == Err(Errno::SRCH) {
            return true;
        }
        // Another program may have got the number since; a zombie has ended but for its parent's asking.
        look(self.pid)
            .is_some_and(|(state, started)| started != self.started || matches!(state, 'Z' | 'X'))
    }
}

/// State and start of a process (`proc_pid_stat(5)`, fields 3 and 22).
fn look(pid: i32) -> Option<(char, i64)> {
    let text = fs::read(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    let text = String::from_utf8_lossy(&text);
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    let mut fields = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_gone_only_when_it_is() {
        let here = Process::current();
        assert!(!here.is_gone(&here));
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let other = Process {
            pid,
            started: look(pid).unwrap().1,
            ..here.clone()
        };
        assert!(!other.is_gone(&here));
        let reused = Process {
            started: other.started - 1,
            ..other.clone()
        };
        assert!(reused.is_gone(&here), "the number was given away again");
        child.kill().unwrap();
        while look(pid).is_some_and(|(state, _)| state != 'Z') {
            std::thread::yield_now();
        }
        assert!(other.is_gone(&here), "a zombie");
        child.wait().unwrap();
        assert!(other.is_gone(&here));
        let before_boot = Process {
            boot: "other".into(),
            ..here.clone()
        };
        assert!(before_boot.is_gone(&here));
        let in_container = Process {
            namespace: "other".into(),
            pid: 999_999,
            ..here.clone()
        };
        assert!(!in_container.is_gone(&here));
    }
}
