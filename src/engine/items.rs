//! Items: what operators do with them and note, kept in the store and told to everybody; signals and what became of items
//! written down; what nobody needs put away.
//!
//! Flow: [`Core::mark`], [`Core::note`], [`Core::weigh`] → the store (mark, what became of it, audit line, in one
//! transaction) → the facts, here and by [`Core::tell_foreign`] in every other process. Effects of the reducer are gathered
//! and written with the next beat ([`Core::keep_items`]).

use std::collections::BTreeSet;

use store::{AuditEntry, Marking, Store, StoreError};
use tokio::sync::oneshot;
use vocab::{RunId, Span, Text, Time};
use world::priorities::{Choice, What, fix, fix_is_begun};
use world::query::{items, surface};
use world::{
    Actor, Event, Fact, Happening, Item, ItemId, Mark, MarkRequest, Note, NoteRequest, Refusal,
    RefusalKind, Run, SignalId, Weights,
};

use crate::core::Core;
use crate::runs::refusal_of;

/// The most notes there may be.
const NOTES_MOST: usize = 5_000;

/// How often it is looked for what is to be put away.
const ARCHIVED_EVERY: Span = Span::minutes(1);

/// How much of what became of items is read back at the start.
const RECALLED: usize = 1000;

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// How much of what became of items may wait while the store cannot write; the oldest gives way.
const WAITING_MOST: usize = 10_000;

/// What the reducer asked for and is not written yet.
#[derive(Default)]
pub(crate) struct Unwritten {
    waiting: Waiting,
    /// When it was last looked for what is to be put away.
    archived: Time,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Waiting {
    signals: BTreeSet<SignalId>,
    /// What was seen to become of items.
    happened: Vec<Happening>,
    /// What this process itself did about them.
    done: Vec<Happening>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.signals.is_empty() && self.happened.is_empty() && self.done.is_empty()
    }

    /// Puts what could not be written before what has come since.
    fn put_back(&mut self, older: Self) {
        self.signals.extend(older.signals);
        for (now, mut before) in [
            (&mut self.happened, older.happened),
            (&mut self.done, older.done),
        ] {
            before.append(now);
            before.drain(..before.len().saturating_sub(WAITING_MOST));
            *now = before;
        }
    }
}

impl Unwritten {
    /// Signals that changed in what is kept of them.
    pub fn signals(&mut self, ids: Vec<SignalId>) {
        self.waiting.signals.extend(ids);
    }

    /// What became of items.
    pub fn happened(&mut self, happened: Vec<Happening>) {
        self.waiting.happened.extend(happened);
    }
}

fn no_journal() -> Refusal {
    let words = "there is no journal to write it in, so nothing is changed; see the notices";
    Refusal::new(RefusalKind::Journal, words)
}

