//! The items: open signals with their consequences folded, and notes, each scored, the first first.
//!
//! The order depends on the world and the moment alone, and moves in the documented steps: what was acknowledged stands
//! below what nobody has seen, then by score, then the older one, then by id.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vocab::{Money, RunId, Span, Text, Time};

use super::remembered::Row;
use crate::about::About;
use crate::autopilot;
use crate::intent::Intent;
use crate::priorities::stake::{Stake, hourly, stake};
use crate::priorities::{
    Item, ItemId, Mark, Note, Origin, Quadrant, Score, Visibility, Weights, fix, score, steps,
};
use crate::run::Run;
use crate::signals::{Kind, Level, Rule, Signal, SignalId, Topology};
use crate::world::World;

/// So long what was said to be done is believed; what is still wrong then comes back.
const DONE_HOLDS: Span = Span::minutes(10);

/// Items, ranked.
pub type Items = Arc<[Arc<Item>]>;

/// All items at `now`, ranked; those that are not to be seen to now stand last. The same world always gives the same list.
/// What was asked before is remembered: only what an event or the time has changed since is made anew.
pub fn items(world: &World, now: Time) -> Items {
    world.remembered.items(world, now)
}

/// The item of this id, with its consequences folded.
pub fn item(world: &World, id: &ItemId, now: Time) -> Option<Arc<Item>> {
    items(world, now)
        .iter()
        .find(|item| item.id == *id)
        .cloned()
}

/// What the order goes by.
pub(super) fn place(item: &Item) -> impl Ord + '_ {
    (
        item.visibility != Visibility::Shown,
        item.mark.acknowledged.is_some(),
        Reverse(item.score.total),
        item.since,
        &item.id,
    )
}

/// Makes items of what is known, with what is looked up for each of them.
pub(super) struct Maker<'a> {
    world: &'a World,
    topology: &'a Topology,
    rules: BTreeMap<&'a str, &'a Rule>,
    under_way: Vec<&'a Run>,
    /// What the autopilot has tried to mend.
    tried: BTreeSet<&'a SignalId>,
}

impl<'a> Maker<'a> {
    pub fn of(world: &'a World, topology: &'a Topology) -> Self {
        let attempts = world.autopilot.attempts.values();
        Self {
            world,
            topology,
            rules: world
                .rules
                .iter()
                .map(|rule| (rule.id.as_str(), rule))
                .collect(),
            under_way: world
                .runs
                .values()
                .filter(|run| !run.state.is_over())
                .collect(),
            tried: attempts
                .filter(|attempt| attempt.is_automatic())
                .map(|attempt| &attempt.signal)
                .collect(),
        }
    }

    /// What is at stake when this is so.
    pub fn stake(&self, signal: &Signal) -> Stake {
        let SignalId { about, part, .. } = &signal.id;
        stake(self.world, self.topology, about, signal.figure, part)
    }

    /// What would mend it.
    pub fn fix(&self, signal: &Signal) -> Option<Intent> {
        let fix = self.rules.get(signal.id.rule.as_str())?.fix.as_ref()?;
        fix::bind(self.world, self.topology, fix, &signal.id)
    }

    pub fn of_signal(&self, signal: &Signal, consequences: &BTreeSet<SignalId>, now: Time) -> Row {
        let world = self.world;
        let rule = self.rules.get(signal.id.rule.as_str()).copied();
        let stake = self.stake(signal);
        let score = score::of_signal(world, signal, &stake, now);
        let quadrant = quadrant(&score, &world.weights);
        let id = signal.id.item();
        let mark = self.mark_of(&id, signal.opened);
        let tried = self.tried.contains(&signal.id);
        let given_back = tried.then(|| autopilot::escalated(world, &signal.id, now));
        let given_back = given_back.flatten();
        let level = match &given_back {
            // What the autopilot could not mend, a person sees to.
            Some(_) => Level::Human,
            None => rule.map_or(Level::Human, |rule| rule.level),
        };
        let fix = self.fix(signal);
        let certain = !signal.blind;
        // What is old when it is first seen was shown to nobody yet.
        let shown_since = signal.opened.unwrap_or(signal.since);
        let put_away = now.since(shown_since) >= world.weights.archive_after;
        let mut turns = turns(&mark);
        turns.push(shown_since + world.weights.archive_after);
        if signal.kind == Kind::Availability {
            turns.extend(steps::AGE.iter().map(|(bound, _)| signal.since + *bound));
        }
        if tried {
            // What was tried is told with how long ago that was.
            turns.push(now + Span(1));
        }
        let item = Item {
            about: signal.id.about.clone(),
            title: signal.title.clone(),
            detail: detail(signal, consequences.len(), &stake, given_back),
            severity: signal.severity,
            since: signal.since,
            at_risk: in_danger(signal.kind, &stake),
            certain,
            visibility: if signal.told {
                let put_away = quadrant == Quadrant::Q4 && put_away;
                visibility(&mark, None, level, put_away, now)
            } else {
                Visibility::Maintenance
            },
            run: self.run_of(fix.as_ref()),
            origin: Origin::Signal {
                id: signal.id.clone(),
                consequences: consequences.iter().cloned().collect(),
            },
            id,
            score,
            quadrant,
            level,
            fix,
            mark,
        };
        Row::new(item, stake, now, turns)
    }

