//! Between the one who reads a log and the one who takes its lines: batches, and what happens when they come too fast.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use drivers::clock;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use vocab::{LogBatch, LogItem, LogSource, Text};

use super::line::{RawItem, RawLine};

/// The most items of a batch.
const BATCH: usize = 512;

/// How long the first batch waits for more: the tail of a log is there at once.
const FIRST_WAIT: Duration = Duration::from_millis(5);

/// The most lines that wait for a slow reader, and the most bytes of them; then the oldest go, and are counted.
const WAITING_LINES: usize = 64 * BATCH;
const WAITING_BYTES: usize = 8 << 20;

#[derive(Default)]
struct Pile {
    items: Vec<RawItem>,
    bytes: usize,
}

#[derive(Default)]
struct State {
    full: VecDeque<Pile>,
    filling: Pile,
    /// When `filling` is to be handed on, full or not: at the next pulse, with all other logs. `None` while nothing is in it.
    due: Option<Instant>,
    lines: usize,
    bytes: usize,
    /// Lines that were dropped before the oldest that waits.
    skipped: u64,
    closed: bool,
    delivered: bool,
}

impl State {
    fn turn(&mut self) {
        let pile = std::mem::take(&mut self.filling);
        if !pile.items.is_empty() {
            self.full.push_back(pile);
        }
        self.due = None;
    }

    fn drop_over(&mut self) {
        while self.lines > WAITING_LINES || self.bytes > WAITING_BYTES {
            let Some(pile) = self.full.pop_front() else {
                return;
            };
            self.lines -= pile.items.len();
            self.bytes -= pile.bytes;
            self.skipped += pile
                .items
                .iter()
                .filter(|item| matches!(item, RawItem::Line(_)))
                .count() as u64;
        }
    }

    fn take(&mut self) -> Option<(Pile, u64)> {
        let pile = self.full.pop_front()?;
        self.lines -= pile.items.len();
        self.bytes -= pile.bytes;
        self.delivered = true;
        Some((pile, std::mem::take(&mut self.skipped)))
    }
}

/// The outbox of one log. Putting in never waits.
pub(super) struct Outbox {
    source: LogSource,
    state: Mutex<State>,
    news: Notify,
}

impl Outbox {
    pub(super) fn new(source: LogSource) -> Self {
        Self {
            source,
            state: Mutex::new(State::default()),
            news: Notify::new(),
        }
    }

    /// Puts a line in.
    pub(super) fn line(&self, line: RawLine) {
        self.push(RawItem::Line(line));
    }

    /// Puts a gap in, noticed now.
    pub(super) fn gap(&self, reason: Text) {
        self.push(RawItem::Gap {
            at: clock::now(),
            reason,
        });
    }

    /// Takes out all lines that were put in, in their order, and the first gap's reason.
    pub(super) fn drain(&self) -> (Vec<RawLine>, Option<Text>) {
        let (mut lines, mut why) = (Vec::new(), None);
        let mut state = self.lock();
        state.turn();
        while let Some((pile, _)) = state.take() {
            for item in pile.items {
                match item {
                    RawItem::Line(line) => lines.push(line),
                    RawItem::Gap { reason, .. } => why = why.or(Some(reason)),
                }
            }
        }
        (lines, why)
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.news.notify_one();
    }

    fn push(&self, item: RawItem) {
        let mut state = self.lock();
        let bytes = item.bytes();
        let first = state.due.is_none();
        if first {
            let wait = if state.delivered {
                clock::now().until_pulse().duration()
            } else {
                FIRST_WAIT
            };
            state.due = Some(Instant::now() + wait);
        }
        state.filling.bytes += bytes;
        state.filling.items.push(item);
        state.lines += 1;
        state.bytes += bytes;
        let full = state.filling.items.len() >= BATCH || state.filling.bytes >= WAITING_BYTES / 8;
        if full {
            state.turn();
            state.drop_over();
        }
        drop(state);
        if first || full {
            self.news.notify_one();
        }
    }

    /// Hands batches on, oldest first, until the outbox is closed and empty or nobody takes them. What comes while there
    /// is no room goes into the batch that waits for it, so that who reads seldom reads much at once.
    pub(super) async fn deliver(&self, sender: &mpsc::Sender<LogBatch>) {
        while let Ok(room) = sender.reserve().await {
            let Some((pile, skipped)) = self.next().await else {
                return;
            };
            // Only what is really delivered is sanitised and masked: lines that are dropped cost next to nothing.
            let items: Vec<LogItem> = pile.items.into_iter().map(RawItem::finish).collect();
            let batch = LogBatch {
                source: self.source.clone(),
                items,
                skipped,
            };
            room.send(batch);
        }
    }

    async fn next(&self) -> Option<(Pile, u64)> {
        loop {
            let wait = {
                let mut state = self.lock();
                let due = state.due.is_some_and(|due| due <= Instant::now());
                if state.full.is_empty() && (due || state.closed) {
                    state.turn();
                }
                if let Some(taken) = state.take() {
                    return Some(taken);
                }
                if state.closed {
                    return None;
                }
                state.due
            };
            match wait {
                None => self.news.notified().await,
                Some(until) => {
                    tokio::select! {
                        () = self.news.notified() => {}
                        () = tokio::time::sleep_until(until) => {}
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change under the lock leaves the state whole, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use vocab::{NodeName, Output, Span, Time};

    use super::*;

    fn outbox() -> Outbox {
        Outbox::new(LogSource::Journal {
            node: NodeName::new("aurora").unwrap(),
            unit: None,
        })
    }

    fn line(number: u64) -> RawLine {
        RawLine {
            at: Time(number.cast_signed()),
            output: Output::Out,
            level: None,
            bytes: number.to_string().into_bytes(),
        }
    }

    fn lines(batch: &LogBatch) -> Vec<u64> {
        let number = |item: &LogItem| match item {
            LogItem::Line(line) => line.text.as_str().parse().unwrap(),
            LogItem::Gap { .. } => panic!("no gap was put in"),
        };
        batch.items.iter().map(number).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_loses_the_oldest_and_is_told_how_many() {
        let outbox = outbox();
        let (sender, mut receiver) = mpsc::channel::<LogBatch>(1);
        let mut expected = 0;
        let mut skipped = 0;
        let put = async {
            for number in 0..200_000 {
                outbox.line(line(number));
                if number.is_multiple_of(1_000) {
                    tokio::task::yield_now().await;
                }
            }
            outbox.close();
        };
        let take = async {
            while let Some(batch) = receiver.recv().await {
                expected += batch.skipped;
                skipped += batch.skipped;
                for number in lines(&batch) {
                    assert_eq!(
                        number, expected,
                        "every line is delivered or counted, in order"
                    );
                    expected += 1;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let deliver = async {
            outbox.deliver(&sender).await;
            drop(sender);
        };
        tokio::join!(put, deliver, take);
        assert_eq!(expected, 200_000);
        assert!(skipped > 100_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_line_does_not_wait_for_company() {
        let outbox = outbox();
        let (sender, mut receiver) = mpsc::channel::<LogBatch>(1);
        let begun = Instant::now();
        outbox.line(line(1));
        let deliver = outbox.deliver(&sender);
        let take = async {
            assert_eq!(lines(&receiver.recv().await.unwrap()), [1]);
            assert!(begun.elapsed() < Span::PULSE.duration());
            outbox.line(line(2));
            outbox.line(line(3));
            assert_eq!(lines(&receiver.recv().await.unwrap()), [2, 3]);
            outbox.close();
        };
        tokio::join!(deliver, take);
    }
}
