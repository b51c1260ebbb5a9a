//! What actions do: those of the console here, all others in the pane that has the keys.

use tui_input::Input;
use ui::{Action, Outcome, Pick, Role, Seen, View, Wish};
use vocab::{RunId, ScheduleName, Text};
use world::{AutopilotRequest, Intent, NoteRequest, RunState, ScheduleVerb};

use super::{App, Demand};
use crate::dialogs::{Dialog, Form, Help, Menu, Note, Palette, Picker, Question, Quit, WaysOut};
use crate::words;

impl App {
    /// Does an action.
    pub fn perform(&mut self, action: Action, seen: Seen<'_>) -> Vec<Demand> {
        if let Some(view) = view_of(action) {
            return self.open_view(view, seen);
        }
        match action {
            Action::AppBack => self.back(),
            Action::AppQuit => return self.quit(seen),
            Action::AppHelp => self.dialogs.push(Dialog::Help(Help::default())),
            Action::AppCommand => {
                let history = self.history.iter().cloned().collect();
                self.dialogs.push(Dialog::Palette(Palette::new(
                    seen,
                    history,
                    self.config.themes.clone(),
                )));
            }
            Action::AppLock => self.lock(seen),
            // Also while the console is locked: it begins nothing, it only ends.
            Action::AutopilotStop => return vec![Demand::Autopilot(AutopilotRequest::Stop)],
            Action::AppSettings => {
                let note = super::take::settings(&self.config, self.theme.as_deref());
                self.dialogs.push(Dialog::Note(note));
            }
            Action::AppNotices => self.notices(seen),
            Action::AppMouse => {
                self.mouse = !self.mouse;
                let text = if self.mouse {
                    "mouse on: hold shift to select text"
                } else {
                    "mouse off"
                };
                self.say(text, Role::Text, seen.now);
                return vec![Demand::Mouse(self.mouse)];
            }
            Action::AppRedraw => return vec![Demand::Redraw],
            Action::ViewLast => std::mem::swap(&mut self.place, &mut self.last),
            Action::PaneNext => self.turn(1),
            Action::PanePrevious => self.turn(self.panes.len().saturating_sub(1)),
            Action::PaneGrow => self.go(self.place.focus),
            Action::PaneShrink => self.go(View::Overview),
            Action::FilterStart => self.start_filter(),
            Action::MenuActions => self.menu(seen),
            Action::WhyShow => self.why(seen),
            Action::AwayShow => self.show_away(seen),
            Action::StatisticsShow => self.show_statistics(seen),
            Action::NoteWrite => return self.settle(Outcome::Fill(Wish::Note), seen),
            Action::ChangeDeploy => return self.settle(Outcome::Fill(Wish::Deploy), seen),
            Action::RunUndo if self.place.focus != View::Runs => return self.undo(None, seen),
            _ => return self.pane_action(action, seen),
        }
        Vec::new()
    }

    fn pane_action(&mut self, action: Action, seen: Seen<'_>) -> Vec<Demand> {
        let whole = self.whole();
        let outcome = self
            .focused()
            .map_or(Outcome::Ignored, |pane| pane.act(action, seen, whole));
        match outcome {
            Outcome::Ignored if action.definition().risk.changes() => {
                self.say(
                    format!("nothing is selected to {}", action.title()),
                    Role::Text,
                    seen.now,
                );
                Vec::new()
            }
            outcome => self.settle(outcome, seen),
        }
    }

    /// Does what a pane's action came to.
    pub(super) fn settle(&mut self, outcome: Outcome, seen: Seen<'_>) -> Vec<Demand> {
        match outcome {
            Outcome::Ignored | Outcome::Done => Vec::new(),
            Outcome::Say(text) => {
                self.say(text, Role::Text, seen.now);
                Vec::new()
            }
            Outcome::Ask(intent) => self.change(intent, seen),
            Outcome::Shell(intent) => match self.refusal() {
                Some(refusal) => {
                    self.say(refusal, Role::Warn, seen.now);
                    Vec::new()
                }
                None => vec![Demand::Shell(intent)],
            },
            Outcome::Mark(items, request) => match self.refusal() {
                Some(refusal) => {
                    self.say(refusal, Role::Warn, seen.now);
                    Vec::new()
                }
                None => vec![Demand::Mark(items, request)],
            },
            Outcome::Whole => {
                self.go(self.place.focus);
                Vec::new()
            }
            Outcome::Fill(wish) => {
                self.fill(wish, seen);
                Vec::new()
            }
            Outcome::Choose(pick) => {
                self.choose(pick, seen);
                Vec::new()
            }
            Outcome::Autopilot(request, words) => {
                self.ask(Question::Autopilot(request, words.to_string()), seen);
                Vec::new()
            }
            Outcome::Schedule(name, verb) => {
                self.schedule(name, verb, seen);
                Vec::new()
            }
            Outcome::Undo(run) => self.undo(Some(run), seen),
            Outcome::Jump(about) => {
                if !self.jump(&about) {
                    self.notices(seen);
                }
                Vec::new()
            }
            Outcome::Logs(sources) => {
                if let Some(pane) = self.pane(View::Logs) {
                    pane.read(sources);
                    self.go(View::Logs);
                } else {
                    self.say("this console has no logs pane", Role::Warn, seen.now);
                }
                Vec::new()
            }
            Outcome::Copy(text) => {
                self.say(
                    format!("copied {}", text.lines().next().unwrap_or_default()),
                    Role::Text,
                    seen.now,
                );
                vec![Demand::Copy(text)]
            }
            Outcome::Export { name, text } => vec![Demand::Export { name, text }],
        }
    }

