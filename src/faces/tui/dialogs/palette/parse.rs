//! Typed commands: `restart acme/app`, `logs caddy @edge-1`, `run @edge-1 @edge-2 uptime`, `containers !running`.

use ui::{Action, Seen, View};
use vocab::{ContainerKey, LogSource, NodeName, ObjectKind, Text, UnitName};
use world::About;
use world::{ContainerVerb, Intent};

/// What a typed line comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// An action, as if its key was pressed.
    Action(Action),
    /// A view, with a filter when one was typed.
    View(View, Option<String>),
    /// An object.
    Jump(About),
    /// A change.
    Ask(Intent),
    /// A shell.
    Shell(Intent),
    /// Logs.
    Logs(Vec<LogSource>),
    /// A note with these words.
    Note(Text),
    /// Another theme.
    Theme(String),
}

const VERBS: [ContainerVerb; 7] = [
    ContainerVerb::Start,
    ContainerVerb::Stop,
    ContainerVerb::Restart,
    ContainerVerb::Pause,
    ContainerVerb::Unpause,
    ContainerVerb::Kill,
    ContainerVerb::Remove,
];

/// The command of a line; `Ok(None)` when its first word is no command, an error in words when its objects do not fit.
/// `themes` are the names of all themes there are.
pub fn parse(text: &str, seen: Seen<'_>, themes: &[String]) -> Result<Option<Command>, Text> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((first, rest)) = words.split_first() else {
        return Ok(None);
    };
    let names: Vec<&str> = rest
        .iter()
        .filter(|word| !word.starts_with('@'))
        .copied()
        .collect();
    let scopes: Vec<&str> = rest
        .iter()
        .filter_map(|word| word.strip_prefix('@'))
        .collect();
    if let Some(verb) = VERBS
        .into_iter()
        .find(|verb| verb.word() == *first && !names.is_empty())
    {
        let targets = names
            .iter()
            .map(|name| container(name, &scopes, seen))
            .collect::<Result<Vec<_>, _>>()?;
        return Ok(Some(Command::Ask(Intent::Containers { verb, targets })));
    }
    let command = match *first {
        "logs" if !rest.is_empty() => Command::Logs(logs(&names, &scopes, seen)?),
        "shell" | "ssh" | "exec" if !rest.is_empty() => {
            Command::Shell(shell(&names, &scopes, seen)?)
        }
        "run" => Command::Ask(run(rest, seen)?),
        "reconnect" if !rest.is_empty() => Command::Ask(Intent::Reconnect {
            nodes: nodes(&names, &scopes, seen)?,
        }),
        "reboot" if !rest.is_empty() => Command::Ask(Intent::Reboot {
            nodes: nodes(&names, &scopes, seen)?,
        }),
        "prune-logs" if !rest.is_empty() => Command::Ask(Intent::PruneLogs {
            nodes: nodes(&names, &scopes, seen)?,
        }),
        "prune" if !rest.is_empty() => {
            let kinds = vec![
                ObjectKind::Container,
                ObjectKind::DanglingImage,
                ObjectKind::Network,
            ];
            Command::Ask(Intent::Prune {
                nodes: nodes(&names, &scopes, seen)?,
                kinds,
            })
        }
        "restart-unit" => Command::Ask(restart_unit(&names, &scopes, seen)?),
        "go" if !rest.is_empty() => Command::Jump(object(&names, &scopes, seen)?),
        "theme" => Command::Theme(theme(&names, themes)?),
        "note" if rest.is_empty() => Command::Action(Action::NoteWrite),
        "note" => Command::Note(Text::line(rest.join(" "))),
        "quit" | "q" => Command::Action(Action::AppQuit),
        "help" => Command::Action(Action::AppHelp),
        word => {
            if let Some(view) = View::from_word(word) {
                let filter = (!rest.is_empty()).then(|| rest.join(" ").replace('@', ""));
                Command::View(view, filter)
            } else if let (Some(action), true) = (Action::from_name(word), rest.is_empty()) {
                Command::Action(action)
            } else {
                return Ok(None);
            }
        }
    };
    Ok(Some(command))
}

/// The one container a name means: by its label, its name or the beginning of its id; `@node` tells equal ones apart.
fn container(name: &str, scopes: &[&str], seen: Seen<'_>) -> Result<ContainerKey, Text> {
    let found = containers(name, scopes, seen);
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let labels: Vec<Text> = seen
                .world
                .containers
                .values()
                .map(world::TrackedContainer::label)
                .collect();
            let near = kit::nearest::nearest(name, labels.iter().map(Text::as_str))
                .map(|near| format!("; did you mean {near}?"));
            Err(Text::line(format!(
                "no container is called {name}{}",
                near.unwrap_or_default()
            )))
        }
        many => {
            let nodes: Vec<&str> = many.iter().map(|key| key.node.as_str()).collect();
            Err(Text::line(format!(
                "{name} is on {}: add @ and one of them",
                nodes.join(", ")
            )))
        }
    }
}

