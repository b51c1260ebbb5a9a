//! What is done to a server that exists: power, protection, deletion.

use super::Status;
use crate::exchange::{Request, Response};
use crate::hetzner::Hetzner;
use crate::hetzner::action::Start;
use crate::hetzner::input::Input;
use crate::hetzner::refusal::{Refusal, Result};
use crate::hosts::Work;

impl Hetzner {
    /// POST `/servers/{id}/actions/{verb}`
    pub fn act_on_server(
        &mut self,
        request: &Request,
        id: u64,
        verb: &str,
        now: i64,
    ) -> Result<Response> {
        let input = Input::of(request)?;
        let (command, work, status) = match verb {
            "poweron" => ("start_server", Some(Work::Start), Some(Status::Starting)),
            "poweroff" => ("stop_server", Some(Work::Stop), Some(Status::Stopping)),
            "shutdown" => ("shutdown_server", Some(Work::Stop), Some(Status::Stopping)),
            "reboot" => ("reboot_server", Some(Work::Restart), None),
            "reset" => ("reset_server", Some(Work::Restart), None),
            "change_protection" => ("change_protection", None, None),
            "change_type" => return self.change_type(request, id, now),
            _ => return Err(Refusal::no_such_path()),
        };
        self.refuse_when_busy(id)?;
        let protected = input.truth("delete", false)?;
        let server = self
            .servers
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("server", id))?;
        server.status = status.unwrap_or(server.status);
        if work.is_none() {
            server.protected = protected;
        }
        let start = Start {
            command,
            resources: vec![("server", id)],
            takes: self.latency / 2,
            after: None,
            awaits_host: false,
        };
        let action = match work {
            Some(work) => self.start_on_server(id, start, work, now),
            None => self.actions.start(start, &mut self.ids, now),
        };
        Ok(self.action_response(201, action, now))
    }

    /// DELETE `/servers/{id}`
    pub fn delete_server(&mut self, id: u64, now: i64) -> Result<Response> {
        self.refuse_when_busy(id)?;
        let server = self
            .servers
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("server", id))?;
        if server.protected {
            return Err(Refusal::protected("server"));
        }
        server.status = Status::Deleting;
        let start = Start {
            command: "delete_server",
            resources: vec![("server", id)],
            takes: self.latency / 2,
            after: None,
            awaits_host: false,
        };
        let action = self.start_on_server(id, start, Work::Remove, now);
        Ok(self.action_response(200, action, now))
    }

    pub(super) fn refuse_when_busy(&self, id: u64) -> Result<()> {
        if self.servers.contains_key(&id) && self.actions.is_busy(("server", id)) {
            return Err(Refusal::locked());
        }
        Ok(())
    }
}
