//! Runs about another run: it is gone on with, or taken back as far as its level says, and followed to its end.
//!
//! Flow: [`plan`] looks into the journal and changes nothing → submitted as any run is → [`carry_out`] asks
//! [`Core::mend_run`], which takes the other run up or turns it back → the journal tells how that one ends.

use std::sync::Arc;
use std::time::Duration;

use hosting::Ends;
use saga::WayBack;
use store::Left;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use vocab::{NodeName, RunId, Span, Text, Time};
use world::plan::{Expectation, StepCall};
use world::run::StepState;
use world::{
    Actor, Confirmation, Intent, Plan, PlanObject, PlannedStep, Refusal, RefusalKind,
    Reversibility, Run, RunState, RunWay, WayOut,
};

use crate::core::Core;
use crate::handle::Request;
use crate::runs::refusal_of;
use crate::sites::Books;
use crate::teller::Teller;

/// How long asking for it may take.
const ASKED_WITHIN: Span = Span::seconds(30);

/// How long the other run may take before somebody should look at it.
const ENDS_WITHIN: Span = Span::hours(1);

/// How often the journal is asked whether the other run is over.
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// What a plan is made from.
pub(crate) struct Looked {
    pub teller: Teller,
    pub hosting: Result<Arc<Ends>, Text>,
    /// The run as this process knows it, when it does.
    pub known: Option<Run>,
    /// Whether this process drives it just now.
    pub here: bool,
}

/// The plan of sending a run somewhere. Changes nothing; refuses in words when the run cannot go there.
pub(crate) async fn plan(
    looked: Looked,
    (id, way): (RunId, RunWay),
    by: Actor,
    now: Time,
) -> Result<Plan, Refusal> {
    let store = &looked.teller.store;
    let known = match looked.known.clone() {
        Some(run) => Some(run),
        None => store.run(id).await.map_err(|error| refusal_of(&error))?,
    };
    let run = known.ok_or_else(|| {
        let words = "there is no such run: `wheelhouse runs` lists them";
        Refusal::new(RefusalKind::NotFound, words)
    })?;
    fits(&run, way, looked.here)?;
    let (mut warnings, detail) = match way {
        RunWay::GoOn => (stuck(&run), Text::line(run.state.word())),
        RunWay::TakeBack => (back(&looked, &run).await?, progress(&run)),
    };
    if way == RunWay::TakeBack {
        warnings.push(Text::line("the step that is under way ends first"));
    }
    let node = run.plan.objects.first().map(|object| object.node.clone());
    let node = node.or_else(|| NodeName::new("runs").ok());
    let object = PlanObject {
        node: node.ok_or_else(|| {
            Refusal::new(
                RefusalKind::Invalid,
                "the run touches nothing that has a name",
            )
        })?,
        kind: Text::line("run"),
        name: Text::line(id.short()),
        detail,
    };
    Ok(written(&run, way, object, warnings, (by, now)))
}

/// The plan in words.
fn written(
    run: &Run,
    way: RunWay,
    object: PlanObject,
    warnings: Vec<Text>,
    (by, now): (Actor, Time),
) -> Plan {
    let (letter, verb, asks, sees, verification) = match way {
        RunWay::GoOn => (
            'g',
            "resume",
            "go on from where it stopped",
            "see that it comes to its end",
            "looks until the run is over, and whether it is well",
        ),
        RunWay::TakeBack => (
            'b',
            "roll-back",
            "turn it back",
            "see that it is taken back",
            "looks until the run is taken back as far as its level says",
        ),
    };
    let (id, short) = (run.id(), run.id().short());
    let step = |title: &str, exact: String, call, deadline| PlannedStep {
        object: 0,
        title: Text::line(title),
        exact: Text::line(exact),
        call,
        deadline,
    };
    let call = StepCall::Run { run: id, way };
    let ended = StepCall::Verify(Box::new(Expectation::RunEnded { run: id, way }));
    Plan {
        id: RunId::made_at(now),
        intent: Intent::Run { run: id, way },
        by,
        made: now,
        title: Text::line(format!("{} {}", way.words(), run.plan.title)),
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter(letter),
        objects: vec![object],
        steps: vec![
            step(
                asks,
                format!("wheelhouse runs {verb} {short}"),
                call,
                ASKED_WITHIN,
            ),
            step(sees, format!("wheelhouse runs {short}"), ended, ENDS_WITHIN),
        ],
        verification: Text::line(verification),
        inverse: None,
        warnings,
        one_by_one: true,
        expected: run.plan.expected,
    }
}

