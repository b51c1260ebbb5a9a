//! What is told of an item beside its row: its log, its score, what becomes of its fix, and why the list is empty.

use ui::{Action, Figure, Filter, Outcome, Pick, Seen};
use vocab::{RunId, Span, Text};
use world::priorities::Visibility;
use world::query::totals;
use world::signals::topology::ancestors;
use world::{About, Item, RunState};

use crate::words;

/// Where what becomes of an item stands in the list of all.
pub const fn group(visibility: &Visibility) -> u8 {
    match visibility {
        Visibility::Shown => 0,
        Visibility::Delegated { .. } => 1,
        Visibility::Snoozed { .. } => 2,
        Visibility::Later { .. } => 3,
        Visibility::Done => 4,
        Visibility::Maintenance => 5,
        Visibility::Quiet => 6,
        Visibility::Archived => 7,
    }
}

/// How many fixes the autopilot has begun within a day.
pub fn automatic_today(seen: Seen<'_>) -> usize {
    let attempts = seen.world.autopilot.attempts.values();
    attempts
        .filter(|attempt| attempt.is_automatic() && seen.now.since(attempt.begun) < Span::days(1))
        .count()
}

/// What mends an item is asked for, unless it is under way.
pub fn fix(item: &Item, seen: Seen<'_>) -> Outcome {
    if let Some(run) = item.run.and_then(|run| seen.world.runs.get(&run)) {
        return Outcome::Say(Text::line(format!(
            "{} is under way: {}",
            run.plan.title,
            run.state.word()
        )));
    }
    if let Some(run) = undecided(item, seen) {
        return Outcome::Choose(Pick::WayOut(run));
    }
    match &item.fix {
        Some(intent) => Outcome::Ask(intent.clone()),
        None => Outcome::Say(Text::line(format!(
            "no action of this console mends it: {}; enter opens it",
            item.title
        ))),
    }
}

/// The run of an item that could not see to something and needs an operator: no fix mends that, it has ways out.
pub fn undecided(item: &Item, seen: Seen<'_>) -> Option<RunId> {
    let About::Run(id) = &item.about else {
        return None;
    };
    let run = seen.world.runs.get(id)?;
    (run.state == RunState::NeedsOperator).then_some(*id)
}

/// The score with every term of it, to the cent.
pub fn why(item: &Item, seen: Seen<'_>) -> Vec<Figure> {
    let score = &item.score;
    let mut figures = vec![
        Figure::new("item", &item.title, item.detail.to_string()),
        Figure::new(
            "for",
            words::age(seen.now, item.since),
            format!("since {}, {}", item.since, item.severity.word()),
        ),
        Figure::new(
            "score",
            score.total.normalize(),
            format!("importance x urgency x certainty: {}", score.line()),
        ),
    ];
    let groups = [
        ("importance", "the sum", &score.importance_terms),
        ("urgency", "the greatest", &score.urgency_terms),
        ("certainty", "the least", &score.certainty_terms),
    ];
    for (group, how, terms) in groups {
        for term in terms {
            figures.push(Figure::new(
                format!("{group}: {}", term.name),
                format!("{:.2}", term.value),
                format!("{}; {how} counts", term.words),
            ));
        }
    }
    figures
}

/// Why there is nothing to see, and whether that is good.
pub fn nothing(seen: Seen<'_>, filter: &Filter) -> (String, String) {
    if !filter.is_empty() {
        return (
            format!("Nothing matches /{}", filter.text()),
            "esc clears the filter".to_owned(),
        );
    }
    let totals = totals(seen.world, seen.now);
    if totals.nodes == 0 {
        return (
            "No node is watched yet.".to_owned(),
            "`wheelhouse init` writes a fleet file from what it finds; it is read again as soon as it is saved.".to_owned(),
        );
    }
    if totals.nodes_up == 0 {
        return (
            "Nothing is known yet.".to_owned(),
            format!("Connecting to {}.", words::count(totals.nodes, "node")),
        );
    }
    (
        "Nothing needs you.".to_owned(),
        format!(
            "Answering: {} of {}. Running: {}. Healthy: {} of {}. A shows what is not for now.",
            totals.nodes_up,
            words::count(totals.nodes, "node"),
            words::count(totals.running, "container"),
            totals.services_healthy,
            words::count(totals.services, "service")
        ),
    )
}

/// The node, container or service that an item is about or that stands under it.
pub fn beside(action: Action, item: &Item, seen: Seen<'_>) -> Option<About> {
    let fits = |about: &About| {
        matches!(
            (action, about),
            (Action::JumpNode, About::Node(_))
                | (Action::JumpContainer, About::Container(_))
                | (Action::JumpService, About::Service(_))
        )
    };
    let own = std::iter::once(item.about.clone());
    let above = ancestors(seen.world, &item.about);
    own.chain(above.iter().cloned()).find(fits)
}
