//! What was written down before the demo opens: notes, the last turns of schedules, fixes and the runs that carried them
//! out. It is read back as after any start.

use std::path::Path;
use std::sync::Arc;

use color_eyre::eyre::{Context as _, Result};
use hosting::Ends;
use schedule::{Schedule, When};
use sources::demo::{Scenario, Simulation};
use store::{AuditEntry, Options, Store};
use vocab::{ContainerKey, Currency, Domain, Money, RunId, Span, Text, Time};
use world::autopilot::{Attempt, AttemptEnd, Outcome};
use world::plan::{Expectation, StepCall};
use world::priorities::Note;
use world::{
    About, Actor, Confirmation, ContainerVerb, Event, Face, Fact, Intent, LeftOver, Plan,
    PlanObject, PlannedStep, Reversibility, Run, RunState, SignalId, SiteRequest, SiteStep,
    StepState, Turn, TurnEnd, World,
};

/// Fixes that the autopilot made: what, how long ago, and whether it helped.
const FIXES: [(&str, Span, bool); 5] = [
    ("searxng", Span::minutes(9 * 60 + 12), true),
    ("langfuse", Span::minutes(31 * 60), true),
    ("flowise", Span::minutes(26 * 60 + 40), false),
    ("langfuse", Span::minutes(49 * 60), true),
    ("open-webui", Span::minutes(75 * 60), true),
];

/// The site whose deletion got stuck.
const STUCK: &str = "beta-2.example";

/// Writes it all into the store of a demo that is about to open.
pub async fn write(
    folder: &Path,
    simulation: &Simulation,
    hosting: &Result<Arc<Ends>, Text>,
    schedules: &[Schedule],
    now: Time,
) -> Result<()> {
    let (store, _) = Store::open(folder, Options::new(now))
        .await
        .context("opening the demo's journal")?;
    let bad = simulation.scenario() == Scenario::BadDay;
    for schedule in schedules {
        turn(&store, schedule, bad, now).await?;
    }
    for note in notes(bad, now) {
        let line = entry(&operator(), None, "note", &note.text, note.at);
        store.put_note(note, line).await?;
    }
    for (name, ago, helped) in FIXES.iter().rev() {
        fix(&store, simulation, (name, *helped), now - *ago).await?;
    }
    if bad && let Ok(ends) = hosting {
        stuck(&store, simulation, ends, now - Span::minutes(47)).await?;
    }
    store.close().await;
    Ok(())
}

fn operator() -> Actor {
    Actor {
        user: Text::line("operator"),
        face: Face::Console,
    }
}

fn entry(by: &Actor, run: Option<RunId>, verb: &str, subject: &Text, at: Time) -> AuditEntry {
    AuditEntry {
        at,
        by: by.clone(),
        run,
        verb: Text::line(verb),
        subject: subject.clone(),
        detail: Text::default(),
    }
}

/// The newest turn of a schedule, when it was last due.
async fn turn(store: &Store, schedule: &Schedule, bad: bool, now: Time) -> Result<()> {
    let begun = match &schedule.rule.when {
        When::Every(span) => now - Span(span.0 * 2 / 3),
        When::Cron(cron) => {
            // A week before there is one at least; the last of them counts.
            let mut due = now - Span::days(8);
            while let Some(next) = cron.following(due).filter(|next| *next < now) {
                due = next;
            }
            due
        }
    };
    let (end, took, words) = match schedule.name.as_str() {
        "backups" => (
            TurnEnd::Done,
            Span::seconds(371),
            "46 sites were backed up, 1.9G sent",
        ),
        "drill" => (
            TurnEnd::Done,
            Span::seconds(41),
            "a backup of cedar.example came back whole",
        ),
        "certificates" if bad => (
            TurnEnd::Failed,
            Span::seconds(94),
            "3 were renewed; gamma.example: the authority refused, too many requests",
        ),
        "certificates" => (TurnEnd::Done, Span::seconds(66), "3 were renewed"),
        "old-images" => (TurnEnd::Done, Span::seconds(23), "9 images, 4.1G freed"),
        _ => (TurnEnd::Done, Span::seconds(12), "done on aurora"),
    };
    let name = schedule.name.clone();
    let known = begun - Span::days(40);
    store.settle_schedules(vec![name.clone()], known).await?;
    let begins = store.begin_turn(name.clone(), None, true, begun).await?;
    if begins {
        let turn = Turn {
            begun,
            took,
            end,
            words: Text::line(words),
        };
        store.end_turn(name, turn, begun + took).await?;
    }
    Ok(())
}

