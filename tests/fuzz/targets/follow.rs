//! Logs as they are really read: the output of `tail` and `journalctl` on a node, through splitter, time stamps and mask
//! to the batches a reader gets. Time is the run-time's own and stands still, so that no pause is waited for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivers::host::{CommandOutput, SimulatedHost};
use drivers::{Connection, EngineAddress};
use tokio::time::{sleep, timeout};
use vocab::styled::STYLED_LIMIT;
use vocab::{LinkTrouble, LogItem, LogLine, LogRequest, LogSource, NodeName, Text};

use super::oracle::assert_safe;

/// More than a simulated command may write at once.
const MOST: usize = 200 * 1024;

/// A machine whose commands write one output after the other, each cut off at its end.
struct Machine {
    host: SimulatedHost,
    /// The same, for the commands to cut their own link.
    itself: Arc<Mutex<Option<SimulatedHost>>>,
}

impl Machine {
    fn new(outputs: Vec<Vec<u8>>) -> Self {
        let itself: Arc<Mutex<Option<SimulatedHost>>> = Arc::default();
        let (turn, known) = (AtomicUsize::new(0), Arc::clone(&itself));
        let host = SimulatedHost::new("aurora", move |_, _| {
            if let Ok(Some(host)) = known.lock().as_deref() {
                host.set_trouble(Some(LinkTrouble::Lost));
            }
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            CommandOutput {
                status: Some(0),
                stdout: outputs.get(turn).cloned().unwrap_or_default(),
                stderr: Vec::new(),
            }
        });
        if let Ok(mut itself) = itself.lock() {
            *itself = Some(host.clone());
        }
        Self { host, itself }
    }
}

impl Drop for Machine {
    /// Lets go of the circle, which would never be freed.
    fn drop(&mut self) {
        if let Ok(mut itself) = self.itself.lock() {
            *itself = None;
        }
    }
}

/// Everything that is read until the log ends, or until `enough` says so.
#[expect(
    clippy::default_trait_access,
    reason = "the type of the token that could cancel is of a crate not named here"
)]
fn read(
    machine: &Machine,
    source: LogSource,
    follow: bool,
    enough: impl Fn(&[LogItem]) -> bool,
) -> Vec<LogItem> {
    let host = &machine.host;
    let built = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let Ok(runtime) = built else {
        return Vec::new();
    };
    runtime.block_on(async {
        let connection = Connection::new(Arc::new(host.clone()), EngineAddress::None);
        let connections = BTreeMap::from([(source.node().clone(), Arc::new(connection))]);
        let request = LogRequest { source, tail: None, since: None, until: None, follow };
        let ways = sources::logs::Ways::to_nodes(Arc::new(connections), Text::line("no sites"));
        let mut batches = sources::logs::follow(ways, request, Default::default());
        let mut items: Vec<LogItem> = Vec::new();
        let deliver = async {
            while let Some(batch) = batches.recv().await {
                assert_eq!(batch.skipped, 0, "a quick reader misses nothing");
                items.extend(batch.items);
                if enough(&items) {
                    break;
                }
            }
        };
        // The link comes back whenever it was cut.
        let mend = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                if follow {
                    host.set_trouble(None);
                }
            }
        };
        tokio::select! {
            ended = timeout(Duration::from_hours(1), deliver) => assert!(ended.is_ok(), "a log comes to its end"),
            () = mend => {}
        }
        items
    })
}

fn lines(items: &[LogItem]) -> Vec<&LogLine> {
    items
        .iter()
        .filter_map(|item| {
            if let LogItem::Line(line) = item {
                Some(line)
            } else {
                None
            }
        })
        .collect()
}

fn node() -> Option<NodeName> {
    NodeName::new("aurora").ok()
}

fn log_file() -> Option<LogSource> {
    node().map(|node| LogSource::File {
        node,
        path: Text::line("/var/log/app.log"),
    })
}

fn assert_sound(items: &[LogItem]) {
    for item in items {
        match item {
            LogItem::Line(line) => {
                assert_safe(line.text.as_str(), true);
                assert!(
                    line.text.as_str().len() <= 3 * STYLED_LIMIT + 96,
                    "a line is bounded"
                );
                let shown = line.text.as_str();
                assert_eq!(vocab::mask::mask(shown), shown, "secrets are masked");
            }
            LogItem::Gap { reason, .. } => assert_safe(reason, true),
        }
    }
}

pub fn file(data: &[u8]) {
    let data = &data[..data.len().min(MOST)];
    let Some(source) = log_file() else { return };
    let items = read(&Machine::new(vec![data.to_vec()]), source, false, |_| false);
    assert_sound(&items);
    let ends = data.split(|byte| *byte == b'\n').count() - 1;
    let rest = usize::from(data.last().is_some_and(|byte| *byte != b'\n'));
    assert_eq!(
        items.len(),
        ends + rest,
        "every line is there, and nothing else"
    );
}

pub fn journal(data: &[u8]) {
    let data = &data[..data.len().min(MOST)];
    let Some(node) = node() else { return };
    let items = read(
        &Machine::new(vec![data.to_vec()]),
        LogSource::Journal { node, unit: None },
        false,
        |_| false,
    );
    assert_sound(&items);
    let entries = data
        .split(|byte| *byte == b'\n')
        .filter(|entry| !entry.is_empty())
        .count();
    let empty = data.split(|byte| *byte == b'\n').count() - entries;
    let gaps = items.len() - lines(&items).len();
    assert!(
        gaps <= entries + empty,
        "an entry that cannot be read is one gap"
    );
    assert!(
        items.len() <= data.len() + 1,
        "an entry is not more lines than it has bytes"
    );
}

/// A file that is followed over a link that is cut: each line is there once, in order, wherever it was cut. The first
/// two bytes say where, the lines are made different from each other.
pub fn seam(data: &[u8]) {
    let [first, second, rest @ ..] = data else {
        return;
    };
    let Some(source) = log_file() else { return };
    let written = rest
        .split(|byte| *byte == b'\n')
        .take(300)
        .enumerate()
        .map(|(index, line)| {
            let line: Vec<u8> = line
                .iter()
                .copied()
                .filter(u8::is_ascii_alphabetic)
                .take(80)
                .collect();
            [line.as_slice(), format!(" {index}\n").as_bytes()].concat()
        });
    let written: Vec<Vec<u8>> = written.collect();
    let cut = 1 + usize::from(*first) % written.len();
    let again = cut + usize::from(*second) % (written.len() - cut + 1);
    let outputs = [cut, again, written.len()].map(|end| written[..end].concat());
    let items = read(&Machine::new(outputs.into()), source, true, |items| {
        lines(items).len() >= written.len()
    });
    let found: Vec<&str> = lines(&items)
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    let expected: Vec<String> = written
        .iter()
        .map(|line| {
            String::from_utf8_lossy(line)
                .trim_end_matches('\n')
                .to_owned()
        })
        .collect();
    let expected: Vec<String> = expected
        .iter()
        .map(|line| vocab::mask::mask(line))
        .collect();
    assert_eq!(
        found,
        expected,
        "cut behind {cut} and {again} of {}",
        written.len()
    );
}
