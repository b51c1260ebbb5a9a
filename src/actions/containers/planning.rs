//! From a verb and containers to a plan.

use vocab::{Container, ContainerKey, Text};
use world::plan::{Expectation, StepCall};
use world::{Confirmation, ContainerVerb, Intent, Plan, Refusal, Reversibility, TrackedContainer};

use super::{ContainerAction, action, call_of, dependents};
use crate::draft::{Draft, Frame, Request, distinct, typed_name};
use crate::refuse;
use crate::words;

/// Plans a verb for containers. Those in which it makes no sense are left out with a warning.
pub(crate) fn plan(
    request: Request<'_>,
    verb: ContainerVerb,
    targets: &[ContainerKey],
) -> Result<Plan, Refusal> {
    let action = action(verb);
    let targets = distinct(targets);
    let mut draft = Draft::default();
    let mut chosen = Vec::new();
    let mut refused = Vec::new();
    for key in &targets {
        match vetted(&request, key, action) {
            Ok(tracked) => {
                add(&mut draft, action, tracked);
                chosen.push(tracked);
            }
            Err(error) => refused.push(error),
        }
    }
    draft.leave_out(&refused)?;
    let interrupts = action.manner().interrupts;
    let keys: Vec<ContainerKey> = chosen.iter().map(|tracked| tracked.key.clone()).collect();
    for tracked in &chosen {
        if let Some(words) = action.caution(&tracked.container) {
            draft.warn(format!("{} {words}", tracked.container.name));
        }
        if interrupts {
            for words in dependents::warnings(request.world, tracked, &keys) {
                draft.warn(words);
            }
        }
    }
    let frame = frame(&request, action, &chosen, keys);
    Ok(draft.finish(request, frame))
}

fn frame(
    request: &Request<'_>,
    action: &dyn ContainerAction,
    chosen: &[&TrackedContainer],
    keys: Vec<ContainerKey>,
) -> Frame {
    let word = action.verb().word();
    let title = match chosen {
        [one] => format!("{word} {}", one.label()),
        several => format!("{word} {}", words::count(several.len(), "container")),
    };
    let names: Vec<Text> = chosen
        .iter()
        .map(|tracked| tracked.container.name.clone())
        .collect();
    let manner = action.manner();
    let confirmation = match (manner.reversibility, manner.letter) {
        (Reversibility::Reversible, _) => Confirmation::Grace(request.grace),
        (Reversibility::Disruptive, Some(letter)) => Confirmation::Letter(letter),
        (Reversibility::Disruptive, None) | (Reversibility::Irreversible, _) => {
            typed_name(&names, "container")
        }
    };
    Frame {
        title,
        reversibility: manner.reversibility,
        confirmation,
        verification: manner.verification,
        inverse: manner.inverse.map(|verb| Intent::Containers {
            verb,
            targets: keys,
        }),
        one_by_one: false,
        each: manner.expected,
    }
}

/// The container, when it is there and its engine answers.
pub(crate) fn resolve<'a>(
    request: &Request<'a>,
    key: &ContainerKey,
) -> Result<&'a TrackedContainer, Refusal> {
    request.engine(&key.node)?;
    request.world.containers.get(key).ok_or_else(|| {
        let id = key.id.short();
        refuse::not_found(format!(
            "there is no container {id} on {}: it is gone or was made anew, look at the list again",
            key.node
        ))
    })
}

fn vetted<'a>(
    request: &Request<'a>,
    key: &ContainerKey,
    action: &dyn ContainerAction,
) -> Result<&'a TrackedContainer, Refusal> {
    let tracked = resolve(request, key)?;
    match action.unfit(tracked.container.state) {
        Some(words) => Err(refuse::conflict(format!(
            "{} on {} {words}",
            tracked.container.name, key.node
        ))),
        None => Ok(tracked),
    }
}

fn add(draft: &mut Draft, action: &'static dyn ContainerAction, tracked: &TrackedContainer) {
    let (key, container) = (&tracked.key, &tracked.container);
    draft.object(&key.node, "container", &container.name, detail(container));
    for part in action
        .prepared_by(container.state)
        .into_iter()
        .chain([action])
    {
        draft.step(
            part.step(),
            part.exact(&key.id),
            call_of(part.verb(), key),
            part.manner().deadline,
        );
    }
    let (expectation, deadline) = action.expects(key, container);
    let exact = format!("GET /containers/{}/json", key.id);
    draft.step(
        title(&expectation),
        exact,
        StepCall::Verify(Box::new(expectation)),
        deadline,
    );
}

/// Image and state, as the row of a plan shows them.
pub(super) fn detail(container: &Container) -> String {
    format!("{}, {}", container.image, container.state.word())
}

fn title(expectation: &Expectation) -> &'static str {
    match expectation {
        Expectation::Running { since: Some(_), .. } => "see that it runs anew",
        Expectation::Running { since: None, .. } => "see that it runs",
        Expectation::Stopped { .. } => "see that it has ended",
        Expectation::Paused { .. } => "see that it is paused",
        _ => "see that it is gone",
    }
}
