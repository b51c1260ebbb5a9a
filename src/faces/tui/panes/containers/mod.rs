//! Containers: a row for each of every node; its detail with statistics, environment, mounts, network, health, labels and
//! the whole inspection.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `summary`, `pages` (pages of the detail, as lines).

mod list;
mod pages;
mod summary;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Action, Figure, Look, Outcome, Role, Seen, Sign, View};
use vocab::{ContainerKey, LogSource, Text};
use world::About;
use world::{ContainerVerb, Intent, Interest, TrackedContainer};

use super::listing::{Chosen, Drawn, ListPane, Order, Rows, Scopes};
use super::shared::{age, figure, reachable};

/// The pane.
pub type Containers = ListPane<ContainerRows>;

/// What it lists.
#[derive(Default)]
pub struct ContainerRows;

impl Rows for ContainerRows {
    type Key = ContainerKey;
    type Item = TrackedContainer;
    type Sums = ();

    const VIEW: View = View::Containers;
    const SCOPES: Scopes = Scopes {
        list: &["pane.containers", "list"],
        page: &["pane.containers", "text"],
        detail: &["pane.container", "text"],
    };
    const COLUMNS: &'static [Column] = &list::COLUMNS;
    const ORDERS: &'static [Order] = &list::ORDERS;
    const TABS: &'static [&'static str] = &[
        "summary",
        "environment",
        "mounts",
        "network",
        "health",
        "labels",
        "inspect",
    ];
    const NOUN: &'static str = "container";

    fn sums(&self, _seen: Seen<'_>) {}

    fn items<'a>(&'a self, _sums: &(), seen: Seen<'a>) -> Vec<&'a TrackedContainer> {
        list::items(seen)
    }

    fn item<'a>(&'a self, key: &ContainerKey, seen: Seen<'a>) -> Option<&'a TrackedContainer> {
        seen.world.containers.get(key)
    }

    fn key(tracked: &TrackedContainer) -> ContainerKey {
        tracked.key.clone()
    }

    fn about(key: &ContainerKey) -> About {
        About::Container(key.clone())
    }

    fn key_of(about: &About) -> Option<ContainerKey> {
        match about {
            About::Container(key) => Some(key.clone()),
            _ => None,
        }
    }

    fn words(tracked: &TrackedContainer, _sums: &(), seen: Seen<'_>) -> String {
        list::words(tracked, seen)
    }

    fn sort(rows: &mut [&TrackedContainer], order: usize, _sums: &(), seen: Seen<'_>) {
        list::sort(rows, order, seen);
    }

    fn count(&self, seen: Seen<'_>) -> usize {
        seen.world.containers.len()
    }

    fn nothing(&self, seen: Seen<'_>) -> (String, String) {
        list::nothing(seen)
    }

    fn cells(&self, tracked: &TrackedContainer, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
        list::cells(tracked, drawn)
    }

    fn heading(
        &self,
        tracked: &TrackedContainer,
        seen: Seen<'_>,
        look: &Look<'_>,
    ) -> Vec<Ink<'static>> {
        let up = reachable(seen.world, &tracked.key.node);
        let sign = Sign::of_container(tracked, up, seen.now);
        vec![
            look.styles.ink(sign.role, format!("{} ", sign.glyph)),
            look.styles.bold(Role::Strong, tracked.label().to_string()),
            look.styles
                .ink(Role::Dim, format!(" on {}", tracked.key.node)),
        ]
    }

    fn detail(
        &self,
        tracked: &TrackedContainer,
        tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        width: usize,
    ) -> Vec<Line<'static>> {
        match tab {
            0 => summary::lines(tracked, seen, look, width),
            1 => pages::environment(tracked, look),
            2 => pages::mounts(tracked, look),
            3 => pages::network(tracked, look),
            4 => pages::health(tracked, seen, look, width),
            5 => pages::labels(tracked, look),
            _ => pages::inspect(tracked, look),
        }
    }

    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, seen: Seen<'_>) -> Outcome {
        let tracked = chosen.item;
        let key = &tracked.key;
        match action {
            action if action.definition().risk.changes() => {
                change(action, chosen.keys.clone(), seen)
            }
            Action::ShellOpen => Outcome::Shell(Intent::ContainerShell {
                target: key.clone(),
            }),
            Action::LogsOpen | Action::JumpLogs => {
                let keys = chosen.keys.iter().cloned();
                Outcome::Logs(keys.map(LogSource::Container).collect())
            }
            Action::JumpNode => Outcome::Jump(About::Node(key.node.clone())),
            Action::JumpService => to_service(tracked, seen),
            Action::CopyCell => Outcome::Copy(tracked.container.name.to_string()),
            Action::CopyCommand => Outcome::Copy(match (chosen.tab, &tracked.details) {
                (Some(tab), details) if tab + 1 == Self::TABS.len() => details
                    .as_ref()
                    .map(|details| details.inspect.to_string())
                    .unwrap_or_default(),
                _ => format!("docker inspect {}", tracked.container.name),
            }),
            _ => Outcome::Ignored,
        }
    }

    fn why(&self, tracked: &TrackedContainer, seen: Seen<'_>) -> Vec<Figure> {
        why(tracked, seen)
    }

    /// Only visible rows need figures.
    fn interest(
        &self,
        visible: &[ContainerKey],
        open: Option<(&ContainerKey, usize)>,
        interest: &mut Interest,
    ) {
        interest.containers.extend(visible.iter().cloned());
        if let Some((key, _)) = open {
            interest.details.insert(key.clone());
            interest.containers.insert(key.clone());
        }
    }
}

