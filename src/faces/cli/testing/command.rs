//! A command that plans simply, remembers what it was asked, and lets runs end as told.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use link::Command;
use tokio::sync::mpsc;
use vocab::{ChannelName, RunId, ScheduleName, Span, Text};
use world::alerts::test_message;
use world::plan::StepCall;
use world::{
    Actor, AutopilotRequest, Confirmation, Consent, ContainerVerb, Delivery, Event, Executor, Face,
    Fact, FoundBackups, Intent, ItemId, Mark, MarkRequest, NoteRequest, Plan, PlanObject,
    PlannedStep, Refusal, RefusalKind, Reversibility, Run, RunState, ScheduleVerb, StepState, Turn,
    TurnEnd, WayOut, Weights, World,
};

use super::NOW;

/// How runs end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Well.
    Well,
    /// Their last step fails with this exit status.
    Failed(i32),
    /// Nobody knows how.
    Unknown,
    /// Not before they are cancelled.
    Never,
}

/// See above.
pub(crate) struct FakeCommand {
    events: mpsc::UnboundedSender<Event>,
    world: Mutex<World>,
    state: Mutex<State>,
}

struct State {
    ending: Ending,
    plans: Vec<Plan>,
    asked: Vec<String>,
}

impl FakeCommand {
    pub fn new(events: mpsc::UnboundedSender<Event>, world: World) -> Self {
        let state = State {
            ending: Ending::Well,
            plans: Vec::new(),
            asked: Vec::new(),
        };
        Self {
            events,
            world: Mutex::new(world),
            state: Mutex::new(state),
        }
    }

    /// Plans over this world from now on.
    pub fn look_at(&self, world: World) {
        *self.world.lock().unwrap_or_else(PoisonError::into_inner) = world;
    }

