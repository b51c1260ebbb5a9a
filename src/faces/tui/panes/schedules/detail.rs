//! A schedule in full: what and when, how its newest turn went, and what it has done.

use ratatui::text::Line;
use ui::widgets::Pairs;
use ui::widgets::text::wrap;
use ui::{Look, Role, Seen, Sign};
use world::ScheduleState;

use super::super::shared::age;
use super::{list, role_of};

/// The cells of a label.
const LABEL: usize = 11;

/// The most runs that are listed.
const RUNS: usize = 12;

/// The page.
pub fn lines(
    schedule: &ScheduleState,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, LABEL);
    pairs.text("does", schedule.what.to_string());
    let origin = if schedule.declared {
        "by the fleet file"
    } else {
        "without a word"
    };
    pairs.noted("when", schedule.when.to_string(), origin);
    match (schedule.next, list::next(schedule, seen)) {
        (Some(at), Some(next)) => pairs.noted("next", next, look.date(at)),
        _ => pairs.text("next", "–"),
    };
    let record = &schedule.record;
    if let Some(pause) = record
        .paused
        .as_ref()
        .filter(|_| record.is_paused(seen.now))
    {
        let until = pause.until.map_or_else(
            || "until it is resumed".to_owned(),
            |until| format!("until {}", look.date(until)),
        );
        let by = format!("by {} {} ago", pause.by.user, age(seen.now, pause.since));
        pairs.noted("paused", until, by);
    }
    if let Some((at, by)) = &record.asked {
        pairs.noted(
            "asked",
            format!("by {}", by.user),
            format!("{} ago", age(seen.now, *at)),
        );
    }
    if let Some(since) = schedule.running {
        pairs.text("running", format!("for {}", age(seen.now, since)));
    }
    let Some(turn) = &record.last else {
        pairs.text("last", "no turn yet");
        return pairs.lines();
    };
    pairs.gap();
    pairs.noted(
        "last",
        format!("{} ago", age(seen.now, turn.begun)),
        look.date(turn.begun),
    );
    pairs.text("took", list::took(turn.took));
    pairs.line(
        "result",
        vec![styles.ink(role_of(turn.end), turn.end.word())],
    );
    let mut lines = pairs.lines();
    let said = wrap(&turn.words, width.saturating_sub(LABEL + 2).max(20));
    lines.extend(said.into_iter().map(|line| {
        let indent = " ".repeat(LABEL + 1);
        Line::from(styles.ink(Role::Text, format!("{indent}{line}")))
    }));
    let by = format!("schedule {}", schedule.name);
    let runs = seen.world.runs.values().rev();
    let own: Vec<_> = runs
        .filter(|run| run.plan.by.user == *by)
        .take(RUNS)
        .collect();
    if !own.is_empty() {
        let mut pairs = Pairs::new(styles, LABEL);
        pairs.gap();
        pairs.heading("runs");
        lines.extend(pairs.lines());
    }
    for run in own {
        let sign = Sign::of_run(&run.state);
        lines.push(Line::from(vec![
            styles.ink(sign.role, format!("{} {:<12}", sign.glyph, sign.word)),
            styles.ink(Role::Text, run.plan.title.to_string()),
            styles.ink(Role::Dim, format!("  {} ago", age(seen.now, run.taken))),
        ]));
    }
    lines
}
