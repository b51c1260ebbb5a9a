//! Plans and runs: the checks before anything is begun, the grace window, the journal around it, and what is done about
//! runs whose process ended in the middle.
//!
//! Flow: [`Core::plan`] → the plan is kept → [`Core::submit`] checks consent and age → the store takes the run on (leases,
//! audit) → grace window → `actions::execute` → the end is journalled, audited and told.

use std::sync::PoisonError;

use store::{AuditEntry, Store, StoreError};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vocab::{RunId, Span, Text};
use world::{
    Actor, Confirmation, Consent, Fact, Intent, Notice, NoticeKind, Plan, Refusal, RefusalKind,
    Run, RunState, SiteOrder, StepState, World,
};

use crate::core::Core;
use crate::handle::Request;
use crate::mend::{self, Mending};
use crate::sites;
use crate::teller::{Teller, entry, objects};

/// A plan older than this is refused: the world it was made of has gone by.
const PLAN_KEEPS: Span = Span::minutes(10);

/// The most plans that are kept for a decision.
const PLANS_KEPT: usize = 100;

/// A run under way.
pub(crate) struct ActiveRun {
    /// Begins no further step.
    pub cancel: CancellationToken,
    /// Whether the terminal is handed over and its end is told by the face.
    shell: bool,
    title: Text,
}

impl ActiveRun {
    /// A run on a site that was taken over from a process that is gone.
    pub(crate) fn of_site(cancel: CancellationToken, run: &Run) -> Self {
        Self {
            cancel,
            shell: false,
            title: run.plan.title.clone(),
        }
    }
}

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

impl Core {
    /// Makes a plan in a task of its own; looking may take a while and must not hold the loop.
    pub(crate) fn plan(&mut self, intent: Intent, actor: Actor, reply: Reply<Plan>) {
        let world = self.view();
        let connections = self
            .connections
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let (requests, grace) = (self.requests.clone(), self.grace);
        let hosting = self.fabric.hosting.clone();
        let looked = match &intent {
            Intent::Run { run, .. } => Some(self.looked(*run)),
            Intent::SiteRequest(_) if self.store.is_some() && !self.booked => {
                let words =
                    "the books of the sites could not be read yet, see the notices: try again";
                drop(reply.send(Err(Refusal::new(RefusalKind::Journal, words))));
                return;
            }
            _ => None,
        };
        self.tasks.spawn(async move {
            let now = drivers::clock::now();
            let made = match intent {
                Intent::Run { run, way } => match looked {
                    Some(Ok(looked)) => mend::plan(looked, (run, way), actor, now).await,
                    Some(Err(refusal)) => Err(refusal),
                    None => Err(Refusal::new(RefusalKind::NotFound, "there is no such run")),
                },
                Intent::SiteRequest(request) => {
                    sites::plan(&world, hosting, &request, actor, now).await
                }
                intent => actions::plan(&world, &connections, intent, actor, now, grace).await,
            };
            if let Ok(plan) = &made {
                // Kept by the loop before the answer is given, so that a submit cannot overtake it.
                drop(
                    requests
                        .send(Request::Planned(Box::new(plan.clone())))
                        .await,
                );
            }
            drop(reply.send(made));
        });
    }

    /// The world without its figures' course: what a plan is made of.
    fn view(&mut self) -> World {
        let series = std::mem::take(&mut self.world.series);
        let view = self.world.clone();
        self.world.series = series;
        view
    }

    /// Keeps a plan until it is decided on.
    pub(crate) fn planned(&mut self, plan: Plan) {
        let now = drivers::clock::now();
        self.plans
            .retain(|_, kept| now.since(kept.made) < PLAN_KEEPS);
        if self.plans.len() >= PLANS_KEPT {
            // The oldest gives way: an operator decides on what they have just been shown.
            let oldest = self.plans.values().min_by_key(|kept| (kept.made, kept.id));
            if let Some(oldest) = oldest.map(|kept| kept.id) {
                self.plans.remove(&oldest);
            }
        }
        self.plans.insert(plan.id, plan);
    }

