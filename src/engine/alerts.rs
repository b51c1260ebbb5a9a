//! Alerts at work: what a channel is to be told is put into the outbox, and sent from there, one message of a channel at a
//! time, until it is taken or given up. Only the one executor does this; what became of it every process sees.
//!
//! Flow: [`Core::tell_alerts`] → [`due`] → outbox in the store → attempt begun in the store → sender → how it ended in the store →
//! the world. A process that dies in between leaves an attempt that was begun: the next one makes it again.

use std::collections::BTreeSet;

use drivers::alert::{AlertSender, Letter};
use drivers::clock;
use store::{AuditEntry, KeptAlerts, Store};
use tokio::sync::oneshot;
use vocab::{ChannelName, RunId, Text, Time};
use world::alerts::{
    ChannelKind, Clock, Delivery, DeliveryState, Due, MessageKind, due, test_message,
};
use world::{Actor, Event, Fact, Refusal, RefusalKind, query};

use crate::core::Core;
use crate::fleet::AlertPlan;
use crate::handle::Request;

/// What is being sent.
#[derive(Default)]
pub(crate) struct Alerting {
    /// How far the store's outbox was read.
    read: i64,
    /// Channels by which a message is being sent.
    sending: BTreeSet<ChannelName>,
}

impl Alerting {
    /// How far the store's outbox was read.
    pub const fn read(&self) -> i64 {
        self.read
    }
}

type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

impl Core {
    /// Takes in what became of messages, here or in another process.
    pub(crate) fn take_alerts(&mut self, kept: KeptAlerts) {
        self.alerting.read = self.alerting.read.max(kept.change);
        let mut news = kept.deliveries;
        let known = &self.world.alerts.outbox;
        news.retain(|delivery| known.get(&delivery.id) != Some(delivery));
        if !news.is_empty() {
            self.observe(Fact::DeliveriesSeen(news));
        }
    }

    /// Puts into the outbox what is to be told now, and sends what waits there.
    pub(crate) async fn tell_alerts(&mut self) {
        let Some(store) = self.store.clone() else {
            return;
        };
        let usable = self.fabric.alerts.iter().any(|plan| plan.sender.is_some());
        if !usable || !self.is_executor() || self.cancel_of_runs.is_cancelled() {
            return;
        }
        let now = clock::now();
        let Due { messages, needless } = self.due_alerts(now);
        if !messages.is_empty() || !needless.is_empty() {
            match store.queue_alerts(messages, needless, now).await {
                Ok(written) if written.is_empty() => {}
                Ok(written) => self.observe(Fact::DeliveriesSeen(written)),
                // It is due again at the next beat.
                Err(error) => tracing::warn!(%error, "alerts cannot be put into the outbox"),
            }
        }
        for plan in self.fabric.alerts.clone() {
            self.send_next(&plan, now);
        }
    }

    fn due_alerts(&self, now: Time) -> Due {
        let world = &self.world;
        let items = query::items(world, now);
        let since = self.present().unwrap_or(now);
        let mut all = Due::default();
        for plan in &self.fabric.alerts {
            let AlertPlan { channel, sender } = plan;
            if sender.is_none() {
                continue;
            }
            let zone = channel.timezone.as_deref();
            let clock = Clock {
                now,
                minute: clock::minute_of_day(zone, now),
                day: clock::day(zone, now),
                since,
            };
            let found = due(world, &world.alerts.outbox, channel, &items, &clock);
            all.messages.extend(found.messages);
            all.needless.extend(found.needless);
        }
        all
    }

    /// Sends the next message of a channel, in a task of its own, when there is one and none is under way.
    fn send_next(&mut self, plan: &AlertPlan, now: Time) {
        let name = &plan.channel.name;
        let (Some(store), Some(sender)) = (self.store.clone(), plan.sender.clone()) else {
            return;
        };
        if self.alerting.sending.contains(name) || self.cancel_of_runs.is_cancelled() {
            return;
        }
        let Some(next) = self.world.alerts.outbox.next(name, now) else {
            return;
        };
        let (id, name) = (next.id.clone(), name.clone());
        self.alerting.sending.insert(name.clone());
        let (fleet, requests) = (self.world.name.clone(), self.requests.clone());
        self.tasks.spawn(async move {
            let tried = attempt(&store, sender.as_ref(), &fleet, &id).await;
            let tried = tried.map(Box::new);
            drop(requests.send(Request::AlertTried(name, tried)).await);
        });
    }

    /// A message was tried, or was not for this process to send.
    pub(crate) fn alert_tried(&mut self, channel: &ChannelName, tried: Option<Box<Delivery>>) {
        self.alerting.sending.remove(channel);
        let Some(tried) = tried else { return };
        self.observe(Fact::DeliveriesSeen(vec![*tried]));
        let plans = &self.fabric.alerts;
        let plan = plans.iter().find(|plan| plan.channel.name == *channel);
        if let Some(plan) = plan.cloned().filter(|_| self.is_executor()) {
            self.send_next(&plan, clock::now());
        }
    }

