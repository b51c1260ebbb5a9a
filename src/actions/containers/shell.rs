//! Open a shell in a container: the face hands the terminal to the Docker client on the container's node.

use drivers::host::CommandLine;
use drivers::{Connection, EngineAddress};
use vocab::{ContainerKey, Span};
use world::plan::StepCall;
use world::{Confirmation, Plan, Refusal, Reversibility};

use super::command::running;
use super::planning::detail;
use crate::draft::{Draft, Frame, Request};
use crate::refuse;
use crate::{nodes, words};

/// Takes bash where there is one. The text is fixed; nothing is ever put into it.
const SHELL: &str = "exec \"$(command -v bash || command -v ash || echo sh)\"";

/// Plans it.
pub(crate) fn plan(request: Request<'_>, target: &ContainerKey) -> Result<Plan, Refusal> {
    let tracked = running(&request, target)?;
    let ends = nodes::ends(&request, &target.node)?;
    let command = command(ends, target)?;
    let mut draft = Draft::default();
    draft.object(
        &target.node,
        "container",
        &tracked.container.name,
        detail(&tracked.container),
    );
    let call = StepCall::Handover {
        node: target.node.clone(),
        command: nodes::shell::argv(&command),
    };
    draft.step(
        "hand over the terminal",
        words::of(&command),
        call,
        Span::ZERO,
    );
    let frame = Frame {
        title: format!("shell in {}", tracked.label()),
        reversibility: Reversibility::Reversible,
        confirmation: Confirmation::Grace(Span::ZERO),
        verification: "none: what is done in the shell is the operator's",
        inverse: None,
        one_by_one: false,
        each: Span::ZERO,
    };
    Ok(draft.finish(request, frame))
}

/// The Docker client's command line: on the node, or on this machine for an engine that is reached from here.
fn command(ends: &Connection, target: &ContainerKey) -> Result<CommandLine, Refusal> {
    let docker = |address: Option<String>| {
        let address = address
            .into_iter()
            .flat_map(|address| ["--host".to_owned(), address]);
        let rest = [
            "exec",
            "--interactive",
            "--tty",
            target.id.as_str(),
            "sh",
            "-c",
            SHELL,
        ]
        .map(str::to_owned);
        CommandLine::new("docker", address.chain(rest))
    };
    match &ends.engine {
        EngineAddress::Usual | EngineAddress::Given => {
            Ok(ends.host.interactive(Some(&docker(None))))
        }
        EngineAddress::Socket(path) => Ok(ends
            .host
            .interactive(Some(&docker(Some(format!("unix://{path}")))))),
        EngineAddress::Tcp(url) => Ok(docker(Some(url.to_string()))),
        EngineAddress::None => Err(refuse::unreachable(format!(
            "{} has no docker engine: name one in the fleet file",
            target.node
        ))),
    }
}