    /// Takes a plan on, when everything allows it.
    pub(crate) fn submit(&mut self, id: RunId, consent: &Consent, reply: Reply<()>) {
        match self.admissible(id, consent) {
            Ok((plan, store)) => self.begin(plan, consent, store, reply),
            Err(refusal) => drop(reply.send(Err(refusal))),
        }
    }

    /// The plan, when it is known, fresh, consented to, and there is a journal to write it in.
    fn admissible(&mut self, id: RunId, consent: &Consent) -> Result<(Plan, Store), Refusal> {
        let now = drivers::clock::now();
        let plan = self
            .plans
            .get(&id)
            .filter(|plan| now.since(plan.made) < PLAN_KEEPS)
            .ok_or_else(|| {
                Refusal::new(
                    RefusalKind::Stale,
                    "the plan is unknown or too old: make it again",
                )
            })?;
        if !plan.allows(consent) {
            let wanted = match &plan.confirmation {
                Confirmation::Grace(_) => "it has to be confirmed".to_owned(),
                Confirmation::Letter(letter) => format!("it is confirmed with the letter {letter}"),
                Confirmation::TypedName(name) => {
                    format!("it cannot be taken back: type {name} to confirm it")
                }
            };
            return Err(Refusal::new(RefusalKind::Consent, wanted));
        }
        if let Some(order) = plan.order()
            && self.has_changed(order)
        {
            let words = format!(
                "{} is not any more what it was when the plan was made: make it again",
                order.site.domain
            );
            return Err(Refusal::new(RefusalKind::Stale, words));
        }
        let store = self.store.clone().ok_or_else(|| {
            let words =
                "there is no journal to write it in, so nothing is changed; see the notices";
            Refusal::new(RefusalKind::Journal, words)
        })?;
        // A plan is good for one run.
        let plan = self
            .plans
            .remove(&id)
            .ok_or_else(|| Refusal::new(RefusalKind::Stale, "the plan is gone"))?;
        Ok((plan, store))
    }

    /// Whether the site is another one by the books than when its plan was made.
    fn has_changed(&self, order: &SiteOrder) -> bool {
        let was = order.was.as_deref();
        let domain = was.map_or(&order.site.domain, |was| &was.domain);
        self.world.sites.get(domain) != was
    }

    /// Journals the run and lets it go, in a task of its own.
    fn begin(&mut self, plan: Plan, consent: &Consent, store: Store, reply: Reply<()>) {
        let id = plan.id;
        // The end of the program begins no further step of any run; only an operator turns a run on a site back.
        let cancel = if plan.order().is_some() {
            CancellationToken::new()
        } else {
            self.cancel_of_runs.child_token()
        };
        let shell = plan.intent.is_shell();
        self.active.insert(
            id,
            ActiveRun {
                cancel: cancel.clone(),
                shell,
                title: plan.title.clone(),
            },
        );
        let now = drivers::clock::now();
        let grace = match (&plan.confirmation, consent) {
            (Confirmation::Grace(grace), Consent::Grace) if grace.0 > 0 => Some(now + *grace),
            _ => None,
        };
        let state = grace.map_or(RunState::Running, |until| RunState::Grace { until });
        let run = Run::new(plan, state, now);
        let teller = Teller {
            events: self.events.clone(),
            store: store.clone(),
        };
        let connections = self
            .connections
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let site = self.site_run(cancel.clone());
        let requests = self.requests.clone();
        self.tasks.spawn(async move {
            let entry = entry(&run, "submitted", &objects(&run.plan), now);
            match store.take_on(&run, entry).await {
                Ok(line) => {
                    teller.tell(Fact::RunRecorded(Box::new(run.clone()))).await;
                    teller.tell(Fact::Audited(line)).await;
                    drop(reply.send(Ok(())));
                }
                Err(error) => {
                    teller
                        .tell(Fact::RunMoved {
                            run: id,
                            state: RunState::Cancelled,
                        })
                        .await;
                    drop(reply.send(Err(refusal_of(&error))));
                    return;
                }
            }
            if shell {
                teller.open_shell(&run).await;
            } else if run.plan.order().is_some() {
                site.carry_on(&teller, run).await;
            } else if let Intent::Run { run: target, way } = run.plan.intent {
                let mending = Mending {
                    teller,
                    requests,
                    cancel,
                };
                mend::carry_out(mending, run, (target, way)).await;
            } else {
                teller.carry_out(run, grace, cancel, connections).await;
            }
        });
    }

