//! Every event's last stage: the objects it touched, and those whose time has come, are looked at anew.

use std::collections::{BTreeMap, BTreeSet};

use vocab::rule::Rule;
use vocab::{Span, Text, Time};

use super::read::{self, Readings};
use super::signal::{Signal, SignalId};
use super::step::{self, Look, Wrong};
use super::{maintenance, touched};
use crate::about::About;
use crate::effect::Effect;
use crate::event::{Event, Fact};
use crate::priorities::{Happening, ItemId, What};
use crate::query;
use crate::world::World;

/// An object that nothing happens to is looked at again after so long.
const AGAIN: Span = Span::seconds(5);

/// One whose figures move slowly.
const AGAIN_SLOW: Span = Span::seconds(30);

/// An object that is remembered from before the start and was not seen since is given up after so long.
const GIVEN_UP: Span = Span::minutes(10);

/// Takes in what an event, which was applied already, means for the signals.
pub(crate) fn track(world: &mut World, event: &Event) -> Vec<Effect> {
    let now = world.now;
    let mut effects = Vec::new();
    if now > world.tracking.instant {
        effects.extend(end_of_instant(world));
        world.tracking.instant = now;
    }
    super::tracking::remember(world, &event.fact);
    let mut objects = touched::touched(world, &event.fact);
    let mut sight = std::mem::take(&mut world.tracking.sight);
    sight.take(world, &event.fact, now);
    let (witnessed, turned) = sight.settle(now);
    world.tracking.sight = sight;
    for about in witnessed {
        touched::server_of(world, &about, &mut objects);
        objects.insert(about);
    }
    if turned {
        touched::seen_from_here(world, &mut objects);
    }
    objects.extend(world.tracking.take_due(now));
    let mut kept = BTreeSet::new();
    for about in &objects {
        look_at(world, about, now, &mut kept);
    }
    if !kept.is_empty() && !matches!(event.fact, Fact::SignalsRecalled(_)) {
        effects.push(Effect::KeepSignals(kept.into_iter().collect()));
    }
    effects
}

/// Tells what became of items in the moment that is over.
fn end_of_instant(world: &mut World) -> Option<Effect> {
    world.tracking.before.clear();
    let now = world.tracking.instant;
    world.tracking.openings.retain(|_, openings| {
        openings
            .back()
            .is_some_and(|last| now.since(*last) < step::OPENINGS_KEPT)
    });
    let mut told: Vec<Happening> = std::mem::take(&mut world.tracking.told)
        .into_values()
        .collect();
    if told.is_empty() {
        return None;
    }
    price(world, &mut told);
    let explained = explained(world, &told, now);
    told.extend(explained);
    for happening in &told {
        if matches!(happening.what, What::Raised | What::Reopened)
            && let Some(mark) = world.marks.get_mut(&happening.item)
        {
            mark.acknowledged = None;
            mark.done = None;
            world.remembered.marked();
        }
        world.happenings.push(happening.clone());
    }
    Some(Effect::Happened(told))
}

/// What of the open signals is explained since something came up: told with what explains it, and not by itself.
fn explained(world: &mut World, told: &[Happening], now: Time) -> Vec<Happening> {
    let came_up = |one: &&Happening| matches!(one.what, What::Raised | What::Reopened);
    let raised: BTreeSet<&ItemId> = told.iter().filter(came_up).map(|one| &one.item).collect();
    if raised.is_empty() {
        return Vec::new();
    }
    let folded = world.remembered.folded(world);
    let known = std::mem::replace(&mut world.tracking.folded, folded);
    let new = world.tracking.folded.iter().filter(|(id, cause)| {
        let is_new = known.get(*id) != Some(*cause) || raised.contains(&id.item());
        let told = |id: &SignalId| world.signals.get(id).is_some_and(|signal| signal.told);
        is_new && told(id) && told(cause)
    });
    new.map(|(id, cause)| Happening {
        at: now,
        item: id.item(),
        title: world
            .signals
            .get(id)
            .map(|signal| signal.title.clone())
            .unwrap_or_default(),
        what: What::Folded {
            under: cause.item(),
        },
        at_risk: None,
    })
    .collect()
}

/// Notes what is in danger an hour by what came up; what something else explains is counted with that.
fn price(world: &World, told: &mut [Happening]) {
    let came_up = |one: &&mut Happening| matches!(one.what, What::Raised | What::Reopened);
    let mut raised = told.iter_mut().filter(came_up).peekable();
    if raised.peek().is_none() {
        return;
    }
    let items = query::items(world, world.now);
    for happening in raised {
        let item = items.iter().find(|item| item.id == happening.item);
        happening.at_risk = item.and_then(|item| item.at_risk);
    }
}