impl Core {
    /// Does something with an item.
    pub(crate) fn mark(&self, id: ItemId, request: MarkRequest, actor: Actor, reply: Reply<Mark>) {
        let now = drivers::clock::now();
        let known = self.known_item(&id, now);
        let (store, item) = match (self.store.clone(), known) {
            (Some(store), Ok(item)) => (store, item),
            (None, _) => return drop(reply.send(Err(no_journal()))),
            (_, Err(refusal)) => return drop(reply.send(Err(refusal))),
        };
        let choice = match request {
            MarkRequest::Acknowledge | MarkRequest::Done | MarkRequest::Delegate { .. } => {
                self.choice(&id, now)
            }
            MarkRequest::Snooze { .. } | MarkRequest::Note(_) | MarkRequest::Clear => None,
        };
        let marking = Marking {
            entry: AuditEntry {
                at: now,
                by: actor,
                run: None,
                verb: Text::line("item"),
                subject: item.title.clone(),
                detail: Text::default(),
            },
            item,
            request,
            choice,
        };
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let done = match store.mark(marking).await {
                Ok(Ok(marked)) => marked,
                Ok(Err(refusal)) => return drop(reply.send(Err(refusal))),
                Err(error) => return drop(reply.send(Err(refusal_of(&error)))),
            };
            let facts = [
                Fact::ItemMarked {
                    item: id,
                    mark: Box::new(done.mark.clone()),
                },
                Fact::HappeningsRecalled(vec![done.happening]),
                Fact::Audited(done.line),
            ];
            tell(&events, facts).await;
            drop(reply.send(Ok(done.mark)));
        });
    }

    /// The item of this id as a happening, or a refusal with the nearest there is.
    fn known_item(&self, id: &ItemId, now: Time) -> Result<Happening, Refusal> {
        let all = items(&self.world, now);
        if let Some(item) = all.iter().find(|item| item.id == *id) {
            return Ok(happening(item, What::Raised, now));
        }
        let done = self.world.notes.values();
        if let Some(note) = done.into_iter().find(|note| ItemId::of_note(note) == *id) {
            return Ok(Happening {
                at: now,
                item: id.clone(),
                title: note.text.clone(),
                what: What::Raised,
                at_risk: None,
            });
        }
        let names = all.iter().map(|item| item.id.0.as_str());
        let hint = kit::nearest::nearest(&id.0, names).map_or_else(
            || "`wheelhouse top --all` lists them".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        let words = format!("there is no item {id}: {hint}");
        Err(Refusal::new(RefusalKind::NotFound, words))
    }

    fn choice(&self, id: &ItemId, now: Time) -> Option<Choice> {
        Choice::of(&surface(&self.world, now), id, &self.world.weights, now)
    }

    /// Writes a note, or what another system reported.
    pub(crate) fn note(&self, request: NoteRequest, actor: Actor, reply: Reply<ItemId>) {
        let now = drivers::clock::now();
        let Some(store) = self.store.clone() else {
            return drop(reply.send(Err(no_journal())));
        };
        let note = match self.noted(request, &actor, now) {
            Ok(note) => note,
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let id = ItemId::of_note(&note);
        let entry = AuditEntry {
            at: now,
            by: actor,
            run: None,
            verb: Text::line("note"),
            subject: note.text.clone(),
            detail: Text::line(format!("{id}")),
        };
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let (note, line) = match store.put_note(note, entry).await {
                Ok(written) => written,
                Err(error) => return drop(reply.send(Err(refusal_of(&error)))),
            };
            if let Some(line) = line {
                let facts = [Fact::NoteWritten(Box::new(note)), Fact::Audited(line)];
                tell(&events, facts).await;
            }
            drop(reply.send(Ok(id)));
        });
    }

    fn noted(&self, request: NoteRequest, actor: &Actor, now: Time) -> Result<Note, Refusal> {
        let refuse = |words: &str| Err(Refusal::new(RefusalKind::Invalid, words));
        if request.text.trim().is_empty() {
            return refuse("a note needs words");
        }
        if request.worth.is_some_and(vocab::Money::is_negative) {
            return refuse("what it is worth cannot be less than nothing");
        }
        let id = match (&request.system, &request.id) {
            (Some(system), Some(key)) => Text::line(format!("{system} {key}")),
            (Some(_), None) => return refuse("a report of a system needs a key of its own"),
            (None, Some(id)) => id.clone(),
            (None, None) => Text::line(RunId::made_at(now).short()),
        };
        let is_new = !self.world.notes.contains_key(&id);
        if is_new && self.world.notes.len() >= NOTES_MOST {
            return refuse("there are 5000 notes already: remove some");
        }
        Ok(Note {
            id,
            text: request.text,
            by: actor.user.clone(),
            system: request.system,
            at: now,
            due: request.due,
            from: request.from,
            worth: request.worth,
            vip: request.vip,
        })
    }

    /// Removes a note.
    pub(crate) fn remove_note(&self, id: Text, actor: Actor, reply: Reply<()>) {
        let Some(store) = self.store.clone() else {
            return drop(reply.send(Err(no_journal())));
        };
        let known = self.world.notes.get(&id);
        let entry = AuditEntry {
            at: drivers::clock::now(),
            by: actor,
            run: None,
            verb: Text::line("note removed"),
            subject: known.map(|note| note.text.clone()).unwrap_or_default(),
            detail: id.clone(),
        };
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let removed = match store.remove_note(id.clone(), entry).await {
                Ok(Some(line)) => {
                    tell(&events, [Fact::NoteGone(id), Fact::Audited(line)]).await;
                    Ok(())
                }
                Ok(None) => {
                    let words = format!("there is no note {id}: `wheelhouse note list` lists them");
                    Err(Refusal::new(RefusalKind::NotFound, words))
                }
                Err(error) => Err(refusal_of(&error)),
            };
            drop(reply.send(removed));
        });
    }

    /// Accepts learnt weights, or gives them up for those of the fleet file.
    pub(crate) fn weigh(&self, weights: Option<Weights>, actor: Actor, reply: Reply<()>) {
        let Some(store) = self.store.clone() else {
            return drop(reply.send(Err(no_journal())));
        };
        let (verb, detail) = match &weights {
            Some(weights) => ("weights learnt", weights.words()),
            None => ("weights forgotten", String::new()),
        };
        let entry = AuditEntry {
            at: drivers::clock::now(),
            by: actor,
            run: None,
            verb: Text::line(verb),
            subject: Text::line("priorities"),
            detail: Text::line(detail),
        };
        let in_force = self.fabric.weights.with(weights.as_ref());
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let weighed = match store.weigh(weights, entry).await {
                Ok(line) => {
                    let facts = [
                        Fact::WeightsDeclared(Box::new(in_force)),
                        Fact::Audited(line),
                    ];
                    tell(&events, facts).await;
                    Ok(())
                }
                Err(error) => Err(refusal_of(&error)),
            };
            drop(reply.send(weighed));
        });
    }

    /// What was open, marked, noted and learnt when it was last written down.
    pub(crate) async fn recall_items(&mut self, store: &Store) -> Result<(), StoreError> {
        let learnt = store.learnt_weights().await?;
        self.declare_weights(learnt.as_ref());
        for (item, mark) in store.marks().await? {
            let mark = Box::new(mark);
            self.observe(Fact::ItemMarked { item, mark });
        }
        for note in store.notes().await? {
            self.observe(Fact::NoteWritten(Box::new(note)));
        }
        let happenings = store.happenings(None, RECALLED).await?;
        if !happenings.is_empty() {
            self.observe(Fact::HappeningsRecalled(happenings));
        }
        if let Some(at) = store.operator_seen().await? {
            self.observe(Fact::OperatorSeen(at));
        }
        let signals = store.signals().await?;
        if !signals.is_empty() {
            self.observe(Fact::SignalsRecalled(signals));
        }
        Ok(())
    }

    /// The fleet file was read again: its weights may be others. Those that were learnt are read back for it.
    pub(crate) fn reweigh(&self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        let (fabric, events) = (self.fabric.weights.clone(), self.events.clone());
        self.tasks.spawn(async move {
            match store.learnt_weights().await {
                Ok(learnt) => {
                    let weights = Box::new(fabric.with(learnt.as_ref()));
                    tell(&events, [Fact::WeightsDeclared(weights)]).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "the fleet file's weights wait: those learnt could not be read");
                }
            }
        });
    }

    /// The weights of the fleet file, with those that were learnt over them.
    pub(crate) fn declare_weights(&mut self, learnt: Option<&Weights>) {
        let weights = self.fabric.weights.with(learnt);
        if weights != self.world.weights {
            self.observe(Fact::WeightsDeclared(Box::new(weights)));
        }
    }

    /// What other processes did with items, noted and learnt.
    #[expect(
        clippy::option_option,
        reason = "unchanged and given up are different things"
    )]
    pub(crate) fn tell_foreign(
        &mut self,
        marks: Vec<(ItemId, Mark)>,
        notes: store::ForeignNotes,
        happenings: Vec<Happening>,
        weights: Option<Option<Weights>>,
    ) {
        for (item, mark) in marks {
            let mark = Box::new(mark);
            self.observe(Fact::ItemMarked { item, mark });
        }
        for note in notes.written {
            self.observe(Fact::NoteWritten(Box::new(note)));
        }
        for id in notes.gone {
            self.observe(Fact::NoteGone(id));
        }
        if !happenings.is_empty() {
            self.observe(Fact::HappeningsRecalled(happenings));
        }
        if let Some(learnt) = weights {
            self.declare_weights(learnt.as_ref());
        }
    }

    /// Writes down what the reducer asked for since the last time, and puts away what nobody needs. Beside a process that
    /// does what is done by itself only that one writes: it sees the same, and what another has read of it is older.
    pub(crate) async fn keep_items(&mut self) {
        self.archive().await;
        let executor = self.world.executor.as_ref();
        if executor.is_some_and(|executor| !executor.here) {
            self.unwritten.waiting.signals.clear();
            self.unwritten.waiting.happened.clear();
        }
        let Some(store) = &self.store else { return };
        if self.unwritten.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.unwritten.waiting);
        let (mut open, mut gone) = (Vec::new(), Vec::new());
        for id in &waiting.signals {
            match self.world.signals.get(id).filter(|one| one.is_open()) {
                Some(signal) => open.push(signal.clone()),
                None => gone.push(id.clone()),
            }
        }
        let happened = [&*waiting.happened, &*waiting.done].concat();
        if let Err(error) = store.keep_signals(open, gone, happened).await {
            tracing::warn!(%error, "what became of items is not written down yet; tried again with the next beat");
            self.unwritten.waiting.put_back(waiting);
        }
    }

    async fn archive(&mut self) {
        let now = drivers::clock::now();
        let Some(store) = self.store.clone() else {
            return;
        };
        if !self.is_executor() || now.since(self.unwritten.archived) < ARCHIVED_EVERY {
            return;
        }
        self.unwritten.archived = now;
        let away: Vec<Happening> = items(&self.world, now)
            .iter()
            .filter(|item| item.visibility == world::priorities::Visibility::Archived)
            .filter(|item| item.mark.archived.is_none())
            .map(|item| happening(item, What::Archived, now))
            .collect();
        if away.is_empty() {
            return;
        }
        match store.archive(away.clone()).await {
            Ok(marks) => {
                for (item, mark) in marks {
                    let mark = Box::new(mark);
                    self.observe(Fact::ItemMarked { item, mark });
                }
                self.observe(Fact::HappeningsRecalled(away));
            }
            Err(error) => tracing::warn!(%error, "what nobody needs is not put away"),
        }
    }

    /// Notes that a run of this process carries out the fix of items.
    pub(crate) fn fix_begun(&mut self, run: &Run) {
        let now = drivers::clock::now();
        let by = run.plan.by.user.clone();
        let begun: Vec<Happening> = items(&self.world, now)
            .iter()
            .filter(|item| {
                let fix = item.fix.as_ref();
                fix.is_some_and(|fix| fix::carries_out(&run.plan, fix))
            })
            .filter(|item| !fix_is_begun(&self.world, &item.id, run.id()))
            .map(|item| {
                let what = What::FixBegun {
                    by: by.clone(),
                    run: run.id(),
                };
                happening(item, what, now)
            })
            .collect();
        self.happened(begun);
    }

    /// Notes how a run has ended that was the fix of items.
    pub(crate) fn fix_ended(&mut self, run: RunId, words: &str) {
        let now = drivers::clock::now();
        let of_run =
            |one: &&Happening| matches!(one.what, What::FixBegun { run: of, .. } if of == run);
        let ended: Vec<Happening> = self
            .world
            .happenings
            .iter()
            .filter(of_run)
            .map(|begun| Happening {
                at: now,
                what: What::FixEnded {
                    run,
                    words: Text::line(words),
                },
                ..begun.clone()
            })
            .collect();
        self.happened(ended);
    }

    /// What the engine itself knows of items, told and written down.
    fn happened(&mut self, happened: Vec<Happening>) {
        if !happened.is_empty() {
            self.unwritten.waiting.done.extend_from_slice(&happened);
            self.observe(Fact::HappeningsRecalled(happened));
        }
    }
}

