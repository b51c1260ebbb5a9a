//! Which logs are read, what they are called, and the list to choose them from.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::widgets::{fit, put};
use ui::{Action, Look, Role, Seen};
use vocab::{ContainerKey, HostedLog, LogRequest, LogSource};
use world::About;
use world::query::items;
use world::{EngineState, Node};

/// Lines of each log that are read first.
const TAIL: u32 = 2_000;

/// The most logs that are read before anybody has chosen.
const FIRST: usize = 8;

/// The logs that are read.
#[derive(Default)]
pub struct Sources {
    wanted: Vec<LogSource>,
    /// Whether somebody has said what to read.
    chosen: bool,
    changed: bool,
}

impl Sources {
    /// Reads these from now on; whether they are others than before.
    pub fn read(&mut self, sources: Vec<LogSource>) -> bool {
        self.chosen = true;
        let other = self.wanted != sources;
        if other {
            self.wanted = sources;
            self.changed = true;
        }
        other
    }

    /// What is read.
    pub fn wanted(&self) -> &[LogSource] {
        &self.wanted
    }

    /// Until somebody chooses: a few of the running containers, those that ail first; the journals of the nodes when it
    /// is known that there are no containers.
    pub fn begin(&mut self, seen: Seen<'_>) {
        let journals_only = self
            .wanted
            .iter()
            .all(|source| matches!(source, LogSource::Journal { .. }));
        if self.chosen || !journals_only {
            return;
        }
        let first = first_choice(seen);
        if !first.is_empty() && first != self.wanted {
            self.wanted = first;
            self.changed = true;
        }
    }

    /// What to ask for, once after each change.
    pub fn requests(&mut self) -> Option<Vec<LogRequest>> {
        let request = |source: &LogSource| LogRequest {
            source: source.clone(),
            tail: Some(TAIL),
            since: None,
            until: None,
            follow: true,
        };
        std::mem::take(&mut self.changed).then(|| self.wanted.iter().map(request).collect())
    }
}

/// What is read before anybody has chosen; nothing while it is not known yet which containers there are.
fn first_choice(seen: Seen<'_>) -> Vec<LogSource> {
    let world = seen.world;
    let reachable = |key: &&ContainerKey| {
        let node = world.nodes.get(&key.node);
        node.is_some_and(|node| node.link.is_up())
    };
    let ailing: Vec<ContainerKey> = items(world, seen.now)
        .iter()
        .filter_map(|item| match &item.about {
            About::Container(key) => Some(key.clone()),
            _ => None,
        })
        .collect();
    let running = world
        .containers
        .values()
        .filter(|tracked| tracked.container.state.is_up())
        .map(|tracked| &tracked.key);
    let rest = running.filter(|key| !ailing.contains(key));
    let containers: Vec<LogSource> = ailing
        .iter()
        .chain(rest)
        .filter(reachable)
        .take(FIRST)
        .map(|key| LogSource::Container(key.clone()))
        .collect();
    let open = |node: &Node| {
        let asked = node.listed.is_some() || matches!(node.engine, EngineState::Down { .. });
        node.link.is_up() && !asked
    };
    if !containers.is_empty() || world.nodes.values().any(open) {
        return containers;
    }
    let up = world.nodes.values().filter(|node| node.link.is_up());
    up.take(FIRST)
        .map(|node| LogSource::Journal {
            node: node.name().clone(),
            unit: None,
        })
        .collect()
}

/// What a source is called: a container by its label, a journal by its unit, a file by its name; with its node before
/// it where there are several and the name does not say.
pub fn label(source: &LogSource, seen: Seen<'_>) -> String {
    let on = |name: String| {
        if seen.world.nodes.len() > 1 {
            format!("{}:{name}", source.node())
        } else {
            name
        }
    };
    match source {
        LogSource::Container(key) => seen.world.containers.get(key).map_or_else(
            || key.id.short().to_owned(),
            |tracked| tracked.label().to_string(),
        ),
        LogSource::Journal {
            unit: Some(unit), ..
        } => on(unit.as_str().trim_end_matches(".service").to_owned()),
        LogSource::Journal { unit: None, .. } => on("journal".to_owned()),
        LogSource::File { path, .. } => on(path.rsplit('/').next().unwrap_or(path).to_owned()),
        LogSource::Hosted { server, log, .. } => match log {
            HostedLog::Journal => format!("{server}:journal"),
            HostedLog::Web(site) => format!("the web server of {site}"),
            HostedLog::Container { site, .. } => format!("the container of {site}"),
        },
    }
}

