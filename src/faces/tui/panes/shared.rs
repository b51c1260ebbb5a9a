//! What several panes draw the same way.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::figures::graph_role_of;
use ui::widgets::{spark, spark::scale};
use ui::{Figure, List, Look, Role, Seen, Sign, Styles};
use vocab::{NodeName, Percent, Span, Stamped, Time};
use world::{SeriesKey, Subject, World};

pub use crate::words::age;
pub use world::series::millis;

/// Whether what is known of a node's things can still be so.
pub fn reachable(world: &World, node: &NodeName) -> bool {
    world
        .nodes
        .get(node)
        .is_some_and(|node| node.link.down_since().is_none())
}

/// A sign and a name.
pub fn named(
    styles: &Styles,
    sign: Sign,
    name: impl Into<String>,
    selected: bool,
) -> Line<'static> {
    let name: String = name.into();
    let name = if selected {
        styles.bold(Role::SelectionText, name)
    } else {
        styles.ink(Role::Text, name)
    };
    Line::from(vec![styles.ink(sign.role, sign.glyph), Ink::raw(" "), name])
}

/// The head of a detail: a sign, a name, the sign's word.
pub fn heading(styles: &Styles, sign: Sign, name: impl Into<String>) -> Vec<Ink<'static>> {
    let name: String = name.into();
    vec![
        styles.ink(sign.role, format!("{} ", sign.glyph)),
        styles.bold(Role::Strong, name),
        styles.ink(sign.role, format!(" {}", sign.word)),
    ]
}

/// The filter and the marks of a list, for its title.
pub fn list_words<K: Ord + Clone>(styles: &Styles, list: &List<K>) -> Vec<Ink<'static>> {
    let mut words = Vec::new();
    if !list.filter.text().is_empty() {
        words.push(styles.ink(Role::Accent, format!("/{} ", list.filter.text())));
    }
    if list.marked() > 0 {
        words.push(styles.bold(Role::Mark, format!("{} marked ", list.marked())));
    }
    words
}

/// `8 of 38`: those shown of all, where a filter hides some; else the number of all.
pub fn count_note(styles: &Styles, shown: usize, all: usize) -> Line<'static> {
    let text = if shown == all {
        all.to_string()
    } else {
        format!("{shown} of {all}")
    };
    Line::from(styles.ink(Role::Dim, text))
}

/// What a sparkline is drawn against.
#[derive(Debug, Clone, Copy)]
pub enum Most {
    /// A share of 100; from 85 it warns.
    Share,
    /// At least this, more where the figure was greater: small figures stay small.
    AtLeast(f32),
}

/// The course of a figure in so many cells; dots when the figure is stale, so that old use does not look like use.
pub fn course(
    look: &Look<'_>,
    seen: Seen<'_>,
    key: &SeriesKey,
    most: Most,
    cells: usize,
    fresh: bool,
) -> Ink<'static> {
    let Some(series) = seen.world.series(key).filter(|_| fresh) else {
        return look.styles.ink(Role::GraphDim, "·".repeat(cells));
    };
    let columns = series.columns(seen.now, column_of(key, seen.world), cells);
    let newest = Percent(series.last().map_or(0.0, |point| point.value));
    let (most, role) = match most {
        Most::Share => (100.0, graph_role_of(newest)),
        Most::AtLeast(least) => (scale(&columns, least), Role::Graph),
    };
    look.styles.ink(role, spark(&columns, most))
}

/// The time a cell of this figure's sparkline stands for: disks are looked at seldom.
fn column_of(key: &SeriesKey, world: &World) -> Span {
    let Subject::Disk { node, .. } = &key.subject else {
        return COLUMN;
    };
    let node = world.nodes.get(node);
    let looked = node.and_then(|node| node.condition.as_ref());
    looked.map_or(COLUMN, |looked| looked.every.times(2).max(COLUMN))
}

/// The time a cell of a sparkline stands for: longer than figures are apart, so that a steady course has no gaps.
pub const COLUMN: Span = Span::seconds(10);

/// A figure for "why", with its source and age.
pub fn figure<T>(label: &str, value: impl ToString, stamped: &Stamped<T>, now: Time) -> Figure {
    let age = now.since(stamped.at);
    Figure::new(
        label,
        value,
        format!(
            "{}, {age} old, every {}",
            stamped.origin.words(),
            stamped.every
        ),
    )
}
