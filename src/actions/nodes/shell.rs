//! Open a shell on a node: the face hands the terminal over.

use drivers::host::CommandLine;
use vocab::{NodeName, Span};
use world::plan::StepCall;
use world::{Confirmation, Plan, Refusal, Reversibility};

use super::{detail, ends};
use crate::draft::{Draft, Frame, Request};
use crate::words;

/// Plans it.
pub(crate) fn plan(request: Request<'_>, name: &NodeName) -> Result<Plan, Refusal> {
    let node = request.node(name)?;
    let command = ends(&request, name)?.host.interactive(None);
    let mut draft = Draft::default();
    draft.object(name, "node", name.as_str(), detail(node));
    let call = StepCall::Handover {
        node: name.clone(),
        command: argv(&command),
    };
    draft.step(
        "hand over the terminal",
        words::of(&command),
        call,
        Span::ZERO,
    );
    let frame = Frame {
        title: format!("shell on {name}"),
        reversibility: Reversibility::Reversible,
        confirmation: Confirmation::Grace(Span::ZERO),
        verification: "none: what is done in the shell is the operator's",
        inverse: None,
        one_by_one: false,
        each: Span::ZERO,
    };
    Ok(draft.finish(request, frame))
}

/// Program and arguments as one list.
pub(crate) fn argv(command: &CommandLine) -> Vec<String> {
    std::iter::once(&command.program)
        .chain(&command.arguments)
        .cloned()
        .collect()
}
