//! Nodes: a row for each machine; its detail with graphs, processes, containers, GPUs and mesh; the fleet's mesh matrix.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `summary`, `tables`, `mesh` (pages of the detail, as lines).

mod list;
mod mesh;
mod summary;
mod tables;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Action, Figure, Filter, Look, Outcome, Role, Seen, Sign, View};
use vocab::{LogSource, NodeName, ObjectKind, Text, UnitName};
use world::About;
use world::query::totals;
use world::{Intent, Interest, Node};

use super::listing::{Chosen, Drawn, ListPane, Order, Rows, Scopes};
use super::shared::{age, figure, heading};

/// The pane.
pub type Nodes = ListPane<NodeRows>;

/// What it lists.
#[derive(Default)]
pub struct NodeRows;

impl Rows for NodeRows {
    type Key = NodeName;
    type Item = Node;
    type Sums = ();

    const VIEW: View = View::Nodes;
    const SCOPES: Scopes = Scopes {
        list: &["pane.nodes", "list"],
        page: &["pane.nodes", "text"],
        detail: &["pane.node", "text"],
    };
    const COLUMNS: &'static [Column] = &list::COLUMNS;
    const ORDERS: &'static [Order] = &list::ORDERS;
    const TABS: &'static [&'static str] = &["summary", "processes", "containers", "gpus", "mesh"];
    const PAGES: &'static [&'static str] = &["list", "mesh matrix"];
    const NOUN: &'static str = "node";

    fn sums(&self, _seen: Seen<'_>) {}

    fn items<'a>(&'a self, _sums: &(), seen: Seen<'a>) -> Vec<&'a Node> {
        seen.world.nodes.values().collect()
    }

    fn item<'a>(&'a self, key: &NodeName, seen: Seen<'a>) -> Option<&'a Node> {
        seen.world.nodes.get(key)
    }

    fn key(node: &Node) -> NodeName {
        node.name().clone()
    }

    fn about(key: &NodeName) -> About {
        About::Node(key.clone())
    }

    fn key_of(about: &About) -> Option<NodeName> {
        match about {
            About::Node(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn words(node: &Node, _sums: &(), seen: Seen<'_>) -> String {
        list::words(node, seen)
    }

    fn sort(rows: &mut [&Node], order: usize, _sums: &(), seen: Seen<'_>) {
        list::sort(rows, order, seen);
    }

    fn count(&self, seen: Seen<'_>) -> usize {
        seen.world.nodes.len()
    }

    fn note(&self, _shown: usize, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
        let totals = totals(seen.world, seen.now);
        let words = format!("{} of {} up", totals.nodes_up, totals.nodes);
        Line::from(look.styles.ink(Role::Dim, words))
    }

    fn nothing(&self, _seen: Seen<'_>) -> (String, String) {
        (
            "No node is watched.".to_owned(),
            "`wheelhouse init` writes a fleet file from your SSH configuration and Docker contexts.".to_owned(),
        )
    }

    fn cells(&self, node: &Node, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
        list::cells(node, drawn)
    }

    fn heading(&self, node: &Node, seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
        let sign = Sign::of_node(node, seen.now);
        heading(look.styles, sign, node.name().to_string())
    }

    fn detail(
        &self,
        node: &Node,
        tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        width: usize,
    ) -> Vec<Line<'static>> {
        match tab {
            0 => summary::lines(node, seen, look, width),
            1 => tables::processes(node, seen, look),
            2 => tables::containers(node, seen, look),
            3 => tables::gpus(node, seen, look),
            _ => mesh::peers(node, seen, look),
        }
    }

    fn page(
        &self,
        _tab: usize,
        _filter: &Filter,
        seen: Seen<'_>,
        look: &Look<'_>,
    ) -> Vec<Line<'static>> {
        mesh::matrix(seen, look)
    }

    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, seen: Seen<'_>) -> Outcome {
        let name = chosen.item.name().clone();
        match action {
            action if action.definition().risk.changes() => {
                change(action, chosen.keys.clone(), seen)
            }
            Action::ShellOpen => Outcome::Shell(Intent::NodeShell { node: name }),
            Action::LogsOpen | Action::JumpLogs => {
                let journal = |node| LogSource::Journal { node, unit: None };
                Outcome::Logs(chosen.keys.iter().cloned().map(journal).collect())
            }
            Action::JumpContainer => match seen.world.containers_of(&name).next() {
                Some(tracked) => Outcome::Jump(About::Container(tracked.key.clone())),
                None => Outcome::Say(Text::line(format!("{name} has no container"))),
            },
            Action::JumpService => {
                let mut services = seen.world.services.values();
                match services.find(|service| service.spec.node.as_ref() == Some(&name)) {
                    Some(service) => Outcome::Jump(About::Service(service.spec.name.clone())),
                    None => {
                        Outcome::Say(Text::line(format!("no service is known to run on {name}")))
                    }
                }
            }
            Action::CopyCell => Outcome::Copy(name.to_string()),
            Action::CopyCommand => Outcome::Copy(format!("wheelhouse ssh {name}")),
            _ => Outcome::Ignored,
        }
    }

    fn why(&self, node: &Node, seen: Seen<'_>) -> Vec<Figure> {
        why(node, seen)
    }

    fn interest(
        &self,
        _visible: &[NodeName],
        open: Option<(&NodeName, usize)>,
        interest: &mut Interest,
    ) {
        if let Some((name, 1)) = open {
            interest.processes.insert(name.clone());
        }
    }
}

fn change(action: Action, nodes: Vec<NodeName>, seen: Seen<'_>) -> Outcome {
    match action {
        Action::ChangeReconnect => Outcome::Ask(Intent::Reconnect { nodes }),
        Action::ChangeReboot => Outcome::Ask(Intent::Reboot { nodes }),
        Action::ChangePruneLogs => Outcome::Ask(Intent::PruneLogs { nodes }),
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
        _ => NodeRows::is_for_others(action),
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
