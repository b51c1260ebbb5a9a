//! A journal in memory that can fail, and the way to carry a plan out with it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use vocab::{RunId, Text};
use world::{Event, Fact, Plan, Run, RunState, StepState};

use super::fleet::{Fleet, NOW};
use crate::{Context, Journal, JournalError, execute};

/// Notes in memory; the write with the number `fails_at`, counted from 0, and all after it fail.
#[derive(Default)]
pub struct Notes {
    pub lines: Mutex<Vec<String>>,
    pub fails_at: Option<usize>,
    /// Cancels when this many lines are written.
    pub cancels_at: Option<(usize, CancellationToken)>,
}

impl Notes {
    fn note(&self, line: String) -> Result<(), JournalError> {
        let mut lines = self.lines.lock().unwrap();
        if self.fails_at.is_some_and(|at| lines.len() >= at) {
            return Err(JournalError("the disk is full".into()));
        }
        lines.push(line);
        if let Some((at, cancel)) = &self.cancels_at
            && lines.len() == *at
        {
            cancel.cancel();
        }
        Ok(())
    }
}

fn word(state: &StepState) -> &'static str {
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

#[async_trait]
impl Journal for Notes {
    async fn step_started(
        &self,
        _run: RunId,
        step: usize,
        state: &StepState,
        before: &Text,
    ) -> Result<(), JournalError> {
        let words = before.split(',').next().unwrap_or_default();
        self.note(
            format!("{step} {} {words}", word(state))
                .trim_end()
                .to_owned(),
        )
    }

    async fn step_ended(
        &self,
        _run: RunId,
        step: usize,
        state: &StepState,
        _output: &Text,
    ) -> Result<(), JournalError> {
        self.note(format!("{step} {}", word(state)))
    }
}

/// What a run came to.
pub struct Came {
    pub state: RunState,
    pub steps: Vec<StepState>,
    pub outputs: Vec<String>,
    pub journal: Vec<String>,
}

impl Came {
    pub fn words(&self) -> Vec<&'static str> {
        self.steps.iter().map(word).collect()
    }

    /// What is said of a step.
    pub fn said(&self, step: usize) -> String {
        match &self.steps[step] {
            StepState::Done { note, .. } => note.to_string(),
            StepState::Failed { reason, .. } | StepState::Unknown { reason } => reason.to_string(),
            other => word(other).to_owned(),
        }
    }
}

/// Carries a plan out with a journal that works.
pub async fn carry_out(fleet: &Fleet, plan: Plan) -> Came {
    carry_out_with(fleet, plan, Notes::default(), CancellationToken::new()).await
}

/// Carries a plan out.
pub async fn carry_out_with(
    fleet: &Fleet,
    plan: Plan,
    notes: Notes,
    cancel: CancellationToken,
) -> Came {
    let (events, mut heard) = kit::queue::channel::<Event>(10_000);
    let journal = Arc::new(notes);
    let context = Context {
        connections: Arc::new(fleet.connections.clone()),
        journal: journal.clone(),
        events,
        cancel,
        clock: || NOW,
    };
    let run = Run::new(plan, RunState::Running, NOW);
    let mut steps = vec![StepState::Waiting; run.steps.len()];
    let mut outputs = vec![String::new(); run.steps.len()];
    let state = execute(run, context).await;
    // The context and with it the sender is gone: the queue ends.
    while let Some(event) = heard.recv().await {
        if let Fact::StepMoved {
            step,
            state,
            output,
            ..
        } = event.fact
        {
            steps[step] = state;
            outputs[step].push_str(output.as_deref().unwrap_or_default());
        }
    }
    let journal = journal.lines.lock().unwrap().clone();
    Came {
        state,
        steps,
        outputs,
        journal,
    }
}
