//! Runs: what is being done and was done, by whom, each step, its output, how it ended; and the audit log.
//!
//! Flow: `list` (rows, audit lines) → this pane (actions) → `detail` (its pages, as lines).

mod detail;
mod list;

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::{Action, Figure, Filter, List, Look, Outcome, Pane, Role, Seen, Sign, Title, View};
use vocab::RunId;
use world::query::attention::About;
use world::{Intent, Run};

use super::browse::{self, Browse, Pages};
use super::shared::{age, count_note, list_words};

const TABS: [&str; 3] = ["steps", "output", "plan"];
const PAGES: Pages = Pages {
    list: 2,
    detail: TABS.len(),
    columns: 1,
};

/// A run in the order of the list: the newest first.
type Key = Reverse<RunId>;

/// The pane.
#[derive(Default)]
pub struct Runs {
    browse: Browse<Key>,
}

fn keys(list: &List<Key>, seen: Seen<'_>) -> Vec<Key> {
    let mut test = list.filter.test();
    let shows = |run: &&Run| {
        let objects: Vec<&str> = run
            .plan
            .objects
            .iter()
            .map(|object| object.name.as_str())
            .collect();
        test.passes(&format!(
            "{} {} {} {}",
            run.plan.title,
            run.plan.by.user,
            run.state.word(),
            objects.join(" ")
        ))
    };
    let mut keys: Vec<Key> = seen
        .world
        .runs
        .values()
        .rev()
        .filter(shows)
        .map(|run| Reverse(run.id()))
        .collect();
    if list.reverse {
        keys.reverse();
    }
    keys
}

impl Runs {
    fn selected<'a>(&mut self, seen: Seen<'a>) -> Option<&'a Run> {
        let keys = keys(&self.browse.list, seen);
        let index = self.browse.list.settle(&keys)?;
        seen.world.runs.get(&keys[index].0)
    }

    fn draw_detail(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        let Some(run) = self.selected(seen) else {
            return;
        };
        let Some(shown) = &mut self.browse.detail else {
            return;
        };
        let sign = Sign::of_run(&run.state);
        let name = vec![
            look.styles.ink(sign.role, format!("{} ", sign.glyph)),
            look.styles.bold(Role::Strong, run.plan.title.to_string()),
            look.styles.ink(sign.role, format!(" {}", sign.word)),
        ];
        let names: Vec<String> = TABS.iter().map(ToString::to_string).collect();
        let area = browse::tabs(buffer, area, look, name, &names, shown.tab);
        let width = usize::from(area.width.saturating_sub(2));
        let lines = match shown.tab {
            0 => detail::steps(run, seen, look, width),
            1 => detail::outputs(run, look),
            _ => detail::plan(run, look, width),
        };
        shown.page.draw(buffer, area, lines);
    }
}

/// Where a run's first object can be looked at.
fn subject(run: &Run) -> Option<About> {
    match &run.plan.intent {
        Intent::Containers { targets, .. } => targets.first().cloned().map(About::Container),
        Intent::ContainerCommand { target, .. } | Intent::ContainerShell { target } => {
            Some(About::Container(target.clone()))
        }
        Intent::Prune { nodes, .. } | Intent::Reboot { nodes } | Intent::Command { nodes, .. } => {
            nodes.first().cloned().map(About::Node)
        }
        Intent::RestartUnits { targets } => {
            targets.first().map(|(node, _)| About::Node(node.clone()))
        }
        Intent::NodeShell { node } => Some(About::Node(node.clone())),
        Intent::SiteRequest(request) => Some(About::Site(request.domain().clone())),
        Intent::Site(order) => Some(About::Site(order.site.domain.clone())),
    }
}

impl Pane for Runs {
    fn view(&self) -> View {
        View::Runs
    }

    fn scopes(&self) -> &'static [&'static str] {
        match (&self.browse.detail, self.browse.tab) {
            (Some(_), _) => &["pane.run", "text"],
            (None, 0) => &["pane.runs", "list"],
            (None, _) => &["pane.runs", "text"],
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let mut extra = list_words(look.styles, &self.browse.list);
        if look.whole && self.browse.detail.is_none() {
            for (index, name) in ["runs", "audit log"].iter().enumerate() {
                let role = if index == self.browse.tab {
                    Role::TabActive
                } else {
                    Role::Tab
                };
                extra.push(look.styles.ink(role, format!("{name} ")));
            }
        }
        let all = seen.world.runs.len();
        let shown = if self.browse.list.filter.is_empty() {
            all
        } else {
            keys(&self.browse.list, seen).len()
        };
        Title {
            extra,
            note: count_note(look.styles, shown, all),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        if self.browse.tab == 1 && look.whole && self.browse.detail.is_none() {
            let lines = list::audit(&self.browse.list.filter, seen, look);
            self.browse.page.draw(buffer, area, lines);
            return;
        }
        let (left, right) = self.browse.areas(area, look.whole);
        if let Some(area) = left {
            let keys = keys(&self.browse.list, seen);
            list::draw(&mut self.browse.list, &keys, seen, look, area, buffer);
        }
        if let Some(area) = right {
            browse::divide(buffer, left, area, look);
            self.draw_detail(seen, look, area, buffer);
        }
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = keys(&self.browse.list, seen);
        if self.browse.act(action, &keys, PAGES, whole) {
            return Outcome::Done;
        }
        let Some(run) = self.selected(seen) else {
            return Outcome::Ignored;
        };
        match action {
            Action::ListOpen if whole => {
                self.browse.open();
                Outcome::Done
            }
            Action::ListOpen => Outcome::Jump(About::Run(run.id())),
            Action::RunUndo => Outcome::Undo(run.id()),
            Action::JumpNode | Action::JumpContainer => match subject(run) {
                Some(about) => Outcome::Jump(about),
                None => Outcome::Say("the run touched nothing that is still there".into()),
            },
            Action::CopyCell => Outcome::Copy(run.id().to_string()),
            Action::CopyCommand => Outcome::Copy(
                run.plan
                    .steps
                    .iter()
                    .map(|step| step.exact.to_string())
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            action if action.definition().risk.changes() => Outcome::Say(
                "a run is over when it is over; u takes it back where that can be done".into(),
            ),
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
        if let About::Run(id) = about {
            self.browse.list.choose(Reverse(*id));
        }
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        self.selected(seen)
            .map(|run| About::Run(run.id()))
            .into_iter()
            .collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        let Some(run) = self.selected(seen) else {
            return Vec::new();
        };
        vec![
            Figure::new("run", run.id().short(), run.id().to_string()),
            Figure::new(
                "by",
                &run.plan.by.user,
                format!("through the {}", run.plan.by.face.word()),
            ),
            Figure::new(
                "taken on",
                format!("{} ago", age(seen.now, run.taken)),
                "journalled before its first step",
            ),
            Figure::new(
                "state",
                run.state.word(),
                format!("success is seen by: {}", run.plan.verification),
            ),
        ]
    }

    fn click(&mut self, _column: u16, row: u16, seen: Seen<'_>, whole: bool) -> Outcome {
        let keys = keys(&self.browse.list, seen);
        let before = self.browse.list.selected().copied();
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
