//! Firewalls (<https://docs.hetzner.cloud/reference/cloud#firewalls>). They are kept and shown; no packet is filtered.

use serde_json::{Value, json};

use super::action::Start;
use super::input::{Input, Labels};
use super::key::selector;
use super::label::Selector;
use super::refusal::{Refusal, Result};
use super::server::Server;
use super::{Hetzner, page};
use crate::clock::rfc3339;
use crate::exchange::{Request, Response};

/// Rules that a firewall may have.
const MOST_RULES: usize = 50;

/// A firewall.
#[derive(Debug, Clone)]
pub struct Firewall {
    /// Its id.
    pub id: u64,
    name: String,
    labels: Labels,
    created: i64,
    rules: Vec<Value>,
    applied_to: Vec<Target>,
}

/// What a firewall is applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Server(u64),
    /// Every server with matching labels, now and later.
    Labels(String, Selector),
}

impl Firewall {
    /// Whether it holds for a server.
    pub fn holds_for(&self, server: &Server) -> bool {
        self.applied_to.iter().any(|target| match target {
            Target::Server(id) => *id == server.id,
            Target::Labels(_, selector) => selector.matches(&server.labels),
        })
    }
}

impl Hetzner {
    /// As the API shows it.
    pub fn shown_firewall(&self, firewall: &Firewall) -> Value {
        let server = |id: &u64| json!({"type": "server", "server": {"id": id}});
        let target = |target: &Target| match target {
            Target::Server(id) => server(id),
            Target::Labels(text, selector) => {
                let matching = self
                    .servers
                    .values()
                    .filter(|one| selector.matches(&one.labels));
                json!({
                    "type": "label_selector",
                    "label_selector": {"selector": text},
                    "applied_to_resources": matching.map(|one| server(&one.id)).collect::<Vec<_>>(),
                })
            }
        };
        json!({
            "id": firewall.id,
            "name": firewall.name,
            "labels": firewall.labels,
            "created": rfc3339(firewall.created),
            "rules": firewall.rules,
            "applied_to": firewall.applied_to.iter().map(target).collect::<Vec<_>>(),
        })
    }

    /// GET `/firewalls`
    pub fn list_firewalls(&self, request: &Request) -> Result<Response> {
        let selector = selector(request)?;
        let shown = self.firewalls.values().filter(|firewall| {
            request
                .field("name")
                .is_none_or(|name| name == firewall.name)
                && selector
                    .as_ref()
                    .is_none_or(|selector| selector.matches(&firewall.labels))
        });
        page::list(
            request,
            "firewalls",
            shown.map(|one| self.shown_firewall(one)).collect(),
        )
    }

    /// POST `/firewalls`
    pub fn create_firewall(&mut self, request: &Request, now: i64) -> Result<Response> {
        let input = Input::of(request)?;
        let name = input.required_text("name")?.to_owned();
        if name.is_empty() || name.len() > 128 {
            return Err(Refusal::invalid("name", "must have 1 to 128 characters"));
        }
        self.refuse_taken_firewall_name(&name, None)?;
        let rules = rules(&input)?;
        let labels = input.labels()?.unwrap_or_default();
        let targets = self.targets(&input, "apply_to")?;
        let id = self.ids.next();
        let firewall = Firewall {
            id,
            name,
            labels,
            created: now,
            rules,
            applied_to: targets.clone(),
        };
        self.firewalls.insert(id, firewall);
        let actions = self.start_on_firewall(id, "apply_firewall", &targets, now);
        let shown = self
            .firewalls
            .get(&id)
            .map(|firewall| self.shown_firewall(firewall));
        Ok(Response::json(
            201,
            json!({"firewall": shown, "actions": actions}),
        ))
    }

    /// GET `/firewalls/{id}`
    pub fn get_firewall(&self, id: u64) -> Result<Response> {
        let firewall = self
            .firewalls
            .get(&id)
            .ok_or_else(|| Refusal::not_found("firewall", id))?;
        Ok(Response::json(
            200,
            json!({"firewall": self.shown_firewall(firewall)}),
        ))
    }

