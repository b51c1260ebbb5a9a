//! Services: a row for each that is declared or was found; its detail with history, certificate and replication.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `detail` (its pages, as lines).

mod detail;
mod list;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Action, Figure, Look, Outcome, Seen, Sign, View};
use vocab::{LogSource, ServiceName, Text};
use world::About;
use world::{Intent, TrackedContainer, TrackedService};

use super::listing::{Chosen, Drawn, ListPane, Order, Rows, Scopes};
use super::shared::{age, figure, heading, millis};

/// The pane.
pub type Services = ListPane<ServiceRows>;

/// What it lists.
#[derive(Default)]
pub struct ServiceRows;

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

impl Rows for ServiceRows {
    type Key = ServiceName;
    type Item = TrackedService;
    type Sums = ();

    const VIEW: View = View::Services;
    const SCOPES: Scopes = Scopes {
        list: &["pane.services", "list"],
        page: &["pane.services", "text"],
        detail: &["pane.service", "text"],
    };
    const COLUMNS: &'static [Column] = &list::COLUMNS;
    const ORDERS: &'static [Order] = &list::ORDERS;
    const TABS: &'static [&'static str] = &["summary"];
    const NOUN: &'static str = "service";

    fn sums(&self, _seen: Seen<'_>) {}

    fn items<'a>(&'a self, _sums: &(), seen: Seen<'a>) -> Vec<&'a TrackedService> {
        seen.world.services.values().collect()
    }

    fn item<'a>(&'a self, key: &ServiceName, seen: Seen<'a>) -> Option<&'a TrackedService> {
        seen.world.services.get(key)
    }

    fn key(service: &TrackedService) -> ServiceName {
        service.spec.name.clone()
    }

    fn about(key: &ServiceName) -> About {
        About::Service(key.clone())
    }

    fn key_of(about: &About) -> Option<ServiceName> {
        match about {
            About::Service(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn words(service: &TrackedService, _sums: &(), seen: Seen<'_>) -> String {
        list::words(service, seen)
    }

    fn sort(rows: &mut [&TrackedService], order: usize, _sums: &(), seen: Seen<'_>) {
        list::sort(rows, order, seen);
    }

    fn count(&self, seen: Seen<'_>) -> usize {
        seen.world.services.len()
    }

    fn nothing(&self, _seen: Seen<'_>) -> (String, String) {
        (
            "No service is known.".to_owned(),
            "Declare some in the fleet file, as [[services]] with a name and a probe; published ports of containers are found by themselves.".to_owned(),
        )
    }

    fn cells(&self, service: &TrackedService, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
        list::cells(service, drawn)
    }

    fn heading(
        &self,
        service: &TrackedService,
        seen: Seen<'_>,
        look: &Look<'_>,
    ) -> Vec<Ink<'static>> {
        let sign = Sign::of_service(service.state(seen.now));
        heading(look.styles, sign, service.spec.name.to_string())
    }

    fn detail(
        &self,
        service: &TrackedService,
        _tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        width: usize,
    ) -> Vec<Line<'static>> {
        detail::lines(service, seen, look, width)
    }

    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, seen: Seen<'_>) -> Outcome {
        let service = chosen.item;
        let name = &service.spec.name;
        let unknown = |what: &str| {
            Outcome::Say(Text::line(format!(
                "{what} of {name} is not known; the fleet file can say it"
            )))
        };
        match action {
            action if action.definition().risk.changes() => Outcome::Say(
                "a service is probed, not run: o c jumps to its container, where it can be changed"
                    .into(),
            ),
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

    fn why(&self, service: &TrackedService, seen: Seen<'_>) -> Vec<Figure> {
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
}
