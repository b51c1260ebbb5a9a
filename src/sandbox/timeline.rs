//! A provider with its past, so that a list can show what was true some seconds ago, as an eventually consistent API
//! does.

use std::collections::VecDeque;

use crate::exchange::{Provider, Request, Response};

/// States kept. A stale list shows the oldest when it would have to go back further.
const KEPT: usize = 256;

/// A provider and its states before each change.
#[derive(Debug)]
pub struct Timeline<P> {
    /// The provider as it is.
    pub present: P,
    /// What it was until the given time, oldest first. Empty while no fault asks for the past.
    past: VecDeque<(i64, P)>,
    /// Whether the past is kept.
    remembers: bool,
}

/// What a timeline does, whichever provider it has.
pub trait Lane: Send {
    /// Keeps the past from now on, or forgets it.
    fn remember(&mut self, remembers: bool);

    /// Carries a request out.
    fn answer(&mut self, request: &Request, now: i64) -> Response;

    /// Answers from the state that was `lag` milliseconds ago, and changes nothing.
    fn answer_from_the_past(&self, request: &Request, now: i64, lag: i64) -> Response;

    /// The provider as it is, for what needs no past.
    fn provider(&self) -> &dyn Provider;
}

impl<P: Provider + Clone> Timeline<P> {
    /// A provider without a past.
    pub const fn new(present: P) -> Self {
        Self {
            present,
            past: VecDeque::new(),
            remembers: false,
        }
    }

    /// Keeps the provider as it is before a request changes it.
    fn mark(&mut self, request: &Request, now: i64) {
        if !self.remembers || request.method == "GET" {
            return;
        }
        if self.past.len() == KEPT {
            self.past.pop_front();
        }
        self.past.push_back((now, self.present.clone()));
    }
}

impl<P: Provider + Clone> Lane for Timeline<P> {
    fn remember(&mut self, remembers: bool) {
        self.remembers = remembers;
        if !remembers {
            self.past.clear();
        }
    }

    fn answer(&mut self, request: &Request, now: i64) -> Response {
        self.mark(request, now);
        self.present.handle(request, now)
    }

    fn provider(&self) -> &dyn Provider {
        &self.present
    }

    fn answer_from_the_past(&self, request: &Request, now: i64, lag: i64) -> Response {
        let then = now.saturating_sub(lag);
        let state = self.past.iter().find(|(until, _)| *until > then);
        let mut state = state.map_or_else(|| self.present.clone(), |(_, state)| state.clone());
        state.handle(request, now)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone)]
    struct Counter(i64);

    impl Provider for Counter {
        fn handle(&mut self, request: &Request, _now: i64) -> Response {
            if request.method == "POST" {
                self.0 += 1;
            }
            Response::json(200, json!(self.0))
        }

        fn failure(&self, status: u16, _now: i64) -> Response {
            Response::json(status, Value::Null)
        }

        fn read_only(&self, _now: i64) -> Response {
            Response::empty()
        }

        fn inventory(&self) -> Value {
            Value::Null
        }
    }

    fn request(method: &str) -> Request {
        Request {
            method: method.into(),
            path: "/".into(),
            query: Vec::new(),
            headers: std::collections::BTreeMap::new(),
            body: Vec::new(),
        }
    }

    #[test]
    fn the_past_is_shown_until_it_is_old_enough() {
        let mut timeline = Timeline::new(Counter(0));
        timeline.remember(true);
        for now in [1_000, 2_000] {
            timeline.answer(&request("POST"), now);
        }
        let seen = |now| {
            timeline
                .answer_from_the_past(&request("GET"), now, 500)
                .body
                .unwrap()
        };
        assert_eq!(seen(1_400), json!(0));
        assert_eq!(seen(1_500), json!(1));
        assert_eq!(seen(2_499), json!(1));
        assert_eq!(seen(2_500), json!(2));
        assert_eq!(timeline.present.0, 2, "looking changes nothing");
    }

    #[test]
    fn nothing_is_kept_while_nobody_asks() {
        let mut timeline = Timeline::new(Counter(0));
        timeline.answer(&request("POST"), 1);
        assert!(timeline.past.is_empty());
    }
}