    /// Takes a run back in its grace window, or begins no further step of it.
    pub(crate) fn cancel_run(&mut self, id: RunId, actor: Actor, reply: Reply<()>) {
        let Some(active) = self.active.get(&id) else {
            let words = if self.world.runs.contains_key(&id) {
                "the run is over, or another process carries it out"
            } else {
                "there is no such run"
            };
            drop(reply.send(Err(Refusal::new(RefusalKind::NotFound, words))));
            return;
        };
        active.cancel.cancel();
        let title = active.title.clone();
        let running = self
            .world
            .runs
            .get(&id)
            .is_some_and(|run| run.state == RunState::Running);
        if running {
            self.observe(Fact::RunMoved {
                run: id,
                state: RunState::Cancelling,
            });
        }
        if let Some(store) = self.store.clone() {
            let entry = AuditEntry {
                at: drivers::clock::now(),
                by: actor,
                run: Some(id),
                verb: Text::line("cancel asked"),
                subject: title,
                detail: Text::default(),
            };
            let teller = Teller {
                events: self.events.clone(),
                store,
            };
            self.tasks.spawn(async move {
                match teller.store.append_audit(entry).await {
                    Ok(line) => teller.tell(Fact::Audited(line)).await,
                    Err(error) => {
                        tracing::error!(run = %id, %error, "who asked to cancel a run is not in the audit log");
                    }
                }
            });
        }
        drop(reply.send(Ok(())));
    }

    /// The shell of a handover run has ended.
    pub(crate) fn shell_ended(&mut self, id: RunId, status: Option<i32>, reply: Reply<()>) {
        let run = self
            .world
            .runs
            .get(&id)
            .filter(|_| self.active.get(&id).is_some_and(|active| active.shell))
            .cloned();
        let (Some(run), Some(store)) = (run, self.store.clone()) else {
            drop(reply.send(Err(Refusal::new(
                RefusalKind::NotFound,
                "no shell of this run is open",
            ))));
            return;
        };
        let teller = Teller {
            events: self.events.clone(),
            store,
        };
        self.tasks.spawn(async move {
            teller.close_shell(&run, status).await;
            drop(reply.send(Ok(())));
        });
    }

    /// What the journal holds from before: the newest runs and audit lines to show, and runs whose process ended in the
    /// middle, which become unknown.
    pub(crate) async fn recover(&mut self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        if let Err(error) = self.recover_from(&store).await {
            self.observe(Fact::Noticed(journal_notice(&error.to_string())));
        }
    }

