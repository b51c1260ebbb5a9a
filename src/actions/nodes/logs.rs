//! Cut the logs of a node: the systemd journal is vacuumed to a bound, and JSON logs of containers that have grown over a bound
//! keep their newest lines. Nothing is moved aside first: it is done when the disk is full.
//!
//! Docker's json-file driver appends to its file (docs.docker.com/engine/logging/drivers/json-file), so that the file can be
//! shortened in its place, as `copytruncate` of logrotate(8) does.

use std::cmp::Reverse;

use async_trait::async_trait;
use drivers::host::CommandLine;
use drivers::{Connection, DriverError, Host, Trouble};
use futures::future::join_all;
use vocab::{Bytes, ContainerId, ContainerKey, NodeName, Span, Text};
use world::plan::{Expectation, NodeLog, StepCall};
use world::{EngineState, Plan, Refusal, Reversibility};

use super::{as_root, ends};
use crate::draft::{Draft, Frame, Request, distinct, typed_name};
use crate::execute::effect::{Answer, Effect};
use crate::execute::look::{Look, Seen};
use crate::refuse;
use crate::words;

/// From which size on a log is cut, and to which.
struct Bound {
    over: Bytes,
    keeps: Bytes,
}

/// The journal keeps 200 MB: days of a usual machine. systemd's own bound is up to 4 GB (journald.conf(5), `SystemMaxUse=`).
const JOURNAL: Bound = Bound {
    over: Bytes(400 << 20),
    keeps: Bytes(200 << 20),
};

/// A container's log keeps some ten thousand lines.
const CONTAINER: Bound = Bound {
    over: Bytes(50 << 20),
    keeps: Bytes(10 << 20),
};

/// Where Docker keeps the logs of its containers, unless its `data-root` says otherwise.
const CONTAINERS: &str = "/var/lib/docker/containers";

/// How a container's log ends after the name of the container.
const SUFFIX: &str = "-json.log";

/// How long a look may take.
const LOOK: Span = Span::seconds(20);

/// How long cutting may take: the journal is read through.
const CUT_WITHIN: Span = Span::minutes(2);

/// How long it may take to be seen.
const SEEN_WITHIN: Span = Span::seconds(30);

/// Shortens the file `$1` to its newest `$2` bytes, from the next line on. They are written over its beginning, far before where
/// they are read, so that no room is needed; a file that is short by now is left alone.
const SHORTEN: &str = r#"set -e
size=$(stat -c %s -- "$1")
[ "$size" -gt $(($2 * 2)) ] || exit 0
from=$((size - $2))
from=$((from + $(tail -c "+$((from + 1))" -- "$1" | head -n 1 | wc -c)))
tail -c "+$((from + 1))" -- "$1" | head -c "$((size - from))" | dd of="$1" bs=65536 conv=notrunc 2>/dev/null
truncate -s "$((size - from))" -- "$1""#;

/// How the operator can allow it.
const MEND: &str = "let this user read and cut logs: a sudoers line with NOPASSWD for find, stat, sh and journalctl";

/// Plans it: looks on every node for what is large.
pub(crate) async fn plan(request: Request<'_>, nodes: &[NodeName]) -> Result<Plan, Refusal> {
    let nodes = distinct(nodes);
    let found = join_all(nodes.iter().map(|name| list(&request, name))).await;
    let mut draft = Draft::default();
    let mut refused = Vec::new();
    let mut touched = Vec::new();
    let mut freed = 0_u64;
    for (name, found) in nodes.iter().zip(found) {
        match found {
            Ok(logs) => {
                touched.push(Text::line(name.as_str()));
                for (log, size) in &logs {
                    freed = freed.saturating_add(size.0.saturating_sub(bound(log).keeps.0));
                    add(&mut draft, &request, name, log, *size);
                }
            }
            Err(error) => refused.push(error),
        }
    }
    draft.leave_out(&refused)?;
    draft.warn("the older lines are gone afterwards: copy what is still needed first");
    if draft.objects.iter().any(|object| object.kind == KIND) {
        draft.warn("a line that a container writes in the moment of the cut may be lost");
    }
    let place = match touched.as_slice() {
        [one] => one.to_string(),
        several => words::count(several.len(), "node"),
    };
    let frame = Frame {
        title: format!("cut the logs of {place}: frees {}", Bytes(freed)),
        reversibility: Reversibility::Irreversible,
        confirmation: typed_name(&touched, "node"),
        verification: "looks how large each log is then",
        inverse: None,
        one_by_one: false,
        each: Span::seconds(5),
    };
    Ok(draft.finish(request, frame))
}