    /// Sends a test by a channel, or by all, in this very process.
    pub(crate) fn test_alerts(
        &self,
        name: Option<&ChannelName>,
        by: &Actor,
        reply: Reply<Vec<Delivery>>,
    ) {
        let all = self.fabric.alerts.iter();
        let chosen: Vec<AlertPlan> = all
            .filter(|plan| name.is_none_or(|name| plan.channel.name == *name))
            .cloned()
            .collect();
        if let (Some(name), true) = (name, chosen.is_empty()) {
            return drop(reply.send(Err(self.unknown_channel(name))));
        }
        let now = clock::now();
        let tests: Vec<Test> = chosen
            .into_iter()
            .map(|plan| Test {
                message: test_message(
                    &plan.channel.name,
                    RunId::made_at(now),
                    &self.world.name,
                    &by.user,
                    now,
                ),
                entry: AuditEntry {
                    at: now,
                    by: by.clone(),
                    run: None,
                    verb: Text::line("alert tested"),
                    subject: Text::line(format!("channel {}", plan.channel.name)),
                    detail: plan.channel.to.clone(),
                },
                fleet: self.world.name.clone(),
                plan,
            })
            .collect();
        let (store, events) = (self.store.clone(), self.events.clone());
        self.tasks.spawn(async move {
            let ended = tests.into_iter().map(|test| test.carry_out(store.clone()));
            let ended = futures::future::join_all(ended).await;
            let mut tested = Vec::new();
            for (delivery, line) in ended {
                tested.push(delivery);
                if let Some(line) = line {
                    let fact = Fact::Audited(line);
                    drop(events.send(Event { at: now, fact }).await);
                }
            }
            let fact = Fact::DeliveriesSeen(tested.clone());
            drop(events.send(Event { at: now, fact }).await);
            drop(reply.send(Ok(tested)));
        });
    }

    fn unknown_channel(&self, name: &ChannelName) -> Refusal {
        let names = self.fabric.alerts.iter();
        let names = names.map(|plan| plan.channel.name.as_str());
        let hint = kit::nearest::nearest(name.as_str(), names).map_or_else(
            || "`wheelhouse alerts` lists them".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        let words = format!("there is no alert channel {name}: {hint}");
        Refusal::new(RefusalKind::NotFound, words)
    }
}

/// Makes one attempt to send a message; the message as it is then, or `None` when it is not for this process to send.
async fn attempt(
    store: &Store,
    sender: &dyn AlertSender,
    fleet: &Text,
    id: &Text,
) -> Option<Delivery> {
    let begun = match store.begin_alert(id, clock::now()).await {
        Ok(begun) => begun?,
        Err(error) => {
            tracing::warn!(%error, "an alert cannot be begun");
            return None;
        }
    };
    let ended = send(sender, begun, fleet).await;
    if let Err(error) = store.put_alert(&ended, None).await {
        tracing::error!(%error, "what came of an alert could not be written down; it may come twice");
    }
    Some(ended)
}

/// Sends a message; as it is then.
async fn send(sender: &dyn AlertSender, begun: Delivery, fleet: &Text) -> Delivery {
    let sent = sender.send(&letter(&begun, fleet)).await;
    let now = clock::now();
    match sent {
        Ok(words) => begun.sent(words, now),
        Err(error) => {
            tracing::warn!(channel = %begun.channel, %error, "an alert was not taken");
            let words = Text::line(error.to_string());
            begun.failed(words, error.trouble.is_passing(), error.ordered, now)
        }
    }
}

fn letter(delivery: &Delivery, fleet: &Text) -> Letter {
    let report = delivery.report.as_ref();
    Letter {
        key: delivery.key(),
        fleet: fleet.clone(),
        severity: delivery.severity,
        over: delivery.kind == MessageKind::Recovered,
        title: delivery.title.clone(),
        detail: delivery.detail.clone(),
        body: report.map(|report| (report.text(), report.html())),
        made: delivery.made,
        attempt: delivery.attempts,
    }
}

/// A test that somebody asked for.
struct Test {
    plan: AlertPlan,
    message: Delivery,
    entry: AuditEntry,
    fleet: Text,
}

impl Test {
    /// Carries it out; the message as it is then, with its line of the audit log.
    async fn carry_out(self, store: Option<Store>) -> (Delivery, Option<world::AuditLine>) {
        let Self {
            plan,
            mut message,
            entry,
            fleet,
        } = self;
        message.attempts = 1;
        // Nobody makes it again.
        message.state = DeliveryState::GivenUp { at: message.made };
        message.words = Text::line("it was begun, and is not known to have ended");
        let line = match &store {
            Some(store) => store.put_alert(&message, Some(entry)).await,
            None => Ok(None),
        };
        // It is sent all the same: that alerts arrive matters most when the store does not work.
        let line = line.unwrap_or_else(|error| {
            tracing::warn!(%error, "that a test was asked for is not in the audit log");
            None
        });
        let ended = match (plan.sender, &plan.channel.unusable) {
            (Some(sender), _) => {
                let ended = send(sender.as_ref(), message, &fleet).await;
                match ended.state {
                    DeliveryState::Failed => {
                        let at = ended.made;
                        Delivery {
                            state: DeliveryState::GivenUp { at },
                            ..ended
                        }
                    }
                    _ => ended,
                }
            }
            (None, Some(why)) => Delivery {
                words: why.clone(),
                ..message
            },
            (None, None) => {
                debug_assert_eq!(plan.channel.kind, ChannelKind::Terminal);
                let now = message.made;
                message.sent(Text::line("every open console shows it"), now)
            }
        };
        if let Some(store) = &store
            && let Err(error) = store.put_alert(&ended, None).await
        {
            tracing::warn!(%error, "what came of a test could not be written down");
        }
        (ended, line)
    }
}
