//! Carries a run on a site out, from whatever the journal holds of it.

use std::sync::Arc;

use saga::{End, Forward, Progress, Record, Step, Undoing};
use vocab::{SiteKind, Span, Text, Time};
use world::plan::StepCall;
use world::{Plan, RunState, SiteOrder, SiteStep, SiteVerb, StepState};

use crate::backup;
use crate::growth;
use crate::names;
use crate::step::Doing;
use crate::stuck;
use crate::work::{Book, Ends, Work};

/// The steps of an order, in order; frozen by its version.
pub fn steps_of(order: &SiteOrder) -> Vec<SiteStep> {
    use SiteStep as S;
    let kind = order.site.kind;
    let has_containers = kind != SiteKind::Static;
    let all = match order.verb {
        SiteVerb::Deploy => [
            place_of(order),
            &[S::Upload, S::Database, S::Container, S::Switch],
            &[S::Route, S::Record, S::Resolves, S::Answers],
            &[S::Customer, S::Subscription, S::Book],
        ]
        .concat(),
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
            S::EndPlace,
            S::EndServer,
            S::EndBook,
        ],
        SiteVerb::Backup
        | SiteVerb::Dump
        | SiteVerb::Restore
        | SiteVerb::Drill
        | SiteVerb::Prune => backup::steps_of(order),
        // The new place answers before the name leads there, and the old one until nobody is sent there any more.
        SiteVerb::Move => [
            place_of(order),
            &[S::Copy, S::Database, S::Freeze, S::CopyData, S::Container],
            &[S::Switch, S::Trial, S::Ready, S::Route],
            &[S::Repoint, S::Resolves, S::Answers, S::Book, S::Linger],
            &[S::EndOldContainers, S::EndOldPlace, S::EndOldServer],
        ]
        .concat(),
        SiteVerb::Failover => [
            stand_by(order).as_slice(),
            &[S::Repoint, S::Resolves, S::Route, S::Answers, S::Book],
        ]
        .concat(),
        SiteVerb::Rehearse => [
            stand_by(order).as_slice(),
            &[S::EndContainers, S::EndPlace, S::EndServer],
        ]
        .concat(),
        SiteVerb::Suspend => vec![S::Closed, S::AnswersClosed, S::Pause, S::Book],
        SiteVerb::Resume => vec![S::Route, S::Answers, S::Unpause, S::Book],
        SiteVerb::Restart => vec![S::Reload, S::Answers],
        SiteVerb::Renew => vec![S::Certificate, S::Renew, S::Renewed, S::Answers],
        SiteVerb::Repoint => vec![S::Repoint, S::Resolves, S::Answers],
        SiteVerb::Collect => vec![S::Collect],
        SiteVerb::Grow => growth::steps_of(),
        SiteVerb::Rename => [
            &[S::CopyHere, S::ContainerHere, S::Switch, S::Route][..],
            &[S::Record, S::Resolves],
            readdressed(kind),
            &[S::Answers, S::Note, S::Book],
            &[S::EndOldRecord, S::Linger, S::EndOldPlace, S::EndOldBook],
        ]
        .concat(),
    };
    let is_meant = |step: &SiteStep| match step {
        S::Database | S::Freeze | S::CopyData => kind == SiteKind::WordPress,
        S::Container | S::ContainerHere | S::EndContainers | S::EndOldContainers => has_containers,
        S::Upload => order.files.is_some(),
        _ => true,
    };
    all.into_iter().filter(is_meant).collect()
}

/// From nothing to a server that sites can be put on; or the one that is there.
const fn place_of(order: &SiteOrder) -> &'static [SiteStep] {
    use SiteStep as S;
    if order.makes_server() {
        &[S::SshKey, S::Server, S::HostKey, S::Base]
    } else if matches!(order.site.kind, SiteKind::Static) {
        &[S::Place]
    } else {
        // It may have had no need of containers until now.
        &[S::Place, S::Base]
    }
}

/// The new name answers, if only with a way to the old one, before the database says that it is the site's.
const fn readdressed(kind: SiteKind) -> &'static [SiteStep] {
    match kind {
        SiteKind::WordPress => &[SiteStep::Answers, SiteStep::Readdress],
        SiteKind::Static | SiteKind::Node => &[],
    }
}

/// To a stand-by that answers, and that no name leads to yet. What comes from a backup is opened before anything is made.
fn stand_by(order: &SiteOrder) -> Vec<SiteStep> {
    use SiteStep as S;
    let files = if order.files.is_some() {
        S::Upload
    } else {
        S::Copy
    };
    let (fetched, given) = backup::stand_by(order);
    [
        fetched.as_slice(),
        place_of(order),
        &[files, S::Database],
        &given,
        &[S::Container, S::Switch, S::Trial, S::Ready],
    ]
    .concat()
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

/// Whether this program knows what the steps of the order mean.
pub fn knows(order: &SiteOrder) -> bool {
    crate::plan::KNOWN.contains(&order.version)
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
    if !knows(order) {
        return End::Interrupted(Text::line(format!(
            "the run was planned by another version of this program (its steps are of version {}): finish it with that one",
            order.version
        )));
    }
    let doings = steps(plan, order, ends, book, &context.progress);
    let end = saga::drive(plan.id, &doings, order.level, context).await;
    let used = order.was.iter().map(|was| was.objects.server_name.clone());
    for server in used.chain([names::server_of(order)]) {
        ends.machines.rest(&server).await;
    }
    end
}

/// How a run ended, as it is shown. A removal has no way back: one that stopped half-way waits for an operator.
pub fn state_of(end: &End, order: &SiteOrder) -> RunState {
    match end {
        End::Complete(_) => RunState::Verified,
        End::RolledBack { kept, .. } if order.verb == SiteVerb::Delete && !kept.is_empty() => {
            RunState::NeedsOperator
        }
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
pub fn shown(
    order: &SiteOrder,
    step: SiteStep,
    record: &Record,
    before: &StepState,
    now: Time,
) -> StepState {
    let since = match before {
        StepState::Running { since } => *since,
        _ => now,
    };
    match (&record.undo, &record.forward) {
        (Undoing::Intended { since, .. }, _) => StepState::Undoing { since: *since },
        (Undoing::Done(note), _) => StepState::Undone { note: note.clone() },
        (Undoing::Stuck(reason), _) => StepState::Stuck {
            reason: reason.clone(),
            left: stuck::left_by(order, step, record),
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
