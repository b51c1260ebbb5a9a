//! The top three of what matters now.

use std::sync::Arc;

use ui::{Seen, Sign};
use world::Item;
use world::priorities::fix;

use super::{Figure, Row, Sheet, ago};
use crate::privacy::{public, without_money};

/// How many of them are always seen first.
pub const TOP: usize = 3;

pub(super) fn sheet(seen: Seen<'_>, shown: &[Arc<Item>], money: bool) -> Sheet {
    let said = |text: &str| {
        let text = public(text);
        if money { text } else { without_money(&text) }
    };
    let row = |item: &Arc<Item>| {
        // What cannot be seen to be so just now is neither red nor green.
        let sign = if item.certain {
            Sign::of_severity(item.severity)
        } else {
            Sign::UNKNOWN
        };
        Row {
            sign,
            name: said(&item.title),
            aside: String::new(),
            figures: vec![Figure::new(ago(item.since, seen.now), sign.role)],
            detail: said(&below(item)),
        }
    };
    Sheet {
        rows: shown.iter().take(TOP).map(row).collect(),
        detailed: true,
        ..Sheet::default()
    }
}

/// What follows from it, and what would mend it.
fn below(item: &Item) -> String {
    let mends = item.fix.as_ref().map(fix::words);
    let parts = [Some(item.detail.to_string()), mends];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("   ")
}