/// What the log of a container is called in plans.
const KIND: &str = "container log";

const fn bound(log: &NodeLog) -> Bound {
    match log {
        NodeLog::Journal => JOURNAL,
        NodeLog::Container(_) => CONTAINER,
    }
}

/// The logs of a node that are over their bound, the largest first; a refusal when there is none.
async fn list(request: &Request<'_>, name: &NodeName) -> Result<Vec<(NodeLog, Bytes)>, Refusal> {
    let node = request.node(name)?;
    let host = &*ends(request, name)?.host;
    let failed = |error: DriverError| {
        refuse::unreachable(format!("cannot see the logs of {name}: {}", error.text))
    };
    let mut logs = Vec::new();
    let systemd = node
        .condition
        .as_ref()
        .is_none_or(|condition| condition.value.failed_units.is_some());
    if systemd {
        logs.push((
            NodeLog::Journal,
            size(host, &NodeLog::Journal).await.map_err(failed)?,
        ));
    }
    if matches!(node.engine, EngineState::Up { .. }) {
        let listed = as_root::read(host, &find(), LOOK, MEND)
            .await
            .map_err(failed)?;
        logs.extend(found(&listed));
    }
    logs.retain(|(log, size)| *size > bound(log).over);
    logs.sort_by_key(|(_, size)| Reverse(*size));
    if logs.is_empty() {
        return Err(refuse::needless(format!(
            "no log of {name} is large: the journal is under {}, and no container log in {CONTAINERS} over {}",
            JOURNAL.over, CONTAINER.over
        )));
    }
    Ok(logs)
}

fn add(draft: &mut Draft, request: &Request<'_>, node: &NodeName, log: &NodeLog, size: Bytes) {
    let keeps = bound(log).keeps;
    let (kind, name) = match log {
        NodeLog::Journal => ("journal", "systemd journal".to_owned()),
        NodeLog::Container(id) => {
            let key = ContainerKey {
                node: node.clone(),
                id: id.clone(),
            };
            let known = request.world.containers.get(&key);
            let name = known.map_or_else(
                || id.short().to_owned(),
                |tracked| tracked.container.name.to_string(),
            );
            (KIND, name)
        }
    };
    let freed = Bytes(size.0.saturating_sub(keeps.0));
    let detail = format!("{size}, keeps the newest {keeps}: frees {freed}");
    draft.object(node, kind, &name, detail);
    let cut = words::of(&command(log));
    draft.step(
        "cut",
        format!("{cut} (unless root: with sudo -n)"),
        StepCall::CutLog {
            node: node.clone(),
            log: log.clone(),
        },
        CUT_WITHIN,
    );
    let verify = Expectation::LogCut {
        node: node.clone(),
        log: log.clone(),
    };
    draft.step(
        "see how large it is",
        words::of(&measure(log)),
        StepCall::Verify(Box::new(verify)),
        SEEN_WITHIN,
    );
}

/// Finds the logs of containers that are over their bound (find(1) of GNU).
fn find() -> CommandLine {
    CommandLine::new(
        "find",
        [
            CONTAINERS,
            "-mindepth",
            "2",
            "-maxdepth",
            "2",
            "-type",
            "f",
            "-name",
            "*-json.log",
            "-size",
            &format!("+{}k", CONTAINER.over.0 >> 10),
            "-printf",
            "%s %f\\n",
        ],
    )
}

/// Sizes and containers, as find has printed them. What is no container's log is left out: its name goes into no command.
fn found(listed: &str) -> Vec<(NodeLog, Bytes)> {
    let lines = listed.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter_map(|(size, name)| {
            let id = ContainerId::new(name.trim().strip_suffix(SUFFIX)?).ok()?;
            (id.as_str().len() == 64).then_some(())?;
            Some((NodeLog::Container(id), Bytes(size.parse().ok()?)))
        })
        .collect()
}

fn path(id: &ContainerId) -> String {
    format!("{CONTAINERS}/{id}/{id}{SUFFIX}")
}

fn command(log: &NodeLog) -> CommandLine {
    let keeps = bound(log).keeps.0;
    match log {
        // What is still written to is not vacuumed: it is closed first (journalctl(1)).
        NodeLog::Journal => CommandLine::new(
            "journalctl",
            ["--rotate", &format!("--vacuum-size={}M", keeps >> 20)],
        ),
        NodeLog::Container(id) => CommandLine::new(
            "sh",
            ["-c", SHORTEN, "wheelhouse", &path(id), &keeps.to_string()],
        ),
    }
}