fn happening(item: &Item, what: What, at: Time) -> Happening {
    Happening {
        at,
        item: item.id.clone(),
        title: item.title.clone(),
        what,
        at_risk: item.at_risk,
    }
}

/// Tells facts, in this order; the end of the engine ends it.
async fn tell(events: &kit::queue::Sender<Event>, facts: impl IntoIterator<Item = Fact>) {
    for fact in facts {
        let event = Event {
            at: drivers::clock::now(),
            fact,
        };
        if events.send(event).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn became(title: &str) -> Happening {
        Happening {
            at: Time::default(),
            item: ItemId("node.down node/web-1".into()),
            title: Text::line(title),
            what: What::Raised,
            at_risk: None,
        }
    }

    fn titles(happened: &[Happening]) -> Vec<&str> {
        happened.iter().map(|one| one.title.as_str()).collect()
    }

    #[test]
    fn what_could_not_be_written_stands_before_what_came_since() {
        let mut unwritten = Unwritten::default();
        unwritten.happened(vec![became("first"), became("second")]);
        unwritten.waiting.done.push(became("ours"));
        let taken = std::mem::take(&mut unwritten.waiting);
        assert!(unwritten.waiting.is_empty());
        unwritten.happened(vec![became("third")]);
        unwritten.waiting.put_back(taken);
        assert_eq!(
            titles(&unwritten.waiting.happened),
            ["first", "second", "third"]
        );
        assert_eq!(titles(&unwritten.waiting.done), ["ours"]);
    }

    #[test]
    fn of_what_waits_too_long_the_oldest_gives_way() {
        let mut waiting = Waiting {
            happened: vec![became("new")],
            ..Waiting::default()
        };
        waiting.put_back(Waiting {
            happened: vec![became("old"); WAITING_MOST],
            ..Waiting::default()
        });
        assert_eq!(waiting.happened.len(), WAITING_MOST);
        assert_eq!(waiting.happened.last(), Some(&became("new")));
    }
}
