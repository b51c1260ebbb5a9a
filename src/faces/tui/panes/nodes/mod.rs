//! Nodes: a row for each machine; its detail with graphs, processes, containers, GPUs and mesh; the fleet's mesh matrix.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `summary`, `tables`, `mesh` (pages of the detail, as lines).

mod list;
mod mesh;
mod summary;
mod tables;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::message;
use ui::{Action, Figure, Filter, Look, Outcome, Pane, Role, Seen, Sign, Title, View};
use vocab::{LogSource, NodeName, ObjectKind, Text, UnitName};
use world::query::attention::About;
use world::query::totals;
use world::{Intent, Interest, Node};

use super::browse::{self, Browse, Pages};
use super::shared::{age, figure, list_words};

const TABS: [&str; 5] = ["summary", "processes", "containers", "gpus", "mesh"];
const PAGES: Pages = Pages {
    list: 2,
    detail: TABS.len(),
    columns: list::SORTS,
};

/// The pane.
#[derive(Default)]
pub struct Nodes {
    browse: Browse<NodeName>,
}

impl Nodes {
    fn selected<'a>(&mut self, seen: Seen<'a>) -> Option<&'a Node> {
        let keys = list::keys(&self.browse.list, seen);
        let index = self.browse.list.settle(&keys)?;
        seen.world.nodes.get(&keys[index])
    }

    fn nodes(&mut self, seen: Seen<'_>) -> Vec<NodeName> {
        let keys = list::keys(&self.browse.list, seen);
        self.browse.list.settle(&keys);
        self.browse.list.targets(&keys)
    }

    fn draw_detail(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let Some(node) = self.selected(seen) else {
            return;
        };
        let Some(detail) = &mut self.browse.detail else {
            return;
        };
        let sign = Sign::of_node(node, seen.now);
        let name = vec![
            look.styles.ink(sign.role, format!("{} ", sign.glyph)),
            look.styles.bold(Role::Strong, node.name().to_string()),
            look.styles.ink(sign.role, format!(" {}", sign.word)),
        ];
        let names: Vec<String> = TABS.iter().map(ToString::to_string).collect();
        let area = browse::tabs(buffer, area, look, name, &names, detail.tab);
        let width = usize::from(area.width.saturating_sub(2));
        let lines = match detail.tab {
            0 => summary::lines(node, seen, look, width),
            1 => tables::processes(node, seen, look),
            2 => tables::containers(node, seen, look),
            3 => tables::gpus(node, seen, look),
            _ => mesh::peers(node, seen, look),
        };
        detail.page.draw(buffer, area, lines);
    }

    fn ask(&mut self, action: Action, seen: Seen<'_>) -> Outcome {
        let nodes = self.nodes(seen);
        if nodes.is_empty() {
            return Outcome::Ignored;
        }
        match action {
            Action::ChangeReboot => Outcome::Ask(Intent::Reboot { nodes }),
            Action::ChangePrune => {
                let kinds = vec![
                    ObjectKind::Container,
                    ObjectKind::DanglingImage,
                    ObjectKind::Network,
                ];
                Outcome::Ask(Intent::Prune { nodes, kinds })
            }
            Action::ChangeRestartUnit | Action::ChangeFix => {
                let targets = failed_units(seen, &nodes);
                if targets.is_empty() {
                    return Outcome::Say("no unit of the selected nodes has failed".into());
                }
                Outcome::Ask(Intent::RestartUnits { targets })
            }
            _ => Outcome::Say(Text::line(format!(
                "{} is for containers; x lists what can be done with a node",
                action.title()
            ))),
        }
    }
}

fn failed_units(seen: Seen<'_>, nodes: &[NodeName]) -> Vec<(NodeName, UnitName)> {
    let mut targets = Vec::new();
    for name in nodes {
        let condition = seen
            .world
            .nodes
            .get(name)
            .and_then(|node| node.condition.as_ref());
        let units = condition.and_then(|condition| condition.value.failed_units.as_ref());
        targets.extend(
            units
                .into_iter()
                .flatten()
                .filter_map(|unit| Some((name.clone(), UnitName::new(&unit.name).ok()?))),
        );
    }
    targets
}

impl Pane for Nodes {
    fn view(&self) -> View {
        View::Nodes
    }

