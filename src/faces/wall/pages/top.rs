//! The top three of what needs attention.

use ui::{Seen, Sign};
use world::query::attention::Concern;

use super::{Figure, Row, Sheet, ago};
use crate::privacy::{public, without_money};

/// How many of them are always seen first.
pub const TOP: usize = 3;

pub(super) fn sheet(seen: Seen<'_>, concerns: &[Concern], money: bool) -> Sheet {
    let said = |text: &str| {
        let text = public(text);
        if money { text } else { without_money(&text) }
    };
    let row = |concern: &Concern| {
        let sign = Sign::of_severity(concern.severity);
        Row {
            sign,
            name: said(&concern.title),
            aside: String::new(),
            figures: vec![Figure::new(ago(concern.since, seen.now), sign.role)],
            detail: said(&concern.detail),
        }
    };
    Sheet {
        rows: concerns.iter().take(TOP).map(row).collect(),
        detailed: true,
        ..Sheet::default()
    }
}
