//! Test clocks: months in a moment. <https://docs.stripe.com/billing/testing/test-clocks>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, text, whole};
use super::params::{Params, missing};
use super::period::Interval;
use super::refusal::{Outcome, Refusal};

/// How far a clock without subscriptions can be put forward at a time, in seconds: two years.
const FARTHEST: i64 = 2 * 366 * 86_400;

/// How long a clock is kept, in seconds: 30 days.
const KEPT: i64 = 30 * 86_400;

impl Stripe {
    pub(super) fn create_clock(&mut self, params: Params<'_>) -> Outcome {
        params.only(&["frozen_time", "name"])?;
        let frozen = params
            .whole("frozen_time")?
            .ok_or_else(|| missing("frozen_time"))?;
        let clock = json!({
            "id": Kind::TestClock.id(),
            "object": "test_helpers.test_clock",
            "created": self.now,
            "deletes_after": self.now + KEPT,
            "frozen_time": frozen,
            "livemode": false,
            "name": params.text("name"),
            "status": "ready",
            "status_details": {},
        });
        self.book.add(Kind::TestClock, clock.clone());
        self.emit("test_helpers.test_clock.created", &clock, self.now);
        Ok(clock)
    }

    /// Puts a clock forward. What falls into the time happens at once; the clock says `advancing` until it is looked at
    /// again.
    pub(super) fn advance_clock(&mut self, id: &str, params: Params<'_>) -> Outcome {
        params.only(&["frozen_time"])?;
        let frozen = whole(self.book.find(Kind::TestClock, id)?, "frozen_time");
        let target = params
            .whole("frozen_time")?
            .ok_or_else(|| missing("frozen_time"))?;
        let refusal = |words: String| {
            Err(Refusal::parameter(
                "parameter_invalid",
                "frozen_time",
                words,
            ))
        };
        if target <= frozen {
            return refusal(format!(
                "frozen_time must be after the clock's current time, {frozen}."
            ));
        }
        let farthest = frozen + self.farthest(id);
        if target > farthest {
            return refusal(format!(
                "frozen_time is too far: a clock advances at most two intervals of its shortest subscription at a time, here until {farthest}."
            ));
        }
        let event = "test_helpers.test_clock.advancing";
        let advancing = self.change(Kind::TestClock, id, event, self.now, |clock| {
            clock["status"] = json!("advancing");
        });
        self.run_agenda(Some(id), target);
        if let Some(clock) = self.book.get_mut(Kind::TestClock, id) {
            clock["frozen_time"] = json!(target);
        }
        self.advancing.push(id.to_owned());
        let mut shown = advancing;
        shown["frozen_time"] = json!(target);
        Ok(shown)
    }

    /// Clocks that were put forward by an earlier request have arrived.
    pub(super) fn settle_clocks(&mut self) {
        for id in std::mem::take(&mut self.advancing) {
            let event = "test_helpers.test_clock.ready";
            self.change(Kind::TestClock, &id, event, self.now, |clock| {
                clock["status"] = json!("ready");
            });
        }
    }

    /// Deletes a clock and its customers.
    pub(super) fn delete_clock(&mut self, id: &str) -> Outcome {
        let clock = self.book.find(Kind::TestClock, id)?.clone();
        for customer in self.book.with(Kind::Customer, "test_clock", id) {
            self.delete_customer(&customer)?;
        }
        self.emit("test_helpers.test_clock.deleted", &clock, self.now);
        let deleted = json!({ "id": id, "object": "test_helpers.test_clock", "deleted": true });
        if let Some(object) = self.book.get_mut(Kind::TestClock, id) {
            *object = deleted.clone();
        }
        Ok(deleted)
    }

    /// How far a clock can be put forward at a time, in seconds. Two of the longest periods of the unit fit in.
    fn farthest(&self, clock: &str) -> i64 {
        let running = |subscription: &&String| {
            let subscription = self.book.get(Kind::Subscription, subscription);
            subscription.is_some_and(|subscription| !super::subscription::is_over(subscription))
        };
        self.book
            .with(Kind::Subscription, "test_clock", clock)
            .iter()
            .filter(running)
            .filter_map(|id| self.book.get(Kind::Subscription, id))
            .filter_map(|subscription| Interval::of(&subscription["items"]["data"][0]["price"]))
            .map(|interval| interval.shortest() * 2 * 31 / 28)
            .min()
            .unwrap_or(FARTHEST)
    }

    /// Now on a clock, in seconds since 1970-01-01 UTC; the real one when none is given.
    pub(super) fn time_on(&self, clock: Option<&str>) -> i64 {
        let clock = clock.and_then(|clock| self.book.get(Kind::TestClock, clock));
        clock.map_or(self.now, |clock| whole(clock, "frozen_time"))
    }

    /// The clock of a customer.
    pub(super) fn clock_of(&self, customer: &str) -> Option<String> {
        let customer = self.book.get(Kind::Customer, customer)?;
        customer["test_clock"].as_str().map(str::to_owned)
    }

    /// Now for a customer.
    pub(super) fn time_of(&self, customer: &str) -> i64 {
        self.time_on(self.clock_of(customer).as_deref())
    }
}

/// Whether an object lives on a test clock.
pub fn is_simulated(object: &Value) -> bool {
    !text(object, "test_clock").is_empty()
}
