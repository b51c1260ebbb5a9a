//! What the palette finds: views, objects, actions and themes, by a fuzzy search with an optional `@node`.

use ui::filter::Fuzzy;
use ui::registry::{ALL, Definition};
use ui::{Action, Risk, Scope, Seen, View};
use world::About;

use super::parse::Command;

/// Something that can be gone to or done.
pub enum Entry {
    /// A view.
    View(View),
    /// An action.
    Action(&'static Definition),
    /// A theme, by what is typed for it: `theme day`.
    Theme(String, String),
    /// An object with its name and where it is.
    Object(About, String, String),
}

impl Entry {
    /// What is shown first.
    pub fn name(&self) -> &str {
        match self {
            Self::View(view) => view.word(),
            Self::Action(definition) => definition.title,
            Self::Theme(typed, _) => typed,
            Self::Object(_, name, _) => name,
        }
    }

    /// What it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::View(_) => "view",
            Self::Theme(..) => "theme",
            Self::Action(definition) => match definition.risk {
                Risk::Look => "action",
                _ => "change",
            },
            Self::Object(about, ..) => match about {
                About::Node(_) => "node",
                About::Container(_) => "container",
                About::Service(_) => "service",
                About::Run(_) => "run",
                About::Site(_) => "site",
                About::Provider(_) => "provider",
                About::Schedule(_) => "schedule",
                About::Console(_) => "console",
                About::Server(_) => "server",
                About::Region(_) => "region",
                About::Elsewhere(_) => "note",
            },
        }
    }

    /// What is said of it.
    pub fn note(&self) -> &str {
        match self {
            Self::View(_) => "",
            Self::Theme(..) => "Draws the console in these colours.",
            Self::Action(definition) => definition.doc,
            Self::Object(_, _, place) => place,
        }
    }

    /// What would be typed for it.
    pub fn typed(&self) -> String {
        match self {
            Self::View(view) => view.word().to_owned(),
            Self::Action(definition) => definition.name.to_owned(),
            Self::Theme(typed, _) => typed.clone(),
            Self::Object(_, name, _) => name.clone(),
        }
    }

    /// What it does.
    pub fn command(&self) -> Command {
        match self {
            Self::View(view) => Command::View(*view, None),
            Self::Action(definition) => Command::Action(definition.action),
            Self::Theme(_, name) => Command::Theme(name.clone()),
            Self::Object(about, ..) => Command::Jump(about.clone()),
        }
    }

    /// The action, when it is one.
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::Action(definition) => Some(definition.action),
            Self::View(_) | Self::Theme(..) | Self::Object(..) => None,
        }
    }
}

/// What fits the text, best first, at most so many.
pub fn find(text: &str, seen: Seen<'_>, themes: &[String], most: usize) -> Vec<Entry> {
    let node = text
        .split_whitespace()
        .find_map(|word| word.strip_prefix('@'));
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with('@'))
        .collect();
    let mut fuzzy = Fuzzy::new(&words.join(" "));
    let mut found: Vec<(u32, Entry)> = Vec::new();
    for entry in entries(seen, themes, node) {
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

fn entries(seen: Seen<'_>, themes: &[String], node: Option<&str>) -> Vec<Entry> {
    let world = seen.world;
    let on = |name: &str| node.is_none_or(|wanted| name.starts_with(wanted));
    let mut entries = Vec::new();
    if node.is_none() {
        entries.extend(View::ALL.into_iter().map(Entry::View));
        let actions = ALL.iter().filter(|definition| {
            matches!(definition.scope, Scope::Global | Scope::List | Scope::Logs)
        });
        entries.extend(actions.map(Entry::Action));
        let theme = |name: &String| Entry::Theme(format!("theme {name}"), name.clone());
        entries.extend(themes.iter().map(theme));
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
    if node.is_none() {
        entries.extend(world.schedules.iter().map(|schedule| {
            Entry::Object(
                About::Schedule(schedule.name.clone()),
                schedule.name.to_string(),
                schedule.what.to_string(),
            )
        }));
        entries.extend(world.sites.values().map(|site| {
            Entry::Object(
                About::Site(site.domain.clone()),
                site.domain.to_string(),
                format!("for {} in {}", site.affiliate, site.region),
            )
        }));
    }
    entries
}
