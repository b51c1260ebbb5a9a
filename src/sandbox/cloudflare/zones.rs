//! The calls on zones.

use serde_json::{Value, json};

use super::Cloudflare;
use super::answer::{Outcome, Refusal, Success};
use super::page::Page;
use super::zone::Zone;
use super::{input, record};
use crate::exchange::Request;

impl Cloudflare {
    /// Does what the owner of a domain does at the registrar: points it to the zone's name servers, so that the zone
    /// becomes active. False when there is no zone of that name.
    pub fn delegate(&mut self, name: &str, now: i64) -> bool {
        let zone = self.zones.iter_mut().find(|zone| zone.name == name);
        zone.map(|zone| zone.activate(now)).is_some()
    }

    pub(super) fn accounts(&self, request: &Request) -> Success {
        let account = json!({ "id": self.account, "name": "Sandbox", "type": "standard" });
        Success::page(Page::of(request, vec![account], &(5..=50), 20))
    }

    pub(super) fn list_zones(&self, request: &Request) -> Success {
        let wanted = |zone: &&Zone| {
            let is = |field, value: &str| request.field(field).is_none_or(|asked| asked == value);
            is("name", &zone.name) && is("status", zone.status()) && is("account.id", &self.account)
        };
        let mut found: Vec<&Zone> = self.zones.iter().filter(wanted).collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        if request.field("direction") == Some("desc") {
            found.reverse();
        }
        let found: Vec<Value> = found
            .into_iter()
            .map(|zone| zone.json(&self.account))
            .collect();
        Success::page(Page::of(request, found, &(5..=50), 20))
    }

    pub(super) fn create_zone(&mut self, request: &Request, now: i64) -> Outcome {
        let body = input::object(request)?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let name = text(body.get("name"))
            .unwrap_or_default()
            .to_ascii_lowercase();
        if !name.contains('.') || !record::is_name(&name) || name.starts_with("*.") {
            return Err(Refusal::new(400, 1001, "Invalid zone name"));
        }
        let account = text(body.get("account").and_then(|account| account.get("id")));
        if account.is_some_and(|account| account != self.account) {
            return Err(Refusal::new(
                403,
                0,
                "Requires permission \"com.cloudflare.api.account.zone.create\" to create zones for the selected account",
            ));
        }
        let kind = text(body.get("type")).unwrap_or_else(|| "full".into());
        if kind != "full" {
            return Err(Refusal::new(400, 1002, "Invalid zone type"));
        }
        if self.zones.iter().any(|zone| zone.name == name) {
            return Err(Refusal::new(400, 1061, format!("{name} already exists")));
        }
        let zone = Zone::new(&name, now);
        let mut shown = zone.json(&self.account);
        // Only the answer to its creation shows a zone before the first look for a delegation.
        shown["status"] = json!("initializing");
        self.zones.push(zone);
        Ok(Success::of(shown))
    }

    pub(super) fn show_zone(&mut self, request: &Request, id: &str) -> Outcome {
        let account = self.account.clone();
        let zone = self.reachable_zone(request, id)?;
        Ok(Success::of(zone.json(&account)))
    }

    pub(super) fn delete_zone(&mut self, request: &Request, id: &str) -> Outcome {
        let id = self.reachable_zone(request, id)?.id.clone();
        self.zones.retain(|zone| zone.id != id);
        Ok(Success::of(json!({ "id": id })))
    }

    /// A zone by its id. One that is not ours is refused as one that does not exist is: both say nothing.
    pub(super) fn reachable_zone(
        &mut self,
        request: &Request,
        id: &str,
    ) -> Result<&mut Zone, Refusal> {
        if !record::is_id(id) {
            return Err(Refusal::malformed_id(&request.path));
        }
        let refusal = if request.parts().len() > 2 {
            Refusal::new(403, 10_000, "Authentication error")
        } else {
            Refusal::new(403, 9109, "Unauthorized to access requested resource")
        };
        self.zones
            .iter_mut()
            .find(|zone| zone.id == id)
            .ok_or(refusal)
    }
}
