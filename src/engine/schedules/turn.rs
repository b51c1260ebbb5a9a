//! One turn of a schedule, from the store's leave to begin it to how it ended.

use schedule::{Schedule, Work};
use store::Store;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use vocab::{RunId, Span, Text, Time};
use world::query::reach_in_words;
use world::{Actor, Face, Fact, Intent, RefusalKind, RunState, Turn, TurnEnd, World};

use super::work;
use crate::handle::{Handle, Request, Subscription};

/// Where no next turn is known, what would be late within this time is done now.
const AHEAD: Span = Span::days(1);

/// A round of visits that is asked for waits for the one that is under way, and then takes as long as a visit may.
const VISITED_WITHIN: Span = Span::seconds(90);

/// What a turn is carried out with.
pub(super) struct Carrier {
    pub handle: Handle,
    pub store: Store,
    /// Nothing more is begun once this is cancelled.
    pub ends: CancellationToken,
    pub schedule: Schedule,
}

/// How one wish of a turn ended.
enum Ended {
    Well,
    Nothing,
    Badly(String),
    Interrupted,
}

impl Carrier {
    /// Carries the turn out, when the store lets it begin.
    pub async fn carry_out(self, expected: Option<Time>, alone: bool) {
        let name = self.schedule.name.clone();
        let begun = drivers::clock::now();
        let leave = self.store.begin_turn(name.clone(), expected, alone, begun);
        let leave = leave.await;
        let is_begun = matches!(leave, Ok(true));
        match leave {
            Ok(true) => {
                tracing::info!(schedule = %name, "a turn begins");
                // The world is told that it is under way.
                drop(self.handle.requests.send(Request::Attend).await);
                let (end, words) = tokio::select! {
                    biased;
                    () = self.handle.cancel.cancelled() => interrupted(),
                    ended = self.work(begun) => ended,
                };
                let now = drivers::clock::now();
                tracing::info!(schedule = %name, end = end.word(), %words, "a turn is over");
                let turn = Turn {
                    begun,
                    took: now.since(begun),
                    end,
                    words: Text::line(vocab::mask::mask(&words)),
                };
                if let Err(error) = self.store.end_turn(name.clone(), turn, now).await {
                    tracing::error!(schedule = %name, %error, "the end of a turn could not be written down");
                }
            }
            // Another process is at it, or the store says no for now: looked at again the next time.
            Ok(false) => {}
            Err(error) => tracing::warn!(schedule = %name, %error, "a turn cannot be begun"),
        }
        let ended = Request::TurnEnded(name, is_begun);
        drop(self.handle.requests.send(ended).await);
    }

    async fn work(&self, begun: Time) -> (TurnEnd, String) {
        if self.schedule.work == Work::Sweep {
            return match self.handle.sweep().await {
                Ok(0) => (TurnEnd::Done, "no orphan".to_owned()),
                Ok(found) => (TurnEnd::Done, counted(found, "orphan")),
                Err(why) => (TurnEnd::Failed, why.to_string()),
            };
        }
        if self.schedule.work == Work::Health {
            return self.visit(begun).await;
        }
        if self.schedule.work == Work::Deployments {
            return match self.handle.compare_releases().await {
                Ok(0) => (TurnEnd::Nothing, String::new()),
                Ok(looked) => (
                    TurnEnd::Done,
                    format!("{} looked at", counted(looked, "site")),
                ),
                Err(why) => (TurnEnd::Failed, why.to_string()),
            };
        }
        let Some(mut seen) = self.handle.subscribe().await else {
            return interrupted();
        };
        let name = self.schedule.name.as_str();
        let next = self.schedule.rule.next(begun, begun, name);
        let next = next.unwrap_or(begun + AHEAD);
        let wishes = work::wishes(&self.schedule.work, &seen.world, begun, next);
        let mut well = 0;
        let mut badly = Vec::new();
        for (about, intent) in wishes {
            if self.ends.is_cancelled() {
                return interrupted();
            }
            match self.one(&mut seen, intent).await {
                Ended::Well => well += 1,
                Ended::Nothing => {}
                Ended::Badly(why) => badly.push(format!("{about}: {why}")),
                Ended::Interrupted => return interrupted(),
            }
        }
        match (well, badly.as_slice()) {
            (0, []) => (TurnEnd::Nothing, String::new()),
            (well, []) => (TurnEnd::Done, counted(well, "run")),
            (well, badly) => {
                let all = well + badly.len();
                let words = format!("{} of {all} failed: {}", badly.len(), badly.join("; "));
                (TurnEnd::Failed, words)
            }
        }
    }