    async fn recover_from(&mut self, store: &Store) -> Result<(), StoreError> {
        for line in store.audit(200).await?.into_iter().rev() {
            self.observe(Fact::Audited(line));
        }
        // Backups before their sites: a site that has none is an alarm.
        for backup in store.backups().await? {
            self.observe(Fact::BackupBooked(Box::new(backup)));
        }
        for site in store.sites().await? {
            self.observe(Fact::SiteBooked(Box::new(site)));
        }
        self.booked = true;
        self.recall_business(store).await?;
        self.look_first(store).await;
        self.read_fixes().await;
        self.recall_items(store).await?;
        let known = store.runs(100).await?;
        for run in known.runs.into_iter().rev() {
            self.observe(Fact::RunRecorded(Box::new(run)));
        }
        if !known.unreadable.is_empty() {
            let words = format!(
                "{} runs of the journal cannot be read and are not shown",
                known.unreadable.len()
            );
            self.observe(Fact::Noticed(journal_notice(&words)));
        }
        let now = drivers::clock::now();
        for mut run in store.take_over(self.left_here()).await? {
            if run.plan.order().is_some() {
                self.resume(run, store.clone());
                continue;
            }
            let (state, verb, words) = interrupted(&mut run);
            run.state = state.clone();
            run.ended = Some(now);
            for (index, step) in run.steps.iter().enumerate() {
                store.step(run.id(), index, &step.state, None).await?;
            }
            let entry = entry(&run, verb, words, now);
            if let Some(line) = store
                .run_state(run.id(), &state, Some(now), Some(entry))
                .await?
            {
                self.observe(Fact::Audited(line));
            }
            self.observe(Fact::RunRecorded(Box::new(run)));
        }
        Ok(())
    }

    /// Runs and audit lines of other processes: a command in a shell beside this console.
    pub(crate) async fn read_foreign(&mut self) {
        let Some(store) = &self.store else { return };
        let Ok(foreign) = store.poll_foreign().await else {
            return;
        };
        if !self.booked || foreign.runs.iter().any(|run| run.plan.order().is_some()) {
            // Where sites stand now is known before one that is over has them looked at.
            self.read_books().await;
        }
        for run in foreign.runs {
            self.observe(Fact::RunRecorded(Box::new(run)));
        }
        self.moved_up(foreign.waiting);
        if !foreign.audit.is_empty() {
            // Whatever is done to the autopilot, and by it, has its line.
            self.read_fixes().await;
        }
        for line in foreign.audit {
            self.observe(Fact::Audited(line));
        }
        self.tell_foreign(
            foreign.marks,
            foreign.notes,
            foreign.happenings,
            foreign.weights,
        );
    }
}

fn journal_notice(words: &str) -> Notice {
    Notice {
        kind: NoticeKind::Store,
        subject: Text::line("journal"),
        text: Text::line(words),
        grave: true,
    }
}

/// What became of a run whose process ended: a step that had begun may have happened or not, and only looking tells.
fn interrupted(run: &mut Run) -> (RunState, &'static str, &'static str) {
    if matches!(run.state, RunState::Grace { .. }) {
        skip_waiting(run);
        return (
            RunState::Cancelled,
            "cancelled",
            "the console ended in its grace window; nothing was begun",
        );
    }
    let shell = run.plan.intent.is_shell();
    for step in &mut run.steps {
        if matches!(step.state, StepState::Running { .. }) {
            step.state = StepState::Unknown {
                reason: Text::line("the console ended while it was under way"),
            };
        }
    }
    skip_waiting(run);
    if shell {
        return (
            RunState::Done,
            "shell lost",
            "the console ended while the shell was open",
        );
    }
    if matches!(run.plan.intent, Intent::Run { .. }) {
        return (
            RunState::Done,
            "not followed",
            "the console ended; the other run tells how it ends",
        );
    }
    (
        RunState::Unknown,
        "unknown",
        "the console ended in the middle; look at the objects",
    )
}

fn skip_waiting(run: &mut Run) {
    for step in run
        .steps
        .iter_mut()
        .filter(|step| step.state == StepState::Waiting)
    {
        step.state = StepState::Skipped;
    }
}

/// A store's refusal in the words of the link: somebody else is at it, or the journal cannot be written.
pub(crate) fn refusal_of(error: &StoreError) -> Refusal {
    let kind = match error {
        StoreError::Held { .. } => RefusalKind::Conflict,
        _ => RefusalKind::Journal,
    };
    Refusal::new(kind, error.to_string())
}
