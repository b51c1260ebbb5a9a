//! Schedules carried out: when a turn is due it is begun under the store's lock, and what it does goes the way of every
//! change: intent, plan, consent, journal, steps.
//!
//! Flow: `executor` looks → [`Core::take_records`] (what the world is told) → [`Core::begin_due`] → `turn` (a task) →
//! `work` (what there is to do now) → plan and submit → how it ended, in the store.

mod turn;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use schedule::{Schedule, Work};
use store::{AuditEntry, ScheduleChange};
use tokio::sync::oneshot;
use vocab::{ScheduleName, Text, Time};
use world::{
    Actor, Executor, Fact, Pause, Refusal, RefusalKind, ScheduleRecord, ScheduleState, ScheduleVerb,
};

use crate::core::Core;
use crate::executor::Role;
use crate::handle::Handle;
use crate::runs::refusal_of;
use crate::teller::Teller;

/// What the store has of each schedule, and whether a turn of it is under way.
pub(crate) type Records = BTreeMap<ScheduleName, (ScheduleRecord, bool)>;

/// What the loop knows of schedules.
#[derive(Default)]
pub(crate) struct Schedules {
    records: Records,
    /// Turns that this process carries out.
    turns: BTreeSet<ScheduleName>,
}

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// When the next turn is, for somebody who is there since `present`.
fn next(schedule: &Schedule, record: &ScheduleRecord, present: Time) -> Option<Time> {
    let last = record.begun.unwrap_or(if schedule.declared {
        record.known
    } else {
        // What nobody declared waits for no first interval: it looks after what is there already.
        Time::default()
    });
    let pause = record.paused.as_ref();
    let resumed = pause.and_then(|pause| pause.until).unwrap_or(present);
    schedule
        .rule
        .next(last, present.max(resumed), schedule.name.as_str())
}

impl Core {
    /// Takes in how the schedules stand by the store, and tells of it.
    pub(crate) fn take_records(&mut self, records: Records, now: Time) {
        self.follow_sweeps(&records);
        self.schedules.records = records;
        let present = self.present();
        let states: Vec<ScheduleState> = self
            .fabric
            .schedules
            .iter()
            .map(|schedule| self.state(schedule, present, now))
            .collect();
        if self.world.schedules != states {
            self.observe(Fact::SchedulesSeen(states));
        }
    }

    fn state(&self, schedule: &Schedule, present: Option<Time>, now: Time) -> ScheduleState {
        let found = self.schedules.records.get(&schedule.name);
        let (record, under_way) = found
            .cloned()
            .unwrap_or_else(|| (ScheduleRecord::new(now), false));
        // With no site there is nothing to visit.
        let idle = schedule.work == Work::Health && self.world.sites.is_empty();
        let endless = record.is_paused(now)
            && record
                .paused
                .as_ref()
                .is_some_and(|pause| pause.until.is_none());
        let present = present.filter(|_| !endless && !idle);
        let next = present.and_then(|present| next(schedule, &record, present));
        // A record that nobody has written yet would be another one at every look.
        let next = next.filter(|_| found.is_some());
        let known = found.map_or_else(Time::default, |(record, _)| record.known);
        ScheduleState {
            name: schedule.name.clone(),
            what: Text::line(vocab::mask::mask(&schedule.work.words())),
            when: Text::line(schedule.rule.to_string()),
            declared: schedule.declared,
            next,
            running: under_way.then(|| record.begun.unwrap_or(known)),
            record: ScheduleRecord { known, ..record },
        }
    }

    /// Looks for orphans here too when the executor has: what is found is known to the process that looks alone.
    fn follow_sweeps(&self, records: &Records) {
        if self.is_executor() || !matches!(self.role, Role::Staying(_)) {
            return;
        }
        let sweeps = self
            .fabric
            .schedules
            .iter()
            .filter(|schedule| schedule.work == Work::Sweep);
        for schedule in sweeps {
            let begun = |records: &Records| {
                let found = records.get(&schedule.name);
                found.and_then(|(record, _)| record.begun)
            };
            if !self.schedules.records.is_empty()
                && begun(&self.schedules.records) != begun(records)
            {
                self.sweep(None);
            }
        }
    }

    /// Begins every turn that is due, when it is for this process to begin it.
    pub(crate) fn begin_due(&mut self, now: Time) {
        let Some(present) = self.present().filter(|_| self.is_executor()) else {
            return;
        };
        if self.cancel_of_runs.is_cancelled() {
            return;
        }
        for schedule in self.fabric.schedules.clone() {
            let Some((record, false)) = self.schedules.records.get(&schedule.name) else {
                continue;
            };
            let due = || next(&schedule, record, present).is_some_and(|next| next <= now);
            // Sites are visited all the time: a round is only begun here when one is asked for.
            let by_itself = schedule.work != Work::Health && !record.is_paused(now);
            if record.asked.is_some() || by_itself && due() {
                let expected = record.begun;
                self.begin_turn(schedule, expected, false);
            }
        }
    }

    /// Begins a turn in a task of its own, unless one is under way here.
    fn begin_turn(&mut self, schedule: Schedule, expected: Option<Time>, alone: bool) {
        let Some(store) = self.store.clone() else {
            return;
        };
        if !self.schedules.turns.insert(schedule.name.clone()) {
            return;
        }
        let turn = turn::Carrier {
            handle: Handle {
                requests: self.requests.clone(),
                connections: self.connections.clone(),
                doors: self.doors.clone(),
                store: self.store.clone(),
                cancel: self.cancel.clone(),
            },
            store,
            ends: self.cancel_of_runs.clone(),
            schedule,
        };
        self.tasks.spawn(turn.carry_out(expected, alone));
    }

