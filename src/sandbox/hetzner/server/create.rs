//! The creation of a server.

use serde_json::json;

use super::{PublicIpv4, Server, Status};
use crate::exchange::{Request, Response};
use crate::hetzner::Hetzner;
use crate::hetzner::action::Start;
use crate::hetzner::catalog::{IMAGES, Image, LOCATIONS, Location, SERVER_TYPES, ServerType};
use crate::hetzner::input::{Input, is_meant, reference};
use crate::hetzner::refusal::{Refusal, Result};
use crate::hosts::{Seed, Work, free_address};
use crate::random;

/// The most that `user_data` may have, in bytes.
const USER_DATA: usize = 32 << 10;

/// Servers that a project may have.
const MOST_SERVERS: usize = 100;

/// What is offered and asked for.
struct Choice {
    kind: &'static ServerType,
    location: &'static Location,
    image: &'static Image,
}

impl Hetzner {
    /// POST `/servers`
    pub fn create_server(&mut self, request: &Request, now: i64) -> Result<Response> {
        let input = Input::of(request)?;
        let name = input.required_text("name")?.to_owned();
        let choice = choice(&input)?;
        let user_data = input.text("user_data")?.unwrap_or_default().to_owned();
        if user_data.len() > USER_DATA {
            return Err(Refusal::invalid("user_data", "is too long"));
        }
        let labels = input.labels()?.unwrap_or_default();
        let starts = input.truth("start_after_create", true)?;
        let keys = self.wanted_keys(&input)?;
        let firewalls = self.wanted_firewalls(&input)?;
        let (wants_ipv4, wants_ipv6) = wanted_addresses(&input)?;
        refuse_what_is_missing(&input)?;
        self.check_server_name(&name, None)?;
        if self.servers.len() >= MOST_SERVERS {
            return Err(Refusal::limit_exceeded("servers"));
        }
        if !choice.kind.is_available_in(choice.location) {
            return Err(Refusal::sold_out());
        }
        let id = self.ids.next();
        let ipv4 = wants_ipv4.then(|| self.new_address());
        let password = keys.is_empty().then(|| random::token(20));
        let seed = Seed {
            instance: id,
            name: name.clone(),
            address: ipv4.map(|ipv4| ipv4.address),
            user_data,
            keys,
            password: password.clone(),
        };
        let server = Server {
            id,
            labels,
            name,
            created: now,
            status: Status::Initializing,
            kind: choice.kind,
            disk: choice.kind.disk,
            becomes: None,
            location: choice.location,
            image: choice.image,
            ipv4,
            ipv6: wants_ipv6.then(|| (self.ids.next(), random::below(1 << 16) as u16)),
            protected: false,
            starts,
        };
        self.servers.insert(id, server);
        for firewall in firewalls {
            self.apply_firewall(firewall, id);
        }
        let (action, next) = self.start_creation(id, seed, starts, now);
        let next: Vec<_> = next
            .iter()
            .map(|action| self.shown_action(*action, now))
            .collect();
        Ok(Response::json(
            201,
            json!({
                "server": self.servers.get(&id).map(|server| self.shown_server(server)),
                "action": self.shown_action(action, now),
                "next_actions": next,
                "root_password": password,
            }),
        ))
    }

    /// Starts the creation, and the start that follows it.
    fn start_creation(
        &mut self,
        id: u64,
        seed: Seed,
        starts: bool,
        now: i64,
    ) -> (u64, Option<u64>) {
        let start = |command, takes, after| Start {
            command,
            resources: vec![("server", id)],
            takes,
            after,
            awaits_host: false,
        };
        let creation = start("create_server", self.latency, None);
        let action = self.start_on_server(id, creation, Work::Create(Box::new(seed)), now);
        let next = starts.then(|| {
            let takes = self.latency + self.latency / 3;
            let boot = start("start_server", takes, Some(action));
            self.start_on_server(id, boot, Work::Start, now)
        });
        (action, next)
    }

    fn new_address(&mut self) -> PublicIpv4 {
        let used = |address| {
            let holds = |server: &Server| server.ipv4.is_some_and(|ipv4| ipv4.address == address);
            self.servers.values().any(holds)
        };
        let address = free_address(used);
        PublicIpv4 {
            id: self.ids.next(),
            address,
        }
    }