    /// Why nothing may be changed, when that is so.
    fn refusal(&self) -> Option<&'static str> {
        if !self.can_change {
            return Some("this session is read-only");
        }
        self.locked.then_some("the console is locked; L unlocks it")
    }

    fn change(&mut self, intent: Intent, seen: Seen<'_>) -> Vec<Demand> {
        if let Some(refusal) = self.refusal() {
            self.say(refusal, Role::Warn, seen.now);
            return Vec::new();
        }
        self.say(
            format!("planning: {}", words::intent(seen.world, &intent)),
            Role::Dim,
            seen.now,
        );
        vec![Demand::Plan(intent)]
    }

    /// Asks for what a change needs; what was typed before and came to nothing is still there.
    fn fill(&mut self, wish: Wish, seen: Seen<'_>) {
        if let Some(refusal) = self.refusal() {
            self.say(refusal, Role::Warn, seen.now);
        } else if seen.world.terms.is_none() && !wish.is_of_items() {
            let words = "hosting is not set up: the sites pane (7) says what to write";
            self.say(words, Role::Warn, seen.now);
        } else {
            let kept = self
                .draft
                .take()
                .filter(|form| *form.wish() == wish && form.is_begun());
            let mut form = kept.unwrap_or_else(|| {
                Box::new(Form::new(wish, &self.config.fleet, seen, self.zone.clone()))
            });
            form.resume();
            self.dialogs.push(Dialog::Form(form));
        }
    }

    /// Writes a note without a date.
    pub(super) fn note(&mut self, text: Text, seen: Seen<'_>) -> Vec<Demand> {
        if let Some(refusal) = self.refusal() {
            self.say(refusal, Role::Warn, seen.now);
            return Vec::new();
        }
        let request = NoteRequest {
            text,
            ..NoteRequest::default()
        };
        vec![Demand::Note(Box::new(request))]
    }

    /// Asks whether to do this with a schedule.
    fn schedule(&mut self, name: ScheduleName, verb: ScheduleVerb, seen: Seen<'_>) {
        let mut all = seen.world.schedules.iter();
        let what = all
            .find(|schedule| schedule.name == name)
            .map_or_else(String::new, |schedule| schedule.what.to_string());
        self.ask(Question::Schedule(name, verb, what), seen);
    }

    /// Asks whether to do this, where anything may be changed.
    fn ask(&mut self, question: Question, seen: Seen<'_>) {
        match self.refusal() {
            Some(refusal) => self.say(refusal, Role::Warn, seen.now),
            None => self.dialogs.push(Dialog::Quit(Quit::new(question))),
        }
    }

    fn choose(&mut self, pick: Pick, seen: Seen<'_>) {
        if let Some(refusal) = self.refusal() {
            self.say(refusal, Role::Warn, seen.now);
            return;
        }
        let made = match pick {
            Pick::Release(domain) => Picker::new(domain, seen).map(Dialog::Pick),
            Pick::WayOut(run) => WaysOut::new(run, seen).map(Dialog::WaysOut),
        };
        match made {
            Ok(dialog) => self.dialogs.push(dialog),
            Err(why) => self.say(why, Role::Text, seen.now),
        }
    }

    /// Takes a run back: one in its grace window as if it had never been, a chosen one under way by a cancel, one that is
    /// over by its inverse plan.
    fn undo(&mut self, wanted: Option<RunId>, seen: Seen<'_>) -> Vec<Demand> {
        if let Some(refusal) = self.refusal() {
            self.say(refusal, Role::Warn, seen.now);
            return Vec::new();
        }
        let runs = &seen.world.runs;
        let waiting = runs
            .values()
            .rev()
            .find(|run| matches!(run.state, RunState::Grace { .. }));
        let chosen = wanted.and_then(|id| runs.get(&id));
        let newest = runs.values().next_back();
        let Some(run) = waiting.filter(|_| chosen.is_none()).or(chosen).or(newest) else {
            self.say(
                "nothing was done that could be taken back",
                Role::Text,
                seen.now,
            );
            return Vec::new();
        };
        if matches!(run.state, RunState::Grace { .. }) || !run.state.is_over() && wanted.is_some() {
            return vec![Demand::Cancel(run.id())];
        }
        if !run.state.is_over() {
            // A slip of the finger must not cut short what is under way: that takes the row itself.
            self.say(
                format!(
                    "{} is under way; in the runs (5) the same key cancels it",
                    run.plan.title
                ),
                Role::Text,
                seen.now,
            );
            return Vec::new();
        }
        match &run.plan.inverse {
            Some(inverse) if run.state != RunState::Cancelled => self.change(inverse.clone(), seen),
            Some(_) => {
                self.say(
                    format!("{} was taken back already", run.plan.title),
                    Role::Text,
                    seen.now,
                );
                Vec::new()
            }
            None => {
                let text = Text::line(format!(
                    "{} has no inverse: it is {}",
                    run.plan.title,
                    run.plan.reversibility.word()
                ));
                self.say(text, Role::Text, seen.now);
                Vec::new()
            }
        }
    }

    fn open_view(&mut self, view: View, seen: Seen<'_>) -> Vec<Demand> {
        if view != View::Overview && !self.views().contains(&view) {
            self.say(
                format!("this console has no {} pane", view.word()),
                Role::Warn,
                seen.now,
            );
        } else if view == self.place.view {
            // The same digit again leaves a detail, as it would have come to the list.
            self.back();
        } else {
            self.go(view);
        }
        Vec::new()
    }

    fn back(&mut self) {
        if !self.pressed.is_empty() {
            self.pressed.clear();
            return;
        }
        let whole = self.whole();
        let left = self.focused().is_some_and(|pane| pane.back());
        if !left && whole {
            self.go(View::Overview);
        }
    }

    fn quit(&mut self, seen: Seen<'_>) -> Vec<Demand> {
        // `q` closes: a detail or a single view first, the console from the overview.
        if self.place.view != View::Overview {
            self.back();
            return Vec::new();
        }
        let running: Vec<String> = seen
            .world
            .runs
            .values()
            .filter(|run| self.own.contains(&run.id()) && !run.state.is_over())
            .map(|run| run.plan.title.to_string())
            .collect();
        if running.is_empty() {
            return vec![Demand::Quit];
        }
        self.dialogs
            .push(Dialog::Quit(Quit::new(Question::Leave(running))));
        Vec::new()
    }

    fn lock(&mut self, seen: Seen<'_>) {
        if !self.can_change {
            self.say(
                "this session is read-only and stays so",
                Role::Text,
                seen.now,
            );
        } else if self.locked {
            self.dialogs.push(Dialog::Quit(Quit::new(Question::Unlock)));
        } else {
            self.locked = true;
            self.say("locked: it looks and changes nothing", Role::Text, seen.now);
        }
    }

    /// Moves the keys among the panes; a pane that has the screen to itself gives way to the next.
    fn turn(&mut self, by: usize) {
        let views = self.views();
        let at = views
            .iter()
            .position(|view| *view == self.place.focus)
            .unwrap_or(0);
        let Some(next) = views.get((at + by) % views.len().max(1)) else {
            return;
        };
        self.place.focus = *next;
        if self.whole() {
            self.place.view = *next;
        }
    }

    fn start_filter(&mut self) {
        let text = self
            .focused()
            .and_then(|pane| pane.filter())
            .map(|filter| filter.text().to_owned());
        self.filter = text.map(Input::new);
    }

    fn menu(&mut self, seen: Seen<'_>) {
        let view = self.place.focus;
        let targets = self
            .focused()
            .map(|pane| pane.targets(seen))
            .unwrap_or_default();
        let subject = match targets.as_slice() {
            [] => String::new(),
            [one] => words::object(seen.world, one),
            many => format!("{} {}", many.len(), view.word()),
        };
        let scopes = self.scopes();
        let read_only = self.read_only();
        let mut pane = self.panes.iter_mut().find(|pane| pane.view() == view);
        let offers = |action: Action| {
            let changes = action.definition().risk.changes();
            let pane = pane.as_mut();
            !(read_only && changes) && pane.is_none_or(|pane| pane.offers(action, seen))
        };
        let menu = Menu::new(subject, view, &self.keys, &scopes, offers);
        self.dialogs.push(Dialog::Menu(menu));
    }

    fn why(&mut self, seen: Seen<'_>) {
        let Some(pane) = self.focused() else { return };
        let figures = pane.why(seen);
        let subject = pane
            .targets(seen)
            .first()
            .map(|about| words::object(seen.world, about))
            .unwrap_or_default();
        if figures.is_empty() {
            self.say("nothing is selected to explain", Role::Text, seen.now);
        } else {
            self.dialogs.push(Dialog::Note(Note::why(subject, figures)));
        }
    }

    fn notices(&mut self, seen: Seen<'_>) {
        let note = super::take::notices(&self.problems, seen);
        self.dialogs.push(Dialog::Note(note));
    }
}

const fn view_of(action: Action) -> Option<View> {
    Some(match action {
        Action::ViewOverview => View::Overview,
        Action::ViewTop => View::Top,
        Action::ViewNodes => View::Nodes,
        Action::ViewContainers => View::Containers,
        Action::ViewServices => View::Services,
        Action::ViewRuns => View::Runs,
        Action::ViewLogs => View::Logs,
        Action::ViewSites => View::Sites,
        Action::ViewRevenue => View::Revenue,
        Action::ViewSchedules => View::Schedules,
        _ => return None,
    })
}
