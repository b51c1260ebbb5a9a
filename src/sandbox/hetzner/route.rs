//! From method and path to what is asked.

use serde_json::{Value, json};

use super::action::Action;
use super::catalog::{IMAGES, Image, LOCATIONS, Location, SERVER_TYPES, ServerType, pricing};
use super::refusal::{Refusal, Result};
use super::{Hetzner, page};
use crate::exchange::{Request, Response};

/// Where the removal of the datacenters was announced.
const DATACENTERS_GONE: &str =
    "https://docs.hetzner.cloud/changelog#2026-06-02-datacenters-deprecated";

/// Answers a request with a good token.
pub fn route(project: &mut Hetzner, request: &Request, now: i64) -> Result<Response> {
    let parts = request.parts();
    match (request.method.as_str(), parts.as_slice()) {
        (_, ["datacenters", ..]) => Err(Refusal::gone(DATACENTERS_GONE)),
        ("GET", ["locations" | "server_types" | "images" | "pricing", ..]) => {
            offered(request, &parts)
        }
        ("GET", ["actions"]) => actions(project, request, now),
        ("GET", ["actions", id]) => action(project, id, None, now),
        ("GET", [kind @ ("servers" | "firewalls"), id, "actions"]) => {
            let resource = (singular(kind), number("resource", id)?);
            let about = project.actions.about(resource);
            let about = about.filter(|action| has_status(request, action));
            page::list(
                request,
                "actions",
                about.map(|action| action.shown(now)).collect(),
            )
        }
        ("GET", [kind @ ("servers" | "firewalls"), id, "actions", action_id]) => {
            let resource = (singular(kind), number("resource", id)?);
            action(project, action_id, Some(resource), now)
        }
        ("GET", ["servers"]) => project.list_servers(request),
        ("POST", ["servers"]) => project.create_server(request, now),
        ("GET", ["servers", id]) => project.get_server(number("server", id)?),
        ("PUT", ["servers", id]) => project.update_server(request, number("server", id)?),
        ("DELETE", ["servers", id]) => project.delete_server(number("server", id)?, now),
        ("POST", ["servers", id, "actions", verb]) => {
            project.act_on_server(request, number("server", id)?, verb, now)
        }
        ("GET", ["ssh_keys"]) => project.list_keys(request),
        ("POST", ["ssh_keys"]) => project.create_key(request, now),
        ("GET", ["ssh_keys", id]) => project.get_key(number("ssh_key", id)?),
        ("PUT", ["ssh_keys", id]) => project.update_key(request, number("ssh_key", id)?),
        ("DELETE", ["ssh_keys", id]) => project.delete_key(number("ssh_key", id)?),
        ("GET", ["firewalls"]) => project.list_firewalls(request),
        ("POST", ["firewalls"]) => project.create_firewall(request, now),
        ("GET", ["firewalls", id]) => project.get_firewall(number("firewall", id)?),
        ("PUT", ["firewalls", id]) => project.update_firewall(request, number("firewall", id)?),
        ("DELETE", ["firewalls", id]) => project.delete_firewall(number("firewall", id)?),
        ("POST", ["firewalls", id, "actions", verb]) => {
            project.act_on_firewall(request, number("firewall", id)?, verb, now)
        }
        (_, ["servers" | "ssh_keys" | "firewalls"] | ["servers" | "ssh_keys" | "firewalls", _]) => {
            Err(Refusal::method_not_allowed())
        }
        (
            _,
            [
                "actions" | "locations" | "server_types" | "images" | "pricing",
                ..,
            ]
            | ["servers" | "firewalls", _, "actions", ..],
        ) => Err(Refusal::method_not_allowed()),
        _ => Err(Refusal::no_such_path()),
    }
}

fn singular(kind: &str) -> &'static str {
    if kind == "servers" {
        "server"
    } else {
        "firewall"
    }
}

/// The id in a path. What is no number is no id.
fn number(what: &str, text: &str) -> Result<u64> {
    text.parse().map_err(|_| Refusal::not_found(what, text))
}

/// The lists that never change.
fn offered(request: &Request, parts: &[&str]) -> Result<Response> {
    let wanted = |field: &str, value: &str| request.field(field).is_none_or(|wish| wish == value);
    let (kind, key, all): (_, _, Vec<Value>) = match parts {
        ["pricing"] => return Ok(Response::json(200, pricing())),
        ["locations", ..] => {
            let all = LOCATIONS.iter().filter(|one| wanted("name", one.name));
            ("location", "locations", all.map(Location::shown).collect())
        }
        ["server_types", ..] => {
            let all = SERVER_TYPES.iter().filter(|one| wanted("name", one.name));
            (
                "server_type",
                "server_types",
                all.map(ServerType::shown).collect(),
            )
        }
        _ => {
            let all = IMAGES.iter().filter(|one| {
                wanted("name", one.name)
                    && wanted("architecture", one.architecture)
                    && wanted("type", "system")
            });
            ("image", "images", all.map(Image::shown).collect())
        }
    };
    match parts {
        [_] => page::list(request, key, all),
        [_, id] => {
            let one = all
                .into_iter()
                .find(|one| one["id"].as_u64() == id.parse().ok());
            let one = one.ok_or_else(|| Refusal::not_found(kind, id))?;
            Ok(Response::json(200, json!({kind: one})))
        }
        _ => Err(Refusal::no_such_path()),
    }
}

fn action(
    project: &Hetzner,
    id: &str,
    resource: Option<(&'static str, u64)>,
    now: i64,
) -> Result<Response> {
    let number = number("action", id)?;
    let action = project
        .actions
        .get(number)
        .filter(|action| resource.is_none_or(|(kind, of)| action.resource(kind) == Some(of)));
    action
        .map(|action| Response::json(200, json!({"action": action.shown(now)})))
        .ok_or_else(|| Refusal::not_found("action", id))
}

/// Several actions by their ids. There is no list of all actions since 2025-01-30.
fn actions(project: &Hetzner, request: &Request, now: i64) -> Result<Response> {
    let wanted: Vec<u64> = request
        .query
        .iter()
        .filter(|(name, _)| name == "id")
        .map(|(_, id)| number("action", id))
        .collect::<Result<_>>()?;
    if wanted.is_empty() {
        return Err(Refusal::invalid("id", "is required"));
    }
    let found = wanted.iter().filter_map(|id| project.actions.get(*id));
    let found = found.filter(|action| has_status(request, action));
    page::list(
        request,
        "actions",
        found.map(|action| action.shown(now)).collect(),
    )
}

/// Whether an action has one of the statuses that the query asks for, if it asks.
fn has_status(request: &Request, action: &Action) -> bool {
    let mut wishes = request
        .query
        .iter()
        .filter(|(name, _)| name == "status")
        .peekable();
    wishes.peek().is_none() || wishes.any(|(_, status)| status == action.status())
}
