//! Schedules: a row for each thing that is done by itself; its detail with how its newest turn went and its runs.
//!
//! Flow: `list` (rows and order) → this pane (actions) → `detail` (its page, as lines).

mod detail;
mod list;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Action, Figure, Look, Outcome, Role, Seen, View};
use vocab::{ScheduleName, Text};
use world::About;
use world::{ScheduleState, ScheduleVerb};

use super::listing::{Chosen, Drawn, ListPane, Order, Rows, Scopes};
use super::shared::{age, heading};

/// The pane.
pub type Schedules = ListPane<ScheduleRows>;

/// What it lists.
#[derive(Default)]
pub struct ScheduleRows;

impl Rows for ScheduleRows {
    type Key = ScheduleName;
    type Item = ScheduleState;
    type Sums = ();

    const VIEW: View = View::Schedules;
    const SCOPES: Scopes = Scopes {
        list: &["pane.schedules", "list"],
        page: &["pane.schedules", "text"],
        detail: &["pane.schedules", "text"],
    };
    const COLUMNS: &'static [Column] = &list::COLUMNS;
    const ORDERS: &'static [Order] = &list::ORDERS;
    const TABS: &'static [&'static str] = &["summary"];
    const NOUN: &'static str = "schedule";

    fn sums(&self, _seen: Seen<'_>) {}

    fn items<'a>(&'a self, _sums: &(), seen: Seen<'a>) -> Vec<&'a ScheduleState> {
        let mut all: Vec<&ScheduleState> = seen.world.schedules.iter().collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    fn item<'a>(&'a self, key: &ScheduleName, seen: Seen<'a>) -> Option<&'a ScheduleState> {
        let mut all = seen.world.schedules.iter();
        all.find(|schedule| schedule.name == *key)
    }

    fn key(schedule: &ScheduleState) -> ScheduleName {
        schedule.name.clone()
    }

    fn about(key: &ScheduleName) -> About {
        About::Schedule(key.clone())
    }

    fn key_of(about: &About) -> Option<ScheduleName> {
        match about {
            About::Schedule(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn words(schedule: &ScheduleState, _sums: &(), seen: Seen<'_>) -> String {
        format!(
            "{} {} {} {}",
            schedule.name,
            schedule.what,
            schedule.when,
            schedule.word(seen.now)
        )
    }

    fn sort(rows: &mut [&ScheduleState], order: usize, _sums: &(), seen: Seen<'_>) {
        list::sort(rows, order, seen);
    }

    fn count(&self, seen: Seen<'_>) -> usize {
        seen.world.schedules.len()
    }

    fn note(&self, _shown: usize, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
        Line::from(list::executor(seen, look))
    }

    fn nothing(&self, _seen: Seen<'_>) -> (String, String) {
        (
            "Nothing is done by itself.".to_owned(),
            "Write [[schedules]] into the fleet file, with name, do = \"command\", nodes, command, and every = \"1d\" or cron = \"0 3 * * *\". Where sites are hosted, backups, dumps of databases, drills, sweeps, deployments, health and certificates have schedules without a word."
                .to_owned(),
        )
    }

    fn cells(&self, schedule: &ScheduleState, drawn: &Drawn<'_, ()>) -> Vec<Line<'static>> {
        list::cells(schedule, drawn)
    }

    fn heading(
        &self,
        schedule: &ScheduleState,
        seen: Seen<'_>,
        look: &Look<'_>,
    ) -> Vec<Ink<'static>> {
        let sign = list::sign(schedule, seen);
        heading(look.styles, sign, schedule.name.to_string())
    }

    fn detail(
        &self,
        schedule: &ScheduleState,
        _tab: usize,
        seen: Seen<'_>,
        look: &Look<'_>,
        width: usize,
    ) -> Vec<Line<'static>> {
        detail::lines(schedule, seen, look, width)
    }

    fn act(&self, action: Action, chosen: &Chosen<'_, Self>, seen: Seen<'_>) -> Outcome {
        let schedule = chosen.item;
        let name = || schedule.name.clone();
        let paused = schedule.record.is_paused(seen.now);
        match action {
            Action::ChangeRunNow if schedule.running.is_some() => Outcome::Say(Text::line(
                format!("a turn of {} is under way", schedule.name),
            )),
            Action::ChangeRunNow => Outcome::Schedule(name(), ScheduleVerb::Run),
            Action::ChangeHold if paused => {
                Outcome::Say(Text::line(format!("{} is paused already", schedule.name)))
            }
            Action::ChangeHold => Outcome::Schedule(name(), ScheduleVerb::Pause { until: None }),
            Action::ChangeGoOn if !paused => {
                Outcome::Say(Text::line(format!("{} is not paused", schedule.name)))
            }
            Action::ChangeGoOn => Outcome::Schedule(name(), ScheduleVerb::Resume),
            Action::CopyCell => Outcome::Copy(schedule.name.to_string()),
            Action::CopyCommand => {
                Outcome::Copy(format!("wheelhouse schedules run {}", schedule.name))
            }
            action if action.definition().risk.changes() => Self::is_for_others(action),
            _ => Outcome::Ignored,
        }
    }

    fn why(&self, schedule: &ScheduleState, seen: Seen<'_>) -> Vec<Figure> {
        let declared = if schedule.declared {
            "the fleet file"
        } else {
            "done without a word; where do has a word for it, [[schedules]] takes its place"
        };
        let mut figures = vec![Figure::new("when", schedule.when.to_string(), declared)];
        if let Some(turn) = &schedule.record.last {
            figures.push(Figure::new(
                "result",
                turn.end.word(),
                format!("the turn begun {} ago", age(seen.now, turn.begun)),
            ));
        }
        let who = seen.world.executor.as_ref().map_or_else(
            || "nobody runs schedules now".to_owned(),
            |executor| format!("{} (pid {})", executor.kind.word(), executor.pid),
        );
        figures.push(Figure::new(
            "run by",
            who,
            "the place that one process holds",
        ));
        figures
    }
}

/// The role of a turn's end.
const fn role_of(end: world::TurnEnd) -> Role {
    match end {
        world::TurnEnd::Done => Role::Ok,
        world::TurnEnd::Nothing => Role::Dim,
        world::TurnEnd::Failed => Role::Bad,
        world::TurnEnd::Interrupted => Role::Warn,
    }
}
