//! Firewalls and the servers they guard.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use vocab::Text;

use super::Hetzner;
use super::model::{Action, Labels};
use crate::provider::call::Call;
use crate::provider::words::words;
use crate::provider::{Answer, Read};

words! {
    /// Whose packets a rule lets through.
    Direction {
        /// Those that arrive.
        In = "in",
        /// Those that leave.
        Out = "out",
    }
}

impl Serialize for Direction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What is let through; everything else that arrives is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Arriving or leaving.
    pub direction: Direction,
    /// `tcp`, `udp`, `icmp`, `esp` or `gre`.
    pub protocol: Text,
    /// A port or a span such as `80-85`; for tcp and udp only.
    #[serde(default)]
    pub port: Option<Text>,
    /// Networks it may come from, for arriving packets.
    #[serde(default)]
    pub source_ips: Vec<Text>,
    /// Networks it may go to, for leaving packets.
    #[serde(default)]
    pub destination_ips: Vec<Text>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<Text>,
}

/// A firewall.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Firewall {
    /// Its id.
    pub id: u64,
    /// Its name, unique in the project.
    pub name: Text,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
    /// What it lets through.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A firewall to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewFirewall {
    /// Its name, unique in the project.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// At most 50 rules.
    pub rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Body {
    firewall: Firewall,
}

#[derive(Deserialize)]
struct Actions {
    actions: Vec<Action>,
}

impl Hetzner {
    /// Makes a firewall that guards nothing yet.
    pub async fn create_firewall(&self, new: &NewFirewall) -> Answer<Firewall> {
        let answer: Answer<Body> = self
            .transport
            .change(Call::post(&[&"firewalls"]).json(new))
            .await;
        answer.map(|body| body.firewall)
    }

    /// A firewall by its exact name.
    pub async fn firewall_by_name(&self, name: &str) -> Read<Option<Firewall>> {
        let found: Vec<Firewall> = self
            .all("firewalls", || {
                Call::get(&[&"firewalls"]).query("name", name)
            })
            .await?;
        Ok(found.into_iter().find(|firewall| firewall.name == name))
    }

    /// All firewalls whose labels fit a selector; all of the project for `None`.
    pub async fn firewalls(&self, selector: Option<&str>) -> Read<Vec<Firewall>> {
        self.all("firewalls", || {
            Call::get(&[&"firewalls"]).query_if("label_selector", selector)
        })
        .await
    }

    /// Deletes a firewall. While it guards a server it counts as locked.
    pub async fn delete_firewall(&self, id: u64) -> Answer<()> {
        let answer: Answer<IgnoredAny> = self
            .transport
            .change(Call::delete(&[&"firewalls", &id]))
            .await;
        answer.map(|_| ())
    }

    /// Lets a firewall guard these servers. One that it guards already is a conflict.
    pub async fn apply_firewall(&self, id: u64, servers: &[u64]) -> Answer<Vec<Action>> {
        self.change_guarded(id, "apply_to_resources", "apply_to", servers)
            .await
    }

    /// Takes a firewall off these servers.
    pub async fn remove_firewall(&self, id: u64, servers: &[u64]) -> Answer<Vec<Action>> {
        self.change_guarded(id, "remove_from_resources", "remove_from", servers)
            .await
    }

    async fn change_guarded(
        &self,
        id: u64,
        verb: &str,
        field: &str,
        servers: &[u64],
    ) -> Answer<Vec<Action>> {
        let resources: Vec<_> = servers
            .iter()
            .map(|server| json!({ "type": "server", "server": { "id": server } }))
            .collect();
        let call =
            Call::post(&[&"firewalls", &id, &"actions", &verb]).json(&json!({ field: resources }));
        let answer: Answer<Actions> = self.transport.change(call).await;
        answer.map(|body| body.actions)
    }
}
