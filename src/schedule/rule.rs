//! When: an interval or a cron pattern, spread a little, and what becomes of turns that nobody was there for.

use std::fmt;

use vocab::{Span, Time};

use crate::cron::Cron;

/// The longest a turn that was missed waits once somebody is there again, so that not all begin at once.
const SPREAD: Span = Span::minutes(1);

/// What was due so shortly before somebody is there was not missed: one process took over from another.
const HANDOVER: Span = Span::minutes(1);

/// So many turns are looked at for the longest time between two: a pattern of hours and days repeats within them.
const LOOKED_AHEAD: usize = 100;

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// So long after it was last begun.
    Every(Span),
    /// At the moments of a pattern.
    Cron(Box<Cron>),
}

/// What becomes of turns that nobody was there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missed {
    /// They are left out.
    Skip,
    /// All of them together are made up for once.
    #[default]
    Once,
}

/// When the turns of a schedule are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// When one is due.
    pub when: When,
    /// A turn begins up to so much later than it is due, always the same for the same schedule and moment.
    pub jitter: Span,
    /// What becomes of turns that were missed.
    pub missed: Missed,
}

impl When {
    /// The first moment after `after` at which it is due, when it was last begun, or first known, at `last`. `None` when
    /// there is none any more.
    fn due(&self, last: Time, after: Time) -> Option<Time> {
        match self {
            Self::Every(span) => {
                let span = span.0.max(1);
                let turns = after.0.saturating_sub(last.0).max(0) / span + 1;
                Some(Time(last.0.saturating_add(span.saturating_mul(turns))))
            }
            Self::Cron(cron) => cron.following(after.max(last)),
        }
    }
}

impl Rule {
    /// An interval, whose missed turns are made up for once.
    pub const fn every(span: Span) -> Self {
        Self {
            when: When::Every(span),
            jitter: Span::ZERO,
            missed: Missed::Once,
        }
    }

    /// When the next turn is. `last` is when it was last begun, or first known; `present` since when somebody is there to
    /// begin it without a break; `name` spreads schedules of the same rule. Never before it is due, and never a second
    /// time for the same due moment. It may lie in the past: then it is to be begun now. `None` when there is none any
    /// more.
    pub fn next(&self, last: Time, present: Time, name: &str) -> Option<Time> {
        let turn = self.turn(last, last, name)?;
        if turn + HANDOVER >= present {
            return Some(turn);
        }
        match self.missed {
            Missed::Once => Some(present + self.spread(present, name)),
            Missed::Skip => {
                // What was due longer ago than the longest wait can have no turn any more.
                let mut after = last.max(present - self.jitter - Span(1));
                loop {
                    let due = self.when.due(last, after)?;
                    let turn = due + self.wait(due, name);
                    if turn >= present {
                        return Some(turn);
                    }
                    after = due;
                }
            }
        }
    }

    /// The longest time from one turn to the next, as the turns after `from` tell; `None` when there are no two.
    pub fn apart(&self, from: Time) -> Option<Span> {
        let mut due = self.when.due(from, from)?;
        let mut longest = None;
        for _ in 0..LOOKED_AHEAD {
            let Some(following) = self.when.due(due, due) else {
                break;
            };
            longest = longest.max(Some(following.since(due)));
            due = following;
        }
        longest.map(|longest| Span(longest.0.saturating_add(self.jitter.0)))
    }

    /// The turn of the first due moment after `after`.
    fn turn(&self, last: Time, after: Time, name: &str) -> Option<Time> {
        let due = self.when.due(last, after)?;
        Some(due + self.wait(due, name))
    }

    /// How long the turn that is due then waits.
    fn wait(&self, due: Time, name: &str) -> Span {
        Span(part(mixed(name, due.0), self.jitter.0))
    }

    /// How long a missed turn waits: up to a quarter of the time between two turns, and no longer than a minute.
    fn spread(&self, present: Time, name: &str) -> Span {
        let first = self.when.due(present, present);
        let second = first.and_then(|first| self.when.due(first, first));
        let between = match (first, second) {
            (Some(first), Some(second)) => second.since(first),
            _ => SPREAD,
        };
        Span(part(mixed(name, 0), SPREAD.0.min(between.0 / 4)))
    }
}

/// In words: `every 15m`, `daily at 03:00 Europe/Berlin`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            When::Every(span) => write!(f, "every {}", in_full(*span))?,
            When::Cron(cron) => write!(f, "{cron}")?,
        }
        if self.jitter > Span::ZERO {
            write!(f, " within {}", in_full(self.jitter))?;
        }
        Ok(())
    }
}

/// A span without loss, in its largest whole unit.
fn in_full(span: Span) -> String {
    const UNITS: [(&str, Span); 4] = [
        ("d", Span::days(1)),
        ("h", Span::hours(1)),
        ("m", Span::minutes(1)),
        ("s", Span::seconds(1)),
    ];
    let whole = UNITS.iter().find(|(_, unit)| span.0 % unit.0 == 0);
    whole.map_or_else(
        || format!("{}ms", span.0),
        |(name, unit)| format!("{}{name}", span.0 / unit.0),
    )
}

/// A number for a name and another number, without a pattern (`SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>).
fn mixed(name: &str, number: i64) -> u64 {
    let begin = name.bytes().fold(number.cast_unsigned(), |sum, byte| {
        step(sum.wrapping_add(u64::from(byte)))
    });
    step(begin)
}

const fn step(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// A number from 0 to `most`.
fn part(number: u64, most: i64) -> i64 {
    let most = most.max(0).cast_unsigned();
    (number % most.saturating_add(1)).cast_signed()
}
