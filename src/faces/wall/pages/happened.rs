//! What became of items in the last hour: what came up, what was mended, the newest first.

use ui::{Role, Seen, Sign};
use vocab::Span;
use world::Happening;
use world::priorities::What;

use super::{Figure, LINES, Row, Sheet, ago};
use crate::privacy::{public, without_money};

/// So far back it is told.
const RECENT: Span = Span::hours(1);

/// What is worth telling, the newest first.
pub(super) fn recent(seen: Seen<'_>) -> impl Iterator<Item = (&Happening, Sign)> {
    seen.world
        .happenings
        .iter()
        .rev()
        .take_while(move |happening| seen.now.since(happening.at) < RECENT)
        .filter_map(|happening| Some((happening, sign(&happening.what)?)))
}

const fn sign(what: &What) -> Option<Sign> {
    let (glyph, word, role) = match what {
        What::Raised => ("▲", "came up", Role::Warn),
        What::Reopened => ("▲", "came back", Role::Warn),
        What::Closed => ("✓", "right again", Role::Ok),
        What::FixBegun { .. } => ("◐", "being mended", Role::Auto),
        _ => return None,
    };
    Some(Sign { glyph, word, role })
}

pub(super) fn sheet(seen: Seen<'_>, money: bool) -> Sheet {
    let row = |(happening, sign): (&Happening, Sign)| {
        let title = public(&happening.title);
        Row {
            sign,
            name: if money { title } else { without_money(&title) },
            aside: sign.word.to_owned(),
            figures: vec![Figure::new(ago(happening.at, seen.now), Role::Dim)],
            detail: String::new(),
        }
    };
    Sheet {
        heading: vec!["last hour", "ago"],
        rows: recent(seen).take(LINES).map(row).collect(),
        ..Sheet::default()
    }
}
