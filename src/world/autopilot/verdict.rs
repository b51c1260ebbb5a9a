//! Whether a fix has worked: never by its exit status, only by what is seen of the signal afterwards.

use vocab::{Span, Text, Time};

use super::{Attempt, AttemptEnd, Outcome};
use crate::run::RunState;
use crate::signals::{Kind, Phase};
use crate::world::World;

/// A run that was journalled and is not in the world after so long was never begun.
const BEGINS_WITHIN: Span = Span::minutes(1);

/// A signal that is still seen to be wrong so long after the run was not closed by it.
const WORKS_WITHIN: Span = Span::seconds(60);

/// After so long without a look nobody can tell.
const SEEN_WITHIN: Span = Span::minutes(10);

/// How an attempt ended, once what is seen tells; `None` while it does not.
pub fn judge(world: &World, attempt: &Attempt, now: Time) -> Option<AttemptEnd> {
    let end = |outcome, words: &str| {
        Some(AttemptEnd {
            at: now,
            outcome,
            words: Text::line(words),
        })
    };
    let Some(run) = world.runs.get(&attempt.run) else {
        return (now.since(attempt.begun) > BEGINS_WITHIN)
            .then(|| end(Outcome::NotRun, "it was never begun"))
            .flatten();
    };
    if !run.state.is_over() {
        return None;
    }
    if run.state == RunState::Cancelled && run.progress().0 == 0 {
        return end(Outcome::NotRun, "it was taken back before it began");
    }
    let ended = run.ended.unwrap_or(run.taken);
    let Some(signal) = world.signals.get(&attempt.signal) else {
        return end(Outcome::Closed, "it was looked at again, and is right");
    };
    match signal.phase {
        // It closed after the run and is wrong again, or is right and not yet for long enough.
        Phase::Pending | Phase::Clearing { .. } => return None,
        Phase::Open => {}
    }
    if signal.opened.is_some_and(|opened| opened > ended) {
        return end(
            Outcome::StillWrong,
            "it was right for a moment and came back",
        );
    }
    // What a provider has not been asked about since the run is as it was before it.
    let read = signal.kind != Kind::Money || world.billing.read.is_some_and(|read| read > ended);
    let seen = !signal.blind && signal.seen > ended && read;
    if seen && now.since(ended) >= WORKS_WITHIN {
        let words = match run.state {
            RunState::Verified | RunState::Done => {
                "the run says it went well, and it is still wrong".to_owned()
            }
            ref state => format!("the run: {}; it is still wrong", state.word()),
        };
        return end(Outcome::StillWrong, &words);
    }
    if now.since(ended) >= SEEN_WITHIN {
        return end(Outcome::Unseen, "nobody could look for ten minutes");
    }
    None
}
