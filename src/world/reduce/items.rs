//! Rules, weights, maintenance, what the operator says of items, and who is told of them.

use vocab::{Text, Time};

use crate::autopilot::Attempt;
use crate::effect::Effect;
use crate::event::{Event, Fact};
use crate::priorities::{Happening, What, fix_is_begun};
use crate::world::World;

/// A fix was tried, or it is known what came of it: noted with the history of its item.
pub(super) fn tried(world: &mut World, at: Time, attempt: &Attempt) -> Vec<Effect> {
    let begun = !world.autopilot.attempts.contains_key(&attempt.run)
        && !fix_is_begun(world, &attempt.item, attempt.run);
    world.autopilot.note(attempt.clone());
    let begun = begun.then(|| What::FixBegun {
        by: attempt.by.user.clone(),
        run: attempt.run,
    });
    let ended = attempt.end.as_ref().map(|end| What::FixEnded {
        run: attempt.run,
        words: Text::line(format!("{}: {}", end.outcome.word(), end.words)),
    });
    let happened: Vec<Happening> = begun
        .into_iter()
        .chain(ended)
        .map(|what| Happening {
            at,
            item: attempt.item.clone(),
            title: attempt.title.clone(),
            what,
            at_risk: None,
        })
        .collect();
    for happening in &happened {
        world.happenings.push(happening.clone());
    }
    vec![Effect::Happened(happened)]
}

pub(super) fn reduce(world: &mut World, event: &Event) {
    match &event.fact {
        Fact::RulesDeclared(rules) => world.rules.clone_from(rules),
        Fact::WeightsDeclared(weights) => world.weights = (**weights).clone(),
        Fact::SignalsRecalled(signals) => {
            for signal in signals {
                // What was judged since the start knows better.
                world
                    .signals
                    .entry(signal.id.clone())
                    .or_insert_with(|| signal.clone());
            }
        }
        Fact::MaintenanceDeclared(windows) => world.maintenance.clone_from(windows),
        Fact::ItemMarked { item, mark } => {
            world.marks.insert(item.clone(), (**mark).clone());
        }
        Fact::NoteWritten(note) => {
            world.notes.insert(note.id.clone(), (**note).clone());
        }
        Fact::NoteGone(id) => {
            world.notes.remove(id);
        }
        Fact::HappeningsRecalled(happenings) => {
            for happening in happenings {
                world.happenings.push(happening.clone());
            }
        }
        Fact::AlertsDeclared(channels) => world.alerts.channels.clone_from(channels),
        Fact::DeliveriesSeen(deliveries) => world.alerts.outbox.take_in(deliveries),
        _ => {}
    }
}
