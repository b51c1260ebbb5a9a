//! /proc/PID/stat, status and cmdline (`proc_pid_stat(5)`, `proc_pid_status(5)`), and who owns which number (passwd(5)).

use std::collections::{BTreeMap, HashMap};

use vocab::{Bytes, Text};

use super::{lines, number};

/// One process's line of /proc/PID/stat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessStat {
    /// Process id.
    pub pid: u32,
    /// Short name; may hold spaces and parentheses.
    pub name: String,
    /// `R`, `S`, `D`, `Z` …
    pub state: char,
    /// CPU time in hundredths of a second.
    pub cpu: u64,
    /// When it started, in hundredths of a second since boot: with the number it tells processes apart for good.
    pub started: u64,
    /// Resident memory in pages.
    pub pages: u64,
    /// Whether it is a thread of the kernel: those have no command line.
    pub kernel: bool,
}

/// `PF_KTHREAD` of the kernel's include/linux/sched.h.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// Reads one line of /proc/PID/stat.
pub fn stat(line: &str) -> Option<ProcessStat> {
    let (head, tail) = (line.split_once('(')?, line.rsplit_once(')')?.1);
    let name = head.1.rsplit_once(')')?.0;
    let words: Vec<&str> = tail.split_ascii_whitespace().collect();
    // `tail` begins with field 3 of the manual page.
    let field = |number_in_manual: usize| words.get(number_in_manual - 3).copied();
    Some(ProcessStat {
        pid: head.0.trim().parse().ok()?,
        name: name.to_owned(),
        state: field(3)?.chars().next()?,
        cpu: number(field(14)).saturating_add(number(field(15))),
        started: field(22)?.parse().ok()?,
        pages: number(field(24)),
        kernel: number(field(9)) & KERNEL_THREAD != 0,
    })
}

/// Reads many lines of /proc/PID/stat, as `cat` puts them one after the other.
pub fn stats(text: &[u8]) -> Vec<ProcessStat> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| stat(&String::from_utf8_lossy(line)))
        .collect()
}

/// What `status` adds: who owns a process, and its resident memory without knowing the size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProcessStatus {
    /// Real user id.
    pub user: Option<u32>,
    /// Resident memory.
    pub memory: Option<Bytes>,
}

/// Reads `Uid` and `VmRSS` lines that `grep -H` found in /proc/PID/status files.
pub fn statuses(text: &[u8]) -> HashMap<u32, ProcessStatus> {
    let mut found: HashMap<u32, ProcessStatus> = HashMap::new();
    for line in lines(text) {
        let Some((path, line)) = line.split_once(':') else {
            continue;
        };
        let pid = path
            .strip_prefix("/proc/")
            .and_then(|path| path.split('/').next())
            .and_then(|pid| pid.parse().ok());
        if let Some(pid) = pid {
            status_line(line, found.entry(pid).or_default());
        }
    }
    found
}

/// Reads one /proc/PID/status file.
pub fn status(text: &[u8]) -> ProcessStatus {
    let mut found = ProcessStatus::default();
    for line in lines(text) {
        status_line(line, &mut found);
    }
    found
}

fn status_line(line: &str, into: &mut ProcessStatus) {
    let mut words = line.split_ascii_whitespace();
    match words.next() {
        Some("Uid:") => into.user = words.next().and_then(|word| word.parse().ok()),
        Some("VmRSS:") => {
            into.memory = words
                .next()
                .and_then(|word| word.parse().ok())
                .map(Bytes::kibi);
        }
        _ => {}
    }
}

/// A command line of /proc/PID/cmdline, its secrets masked; the name in brackets when it is empty.
pub fn command(cmdline: &[u8], name: &str) -> Text {
    let end = cmdline
        .iter()
        .rposition(|byte| *byte != 0 && *byte != b'\n')
        .map_or(0, |last| last + 1);
    if end == 0 {
        return Text::line(format!("[{name}]"));
    }
    let words: Vec<u8> = cmdline[..end]
        .iter()
        .map(|byte| if *byte == 0 { b' ' } else { *byte })
        .collect();
    Text::line(vocab::mask::mask(&String::from_utf8_lossy(&words)))
}

/// Names of users by their number, from /etc/passwd.
pub fn users(passwd: &[u8]) -> BTreeMap<u32, Text> {
    let mut users = BTreeMap::new();
    for line in lines(passwd) {
        let mut fields = line.split(':');
        if let (Some(name), Some(_), Some(Ok(number))) =
            (fields.next(), fields.next(), fields.next().map(str::parse))
        {
            users.entry(number).or_insert_with(|| Text::line(name));
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "4242 (tmux: ser) (x) S 1 4242 4242 0 -1 4194368 1000 0 0 0 700 34 0 0 20 0 1 0 350 9000000 512 18446744073709551615 1 1";

    #[test]
    fn a_name_may_hold_anything() {
        let stat = stat(LINE).unwrap();
        assert_eq!(
            (stat.pid, stat.name.as_str(), stat.state),
            (4242, "tmux: ser) (x", 'S')
        );
        assert_eq!(
            (stat.cpu, stat.started, stat.pages, stat.kernel),
            (734, 350, 512, false)
        );
        let thread = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 5 0 0 1";
        assert!(super::stat(thread).unwrap().kernel);
        for broken in ["", "1 (", "1 )(", ") 1 (", "x (a) S", "1 (a)"] {
            assert_eq!(super::stat(broken), None, "{broken}");
        }
        assert_eq!(
            stats(format!("{LINE}\nnoise\n{LINE}\n").as_bytes()).len(),
            2
        );
    }

    #[test]
    fn owners() {
        let text = b"/proc/1/status:Uid:\t0\t0\t0\t0\n/proc/1/status:VmRSS:\t   12 kB\n/proc/77/status:Uid:\t1000\t0\t0\t0\nx\n";
        let found = statuses(text);
        assert_eq!(
            found[&1],
            ProcessStatus {
                user: Some(0),
                memory: Some(Bytes::kibi(12))
            }
        );
        assert_eq!(found[&77].user, Some(1000));
        let users = users(b"root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\nbad\nweb:x:33:\n");
        assert_eq!(users[&0].as_str(), "root");
        assert_eq!(users[&33].as_str(), "web");
    }

    #[test]
    fn command_lines() {
        assert_eq!(
            command(b"nginx\0-g\0daemon off;\0", "nginx").as_str(),
            "nginx -g daemon off;"
        );
        assert_eq!(command(b"", "kworker/0:1").as_str(), "[kworker/0:1]");
        assert_eq!(command(b"\0\0\n", "odd").as_str(), "[odd]");
        assert!(
            !command(b"psql\0--password=hunter2hunter2\0", "psql")
                .as_str()
                .contains("hunter2")
        );
    }
}
