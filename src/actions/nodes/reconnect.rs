//! Drop the connection to a node and make it anew, without the wait between attempts.

use async_trait::async_trait;
use drivers::Connection;
use drivers::host::CommandLine;
use vocab::{NodeName, Span};
use world::plan::{Expectation, StepCall};
use world::{Confirmation, Plan, Refusal, Reversibility};

use super::{detail, ends};
use crate::draft::{Draft, Frame, Request, distinct};
use crate::execute::effect::{Answer, Effect};
use crate::execute::look::{Look, Seen};
use crate::refuse;
use crate::words;

/// How long connecting may take: what the driver allows itself, and closing before.
const MADE_WITHIN: Span = Span::seconds(20);

/// How long it may take until a command is answered.
const ANSWERS_WITHIN: Span = Span::seconds(20);

/// How long one look may take.
const LOOK: Span = Span::seconds(10);

/// Plans it. The node need not answer: that is what it is for.
pub(crate) fn plan(request: Request<'_>, nodes: &[NodeName]) -> Result<Plan, Refusal> {
    let mut draft = Draft::default();
    let mut refused = Vec::new();
    for name in distinct(nodes) {
        if let Err(error) = add(&mut draft, &request, &name) {
            refused.push(error);
        }
    }
    draft.leave_out(&refused)?;
    draft.warn(
        "what goes on over the connection ends with it: logs that are followed, commands that run",
    );
    let title = match draft.objects.as_slice() {
        [one] => format!("reconnect {}", one.name),
        several => format!("reconnect {}", words::count(several.len(), "node")),
    };
    let frame = Frame {
        title,
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('r'),
        verification: "looks until the node answers a command",
        inverse: None,
        one_by_one: false,
        each: Span::seconds(5),
    };
    Ok(draft.finish(request, frame))
}

fn add(draft: &mut Draft, request: &Request<'_>, name: &NodeName) -> Result<(), Refusal> {
    let node = request.known(name)?;
    if node.profile.local {
        return Err(refuse::invalid(format!(
            "{name} is the machine this console runs on: there is no connection to make anew"
        )));
    }
    let host = &ends(request, name)?.host;
    draft.object(name, "node", name.as_str(), detail(node));
    draft.step(
        "drop the connection and make it anew",
        format!("ssh -O exit {0}, then ssh -M {0}", host.reached_by()),
        StepCall::Reconnect { node: name.clone() },
        MADE_WITHIN,
    );
    draft.step(
        "see that it answers",
        words::of(&nothing()),
        StepCall::Verify(Box::new(Expectation::Answers { node: name.clone() })),
        ANSWERS_WITHIN,
    );
    Ok(())
}

/// A command that does nothing.
fn nothing() -> CommandLine {
    CommandLine::new::<String>("true", [])
}

/// Looks whether a node answers a command.
pub(crate) async fn answers(ends: &Connection) -> Look {
    match ends.host.run(&nothing(), b"", LOOK).await {
        Ok(ran) if ran.status == Some(0) => Look::Yes("it answers".to_owned()),
        Ok(_) => Look::NotYet("it does not carry commands out".to_owned()),
        Err(error) => Look::Unclear(error.text.to_string()),
    }
}

/// The effect.
pub(crate) struct Reconnect;

#[async_trait]
impl Effect for Reconnect {
    async fn look_first(&self, _ends: &Connection) -> drivers::error::Result<Seen> {
        Ok(Seen::Nothing)
    }

    async fn perform(&self, ends: &Connection, _before: &Seen) -> drivers::error::Result<Answer> {
        ends.host.close().await;
        // A connection that cannot be made has changed nothing at the other end.
        Ok(match ends.host.connect().await {
            Ok(()) => Answer::done("connected"),
            Err(error) => Answer::NotDone {
                reason: error.text.to_string(),
                output: vocab::Text::default(),
            },
        })
    }

    async fn look(&self, ends: &Connection, _before: &Seen) -> Look {
        answers(ends).await
    }
}
