//! Whether a fix runs by itself: every reason against it has its words.

use vocab::{Money, Span, Text, Time};

use super::record::fix_word;
use super::{Allow, Attempt, Autopilot, Mode, Outcome, confidence};
use crate::about::About;
use crate::intent::Intent;
use crate::plan::{Confirmation, Plan, Reversibility};
use crate::priorities::{Item, Origin};
use crate::run::RunState;
use crate::signals::{Fix, Level, SignalId};
use crate::world::World;

/// So often a fix is tried on a signal before a person is asked, and so many failures of what an entry of the policy
/// allows put that entry back to asking.
pub const TRIES: usize = 3;

/// Between two tries on a signal.
pub const APART: Span = Span::seconds(60);

/// Failures within this time count against an entry.
const FAILURES_WITHIN: Span = Span::hours(24);

/// Tries within this time count against a signal even if each closed it: what must be mended again and again is not
/// mended.
const TRIES_WITHIN: Span = Span::hours(1);

/// When it is looked again at what just cannot be decided.
const SOON: Span = Span::seconds(30);

/// What is to be done about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Its fix runs by itself.
    Run {
        /// The fix.
        fix: Box<Intent>,
        /// Why: the policy's entry and the confidence.
        why: Text,
    },
    /// Not yet.
    Wait {
        /// Then it is decided again, if not before.
        until: Time,
        /// Why.
        why: Text,
    },
    /// A person decides.
    Ask(Text),
}

impl Decision {
    /// `run`, `wait`, `ask`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Wait { .. } => "wait",
            Self::Ask(_) => "ask",
        }
    }

    /// Why.
    pub const fn why(&self) -> &Text {
        match self {
            Self::Run { why, .. } | Self::Wait { why, .. } | Self::Ask(why) => why,
        }
    }
}

fn ask(why: impl AsRef<str>) -> Decision {
    Decision::Ask(Text::line(why.as_ref()))
}

fn wait(until: Time, why: impl AsRef<str>) -> Decision {
    Decision::Wait {
        until,
        why: Text::line(why.as_ref()),
    }
}

/// The cause of an item that the autopilot could mend, its fix by name, and the wish.
struct Case<'a> {
    signal: &'a SignalId,
    fix: &'a Fix,
    intent: &'a Intent,
}

fn case<'a>(world: &'a World, item: &'a Item) -> Result<Case<'a>, &'static str> {
    let Origin::Signal { id, .. } = &item.origin else {
        return Err("a note is for a person");
    };
    let fix = world
        .rules
        .iter()
        .find(|rule| rule.id == id.rule)
        .and_then(|rule| rule.fix.as_ref());
    match (fix, &item.fix) {
        (Some(fix), Some(intent)) => Ok(Case {
            signal: id,
            fix,
            intent,
        }),
        _ => Err("no fix of this console mends it"),
    }
}

/// What is to be done about an item at `now`. `minute` is the minute of the day by the policy's clock, 0 to 1439. In a dry
/// run it is what would be done.
pub fn decide(world: &World, item: &Item, now: Time, minute: u16) -> Decision {
    let autopilot = &world.autopilot;
    if autopilot.policy.mode == Mode::Off {
        return ask(
            "the autopilot is off: the fleet file says mode = \"on\" under [autopilot] to use it",
        );
    }
    if let Some((at, by)) = &autopilot.switch.stopped {
        return ask(format!("{by} stopped the autopilot {} ago", now.since(*at)));
    }
    let case = match case(world, item) {
        Ok(case) => case,
        Err(why) => return ask(why),
    };
    if item.level != Level::Agent {
        return ask("its rule says that a person sees to it");
    }
    if let Some(why) = taken(item, now) {
        return ask(why);
    }
    let fix = fix_word(case.fix);
    let covering = autopilot
        .policy
        .allow
        .iter()
        .find(|entry| entry.covers(world, fix, &case.signal.about));
    let Some(entry) = covering else {
        return ask(format!("no [[autopilot.allow]] allows {fix} here"));
    };
    if let Some(words) = escalated(world, case.signal, now) {
        return ask(words);
    }
    let vouched = match vouched(world, entry, &case, item, now) {
        Ok(words) => words,
        Err(why) => return ask(why),
    };
    if let Some(most) = entry.at_risk_most
        && let Some(risk) = item.at_risk
        && !within(risk, most)
    {
        return ask(format!("{risk} an hour is at risk, more than {most}"));
    }
    if let Some(later) = not_now(autopilot, entry, case.signal, now, minute) {
        return later;
    }
    if !item.certain {
        return wait(now + SOON, "it cannot be seen just now");
    }
    if let Some(title) = busy(world, &case) {
        return wait(now + SOON, format!("{title} is under way"));
    }
    Decision::Run {
        fix: Box::new(case.intent.clone()),
        why: Text::line(format!("{}; {vouched}", entry.place)),
    }
}

