//! Actions: what goes on at Hetzner after it has answered.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::Hetzner;
use super::model::{Action, Server, ServerStatus};
use super::page::PAGE;
use crate::provider::Read;
use crate::provider::call::Call;
use crate::provider::error::Fault;

#[derive(Deserialize)]
struct One {
    action: Action,
}

#[derive(Deserialize)]
struct Many {
    actions: Vec<Action>,
}

/// Looks at something under way, farther and farther apart.
struct Looks {
    end: Instant,
    wait: Duration,
    longest: Duration,
}

impl Looks {
    /// Waits for the next look; `false` when there is no time for one.
    async fn pause(&mut self) -> bool {
        if Instant::now() + self.wait >= self.end {
            return false;
        }
        sleep(self.wait).await;
        self.wait = (self.wait + self.wait / 2).min(self.longest);
        true
    }
}

impl Hetzner {
    /// An action by its id.
    pub async fn action(&self, id: u64) -> Read<Action> {
        let body: One = self.transport.read(Call::get(&[&"actions", &id])).await?;
        Ok(body.action)
    }

    /// Actions by their ids, 50 in one call.
    pub async fn actions(&self, ids: &[u64]) -> Read<Vec<Action>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(PAGE as usize) {
            let call = Call::get(&[&"actions"]).query("per_page", &PAGE);
            let call = some.iter().fold(call, |call, id| call.query("id", id));
            let body: Many = self.transport.read(call).await?;
            found.extend(body.actions);
        }
        Ok(found)
    }

    /// Looks until all of these are over, well or not; the caller reads [`Action::status`]. The looks begin a second
    /// apart and end ten seconds apart. Passing trouble is waited out; [`Fault::Deadline`] when `longest` is not enough.
    pub async fn wait_for(&self, ids: &[u64], longest: Duration) -> Read<Vec<Action>> {
        let mut looks = self.looks(longest);
        let mut over: BTreeMap<u64, Action> = BTreeMap::new();
        loop {
            let open: Vec<u64> = ids
                .iter()
                .copied()
                .filter(|id| !over.contains_key(id))
                .collect();
            match self.actions(&open).await {
                Ok(found) => over.extend(
                    found
                        .into_iter()
                        .filter(Action::is_over)
                        .map(|action| (action.id, action)),
                ),
                Err(error) if error.fault.is_passing() => {}
                Err(error) => return Err(error),
            }
            if ids.iter().all(|id| over.contains_key(id)) {
                return Ok(over.into_values().collect());
            }
            if !looks.pause().await {
                let words = "the action goes on, its end is not known";
                return Err(self.transport.error(Fault::Deadline, words));
            }
        }
    }

    /// Looks until a server does this and nothing is at work on it: an order to shut down ends before the server has. The
    /// pace is that of [`Self::wait_for`], and so is what is waited out.
    pub async fn wait_for_status(
        &self,
        id: u64,
        status: &ServerStatus,
        longest: Duration,
    ) -> Read<Server> {
        let mut looks = self.looks(longest);
        loop {
            match self.server(id).await {
                Ok(server) if server.status == *status && !server.locked => return Ok(server),
                Err(error) if !error.fault.is_passing() => return Err(error),
                _ => {}
            }
            if !looks.pause().await {
                let words = format!("the server is not {} yet", status.as_str());
                return Err(self.transport.error(Fault::Deadline, words));
            }
        }
    }

    fn looks(&self, longest: Duration) -> Looks {
        let pace = self.transport.pace();
        Looks {
            end: Instant::now() + longest,
            wait: pace.first_look,
            longest: pace.longest_look,
        }
    }
}
