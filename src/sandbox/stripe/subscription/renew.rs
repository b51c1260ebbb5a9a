//! What happens to subscriptions, and to what they leave behind, as time goes by.

use serde_json::{Value, json};

use super::super::Stripe;
use super::super::agenda::Due;
use super::super::book::{Kind, text, whole};
use super::super::invoice::Reason;
use super::super::period::Interval;
use super::is_over;

/// Seconds that the invoice of a new period stays a draft: one hour.
const DRAFT: i64 = 3_600;

impl Stripe {
    /// Does everything that is due on a clock up to `now`, in its order.
    pub(in super::super) fn run_agenda(&mut self, clock: Option<&str>, now: i64) {
        while let Some((time, due)) = self.agenda.take(clock, now) {
            if let Some(clock) = clock.and_then(|id| self.book.get_mut(Kind::TestClock, id)) {
                clock["frozen_time"] = json!(time.max(whole(clock, "frozen_time")));
            }
            match due {
                Due::Expire(id) => {
                    if self.status_of(&id) == "incomplete" {
                        self.end(&id, time, "payment_failed");
                    }
                }
                Due::End(id) => {
                    let subscription = self.book.get(Kind::Subscription, &id);
                    if subscription.is_some_and(|subscription| subscription["cancel_at"] == time) {
                        self.end(&id, time, "cancellation_requested");
                    }
                }
                Due::Renew(id) => self.renew(&id, time),
                Due::Finalize(id) => self.finalize_and_collect(&id, time),
                Due::Retry(id) => self.retry(&id, time),
                Due::Overdue(id) => self.overdue(&id, time),
                Due::Available(id) => {
                    if let Some(entry) = self.book.get_mut(Kind::BalanceTransaction, &id) {
                        entry["status"] = json!("available");
                    }
                }
            }
        }
    }

    fn status_of(&self, id: &str) -> String {
        let subscription = self.book.get(Kind::Subscription, id);
        subscription.map_or_else(String::new, |subscription| text(subscription, "status"))
    }

    /// Begins the next period, with an invoice for it.
    fn renew(&mut self, id: &str, time: i64) {
        let Some(subscription) = self.book.get(Kind::Subscription, id) else {
            return;
        };
        let first = &subscription["items"]["data"][0];
        let due = whole(first, "current_period_end") == time;
        let Some(interval) = Interval::of(&first["price"]).filter(|_| due) else {
            return;
        };
        if is_over(subscription) || subscription["status"] == "incomplete" {
            return;
        }
        let end = interval.end(whole(subscription, "billing_cycle_anchor"), time);
        let clock = self.clock_of(&text(subscription, "customer"));
        let event = "customer.subscription.updated";
        self.change(Kind::Subscription, id, event, time, |subscription| {
            for item in subscription["items"]["data"]
                .as_array_mut()
                .into_iter()
                .flatten()
            {
                item["current_period_start"] = json!(time);
                item["current_period_end"] = json!(end);
            }
            if subscription["status"] == "trialing" {
                subscription["status"] = json!("active");
            }
        });
        self.agenda
            .add(clock.clone(), end, Due::Renew(id.to_owned()));
        let invoice = self.bill(id, Reason::Cycle, time);
        if self.set_aside(id, &invoice, time) {
            return;
        }
        if let Some(invoice) = self.book.get_mut(Kind::Invoice, &invoice) {
            invoice["automatically_finalizes_at"] = json!(time + DRAFT);
        }
        self.agenda.add(clock, time + DRAFT, Due::Finalize(invoice));
    }

    /// What becomes of an invoice while the collection is suspended; `false` while it is not.
    fn set_aside(&mut self, id: &str, invoice: &str, time: i64) -> bool {
        let subscription = self.book.get(Kind::Subscription, id);
        let paused = subscription.map(|subscription| &subscription["pause_collection"]["behavior"]);
        let behavior = paused
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        match behavior.as_str() {
            "void" => self.void(invoice, time),
            "mark_uncollectible" => {
                self.close(invoice, "uncollectible", "marked_uncollectible", time);
            }
            // It stays a draft until somebody finalizes it.
            "keep_as_draft" => {}
            _ => return false,
        }
        true
    }
}
