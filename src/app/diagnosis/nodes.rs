//! Each node: whether it can be reached, whether its host key is right, its clock, and its Docker engine.

use std::path::Path;

use cli::doctor::Check;
use drivers::docker::connect::{SYSTEM_SOCKET, Surroundings};
use drivers::docker::{Docker, EngineClient, Local};
use drivers::host::CommandLine;
use drivers::{Connection, DriverError, EngineAddress, Trouble};
use engine::NodePlan;
use tokio::time::timeout;
use vocab::{LinkTrouble, Span, Text};

use super::{DEADLINE, side_by_side};

/// How long a question to a node may take.
const QUESTION: Span = Span::seconds(5);

/// A clock that differs by more than this is told of: logs of several nodes would be merged wrongly.
const SKEW: i64 = 2;

/// Looks at all nodes side by side.
pub async fn examine(nodes: Vec<NodePlan>) -> Vec<Check> {
    side_by_side(nodes.into_iter().map(node)).await.concat()
}

async fn node(plan: NodePlan) -> Vec<Check> {
    let name = format!("node {}", plan.profile.name);
    let host = plan.connection.host.clone();
    let mut checks = Vec::new();
    let connected = match timeout(DEADLINE, host.connect()).await {
        Ok(Ok(())) => {
            checks.push(reached(&plan, &name).await);
            true
        }
        Ok(Err(error)) => {
            checks.push(Check::missing(&name, &error.text, cure(&error, &plan)));
            false
        }
        Err(_) => {
            let text = format!("{} does not answer within 8 s", plan.profile.reached_by);
            checks.push(Check::missing(
                &name,
                text,
                "check its address, its firewall, and that it runs",
            ));
            false
        }
    };
    if connected {
        let looking = timeout(DEADLINE, engine(&plan));
        let late = |_| {
            Some(Check::warning(
                format!("docker on {}", plan.profile.name),
                "no answer within 8 s",
                "look at the engine: systemctl status docker",
            ))
        };
        checks.extend(looking.await.unwrap_or_else(late));
    }
    drop(timeout(DEADLINE, host.close()).await);
    checks
}

/// A node that answers: by which way, and whether its clock agrees with ours.
async fn reached(plan: &NodePlan, name: &str) -> Check {
    if plan.profile.local {
        return Check::ok(name, "this machine");
    }
    let way = format!(
        "answers at {}, its host key is known",
        plan.profile.reached_by
    );
    let asked = drivers::clock::now();
    let date = plan
        .connection
        .host
        .run(&CommandLine::new("date", ["+%s"]), b"", QUESTION)
        .await;
    let answered = drivers::clock::now();
    let theirs = date
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| text.trim().parse::<i64>().ok());
    match theirs {
        Some(theirs) if (asked.seconds() - SKEW..=answered.seconds() + SKEW).contains(&theirs) => {
            Check::ok(name, way)
        }
        Some(theirs) => {
            let off = theirs - answered.seconds();
            let text = format!("{way}; its clock is {off} s off ours");
            Check::warning(name, text, "there, or here: timedatectl set-ntp true")
        }
        None => Check::warning(
            name,
            format!("{way}; it does not run `date`"),
            "look at what its login shell does with a command",
        ),
    }
}

/// How to mend a way that fails.
fn cure(error: &DriverError, plan: &NodePlan) -> String {
    let way = &plan.profile.reached_by;
    match &error.trouble {
        Trouble::Link(LinkTrouble::HostKeyUnknown) => {
            format!("compare its key with the one its console shows, then connect once by hand: ssh {way}")
        }
        Trouble::Link(LinkTrouble::HostKeyChanged) => {
            "stop: find out why its key is another one; only then take the old one out with ssh-keygen -R".to_owned()
        }
        Trouble::Link(LinkTrouble::AuthenticationFailed) => {
            format!("put your key there: ssh-copy-id {way}; or name user and key in the fleet file")
        }
        Trouble::Link(LinkTrouble::NameUnknown) => "correct the name in the fleet file or in ~/.ssh/config".to_owned(),
        Trouble::Link(LinkTrouble::Refused) => "start sshd there, or correct the port".to_owned(),
        Trouble::Absent => "install the package openssh-client".to_owned(),
        _ => "check its address, its firewall, and that it runs".to_owned(),
    }
}