fn containers(name: &str, scopes: &[&str], seen: Seen<'_>) -> Vec<ContainerKey> {
    let on = |key: &ContainerKey| scopes.is_empty() || scopes.contains(&key.node.as_str());
    let is = |tracked: &world::TrackedContainer| {
        tracked.label() == *name
            || tracked.container.name == *name
            || name.len() >= 6 && tracked.key.id.as_str().starts_with(name)
    };
    seen.world
        .containers
        .values()
        .filter(|tracked| on(&tracked.key) && is(tracked))
        .map(|tracked| tracked.key.clone())
        .collect()
}

fn node(name: &str, seen: Seen<'_>) -> Result<NodeName, Text> {
    if let Some(node) = seen.world.nodes.keys().find(|node| node.as_str() == name) {
        return Ok(node.clone());
    }
    let near = kit::nearest::nearest(name, seen.world.nodes.keys().map(NodeName::as_str))
        .map(|near| format!("; did you mean {near}?"));
    Err(Text::line(format!(
        "no node is called {name}{}",
        near.unwrap_or_default()
    )))
}

fn nodes(names: &[&str], scopes: &[&str], seen: Seen<'_>) -> Result<Vec<NodeName>, Text> {
    names
        .iter()
        .chain(scopes)
        .map(|name| node(name, seen))
        .collect()
}

fn logs(names: &[&str], scopes: &[&str], seen: Seen<'_>) -> Result<Vec<LogSource>, Text> {
    if names.is_empty() {
        let journal = |node| LogSource::Journal { node, unit: None };
        return Ok(nodes(&[], scopes, seen)?.into_iter().map(journal).collect());
    }
    let mut sources = Vec::new();
    for name in names {
        let found = containers(name, scopes, seen);
        if !found.is_empty() {
            sources.extend(found.into_iter().map(LogSource::Container));
        } else if seen.world.nodes.keys().any(|node| node.as_str() == *name) {
            sources.push(LogSource::Journal {
                node: node(name, seen)?,
                unit: None,
            });
        } else {
            container(name, scopes, seen)?;
        }
    }
    Ok(sources)
}

fn theme(names: &[&str], themes: &[String]) -> Result<String, Text> {
    let all = themes.join(", ");
    let [name] = names else {
        return Err(Text::line(format!("write theme NAME: one of {all}")));
    };
    let known = themes.iter().find(|theme| theme == name).cloned();
    known.ok_or_else(|| Text::line(format!("no theme is called {name}; there are {all}")))
}

fn shell(names: &[&str], scopes: &[&str], seen: Seen<'_>) -> Result<Intent, Text> {
    match names.first() {
        Some(name) if !containers(name, scopes, seen).is_empty() => Ok(Intent::ContainerShell {
            target: container(name, scopes, seen)?,
        }),
        Some(name) => Ok(Intent::NodeShell {
            node: node(name, seen)?,
        }),
        None => Ok(Intent::NodeShell {
            node: node(scopes.first().unwrap_or(&""), seen)?,
        }),
    }
}

/// `run @a @b uptime -p`: the nodes first, the rest is the command and passed whole.
fn run(words: &[&str], seen: Seen<'_>) -> Result<Intent, Text> {
    let split = words
        .iter()
        .position(|word| !word.starts_with('@'))
        .unwrap_or(words.len());
    let (scopes, command) = words.split_at(split);
    if scopes.is_empty() || command.is_empty() {
        return Err(
            "write run @NODE COMMAND, with @ before each node, such as run @edge-1 uptime".into(),
        );
    }
    let names: Vec<&str> = scopes
        .iter()
        .filter_map(|word| word.strip_prefix('@'))
        .collect();
    let command = command.iter().map(ToString::to_string).collect();
    Ok(Intent::Command {
        nodes: nodes(&names, &[], seen)?,
        command,
        one_by_one: false,
    })
}

fn restart_unit(names: &[&str], scopes: &[&str], seen: Seen<'_>) -> Result<Intent, Text> {
    let all: Vec<&str> = scopes.iter().chain(names).copied().collect();
    let [machine, unit] = all.as_slice() else {
        return Err(
            "write restart-unit NODE UNIT, such as restart-unit edge-1 nginx.service".into(),
        );
    };
    let unit = UnitName::new(unit).map_err(|error| Text::line(error.to_string()))?;
    Ok(Intent::RestartUnits {
        targets: vec![(node(machine, seen)?, unit)],
    })
}

fn object(names: &[&str], scopes: &[&str], seen: Seen<'_>) -> Result<About, Text> {
    let name = names
        .first()
        .or(scopes.first())
        .copied()
        .unwrap_or_default();
    if let Ok(node) = node(name, seen) {
        return Ok(About::Node(node));
    }
    if let Some(domain) = seen.world.sites.keys().find(|site| site.as_str() == name) {
        return Ok(About::Site(domain.clone()));
    }
    if let Some(service) = seen
        .world
        .services
        .keys()
        .find(|service| service.as_str() == name)
    {
        return Ok(About::Service(service.clone()));
    }
    container(name, scopes, seen).map(About::Container)
}
