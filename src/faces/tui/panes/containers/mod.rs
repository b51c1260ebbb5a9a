//! Containers: a row for each of every node; its detail with statistics, environment, mounts, network, health, labels and
//! the whole inspection.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `summary`, `pages` (pages of the detail, as lines).

mod list;
mod pages;
mod summary;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::{Action, Figure, Filter, Look, Outcome, Pane, Role, Seen, Sign, Title, View};
use vocab::{ContainerKey, LogSource, Text};
use world::query::attention::About;
use world::{ContainerVerb, Intent, Interest, TrackedContainer};

use super::browse::{self, Browse, Pages};
use super::shared::{age, count_note, figure, list_words, reachable};

const TABS: [&str; 7] = [
    "summary",
    "environment",
    "mounts",
    "network",
    "health",
    "labels",
    "inspect",
];
const PAGES: Pages = Pages {
    list: 1,
    detail: TABS.len(),
    columns: list::SORTS.len(),
};

/// The pane.
#[derive(Default)]
pub struct Containers {
    browse: Browse<ContainerKey>,
    /// What was last drawn, for the interest: only visible rows need figures.
    visible: Vec<ContainerKey>,
}

impl Containers {
    fn selected<'a>(&mut self, seen: Seen<'a>) -> Option<&'a TrackedContainer> {
        let keys = list::keys(&self.browse.list, seen);
        let index = self.browse.list.settle(&keys)?;
        seen.world.containers.get(&keys[index])
    }

    fn chosen(&mut self, seen: Seen<'_>) -> Vec<ContainerKey> {
        let keys = list::keys(&self.browse.list, seen);
        self.browse.list.settle(&keys);
        self.browse.list.targets(&keys)
    }

    fn draw_detail(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let Some(tracked) = self.selected(seen) else {
            return;
        };
        let Some(detail) = &mut self.browse.detail else {
            return;
        };
        let sign = Sign::of_container(tracked, reachable(seen.world, &tracked.key.node), seen.now);
        let name = vec![
            look.styles.ink(sign.role, format!("{} ", sign.glyph)),
            look.styles.bold(Role::Strong, tracked.label().to_string()),
            look.styles
                .ink(Role::Dim, format!(" on {}", tracked.key.node)),
        ];
        let names: Vec<String> = TABS.iter().map(ToString::to_string).collect();
        let area = browse::tabs(buffer, area, look, name, &names, detail.tab);
        let width = usize::from(area.width.saturating_sub(2));
        let lines = match detail.tab {
            0 => summary::lines(tracked, seen, look, width),
            1 => pages::environment(tracked, look),
            2 => pages::mounts(tracked, look),
            3 => pages::network(tracked, look),
            4 => pages::health(tracked, seen, look, width),
            5 => pages::labels(tracked, look),
            _ => pages::inspect(tracked, look),
        };
        detail.page.draw(buffer, area, lines);
    }

    fn change(&mut self, action: Action, seen: Seen<'_>) -> Outcome {
        let mut targets = self.chosen(seen);
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
            _ => {
                return Outcome::Say(Text::line(format!(
                    "{} is for nodes; x lists what can be done with a container",
                    action.title()
                )));
            }
        };
        if targets.is_empty() {
            Outcome::Ignored
        } else {
            Outcome::Ask(Intent::Containers { verb, targets })
        }
    }

    fn look_action(
        &mut self,
        action: Action,
        tracked: &TrackedContainer,
        seen: Seen<'_>,
        whole: bool,
    ) -> Outcome {
        let key = tracked.key.clone();
        match action {
            Action::ListOpen if whole => {
                self.browse.open();
                Outcome::Done
            }
            Action::ListOpen => Outcome::Jump(About::Container(key)),
            Action::ShellOpen => Outcome::Shell(Intent::ContainerShell { target: key }),
            Action::LogsOpen | Action::JumpLogs => Outcome::Logs(
                self.chosen(seen)
                    .into_iter()
                    .map(LogSource::Container)
                    .collect(),
            ),
            Action::JumpNode => Outcome::Jump(About::Node(key.node)),
            Action::JumpService => {
                let name = &tracked.container.name;
                let found = seen.world.services.values().find(|service| {
                    service.spec.container.as_ref() == Some(name)
                        && service
                            .spec
                            .node
                            .as_ref()
                            .is_none_or(|node| *node == key.node)
                });
                match found {
                    Some(service) => Outcome::Jump(About::Service(service.spec.name.clone())),
                    None => {
                        Outcome::Say(Text::line(format!("no service is known to run in {name}")))
                    }
                }
            }
            Action::CopyCell => Outcome::Copy(tracked.container.name.to_string()),
            Action::CopyCommand => Outcome::Copy(match &self.browse.detail {
                Some(detail) if detail.tab + 1 == TABS.len() => tracked
                    .details
                    .as_ref()
                    .map(|d| d.inspect.to_string())
                    .unwrap_or_default(),
                _ => format!("docker inspect {}", tracked.container.name),
            }),
            _ => Outcome::Ignored,
        }
    }
}

impl Pane for Containers {
    fn view(&self) -> View {
        View::Containers
    }

    fn scopes(&self) -> &'static [&'static str] {
        if self.browse.detail.is_some() {
            &["pane.container", "text"]
        } else {
            &["pane.containers", "list"]
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let mut extra = list_words(look.styles, &self.browse.list);
        let sort = list::SORTS[self.browse.list.sort.min(list::SORTS.len() - 1)].0;
        if self.browse.list.sort > 0 || self.browse.list.reverse {
            let turned = if self.browse.list.reverse {
                ", reversed"
            } else {
                ""
            };
            extra.push(look.styles.ink(Role::Dim, format!("by {sort}{turned}")));
        }
        let all = seen.world.containers.len();
        let shown = if self.browse.list.filter.is_empty() {
            all
        } else {
            list::keys(&self.browse.list, seen).len()
        };
        Title {
            extra,
            note: count_note(look.styles, shown, all),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let (left, right) = self.browse.areas(area, look.whole);
        self.visible.clear();
        if let Some(area) = left {
            self.visible = list::draw(&mut self.browse.list, seen, look, area, buffer);
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
            return self.change(action, seen);
        }
        match self.selected(seen) {
            Some(tracked) => self.look_action(action, tracked, seen, whole),
            None => Outcome::Ignored,
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
        if let About::Container(key) = about {
            self.browse.list.choose(key.clone());
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        self.chosen(seen)
            .into_iter()
            .map(About::Container)
            .collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        self.selected(seen)
            .map(|tracked| why(tracked, seen))
            .unwrap_or_default()
    }

    fn interest(&self, _seen: Seen<'_>, interest: &mut Interest) {
        interest.containers.extend(self.visible.iter().cloned());
        if let (Some(_), Some(key)) = (&self.browse.detail, self.browse.list.selected()) {
            interest.details.insert(key.clone());
            interest.containers.insert(key.clone());
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
