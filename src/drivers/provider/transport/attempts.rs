//! Attempts: when one may go out, how long to wait between two, and when to give up.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use vocab::{Span, Time};

use super::Transport;
use super::exchange::Reply;
use crate::clock;
use crate::provider::call::Call;
use crate::provider::error::Fault;
use crate::provider::failure::Failure;
use crate::provider::gate::whole_wait;

impl Transport {
    /// Attempts until one succeeds, may not be repeated, or the deadline comes.
    pub(super) async fn perform(&self, call: &Call, change: bool) -> Result<Reply, Failure> {
        let pace = &self.shared.pace;
        // No attempt begins so late that its answer could not be awaited: cut short, a change would be unknown.
        let end = Instant::now() + pace.deadline.saturating_sub(pace.answer);
        self.gate().budget.earn();
        let mut last = None;
        for attempt in 0..pace.attempts.max(1) {
            // When there is no way out any more, the reason of the attempt before says more.
            if let Err(closed) = self.admitted(end).await {
                return Err(last.unwrap_or(closed));
            }
            let mut failure = match self.attempt(call).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            let wait = self.wait_after(&mut failure, attempt);
            let again = attempt + 1 < pace.attempts
                && failure.may_repeat(change)
                && Instant::now() + wait < end
                && self.gate().budget.spend();
            if !again {
                return Err(failure);
            }
            last = Some(failure);
            sleep(wait).await;
        }
        Err(last.unwrap_or_else(|| Failure::nothing_done(self.error(Fault::Deadline, ""))))
    }

    /// How long to wait after a failure. A limit of requests holds back every call of this token, and its error says
    /// until when.
    fn wait_after(&self, failure: &mut Failure, attempt: u32) -> Duration {
        let pace = &self.shared.pace;
        let now = Instant::now();
        let limited = matches!(failure.error.fault, Fault::RateLimited { .. });
        let mut gate = self.gate();
        if !limited && failure.ordered.is_none() {
            return gate.jitter(pace, attempt);
        }
        let wait = failure.ordered.unwrap_or_else(|| whole_wait(pace, attempt));
        let until = now + wait.min(pace.longest_ordered);
        gate.limiter.hold(until, now);
        if limited {
            let until = moment(until, now);
            failure.error.fault = Fault::RateLimited { until };
        }
        until - now
    }

    /// Waits for a permit. Fails when the breaker is open or when there will be no permit before `end`.
    async fn admitted(&self, end: Instant) -> Result<(), Failure> {
        let now = Instant::now();
        let closed = self.gate().breaker.open_until(now);
        if let Some(until) = closed {
            return Err(self.no_way_out(|until| Fault::BreakerOpen { until }, until));
        }
        let limited = |until| self.no_way_out(|until| Fault::RateLimited { until }, until);
        let line = &self.shared.lines[self.purpose as usize];
        let Ok(_first) = timeout_at(end, line.lock()).await else {
            return Err(limited(end));
        };
        loop {
            let now = Instant::now();
            let taken = self.gate().limiter.take(self.purpose, now);
            match taken {
                Ok(()) => break,
                Err(wait) if now + wait >= end => return Err(limited(now + wait)),
                Err(wait) => sleep(wait).await,
            }
        }
        let admitted = self.gate().breaker.admit(Instant::now());
        admitted.map_err(|until| self.no_way_out(|until| Fault::BreakerOpen { until }, until))
    }

    fn no_way_out(&self, fault: fn(Time) -> Fault, until: Instant) -> Failure {
        let fault = fault(moment(until, Instant::now()));
        Failure::nothing_done(self.error(fault, ""))
    }
}

/// When a moment of the steady clock is by the calendar.
pub(super) fn moment(at: Instant, now: Instant) -> Time {
    clock::now() + Span::from(at.saturating_duration_since(now))
}
