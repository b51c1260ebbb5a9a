//! Actions: what takes time. Each ends by the clock, and where real hosts are made not before its host has done it too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ids::Ids;
use crate::clock::rfc3339;

/// How long an ended action can still be asked for, in milliseconds.
const KEPT: i64 = 30 * 24 * 3_600_000;

/// What an action is about: a kind (`server`, `firewall`) and an id.
pub type Resource = (&'static str, u64);

/// Something under way or over.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its id.
    pub id: u64,
    command: &'static str,
    started: i64,
    /// When it ends at the earliest.
    due: i64,
    finished: Option<i64>,
    error: Option<(String, String)>,
    resources: Vec<Resource>,
    /// Another action that has to succeed before.
    after: Option<u64>,
    /// Whether a real host has to report first.
    awaits_host: bool,
    /// An error it is bound to end in.
    doomed: Option<(String, String)>,
}

/// A new action, described.
#[derive(Debug)]
pub struct Start {
    /// What is done: `create_server`.
    pub command: &'static str,
    /// What it is done to.
    pub resources: Vec<Resource>,
    /// How long it takes, in milliseconds.
    pub takes: i64,
    /// An action that has to succeed before.
    pub after: Option<u64>,
    /// Whether a real host has to report first.
    pub awaits_host: bool,
}

impl Action {
    /// Whether it is not over.
    pub const fn is_running(&self) -> bool {
        self.finished.is_none()
    }

    /// Whether it is over and well.
    pub const fn has_succeeded(&self) -> bool {
        self.finished.is_some() && self.error.is_none()
    }

    /// `running`, `success` or `error`.
    pub const fn status(&self) -> &'static str {
        match (self.finished, &self.error) {
            (None, _) => "running",
            (Some(_), None) => "success",
            (Some(_), Some(_)) => "error",
        }
    }

    /// What is done: `create_server`.
    pub const fn command(&self) -> &'static str {
        self.command
    }

    /// The id of the first resource of this kind.
    pub fn resource(&self, kind: &str) -> Option<u64> {
        self.resources
            .iter()
            .find(|(name, _)| *name == kind)
            .map(|(_, id)| *id)
    }

    fn progress(&self, now: i64) -> i64 {
        if self.finished.is_some() {
            return 100;
        }
        let whole = (self.due - self.started).max(1);
        ((now - self.started) * 100 / whole).clamp(0, 95)
    }

    /// As the API shows it.
    pub fn shown(&self, now: i64) -> Value {
        let resources: Vec<Value> = self
            .resources
            .iter()
            .map(|(kind, id)| json!({"id": id, "type": kind}))
            .collect();
        json!({
            "id": self.id,
            "command": self.command,
            "status": self.status(),
            "progress": self.progress(now),
            "started": rfc3339(self.started),
            "finished": self.finished.map(rfc3339),
            "resources": resources,
            "error": self.error.as_ref().map(|(code, message)| json!({"code": code, "message": message})),
        })
    }
}

/// All actions of the project.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    all: BTreeMap<u64, Action>,
    /// The error in which every action started from now on ends.
    pub doom: Option<(String, String)>,
}

impl Actions {
    /// Starts an action.
    pub fn start(&mut self, start: Start, ids: &mut Ids, now: i64) -> u64 {
        let id = ids.next();
        let action = Action {
            id,
            command: start.command,
            started: now,
            due: now + start.takes,
            finished: None,
            error: None,
            resources: start.resources,
            after: start.after,
            awaits_host: start.awaits_host,
            doomed: self.doom.clone(),
        };
        self.all.insert(id, action);
        id
    }

    /// An action by its id.
    pub fn get(&self, id: u64) -> Option<&Action> {
        self.all.get(&id)
    }

    /// Every action about a resource.
    pub fn about(&self, resource: Resource) -> impl Iterator<Item = &Action> {
        self.all
            .values()
            .filter(move |action| action.resources.contains(&resource))
    }

    /// Whether anything about a resource is under way.
    pub fn is_busy(&self, resource: Resource) -> bool {
        self.about(resource).any(Action::is_running)
    }

    /// A real host has done what an action asked, or says why not.
    pub fn host_reported(&mut self, id: u64, result: Result<(), String>, now: i64) {
        if let Some(action) = self.all.get_mut(&id) {
            action.awaits_host = false;
            action.due = action.due.max(now);
            if let Err(message) = result {
                action.doomed = Some(("action_failed".to_owned(), message));
            }
        }
    }

    /// Ends what is due, in order, and says what has ended.
    pub fn settle(&mut self, now: i64) -> Vec<Action> {
        self.all
            .retain(|_, action| action.finished.is_none_or(|end| now - end < KEPT));
        let running: Vec<u64> = self
            .all
            .values()
            .filter(|action| action.is_running())
            .map(|action| action.id)
            .collect();
        let mut ended = Vec::new();
        for id in running {
            let before = self.all[&id].after.and_then(|id| self.all.get(&id));
            let (blocked, failed) = before.map_or((false, None), |before| {
                (before.is_running(), before.error.clone())
            });
            let Some(action) = self.all.get_mut(&id) else {
                continue;
            };
            if let Some(error) = failed {
                action.doomed = Some(error);
                action.awaits_host = false;
            }
            if blocked || action.awaits_host || now < action.due {
                continue;
            }
            // What ended by the clock ended when it was due, whenever somebody looks.
            action.finished = Some(action.due);
            action.error = action.doomed.take();
            ended.push(action.clone());
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(command: &'static str, after: Option<u64>, awaits_host: bool) -> Start {
        Start {
            command,
            resources: vec![("server", 7)],
            takes: 1_000,
            after,
            awaits_host,
        }
    }

    #[test]
    fn an_action_ends_when_it_is_due() {
        let (mut actions, mut ids) = (Actions::default(), Ids::unknown());
        let id = actions.start(start("create_server", None, false), &mut ids, 0);
        assert!(actions.settle(999).is_empty());
        assert!(actions.is_busy(("server", 7)));
        assert_eq!(actions.get(id).unwrap().shown(500)["progress"], 50);
        assert_eq!(actions.settle(1_000).len(), 1);
        let shown = actions.get(id).unwrap().shown(1_000);
        assert_eq!(shown["status"], "success");
        assert_eq!(shown["progress"], 100);
        assert!(actions.settle(2_000).is_empty(), "it ends once");
    }

    #[test]
    fn an_action_waits_for_the_one_before_and_fails_with_it() {
        let (mut actions, mut ids) = (Actions::default(), Ids::unknown());
        let first = actions.start(start("create_server", None, true), &mut ids, 0);
        let second = actions.start(start("start_server", Some(first), true), &mut ids, 0);
        assert!(actions.settle(5_000).is_empty(), "no host has reported");
        actions.host_reported(first, Err("no image".into()), 5_000);
        assert_eq!(actions.settle(5_000).len(), 2);
        assert_eq!(actions.get(second).unwrap().status(), "error");
        assert_eq!(
            actions.get(first).unwrap().shown(5_000)["error"]["message"],
            "no image"
        );
    }
}