    /// The public keys that are to open the server, by id or name.
    fn wanted_keys(&self, input: &Input) -> Result<Vec<String>> {
        let read = |value: &serde_json::Value| {
            let wish = reference(value).unwrap_or_default();
            let meant = |key: &&crate::hetzner::key::Key| is_meant(&wish, key.id, &key.name);
            let key = self.keys.values().find(meant);
            key.map(|key| key.public.clone()).ok_or_else(|| {
                Refusal::new(422, "invalid_input", format!("SSH key not found: {wish}"))
            })
        };
        input.list("ssh_keys")?.iter().map(read).collect()
    }

    fn wanted_firewalls(&self, input: &Input) -> Result<Vec<u64>> {
        let read = |value: &serde_json::Value| {
            let id = value["firewall"].as_u64().unwrap_or_default();
            let firewall = self.firewalls.get(&id);
            firewall
                .map(|firewall| firewall.id)
                .ok_or_else(|| Refusal::not_found("firewall", id))
        };
        input.list("firewalls")?.iter().map(read).collect()
    }
}

/// What of the offer is asked for, checked against each other.
fn choice(input: &Input) -> Result<Choice> {
    if input.get("datacenter").is_some() {
        return Err(Refusal::invalid("datacenter", "is no longer supported"));
    }
    let wish = |field: &str| -> Result<String> {
        let wish = input.reference(field)?;
        wish.ok_or_else(|| Refusal::invalid(field, "is required"))
    };
    let unknown = |field: &str| Refusal::invalid(field, "was not found");
    let kind = wish("server_type")?;
    let kind = SERVER_TYPES
        .iter()
        .find(|one| is_meant(&kind, one.id, one.name))
        .ok_or_else(|| unknown("server_type"))?;
    let location = match input.reference("location")? {
        Some(wish) => LOCATIONS
            .iter()
            .find(|one| is_meant(&wish, one.id, one.name))
            .ok_or_else(|| unknown("location"))?,
        None => LOCATIONS
            .iter()
            .find(|one| kind.is_available_in(one))
            .ok_or_else(Refusal::sold_out)?,
    };
    if !kind.is_offered_in(location) {
        let message = "unsupported location for server type";
        return Err(Refusal::new(422, "invalid_input", message));
    }
    let image = wish("image")?;
    let mut images = IMAGES
        .iter()
        .filter(|one| is_meant(&image, one.id, one.name))
        .peekable();
    if images.peek().is_none() {
        return Err(unknown("image"));
    }
    let image = images
        .find(|one| one.architecture == kind.architecture)
        .ok_or_else(|| Refusal::invalid("image", "is not compatible with the server type"))?;
    Ok(Choice {
        kind,
        location,
        image,
    })
}

/// Whether an IPv4 and an IPv6 address are wanted.
fn wanted_addresses(input: &Input) -> Result<(bool, bool)> {
    let Some(net) = input.get("public_net") else {
        return Ok((true, true));
    };
    let wanted = |field: &str| net[field].as_bool().unwrap_or(true);
    if ["ipv4", "ipv6"].iter().any(|field| !net[*field].is_null()) {
        let message = "existing primary IPs are not offered here";
        return Err(Refusal::new(422, "unsupported_error", message));
    }
    let wishes = (wanted("enable_ipv4"), wanted("enable_ipv6"));
    if wishes == (false, false) {
        let problem = "a server without a public address needs a private network";
        return Err(Refusal::invalid("public_net", problem));
    }
    Ok(wishes)
}

/// Refuses what the real service has and this one has not.
fn refuse_what_is_missing(input: &Input) -> Result<()> {
    for field in ["networks", "volumes"] {
        if !input.list(field)?.is_empty() {
            let message = format!("{field} are not offered here");
            return Err(Refusal::new(422, "unsupported_error", message));
        }
    }
    if input.get("placement_group").is_some() {
        let message = "placement groups are not offered here";
        return Err(Refusal::new(422, "unsupported_error", message));
    }
    Ok(())
}