    /// A round of visits to the sites is over: the executor's is the newest turn of that schedule.
    pub(crate) fn round_ended(&self, begun: Time, now: Time) {
        let schedules = &self.fabric.schedules;
        let found = schedules.iter().find(|one| one.work == Work::Health);
        let (Some(schedule), Some(store), true) = (found, self.store.clone(), self.is_executor())
        else {
            return;
        };
        let (name, turn) = (schedule.name.clone(), turn::round(&self.world, begun, now));
        self.tasks.spawn(async move {
            if let Err(error) = store.note_turn(name, turn, now).await {
                tracing::warn!(%error, "a round of visits could not be written down");
            }
        });
    }

    /// A turn that this process carried out is over; or it could not be `begun`, and is looked at again in a while.
    pub(crate) fn turn_ended(&mut self, name: &ScheduleName, begun: bool) {
        self.schedules.turns.remove(name);
        if begun {
            self.attend();
        }
    }

    /// Does with a schedule what an operator says.
    pub(crate) fn change_schedule(
        &mut self,
        name: &ScheduleName,
        verb: ScheduleVerb,
        by: Actor,
        reply: Reply<Option<Executor>>,
    ) {
        match self.changeable(name, verb) {
            Err(refusal) => drop(reply.send(Err(refusal))),
            Ok((schedule, store)) => {
                let executor = self.world.executor.clone();
                let now = drivers::clock::now();
                let (verb_word, detail, change) = match verb {
                    ScheduleVerb::Run => (
                        "turn asked",
                        String::new(),
                        ScheduleChange::Asked(now, by.clone()),
                    ),
                    ScheduleVerb::Pause { until } => {
                        let detail = until.map_or_else(
                            || "until it is resumed".to_owned(),
                            |until| format!("until {until}"),
                        );
                        let pause = Pause {
                            by: by.clone(),
                            since: now,
                            until,
                        };
                        ("paused", detail, ScheduleChange::Paused(pause))
                    }
                    ScheduleVerb::Resume => ("resumed", String::new(), ScheduleChange::Resumed),
                };
                let entry = AuditEntry {
                    at: now,
                    by,
                    run: None,
                    verb: Text::line(verb_word),
                    subject: Text::line(format!("schedule {name}")),
                    detail: Text::line(detail),
                };
                let record = self.schedules.records.get(name);
                let expected = record.and_then(|(record, _)| record.begun);
                let alone = verb == ScheduleVerb::Run && executor.is_none();
                let (events, requests) = (self.events.clone(), self.requests.clone());
                let name = schedule.name.clone();
                self.tasks.spawn(async move {
                    let teller = Teller { events, store };
                    match teller.store.change_schedule(name, change, entry).await {
                        Ok(line) => {
                            teller.tell(Fact::Audited(line)).await;
                            let begin = alone.then(|| (Box::new(schedule), expected));
                            drop(requests.send(crate::handle::Request::Changed(begin)).await);
                            drop(reply.send(Ok(executor)));
                        }
                        Err(error) => drop(reply.send(Err(refusal_of(&error)))),
                    }
                });
            }
        }
    }

    /// A schedule was changed: looks at once, and begins the turn here when nobody else is there to begin it.
    pub(crate) fn changed(&mut self, begin: Option<(Box<Schedule>, Option<Time>)>) {
        if let Some((schedule, expected)) = begin {
            self.begin_turn(*schedule, expected, true);
        }
        self.attend();
    }

    /// The schedule and the store, when it can be changed so.
    fn changeable(
        &self,
        name: &ScheduleName,
        verb: ScheduleVerb,
    ) -> Result<(Schedule, store::Store), Refusal> {
        let all = &self.fabric.schedules;
        let Some(schedule) = all.iter().find(|schedule| schedule.name == *name) else {
            let names = all.iter().map(|schedule| schedule.name.as_str());
            let hint = kit::nearest::nearest(name.as_str(), names).map_or_else(
                || "`wheelhouse schedules` lists them".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            let words = format!("there is no schedule {name}: {hint}");
            return Err(Refusal::new(RefusalKind::NotFound, words));
        };
        if matches!(verb, ScheduleVerb::Pause { .. }) && schedule.work == Work::Health {
            let words = format!(
                "{name} cannot be paused: every process that watches visits the sites for itself, and by that alone it is \
                 known what is down; [[maintenance]] in the fleet file keeps quiet what is being worked on"
            );
            return Err(Refusal::new(RefusalKind::Invalid, words));
        }
        let store = self.store.clone().ok_or_else(|| {
            let words =
                "there is no journal to write it in, so nothing is changed; see the notices";
            Refusal::new(RefusalKind::Journal, words)
        })?;
        let found = self.schedules.records.get(name);
        let under_way = found.is_some_and(|(_, under_way)| *under_way);
        if verb == ScheduleVerb::Run && (under_way || self.schedules.turns.contains(name)) {
            let words = format!("a turn of {name} is under way: wait for its end");
            return Err(Refusal::new(RefusalKind::Conflict, words));
        }
        let paused = found.is_some_and(|(record, _)| record.is_paused(drivers::clock::now()));
        if verb == ScheduleVerb::Resume && !paused {
            let words = format!("{name} is not paused");
            return Err(Refusal::new(RefusalKind::Invalid, words));
        }
        Ok((schedule.clone(), store))
    }
}

#[cfg(test)]
mod tests;
