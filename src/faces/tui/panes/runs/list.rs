//! The rows of the runs, and the audit log.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::widgets::figures::progress;
use ui::{Filter, Look, Role, Sign};
use world::{Actor, AuditLine, Run, RunState};

use super::super::listing::Drawn;
use super::super::shared::{age, named};

/// The columns.
pub const COLUMNS: [Column; 5] = [
    Column::left("run", 20, 1, 0),
    Column::left("state", 14, 0, 1),
    Column::left("by", 18, 0, 3),
    Column::right("took", 5, 4),
    Column::right("ago", 4, 2),
];

/// What the filter looks in.
pub fn words(run: &Run) -> String {
    let objects = run.plan.objects.iter();
    let objects: Vec<&str> = objects.map(|object| object.name.as_str()).collect();
    format!(
        "{} {} {} {}",
        run.plan.title,
        run.plan.by.user,
        run.state.word(),
        objects.join(" ")
    )
}

/// The cells of a row.
pub fn cells(run: &Run, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
    let (seen, styles) = (drawn.seen, drawn.look.styles);
    let sign = Sign::of_run(&run.state);
    let (done, all) = run.progress();
    let state = match &run.state {
        RunState::Running | RunState::Cancelling => {
            format!("{} {done}/{all}", progress(done, all, 5))
        }
        RunState::Queued { before, .. } => format!("{before} before"),
        RunState::Grace { until } => format!("waits {}", until.since(seen.now)),
        state => state.word().to_owned(),
    };
    let took = run.ended.map_or_else(
        || "–".to_owned(),
        |ended| ended.since(run.taken).to_string(),
    );
    vec![
        named(styles, sign, run.plan.title.to_string(), drawn.selected),
        Line::from(styles.ink(
            if sign.role == Role::Ok {
                Role::Dim
            } else {
                sign.role
            },
            state,
        )),
        Line::from(styles.ink(Role::Dim, by(&run.plan.by))),
        Line::from(styles.ink(Role::Dim, took)),
        Line::from(styles.ink(Role::Dim, age(seen.now, run.taken))),
    ]
}

/// Who asked for it, and from where: the autopilot is its own place.
fn by(actor: &Actor) -> String {
    let face = actor.face.word();
    if actor.user == face {
        face.to_owned()
    } else {
        format!("{} {face}", actor.user)
    }
}

/// Lines of the audit log.
pub fn audit<'a>(
    lines: impl Iterator<Item = &'a AuditLine>,
    filter: &Filter,
    look: &Look<'_>,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut test = filter.test();
    let shown: Vec<Line<'static>> = lines
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
