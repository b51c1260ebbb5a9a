//! The autopilot at work: the fixes that the policy lets run by themselves, each journalled before it begins and judged by
//! what is seen afterwards. Only the one executor does this; a stop is obeyed by every process.
//!
//! Flow, one fix at a time: [`Core::take_turn`] → [`decide`] → plan → [`permits`] → attempt in the store, with its audit
//! line → submitted as any run is, in the autopilot's name → run → looked at again → [`judge`] → its end in the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use store::AuditEntry;
use tokio::sync::oneshot;
use vocab::{RunId, Span, Text, Time};
use world::autopilot::{
    Attempt, AttemptEnd, Decision, Mode, Outcome, Switch, Trust, decide, fix_word, judge, permits,
};
use world::priorities::fix::carries_out;
use world::priorities::{Item, Origin};
use world::signals::SignalId;
use world::{
    Actor, AutopilotRequest, Confirmation, Consent, Face, Fact, Intent, ItemId, Plan, Refusal,
    RefusalKind, World, query,
};

use crate::core::Core;
use crate::handle::Request;
use crate::runs::refusal_of;
use crate::teller::Teller;

/// After a plan was refused its item is left alone for so long.
const REFUSED_FOR: Span = Span::minutes(10);

/// Runs by hand that were taken on within this time are compared with the fixes of the items.
const BY_HAND_WITHIN: Span = Span::minutes(10);

/// What the autopilot is at.
#[derive(Default)]
pub(crate) struct Pilot {
    /// Whether a plan is being made.
    planning: bool,
    /// Items whose plan was refused, until when they are left alone.
    refused: BTreeMap<ItemId, Time>,
    /// How far the store's attempts were read.
    read: i64,
}

/// A step of a fix that comes back to the loop.
pub(crate) enum FixStep {
    /// Its plan was made, or could not be.
    Planned(Arc<Item>, Box<Result<Plan, Refusal>>),
    /// It is written down: it is submitted, if nobody has stopped the autopilot meanwhile.
    Submit(RunId),
    /// It was not taken on.
    Refused(RunId, Text),
}

/// Who acts.
fn actor() -> Actor {
    Actor {
        user: Text::line(Actor::AUTOPILOT),
        face: Face::Autopilot,
    }
}

/// The signal of an item with the word of its fix.
fn fix_of(world: &World, item: &Item) -> Option<(SignalId, Text)> {
    let Origin::Signal { id, .. } = &item.origin else {
        return None;
    };
    let rule = world.rules.iter().find(|rule| rule.id == id.rule)?;
    Some((id.clone(), Text::line(fix_word(rule.fix.as_ref()?))))
}

impl Core {
    /// Judges what was tried, and begins the next fix that may begin.
    pub(crate) fn take_turn(&mut self) {
        if !self.is_executor() || self.store.is_none() {
            return;
        }
        let now = drivers::clock::now();
        self.judge_fixes(now);
        self.note_fixes_by_hand(now);
        let idle = !self.pilot.planning && !self.cancel_of_runs.is_cancelled();
        if self.world.autopilot.policy.mode != Mode::On || !idle {
            return;
        }
        self.pilot.refused.retain(|_, until| *until > now);
        let minute = self.minute(now);
        let items = query::items(&self.world, now);
        let chosen = items
            .iter()
            .filter(|item| !self.pilot.refused.contains_key(&item.id))
            .find_map(|item| match decide(&self.world, item, now, minute) {
                Decision::Run { fix, .. } => Some((Arc::clone(item), *fix)),
                Decision::Wait { .. } | Decision::Ask(_) => None,
            });
        if let Some((item, fix)) = chosen {
            self.plan_fix(item, fix);
        }
    }

    fn minute(&self, now: Time) -> u16 {
        let zone = self.world.autopilot.policy.timezone.as_deref();
        drivers::clock::minute_of_day(zone, now)
    }

