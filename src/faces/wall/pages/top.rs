//! The top three of what needs attention.

use ui::{Seen, Sign};
use world::query::attention::Concern;

use super::{Figure, Row, Sheet, ago};
use crate::privacy::public;

/// How many of them are always seen first.
pub const TOP: usize = 3;

pub(super) fn sheet(seen: Seen<'_>, concerns: &[Concern]) -> Sheet {
    let row = |concern: &Concern| {
        let sign = Sign::of_severity(concern.severity);
        Row {
            sign,
            name: public(&concern.title),
            aside: String::new(),
            figures: vec![Figure::new(ago(concern.since, seen.now), sign.role)],
            detail: public(&concern.detail),
        }
    };
    Sheet {
        rows: concerns.iter().take(TOP).map(row).collect(),
        detailed: true,
        ..Sheet::default()
    }
}
