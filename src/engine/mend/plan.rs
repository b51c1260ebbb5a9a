//! The plan of sending a run on, or back: what is tried again, or what is taken back and what stays.

use std::sync::Arc;

use saga::WayBack;
use vocab::{NodeName, RunId, Span, Text, Time};
use world::plan::{Expectation, StepCall};
use world::run::StepState;
use world::{
    Actor, Confirmation, Intent, Plan, PlanObject, PlannedStep, Refusal, RefusalKind,
    Reversibility, Run, RunState, RunWay,
};

use super::Looked;
use crate::runs::refusal_of;
use crate::sites::Books;

/// How long asking for it may take.
const ASKED_WITHIN: Span = Span::seconds(30);

/// How long the other run may take before somebody should look at it.
const ENDS_WITHIN: Span = Span::hours(1);

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