/// Whether a run is in a state to be sent there.
fn fits(run: &Run, way: RunWay, here: bool) -> Result<(), Refusal> {
    let short = run.id().short();
    let refuse = |kind, words: String| Err(Refusal::new(kind, words));
    if run.plan.order().is_none() {
        let words = format!(
            "run {short} is on no site: it has ended where it stopped, and what it touched tells how far it came"
        );
        return refuse(RefusalKind::Invalid, words);
    }
    match (way, &run.state) {
        (RunWay::GoOn, RunState::NeedsOperator) => Ok(()),
        (RunWay::TakeBack, RunState::NeedsOperator) => refuse(
            RefusalKind::Invalid,
            format!(
                "run {short} went as far back as it could, or is past the point where it can: go on with it"
            ),
        ),
        (RunWay::TakeBack, RunState::RollingBack) => refuse(
            RefusalKind::Needless,
            format!("run {short} is being taken back already"),
        ),
        (_, state) if state.is_over() && *state != RunState::Unknown => refuse(
            RefusalKind::Invalid,
            format!("run {short} is over: it is {}", state.word()),
        ),
        (RunWay::GoOn, _) if here => refuse(
            RefusalKind::Needless,
            format!("run {short} goes on just now: `wheelhouse runs {short}` shows how far it is"),
        ),
        _ => Ok(()),
    }
}

/// What is tried again when a run goes on.
fn stuck(run: &Run) -> Vec<Text> {
    let steps = run.plan.steps.iter().zip(&run.steps);
    steps
        .filter_map(|(planned, step)| match &step.state {
            StepState::Stuck { reason, .. } => Some(Text::line(format!(
                "tried again: {}, which failed: {reason}",
                planned.title
            ))),
            _ => None,
        })
        .collect()
}

/// `running, 3 of 12 steps`.
fn progress(run: &Run) -> Text {
    let (over, all) = run.progress();
    Text::line(format!("{}, {over} of {all} steps", run.state.word()))
}

/// What would be taken back and what stays; a refusal when the run is past the point where it can turn.
async fn back(looked: &Looked, run: &Run) -> Result<Vec<Text>, Refusal> {
    let ends = looked
        .hosting
        .as_ref()
        .map_err(|why| Refusal::new(RefusalKind::Invalid, why))?;
    let Some(order) = run.plan.order() else {
        return Ok(Vec::new());
    };
    // Looking tells nobody how far it is.
    let untold: Arc<dyn Fn(saga::Progress) + Send + Sync> = Arc::new(|_| {});
    let books = Books::new(&looked.teller);
    let steps = hosting::steps(&run.plan, order, ends, books, &untold);
    let found = saga::way_back(run.id(), &steps, order.level, &looked.teller.store)
        .await
        .map_err(|error| Refusal::new(RefusalKind::Journal, error.0))?;
    let titled = |steps: &[usize]| {
        let titles = steps.iter().filter_map(|step| run.plan.steps.get(*step));
        let titles: Vec<&str> = titles.map(|step| step.title.as_str()).collect();
        titles.join(", ")
    };
    match found {
        WayBack::Closed(step) => {
            let words = format!(
                "run {} is past the point where it can be taken back ({} has begun): it only goes on",
                run.id().short(),
                titled(&[step])
            );
            Err(Refusal::new(RefusalKind::Invalid, words))
        }
        WayBack::Open { taken, kept } => {
            let level = order.level.word();
            let taken = match taken.as_slice() {
                [] => format!("nothing that was made is taken back ({level})"),
                steps => format!("taken back ({level}): {}", titled(steps)),
            };
            let kept = (!kept.is_empty()).then(|| format!("stays as it is: {}", titled(&kept)));
            Ok(std::iter::once(taken).chain(kept).map(Text::line).collect())
        }
    }
}

impl Core {
    /// What the plan of sending a run somewhere is made from.
    pub(crate) fn looked(&self, id: RunId) -> Result<Looked, Refusal> {
        let store = self.store.clone().ok_or_else(|| {
            let words = "there is no journal to read the run from; see the notices";
            Refusal::new(RefusalKind::Journal, words)
        })?;
        Ok(Looked {
            teller: Teller {
                events: self.events.clone(),
                store,
            },
            hosting: self.fabric.hosting.clone(),
            known: self.world.runs.get(&id).cloned(),
            here: self.active.contains_key(&id),
        })
    }

    /// Sends a run on, or back. Answers when it is on its way; it goes on by itself.
    pub(crate) fn mend_run(&mut self, id: RunId, way: RunWay, actor: Actor, reply: Reply<()>) {
        let here = self.active.contains_key(&id);
        let known = self.world.runs.get(&id);
        let waits = known.is_none_or(|run| run.state == RunState::NeedsOperator);
        match way {
            RunWay::TakeBack if here => self.cancel_run(id, actor, reply),
            // Somebody was faster.
            RunWay::GoOn if here => drop(reply.send(Ok(()))),
            RunWay::GoOn if waits => self.resolve_run(id, WayOut::Retry, actor, reply),
            way => self.take_up_left(id, way, reply),
        }
    }