/// What speaks for a fix: its record, or the word of an operator who trusts it in spite of that. The error says what is missing.
fn vouched(
    world: &World,
    entry: &Allow,
    case: &Case<'_>,
    item: &Item,
    now: Time,
) -> Result<String, String> {
    let fix = fix_word(case.fix);
    let trust = world.autopilot.trust(fix, &item.id);
    if trust.is_none()
        && let Some(why) = broken(world, entry, now)
    {
        return Err(why);
    }
    let SignalId { rule, about, .. } = case.signal;
    let sure = confidence(&world.autopilot, fix, rule, about, entry.presumed, now);
    match (sure.value, trust) {
        (Some(value), _) if value >= entry.confidence => Ok(sure.words),
        (_, Some(trust)) => Ok(format!("trusted by {}, {}", trust.by, sure.words)),
        (Some(value), None) => Err(format!(
            "{fix} is trusted {value:.2} of the {} wanted: {}",
            entry.confidence, sure.words
        )),
        (None, None) => Err(format!(
            "whether {fix} helps is not known yet: {}",
            sure.words
        )),
    }
}

/// Whether a person has taken it on already.
fn taken(item: &Item, now: Time) -> Option<String> {
    let mark = &item.mark;
    if let Some((_, by)) = &mark.acknowledged {
        return Some(format!("{by} has seen it and sees to it"));
    }
    if let Some(delegated) = mark.delegated.as_ref().filter(|given| given.until > now) {
        return Some(format!("{} sees to it", delegated.to));
    }
    let snoozed = mark.snoozed.as_ref().filter(|snooze| snooze.until > now);
    snoozed.map(|_| "it is snoozed".to_owned())
}

/// Why the autopilot has given a signal back, and what it tried; `None` while it has not.
pub fn escalated(world: &World, signal: &SignalId, now: Time) -> Option<String> {
    let since = world.signals.get(signal).map(|signal| signal.since)?;
    let tries: Vec<&Attempt> = world
        .autopilot
        .tries(signal)
        .filter(|attempt| attempt.begun >= since || now.since(attempt.begun) < TRIES_WITHIN)
        .collect();
    if tries.len() < TRIES || tries.iter().any(|attempt| attempt.end.is_none()) {
        return None;
    }
    let last = tries.last()?;
    let closed = tries
        .iter()
        .filter(|attempt| attempt.outcome() == Some(Outcome::Closed))
        .count();
    let came = match closed {
        0 => "it is still wrong".to_owned(),
        closed => format!("{closed} of them helped for a while"),
    };
    Some(format!(
        "the autopilot tried {} times, {} last {} ago: {came}",
        tries.len(),
        last.title,
        now.since(last.begun)
    ))
}

/// Whether what an entry allows has failed so often that it asks again.
fn broken(world: &World, entry: &Allow, now: Time) -> Option<String> {
    let autopilot = &world.autopilot;
    let failures = autopilot
        .attempts
        .values()
        .filter(|attempt| {
            attempt.is_automatic()
                && attempt.outcome() == Some(Outcome::StillWrong)
                && !autopilot.is_forgiven(attempt)
                && now.since(attempt.begun) < FAILURES_WITHIN
                && entry.covers(world, &attempt.fix, &attempt.signal.about)
        })
        .count();
    (failures >= TRIES).then(|| {
        format!(
            "what {} allows failed {failures} times within 24h; `wheelhouse autopilot start` lets it go on",
            entry.place
        )
    })
}

