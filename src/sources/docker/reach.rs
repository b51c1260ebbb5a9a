//! Finds a node's engine, and says why it cannot be used in the classes the world knows.

use std::path::Path;
use std::sync::Arc;

use drivers::docker::connect::SYSTEM_SOCKET;
use drivers::docker::{Docker, EngineClient, Local};
use drivers::error::Result;
use drivers::host::CommandLine;
use drivers::{DriverError, EngineAddress, Trouble};
use vocab::{EngineTrouble, Span, Text};

use crate::NodeTarget;

/// How long the node may take to say what is wrong with its socket.
const QUESTION_DEADLINE: Span = Span::seconds(10);

/// The engine of a node, not yet asked anything. `None` when the node is not meant to have one.
pub async fn engine_of(target: &NodeTarget) -> Result<Option<Arc<dyn Docker>>> {
    let engine = match &target.connection.engine {
        EngineAddress::None => return Ok(None),
        EngineAddress::Given => return Ok(target.connection.docker()),
        EngineAddress::Tcp(address) => local(Some(address))?,
        EngineAddress::Usual if target.local => local(None)?,
        EngineAddress::Socket(path) if target.local => {
            EngineClient::socket(Path::new(path.as_str()))
        }
        EngineAddress::Usual | EngineAddress::Socket(_) => EngineClient::forwarded(
            target
                .connection
                .host
                .forward_socket(socket_of(target))
                .await?,
        ),
    };
    Ok(Some(Arc::new(engine)))
}

fn local(address: Option<&str>) -> Result<EngineClient> {
    match EngineClient::local(address)? {
        Local::Here(engine) => Ok(engine),
        Local::OverSsh(host) => Err(DriverError::new(
            Trouble::Absent,
            format!(
                "docker is told to use ssh://{host}; name that machine as a node of the fleet file to see its containers"
            ),
        )),
    }
}

/// The socket's path on the node.
fn socket_of(target: &NodeTarget) -> &str {
    match &target.connection.engine {
        EngineAddress::Socket(path) => path.as_str(),
        _ => SYSTEM_SOCKET,
    }
}

/// Why an engine cannot be used, and in words. Behind an SSH connection every failure looks like a broken connection, so
/// the node is asked what is wrong with its socket.
pub async fn reason(target: &NodeTarget, error: &DriverError) -> (EngineTrouble, Text) {
    let over_ssh = !target.local
        && matches!(
            target.connection.engine,
            EngineAddress::Usual | EngineAddress::Socket(_)
        );
    let vague = matches!(
        error.trouble,
        Trouble::Broken | Trouble::Absent | Trouble::Refused
    );
    if over_ssh
        && vague
        && let Some(found) = ask_node(target).await
    {
        return found;
    }
    (class(&error.trouble), error.text.clone())
}

/// The world's word for a failure.
fn class(trouble: &Trouble) -> EngineTrouble {
    match trouble {
        Trouble::Absent => EngineTrouble::Absent,
        Trouble::Forbidden(group) => EngineTrouble::Forbidden {
            group: group.clone(),
        },
        Trouble::TooOld(api) => EngineTrouble::TooOld { api: api.clone() },
        Trouble::Link(_) => EngineTrouble::NodeUnreachable,
        _ => EngineTrouble::Failing,
    }
}

/// Asks the node for its socket's group (stat(1)) and whether we may write to it (test(1)); `None` when all is well there.
async fn ask_node(target: &NodeTarget) -> Option<(EngineTrouble, Text)> {
    let path = socket_of(target);
    let host = &target.connection.host;
    let run = async |program: &str, arguments: &[&str]| {
        let command = CommandLine::new(program, arguments.iter().copied());
        host.run(&command, b"", QUESTION_DEADLINE).await
    };
    let seen = match run("stat", &["-L", "-c", "%G", "--", path]).await {
        Ok(output) => output,
        Err(error) => return Some((class(&error.trouble), error.text)),
    };
    if seen.status != Some(0) {
        let text = format!(
            "there is no docker socket {path} on the node; start its engine (systemctl start docker) or name its socket in the fleet file"
        );
        return Some((EngineTrouble::Absent, Text::line(text)));
    }
    let writable = run("test", &["-w", path]).await.ok()?;
    if writable.status == Some(0) {
        return None;
    }
    let group = Text::line(seen.stdout.trim_ascii());
    let text = format!(
        "no permission on {path} of the node; it belongs to the group {group}: there, sudo usermod -aG {group} \"$USER\""
    );
    Some((EngineTrouble::Forbidden { group }, Text::line(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let group = Text::line("docker");
        assert_eq!(
            class(&Trouble::Forbidden(group.clone())),
            EngineTrouble::Forbidden { group }
        );
        assert_eq!(class(&Trouble::Absent), EngineTrouble::Absent);
        assert_eq!(class(&Trouble::Timeout), EngineTrouble::Failing);
        assert_eq!(
            class(&Trouble::Link(vocab::LinkTrouble::Lost)),
            EngineTrouble::NodeUnreachable
        );
        assert_eq!(
            class(&Trouble::TooOld(Text::line("1.23"))),
            EngineTrouble::TooOld {
                api: Text::line("1.23")
            }
        );
    }
}