/// Looks at one object, moves its signals on, and says when it is looked at again.
fn look_at(world: &mut World, about: &About, now: Time, kept: &mut BTreeSet<SignalId>) {
    let there = read::is_there(world, about);
    let ids = signals_of(world, about);
    if !there {
        gone(world, about, ids, now, kept);
        return;
    }
    let readings = read::read(world, about, now);
    let mut looks = judge(world, about, &readings);
    for id in ids {
        looks.entry(id).or_insert(Look::Right);
    }
    let mut due: Option<Time> = None;
    for (id, look) in looks {
        let Some(rule) = world.rules.iter().find(|rule| rule.id == id.rule) else {
            set(world, &id, None, What::Vanished, now, kept);
            continue;
        };
        let unknown = look == Look::Right && readings.is_unknown(rule.figure, &id.part);
        let off = !rule.is_for(&about.name());
        let look = if unknown { Look::Unknown } else { look };
        let before = prior(world, &id);
        let openings = world.tracking.openings.get(&id);
        let (after, what) = if off {
            (None, What::Vanished)
        } else {
            let after = step::step(before.as_ref(), &look, rule, &id, openings, now);
            (after, What::Closed)
        };
        let next = after.as_ref().and_then(|after| step::due(after, rule));
        due = [due, next].into_iter().flatten().min();
        set(world, &id, after, what, now, kept);
    }
    if looks_done(world, about) {
        world.tracking.forget(about);
        return;
    }
    let pace = match about {
        About::Node(_) | About::Service(_) | About::Site(_) => AGAIN,
        _ => AGAIN_SLOW,
    };
    let again = now + pace;
    let due = due
        .filter(|due| *due > now)
        .map_or(again, |due| due.min(again));
    world.tracking.look_again(about, due, true, now);
}

/// Whether nothing will ever come of an object by time alone: a run that is over, a notice that is gone.
fn looks_done(world: &World, about: &About) -> bool {
    let passing = match about {
        About::Run(id) => world.runs.get(id).is_some_and(|run| run.state.is_over()),
        About::Console(_) => {
            ![About::network(), About::runs(), About::maintenance()].contains(about)
                && world.token_ends.of(about).is_none()
        }
        _ => false,
    };
    passing && signals_of(world, about).is_empty()
}

/// An object that is not there: its signals go, unless it was never seen since the start and may yet turn up.
fn gone(
    world: &mut World,
    about: &About,
    ids: BTreeSet<SignalId>,
    now: Time,
    kept: &mut BTreeSet<SignalId>,
) {
    let known = world.tracking.objects.get(about).copied();
    let was_there = known.is_some_and(|known| known.there);
    let given_up = known.is_some_and(|known| now.since(known.since) >= GIVEN_UP);
    let may_come = match about {
        About::Container(key) => match world.nodes.get(&key.node) {
            Some(node) => node.listed.is_none(),
            None => world.nodes.is_empty(),
        },
        _ => !given_up,
    };
    if ids.is_empty() || was_there || !may_come {
        for id in ids {
            set(world, &id, None, What::Vanished, now, kept);
        }
        world.tracking.forget(about);
        world.tracking.sight.forget(about);
        world.sightings.remove(about);
        return;
    }
    for id in ids {
        if let Some(mut signal) = prior(world, &id) {
            signal.blind = true;
            set(world, &id, Some(signal), What::Vanished, now, kept);
        }
    }
    world.tracking.look_again(about, now + AGAIN, false, now);
}

/// The signals of an object now, and at the beginning of this moment.
fn signals_of(world: &World, about: &About) -> BTreeSet<SignalId> {
    let first = SignalId {
        about: about.clone(),
        rule: Text::default(),
        part: Text::default(),
    };
    let now = world.signals.range(first.clone()..).map(|(id, _)| id);
    let before = world.tracking.before.range(first..).map(|(id, _)| id);
    let of = |id: &&SignalId| id.about == *about;
    now.take_while(of)
        .chain(before.take_while(of))
        .cloned()
        .collect()
}