/// What has to be waited for: hours, the distance of tries, the number of runs in an hour.
fn not_now(
    autopilot: &Autopilot,
    entry: &Allow,
    signal: &SignalId,
    now: Time,
    minute: u16,
) -> Option<Decision> {
    let policy = &autopilot.policy;
    for hours in std::iter::once(policy.hours).chain(entry.hours) {
        if !hours.contains(minute) {
            let until = now + Span::minutes(i64::from(hours.begins_in(minute)));
            let why = format!("it may at {} only", hours.words());
            return Some(wait(until, why));
        }
    }
    if let Some(open) = autopilot.tries(signal).find(|one| one.end.is_none()) {
        let why = format!(
            "{} was tried; whether it helped is being looked at",
            open.title
        );
        return Some(wait(now + SOON, why));
    }
    let last = autopilot.tries(signal).map(|one| one.begun).max();
    if let Some(last) = last.filter(|last| now.since(*last) < APART) {
        return Some(wait(last + APART, "it was tried within the last minute"));
    }
    let hour = Span::hours(1);
    let within: Vec<&Attempt> = autopilot
        .attempts
        .values()
        .filter(|attempt| {
            attempt.is_automatic()
                && now.since(attempt.begun) < hour
                && attempt.outcome() != Some(Outcome::NotRun)
        })
        .collect();
    if within.len() >= policy.runs as usize {
        let first = within.first().map_or(now, |attempt| attempt.begun);
        let why = format!("{} runs began by themselves within the hour", within.len());
        return Some(wait(first + hour, why));
    }
    None
}

/// The run that works on the same object now.
fn busy(world: &World, case: &Case<'_>) -> Option<Text> {
    world
        .runs
        .values()
        .filter(|run| !run.state.is_over() && !matches!(run.state, RunState::Unknown))
        .find(|run| touches(&run.plan, case))
        .map(|run| run.plan.title.clone())
}

fn touches(plan: &Plan, case: &Case<'_>) -> bool {
    if let (Some(order), Intent::SiteRequest(request)) = (plan.order(), case.intent) {
        return order.domains().contains(request.domain());
    }
    let same = |key: &vocab::ContainerKey| case.signal.about == About::Container(key.clone());
    match (&plan.intent, case.intent) {
        (
            Intent::Containers { targets, .. },
            Intent::Containers {
                targets: wanted, ..
            },
        ) => targets.iter().any(|key| wanted.contains(key) || same(key)),
        (running, wanted) => running == wanted,
    }
}

/// Whether an amount is not over another one; in different currencies nobody can tell.
fn within(amount: Money, most: Money) -> bool {
    amount.currency == most.currency && amount.amount <= most.amount
}

/// Whether a plan may run by itself: the last word, when what it does is known in full. Hands back what stands on its
/// objects in an hour. Irreversible plans never may, whatever the policy says.
pub fn permits(world: &World, item: &Item, plan: &Plan) -> Result<Option<Money>, Text> {
    let refuse = |why: String| Err(Text::line(why));
    if plan.reversibility == Reversibility::Irreversible
        || matches!(plan.confirmation, Confirmation::TypedName(_))
    {
        return refuse(format!(
            "{} cannot be taken back: a person decides",
            plan.title
        ));
    }
    if plan.intent.is_shell() {
        return refuse(format!("{} is done by hand", plan.title));
    }
    let case = case(world, item).map_err(Text::line)?;
    let fix = fix_word(case.fix);
    let policy = &world.autopilot.policy;
    let entry = policy
        .allow
        .iter()
        .find(|entry| entry.covers(world, fix, &case.signal.about));
    let Some(entry) = entry else {
        return refuse(format!("no [[autopilot.allow]] allows {fix} here"));
    };
    if plan.reversibility == Reversibility::Disruptive && !entry.disruptive {
        return refuse(format!(
            "{} is disruptive, and {} allows what can be taken back alone",
            plan.title, entry.place
        ));
    }
    let blast = super::blast::hourly(world, plan);
    if let (Some(budget), Some(blast)) = (policy.budget, blast) {
        let mut others = world
            .autopilot
            .under_way()
            .filter(|attempt| attempt.run != plan.id)
            .filter_map(|attempt| attempt.blast);
        let sum = others
            .try_fold(blast, Money::checked_add)
            .map_err(|error| Text::line(error.to_string()))?;
        if !within(sum, budget) {
            return refuse(format!(
                "{sum} an hour would stand on what is worked on, more than the budget of {budget}"
            ));
        }
    }
    Ok(blast)
}
