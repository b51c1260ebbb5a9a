//! The score: importance × urgency × certainty, of terms that add up by hand.
//!
//! Every term is rounded to hundredths before it is added, and the product too, so that what is shown gives the total
//! that is shown.

use vocab::{Decimal, Money, Severity, Text, Time};

use super::stake::{Stake, currency, exchanged, hourly};
use super::{Note, Score, Term, steps};
use crate::signals::{Certainty, Figure, Kind, Signal};
use crate::world::World;

impl Score {
    /// The score of these terms: the sum of the first, the greatest of the second, the least of the third.
    pub fn of(importance: Vec<Term>, urgency: Vec<Term>, certainty: Vec<Term>) -> Self {
        let sum = importance.iter().map(|term| term.value).sum();
        let greatest = urgency.iter().map(|term| term.value).max();
        let least = certainty.iter().map(|term| term.value).min();
        let greatest = greatest.unwrap_or(steps::NO_HURRY);
        let least = least.unwrap_or(steps::SEEN);
        Self {
            total: cents(product(product(sum, greatest), least)),
            importance: sum,
            urgency: greatest,
            certainty: least,
            importance_terms: importance,
            urgency_terms: urgency,
            certainty_terms: certainty,
        }
    }

    /// `14.20 x 2.5 x 1 = 35.50`.
    pub fn line(&self) -> String {
        format!(
            "{} x {} x {} = {}",
            self.importance.normalize(),
            self.urgency.normalize(),
            self.certainty.normalize(),
            self.total.normalize()
        )
    }
}

fn term(name: &str, value: Decimal, words: impl AsRef<str>) -> Term {
    Term {
        name: Text::line(name),
        value: cents(value),
        words: Text::line(words.as_ref()),
    }
}

fn cents(value: Decimal) -> Decimal {
    value.round_dp(2)
}

/// Saturates: a weight without measure makes a large score and no panic.
fn product(one: Decimal, other: Decimal) -> Decimal {
    one.checked_mul(other).unwrap_or(Decimal::MAX)
}

/// An hourly sum, in as many digits as it needs to be more than nothing.
pub fn per_hour(money: Money) -> String {
    let shown = money.to_string();
    let cent = Decimal::new(1, money.currency.decimals());
    if money.amount.is_zero() || money.amount.abs() >= cent {
        format!("{shown}/h")
    } else {
        format!(
            "{}/h",
            money.amount.round_sf(2).unwrap_or_default().normalize()
        )
    }
}

/// What an open signal scores, by what it is and what stands on its object.
pub fn of_signal(world: &World, signal: &Signal, stake: &Stake, now: Time) -> Score {
    let weights = &world.weights;
    let gravity = signal.severity;
    let mut importance = vec![term(
        "severity",
        weights.severity[match gravity {
            Severity::Critical => 0,
            Severity::Warning => 1,
            Severity::Notice => 2,
        }],
        gravity.word(),
    )];
    let exposed = steps::exposed(signal.kind, gravity);
    if let Some(money) = stake.monthly.filter(|_| !exposed.is_zero()) {
        let hour = hourly(money);
        let part = if exposed == Decimal::ONE {
            String::new()
        } else {
            let percent = (exposed * Decimal::ONE_HUNDRED).normalize();
            format!(", of which {percent} % counts")
        };
        let words = format!(
            "{money} a month: {}{part}, x {}",
            per_hour(hour),
            weights.money
        );
        let points = product(product(hour.amount, exposed), weights.money);
        importance.push(term("money at risk", points, words));
    }
    if stake.objects() > 0 {
        let points = product(Decimal::from(stake.objects()), weights.blast);
        let most = if points > steps::BLAST_MOST {
            format!(", at most {}", steps::BLAST_MOST)
        } else {
            String::new()
        };
        let words = format!("{} on it, x {}{most}", stake.words(), weights.blast);
        importance.push(term("blast radius", points.min(steps::BLAST_MOST), words));
    }
    if matches!(signal.figure, Figure::PaidButDead | Figure::AliveButUnpaid) {
        let words = "what is paid for is not what is there";
        importance.push(term("mismatch", weights.mismatch, words));
    }
    Score::of(
        importance,
        urgency_of_signal(signal, now),
        certainty_of_signal(signal),
    )
}