    /// Has all sites visited, and waits until they were.
    async fn visit(&self, begun: Time) -> (TurnEnd, String) {
        let Some(mut seen) = self.handle.subscribe().await else {
            return interrupted();
        };
        if seen.world.sites.is_empty() {
            return (TurnEnd::Nothing, String::new());
        }
        let look = Request::VisitSites(self.schedule.name.clone());
        drop(self.handle.requests.send(look).await);
        let visited = async {
            loop {
                match seen.changes.recv().await {
                    Ok(event) => {
                        drop(seen.world.apply(&event));
                        if matches!(event.fact, Fact::SitesVisited { begun: at } if at >= begun) {
                            return Some(round(&seen.world, begun, event.at));
                        }
                    }
                    Err(RecvError::Lagged(_)) => seen = self.handle.subscribe().await?,
                    Err(RecvError::Closed) => return None,
                }
            }
        };
        match timeout(VISITED_WITHIN.duration(), visited).await {
            Ok(Some(turn)) => (turn.end, turn.words.to_string()),
            Ok(None) => interrupted(),
            Err(_) => {
                let words = format!("not every site was visited within {VISITED_WITHIN}");
                (TurnEnd::Failed, words)
            }
        }
    }

    /// One wish: its plan, the consent that the declaration is, its run to the end.
    async fn one(&self, seen: &mut Subscription, intent: Intent) -> Ended {
        let actor = Actor {
            user: Text::line(format!("schedule {}", self.schedule.name)),
            face: Face::Schedule,
        };
        let plan = match self.handle.plan(intent, actor).await {
            Ok(plan) => plan,
            Err(refusal) if refusal.kind == RefusalKind::Needless => return Ended::Nothing,
            Err(refusal) => return Ended::Badly(refusal.to_string()),
        };
        if plan.steps.is_empty() {
            return Ended::Nothing;
        }
        let Some(consent) = work::consent(&self.schedule.work, &plan) else {
            let words = "its plan asks for more than the schedule's declaration covers";
            return Ended::Badly(words.to_owned());
        };
        if let Err(refusal) = self.handle.submit(plan.id, consent).await {
            return Ended::Badly(refusal.to_string());
        }
        match self.end_of(seen, plan.id).await {
            Some(RunState::Verified | RunState::Done) => Ended::Well,
            Some(state) => Ended::Badly(format!("{} (run {})", state.word(), plan.id.short())),
            None => Ended::Interrupted,
        }
    }

    /// How a run ends; `None` when the engine ends first.
    async fn end_of(&self, seen: &mut Subscription, id: RunId) -> Option<RunState> {
        loop {
            if let Some(run) = seen.world.runs.get(&id)
                && run.state.is_over()
            {
                return Some(run.state.clone());
            }
            match seen.changes.recv().await {
                Ok(event) => drop(seen.world.apply(&event)),
                Err(RecvError::Lagged(_)) => *seen = self.handle.subscribe().await?,
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// A round of visits as a turn. What does not answer is an item of its own: the round is done all the same.
pub(super) fn round(world: &World, begun: Time, now: Time) -> Turn {
    Turn {
        begun,
        took: now.since(begun),
        end: TurnEnd::Done,
        words: Text::line(reach_in_words(world, now)),
    }
}

fn interrupted() -> (TurnEnd, String) {
    let words = "the process was told to end; what runs is finished or gone on with";
    (TurnEnd::Interrupted, words.to_owned())
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
