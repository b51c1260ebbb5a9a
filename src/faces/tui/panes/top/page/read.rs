//! What is read for an open page beside what the world holds: the item's history, and the end of its log.

use ui::{Past, Recalled, Seen};
use vocab::{LogRequest, LogSource, LogTail, Span, Time};
use world::query::evidence;
use world::{About, Happening, Item, ItemId};

/// So many lines of the log are shown.
const LINES: u32 = 6;

/// So much of the history is read.
const HAPPENINGS: usize = 100;

/// The log is read again after so long.
const AGAIN: Span = Span::seconds(10);

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    item: Option<(ItemId, About)>,
    history: Vec<Happening>,
    tail: Option<(LogSource, LogTail)>,
    asked: Option<Time>,
    wanted: Vec<Past>,
}

impl Read {
    /// An item's page is seen: what it needs is wanted, the history once, the log again and again.
    pub fn open(&mut self, item: &Item, seen: Seen<'_>) {
        let is_new = self.item.as_ref().is_none_or(|(id, _)| *id != item.id);
        if is_new {
            *self = Self {
                item: Some((item.id.clone(), item.about.clone())),
                wanted: vec![Past::Happenings(Some(item.id.clone()), HAPPENINGS)],
                ..Self::default()
            };
        }
        let due = self
            .asked
            .is_none_or(|asked| seen.now.since(asked) >= AGAIN);
        if due && let Some(Ok(source)) = evidence::log(seen.world, item) {
            self.asked = Some(seen.now);
            self.wanted.push(Past::Tail(LogRequest {
                source,
                tail: Some(LINES),
                since: None,
                until: None,
                follow: false,
            }));
        }
    }

    /// What the page is about.
    pub fn about(&self) -> Option<&About> {
        self.item.as_ref().map(|(_, about)| about)
    }

    /// What is to be read, each once.
    pub fn wants(&mut self) -> Option<Past> {
        self.wanted.pop()
    }

    /// Takes in what was read, if it is of the open page.
    pub fn take(&mut self, recalled: &Recalled) {
        match recalled {
            Recalled::Happenings(Some(item), found)
                if self.item.as_ref().is_some_and(|(id, _)| id == item) =>
            {
                self.history.clone_from(found);
            }
            Recalled::Tail(source, found) if self.asked.is_some() => {
                self.tail = Some((source.clone(), found.clone()));
            }
            _ => {}
        }
    }

    /// The end of this log, if it was read.
    pub fn tail(&self, of: &LogSource) -> Option<&LogTail> {
        let (source, found) = self.tail.as_ref()?;
        (source == of).then_some(found)
    }

    /// What became of the item, the newest first: what was read, and what has happened since.
    pub fn history(&self, item: &Item, seen: Seen<'_>) -> Vec<Happening> {
        let mut all = self.history.clone();
        let here = seen.world.happenings.iter();
        for happening in here.filter(|happening| happening.item == item.id) {
            if !all.contains(happening) {
                all.push(happening.clone());
            }
        }
        all.sort_by_key(|happening| std::cmp::Reverse(happening.at));
        all
    }
}
