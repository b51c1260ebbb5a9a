//! Runs: what is being done, and what was done within the last hour. Not by whom: a wall is public.

use ui::{Role, Seen, Sign};
use vocab::Span;
use world::Run;

use super::{Figure, Row, Sheet, ago};
use crate::privacy::public;

/// A run that ended longer ago is no news.
const NEWS: Span = Span::hours(1);

/// Those under way and those that ended lately, the newest first.
pub(super) fn recent(seen: Seen<'_>) -> impl Iterator<Item = &Run> {
    seen.world
        .runs
        .values()
        .rev()
        .filter(move |run| match run.ended {
            Some(ended) => seen.now.since(ended) < NEWS,
            None => !run.state.is_over() || seen.now.since(run.taken) < NEWS,
        })
}

pub(super) fn sheet(seen: Seen<'_>) -> Sheet {
    let mut rows: Vec<(bool, Row)> = recent(seen)
        .map(|run| (run.state.is_over(), row(seen, run)))
        .collect();
    rows.sort_by_key(|(over, _)| *over);
    Sheet {
        heading: vec!["runs", "state", "steps", "ago"],
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        ..Sheet::default()
    }
}

fn row(seen: Seen<'_>, run: &Run) -> Row {
    let sign = Sign::of_run(&run.state);
    let (over, all) = run.progress();
    Row {
        sign,
        name: public(&run.plan.title),
        aside: String::new(),
        figures: vec![
            Figure::new(sign.word, sign.role),
            Figure::new(format!("{over}/{all}"), Role::Text),
            Figure::new(ago(run.ended.unwrap_or(run.taken), seen.now), Role::Dim),
        ],
        detail: String::new(),
    }
}
