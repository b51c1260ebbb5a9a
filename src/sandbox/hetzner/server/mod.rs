//! Servers (<https://docs.hetzner.cloud/reference/cloud#servers>).

mod act;
mod create;
mod resize;

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::action::Action;
use super::catalog::{Image, Location, ServerType, TRAFFIC};
use super::input::{Input, Labels};
use super::key::selector;
use super::refusal::{Refusal, Result};
use super::{Hetzner, page};
use crate::clock::rfc3339;
use crate::exchange::{Request, Response};

/// A server.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its id.
    pub id: u64,
    /// Its labels.
    pub labels: Labels,
    name: String,
    created: i64,
    status: Status,
    kind: &'static ServerType,
    /// GB: it stays when the type changes, unless it is to grow with that.
    disk: u32,
    /// What it becomes when the action under way succeeds.
    becomes: Option<Becomes>,
    location: &'static Location,
    image: &'static Image,
    ipv4: Option<PublicIpv4>,
    /// The id of its IPv6 network, and the network's fourth group.
    ipv6: Option<(u64, u16)>,
    /// Whether it may not be deleted.
    protected: bool,
    /// Whether it starts when it is made.
    starts: bool,
}

/// Another type, and whether the disk grows with it.
#[derive(Debug, Clone, Copy)]
struct Becomes {
    kind: &'static ServerType,
    disk: u32,
}

/// A public address of a server.
#[derive(Debug, Clone, Copy)]
struct PublicIpv4 {
    id: u64,
    address: Ipv4Addr,
}

/// What a server is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Initializing,
    Starting,
    Running,
    Stopping,
    Off,
    Migrating,
    Deleting,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Off => "off",
            Self::Migrating => "migrating",
            Self::Deleting => "deleting",
        }
    }
}

impl Hetzner {
    /// As the API shows it.
    pub fn shown_server(&self, server: &Server) -> Value {
        let firewalls = self
            .firewalls
            .values()
            .filter(|firewall| firewall.holds_for(server));
        let ipv4 = server.ipv4.map(|PublicIpv4 { id, address }| {
            let [_, b, c, d] = address.octets();
            json!({
                "id": id,
                "ip": address.to_string(),
                "blocked": false,
                "dns_ptr": format!("static.{d}.{c}.{b}.127.clients.example.com"),
            })
        });
        let ipv6 = server.ipv6.map(|(id, group)| {
            json!({"id": id, "ip": format!("2001:db8:77:{group:x}::/64"), "blocked": false, "dns_ptr": []})
        });
        json!({
            "id": server.id,
            "name": server.name,
            "status": server.status.word(),
            "created": rfc3339(server.created),
            "public_net": {
                "ipv4": ipv4,
                "ipv6": ipv6,
                "floating_ips": [],
                "firewalls": firewalls
                    .map(|firewall| json!({"id": firewall.id, "status": "applied"}))
                    .collect::<Vec<_>>(),
            },
            "private_net": [],
            "server_type": server.kind.shown(),
            "location": server.location.shown(),
            "image": server.image.shown(),
            "iso": null,
            "rescue_enabled": false,
            "locked": self.actions.is_busy(("server", server.id)),
            "backup_window": null,
            "outgoing_traffic": 0,
            "ingoing_traffic": 0,
            "included_traffic": TRAFFIC,
            "protection": {"delete": server.protected, "rebuild": server.protected},
            "labels": server.labels,
            "volumes": [],
            "load_balancers": [],
            "primary_disk_size": server.disk,
            "placement_group": null,
        })
    }

    /// GET `/servers`
    pub fn list_servers(&self, request: &Request) -> Result<Response> {
        let selector = selector(request)?;
        let statuses: Vec<&str> = request
            .query
            .iter()
            .filter(|(name, _)| name == "status")
            .map(|(_, status)| status.as_str())
            .collect();
        let shown = self.servers.values().filter(|server| {
            request.field("name").is_none_or(|name| name == server.name)
                && (statuses.is_empty() || statuses.contains(&server.status.word()))
                && selector
                    .as_ref()
                    .is_none_or(|selector| selector.matches(&server.labels))
        });
        page::list(
            request,
            "servers",
            shown.map(|one| self.shown_server(one)).collect(),
        )
    }

    /// GET `/servers/{id}`
    pub fn get_server(&self, id: u64) -> Result<Response> {
        let server = self
            .servers
            .get(&id)
            .ok_or_else(|| Refusal::not_found("server", id))?;
        Ok(Response::json(
            200,
            json!({"server": self.shown_server(server)}),
        ))
    }

    /// PUT `/servers/{id}`: name and labels; labels are replaced as a whole.
    pub fn update_server(&mut self, request: &Request, id: u64) -> Result<Response> {
        let input = Input::of(request)?;
        let labels = input.labels()?;
        let name = input.text("name")?.map(str::to_owned);
        if let Some(name) = &name {
            self.check_server_name(name, Some(id))?;
        }
        let server = self
            .servers
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("server", id))?;
        server.name = name.unwrap_or_else(|| server.name.clone());
        server.labels = labels.unwrap_or_else(|| server.labels.clone());
        self.get_server(id)
    }

    /// An action has ended: does to its server what follows from it.
    pub fn conclude(&mut self, action: &Action) {
        let Some(server) = action
            .resource("server")
            .and_then(|id| self.servers.get_mut(&id))
        else {
            return;
        };
        let becomes = server.becomes.take();
        if let (Some(becomes), true) = (becomes, action.has_succeeded()) {
            (server.kind, server.disk) = (becomes.kind, becomes.disk);
        }
        server.status = match (action.command(), action.has_succeeded()) {
            ("create_server", true) if server.starts => Status::Starting,
            ("create_server" | "change_server_type", _)
            | ("start_server" | "delete_server", false)
            | ("stop_server" | "shutdown_server", true) => Status::Off,
            ("start_server", true) | ("stop_server" | "shutdown_server", false) => Status::Running,
            ("delete_server", true) => {
                let id = server.id;
                self.servers.remove(&id);
                self.release_from_firewalls(id);
                return;
            }
            _ => server.status,
        };
    }

    /// Refuses a name that is no host name or taken.
    fn check_server_name(&self, name: &str, except: Option<u64>) -> Result<()> {
        if !is_host_name(name) {
            return Err(Refusal::invalid("name", "must be a valid hostname"));
        }
        let taken = |server: &Server| server.name == name && Some(server.id) != except;
        if self.servers.values().any(taken) {
            return Err(Refusal::taken("name", "server name is already used"));
        }
        Ok(())
    }
}

/// Whether a name keeps to RFC 1123: letters, digits and hyphens in parts of at most 63, 253 in all.
fn is_host_name(name: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let part = |part: &str| {
        let bytes = part.as_bytes();
        part.len() <= 63
            && plain(bytes.first())
            && plain(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_host_names() {
        for name in ["web-1", "web-1.example.com", "7", &"a".repeat(63)] {
            assert!(is_host_name(name), "{name}");
        }
        for name in [
            "",
            "-web",
            "web-",
            "web_1",
            "web..1",
            "wéb",
            "a b",
            &"a".repeat(64),
        ] {
            assert!(!is_host_name(name), "{name}");
        }
    }
}