fn change(action: Action, mut targets: Vec<ContainerKey>, seen: Seen<'_>) -> Outcome {
    let is_up = |key: &ContainerKey| {
        seen.world
            .containers
            .get(key)
            .is_some_and(|tracked| tracked.container.state.is_up())
    };
    let verb = match action {
        Action::ChangeRestart | Action::ChangeFix => ContainerVerb::Restart,
        Action::ChangeStop => ContainerVerb::Stop,
        Action::ChangeStart => ContainerVerb::Start,
        Action::ChangePause => ContainerVerb::Pause,
        Action::ChangeUnpause => ContainerVerb::Unpause,
        // What runs is ended; only when nothing of the selection runs is it removed.
        Action::ChangeKill if targets.iter().any(is_up) => {
            targets.retain(is_up);
            ContainerVerb::Kill
        }
        Action::ChangeKill | Action::ChangeRemove => ContainerVerb::Remove,
        _ => return ContainerRows::is_for_others(action),
    };
    Outcome::Ask(Intent::Containers { verb, targets })
}

fn to_service(tracked: &TrackedContainer, seen: Seen<'_>) -> Outcome {
    let name = &tracked.container.name;
    let found = seen.world.services.values().find(|service| {
        let node = service.spec.node.as_ref();
        service.spec.container.as_ref() == Some(name)
            && node.is_none_or(|node| *node == tracked.key.node)
    });
    match found {
        Some(service) => Outcome::Jump(About::Service(service.spec.name.clone())),
        None => Outcome::Say(Text::line(format!("no service is known to run in {name}"))),
    }
}

fn why(tracked: &TrackedContainer, seen: Seen<'_>) -> Vec<Figure> {
    let sign = Sign::of_container(tracked, reachable(seen.world, &tracked.key.node), seen.now);
    let listed = format!(
        "Docker engine API of {}, {} ago",
        tracked.key.node,
        age(seen.now, tracked.seen)
    );
    let mut figures = vec![Figure::new("state", sign.word, listed)];
    figures.push(Figure::new(
        "for",
        age(seen.now, tracked.since),
        "since its state or health last changed",
    ));
    if let Some(deaths) = tracked.restart_loop(seen.now) {
        figures.push(Figure::new(
            "loop",
            deaths,
            "deaths within 10 m, from the engine's events",
        ));
    }
    if let Some(sample) = &tracked.sample {
        figures.push(figure("cpu", sample.value.cpu, sample, seen.now));
        figures.push(figure("memory", sample.value.memory, sample, seen.now));
    }
    if let Some(at) = tracked.out_of_memory_at {
        figures.push(Figure::new(
            "out of memory",
            format!("{} ago", age(seen.now, at)),
            "from the engine's events",
        ));
    }
    figures
}
