//! Gathers points into buckets of 10 s before anything is written.

use std::collections::HashMap;

use world::{Point, SeriesKey};

/// The length of a bucket in seconds: the finest tier's.
pub(crate) const STEP: i64 = 10;

/// A bucket ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gathered {
    pub(crate) key: SeriesKey,
    /// Its start in seconds since the epoch.
    pub(crate) at: i64,
    pub(crate) low: f32,
    pub(crate) mean: f32,
    pub(crate) high: f32,
}

/// A bucket that still gets points.
#[derive(Debug, Clone, Copy)]
struct Running {
    at: i64,
    low: f32,
    high: f32,
    sum: f64,
    count: u32,
}

/// The buckets of all series.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    running: HashMap<SeriesKey, Running>,
    complete: Vec<Gathered>,
}

impl Gather {
    /// Adds a point. One of another bucket than the last ends that bucket, also when the clock was set back.
    pub(crate) fn add(&mut self, key: SeriesKey, point: Point) {
        let value = point.value;
        if !value.is_finite() {
            return;
        }
        let at = point.at.seconds().div_euclid(STEP) * STEP;
        let new = Running {
            at,
            low: value,
            high: value,
            sum: f64::from(value),
            count: 1,
        };
        match self.running.get_mut(&key) {
            Some(running) if running.at == at => {
                running.low = running.low.min(value);
                running.high = running.high.max(value);
                running.sum += f64::from(value);
                running.count = running.count.saturating_add(1);
            }
            Some(running) => {
                let ended = std::mem::replace(running, new);
                self.complete.push(ended.gathered(key));
            }
            None => {
                self.running.insert(key, new);
            }
        }
    }

    /// Takes what is complete: buckets that a later point ended, and those that ended by the second `until`.
    pub(crate) fn take(&mut self, until: i64) -> Vec<Gathered> {
        let mut taken = std::mem::take(&mut self.complete);
        self.running.retain(|key, running| {
            let goes_on = running.at + STEP > until;
            if !goes_on {
                taken.push(running.gathered(key.clone()));
            }
            goes_on
        });
        taken
    }

    /// Whether nothing waits to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty() && self.complete.is_empty()
    }
}

impl Running {
    fn gathered(&self, key: SeriesKey) -> Gathered {
        let mean = (self.sum / f64::from(self.count)) as f32;
        Gathered {
            key,
            at: self.at,
            low: self.low,
            mean,
            high: self.high,
        }
    }
}

#[cfg(test)]
mod tests {
    use vocab::{NodeName, Time};
    use world::{Metric, Subject};

    use super::*;

    #[test]
    fn a_bucket_has_its_extremes_and_is_taken_once() {
        let key = SeriesKey::new(Subject::Node(NodeName::new("aurora").unwrap()), Metric::Cpu);
        let mut gather = Gather::default();
        for (second, value) in [
            (100, 1.0),
            (104, 9.0),
            (109, 2.0),
            (110, 5.0),
            (111, f32::NAN),
        ] {
            gather.add(
                key.clone(),
                Point {
                    at: Time::from_seconds(second),
                    value,
                },
            );
        }
        let taken = gather.take(115);
        assert_eq!(
            taken,
            [Gathered {
                key: key.clone(),
                at: 100,
                low: 1.0,
                mean: 4.0,
                high: 9.0
            }]
        );
        assert!(gather.take(119).is_empty());
        assert_eq!(
            gather.take(120).len(),
            1,
            "a series that fell silent is written all the same"
        );
        assert!(gather.is_empty());
    }
}
