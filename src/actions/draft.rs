//! A plan while it is being written: objects and steps in order, then the frame around them.

use drivers::Connections;
use vocab::{NodeName, RunId, Span, Text, Time};
use world::plan::StepCall;
use world::{
    Actor, Confirmation, EngineState, Intent, Link, Node, Plan, PlanObject, PlannedStep, Refusal,
    Reversibility, World,
};

use crate::refuse;
use crate::words;

/// How many objects are worked on at once.
pub(crate) const SIDE_BY_SIDE: usize = 8;

/// What every plan is made from.
pub(crate) struct Request<'a> {
    pub world: &'a World,
    pub connections: &'a Connections,
    pub intent: Intent,
    pub by: Actor,
    pub now: Time,
    /// How long a reversible plan can be taken back.
    pub grace: Span,
}

impl Request<'_> {
    /// The node, whether or not it answers.
    pub fn known(&self, name: &NodeName) -> Result<&Node, Refusal> {
        let Some(node) = self.world.nodes.get(name) else {
            let near =
                kit::nearest::nearest(name.as_str(), self.world.nodes.keys().map(NodeName::as_str));
            let hint = near.map_or("add it to the fleet file".to_owned(), |near| {
                format!("did you mean {near}?")
            });
            return Err(refuse::not_found(format!(
                "there is no node {name}: {hint}"
            )));
        };
        Ok(node)
    }

    /// The node, when it answers.
    pub fn node(&self, name: &NodeName) -> Result<&Node, Refusal> {
        let node = self.known(name)?;
        match &node.link {
            Link::Up { .. } => Ok(node),
            Link::Unknown | Link::Connecting { last: None, .. } => Err(refuse::unreachable(
                format!("{name} has not answered yet: try again in a moment"),
            )),
            Link::Down { text, .. }
            | Link::Connecting {
                last: Some((_, text)),
                ..
            } => Err(refuse::unreachable(format!(
                "{name} does not answer: {text}"
            ))),
        }
    }

    /// The node, when it and its engine answer.
    pub fn engine(&self, name: &NodeName) -> Result<&Node, Refusal> {
        let node = self.node(name)?;
        match &node.engine {
            EngineState::Up { .. } => Ok(node),
            EngineState::Unknown => Err(refuse::unreachable(format!(
                "the docker engine of {name} has not answered yet: try again in a moment"
            ))),
            EngineState::Down { text, .. } => Err(refuse::unreachable(format!(
                "the docker engine of {name} cannot be used: {text}"
            ))),
        }
    }
}

/// What stands around the steps of a plan.
pub(crate) struct Frame {
    pub title: String,
    pub reversibility: Reversibility,
    pub confirmation: Confirmation,
    pub verification: &'static str,
    pub inverse: Option<Intent>,
    pub one_by_one: bool,
    /// How long one object takes, about.
    pub each: Span,
}

/// Objects, steps and warnings as they are found.
#[derive(Default)]
pub(crate) struct Draft {
    pub objects: Vec<PlanObject>,
    steps: Vec<PlannedStep>,
    warnings: Vec<Text>,
}

impl Draft {
    /// Adds an object; the steps that follow are for it.
    pub fn object(&mut self, node: &NodeName, kind: &str, name: &str, detail: impl AsRef<str>) {
        let line = |text: &str| Text::line(vocab::mask::mask(text));
        self.objects.push(PlanObject {
            node: node.clone(),
            kind: line(kind),
            name: line(name),
            detail: line(detail.as_ref()),
        });
    }

    /// Adds a step for the newest object.
    pub fn step(
        &mut self,
        title: impl AsRef<str>,
        exact: impl AsRef<str>,
        call: StepCall,
        deadline: Span,
    ) {
        let object = self.objects.len().saturating_sub(1);
        let line = |text: &str| Text::line(vocab::mask::mask(text));
        self.steps.push(PlannedStep {
            object,
            title: line(title.as_ref()),
            exact: line(exact.as_ref()),
            call,
            deadline,
        });
    }

    /// Adds something the operator should know first, once.
    pub fn warn(&mut self, text: impl AsRef<str>) {
        let text = Text::line(vocab::mask::mask(text.as_ref()));
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// Says which targets are left out and why; refuses when none is left.
    pub fn leave_out(&mut self, errors: &[Refusal]) -> Result<(), Refusal> {
        if self.objects.is_empty() {
            return Err(refuse::all_of(errors));
        }
        for error in errors {
            self.warn(format!("left out: {error}"));
        }
        Ok(())
    }

    /// The plan.
    pub fn finish(self, request: Request<'_>, frame: Frame) -> Plan {
        let rounds = if frame.one_by_one {
            self.objects.len()
        } else {
            self.objects.len().div_ceil(SIDE_BY_SIDE)
        };
        Plan {
            id: RunId::made_at(request.now),
            intent: request.intent,
            by: request.by,
            made: request.now,
            title: Text::line(vocab::mask::mask(&frame.title)),
            reversibility: frame.reversibility,
            confirmation: frame.confirmation,
            objects: self.objects,
            steps: self.steps,
            verification: Text::line(frame.verification),
            inverse: frame.inverse,
            warnings: self.warnings,
            one_by_one: frame.one_by_one,
            expected: frame
                .each
                .times(i64::try_from(rounds.max(1)).unwrap_or(i64::MAX)),
        }
    }
}

/// The typed name an irreversible plan asks for: the object's own name, or for several their count and kind.
pub(crate) fn typed_name(names: &[Text], kind: &str) -> Confirmation {
    Confirmation::TypedName(match names {
        [one] => one.clone(),
        several => Text::line(words::count(several.len(), kind)),
    })
}

/// In order of first mention, each once.
pub(crate) fn distinct<T: Clone + PartialEq>(items: &[T]) -> Vec<T> {
    let mut seen = Vec::with_capacity(items.len());
    for item in items {
        if !seen.contains(item) {
            seen.push(item.clone());
        }
    }
    seen
}