    /// PUT `/firewalls/{id}`
    pub fn update_firewall(&mut self, request: &Request, id: u64) -> Result<Response> {
        let input = Input::of(request)?;
        let labels = input.labels()?;
        let name = input.text("name")?.map(str::to_owned);
        if let Some(name) = &name {
            self.refuse_taken_firewall_name(name, Some(id))?;
        }
        let firewall = self
            .firewalls
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("firewall", id))?;
        firewall.name = name.unwrap_or_else(|| firewall.name.clone());
        firewall.labels = labels.unwrap_or_else(|| firewall.labels.clone());
        self.get_firewall(id)
    }

    /// DELETE `/firewalls/{id}`: refused while it is applied to anything.
    pub fn delete_firewall(&mut self, id: u64) -> Result<Response> {
        let firewall = self
            .firewalls
            .get(&id)
            .ok_or_else(|| Refusal::not_found("firewall", id))?;
        if !firewall.applied_to.is_empty() {
            let message = format!("firewall with ID '{id}' is still in use");
            return Err(Refusal::new(422, "resource_in_use", message));
        }
        self.firewalls.remove(&id);
        Ok(Response::empty())
    }

    /// POST `/firewalls/{id}/actions/{verb}`
    pub fn act_on_firewall(
        &mut self,
        request: &Request,
        id: u64,
        verb: &str,
        now: i64,
    ) -> Result<Response> {
        let input = Input::of(request)?;
        let field = match verb {
            "apply_to_resources" => "apply_to",
            "remove_from_resources" => "remove_from",
            "set_rules" => "rules",
            _ => return Err(Refusal::no_such_path()),
        };
        let rules = rules(&input)?;
        let targets = if verb == "set_rules" {
            Vec::new()
        } else {
            self.targets(&input, field)?
        };
        let firewall = self
            .firewalls
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("firewall", id))?;
        let command = match verb {
            "set_rules" => {
                firewall.rules = rules;
                "set_firewall_rules"
            }
            "apply_to_resources" => {
                if targets
                    .iter()
                    .any(|target| firewall.applied_to.contains(target))
                {
                    let message = "firewall was already applied on resource";
                    return Err(Refusal::new(422, "firewall_already_applied", message));
                }
                firewall.applied_to.extend(targets.iter().cloned());
                "apply_firewall"
            }
            _ => {
                if targets
                    .iter()
                    .any(|target| !firewall.applied_to.contains(target))
                {
                    let message = "firewall resource not found";
                    return Err(Refusal::new(404, "firewall_resource_not_found", message));
                }
                firewall
                    .applied_to
                    .retain(|target| !targets.contains(target));
                "remove_firewall"
            }
        };
        let actions = self.start_on_firewall(id, command, &targets, now);
        Ok(Response::json(201, json!({"actions": actions})))
    }

    /// Applies a firewall to a server that was just made.
    pub fn apply_firewall(&mut self, id: u64, server: u64) {
        if let Some(firewall) = self.firewalls.get_mut(&id) {
            firewall.applied_to.push(Target::Server(server));
        }
    }

    /// A server is gone: no firewall is applied to it.
    pub fn release_from_firewalls(&mut self, server: u64) {
        for firewall in self.firewalls.values_mut() {
            firewall
                .applied_to
                .retain(|target| *target != Target::Server(server));
        }
    }

    /// One action for each target, or one for the firewall alone.
    fn start_on_firewall(
        &mut self,
        id: u64,
        command: &'static str,
        targets: &[Target],
        now: i64,
    ) -> Vec<Value> {
        let mut subjects: Vec<Vec<(&'static str, u64)>> = targets
            .iter()
            .map(|target| match target {
                Target::Server(server) => vec![("server", *server), ("firewall", id)],
                Target::Labels(..) => vec![("firewall", id)],
            })
            .collect();
        if command == "set_firewall_rules" {
            subjects.push(vec![("firewall", id)]);
        }
        let mut shown = Vec::new();
        for resources in subjects {
            let start = Start {
                command,
                resources,
                takes: self.latency / 4,
                after: None,
                awaits_host: false,
            };
            let action = self.actions.start(start, &mut self.ids, now);
            shown.push(self.shown_action(action, now));
        }
        shown
    }

    fn refuse_taken_firewall_name(&self, name: &str, except: Option<u64>) -> Result<()> {
        let taken = |firewall: &Firewall| firewall.name == name && Some(firewall.id) != except;
        if self.firewalls.values().any(taken) {
            return Err(Refusal::taken("name", "firewall name is already used"));
        }
        Ok(())
    }

    /// Reads what a firewall is to be applied to, or taken from.
    fn targets(&self, input: &Input, field: &str) -> Result<Vec<Target>> {
        let read = |value: &Value| match value["type"].as_str() {
            Some("server") => {
                let id = value["server"]["id"].as_u64().unwrap_or_default();
                let server = self
                    .servers
                    .get(&id)
                    .ok_or_else(|| Refusal::not_found("server", id))?;
                Ok(Target::Server(server.id))
            }
            Some("label_selector") => {
                let text = value["label_selector"]["selector"]
                    .as_str()
                    .unwrap_or_default();
                let selector =
                    Selector::parse(text).map_err(|problem| Refusal::invalid(field, &problem))?;
                Ok(Target::Labels(text.to_owned(), selector))
            }
            _ => Err(Refusal::invalid(
                field,
                "type must be server or label_selector",
            )),
        };
        input.list(field)?.iter().map(read).collect()
    }
}