/// The list to choose from: every container and every node's journal, and what is read already.
pub struct Picker {
    rows: Vec<LogSource>,
    picked: BTreeSet<LogSource>,
    selected: usize,
    top: usize,
}

impl Picker {
    /// Opens it.
    pub fn new(sources: &Sources, seen: Seen<'_>) -> Self {
        let containers = seen
            .world
            .containers
            .keys()
            .cloned()
            .map(LogSource::Container);
        let journals = seen.world.nodes.keys().map(|node| LogSource::Journal {
            node: node.clone(),
            unit: None,
        });
        let mut rows: Vec<LogSource> = containers.chain(journals).collect();
        rows.extend(
            sources
                .wanted
                .iter()
                .filter(|source| !rows.contains(source))
                .cloned()
                .collect::<Vec<_>>(),
        );
        rows.sort_by_cached_key(|source| {
            (
                matches!(source, LogSource::Journal { .. }),
                label(source, seen),
            )
        });
        Self {
            rows,
            picked: sources.wanted.iter().cloned().collect(),
            selected: 0,
            top: 0,
        }
    }

    /// Moves, or marks the selected row; whether the action was its own.
    pub fn act(&mut self, action: Action, page: usize) -> bool {
        let last = self.rows.len().saturating_sub(1);
        self.selected = match action {
            Action::ListDown => self.selected + 1,
            Action::ListUp => self.selected.saturating_sub(1),
            Action::ListPageDown if page > 0 => self.selected + page,
            Action::ListPageUp => self.selected.saturating_sub(page),
            Action::ListTop => 0,
            Action::ListBottom => last,
            Action::ListMark => {
                self.toggle();
                self.selected + 1
            }
            _ => return false,
        }
        .min(last);
        true
    }

    fn toggle(&mut self) {
        if let Some(source) = self.rows.get(self.selected)
            && !self.picked.remove(source)
        {
            self.picked.insert(source.clone());
        }
    }

    /// What is to be read: the marked rows, or the selected one when none is marked.
    pub fn choice(mut self) -> Vec<LogSource> {
        if self.picked.is_empty() {
            self.toggle();
        }
        self.rows
            .into_iter()
            .filter(|source| self.picked.contains(source))
            .collect()
    }

    /// Draws it.
    pub fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let hint = "space marks, enter reads what is marked, esc leaves it as it was";
        put(
            buffer,
            area.x + 1,
            area.y,
            area.width.saturating_sub(2),
            look.styles.ink(Role::Dim, hint),
        );
        let height = usize::from(area.height.saturating_sub(1));
        self.top = self
            .top
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(height));
        for (row, (index, source)) in self
            .rows
            .iter()
            .enumerate()
            .skip(self.top)
            .take(height)
            .enumerate()
        {
            let y = area.y + 1 + row as u16;
            let selected = index == self.selected;
            if selected {
                buffer.set_style(
                    Rect {
                        y,
                        height: 1,
                        ..area
                    },
                    look.styles.of(Role::Selection),
                );
            }
            let sign = if self.picked.contains(source) {
                look.styles.ink(Role::Mark, "● ")
            } else {
                look.styles.ink(Role::Dim, "○ ")
            };
            let x = put(buffer, area.x + 1, y, area.width.saturating_sub(2), sign);
            let role = if selected {
                Role::SelectionText
            } else {
                Role::Text
            };
            let width = (area.x + area.width).saturating_sub(x + 1);
            let name = fit(&label(source, seen), usize::from(width).min(32));
            let x = put(
                buffer,
                x,
                y,
                width,
                look.styles.ink(role, format!("{name:<33}")),
            );
            put(
                buffer,
                x,
                y,
                (area.x + area.width).saturating_sub(x + 1),
                look.styles.ink(Role::Dim, source.node().to_string()),
            );
        }
    }
}
