//! Plans and runs as JSON, and steps in words.

use serde::Serialize;
use vocab::Text;
use world::{Plan, PlanObject, PlannedStep, Run, RunState, StepRecord, StepState};

use super::plan::asks_for;
use crate::print::words::{rfc3339, took};

/// A plan as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct PlanRecord {
    id: String,
    title: Text,
    reversibility: &'static str,
    /// `grace`, `letter` or `typed_name`.
    confirmation: &'static str,
    /// The letter or the name.
    confirmation_value: Option<Text>,
    one_by_one: bool,
    expected_ms: i64,
    verification: Text,
    warnings: Vec<Text>,
    objects: Vec<ObjectRecord>,
}

/// A run as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct RunRecord {
    id: String,
    title: Text,
    state: &'static str,
    /// How many runs come before it, while it waits for its turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs_before: Option<usize>,
    /// For what it waits, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
    reversibility: &'static str,
    user: Text,
    face: &'static str,
    taken_at: String,
    ended_at: Option<String>,
    took_ms: Option<i64>,
    steps_over: usize,
    steps_total: usize,
    warnings: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<ObjectRecord>,
}

#[derive(Debug, Serialize)]
struct ObjectRecord {
    node: String,
    kind: Text,
    name: Text,
    detail: Text,
    steps: Vec<StepRow>,
}

#[derive(Debug, Serialize)]
struct StepRow {
    title: Text,
    exact: Text,
    deadline_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Text>,
    /// What is left of it outside, when it is stuck.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<LeftRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Text>,
}

#[derive(Debug, Serialize)]
struct LeftRecord {
    kind: Text,
    id: Text,
    name: Text,
    monthly: Option<Text>,
}

impl PlanRecord {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Self {
        let (confirmation, confirmation_value) = asks_for(&plan.confirmation);
        Self {
            id: plan.id.to_string(),
            title: plan.title.clone(),
            reversibility: plan.reversibility.word(),
            confirmation,
            confirmation_value,
            one_by_one: plan.one_by_one,
            expected_ms: plan.expected.0,
            verification: plan.verification.clone(),
            warnings: plan.warnings.clone(),
            objects: objects(plan, &[]),
        }
    }
}

impl RunRecord {
    /// Of a run with all its objects and steps.
    pub fn whole(run: &Run) -> Self {
        Self {
            objects: objects(&run.plan, &run.steps),
            ..Self::brief(run)
        }
    }

    /// Of a run without its objects.
    pub fn brief(run: &Run) -> Self {
        let (steps_over, steps_total) = run.progress();
        Self {
            id: run.id().to_string(),
            title: run.plan.title.clone(),
            state: run.state.word(),
            runs_before: match run.state {
                RunState::Queued { before, .. } => Some(before),
                _ => None,
            },
            waits: run.state.waits(),
            reversibility: run.plan.reversibility.word(),
            user: run.plan.by.user.clone(),
            face: run.plan.by.face.word(),
            taken_at: rfc3339(run.taken),
            ended_at: run.ended.map(rfc3339),
            took_ms: run.ended.map(|ended| ended.since(run.taken).0),
            steps_over,
            steps_total,
            warnings: run.plan.warnings.clone(),
            objects: Vec::new(),
        }
    }
}

fn objects(plan: &Plan, records: &[StepRecord]) -> Vec<ObjectRecord> {
    let of = |(index, object): (usize, &PlanObject)| ObjectRecord {
        node: object.node.to_string(),
        kind: object.kind.clone(),
        name: object.name.clone(),
        detail: object.detail.clone(),
        steps: plan
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.object == index)
            .map(|(number, step)| row(step, records.get(number)))
            .collect(),
    };
    plan.objects.iter().enumerate().map(of).collect()
}

fn row(step: &PlannedStep, record: Option<&StepRecord>) -> StepRow {
    let state = record.map(|record| &record.state);
    StepRow {
        title: step.title.clone(),
        exact: step.exact.clone(),
        deadline_ms: step.deadline.0,
        state: state.map(word),
        took_ms: match state {
            Some(StepState::Done { took, .. } | StepState::Failed { took, .. }) => Some(took.0),
            _ => None,
        },
        note: match state {
            Some(StepState::Done { note, .. }) => Some(note.clone()),
            Some(
                StepState::Failed { reason, .. }
                | StepState::Unknown { reason }
                | StepState::Stuck { reason, .. },
            ) => Some(reason.clone()),
            _ => None,
        },
        left: match state {
            Some(StepState::Stuck {
                left: Some(left), ..
            }) => Some(LeftRecord {
                kind: left.kind.clone(),
                id: left.id.clone(),
                name: left.name.clone(),
                monthly: left.monthly.clone(),
            }),
            _ => None,
        },
        output: record
            .map(|record| record.output.clone())
            .filter(|output| !output.is_empty()),
    }
}

const fn word(state: &StepState) -> &'static str {
    match state {
        StepState::Waiting => "waiting",
        StepState::Running { .. } => "running",
        StepState::Done { .. } => "done",
        StepState::Failed { .. } => "failed",
        StepState::Unknown { .. } => "unknown",
        StepState::Undoing { .. } => "undoing",
        StepState::Undone { .. } => "undone",
        StepState::Stuck { .. } => "stuck",
        StepState::Skipped => "skipped",
    }
}

/// The word for a step's state, and what there is to say of it.
pub(crate) fn step_words(state: &StepState) -> (&'static str, String) {
    let rest = match state {
        StepState::Waiting
        | StepState::Running { .. }
        | StepState::Undoing { .. }
        | StepState::Skipped => String::new(),
        StepState::Done { took: span, note } if note.is_empty() => format!(" in {}", took(*span)),
        StepState::Done { took: span, note } => format!(" in {}: {note}", took(*span)),
        StepState::Failed { took: span, reason } => format!(" after {}: {reason}", took(*span)),
        StepState::Unknown { reason } | StepState::Stuck { reason, .. } => {
            format!(": {reason}")
        }
        StepState::Undone { note } => format!(": {note}"),
    };
    (word(state), rest)
}
