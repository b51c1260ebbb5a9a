//! Consequences under their cause, by what stands on what.
//!
//! Trouble of availability explains the trouble of availability, capacity and protection of whatever stands on it that did
//! not begin before it, and that of work as long as nobody can look. Money is never explained away.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use vocab::Span;
use vocab::rule::Kind;

use super::signal::{Signal, SignalId};
use super::topology::Topology;
use crate::about::About;
use crate::world::World;

/// A consequence may be noticed so much earlier than its cause.
const EARLIER: Span = Span::minutes(2);

/// The open signals, each under the one that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// Those that nothing explains, with those that they explain.
    pub causes: BTreeMap<SignalId, BTreeSet<SignalId>>,
    /// The cause of each that is explained.
    pub under: BTreeMap<SignalId, SignalId>,
}

/// Lays every open signal under the one that explains it: the gravest of the same object, else that of the farthest object
/// it stands on. A cause is never explained itself.
pub fn fold(world: &World, topology: &Topology) -> Folded {
    let open: Vec<&Signal> = world.signals.values().filter(|one| one.is_open()).collect();
    let mut causes: BTreeMap<&About, &Signal> = BTreeMap::new();
    for signal in open.iter().filter(|one| is_cause(one)) {
        let rank = |one: &Signal| (Reverse(one.severity), one.since, one.id.clone());
        let best = causes.entry(&signal.id.about).or_insert(signal);
        if rank(signal) < rank(best) {
            *best = signal;
        }
    }
    let mut folded = Folded::default();
    for signal in &open {
        let about = &signal.id.about;
        let above = topology.above(world, about);
        let cause = above
            .iter()
            .rev()
            .filter_map(|one| causes.get(one))
            .find(|cause| explains(cause, signal))
            .or_else(|| {
                let own = causes.get(about)?;
                let same = own.id != signal.id && of_the_same(signal);
                same.then_some(own)
            });
        if let Some(cause) = cause {
            folded.under.insert(signal.id.clone(), cause.id.clone());
        }
    }
    // A cause that is explained itself hands on what it explains.
    for signal in &open {
        let mut top = &signal.id;
        for _ in 0..8 {
            match folded.under.get(top) {
                Some(next) => top = next,
                None => break,
            }
        }
        if *top == signal.id {
            folded.causes.entry(top.clone()).or_default();
        } else {
            let under = folded.causes.entry(top.clone()).or_default();
            under.insert(signal.id.clone());
        }
    }
    for (cause, all) in &folded.causes {
        for one in all {
            folded.under.insert(one.clone(), cause.clone());
        }
    }
    folded
}

/// Whether trouble of something explains that of what stands on it: it did not begin later, or nobody could look since.
fn explains(cause: &Signal, signal: &Signal) -> bool {
    let began_after = signal.since + EARLIER >= cause.since;
    match signal.kind {
        Kind::Availability => began_after || signal.blind,
        Kind::Capacity | Kind::Protection | Kind::Work => signal.blind,
        Kind::Money => false,
    }
}

/// Whether a signal can explain others: it is of the whole object.
fn is_cause(signal: &Signal) -> bool {
    signal.kind == Kind::Availability && signal.id.part.is_empty()
}

/// Whether a signal is one trouble with the gravest one of its object.
fn of_the_same(signal: &Signal) -> bool {
    match signal.kind {
        Kind::Availability => signal.id.part.is_empty() || signal.blind,
        Kind::Capacity | Kind::Protection | Kind::Work => signal.blind,
        Kind::Money => false,
    }
}