    fn scopes(&self) -> &'static [&'static str] {
        if self.browse.detail.is_some() {
            &["pane.node", "text"]
        } else {
            &["pane.nodes", "list"]
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let totals = totals(seen.world, seen.now);
        let mut extra = list_words(look.styles, &self.browse.list);
        if look.whole && self.browse.detail.is_none() {
            let names = ["list", "mesh matrix"];
            for (index, name) in names.iter().enumerate() {
                let role = if index == self.browse.tab {
                    Role::TabActive
                } else {
                    Role::Tab
                };
                extra.push(look.styles.ink(role, format!("{name} ")));
            }
        }
        let note = format!("{} of {} up", totals.nodes_up, totals.nodes);
        Title {
            extra,
            note: Line::from(look.styles.ink(Role::Dim, note)),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        if seen.world.nodes.is_empty() {
            let then = "`wheelhouse init` writes a fleet file from your SSH configuration and Docker contexts.";
            message(buffer, area, look, "No node is watched.", then);
            return;
        }
        if self.browse.tab == 1 && look.whole && self.browse.detail.is_none() {
            let lines = mesh::matrix(seen, look);
            self.browse.page.draw(buffer, area, lines);
            return;
        }
        let (left, right) = self.browse.areas(area, look.whole);
        if let Some(area) = left {
            list::draw(&mut self.browse.list, seen, look, area, buffer);
        }
        if let Some(area) = right {
            browse::divide(buffer, left, area, look);
            self.draw_detail(seen, look, area, buffer);
        }
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = list::keys(&self.browse.list, seen);
        if self.browse.act(action, &keys, PAGES, whole) {
            return Outcome::Done;
        }
        if action.definition().risk.changes() {
            return self.ask(action, seen);
        }
        let Some(node) = self.selected(seen) else {
            return Outcome::Ignored;
        };
        let name = node.name().clone();
        match action {
            Action::ListOpen if whole => {
                self.browse.open();
                Outcome::Done
            }
            Action::ListOpen => Outcome::Jump(About::Node(name)),
            Action::ShellOpen => Outcome::Shell(Intent::NodeShell { node: name }),
            Action::LogsOpen | Action::JumpLogs => {
                let journal = |node| LogSource::Journal { node, unit: None };
                Outcome::Logs(self.nodes(seen).into_iter().map(journal).collect())
            }
            Action::JumpContainer => match seen.world.containers_of(&name).next() {
                Some(tracked) => Outcome::Jump(About::Container(tracked.key.clone())),
                None => Outcome::Say(Text::line(format!("{name} has no container"))),
            },
            Action::JumpService => match seen
                .world
                .services
                .values()
                .find(|service| service.spec.node.as_ref() == Some(&name))
            {
                Some(service) => Outcome::Jump(About::Service(service.spec.name.clone())),
                None => Outcome::Say(Text::line(format!("no service is known to run on {name}"))),
            },
            Action::CopyCell => Outcome::Copy(name.to_string()),
            Action::CopyCommand => Outcome::Copy(format!("wheelhouse ssh {name}")),
            _ => Outcome::Ignored,
        }
    }

    fn back(&mut self) -> bool {
        self.browse.back()
    }

    fn show(&mut self, about: &About) {
        self.select(about);
        self.browse.open();
    }

    fn select(&mut self, about: &About) {
        if let About::Node(name) = about {
            self.browse.list.choose(name.clone());
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        self.nodes(seen).into_iter().map(About::Node).collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        self.selected(seen)
            .map(|node| why(node, seen))
            .unwrap_or_default()
    }

    fn interest(&self, _seen: Seen<'_>, interest: &mut Interest) {
        if let (Some(detail), Some(name)) = (&self.browse.detail, self.browse.list.selected())
            && detail.tab == 1
        {
            interest.processes.insert(name.clone());
        }
    }

    fn click(&mut self, _column: u16, row: u16, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = list::keys(&self.browse.list, seen);
        let before = self.browse.list.selected().cloned();
        match row.checked_sub(1) {
            Some(row)
                if !self.browse.is_open(whole)
                    && self.browse.list.click(usize::from(row), &keys) =>
            {
                if before.as_ref() == self.browse.list.selected() {
                    self.act(Action::ListOpen, seen, whole)
                } else {
                    Outcome::Done
                }
            }
            _ => Outcome::Ignored,
        }
    }
}

fn why(node: &Node, seen: Seen<'_>) -> Vec<Figure> {
    let mut figures = vec![Figure::new(
        "link",
        Sign::of_node(node, seen.now).word,
        node.profile.reached_by.to_string(),
    )];
    if let world::Link::Down { since, text, .. } = &node.link {
        figures.push(Figure::new(
            "down for",
            age(seen.now, *since),
            text.to_string(),
        ));
    }
    if let Some(sample) = &node.sample {
        figures.push(figure("cpu", sample.value.cpu.total, sample, seen.now));
        let memory = sample.value.memory;
        figures.push(figure(
            "memory",
            memory.used().of(memory.total),
            sample,
            seen.now,
        ));
    }
    if let Some(condition) = &node.condition {
        figures.push(figure(
            "disks",
            format!("{} mounted", condition.value.disks.len()),
            condition,
            seen.now,
        ));
    }
    if let Some(gpus) = &node.gpus {
        figures.push(figure("gpus", gpus.value.len(), gpus, seen.now));
    }
    if let Some(mesh) = &node.mesh {
        figures.push(figure(
            "mesh",
            format!("{} peers", mesh.value.peers.len()),
            mesh,
            seen.now,
        ));
    }
    if let world::EngineState::Up { facts, .. } = &node.engine {
        figures.push(Figure::new(
            "docker",
            &facts.version,
            facts.reached_by.to_string(),
        ));
    }
    figures
}
