//! A run in full: its grid of objects and steps, what they printed, its plan.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::figures::progress;
use ui::widgets::text::wrap;
use ui::widgets::{Pairs, fit};
use ui::{Look, Role, Seen, Sign};
use world::run::StepState;
use world::{Confirmation, PlannedStep, Run, RunState, StepRecord};

use super::super::shared::age;

/// Who, when, and each object with its steps.
pub fn steps(run: &Run, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let sign = Sign::of_run(&run.state);
    let (done, all) = run.progress();
    let mut pairs = Pairs::new(styles, 9);
    pairs.line(
        "state",
        vec![
            styles.ink(sign.role, format!("{} {}", sign.glyph, sign.word)),
            styles.ink(
                Role::Dim,
                format!("  {} {done} of {all} steps", progress(done, all, 10)),
            ),
        ],
    );
    if run.state == RunState::NeedsOperator {
        let words = "F shows what is left, what it costs, and the three ways out";
        pairs.line("now", vec![styles.ink(Role::Warn, words)]);
    }
    if let Some(words) = run.state.waits() {
        pairs.line("now", vec![styles.ink(Role::Info, words)]);
    }
    pairs.noted(
        "by",
        &run.plan.by.user,
        format!(
            "through the {}, {} ago",
            run.plan.by.face.word(),
            age(seen.now, run.taken)
        ),
    );
    if let Some(ended) = run.ended {
        pairs.text("took", ended.since(run.taken));
    }
    pairs.gap();
    let mut lines = pairs.lines();
    for (number, object) in run.plan.objects.iter().enumerate() {
        lines.push(Line::from(vec![
            styles.bold(Role::Strong, object.name.to_string()),
            styles.ink(
                Role::Dim,
                format!("  {} on {}  {}", object.kind, object.node, object.detail),
            ),
        ]));
        let own = run
            .plan
            .steps
            .iter()
            .zip(&run.steps)
            .filter(|(step, _)| step.object == number);
        for (step, record) in own {
            lines.push(step_line(step, record, seen, look, width));
            if let Some((role, reason)) = reason(&record.state) {
                let reason = wrap(reason, width.saturating_sub(4)).into_iter();
                lines
                    .extend(reason.map(|line| Line::from(styles.ink(role, format!("    {line}")))));
            }
        }
        lines.push(Line::default());
    }
    lines
}

/// Why a step is where it is, where that takes more than a word.
fn reason(state: &StepState) -> Option<(Role, &str)> {
    match state {
        StepState::Failed { reason, .. }
        | StepState::Unknown { reason }
        | StepState::Stuck { reason, .. } => Some((Role::Bad, reason)),
        StepState::Undone { note } if !note.is_empty() => Some((Role::Dim, note)),
        _ => None,
    }
}

fn step_line(
    step: &PlannedStep,
    record: &StepRecord,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Line<'static> {
    let styles = look.styles;
    let (title, exact, state) = (&step.title, &step.exact, &record.state);
    let sign = Sign::of_step(state);
    let note = match state {
        StepState::Running { since } | StepState::Undoing { since } => {
            let so_far = record.progress.map(|progress| format!("  {progress}"));
            age(seen.now, *since) + &so_far.unwrap_or_default()
        }
        StepState::Done { took, note } if note.is_empty() => took.to_string(),
        StepState::Done { took, note } => format!("{took}  {note}"),
        StepState::Failed { took, .. } => took.to_string(),
        _ => sign.word.to_owned(),
    };
    let column = (width / 2).clamp(20, 48);
    let title = fit(title, column - 6);
    let gap = " ".repeat((column - 4).saturating_sub(Ink::raw(title.clone()).width()));
    Line::from(vec![
        styles.ink(sign.role, format!("  {} ", sign.glyph)),
        styles.ink(Role::Text, format!("{title}{gap}")),
        styles.ink(sign.role, format!("{note:<10}")),
        styles.ink(Role::Dim, format!("  {exact}")),
    ])
}

/// What the steps printed.
pub fn outputs(run: &Run, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    for (step, record) in run
        .plan
        .steps
        .iter()
        .zip(&run.steps)
        .filter(|(_, record)| !record.output.is_empty())
    {
        let object = run
            .plan
            .objects
            .get(step.object)
            .map_or("", |object| object.name.as_str());
        let sign = Sign::of_step(&record.state);
        lines.push(Line::from(vec![
            styles.ink(sign.role, format!("{} ", sign.glyph)),
            styles.bold(Role::Strong, object.to_owned()),
            styles.ink(Role::Dim, format!("  {}", step.title)),
        ]));
        let output = record.output.lines().map(|line| {
            Line::from(styles.ink(Role::Text, format!("  {}", line.replace('\t', "    "))))
        });
        lines.extend(output);
        lines.push(Line::default());
    }
    if lines.is_empty() {
        lines.push(Line::from(
            styles.ink(Role::Dim, "no step has printed anything"),
        ));
    }
    lines
}

/// The plan as it was agreed to.
pub fn plan(run: &Run, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let plan = &run.plan;
    let mut pairs = Pairs::new(styles, 12);
    pairs.noted(
        "plan",
        &plan.title,
        format!("{}, about {}", plan.reversibility.word(), plan.expected),
    );
    let consent = match &plan.confirmation {
        Confirmation::Grace(span) => format!("nothing, after {span} of grace"),
        Confirmation::Letter(letter) => format!("the letter {letter}"),
        Confirmation::TypedName(name) => format!("the typed name {name}"),
    };
    pairs.text("asked for", consent);
    pairs.text(
        "order",
        if plan.one_by_one {
            "one object after another, stopping at the first failure"
        } else {
            "objects side by side"
        },
    );
    pairs.text("seen by", fit(&plan.verification, width.saturating_sub(14)));
    pairs.text(
        "inverse",
        if plan.inverse.is_some() {
            "there is one: u plans it"
        } else {
            "none"
        },
    );
    for warning in &plan.warnings {
        pairs.line("warning", vec![styles.ink(Role::Warn, warning.to_string())]);
    }
    pairs.text("run", run.id());
    pairs.lines()
}