/// What the rules make of the readings: the gravest one for each rule and part.
fn judge(world: &World, about: &About, readings: &Readings) -> BTreeMap<SignalId, Look> {
    let mut looks = BTreeMap::new();
    if readings.list.is_empty() {
        return looks;
    }
    let name = about.name();
    for reading in &readings.list {
        let rules = world
            .rules
            .iter()
            .filter(|rule| rule.figure == reading.figure && rule.is_for(&name));
        for rule in rules {
            let Some(severity) = rule.judge(reading.value) else {
                continue;
            };
            let id = SignalId {
                about: about.clone(),
                rule: rule.id.clone(),
                part: reading.part.clone(),
            };
            let wrong = Wrong {
                severity,
                value: reading.value,
                since: reading.since,
                title: title(world, about, rule, reading),
                words: reading.words.clone(),
                only_here: reading.only_here,
            };
            looks.insert(id, Look::Wrong(wrong));
        }
    }
    looks
}

/// The line of a signal. A colon or comma with nothing behind it goes.
fn title(world: &World, about: &About, rule: &Rule, reading: &read::Reading) -> Text {
    let mut title = String::with_capacity(rule.title.len() + 40);
    let mut rest: &str = &rule.title;
    while let Some((before, after)) = rest.split_once('{') {
        title.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        match name {
            "about" => title.push_str(&about.label(world)),
            "part" => title.push_str(&reading.part),
            "value" => title.push_str(&rule.figure.unit().shown(reading.value)),
            "words" => title.push_str(&reading.words),
            _ => {}
        }
        rest = behind;
    }
    title.push_str(rest);
    Text::line(title.trim_end().trim_end_matches([':', ',']))
}

/// What a signal was at the beginning of this moment.
fn prior(world: &World, id: &SignalId) -> Option<Signal> {
    match world.tracking.before.get(id) {
        Some(before) => before.clone(),
        None => world.signals.get(id).cloned(),
    }
}

/// Puts a signal in its place and notes what became of its item in this moment.
fn set(
    world: &mut World,
    id: &SignalId,
    after: Option<Signal>,
    what: What,
    now: Time,
    kept: &mut BTreeSet<SignalId>,
) {
    let before = prior(world, id);
    let mut after = after;
    if let Some(signal) = &mut after
        && signal.is_open()
        && !signal.told
    {
        signal.told = maintenance::covering(world, &id.about, now).is_none();
    }
    let happening = happening(world, id, before.as_ref(), after.as_ref(), what, now);
    match happening {
        Some(happening) => {
            world.tracking.told.insert(id.item(), happening);
        }
        None => {
            world.tracking.told.remove(&id.item());
        }
    }
    if let Some(before) = &before {
        match &after {
            None if !before.openings.is_empty() => {
                let openings = before.openings.clone();
                world.tracking.openings.insert(id.clone(), openings);
            }
            _ => {
                world.tracking.openings.remove(id);
            }
        }
    }
    let current = world.signals.get(id);
    if matters(current) != matters(after.as_ref()) {
        kept.insert(id.clone());
    }
    if current == after.as_ref() {
        return;
    }
    world.remembered.moved(id, current, after.as_ref());
    world.tracking.before.entry(id.clone()).or_insert(before);
    match after {
        Some(after) => world.signals.insert(id.clone(), after),
        None => world.signals.remove(id),
    };
}

/// What of a signal is worth keeping for the next process.
fn matters(signal: Option<&Signal>) -> Option<(super::Phase, vocab::Severity, bool, usize)> {
    signal.filter(|signal| signal.is_open()).map(|signal| {
        (
            signal.phase,
            signal.severity,
            signal.blind,
            signal.openings.len(),
        )
    })
}

fn happening(
    world: &World,
    id: &SignalId,
    before: Option<&Signal>,
    after: Option<&Signal>,
    what: What,
    now: Time,
) -> Option<Happening> {
    let told = |signal: Option<&Signal>| signal.is_some_and(|one| one.is_open() && one.told);
    let (what, title) = match (told(before), told(after)) {
        (false, true) => {
            let again = world.tracking.openings.contains_key(id) || was_closed(world, id);
            let what = if again { What::Reopened } else { What::Raised };
            (what, &after?.title)
        }
        (true, false) => (what, &before?.title),
        _ => return None,
    };
    Some(Happening {
        at: now,
        item: id.item(),
        title: title.clone(),
        what,
        at_risk: None,
    })
}

fn was_closed(world: &World, id: &SignalId) -> bool {
    let item = id.item();
    let mut closed = world
        .happenings
        .iter()
        .filter(|one| matches!(one.what, What::Closed | What::Vanished) && one.item == item);
    closed.next().is_some()
}
