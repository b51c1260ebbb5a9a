//! The rows of the runs, and the audit log.

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::widgets::figures::progress;
use ui::widgets::{Column, Row, Table, message};
use ui::{Filter, List, Look, Role, Seen, Sign};
use vocab::RunId;
use world::{Run, RunState};

use super::super::shared::{age, named};

const COLUMNS: [Column; 5] = [
    Column::left("run", 20, 1, 0),
    Column::left("state", 12, 0, 1),
    Column::left("by", 14, 0, 3),
    Column::right("took", 5, 4),
    Column::right("ago", 4, 2),
];

/// Draws the list.
pub fn draw(
    list: &mut List<Reverse<RunId>>,
    keys: &[Reverse<RunId>],
    seen: Seen<'_>,
    look: &Look<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    if keys.is_empty() {
        let (first, then) = if seen.world.runs.is_empty() {
            (
                "Nothing was done yet.".to_owned(),
                "What changes the fleet appears here step by step. x lists what can be done with a selected row.",
            )
        } else {
            (
                format!("No run matches /{}", list.filter.text()),
                "esc clears the filter",
            )
        };
        message(buffer, area, look, &first, then);
        return;
    }
    let table = Table {
        columns: &COLUMNS,
        sort: None,
        header: true,
    };
    let (offset, selected) = list.view(keys, table.rows(area));
    table.draw(
        buffer,
        area,
        look,
        (offset, selected, keys.len()),
        |index, _| {
            let run = seen.world.runs.get(&keys[index].0);
            let cells =
                run.map(|run| cells(run, seen, look, look.focused && selected == Some(index)));
            Row {
                cells: cells.unwrap_or_default(),
                marked: list.is_marked(&keys[index]),
            }
        },
    );
}

fn cells(run: &Run, seen: Seen<'_>, look: &Look<'_>, selected: bool) -> Vec<Line<'static>> {
    let styles = look.styles;
    let sign = Sign::of_run(&run.state);
    let (done, all) = run.progress();
    let state = match &run.state {
        RunState::Running | RunState::Cancelling => {
            format!("{} {done}/{all}", progress(done, all, 5))
        }
        RunState::Grace { until } => format!("waits {}", until.since(seen.now)),
        state => state.word().to_owned(),
    };
    let took = run.ended.map_or_else(
        || "–".to_owned(),
        |ended| ended.since(run.taken).to_string(),
    );
    vec![
        named(styles, sign, run.plan.title.to_string(), selected),
        Line::from(styles.ink(
            if sign.role == Role::Ok {
                Role::Dim
            } else {
                sign.role
            },
            state,
        )),
        Line::from(styles.ink(
            Role::Dim,
            format!("{} {}", run.plan.by.user, run.plan.by.face.word()),
        )),
        Line::from(styles.ink(Role::Dim, took)),
        Line::from(styles.ink(Role::Dim, age(seen.now, run.taken))),
    ]
}

/// The audit log, the newest line first.
pub fn audit(filter: &Filter, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut test = filter.test();
    let mut lines: Vec<&world::AuditLine> = seen.world.audit.iter().collect();
    lines.reverse();
    let shown: Vec<Line<'static>> = lines
        .into_iter()
        .filter(|line| {
            test.passes(&format!(
                "{} {} {} {}",
                line.by.user, line.verb, line.subject, line.detail
            ))
        })
        .map(|line| {
            let spans: Vec<Ink<'static>> = vec![
                styles.ink(
                    Role::Dim,
                    format!("{:>6}  {}  ", line.sequence, look.date(line.at)),
                ),
                styles.ink(Role::Accent, format!("{:<8} ", line.by.user)),
                styles.ink(Role::Dim, format!("{:<8} ", line.by.face.word())),
                styles.ink(Role::Text, format!("{:<12} {}", line.verb, line.subject)),
                styles.ink(Role::Dim, format!("  {}", line.detail)),
            ];
            Line::from(spans)
        })
        .collect();
    if shown.is_empty() {
        return vec![Line::from(styles.ink(
            Role::Dim,
            "no audit line yet: every change, and every shell, leaves one",
        ))];
    }
    shown
}
