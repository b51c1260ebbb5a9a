//! One signal moved on by one look: pending, open, clearing, gone.

use std::collections::VecDeque;

use vocab::rule::Rule;
use vocab::{Severity, Span, Text, Time};

use super::signal::{Phase, Signal, SignalId};

/// For so long a signal that comes and goes must be right before it closes.
pub(super) const FLAPPING_CALM: Span = Span::minutes(10);

/// Openings are counted over so long.
pub(super) const OPENINGS_KEPT: Span = Span::hours(1);

/// What a look at a figure came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Look {
    /// It is wrong.
    Wrong(Wrong),
    /// It is right.
    Right,
    /// Its source cannot be read.
    Unknown,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong {
    pub severity: Severity,
    pub value: f64,
    pub since: Option<Time>,
    pub title: Text,
    pub words: Text,
    pub only_here: bool,
}

/// The signal after a look at `now`; `None` when there is none any more. `openings` are those of the last hour of a signal
/// that was closed since.
pub(super) fn step(
    before: Option<&Signal>,
    look: &Look,
    rule: &Rule,
    id: &SignalId,
    openings: Option<&VecDeque<Time>>,
    now: Time,
) -> Option<Signal> {
    match (before, look) {
        (None, Look::Right | Look::Unknown) => None,
        (None, Look::Wrong(wrong)) => Some(begin(rule, id, wrong, openings, now)),
        (Some(before), Look::Unknown) => {
            let mut signal = before.clone();
            signal.blind = true;
            Some(signal)
        }
        (Some(before), Look::Right) => settle(before, rule, now),
        (Some(before), Look::Wrong(wrong)) => Some(persist(before, rule, wrong, now)),
    }
}

fn begin(
    rule: &Rule,
    id: &SignalId,
    wrong: &Wrong,
    openings: Option<&VecDeque<Time>>,
    now: Time,
) -> Signal {
    let mut signal = Signal {
        id: id.clone(),
        figure: rule.figure,
        kind: rule.kind,
        phase: Phase::Pending,
        since: wrong.since.unwrap_or(now).min(now),
        opened: None,
        seen: now,
        severity: wrong.severity,
        value: wrong.value,
        worst: wrong.value,
        title: wrong.title.clone(),
        words: wrong.words.clone(),
        blind: false,
        only_here: wrong.only_here,
        told: false,
        openings: openings.cloned().unwrap_or_default(),
    };
    open_when_due(&mut signal, rule, now);
    signal
}

fn open_when_due(signal: &mut Signal, rule: &Rule, now: Time) {
    if now.since(signal.since) >= rule.hold {
        signal.phase = Phase::Open;
        signal.opened = Some(now);
        count_opening(signal, now);
    }
}

fn count_opening(signal: &mut Signal, now: Time) {
    signal.openings.retain(|at| now.since(*at) < OPENINGS_KEPT);
    signal.openings.push_back(now);
}

/// It is still wrong, or wrong again.
fn persist(before: &Signal, rule: &Rule, wrong: &Wrong, now: Time) -> Signal {
    let mut signal = before.clone();
    signal.kind = rule.kind;
    signal.seen = now;
    signal.value = wrong.value;
    signal.title.clone_from(&wrong.title);
    signal.words.clone_from(&wrong.words);
    signal.only_here = wrong.only_here;
    signal.blind = false;
    signal.openings.retain(|at| now.since(*at) < OPENINGS_KEPT);
    match before.phase {
        Phase::Pending => {
            signal.severity = wrong.severity;
            signal.worst = wrong.value;
            // What nobody could see meanwhile is not known to have been wrong all the time.
            if before.blind {
                signal.since = wrong.since.unwrap_or(now).min(now);
            }
            open_when_due(&mut signal, rule, now);
        }
        Phase::Open => worst_of(&mut signal, rule, wrong),
        Phase::Clearing { .. } => {
            signal.phase = Phase::Open;
            worst_of(&mut signal, rule, wrong);
            count_opening(&mut signal, now);
        }
    }
    signal
}

fn worst_of(signal: &mut Signal, rule: &Rule, wrong: &Wrong) {
    signal.severity = signal.severity.max(wrong.severity);
    signal.worst = rule.worse(signal.worst, wrong.value);
}

/// It is right.
fn settle(before: &Signal, rule: &Rule, now: Time) -> Option<Signal> {
    let mut signal = before.clone();
    signal.blind = false;
    signal.openings.retain(|at| now.since(*at) < OPENINGS_KEPT);
    let since = match before.phase {
        Phase::Pending => return None,
        Phase::Open => now,
        // It must be seen to be right all the time.
        Phase::Clearing { .. } if before.blind => now,
        Phase::Clearing { since } => since,
    };
    if now.since(since) >= calm(before, rule) {
        return None;
    }
    signal.phase = Phase::Clearing { since };
    Some(signal)
}

/// For how long it must be right.
pub(super) fn calm(signal: &Signal, rule: &Rule) -> Span {
    if signal.is_flapping() {
        rule.calm.max(FLAPPING_CALM)
    } else {
        rule.calm
    }
}

/// When time alone moves it on.
pub(super) fn due(signal: &Signal, rule: &Rule) -> Option<Time> {
    match signal.phase {
        Phase::Pending => Some(signal.since + rule.hold),
        Phase::Clearing { since } => Some(since + calm(signal, rule)),
        Phase::Open => None,
    }
}
