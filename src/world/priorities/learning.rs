//! Learning: what the operator sees to first says what the weights should have been.
//!
//! Each time an item is acted on while others stand above it, that one should have stood higher. The weights are moved one
//! at a time, in small steps, as long as more of these pairs come into the operator's order; the result is a proposal, and
//! counts only when the operator accepts it. The same choices always give the same proposal.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vocab::{Decimal, Time};

use super::{Item, ItemId, Score, Weights};

/// So many choices are needed before anything is proposed.
pub const CHOICES_NEEDED: usize = 20;

/// The most choices that are kept; the oldest go.
pub const CHOICES_KEPT: usize = 1000;

/// How often all weights are gone through.
const ROUNDS: usize = 20;

/// How far a weight is moved at once, the least first.
const STEPS: [Decimal; 4] = [
    Decimal::from_parts(125, 0, 0, false, 2),
    Decimal::from_parts(8, 0, 0, false, 1),
    Decimal::TWO,
    Decimal::from_parts(5, 0, 0, false, 1),
];

/// How many weights can be learnt: money, blast, deal, vip, mismatch, severity.
const LEARNT: usize = 6;

/// What of an item its score was made of, free of the weights of its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// How much of each there was.
    units: [Decimal; LEARNT],
    /// Urgency × certainty.
    factor: Decimal,
}

impl Traits {
    /// Of a score that was made with these weights.
    pub fn of(score: &Score, weights: &Weights) -> Self {
        let each = vector(weights);
        let mut units = [Decimal::ZERO; LEARNT];
        for term in &score.importance_terms {
            let place = match term.name.as_str() {
                "money at risk" => 0,
                "blast radius" => 1,
                "worth" => 2,
                "vip" => 3,
                "mismatch" => 4,
                _ => 5,
            };
            units[place] += term.value.checked_div(each[place]).unwrap_or_default();
        }
        Self {
            units,
            factor: score.urgency * score.certainty,
        }
    }

    fn total(&self, weights: &[Decimal; LEARNT]) -> Decimal {
        let mut sum = Decimal::ZERO;
        for (unit, weight) in self.units.iter().zip(weights) {
            sum = sum.saturating_add(unit.saturating_mul(*weight));
        }
        sum.saturating_mul(self.factor)
    }
}

/// An item that was acted on while others stood above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// When.
    pub at: Time,
    /// Which item.
    pub item: ItemId,
    /// What it was made of.
    pub chosen: Traits,
    /// What those were made of that stood above it.
    pub above: Vec<Traits>,
}

impl Choice {
    /// The choice of an item from the surface; `None` when it stood first or is not there, for then nothing is learnt.
    pub fn of(surface: &[Arc<Item>], item: &ItemId, weights: &Weights, at: Time) -> Option<Self> {
        let place = surface.iter().position(|one| one.id == *item)?;
        let chosen = &surface[place];
        // What was acknowledged stands below for another reason than its score.
        if chosen.mark.acknowledged.is_some() {
            return None;
        }
        let above: Vec<Traits> = surface[..place]
            .iter()
            .map(|item| Traits::of(&item.score, weights))
            .collect();
        (!above.is_empty()).then(|| Self {
            at,
            item: item.clone(),
            chosen: Traits::of(&chosen.score, weights),
            above,
        })
    }
}

/// Other weights, and how much better they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The weights.
    pub weights: Weights,
    /// Pairs of an item that was chosen and one that stood above it.
    pub pairs: usize,
    /// Pairs that the weights in force put in the operator's order.
    pub before: usize,
    /// Pairs that these would.
    pub after: usize,
}

/// Better weights than those in force; `None` before there are [`CHOICES_NEEDED`], or when none are better. No weight
/// moves further than to a quarter or four times what it is.
pub fn propose(choices: &[Choice], weights: &Weights) -> Option<Proposal> {
    if choices.len() < CHOICES_NEEDED {
        return None;
    }
    let start = vector(weights);
    let before = fit(choices, &start);
    let (mut best, mut reached) = (start, before);
    for _ in 0..ROUNDS {
        let mut moved = false;
        for place in 0..LEARNT {
            for step in STEPS {
                let mut other = best;
                other[place] = bounded(best[place].saturating_mul(step), start[place]);
                let found = fit(choices, &other);
                if found > reached {
                    (best, reached, moved) = (other, found, true);
                }
            }
        }
        if !moved {
            break;
        }
    }
    (reached.0 > before.0).then(|| Proposal {
        weights: with(weights, &best),
        pairs: choices.iter().map(|choice| choice.above.len()).sum(),
        before: before.0,
        after: reached.0,
    })
}

/// How well weights fit: how many pairs are in the operator's order; among equals, how little the others are off (each
/// at most by one, and less than nothing so that more is better).
fn fit(choices: &[Choice], weights: &[Decimal; LEARNT]) -> (usize, Decimal) {
    let (mut ordered, mut off) = (0, Decimal::ZERO);
    for choice in choices {
        let chosen = choice.chosen.total(weights);
        for above in &choice.above {
            let above = above.total(weights);
            if chosen > above {
                ordered += 1;
            } else {
                off -= (above - chosen).checked_div(above).unwrap_or_default();
            }
        }
    }
    (ordered, off)
}

/// As it would be kept: in hundredths, from a quarter to four times what it was.
fn bounded(weight: Decimal, start: Decimal) -> Decimal {
    let four = Decimal::from(4);
    let most = start.saturating_mul(four);
    rounded(weight).clamp(rounded(start / four).min(most), most)
}

fn rounded(weight: Decimal) -> Decimal {
    weight.round_dp(2)
}

fn vector(weights: &Weights) -> [Decimal; LEARNT] {
    [
        weights.money,
        weights.blast,
        weights.deal,
        weights.vip,
        weights.mismatch,
        weights.severity[0],
    ]
}

/// These weights; the points of the lesser severities keep their share of a critical one's.
fn with(weights: &Weights, learnt: &[Decimal; LEARNT]) -> Weights {
    let [money, blast, deal, vip, mismatch, critical] = learnt.map(rounded);
    let share = |points: Decimal| {
        let share = points.checked_div(weights.severity[0]).unwrap_or_default();
        rounded(critical.saturating_mul(share))
    };
    Weights {
        money,
        blast,
        deal,
        vip,
        mismatch,
        severity: [
            critical,
            share(weights.severity[1]),
            share(weights.severity[2]),
        ],
        ..weights.clone()
    }
}