/// The node's engine; `None` when it is not to be asked.
async fn engine(plan: &NodePlan) -> Option<Check> {
    let name = format!("docker on {}", plan.profile.name);
    let address = &plan.connection.engine;
    // An engine that is only looked for may be missing; one that is named may not.
    let wanted = !matches!(address, EngineAddress::Usual);
    let found = match client(plan).await {
        Ok(None) => return None,
        Ok(Some(client)) => client.facts().await,
        Err(error) => Err(error),
    };
    let error = match found {
        Ok(facts) => {
            let text = format!(
                "version {}, API {}, at {}",
                facts.version,
                facts.api,
                tried(plan)
            );
            return Some(Check::ok(name, text));
        }
        Err(error) => error,
    };
    let text = format!("{} (tried {})", error.text, tried(plan));
    Some(match &error.trouble {
        Trouble::Forbidden(group) if group.is_empty() => {
            Check::missing(name, text, "give this user the right to the socket")
        }
        Trouble::Forbidden(group) => {
            let mend =
                format!("sudo usermod -aG {group} \"$USER\" on that machine, then log in again");
            Check::missing(name, text, mend)
        }
        Trouble::TooOld(_) => Check::missing(name, text, "upgrade the engine to 1.13 or newer"),
        _ if wanted => Check::missing(
            name,
            text,
            "start the engine there, or correct docker = … in the fleet file",
        ),
        _ => Check::warning(
            name,
            text,
            "start the engine there, or write docker = false in the fleet file",
        ),
    })
}

/// A client of the node's engine; `None` when it is not to be asked.
async fn client(plan: &NodePlan) -> Result<Option<EngineClient>, DriverError> {
    let local = |address: Option<&str>| match EngineClient::local(address)? {
        Local::Here(client) => Ok(Some(client)),
        Local::OverSsh(host) => Err(DriverError::new(
            Trouble::Absent,
            format!(
                "docker is told to use ssh://{host}; name that machine as a node to see its containers"
            ),
        )),
    };
    match (&plan.connection.engine, plan.profile.local) {
        (EngineAddress::None | EngineAddress::Given, _) => Ok(None),
        (EngineAddress::Tcp(address), _) => local(Some(address)),
        (EngineAddress::Usual, true) => local(None),
        (EngineAddress::Socket(path), true) => {
            Ok(Some(EngineClient::socket(Path::new(path.as_str()))))
        }
        (EngineAddress::Usual, false) => forwarded(&plan.connection, SYSTEM_SOCKET).await.map(Some),
        (EngineAddress::Socket(path), false) => forwarded(&plan.connection, path).await.map(Some),
    }
}

/// The engine behind a socket of the node. Through a forwarded socket every failure looks like a broken connection, so
/// the node is asked first (stat(1), test(1)).
async fn forwarded(connection: &Connection, socket: &str) -> Result<EngineClient, DriverError> {
    let run = async |program: &str, arguments: &[&str]| {
        let command = CommandLine::new(program, arguments.iter().copied());
        connection.host.run(&command, b"", QUESTION).await
    };
    let group = run("stat", &["-L", "-c", "%G", "--", socket]).await?;
    if group.status != Some(0) {
        return Err(DriverError::new(
            Trouble::Absent,
            "there is no such socket on the node",
        ));
    }
    if run("test", &["-w", socket]).await?.status != Some(0) {
        let group = Text::line(group.stdout.trim_ascii());
        let text = format!("no permission on the socket; it belongs to the group {group}");
        return Err(DriverError::new(Trouble::Forbidden(group), text));
    }
    Ok(EngineClient::forwarded(
        connection.host.forward_socket(socket).await?,
    ))
}

/// Which address is tried.
fn tried(plan: &NodePlan) -> String {
    match (&plan.connection.engine, plan.profile.local) {
        (EngineAddress::Usual, true) => Surroundings::read()
            .resolve(None)
            .map_or_else(|error| error.to_string(), |address| address.to_string()),
        (EngineAddress::Socket(path), _) => path.to_string(),
        (EngineAddress::Tcp(address), _) => address.to_string(),
        (EngineAddress::Usual | EngineAddress::None | EngineAddress::Given, _) => {
            SYSTEM_SOCKET.to_owned()
        }
    }
}