/// The operator's notes, the deals and what another system reported.
fn notes(bad: bool, now: Time) -> Vec<Note> {
    let note = |id: &str, text: &str, age: Span| Note {
        id: Text::line(id),
        text: Text::line(text),
        by: Text::line("operator"),
        system: None,
        at: now - age,
        due: None,
        from: None,
        worth: None,
        vip: false,
    };
    let dollars = |amount: i64| Some(Money::from_smallest(amount * 100, Currency::USD));
    let order = Note {
        due: Some(now + Span::days(5)),
        ..note(
            "edge-server",
            "order the new edge server for us-east",
            Span::hours(30),
        )
    };
    if !bad {
        return vec![order];
    }
    vec![
        Note {
            due: Some(now + Span::hours(6)),
            worth: dollars(7_500),
            ..note(
                "harbor-offer",
                "answer harbor's offer for 40 more sites",
                Span::hours(20),
            )
        },
        Note {
            due: Some(now + Span::days(2)),
            worth: dollars(2_400),
            vip: true,
            ..note(
                "northgate-price",
                "call northgate about next year's price",
                Span::days(3),
            )
        },
        Note {
            system: Some(Text::line("n8n")),
            id: Text::line("n8n invoice-mail"),
            ..note(
                "",
                "workflow invoice-mail stopped: mailbox is full",
                Span::minutes(55),
            )
        },
        Note {
            from: Some(now + Span::days(3)),
            ..note(
                "second-gpu",
                "ask for a price of a second GPU",
                Span::days(1),
            )
        },
        order,
    ]
}

/// A fix that the autopilot made, with its run.
async fn fix(
    store: &Store,
    simulation: &Simulation,
    (name, helped): (&str, bool),
    begun: Time,
) -> Result<()> {
    let Some(key) = simulation.container(name).await else {
        return Ok(());
    };
    let by = Actor {
        user: Text::line(Actor::AUTOPILOT),
        face: Face::Autopilot,
    };
    let ended = begun + Span::seconds(6);
    let run = restart(name, &key, by.clone(), begun);
    let (id, title) = (run.id(), run.plan.title.clone());
    store
        .take_on(&run, entry(&by, Some(id), "submitted", &title, begun))
        .await?;
    let note = |took, note: &str| StepState::Done {
        took: Span::millis(took),
        note: Text::line(note),
    };
    for (index, state) in [note(1_840, ""), note(4_100, "healthy")].iter().enumerate() {
        store.step(id, index, state, None).await?;
    }
    let state = RunState::Verified;
    let line = entry(&by, Some(id), state.word(), &title, ended);
    store.run_state(id, &state, Some(ended), Some(line)).await?;
    let signal = SignalId {
        rule: Text::line("container.unhealthy"),
        about: About::Container(key),
        part: Text::default(),
    };
    let (outcome, words, after) = if helped {
        (
            Outcome::Closed,
            "it was seen to be healthy",
            Span::seconds(11),
        )
    } else {
        (
            Outcome::StillWrong,
            "it was unhealthy again",
            Span::seconds(75),
        )
    };
    let attempt = Attempt {
        run: id,
        item: signal.item(),
        signal,
        fix: Text::line("restart-container"),
        title,
        by,
        begun,
        blast: None,
        end: Some(AttemptEnd {
            at: begun + after,
            outcome,
            words: Text::line(words),
        }),
    };
    store.put_fix(&attempt, None).await?;
    Ok(())
}