    fn world(&self) -> World {
        self.world
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn set_ending(&self, ending: Ending) {
        self.with(|state| state.ending = ending);
    }

    /// What was submitted, cancelled and told, in words.
    pub fn asked(&self) -> Vec<String> {
        self.with(|state| state.asked.clone())
    }

    /// The wishes of all plans.
    pub fn intents(&self) -> Vec<Intent> {
        self.with(|state| state.plans.iter().map(|plan| plan.intent.clone()).collect())
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        what(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self, fact: Fact) {
        drop(self.events.send(Event { at: NOW, fact }));
    }

    fn object(&self, intent: &Intent) -> Vec<PlanObject> {
        let object = |node: &vocab::NodeName, kind: &str, name: &str| PlanObject {
            node: node.clone(),
            kind: kind.into(),
            name: name.into(),
            detail: "as it is".into(),
        };
        let world = self.world();
        let container = |key: &vocab::ContainerKey| {
            object(
                &key.node,
                "container",
                &world.containers[key].container.name,
            )
        };
        match intent {
            Intent::Containers { targets, .. } => targets.iter().map(container).collect(),
            Intent::ContainerCommand { target, .. } | Intent::ContainerShell { target } => {
                vec![container(target)]
            }
            Intent::RestartUnits { targets } => targets
                .iter()
                .map(|(node, unit)| object(node, "unit", unit.as_str()))
                .collect(),
            Intent::Prune { nodes, .. } => nodes
                .iter()
                .map(|node| object(node, "untagged image", "sha256:1234"))
                .collect(),
            Intent::Reboot { nodes }
            | Intent::Reconnect { nodes }
            | Intent::PruneLogs { nodes }
            | Intent::Command { nodes, .. } => nodes
                .iter()
                .map(|node| object(node, "node", node.as_str()))
                .collect(),
            Intent::NodeShell { node } => vec![object(node, "node", node.as_str())],
            Intent::SiteRequest(_) | Intent::Site(_) | Intent::Run { .. } => Vec::new(),
        }
    }
}

fn call(intent: &Intent, object: &PlanObject) -> StepCall {
    let node = object.node.clone();
    match intent {
        Intent::NodeShell { .. } | Intent::ContainerShell { .. } => StepCall::Handover {
            node,
            command: ["sh", "-c", "exit 7"].map(str::to_owned).to_vec(),
        },
        _ => StepCall::Command {
            node,
            command: vec!["true".to_owned()],
        },
    }
}

fn asks(intent: &Intent, objects: &[PlanObject]) -> (Reversibility, Confirmation) {
    let name = || Confirmation::TypedName(objects[0].name.clone());
    match intent {
        Intent::Containers {
            verb: ContainerVerb::Stop | ContainerVerb::Start,
            ..
        } => (
            Reversibility::Reversible,
            Confirmation::Grace(Span::seconds(5)),
        ),
        Intent::Containers {
            verb: ContainerVerb::Remove,
            ..
        }
        | Intent::Reboot { .. } => (Reversibility::Irreversible, name()),
        Intent::Prune { nodes, .. } | Intent::PruneLogs { nodes } => (
            Reversibility::Irreversible,
            Confirmation::TypedName(Text::line(nodes[0].as_str())),
        ),
        Intent::NodeShell { .. } | Intent::ContainerShell { .. } => {
            (Reversibility::Reversible, Confirmation::Grace(Span::ZERO))
        }
        _ => (Reversibility::Disruptive, Confirmation::Letter('r')),
    }
}

#[async_trait]
impl Command for FakeCommand {
    async fn plan(&self, intent: Intent) -> Result<Plan, Refusal> {
        let objects = self.object(&intent);
        let (reversibility, confirmation) = asks(&intent, &objects);
        let step = |(index, object): (usize, &PlanObject)| PlannedStep {
            object: index,
            title: "do it".into(),
            exact: "POST /example".into(),
            call: call(&intent, object),
            deadline: Span::seconds(30),
        };
        let plan = Plan {
            id: RunId(
                "0193aaaa-0000-7000-8000-0000deadbeef"
                    .parse::<RunId>()
                    .unwrap()
                    .0,
            ),
            by: Actor {
                user: "operator".into(),
                face: Face::Shell,
            },
            made: NOW,
            title: Text::line(format!("change {}", objects[0].name)),
            reversibility,
            confirmation,
            steps: objects.iter().enumerate().map(step).collect(),
            objects,
            verification: "looks whether it is so".into(),
            inverse: None,
            warnings: vec!["somebody may notice".into()],
            one_by_one: false,
            expected: Span::seconds(12),
            intent,
        };
        self.with(|state| state.plans.push(plan.clone()));
        Ok(plan)
    }

    async fn submit(&self, plan: RunId, consent: Consent) -> Result<(), Refusal> {
        let (plan, ending) = self.with(|state| {
            state.asked.push(format!("{consent:?}"));
            (
                state
                    .plans
                    .iter()
                    .find(|known| known.id == plan)
                    .cloned()
                    .unwrap(),
                state.ending,
            )
        });
        if !plan.allows(&consent) {
            return Err(Refusal::new(
                RefusalKind::Consent,
                "the consent is not enough",
            ));
        }
        let id = plan.id;
        let begun = match (&plan.confirmation, &consent) {
            (Confirmation::Grace(window), Consent::Grace) => RunState::Grace {
                until: NOW + *window,
            },
            _ => RunState::Running,
        };
        let steps = plan.steps.len();
        self.tell(Fact::RunRecorded(Box::new(Run::new(plan, begun, NOW))));
        if ending == Ending::Never {
            return Ok(());
        }
        self.tell(Fact::RunMoved {
            run: id,
            state: RunState::Running,
        });
        for step in 0..steps {
            self.tell(Fact::StepMoved {
                run: id,
                step,
                state: StepState::Running { since: NOW },
                output: None,
            });
            let took = Span::millis(340);
            let (state, printed) = match ending {
                Ending::Failed(status) if step + 1 == steps => (
                    StepState::Failed {
                        took,
                        reason: Text::line(format!("exit status {status}")),
                    },
                    "went wrong\n",
                ),
                Ending::Unknown => (
                    StepState::Unknown {
                        reason: "no answer came".into(),
                    },
                    "",
                ),
                _ => (
                    StepState::Done {
                        took,
                        note: "exit status 0".into(),
                    },
                    "hello\nworld\n",
                ),
            };
            let output = (!printed.is_empty()).then(|| Text::block(printed));
            self.tell(Fact::StepMoved {
                run: id,
                step,
                state,
                output,
            });
        }
        let state = match ending {
            Ending::Well => RunState::Verified,
            Ending::Failed(_) => RunState::Failed,
            Ending::Unknown | Ending::Never => RunState::Unknown,
        };
        self.tell(Fact::RunMoved { run: id, state });
        Ok(())
    }

    async fn cancel(&self, run: RunId) -> Result<(), Refusal> {
        self.with(|state| state.asked.push("cancel".to_owned()));
        self.tell(Fact::RunMoved {
            run,
            state: RunState::Cancelled,
        });
        Ok(())
    }

    async fn resolve(&self, run: RunId, way: WayOut) -> Result<(), Refusal> {
        self.with(|state| state.asked.push(format!("{way:?}")));
        self.tell(Fact::RunMoved {
            run,
            state: RunState::RolledBack,
        });
        Ok(())
    }

    async fn autopilot(&self, request: AutopilotRequest) -> Result<(), Refusal> {
        self.with(|state| state.asked.push(format!("autopilot {request:?}")));
        Ok(())
    }

    async fn find_backups(&self) -> Result<FoundBackups, Refusal> {
        Err(Refusal::new(RefusalKind::Invalid, "there is no place here"))
    }

    async fn test_alerts(&self, channel: Option<ChannelName>) -> Result<Vec<Delivery>, Refusal> {
        let World { alerts, .. } = self.world();
        let chosen = alerts.channels.iter();
        let chosen = chosen.filter(|known| channel.as_ref().is_none_or(|name| *name == known.name));
        let tested: Vec<Delivery> = chosen
            .map(|known| {
                let (fleet, by) = ("aurora".into(), "operator".into());
                let message = test_message(&known.name, RunId::default(), &fleet, &by, NOW);
                match known.unusable {
                    None => message.sent("kept".into(), NOW),
                    Some(_) => message.failed("refused".into(), false, None, NOW),
                }
            })
            .collect();
        match channel {
            Some(name) if tested.is_empty() => {
                let words = format!("there is no alert channel {name}");
                Err(Refusal::new(RefusalKind::NotFound, words))
            }
            _ => Ok(tested),
        }
    }

    async fn schedule(
        &self,
        name: ScheduleName,
        verb: ScheduleVerb,
    ) -> Result<Option<Executor>, Refusal> {
        self.with(|state| state.asked.push(format!("{} {name}", verb.word())));
        let World {
            mut schedules,
            executor,
            ..
        } = self.world();
        let found = schedules.iter_mut().find(|known| known.name == name);
        let Some(schedule) = found else {
            let words = format!("there is no schedule {name}");
            return Err(Refusal::new(RefusalKind::NotFound, words));
        };
        if verb == ScheduleVerb::Run {
            schedule.record.begun = Some(NOW);
            schedule.record.last = Some(Turn {
                begun: NOW,
                took: Span::millis(1240),
                end: TurnEnd::Done,
                words: "3 runs".into(),
            });
            self.tell(Fact::SchedulesSeen(schedules));
        }
        Ok(executor)
    }

    async fn mark(&self, item: ItemId, request: MarkRequest) -> Result<Mark, Refusal> {
        self.with(|state| state.asked.push(format!("{item}: {request:?}")));
        let before = self.world().marks.get(&item).cloned().unwrap_or_default();
        let (mark, _) = before.after(&request, &"operator".into(), NOW)?;
        Ok(mark)
    }

    async fn note(&self, request: NoteRequest) -> Result<ItemId, Refusal> {
        let mut words = vec![format!("note: {}", request.text)];
        words.extend(request.due.map(|due| format!("due {due}")));
        words.extend(request.from.map(|from| format!("from {from}")));
        words.extend(request.worth.map(|worth| format!("worth {worth:?}")));
        words.extend(request.vip.then(|| "vip".to_owned()));
        let (by, id) = match (&request.system, &request.id) {
            (None, _) => ("an operator".to_owned(), Some("note n1".to_owned())),
            (Some(system), None) => (system.to_string(), None),
            (Some(system), Some(key)) => {
                (format!("{system} {key}"), Some(format!("{system} {key}")))
            }
        };
        words.push(format!("by {by}"));
        self.with(|state| state.asked.push(words.join(", ")));
        let id = id.ok_or_else(|| Refusal::new(RefusalKind::Invalid, "it needs a key"))?;
        Ok(ItemId(id.as_str().into()))
    }

    async fn remove_note(&self, id: Text) -> Result<(), Refusal> {
        self.with(|state| state.asked.push(format!("remove note: {id}")));
        Ok(())
    }

    async fn attended(&self) {}

    async fn weigh(&self, weights: Option<Weights>) -> Result<(), Refusal> {
        let words = weights.map_or_else(|| "none".to_owned(), |weights| weights.words());
        self.with(|state| state.asked.push(format!("weights: {words}")));
        Ok(())
    }

    async fn shell_ended(&self, _: RunId, status: Option<i32>) -> Result<(), Refusal> {
        self.with(|state| state.asked.push(format!("shell ended {status:?}")));
        Ok(())
    }
}