    /// `None` for a note that is done: it is no item any more.
    pub fn of_note(&self, note: &Note, now: Time) -> Option<Row> {
        let world = self.world;
        let id = ItemId::of_note(note);
        let mark = self.mark_of(&id, None);
        if mark.done.is_some() {
            return None;
        }
        let score = score::of_note(world, note, now);
        let quadrant = quadrant(&score, &world.weights);
        let since = note.from.unwrap_or(note.at).max(note.at);
        let put_away = note.system.is_some()
            && quadrant == Quadrant::Q4
            && now.since(since) >= world.weights.archive_after;
        let mut turns = turns(&mark);
        turns.push(since + world.weights.archive_after);
        turns.extend(note.from);
        turns.extend(note.due.map(|due| due_turns(due, now)));
        let item = Item {
            origin: Origin::Note(note.id.clone()),
            about: About::Elsewhere(note.system.clone().unwrap_or_else(|| note.by.clone())),
            title: note.text.clone(),
            detail: detail_of_note(note, now),
            severity: score::gravity_of_note(note, now),
            since,
            at_risk: None,
            certain: true,
            visibility: visibility(&mark, note.from, Level::Human, put_away, now),
            run: None,
            id,
            score,
            quadrant,
            level: Level::Human,
            fix: None,
            mark,
        };
        Some(Row::new(item, Stake::default(), now, turns))
    }

    /// What the operator did with an item since it came up: what was done with an earlier one counts no more.
    fn mark_of(&self, id: &ItemId, opened: Option<Time>) -> Mark {
        let Some(mark) = self.world.marks.get(id) else {
            return Mark::default();
        };
        let mut mark = mark.clone();
        if let Some(opened) = opened {
            mark.acknowledged = mark.acknowledged.filter(|(at, _)| *at >= opened);
            mark.done = mark.done.filter(|(at, _)| *at >= opened);
            mark.archived = mark.archived.filter(|at| *at >= opened);
        }
        mark
    }

    fn run_of(&self, fix: Option<&Intent>) -> Option<RunId> {
        let fix = fix?;
        self.under_way
            .iter()
            .find(|run| fix::carries_out(&run.plan, fix))
            .map(|run| run.id())
    }
}

/// When what the operator did with an item ends.
fn turns(mark: &Mark) -> Vec<Time> {
    let done = mark.done.as_ref().map(|(at, _)| *at + DONE_HOLDS);
    let snoozed = mark.snoozed.as_ref().map(|snooze| snooze.until);
    let delegated = mark.delegated.as_ref().map(|to| to.until);
    [done, snoozed, delegated].into_iter().flatten().collect()
}

/// When a date next reads another way, or counts for another: the steps of the score are whole steps of the words too.
fn due_turns(due: Time, now: Time) -> Time {
    if due <= now {
        let age = now.since(due);
        let step = age.step().0;
        return due + Span((age.0 / step + 1) * step);
    }
    let left = due.since(now);
    let step = left.step().0;
    due - Span(left.0 / step * step) + Span(1)
}

/// Where a score stands, by the thresholds of the weights.
fn quadrant(score: &Score, weights: &Weights) -> Quadrant {
    match (
        score.importance >= weights.important,
        score.urgency >= weights.urgent,
    ) {
        (true, true) => Quadrant::Q1,
        (true, false) => Quadrant::Q2,
        (false, true) => Quadrant::Q3,
        (false, false) => Quadrant::Q4,
    }
}

fn visibility(
    mark: &Mark,
    from: Option<Time>,
    level: Level,
    put_away: bool,
    now: Time,
) -> Visibility {
    let done = mark.done.as_ref();
    if done.is_some_and(|(at, _)| now.since(*at) < DONE_HOLDS) {
        return Visibility::Done;
    }
    if let Some(snooze) = mark.snoozed.as_ref().filter(|snooze| snooze.until > now) {
        return Visibility::Snoozed {
            until: snooze.until,
        };
    }
    if let Some(to) = mark.delegated.as_ref().filter(|to| to.until > now) {
        return Visibility::Delegated {
            to: to.to.clone(),
            until: to.until,
        };
    }
    if let Some(from) = from.filter(|from| *from > now) {
        return Visibility::Later { from };
    }
    if level == Level::Own {
        return Visibility::Quiet;
    }
    if put_away || mark.archived.is_some() {
        return Visibility::Archived;
    }
    Visibility::Shown
}

/// What is lost in an hour while it lasts: what does not run or is not paid, not what only may come.
fn in_danger(kind: Kind, stake: &Stake) -> Option<Money> {
    let loses = matches!(kind, Kind::Availability | Kind::Money);
    stake.monthly.filter(|_| loses).map(hourly)
}

fn detail(signal: &Signal, consequences: usize, stake: &Stake, given_back: Option<String>) -> Text {
    let on_it = stake.words();
    let mut words = Vec::new();
    if !on_it.is_empty() {
        words.push(format!("+{on_it}"));
    } else if consequences > 0 {
        let many = if consequences == 1 { "" } else { "s" };
        words.push(format!("+{consequences} consequence{many}"));
    }
    // What the line says already is not said twice.
    let more = signal.words.trim_start_matches([',', ' ']);
    if !more.is_empty() && !signal.title.contains(more) {
        words.push(more.to_owned());
    }
    words.extend(signal.caution().map(|caution| caution.to_string()));
    words.extend(given_back);
    Text::line(words.join(", "))
}

fn detail_of_note(note: &Note, now: Time) -> Text {
    let mut words = Vec::new();
    match note.due {
        Some(due) if due <= now => words.push(format!("due {} ago", now.since(due))),
        Some(due) => words.push(format!("due in {}", due.since(now))),
        None => {}
    }
    words.extend(note.worth.map(|worth| format!("worth {worth}")));
    if note.vip {
        words.push("important person".to_owned());
    }
    words.extend(note.system.as_ref().map(|system| format!("from {system}")));
    Text::line(words.join(", "))
}