/// A restart, as it was planned then.
fn restart(name: &str, key: &ContainerKey, by: Actor, taken: Time) -> Run {
    let text = Text::line;
    let step = |title: &str, exact: String, call, seconds| PlannedStep {
        object: 0,
        title: Text::line(title),
        exact: Text::line(exact),
        call,
        deadline: Span::seconds(seconds),
    };
    let verb = ContainerVerb::Restart;
    let expectation = Expectation::Running {
        key: key.clone(),
        since: Some(taken),
    };
    let id = key.id.clone();
    let plan = Plan {
        id: RunId::made_at(taken),
        by,
        made: taken,
        title: text(format!("restart {name}").as_str()),
        reversibility: Reversibility::Disruptive,
        confirmation: Confirmation::Letter('r'),
        objects: vec![PlanObject {
            node: key.node.clone(),
            kind: text("container"),
            name: text(name),
            detail: text("running, unhealthy"),
        }],
        steps: vec![
            step(
                "restart, 10 s of grace",
                format!("POST /containers/{id}/restart?t=10"),
                StepCall::Container {
                    verb,
                    key: key.clone(),
                },
                40,
            ),
            step(
                "see that it runs",
                format!("GET /containers/{id}/json"),
                StepCall::Verify(Box::new(expectation)),
                60,
            ),
        ],
        verification: text("looks until it runs and is healthy"),
        inverse: None,
        warnings: Vec::new(),
        one_by_one: false,
        expected: Span::seconds(5),
        intent: Intent::Containers {
            verb,
            targets: vec![key.clone()],
        },
    };
    Run::new(plan, RunState::Running, taken)
}

/// The deletion of a site whose server was not let go: it waits for an operator.
async fn stuck(store: &Store, simulation: &Simulation, ends: &Ends, taken: Time) -> Result<()> {
    let Some(site) = Domain::new(STUCK)
        .ok()
        .and_then(|domain| simulation.sites.iter().find(|site| site.domain == domain))
    else {
        return Ok(());
    };
    let mut world = World::default();
    world.apply(&Event {
        at: taken,
        fact: Fact::SiteBooked(Box::new(site.clone())),
    });
    let wish = SiteRequest::Delete {
        domain: site.domain.clone(),
    };
    // What this version of the program cannot plan is left out of the play.
    let Ok(mut plan) = hosting::plan(&world, ends, &wish, operator(), taken).await else {
        return Ok(());
    };
    plan.id = RunId::made_at(taken);
    let run = Run::new(plan, RunState::Running, taken);
    let (id, title) = (run.id(), run.plan.title.clone());
    let by = operator();
    store
        .take_on(&run, entry(&by, Some(id), "submitted", &title, taken))
        .await?;
    let mut reached = false;
    for (index, step) in run.plan.steps.iter().enumerate() {
        let state = if step.call == StepCall::Site(SiteStep::EndServer) {
            reached = true;
            StepState::Stuck {
                reason: Text::line(
                    "Hetzner refused: the server is locked by a backup (423 locked)",
                ),
                left: Some(LeftOver {
                    kind: Text::line("server"),
                    id: Text::line(&site.objects.server),
                    name: Text::line(&site.objects.server_name),
                    monthly: Some(Text::line("€8.68")),
                }),
            }
        } else if reached {
            StepState::Skipped
        } else {
            StepState::Done {
                took: Span::millis(420),
                note: Text::line("gone"),
            }
        };
        store.step(id, index, &state, None).await?;
    }
    let (state, ended) = (RunState::NeedsOperator, taken + Span::seconds(38));
    let line = entry(&by, Some(id), state.word(), &title, ended);
    store.run_state(id, &state, Some(ended), Some(line)).await?;
    Ok(())
}
