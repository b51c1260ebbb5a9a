//! Services: a row for each that is declared or was found; its detail with history, certificate and replication.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `detail` (its pages, as lines).

mod detail;
mod list;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::{Action, Figure, Filter, Look, Outcome, Pane, Role, Seen, Sign, Title, View};
use vocab::{LogSource, ServiceName, Text};
use world::query::attention::About;
use world::{Intent, TrackedContainer, TrackedService};

use super::browse::{self, Browse, Pages};
use super::shared::{age, count_note, figure, list_words, millis};

const TABS: [&str; 1] = ["summary"];
const PAGES: Pages = Pages {
    list: 1,
    detail: TABS.len(),
    columns: list::SORTS.len(),
};

/// The pane.
#[derive(Default)]
pub struct Services {
    browse: Browse<ServiceName>,
}

impl Services {
    fn selected<'a>(&mut self, seen: Seen<'a>) -> Option<&'a TrackedService> {
        let keys = list::keys(&self.browse.list, seen);
        let index = self.browse.list.settle(&keys)?;
        seen.world.services.get(&keys[index])
    }

    fn look_action(
        &mut self,
        action: Action,
        service: &TrackedService,
        seen: Seen<'_>,
        whole: bool,
    ) -> Outcome {
        let name = service.spec.name.clone();
        let unknown = |what: &str| {
            Outcome::Say(Text::line(format!(
                "{what} of {name} is not known; the fleet file can say it"
            )))
        };
        match action {
            Action::ListOpen if whole => {
                self.browse.open();
                Outcome::Done
            }
            Action::ListOpen => Outcome::Jump(About::Service(name)),
            Action::JumpNode => match &service.spec.node {
                Some(node) => Outcome::Jump(About::Node(node.clone())),
                None => unknown("the node"),
            },
            Action::JumpContainer => match container(service, seen) {
                Some(tracked) => Outcome::Jump(About::Container(tracked.key.clone())),
                None => unknown("the container"),
            },
            Action::LogsOpen | Action::JumpLogs => match container(service, seen) {
                Some(tracked) => Outcome::Logs(vec![LogSource::Container(tracked.key.clone())]),
                None => unknown("the container"),
            },
            Action::ShellOpen => match (container(service, seen), &service.spec.node) {
                (Some(tracked), _) => Outcome::Shell(Intent::ContainerShell {
                    target: tracked.key.clone(),
                }),
                (None, Some(node)) => Outcome::Shell(Intent::NodeShell { node: node.clone() }),
                (None, None) => unknown("the node"),
            },
            Action::CopyCell => Outcome::Copy(name.to_string()),
            Action::CopyCommand => Outcome::Copy(service.spec.probe.target()),
            _ => Outcome::Ignored,
        }
    }
}

/// The container a service runs in, when it was found in one.
fn container<'a>(service: &TrackedService, seen: Seen<'a>) -> Option<&'a TrackedContainer> {
    let name = service.spec.container.as_ref()?;
    seen.world.containers.values().find(|tracked| {
        tracked.container.name == *name
            && service
                .spec
                .node
                .as_ref()
                .is_none_or(|node| *node == tracked.key.node)
    })
}

impl Pane for Services {
    fn view(&self) -> View {
        View::Services
    }

    fn scopes(&self) -> &'static [&'static str] {
        if self.browse.detail.is_some() {
            &["pane.service", "text"]
        } else {
            &["pane.services", "list"]
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let mut extra = list_words(look.styles, &self.browse.list);
        let sort = list::SORTS[self.browse.list.sort.min(list::SORTS.len() - 1)].0;
        extra.push(look.styles.ink(Role::Dim, format!("by {sort}")));
        let all = seen.world.services.len();
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
        if let Some(area) = left {
            list::draw(&mut self.browse.list, seen, look, area, buffer);
        }
        let Some(area) = right else { return };
        browse::divide(buffer, left, area, look);
        let Some(service) = self.selected(seen) else {
            return;
        };
        let Some(shown) = &mut self.browse.detail else {
            return;
        };
        let sign = Sign::of_service(service.state(seen.now));
        let name = vec![
            look.styles.ink(sign.role, format!("{} ", sign.glyph)),
            look.styles
                .bold(Role::Strong, service.spec.name.to_string()),
            look.styles.ink(sign.role, format!(" {}", sign.word)),
        ];
        let area = browse::tabs(buffer, area, look, name, &[], 0);
        let lines = detail::lines(
            service,
            seen,
            look,
            usize::from(area.width.saturating_sub(2)),
        );
        shown.page.draw(buffer, area, lines);
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = list::keys(&self.browse.list, seen);
        if self.browse.act(action, &keys, PAGES, whole) {
            return Outcome::Done;
        }
        let Some(service) = self.selected(seen) else {
            return Outcome::Ignored;
        };
        if action.definition().risk.changes() {
            let text =
                "a service is probed, not run: o c jumps to its container, where it can be changed";
            return Outcome::Say(text.into());
        }
        self.look_action(action, service, seen, whole)
    }

    fn back(&mut self) -> bool {
        self.browse.back()
    }

    fn show(&mut self, about: &About) {
        self.select(about);
        self.browse.open();
    }

    fn select(&mut self, about: &About) {
        if let About::Service(name) = about {
            self.browse.list.choose(name.clone());
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        let keys = list::keys(&self.browse.list, seen);
        self.browse.list.settle(&keys);
        self.browse
            .list
            .targets(&keys)
            .into_iter()
            .map(About::Service)
            .collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        let Some(service) = self.selected(seen) else {
            return Vec::new();
        };
        let spec = &service.spec;
        let rule = format!(
            "{} of the last {} probes failing make it down; slower than {} is degraded",
            spec.failures, spec.window, spec.slow
        );
        let mut figures = vec![Figure::new("state", service.state(seen.now).word(), rule)];
        figures.push(Figure::new(
            "for",
            age(seen.now, service.since),
            "since the judgement last changed",
        ));
        if let Some(last) = &service.last {
            figures.push(figure("answer", millis(last.value.millis), last, seen.now));
        }
        figures.push(Figure::new("probe", spec.probe.word(), spec.probe.target()));
        figures
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
