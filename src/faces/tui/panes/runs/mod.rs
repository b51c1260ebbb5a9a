//! Runs: what is being done and was done, by whom, each step, its output, how it ended; and the audit log.
//!
//! Flow: `list` (rows, audit lines) → this pane (actions) → `detail` (its pages, as lines).

mod detail;
mod list;
mod past;

use std::cmp::Reverse;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Action, Figure, Filter, Look, Outcome, Past, Pick, Recalled, Seen, Sign, View};
use vocab::RunId;
use world::About;
use world::{Intent, Run, RunState, RunWay};

use super::listing::{Chosen, Drawn, ListPane, Order, Rows, Scopes};
use super::shared::{age, heading};
use past::Memory;

/// The pane.
pub type Runs = ListPane<RunRows>;

/// What it lists.
#[derive(Default)]
pub struct RunRows {
    memory: Memory,
}

impl Rows for RunRows {
    /// A run in the order of the list: the newest first.
    type Key = Reverse<RunId>;
    type Item = Run;
    type Sums = ();

    const VIEW: View = View::Runs;
    const SCOPES: Scopes = Scopes {
        list: &["pane.runs", "list"],
        page: &["pane.runs", "text"],
        detail: &["pane.run", "text"],
    };
    const COLUMNS: &'static [Column] = &list::COLUMNS;
    const ORDERS: &'static [Order] = &[];
    const TABS: &'static [&'static str] = &["steps", "output", "plan"];
    const PAGES: &'static [&'static str] = &["list", "audit log"];
    const NOUN: &'static str = "run";

    fn sums(&self, _seen: Seen<'_>) {}

    fn items<'a>(&'a self, _sums: &(), seen: Seen<'a>) -> Vec<&'a Run> {
        self.memory.runs(seen)
    }

    fn item<'a>(&'a self, key: &Reverse<RunId>, seen: Seen<'a>) -> Option<&'a Run> {
        self.memory.run(&key.0, seen)
    }

    fn key(run: &Run) -> Reverse<RunId> {
        Reverse(run.id())
    }

    fn about(key: &Reverse<RunId>) -> About {
        About::Run(key.0)
    }

    fn key_of(about: &About) -> Option<Reverse<RunId>> {
        match about {
            About::Run(id) => Some(Reverse(*id)),
            _ => None,
        }
    }

    fn words(run: &Run, _sums: &(), _seen: Seen<'_>) -> String {
        list::words(run)
    }

    fn sort(_rows: &mut [&Run], _order: usize, _sums: &(), _seen: Seen<'_>) {}

    fn count(&self, seen: Seen<'_>) -> usize {
        self.memory.runs(seen).len()
    }

    fn nothing(&self, _seen: Seen<'_>) -> (String, String) {
        (
            "Nothing was done yet.".to_owned(),
            "What changes the fleet appears here step by step. x lists what can be done with a selected row.".to_owned(),
        )
    }

    fn cells(&self, run: &Run, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
        list::cells(run, drawn)
    }

    fn heading(&self, run: &Run, _seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
        heading(
            look.styles,
            Sign::of_run(&run.state),
            run.plan.title.to_string(),
        )
    }

    fn detail(
        &self,
        run: &Run,
        tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        width: usize,
    ) -> Vec<Line<'static>> {
        match tab {
            0 => detail::steps(run, seen, look, width),
            1 => detail::outputs(run, look),
            _ => detail::plan(run, look, width),
        }
    }

    fn page(
        &self,
        _tab: usize,
        filter: &Filter,
        seen: Seen<'_>,
        look: &Look<'_>,
    ) -> Vec<Line<'static>> {
        list::audit(self.memory.audit(seen), filter, look)
    }

    fn reached(&mut self, tab: usize, seen: Seen<'_>) {
        self.memory.reached(tab > 0, seen);
    }

    fn past(&mut self) -> Option<Past> {
        self.memory.wants()
    }

    fn recall(&mut self, recalled: &Recalled) {
        self.memory.recall(recalled);
    }

    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, _seen: Seen<'_>) -> Outcome {
        let run = chosen.item;
        match action {
            Action::RunUndo => Outcome::Undo(run.id()),
            Action::JumpNode | Action::JumpContainer => match subject(run) {
                Some(about) => Outcome::Jump(about),
                None => Outcome::Say("the run touched nothing that is still there".into()),
            },
            Action::CopyCell => Outcome::Copy(run.id().to_string()),
            Action::CopyCommand => {
                let calls = run.plan.steps.iter().map(|step| step.exact.as_str());
                Outcome::Copy(calls.collect::<Vec<_>>().join("\n"))
            }
            Action::ChangeFix if run.state == RunState::NeedsOperator => {
                Outcome::Choose(Pick::WayOut(run.id()))
            }
            // One that a process has left in the middle, as far as is known here.
            Action::ChangeFix if run.state == RunState::Unknown && run.plan.order().is_some() => {
                Outcome::Ask(Intent::Run {
                    run: run.id(),
                    way: RunWay::GoOn,
                })
            }
            action if action.definition().risk.changes() => Outcome::Say(
                "a run is over when it is over; u takes it back where that can be done".into(),
            ),
            _ => Outcome::Ignored,
        }
    }

    fn why(&self, run: &Run, seen: Seen<'_>) -> Vec<Figure> {
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
}

/// Where a run's first object can be looked at.
fn subject(run: &Run) -> Option<About> {
    match &run.plan.intent {
        Intent::Containers { targets, .. } => targets.first().cloned().map(About::Container),
        Intent::ContainerCommand { target, .. } | Intent::ContainerShell { target } => {
            Some(About::Container(target.clone()))
        }
        Intent::Prune { nodes, .. }
        | Intent::PruneLogs { nodes }
        | Intent::Reconnect { nodes }
        | Intent::Reboot { nodes }
        | Intent::Command { nodes, .. } => nodes.first().cloned().map(About::Node),
        Intent::RestartUnits { targets } => {
            targets.first().map(|(node, _)| About::Node(node.clone()))
        }
        Intent::Run { run, .. } => Some(About::Run(*run)),
        Intent::NodeShell { node } => Some(About::Node(node.clone())),
        Intent::SiteRequest(request) => Some(About::Site(request.domain().clone())),
        Intent::Site(order) => Some(About::Site(order.site.domain.clone())),
    }
}