    fn plan_fix(&mut self, item: Arc<Item>, fix: Intent) {
        self.pilot.planning = true;
        let (reply, answer) = oneshot::channel();
        self.plan(fix, actor(), reply);
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            let gone = |_| Err(Refusal::new(RefusalKind::Stale, "the engine ends"));
            let made = answer.await.unwrap_or_else(gone);
            let step = FixStep::Planned(item, Box::new(made));
            // The engine's end is the end of the fix: nothing was begun.
            drop(requests.send(Request::Fix(step)).await);
        });
    }

    /// A fix goes on.
    pub(crate) fn step_of_fix(&mut self, step: FixStep) {
        match step {
            FixStep::Planned(item, made) => {
                self.pilot.planning = false;
                self.begin_fix(&item.id, *made);
            }
            FixStep::Submit(run) => self.submit_fix(run),
            FixStep::Refused(run, why) => self.end_unrun(run, &why),
        }
    }

    /// Writes a planned fix down, when everything still allows it.
    fn begin_fix(&mut self, item: &ItemId, made: Result<Plan, Refusal>) {
        let now = drivers::clock::now();
        // The world has moved on while the plan was made: it is decided again.
        let Some(item) = query::item(&self.world, item, now) else {
            return;
        };
        let decided = decide(&self.world, &item, now, self.minute(now));
        let Decision::Run { why, .. } = decided else {
            return;
        };
        let allowed = made
            .map_err(|refusal| refusal.text)
            .and_then(|plan| permits(&self.world, &item, &plan).map(|blast| (plan, blast)));
        let (plan, blast) = match allowed {
            Ok(allowed) => allowed,
            Err(why) => {
                tracing::info!(item = %item.id, %why, "a fix does not run by itself");
                self.pilot
                    .refused
                    .insert(item.id.clone(), now + REFUSED_FOR);
                return;
            }
        };
        let (Some((signal, fix)), Some(store)) = (fix_of(&self.world, &item), self.store.clone())
        else {
            return;
        };
        let attempt = Attempt {
            run: plan.id,
            item: item.id.clone(),
            signal,
            fix,
            title: plan.title,
            by: actor(),
            begun: now,
            blast,
            end: None,
        };
        let entry = entry(&attempt, "fix begun", &why, now);
        self.observe(Fact::FixTried(Box::new(attempt.clone())));
        let (requests, teller) = (self.requests.clone(), self.teller(&store));
        self.tasks.spawn(async move {
            let run = attempt.run;
            let step = match store.put_fix(&attempt, Some(entry)).await {
                Ok(line) => {
                    if let Some(line) = line {
                        teller.tell(Fact::Audited(line)).await;
                    }
                    FixStep::Submit(run)
                }
                Err(error) => FixStep::Refused(run, Text::line(error.to_string())),
            };
            // The engine's end is the end of the fix: nothing was begun.
            drop(requests.send(Request::Fix(step)).await);
        });
    }

    fn teller(&self, store: &store::Store) -> Teller {
        Teller {
            events: self.events.clone(),
            store: store.clone(),
        }
    }

    /// Submits a fix that is written down.
    fn submit_fix(&mut self, run: RunId) {
        if self.world.autopilot.switch.stopped.is_some() {
            return self.end_unrun(run, "the autopilot was stopped");
        }
        let Some(plan) = self.plans.get(&run) else {
            return self.end_unrun(run, "its plan is gone");
        };
        let consent = match plan.confirmation {
            // The grace window is kept: it is the time to take the run back.
            Confirmation::Grace(_) => Consent::Grace,
            Confirmation::Letter(_) | Confirmation::TypedName(_) => Consent::Script,
        };
        let (reply, answer) = oneshot::channel();
        self.submit(run, &consent, reply);
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            if let Ok(Err(refusal)) = answer.await {
                let step = FixStep::Refused(run, refusal.text);
                drop(requests.send(Request::Fix(step)).await);
            }
        });
    }

    /// A fix that was written down and then not begun.
    fn end_unrun(&mut self, run: RunId, why: &str) {
        let now = drivers::clock::now();
        let Some(attempt) = self.world.autopilot.attempts.get(&run).cloned() else {
            return;
        };
        self.pilot
            .refused
            .insert(attempt.item.clone(), now + REFUSED_FOR);
        let end = AttemptEnd {
            at: now,
            outcome: Outcome::NotRun,
            words: Text::line(why),
        };
        self.end_fix(attempt, end);
    }

    /// What was tried and is not judged yet.
    fn judge_fixes(&mut self, now: Time) {
        let open = self.world.autopilot.attempts.values();
        let ended: Vec<(Attempt, AttemptEnd)> = open
            .filter(|attempt| attempt.end.is_none())
            .filter_map(|attempt| Some((attempt.clone(), judge(&self.world, attempt, now)?)))
            .collect();
        for (attempt, end) in ended {
            self.end_fix(attempt, end);
        }
    }

    fn end_fix(&mut self, mut attempt: Attempt, end: AttemptEnd) {
        let verb = format!("fix {}", end.outcome.word());
        let entry = entry(&attempt, &verb, &end.words, end.at);
        attempt.end = Some(end);
        self.keep_fix(attempt, entry);
    }

    /// Tells of an attempt as it is now, and has it written down.
    fn keep_fix(&mut self, attempt: Attempt, entry: AuditEntry) {
        self.observe(Fact::FixTried(Box::new(attempt.clone())));
        let Some(store) = self.store.clone() else {
            return;
        };
        let teller = self.teller(&store);
        self.tasks.spawn(async move {
            match store.put_fix(&attempt, Some(entry)).await {
                Ok(Some(line)) => teller.tell(Fact::Audited(line)).await,
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(run = %attempt.run, %error, "what came of a fix could not be written down");
                }
            }
        });
    }

    /// Runs by hand that carry out the fix of an item: the record learns from them too.
    fn note_fixes_by_hand(&mut self, now: Time) {
        let known = &self.world.autopilot.attempts;
        let fresh: Vec<_> = self
            .world
            .runs
            .values()
            .filter(|run| now.since(run.taken) < BY_HAND_WITHIN)
            .filter(|run| run.plan.by.face != Face::Autopilot && !known.contains_key(&run.id()))
            .collect();
        if fresh.is_empty() {
            return;
        }
        let mut found = Vec::new();
        for item in query::items(&self.world, now).iter() {
            let (Some(fix), Some((signal, word))) = (&item.fix, fix_of(&self.world, item)) else {
                continue;
            };
            let opened = self.world.signals.get(&signal).map(|signal| signal.since);
            let carried = fresh.iter().find(|run| {
                opened.is_some_and(|opened| run.taken >= opened) && carries_out(&run.plan, fix)
            });
            found.extend(carried.map(|run| Attempt {
                run: run.id(),
                item: item.id.clone(),
                signal,
                fix: word,
                title: run.plan.title.clone(),
                by: run.plan.by.clone(),
                begun: run.taken,
                blast: None,
                end: None,
            }));
        }
        for attempt in found {
            let entry = entry(&attempt, "fix begun", "by hand", now);
            self.keep_fix(attempt, entry);
        }
    }

    /// Takes back what the autopilot has begun here: what waits does not begin, what runs begins no further step. A run on
    /// a site goes on: half of it would be worse, and an operator can still turn it back.
    pub(crate) fn halt(&mut self) {
        let switch = self.world.autopilot.switch.clone();
        let by = Actor {
            user: switch.stopped.map_or_else(Text::default, |(_, by)| by),
            face: Face::Internal,
        };
        let of_site = |run: &RunId| {
            let run = self.world.runs.get(run);
            run.is_some_and(|run| run.plan.order().is_some())
        };
        let runs: Vec<RunId> = self
            .world
            .autopilot
            .under_way()
            .map(|attempt| attempt.run)
            .filter(|run| self.active.contains_key(run) && !of_site(run))
            .collect();
        for run in runs {
            // Nobody waits for the answer: the run's own state tells it.
            let (reply, _) = oneshot::channel();
            self.cancel_run(run, by.clone(), reply);
        }
    }

    /// Stops the autopilot or lets it go on, for every process.
    pub(crate) fn switch_autopilot(
        &mut self,
        request: AutopilotRequest,
        by: Actor,
        reply: oneshot::Sender<Result<(), Refusal>>,
    ) {
        let now = drivers::clock::now();
        let stops = request == AutopilotRequest::Stop;
        let (switch, verb, detail) = match switched(&self.world, request, now, &by.user) {
            Ok(switched) => switched,
            Err(refusal) => {
                drop(reply.send(Err(refusal)));
                return;
            }
        };
        if stops {
            // Here it stops at once, whether or not it can be written down.
            self.observe(Fact::AutopilotSwitched(Box::new(switch.clone())));
        }
        let Some(store) = self.store.clone() else {
            let words = "there is no store to write it in: other processes do not know of it";
            drop(reply.send(Err(Refusal::new(RefusalKind::Journal, words))));
            return;
        };
        let entry = AuditEntry {
            at: now,
            by,
            run: None,
            verb: Text::line(verb),
            subject: Text::line("autopilot"),
            detail,
        };
        let teller = self.teller(&store);
        self.tasks.spawn(async move {
            let kept = store.put_autopilot_switch(&switch, entry).await;
            if let Ok(line) = &kept {
                teller.tell(Fact::AutopilotSwitched(Box::new(switch))).await;
                teller.tell(Fact::Audited(line.clone())).await;
            }
            drop(reply.send(kept.map(drop).map_err(|error| refusal_of(&error))));
        });
    }

    /// What other processes wrote of the autopilot, or what was written before the start.
    pub(crate) async fn read_fixes(&mut self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        // What cannot be read now is read the next time.
        let Ok(kept) = store.fixes(self.pilot.read).await else {
            return;
        };
        self.pilot.read = kept.change;
        if kept.switch != self.world.autopilot.switch {
            self.observe(Fact::AutopilotSwitched(Box::new(kept.switch)));
        }
        let known = &self.world.autopilot.attempts;
        let news: Vec<Attempt> = kept
            .attempts
            .into_iter()
            .filter(|attempt| {
                known
                    .get(&attempt.run)
                    .is_none_or(|known| known.end.is_none())
            })
            .collect();
        if !news.is_empty() {
            self.observe(Fact::FixesRecalled(news));
        }
    }
}

