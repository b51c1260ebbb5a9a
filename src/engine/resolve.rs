//! What an operator decides of a run that needs one: try again, believe that it was removed, keep it.
//!
//! Flow: [`Core::resolve_run`] → looked at (what was removed must be gone) → what is kept is written down → the run is taken
//! up again, with its leases and an audit line → the saga goes on from its records.
use std::sync::Arc;

use saga::{Direction, Journal, Undoing};
use store::{AuditEntry, StoreError};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vocab::{RunId, Span, Text};
use world::{Actor, Fact, Kept, LeftOver, Refusal, RefusalKind, Run, RunState, WayOut};

use crate::core::Core;
use crate::runs::{ActiveRun, refusal_of};
use crate::sites::{Books, SiteRun, shown_as};
use crate::teller::Teller;

/// How long nobody is told of what is kept.
const KEPT_FOR: Span = Span::minutes(30 * 24 * 60);

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

impl Core {
    /// Takes an operator's way out of a run that waits for one. Answers when it is decided; the run goes on by itself.
    pub(crate) fn resolve_run(&mut self, id: RunId, way: WayOut, actor: Actor, reply: Reply<()>) {
        let Some(store) = self.store.clone() else {
            let words =
                "there is no journal to write it in, so nothing is changed; see the notices";
            drop(reply.send(Err(Refusal::new(RefusalKind::Journal, words))));
            return;
        };
        if self.world.demo {
            let words = "the demo plays no providers: what is left there can be looked at, and not be ended; \
                         `wheelhouse sandbox` plays them";
            drop(reply.send(Err(Refusal::new(RefusalKind::Invalid, words))));
            return;
        }
        if self.active.contains_key(&id) {
            let words = "the run goes on just now: `wheelhouse runs` shows how far it is";
            drop(reply.send(Err(Refusal::new(RefusalKind::Conflict, words))));
            return;
        }
        let cancel = CancellationToken::new();
        let known = self.world.runs.get(&id).cloned();
        if let Some(run) = &known {
            if let Err(refusal) = needs_operator(run) {
                drop(reply.send(Err(refusal)));
                return;
            }
            // Known as under way from now on, so that no second decision comes in between.
            self.active
                .insert(id, ActiveRun::of_site(cancel.clone(), run));
        }
        let teller = Teller {
            events: self.events.clone(),
            store,
        };
        let site = self.site_run(cancel);
        let is_known = known.is_some();
        self.tasks.spawn(async move {
            let decided = match found(&teller, id, known).await {
                Ok(run) => take_up(&teller, &site, run, &way, actor).await,
                Err(refusal) => Err(refusal),
            };
            match decided {
                Ok(run) => {
                    drop(reply.send(Ok(())));
                    site.carry_on(&teller, run).await;
                }
                Err(refusal) => {
                    if is_known {
                        let state = RunState::NeedsOperator;
                        teller.tell(Fact::RunMoved { run: id, state }).await;
                    }
                    drop(reply.send(Err(refusal)));
                }
            }
        });
    }
}

/// The run, when it waits for an operator.
async fn found(teller: &Teller, id: RunId, known: Option<Run>) -> Result<Run, Refusal> {
    let run = match known {
        Some(run) => Some(run),
        None => teller
            .store
            .run(id)
            .await
            .map_err(|error| refusal_of(&error))?,
    };
    let Some(run) = run else {
        let words = "there is no such run: `wheelhouse runs` lists them";
        return Err(Refusal::new(RefusalKind::NotFound, words));
    };
    needs_operator(&run)?;
    Ok(run)
}

fn needs_operator(run: &Run) -> Result<(), Refusal> {
    if run.state == RunState::NeedsOperator && run.plan.order().is_some() {
        return Ok(());
    }
    let words = format!(
        "run {} needs no operator: it is {}",
        run.id().short(),
        run.state.word()
    );
    Err(Refusal::new(RefusalKind::Invalid, words))
}

/// Checks the way out, writes it down, and takes the run up again.
async fn take_up(
    teller: &Teller,
    site: &SiteRun,
    mut run: Run,
    way: &WayOut,
    actor: Actor,
) -> Result<Run, Refusal> {
    let ends = site
        .hosting
        .as_ref()
        .map_err(|why| Refusal::new(RefusalKind::Invalid, why))?;
    let Some(order) = run.plan.order() else {
        return Err(Refusal::new(RefusalKind::Invalid, "it is a run of no site"));
    };
    let (store, id) = (&teller.store, run.id());
    // Looking tells nobody how far it is.
    let untold: Arc<dyn Fn(saga::Progress) + Send + Sync> = Arc::new(|_| {});
    let steps = hosting::steps(&run.plan, order, ends, Books::new(teller), &untold);
    let kept = hosting::may_leave(&run.plan, &steps, store, way).await?;
    let journal = |error: saga::JournalError| Refusal::new(RefusalKind::Journal, error.0);
    let (status, _) = store.load(id).await.map_err(journal)?;
    let state = match status.direction {
        Direction::Forward => RunState::Running,
        Direction::Back(_) => RunState::RollingBack,
    };
    let now = drivers::clock::now();
    let entry = entry(&run, way, &kept, &actor);
    let refused = |error: StoreError| refusal_of(&error);
    let line = store.take_up(&run, &state, entry).await.map_err(refused)?;
    if let WayOut::Keep(why) = way {
        let until = now + KEPT_FOR;
        let kept = kept.into_iter().map(|object| Kept {
            object,
            run: id,
            by: actor.clone(),
            why: why.clone(),
            until,
        });
        store.keep(kept.collect()).await.map_err(refused)?;
    }
    let (_, before) = store.load(id).await.map_err(journal)?;
    saga::stuck::release(id, store as &dyn Journal, &hosting::way(way), now)
        .await
        .map_err(journal)?;
    run.state = state;
    run.ended = None;
    teller.tell(Fact::RunRecorded(Box::new(run.clone()))).await;
    teller.tell(Fact::Audited(line)).await;
    let (_, released) = store.load(id).await.map_err(journal)?;
    for (index, (before, record)) in before.iter().zip(&released).enumerate() {
        if matches!(before.undo, Undoing::Stuck(_))
            && let Some(step) = run.steps.get(index)
        {
            let state = shown_as(&run, index, record, &step.state, now);
            run.steps[index].state = state.clone();
            teller.step_moved(&run, index, state, None).await;
        }
    }
    Ok(run)
}

fn entry(run: &Run, way: &WayOut, kept: &[LeftOver], actor: &Actor) -> AuditEntry {
    let (verb, detail) = match way {
        WayOut::Retry => ("retry asked", String::new()),
        WayOut::Removed => ("said to be removed", "seen to be gone".to_owned()),
        WayOut::Keep(why) => {
            let objects: Vec<String> = kept
                .iter()
                .map(|object| format!("{} {} ({})", object.kind, object.name, object.id))
                .collect();
            ("kept", format!("{}: {why}", objects.join(", ")))
        }
    };
    AuditEntry {
        at: drivers::clock::now(),
        by: actor.clone(),
        run: Some(run.id()),
        verb: Text::line(verb),
        subject: run.plan.title.clone(),
        detail: Text::line(vocab::mask::mask(&detail)),
    }
}
