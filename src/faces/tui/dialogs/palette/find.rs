//! What the palette finds: views, objects and actions, by a fuzzy search with an optional `@node`.

use ui::filter::Fuzzy;
use ui::registry::{ALL, Definition};
use ui::{Action, Risk, Scope, Seen, View};
use world::query::attention::About;

use super::parse::Command;

/// Something that can be gone to or done.
pub enum Entry {
    /// A view.
    View(View),
    /// An action.
    Action(&'static Definition),
    /// An object with its name and where it is.
    Object(About, String, String),
}

impl Entry {
    /// What is shown first.
    pub fn name(&self) -> &str {
        match self {
            Self::View(view) => view.word(),
            Self::Action(definition) => definition.title,
            Self::Object(_, name, _) => name,
        }
    }

    /// What it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::View(_) => "view",
            Self::Action(definition) => match definition.risk {
                Risk::Look => "action",
                _ => "change",
            },
            Self::Object(about, ..) => match about {
                About::Node(_) => "node",
                About::Container(_) => "container",
                About::Service(_) => "service",
                About::Run(_) => "run",
                About::Console(_) => "console",
            },
        }
    }

    /// What is said of it.
    pub fn note(&self) -> &str {
        match self {
            Self::View(_) => "",
            Self::Action(definition) => definition.doc,
            Self::Object(_, _, place) => place,
        }
    }

    /// What would be typed for it.
    pub fn typed(&self) -> String {
        match self {
            Self::View(view) => view.word().to_owned(),
            Self::Action(definition) => definition.name.to_owned(),
            Self::Object(_, name, _) => name.clone(),
        }
    }

    /// What it does.
    pub fn command(&self) -> Command {
        match self {
            Self::View(view) => Command::View(*view, None),
            Self::Action(definition) => Command::Action(definition.action),
            Self::Object(about, ..) => Command::Jump(about.clone()),
        }
    }

    /// The action, when it is one.
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::Action(definition) => Some(definition.action),
            Self::View(_) | Self::Object(..) => None,
        }
    }
}

/// What fits the text, best first, at most so many.
pub fn find(text: &str, seen: Seen<'_>, most: usize) -> Vec<Entry> {
    let node = text
        .split_whitespace()
        .find_map(|word| word.strip_prefix('@'));
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with('@'))
        .collect();
    let mut fuzzy = Fuzzy::new(&words.join(" "));
    let mut found: Vec<(u32, Entry)> = Vec::new();
    for entry in entries(seen, node) {
        let name = match &entry {
            Entry::Action(definition) => format!("{} {}", definition.title, definition.name),
            entry => entry.name().to_owned(),
        };
        if let Some(score) = fuzzy.score(&name) {
            // Of equal matches the shorter name is nearer to what was typed.
            found.push(((score << 8).saturating_sub(name.len() as u32), entry));
        }
    }
    if !words.is_empty() {
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    found
        .into_iter()
        .take(most)
        .map(|(_, entry)| entry)
        .collect()
}

fn entries(seen: Seen<'_>, node: Option<&str>) -> Vec<Entry> {
    let world = seen.world;
    let on = |name: &str| node.is_none_or(|wanted| name.starts_with(wanted));
    let mut entries = Vec::new();
    if node.is_none() {
        entries.extend(View::ALL.into_iter().map(Entry::View));
        let actions = ALL.iter().filter(|definition| {
            matches!(definition.scope, Scope::Global | Scope::List | Scope::Logs)
        });
        entries.extend(actions.map(Entry::Action));
    }
    for node in world.nodes.values().filter(|node| on(node.name().as_str())) {
        entries.push(Entry::Object(
            About::Node(node.name().clone()),
            node.name().to_string(),
            node.profile.reached_by.to_string(),
        ));
    }
    for tracked in world
        .containers
        .values()
        .filter(|tracked| on(tracked.key.node.as_str()))
    {
        let place = format!("on {}", tracked.key.node);
        entries.push(Entry::Object(
            About::Container(tracked.key.clone()),
            tracked.label().to_string(),
            place,
        ));
    }
    for service in world.services.values() {
        if service
            .spec
            .node
            .as_ref()
            .map_or(node.is_none(), |name| on(name.as_str()))
        {
            let target = service.spec.probe.target();
            entries.push(Entry::Object(
                About::Service(service.spec.name.clone()),
                service.spec.name.to_string(),
                target,
            ));
        }
    }
    entries
}
