//! Series: the course of a figure over time, bounded.

use kit::Ring;
use serde::{Deserialize, Serialize};
use vocab::{Domain, NodeName, ServiceName, Span, Text, Time};

/// The most points a series keeps in memory.
pub const SERIES_POINTS: usize = 600;

/// Whose figure it is. Containers go by name, so that a container made anew goes on with its history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A node.
    Node(NodeName),
    /// A container by its name.
    Container {
        /// On this node.
        node: NodeName,
        /// Its name.
        name: Text,
    },
    /// A file system.
    Disk {
        /// On this node.
        node: NodeName,
        /// Where it is mounted.
        mount: Text,
    },
    /// A service.
    Service(ServiceName),
    /// A hosted site.
    Site(Domain),
}

/// Which figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Metric {
    /// CPU in percent.
    Cpu,
    /// Memory: of a node in percent, of a container in bytes.
    Memory,
    /// Load over one minute.
    Load,
    /// Received, bytes a second.
    Received,
    /// Sent, bytes a second.
    Sent,
    /// Disk in use in percent.
    Used,
    /// Round trip or answer time in milliseconds.
    Latency,
}

impl Metric {
    /// The name it is stored and printed under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Load => "load",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Used => "used",
            Self::Latency => "latency",
        }
    }
}

/// A figure of a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Whose.
    pub subject: Subject,
    /// Which.
    pub metric: Metric,
}

impl SeriesKey {
    /// A figure of a subject.
    pub const fn new(subject: Subject, metric: Metric) -> Self {
        Self { subject, metric }
    }
}

/// A value at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When.
    pub at: Time,
    /// The value, in the metric's unit.
    pub value: f32,
}

/// The newest points of a figure, oldest first, at most [`SERIES_POINTS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    points: Ring<Point>,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            points: Ring::new(SERIES_POINTS),
        }
    }
}

impl Series {
    /// Adds the newest point; one that is not newer than the last is dropped, so that a clock set back cannot tangle it.
    pub fn push(&mut self, point: Point) {
        if self.points.last().is_none_or(|last| point.at > last.at) && point.value.is_finite() {
            self.points.push(point);
        }
    }

    /// Puts older points before those that are here already.
    pub fn restore(&mut self, older: &[Point]) {
        let first = self.points.iter().next().map(|point| point.at);
        let now: Vec<Point> = self.points.iter().copied().collect();
        self.points.clear();
        for point in older
            .iter()
            .filter(|point| first.is_none_or(|first| point.at < first))
        {
            self.push(*point);
        }
        for point in now {
            self.push(point);
        }
    }

    /// Oldest first.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = &Point> + ExactSizeIterator {
        self.points.iter()
    }

    /// The newest.
    pub fn last(&self) -> Option<Point> {
        self.points.last().copied()
    }

    /// The course in `count` columns that end at `now`, each `column` long: the greatest value in it, or `None` where
    /// nothing was observed. For drawing: a gap stays a gap.
    pub fn columns(&self, now: Time, column: Span, count: usize) -> Vec<Option<f32>> {
        let mut out = vec![None; count];
        let width = column.0.max(1);
        // Columns are aligned to whole multiples of their length so that a drawn graph moves by whole columns only.
        let present = now.0.div_euclid(width);
        // The present column is not over: until something is observed in it, the course ends with the one before.
        let begun = self
            .last()
            .is_some_and(|last| last.at.0.div_euclid(width) >= present);
        let end = present + i64::from(begun);
        for point in self.points.iter().rev() {
            let back = end - 1 - point.at.0.div_euclid(width);
            if back < 0 {
                continue;
            }
            let Some(slot) = usize::try_from(back)
                .ok()
                .and_then(|back| count.checked_sub(back + 1))
                .and_then(|at| out.get_mut(at))
            else {
                break;
            };
            *slot = Some(slot.map_or(point.value, |value: f32| value.max(point.value)));
        }
        out
    }
}

/// Milliseconds as an answer time: `84ms`, `1.9s`.
pub fn millis(value: f32) -> String {
    match value {
        ..0.95 => format!("{value:.1}ms"),
        ..999.5 => format!("{value:.0}ms"),
        _ => format!("{:.1}s", value / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at: i64, value: f32) -> Point {
        Point {
            at: Time(at),
            value,
        }
    }

    #[test]
    fn columns_keep_gaps_and_peaks() {
        let mut series = Series::default();
        for (at, value) in [(1_000, 1.0), (2_000, 5.0), (3_500, 2.0), (9_000, 7.0)] {
            series.push(point(at, value));
        }
        series.push(point(8_000, 99.0));
        assert_eq!(
            series.columns(Time(9_500), Span(2_000), 5),
            [Some(1.0), Some(5.0), None, None, Some(7.0)]
        );
        assert_eq!(
            series.columns(Time(10_100), Span(2_000), 2),
            [None, Some(7.0)],
            "what has just begun is no gap"
        );
        assert_eq!(
            series.columns(Time(12_100), Span(2_000), 2),
            [Some(7.0), None]
        );
    }

    #[test]
    fn history_goes_before_the_present() {
        let mut series = Series::default();
        series.push(point(10, 1.0));
        series.restore(&[point(1, 0.5), point(9, 0.6), point(10, 9.0), point(11, 9.0)]);
        assert_eq!(
            series.points().map(|p| p.at.0).collect::<Vec<_>>(),
            [1, 9, 10]
        );
        assert_eq!(series.last(), Some(point(10, 1.0)));
    }
}