/// The switch as somebody wants it, what is said of that in the audit log, and of which fix or item.
fn switched(
    world: &World,
    request: AutopilotRequest,
    at: Time,
    by: &Text,
) -> Result<(Switch, &'static str, Text), Refusal> {
    let mut switch = world.autopilot.switch.clone();
    let (verb, what) = match request {
        AutopilotRequest::Stop => {
            switch.stopped = Some((at, by.clone()));
            ("autopilot stopped", Text::default())
        }
        AutopilotRequest::Start => {
            switch.stopped = None;
            switch.forgiven = Some(at);
            ("autopilot let go on", Text::default())
        }
        AutopilotRequest::Trust(what) => {
            let open = |id: &SignalId| *id.item().0 == *what;
            if !world.autopilot.knows(&what) && !world.signals.keys().any(open) {
                let words = format!(
                    "{what} is neither a fix nor an item on which one was tried: `wheelhouse autopilot` lists both"
                );
                return Err(Refusal::new(RefusalKind::NotFound, words));
            }
            let is_mendless = |id: &SignalId| open(id) && !has_fix(world, id);
            if world.signals.keys().any(is_mendless) {
                let words = format!(
                    "no fix of this program mends {what}, so there is none to trust: `wheelhouse rules` names the fix of each rule"
                );
                return Err(Refusal::new(RefusalKind::Invalid, words));
            }
            let trust = Trust { at, by: by.clone() };
            switch.trusted.insert(what.clone(), trust);
            ("trusted", what)
        }
        AutopilotRequest::Distrust(what) => {
            if switch.trusted.remove(&what).is_none() {
                let words = format!("{what} is not trusted: `wheelhouse autopilot` lists what is");
                return Err(Refusal::new(RefusalKind::Invalid, words));
            }
            ("trust withdrawn", what)
        }
    };
    Ok((switch, verb, what))
}

/// Whether the rule of a signal names a fix.
fn has_fix(world: &World, id: &SignalId) -> bool {
    let mut rules = world.rules.iter();
    rules.any(|rule| rule.id == id.rule && rule.fix.is_some())
}

fn entry(attempt: &Attempt, verb: &str, words: &str, at: Time) -> AuditEntry {
    AuditEntry {
        at,
        by: attempt.by.clone(),
        run: Some(attempt.run),
        verb: Text::line(verb),
        subject: attempt.title.clone(),
        detail: Text::line(format!("{}: {words}", attempt.item)),
    }
}