/// Reads rules and fills in what was left out, as the service does: the keys are always there.
fn rules(input: &Input) -> Result<Vec<Value>> {
    let rules = input.list("rules")?;
    if rules.len() > MOST_RULES {
        return Err(Refusal::invalid("rules", "has more than 50 rules"));
    }
    rules.iter().map(rule).collect()
}

fn rule(value: &Value) -> Result<Value> {
    let wrong = |problem: &str| Refusal::invalid("rules", problem);
    let direction = value["direction"].as_str().unwrap_or_default();
    let protocol = value["protocol"].as_str().unwrap_or_default();
    if !["tcp", "udp", "icmp", "esp", "gre"].contains(&protocol) {
        return Err(wrong("protocol must be tcp, udp, icmp, esp or gre"));
    }
    let port = value["port"].as_str();
    match (["tcp", "udp"].contains(&protocol), port) {
        (true, Some(port)) if is_port(port) => {}
        (true, _) => return Err(wrong("port must be a port, a range or any")),
        (false, Some(_)) => return Err(wrong("port is for tcp and udp alone")),
        (false, None) => {}
    }
    let networks = match direction {
        "in" => &value["source_ips"],
        "out" => &value["destination_ips"],
        _ => return Err(wrong("direction must be in or out")),
    };
    let networks = networks.as_array().map(Vec::as_slice).unwrap_or_default();
    if networks.is_empty() || !networks.iter().all(is_network) {
        return Err(wrong("needs networks in CIDR notation"));
    }
    let of = |wish: &str| if direction == wish { networks } else { &[] };
    Ok(json!({
        "direction": direction,
        "protocol": protocol,
        "port": port,
        "source_ips": of("in"),
        "destination_ips": of("out"),
        "description": value["description"].as_str(),
    }))
}

fn is_port(text: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    let range = |(first, last)| matches!((number(first), number(last)), (Some(first), Some(last)) if first <= last);
    text == "any" || number(text).is_some() || text.split_once('-').is_some_and(range)
}

fn is_network(value: &Value) -> bool {
    let Some((address, length)) = value.as_str().and_then(|text| text.split_once('/')) else {
        return false;
    };
    let most = match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= most)
}