fn measure(log: &NodeLog) -> CommandLine {
    match log {
        NodeLog::Journal => CommandLine::new("journalctl", ["--disk-usage"]),
        NodeLog::Container(id) => CommandLine::new("stat", ["-c", "%s", "--", &path(id)]),
    }
}

/// How large a log is now.
async fn size(host: &dyn Host, log: &NodeLog) -> drivers::error::Result<Bytes> {
    let said = as_root::read(host, &measure(log), LOOK, MEND).await?;
    let size = match log {
        NodeLog::Journal => journal_size(&said),
        NodeLog::Container(_) => said.trim().parse().ok().map(Bytes),
    };
    size.ok_or_else(|| {
        let said = Text::line(said.trim());
        DriverError::new(
            Trouble::Garbled,
            format!("no size can be read in \"{said}\""),
        )
    })
}

/// `Archived and active journals take up 1.2G in the file system.`
fn journal_size(said: &str) -> Option<Bytes> {
    let (_, rest) = said.split_once("take up ")?;
    let word = rest.split_whitespace().next()?;
    let digits = word.trim_end_matches(|end: char| end.is_ascii_alphabetic());
    let shift = match &word[digits.len()..] {
        "" | "B" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    let value: f64 = digits.parse().ok()?;
    Some(Bytes(
        (value * f64::from(1_u32 << 10).powi(shift / 10)) as u64,
    ))
}

/// Looks whether a log is within its bound.
pub(crate) async fn cut(ends: &Connection, log: &NodeLog, before: &Seen) -> Look {
    match size(&*ends.host, log).await {
        Ok(now) if now <= bound(log).over => Look::Yes(match before {
            Seen::Size { size, .. } => {
                let freed = Bytes(size.0.saturating_sub(now.0));
                format!("{now} now, {freed} are free again")
            }
            _ => format!("{now} now"),
        }),
        Ok(now) => Look::NotYet(format!("it is {now}")),
        Err(error) => Look::Unclear(error.text.to_string()),
    }
}

/// The effect.
pub(crate) struct LogCut {
    pub log: NodeLog,
}

#[async_trait]
impl Effect for LogCut {
    async fn look_first(&self, ends: &Connection) -> drivers::error::Result<Seen> {
        Ok(Seen::Size {
            size: size(&*ends.host, &self.log).await?,
            root: as_root::is_root(&*ends.host).await?,
        })
    }

    async fn perform(&self, ends: &Connection, before: &Seen) -> drivers::error::Result<Answer> {
        let root = matches!(before, Seen::Size { root: true, .. });
        as_root::run(&*ends.host, root, &[command(&self.log)], CUT_WITHIN, MEND).await
    }

    async fn look(&self, ends: &Connection, before: &Seen) -> Look {
        cut(ends, &self.log, before).await
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn sizes_are_read_and_strangers_left_out() {
        let said = |size: &str| {
            format!("Archived and active journals take up {size} in the file system.\n")
        };
        assert_eq!(journal_size(&said("1.5G")), Some(Bytes(3 << 29)));
        assert_eq!(journal_size(&said("16.0M")), Some(Bytes(16 << 20)));
        assert_eq!(journal_size("No journal files were found."), None);
        let id = "0f".repeat(32);
        let listed = format!(
            "60000000 {id}-json.log\n7 ../../etc/passwd\n9 $(reboot)-json.log\n8 0f0f0f0f0f0f-json.log\n"
        );
        let container = NodeLog::Container(ContainerId::new(&id).unwrap());
        assert_eq!(found(&listed), [(container, Bytes(60_000_000))]);
    }

    #[test]
    fn a_log_keeps_its_newest_lines_whole_and_its_writer() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        // A name that a shell would take for more than a name.
        let path = folder.path().join("a $(touch oops) 'b' -json.log");
        let mut writer = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap();
        for number in 0..1000 {
            writeln!(writer, "line {number:05}").unwrap();
        }
        let shorten = || {
            let mut sh = Command::new("sh");
            sh.current_dir(folder.path())
                .args(["-c", SHORTEN, "wheelhouse"])
                .arg(&path)
                .arg("100");
            assert!(sh.status().unwrap().success());
            std::fs::read_to_string(&path).unwrap()
        };
        let kept = shorten();
        let lines: Vec<&str> = kept.lines().collect();
        assert!(kept.len() <= 100 && lines.len() >= 7, "{kept}");
        assert_eq!((lines[0].len(), lines[lines.len() - 1]), (10, "line 00999"));
        writeln!(writer, "line after").unwrap();
        assert!(
            shorten().ends_with("line 00999\nline after\n"),
            "what is short is left alone"
        );
        let others = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(others, 1, "no word of the name was run");
    }
}
