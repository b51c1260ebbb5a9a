//! The steps to another type: in which order, how far each goes back, how long it may take and settles.

use vocab::{RollbackLevel, Span};
use world::{GrowthStep, SiteStep};

use crate::work::Work;

/// The steps, in order; frozen by the order's version.
pub(crate) fn steps_of() -> Vec<SiteStep> {
    use GrowthStep as G;
    let before = [
        G::Standing,
        G::PowerOff,
        G::Resize,
        G::PowerOn,
        G::AllAnswer,
    ];
    let before = before.map(SiteStep::Grow).into_iter();
    // The others there are looked at from here alone, the site itself from elsewhere too.
    let after = [SiteStep::Answers, SiteStep::Grow(G::Cost)];
    before.chain(after).collect()
}

/// A text of the step for the journal.
pub(crate) const fn word(step: GrowthStep) -> &'static str {
    match step {
        GrowthStep::Standing => "standing",
        GrowthStep::PowerOff => "power off",
        GrowthStep::Resize => "resize",
        GrowthStep::PowerOn => "power on",
        GrowthStep::AllAnswer => "all answer",
        GrowthStep::Cost => "cost",
    }
}

/// From which level on a step is taken back. No server is left off, or larger than what it is needed for.
pub(crate) const fn undone_from(step: GrowthStep) -> Option<RollbackLevel> {
    match step {
        GrowthStep::PowerOff | GrowthStep::Resize | GrowthStep::Cost => Some(RollbackLevel::Soft),
        GrowthStep::Standing | GrowthStep::PowerOn | GrowthStep::AllAnswer => None,
    }
}

/// How long it may take.
pub(crate) const fn deadline(step: GrowthStep) -> Span {
    match step {
        GrowthStep::Standing => Span::minutes(1),
        GrowthStep::PowerOff | GrowthStep::Resize | GrowthStep::PowerOn | GrowthStep::AllAnswer => {
            Span::minutes(5)
        }
        GrowthStep::Cost => Span::seconds(30),
    }
}

/// How long after a request something may still come of it.
pub(crate) const fn settle(work: &Work, step: GrowthStep) -> Span {
    let waits = &work.ends.waits;
    let [servers, _, _] = waits.settle;
    match step {
        // What was asked to shut down may take its time.
        GrowthStep::PowerOff => Span(servers.0 + waits.shut_down.0),
        GrowthStep::Resize | GrowthStep::PowerOn => servers,
        GrowthStep::Standing | GrowthStep::AllAnswer | GrowthStep::Cost => Span::ZERO,
    }
}
