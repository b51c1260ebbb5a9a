//! Merging by time: an item is handed on when no source can have an older one, or when it has waited long enough.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;
use vocab::{LogBatch, LogItem, Text, Time};

use super::FIRST_HOLD;

/// A source's items that wait.
struct Lane {
    /// Items and when each arrived.
    items: VecDeque<(Instant, LogItem)>,
    /// Whether more may come.
    open: bool,
    /// Whether anything has come yet.
    heard: bool,
}

/// Items of several sources on their way to one order.
pub(super) struct Merge {
    lanes: Vec<Lane>,
    hold: Duration,
    begun: Option<Instant>,
}

impl Merge {
    /// For so many sources; an item waits at most so long for a source that is silent.
    pub fn new(sources: usize, hold: Duration) -> Self {
        let lane = || Lane {
            items: VecDeque::new(),
            open: true,
            heard: false,
        };
        Self {
            lanes: (0..sources).map(|_| lane()).collect(),
            hold,
            begun: None,
        }
    }

    /// Takes in what a source delivered.
    pub fn push(&mut self, source: usize, batch: LogBatch, now: Instant) {
        self.begun.get_or_insert(now);
        let Some(lane) = self.lanes.get_mut(source) else {
            return;
        };
        lane.heard = true;
        if batch.skipped > 0 {
            let at = batch.items.first().map_or_else(Time::default, time);
            let reason = Text::line(format!(
                "{} lines skipped: they came faster than they were read",
                batch.skipped
            ));
            lane.items.push_back((now, LogItem::Gap { at, reason }));
        }
        lane.items
            .extend(batch.items.into_iter().map(|item| (now, item)));
    }

    /// A source has ended.
    pub fn end(&mut self, source: usize) {
        if let Some(lane) = self.lanes.get_mut(source) {
            lane.open = false;
        }
    }

    /// The next item in order and the source it is from, if it need not wait any longer.
    pub fn next(&mut self, now: Instant) -> Option<(usize, LogItem)> {
        let source = self.oldest()?;
        if self.ready_at(source) > now {
            return None;
        }
        let (_, item) = self.lanes[source].items.pop_front()?;
        Some((source, item))
    }

    /// When the next item need not wait any longer, if there is one.
    pub fn due(&self) -> Option<Instant> {
        self.oldest().map(|source| self.ready_at(source))
    }

    /// Whether nothing waits and nothing comes.
    pub fn is_over(&self) -> bool {
        self.lanes
            .iter()
            .all(|lane| !lane.open && lane.items.is_empty())
    }

    /// The source whose first item is the oldest.
    fn oldest(&self) -> Option<usize> {
        let heads = self
            .lanes
            .iter()
            .enumerate()
            .filter_map(|(index, lane)| Some((time(&lane.items.front()?.1), index)));
        heads.min().map(|(_, index)| index)
    }

    /// When the first item of a source may be handed on.
    fn ready_at(&self, source: usize) -> Instant {
        let arrived = self.lanes[source]
            .items
            .front()
            .map_or_else(Instant::now, |(arrived, _)| *arrived);
        let silent = |lane: &&Lane| lane.open && lane.items.is_empty();
        let mut ready = arrived;
        if self.lanes.iter().any(|lane| silent(&lane)) {
            ready = arrived + self.hold;
        }
        if self.lanes.iter().any(|lane| silent(&lane) && !lane.heard)
            && let Some(begun) = self.begun
        {
            ready = ready.max(begun + FIRST_HOLD);
        }
        ready
    }
}

const fn time(item: &LogItem) -> Time {
    match item {
        LogItem::Line(line) => line.at,
        LogItem::Gap { at, .. } => *at,
    }
}

#[cfg(test)]
mod tests {
    use vocab::{LogSource, NodeName};

    use super::*;

    fn batch(times: &[i64]) -> LogBatch {
        let source = LogSource::Journal {
            node: NodeName::new("web-1").unwrap(),
            unit: None,
        };
        let items = times
            .iter()
            .map(|at| LogItem::Gap {
                at: Time(*at),
                reason: Text::line("x"),
            })
            .collect();
        LogBatch {
            source,
            items,
            skipped: 0,
        }
    }

    fn taken(merge: &mut Merge, now: Instant) -> Vec<(usize, i64)> {
        std::iter::from_fn(|| merge.next(now))
            .map(|(source, item)| (source, time(&item).0))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_of_all_goes_first() {
        let now = Instant::now();
        let mut merge = Merge::new(2, Duration::from_secs(10));
        merge.push(0, batch(&[1, 4, 5]), now);
        assert_eq!(
            taken(&mut merge, now),
            [],
            "the other one may have older lines"
        );
        merge.push(1, batch(&[2, 3]), now);
        assert_eq!(taken(&mut merge, now), [(0, 1), (1, 2), (1, 3)]);
        merge.end(1);
        assert_eq!(taken(&mut merge, now), [(0, 4), (0, 5)]);
        assert!(!merge.is_over());
        merge.end(0);
        assert!(merge.is_over());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_source_is_not_waited_for_for_ever() {
        let now = Instant::now();
        let mut merge = Merge::new(2, Duration::from_millis(250));
        merge.push(0, batch(&[1]), now);
        assert_eq!(
            merge.due(),
            Some(now + FIRST_HOLD),
            "the other one has not begun"
        );
        assert_eq!(taken(&mut merge, now + FIRST_HOLD), [(0, 1)]);
        merge.push(1, batch(&[2]), now + FIRST_HOLD);
        let later = now + FIRST_HOLD * 2;
        merge.push(0, batch(&[3]), later);
        assert_eq!(taken(&mut merge, later), [(1, 2)]);
        assert_eq!(
            taken(&mut merge, later + Duration::from_millis(250)),
            [(0, 3)]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_source_never_waits_and_skipped_lines_are_told() {
        let now = Instant::now();
        let mut merge = Merge::new(1, Duration::from_millis(250));
        merge.push(
            0,
            LogBatch {
                skipped: 7,
                ..batch(&[9])
            },
            now,
        );
        let items: Vec<LogItem> = std::iter::from_fn(|| merge.next(now))
            .map(|(_, item)| item)
            .collect();
        assert!(
            matches!(&items[0], LogItem::Gap { reason, .. } if reason.starts_with("7 lines skipped"))
        );
        assert_eq!(items.len(), 2);
    }
}
