//! Everything the sandbox knows, under one lock: the providers, the faults, the calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::calls::Calls;
use crate::clock::Clock;
use crate::cloudflare::Cloudflare;
use crate::dns::Answer;
use crate::exchange::{Request, Response};
use crate::faults::{Faults, ProviderName, Rule, TooMany};
use crate::hetzner::{Hetzner, Twist};
use crate::hosts::Health;
use crate::receivers::{Discord, Mail, Ntfy, Receivers, Twilio};
use crate::stripe::{Delivery, Stripe};
use crate::timeline::{Lane, Timeline};

/// Everything the sandbox knows.
#[derive(Debug)]
pub struct House {
    /// The time for all providers.
    pub clock: Clock,
    /// The calls so far.
    pub calls: Calls,
    /// The rules in force.
    pub faults: Faults,
    /// Whether real hosts are made.
    pub hosts: Health,
    hetzner: Timeline<Hetzner>,
    cloudflare: Timeline<Cloudflare>,
    stripe: Timeline<Stripe>,
    discord: Timeline<Discord>,
    ntfy: Timeline<Ntfy>,
    twilio: Timeline<Twilio>,
    mail: Timeline<Mail>,
    /// What an empty house has of those that are emptied by beginning anew.
    empty: (Cloudflare, Stripe, Receivers),
    /// Where events for webhook endpoints go.
    outbox: UnboundedSender<Delivery>,
}

/// The house, shared.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<House>>);

impl Shared {
    /// Shares a house.
    pub fn new(house: House) -> Self {
        Self(Arc::new(Mutex::new(house)))
    }

    /// Enters the house. Nobody stays in it across an await.
    pub fn enter(&self) -> MutexGuard<'_, House> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl House {
    /// A house with these providers, without faults. Events for webhook endpoints go to `outbox`.
    pub fn new(
        (hetzner, cloudflare, stripe): (Hetzner, Cloudflare, Stripe),
        receivers: Receivers,
        hosts: Health,
        outbox: UnboundedSender<Delivery>,
    ) -> Self {
        Self {
            clock: Clock::default(),
            calls: Calls::default(),
            faults: Faults::default(),
            hosts,
            hetzner: Timeline::new(hetzner),
            empty: (cloudflare.clone(), stripe.clone(), receivers.clone()),
            discord: Timeline::new(receivers.discord),
            ntfy: Timeline::new(receivers.ntfy),
            twilio: Timeline::new(receivers.twilio),
            mail: Timeline::new(receivers.mail),
            cloudflare: Timeline::new(cloudflare),
            stripe: Timeline::new(stripe),
            outbox,
        }
    }

    fn lane(&self, provider: ProviderName) -> &dyn Lane {
        match provider {
            ProviderName::Hetzner => &self.hetzner,
            ProviderName::Cloudflare => &self.cloudflare,
            ProviderName::Stripe => &self.stripe,
            ProviderName::Discord => &self.discord,
            ProviderName::Ntfy => &self.ntfy,
            ProviderName::Twilio => &self.twilio,
            ProviderName::Mail => &self.mail,
        }
    }

    fn lane_mut(&mut self, provider: ProviderName) -> &mut dyn Lane {
        match provider {
            ProviderName::Hetzner => &mut self.hetzner,
            ProviderName::Cloudflare => &mut self.cloudflare,
            ProviderName::Stripe => &mut self.stripe,
            ProviderName::Discord => &mut self.discord,
            ProviderName::Ntfy => &mut self.ntfy,
            ProviderName::Twilio => &mut self.twilio,
            ProviderName::Mail => &mut self.mail,
        }
    }

    /// Carries a request out.
    pub fn carry_out(&mut self, provider: ProviderName, request: &Request) -> Response {
        let now = self.clock.now();
        let reader = request.of_reader();
        if reader.is_some() && request.method != "GET" {
            return self.lane(provider).provider().read_only(now);
        }
        let request = reader.as_ref().unwrap_or(request);
        let response = self.lane_mut(provider).answer(request, now);
        for delivery in self.stripe.present.take_deliveries() {
            // Without a courier the sandbox is ending, and nobody waits for events.
            drop(self.outbox.send(delivery));
        }
        response
    }

    /// Whether the mail server lets somebody in.
    pub fn admits(&self, user: &str, password: &str) -> bool {
        self.mail.present.admits(user, password)
    }

    /// What the name servers of the zones answer.
    pub fn resolve(&self, name: &str, kind: u16) -> Answer {
        self.cloudflare.present.answer(name, kind)
    }

    /// Has the registrar delegate a zone, so that it becomes active. False when there is no such zone.
    pub fn delegate(&mut self, zone: &str) -> bool {
        let now = self.clock.now();
        self.cloudflare.present.delegate(zone, now)
    }

    /// Has Cloudflare's token end at a moment, in milliseconds since 1970; `None` has it never end.
    pub const fn end_token(&mut self, ends: Option<i64>) {
        self.cloudflare.present.end_token(ends);
    }

    /// Carries a request to Hetzner out that goes wrong in a way of its own.
    pub fn twist(&mut self, request: &Request, twist: &Twist) -> Response {
        let now = self.clock.now();
        self.hetzner.present.handle_with(request, now, twist)
    }

    /// Answers from the state that was `lag` milliseconds ago.
    pub fn look_back(&self, provider: ProviderName, request: &Request, lag: i64) -> Response {
        let now = self.clock.now();
        self.lane(provider).answer_from_the_past(request, now, lag)
    }

    /// The answer of a provider that fails.
    pub fn failure(&self, provider: ProviderName, status: u16) -> Response {
        self.lane(provider)
            .provider()
            .failure(status, self.clock.now())
    }

    /// Adds rules. Refuses them when there would be too many.
    pub fn add_faults(&mut self, rules: Vec<Rule>) -> Result<(), TooMany> {
        let added = self.faults.add(rules);
        self.follow_faults();
        added
    }

    /// Removes all rules.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
        self.follow_faults();
    }

    /// The past is kept where a rule shows it.
    fn follow_faults(&mut self) {
        for provider in ProviderName::ALL {
            let remembers = self.faults.look_back(provider);
            self.lane_mut(provider).remember(remembers);
        }
    }

    /// A real host has done what an action asked, or says why not.
    pub fn host_reported(&mut self, action: u64, result: Result<(), String>) {
        let now = self.clock.now();
        self.hetzner.present.host_reported(action, result, now);
    }

    /// Everything that exists now, by provider.
    pub fn inventory(&mut self) -> Value {
        // What was due since the last call has come about, whether or not anybody looked.
        let now = self.clock.now();
        self.hetzner.present.settle(now);
        let mut all: serde_json::Map<String, Value> = ProviderName::ALL
            .into_iter()
            .map(|provider| {
                let inventory = self.lane(provider).provider().inventory();
                (provider.word().to_owned(), inventory)
            })
            .collect();
        all.insert("hosts".to_owned(), json!(self.hosts));
        Value::Object(all)
    }

    /// Empties every provider, keeps the tokens, and forgets faults and calls. The clock stays.
    pub fn reset(&mut self) {
        self.clear_faults();
        self.calls.clear();
        self.hetzner.present.reset();
        let (cloudflare, stripe, receivers) = self.empty.clone();
        self.cloudflare.present = cloudflare;
        self.stripe.present = stripe;
        self.discord.present = receivers.discord;
        self.ntfy.present = receivers.ntfy;
        self.twilio.present = receivers.twilio;
        self.mail.present = receivers.mail;
    }
}