    /// Takes up a run whose process is gone, in a task of its own.
    fn take_up_left(&self, id: RunId, way: RunWay, reply: Reply<()>) {
        let Some(store) = self.store.clone() else {
            let words = "there is no journal to write it in; see the notices";
            return drop(reply.send(Err(Refusal::new(RefusalKind::Journal, words))));
        };
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            let answer = match store.take_over(Left::Run(id)).await {
                Ok(mut taken) => match (taken.pop(), way) {
                    (Some(run), way) => {
                        // The engine's end is the end of going on; the next one finds it.
                        drop(requests.send(Request::TakenUp(Box::new(run), way)).await);
                        Ok(())
                    }
                    // Another process has taken it up: it goes on there.
                    (None, RunWay::GoOn) => Ok(()),
                    (None, RunWay::TakeBack) => {
                        let words = format!(
                            "another process goes on with run {}: take it back there",
                            id.short()
                        );
                        Err(Refusal::new(RefusalKind::Conflict, words))
                    }
                },
                Err(error) => Err(refusal_of(&error)),
            };
            drop(reply.send(answer));
        });
    }

    /// Goes on with a run that was taken up: on its way, or back.
    pub(crate) fn taken_up(&mut self, run: Run, way: RunWay) {
        let (id, store) = (run.id(), self.store.clone());
        let Some(store) = store else { return };
        self.resume(run, store);
        if let Some(active) = self.active.get(&id).filter(|_| way == RunWay::TakeBack) {
            // What of it was done is in its records: it turns before its next step.
            active.cancel.cancel();
        }
    }
}

/// A run about another one, being carried out.
pub(crate) struct Mending {
    pub teller: Teller,
    pub requests: mpsc::Sender<Request>,
    /// Ends the following; the other run goes on.
    pub cancel: CancellationToken,
}

/// Asks for it and follows the other run to its end.
pub(crate) async fn carry_out(mending: Mending, run: Run, (target, way): (RunId, RunWay)) {
    let teller = &mending.teller;
    let begun = drivers::clock::now();
    let took = || drivers::clock::now().since(begun);
    let running = || StepState::Running {
        since: drivers::clock::now(),
    };
    let done = |note: &str| StepState::Done {
        took: took(),
        note: Text::line(note),
    };
    let failed = |reason: Text| StepState::Failed {
        took: took(),
        reason,
    };
    teller.step_moved(&run, 0, running(), None).await;
    let (reply, answer) = oneshot::channel();
    let by = run.plan.by.clone();
    let asked = Request::Mend(target, way, by, reply);
    let gone = || Refusal::new(RefusalKind::Stale, "the engine ends");
    let answered = match mending.requests.send(asked).await {
        Ok(()) => answer.await.unwrap_or_else(|_| Err(gone())),
        Err(_) => Err(gone()),
    };
    if let Err(refusal) = answered {
        teller
            .step_moved(&run, 0, failed(refusal.text.clone()), None)
            .await;
        teller.step_moved(&run, 1, StepState::Skipped, None).await;
        return teller.end(&run, RunState::Failed, &refusal.text).await;
    }
    teller.step_moved(&run, 0, done(""), None).await;
    teller.step_moved(&run, 1, running(), None).await;
    let Some(ended) = mending
        .cancel
        .run_until_cancelled(follow(teller, target))
        .await
    else {
        teller.step_moved(&run, 1, StepState::Skipped, None).await;
        let words = "not followed any more; the other run tells how it ends";
        return teller.end(&run, RunState::Done, words).await;
    };
    let words = format!("it is {}", ended.word());
    let (state, end) = if is_wished(&ended, way) {
        (done(&words), RunState::Verified)
    } else {
        (failed(Text::line(&words)), RunState::Failed)
    };
    teller.step_moved(&run, 1, state, None).await;
    teller.end(&run, end, &words).await;
}

/// Whether a run has ended where it was sent.
fn is_wished(ended: &RunState, way: RunWay) -> bool {
    match way {
        // One that was on its way back comes to its end there.
        RunWay::GoOn => matches!(
            ended,
            RunState::Verified | RunState::Done | RunState::RolledBack
        ),
        RunWay::TakeBack => matches!(ended, RunState::RolledBack | RunState::Cancelled),
    }
}

/// How the other run ends, by the journal: it may be driven by another process.
async fn follow(teller: &Teller, target: RunId) -> RunState {
    loop {
        // A journal that cannot be read now is read the next time.
        if let Ok(Some(run)) = teller.store.run(target).await
            && run.state.is_over()
        {
            return run.state;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
