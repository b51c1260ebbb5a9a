//! The rows of the schedules.

use std::cmp::Reverse;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Look, Role, Seen, Sign};
use vocab::Span;
use world::ScheduleState;

use super::super::listing::{Drawn, Order};
use super::super::shared::{age, named};
use super::role_of;

/// The orders.
pub const ORDERS: [Order; 4] = [
    Order::up("schedule", 0),
    Order::up("next", 6),
    Order::up("last", 3),
    Order::down("state", 1),
];

/// The columns.
pub const COLUMNS: [Column; 8] = [
    Column::left("schedule", 16, 1, 0),
    Column::left("state", 8, 0, 1),
    Column::left("when", 24, 1, 3),
    Column::right("last", 5, 4),
    Column::left("result", 13, 0, 2),
    Column::right("took", 6, 6),
    Column::right("next", 7, 0),
    Column::left("what", 30, 3, 7),
];

/// How it stands.
pub fn sign(schedule: &ScheduleState, seen: Seen<'_>) -> Sign {
    let word = schedule.word(seen.now);
    let (glyph, role) = match word {
        "running" => ("◑", Role::Auto),
        "paused" => ("‖", Role::Warn),
        "failed" => ("✗", Role::Bad),
        "waiting" => ("◌", Role::Unknown),
        _ => ("●", Role::Ok),
    };
    Sign { glyph, word, role }
}

/// Who runs them, for the title.
pub fn executor(seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
    let styles = look.styles;
    match &seen.world.executor {
        Some(executor) if executor.here => vec![styles.ink(Role::Dim, "run by this console")],
        Some(executor) => {
            let words = format!("run by {} (pid {})", executor.kind.word(), executor.pid);
            vec![styles.ink(Role::Dim, words)]
        }
        None => vec![styles.ink(Role::Warn, "run by nobody")],
    }
}

/// Brings schedules that are in the order of their names into another one.
pub fn sort(rows: &mut [&ScheduleState], order: usize, seen: Seen<'_>) {
    match order {
        1 => rows.sort_by_key(|schedule| (schedule.next.is_none(), schedule.next)),
        2 => rows.sort_by_key(|schedule| Reverse(schedule.record.begun)),
        3 => rows.sort_by_key(|schedule| {
            Reverse(match schedule.word(seen.now) {
                "failed" => 4,
                "running" => 3,
                "paused" => 2,
                "waiting" => 1,
                _ => 0,
            })
        }),
        _ => {}
    }
}

/// How long it is until then: `in 4m`; `now` when it is due.
pub fn next(schedule: &ScheduleState, seen: Seen<'_>) -> Option<String> {
    let until = schedule.next?.since(seen.now);
    Some(if until <= Span::ZERO {
        "now".to_owned()
    } else {
        format!("in {until}")
    })
}

/// How long it took: `340ms`, `1.2s`, `3m`.
pub fn took(span: Span) -> String {
    match span.0 {
        1000..60_000 => format!("{:.1}s", span.as_seconds_f64()),
        _ => span.to_string(),
    }
}

/// The cells of a row.
pub fn cells(schedule: &ScheduleState, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
    let (seen, styles) = (drawn.seen, drawn.look.styles);
    let sign = sign(schedule, seen);
    let dim = |text: String| Line::from(styles.ink(Role::Dim, text));
    let nothing = || dim("–".to_owned());
    let last = schedule.record.last.as_ref();
    let state = if sign.role == Role::Ok {
        Role::Dim
    } else {
        sign.role
    };
    vec![
        named(styles, sign, schedule.name.to_string(), drawn.selected),
        Line::from(styles.ink(state, sign.word)),
        Line::from(styles.ink(Role::Text, schedule.when.to_string())),
        last.map_or_else(nothing, |turn| dim(age(seen.now, turn.begun))),
        last.map_or_else(nothing, |turn| {
            Line::from(styles.ink(role_of(turn.end), turn.end.word()))
        }),
        last.map_or_else(nothing, |turn| dim(took(turn.took))),
        next(schedule, seen).map_or_else(nothing, |next| Line::from(styles.ink(Role::Text, next))),
        dim(schedule.what.to_string()),
    ]
}
