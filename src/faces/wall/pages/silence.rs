//! The page of a blind wall: who is silent, and for how long.

use ui::{Role, Sign};
use vocab::Time;

use super::{Figure, Row, Sheet};
use crate::sight::{Sight, Source};

/// The silent sources, the longest silent first.
pub fn silence(sight: &Sight, now: Time) -> Sheet {
    let row = |source: &Source| Row {
        sign: Sign::UNKNOWN,
        name: source.name.clone(),
        aside: String::new(),
        figures: vec![source.last.map_or_else(Figure::none, |last| {
            Figure::new(now.since(last).to_string(), Role::Stale)
        })],
        detail: String::new(),
    };
    Sheet {
        heading: vec!["no data from", "for"],
        rows: sight.silent.iter().map(row).collect(),
        ..Sheet::default()
    }
}
