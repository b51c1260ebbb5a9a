//! Carries a run on a site out, from whatever the journal holds of it.

use std::sync::Arc;

use saga::{End, Forward, Progress, Record, Step, Undoing};
use vocab::{SiteKind, Span, Text, Time};
use world::plan::StepCall;
use world::{Plan, RunState, SiteOrder, SiteStep, SiteVerb, StepState};

use crate::backup;
use crate::names;
use crate::step::Doing;
use crate::work::{Book, Ends, Work};

/// The steps of an order, in order; frozen by its version.
pub fn steps_of(order: &SiteOrder) -> Vec<SiteStep> {
    use SiteStep as S;
    let kind = order.site.kind;
    let has_containers = kind != SiteKind::Static;
    let all = match order.verb {
        SiteVerb::Deploy => vec![
            S::SshKey,
            S::Server,
            S::HostKey,
            S::Base,
            S::Upload,
            S::Database,
            S::Container,
            S::Switch,
            S::Route,
            S::Record,
            S::Resolves,
            S::Answers,
            S::Customer,
            S::Subscription,
            S::Book,
        ],
        SiteVerb::Release if has_containers => vec![
            S::Upload,
            S::Container,
            S::Switch,
            S::Route,
            S::Answers,
            S::Book,
            S::Retire,
        ],
        SiteVerb::Release => vec![S::Upload, S::Switch, S::Answers, S::Book],
        SiteVerb::Delete => vec![
            S::EndSubscription,
            S::EndRecord,
            S::EndContainers,
            S::EndServer,
            S::EndBook,
        ],
        SiteVerb::Backup | SiteVerb::Restore | SiteVerb::Drill | SiteVerb::Prune => {
            backup::steps_of(order)
        }
    };
    let is_meant = |step: &SiteStep| match step {
        S::Database => kind == SiteKind::WordPress,
        S::Container | S::EndContainers => has_containers,
        S::Upload => order.files.is_some(),
        _ => true,
    };
    all.into_iter().filter(is_meant).collect()
}

/// The steps of a plan as a saga drives them, with what they work with.
pub fn steps(
    plan: &Plan,
    order: &SiteOrder,
    ends: &Ends,
    book: Arc<dyn Book>,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Vec<Arc<dyn Step>> {
    let work = Arc::new(Work {
        order: order.clone(),
        ends: ends.clone(),
        book,
    });
    plan.steps
        .iter()
        .filter_map(|step| match &step.call {
            StepCall::Site(step) => Some(*step),
            _ => None,
        })
        .enumerate()
        .map(|(index, step)| {
            let work = work.clone();
            let told = backup::told(index, progress.clone());
            Arc::new(Doing { step, work, told }) as Arc<dyn Step>
        })
        .collect()
}

/// Carries the run on to its end. May be called again after any crash.
pub async fn carry_on(
    plan: &Plan,
    ends: &Ends,
    book: Arc<dyn Book>,
    context: &saga::Context,
) -> End {
    let Some(order) = plan.order() else {
        return End::Interrupted(Text::line("the plan is of no site"));
    };
    if !crate::plan::KNOWN.contains(&order.version) {
        return End::Interrupted(Text::line(format!(
            "the run was planned by another version of this program (its steps are of version {}): finish it with that one",
            order.version
        )));
    }
    let doings = steps(plan, order, ends, book, &context.progress);
    let end = saga::drive(plan.id, &doings, order.level, context).await;
    ends.machines.leave(&names::server_of(order)).await;
    end
}

/// How a run ended, as it is shown. A removal has no way back: one that stopped half-way waits for an operator.
pub fn state_of(end: &End, order: &SiteOrder) -> RunState {
    match end {
        End::Complete(_) => RunState::Verified,
        End::RolledBack { .. } if order.verb == SiteVerb::Delete => RunState::NeedsOperator,
        // Nothing was made that could be taken back.
        End::RolledBack { .. } if matches!(order.verb, SiteVerb::Drill | SiteVerb::Prune) => {
            RunState::Failed
        }
        End::RolledBack { .. } => RunState::RolledBack,
        End::NeedsOperator { .. } => RunState::NeedsOperator,
        End::Interrupted(_) => RunState::Unknown,
    }
}

/// A step's record, as it is shown. `now` is when it was written.
pub fn shown(record: &Record, before: &StepState, now: Time) -> StepState {
    let since = match before {
        StepState::Running { since } => *since,
        _ => now,
    };
    match (&record.undo, &record.forward) {
        (Undoing::Intended { since, .. }, _) => StepState::Undoing { since: *since },
        (Undoing::Done(note), _) => StepState::Undone { note: note.clone() },
        (Undoing::Stuck(reason), _) => StepState::Stuck {
            reason: reason.clone(),
        },
        (Undoing::Waiting, Forward::Waiting) => StepState::Waiting,
        (Undoing::Waiting, Forward::Intended { since, .. }) => StepState::Running { since: *since },
        (Undoing::Waiting, Forward::Done(object)) => StepState::Done {
            took: now.since(since).max(Span::ZERO),
            note: Text::line(format!("{} {}", object.kind, object.id).trim_end()),
        },
        (Undoing::Waiting, Forward::Failed(reason)) => StepState::Failed {
            took: now.since(since).max(Span::ZERO),
            reason: reason.clone(),
        },
    }
}