fn urgency_of_signal(signal: &Signal, now: Time) -> Vec<Term> {
    let gravity = signal.severity;
    let mut urgency = vec![term("severity", steps::severity(gravity), gravity.word())];
    if signal.kind == Kind::Availability {
        let age = now.since(signal.since);
        let value = steps::within(&steps::AGE, age).unwrap_or(steps::OLD);
        let bound = steps::AGE.iter().find(|(bound, _)| age < *bound);
        let words = bound.map_or_else(
            || "for more than a day".to_owned(),
            |(bound, _)| format!("for less than {bound}"),
        );
        urgency.push(term("age", value, words));
    }
    let ends = matches!(
        signal.figure,
        Figure::NodeDiskFullIn | Figure::CertificateEndsIn
    );
    if ends && let Some(value) = steps::days(signal.worst) {
        let words = format!("{:.0} days are left", signal.worst.max(0.0));
        urgency.push(term("rate of change", value, words));
    }
    urgency
}

fn certainty_of_signal(signal: &Signal) -> Vec<Term> {
    let (name, value) = match signal.certainty() {
        Certainty::Blind => ("blind", steps::BLIND),
        Certainty::OnlyHere => ("point of view", steps::FROM_HERE),
        Certainty::Flapping => ("flapping", steps::FLAPPING),
        Certainty::Sure => ("seen", steps::SEEN),
    };
    let caution = signal.caution();
    let words = caution.as_deref().unwrap_or("it was seen to be so");
    vec![term(name, value, words)]
}

/// How grave a note is: by its date alone.
pub fn gravity_of_note(note: &Note, now: Time) -> Severity {
    match note.due {
        Some(due) if due <= now => Severity::Critical,
        Some(due) if due.since(now) < steps::DEADLINE[1].0 => Severity::Warning,
        _ => Severity::Notice,
    }
}

/// What a note scores, by its worth, whom it concerns and its date.
pub fn of_note(world: &World, note: &Note, now: Time) -> Score {
    let weights = &world.weights;
    let mut importance = vec![term(
        "note",
        weights.severity[2],
        match &note.system {
            Some(system) => format!("reported by {system}"),
            None => format!("written by {}", note.by),
        },
    )];
    if let Some(worth) = note.worth {
        let (amount, aside) = match exchanged(world, worth) {
            Some(here) if here.currency == worth.currency => (here.amount, String::new()),
            Some(here) => (here.amount, format!(", that is {here}")),
            None => {
                let aside = format!(", taken as {}: no rate is known", currency(world));
                (worth.amount, aside)
            }
        };
        let points = product(amount / Decimal::ONE_THOUSAND, weights.deal);
        let words = format!("worth {worth}{aside}, x {} a thousand", weights.deal);
        importance.push(term("worth", points, words));
    }
    if note.vip {
        let words = "somebody of the first importance";
        importance.push(term("vip", weights.vip, words));
    }
    let urgency = match note.due {
        None => vec![term("no date", steps::NO_HURRY, "it has no date")],
        Some(due) if due <= now => vec![term("deadline", steps::PAST, "its date is past")],
        Some(due) => {
            let left = due.since(now);
            let bound = steps::DEADLINE.iter().find(|(bound, _)| left < *bound);
            let value = bound.map_or(steps::NO_HURRY, |(_, value)| *value);
            let words = bound.map_or_else(
                || "due in a week or later: as urgent as no date".to_owned(),
                |(bound, _)| format!("due in less than {bound}"),
            );
            vec![term("deadline", value, words)]
        }
    };
    let certainty = vec![term("said", steps::SEEN, "somebody said so")];
    Score::of(importance, urgency, certainty)
}
