//! Another type for a server that exists
//! (<https://docs.hetzner.cloud/reference/cloud#server-actions-change-type-of-a-server>).

use super::{Becomes, Status};
use crate::exchange::{Request, Response};
use crate::hetzner::Hetzner;
use crate::hetzner::action::Start;
use crate::hetzner::catalog::SERVER_TYPES;
use crate::hetzner::input::{Input, is_meant};
use crate::hetzner::refusal::{Refusal, Result};

impl Hetzner {
    /// POST `/servers/{id}/actions/change_type`
    pub fn change_type(&mut self, request: &Request, id: u64, now: i64) -> Result<Response> {
        let input = Input::of(request)?;
        let wish = input
            .reference("server_type")?
            .ok_or_else(|| Refusal::invalid("server_type", "is required"))?;
        if input.get("upgrade_disk").is_none() {
            return Err(Refusal::invalid("upgrade_disk", "is required"));
        }
        let upgrades = input.truth("upgrade_disk", false)?;
        self.refuse_when_busy(id)?;
        let server = self
            .servers
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("server", id))?;
        let kind = SERVER_TYPES
            .iter()
            .find(|one| is_meant(&wish, one.id, one.name))
            .ok_or_else(|| Refusal::invalid("server_type", "was not found"))?;
        if server.status != Status::Off {
            return Err(Refusal::new(
                422,
                "server_not_stopped",
                "the server must be stopped to perform this operation",
            ));
        }
        let does_not_fit = |why: &str| Err(Refusal::new(422, "invalid_server_type", why));
        if kind == server.kind {
            return does_not_fit("server already has this server type");
        }
        if kind.architecture != server.kind.architecture {
            return does_not_fit("server type has another architecture");
        }
        if kind.disk < server.disk {
            return does_not_fit("the disk of the server does not fit the server type");
        }
        if !kind.is_offered_in(server.location) {
            let message = "unsupported location for server type";
            return Err(Refusal::new(422, "invalid_input", message));
        }
        if !kind.is_available_in(server.location) {
            return Err(Refusal::sold_out());
        }
        let disk = if upgrades { kind.disk } else { server.disk };
        server.becomes = Some(Becomes { kind, disk });
        server.status = Status::Migrating;
        let start = Start {
            command: "change_server_type",
            resources: vec![("server", id)],
            takes: self.latency / 2,
            after: None,
            awaits_host: false,
        };
        // A host of the sandbox has no size: what is on it stays, and its API says the new one.
        let action = self.actions.start(start, &mut self.ids, now);
        Ok(self.action_response(201, action, now))
    }
}
