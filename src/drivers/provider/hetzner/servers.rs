//! Servers: made, found, labelled, switched, deleted.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Hetzner;
use super::model::{Action, Labels, Server};
use crate::provider::call::Call;
use crate::provider::error::Fault;
use crate::provider::{Answer, Read};

/// The longest user data, in bytes.
const LONGEST_USER_DATA: usize = 32 * 1024;

/// A server to be made. It starts at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServer {
    /// A host name (RFC 1123), unique in the project: by it the server is found after an unknown answer.
    pub name: String,
    /// Its type, such as `cx23`.
    pub server_type: String,
    /// Its image, such as `debian-12`.
    pub image: String,
    /// Where, such as `fsn1`.
    pub location: String,
    /// Ids of the keys that may log in; with none Hetzner makes a password, which is not read.
    pub ssh_keys: Vec<u64>,
    /// Ids of the firewalls that guard it from the first moment.
    pub firewalls: Vec<u64>,
    /// Its labels.
    pub labels: Labels,
    /// A cloud-init text of at most 32 KiB. No secret belongs in it: the server's metadata service shows it.
    pub user_data: Option<String>,
}

#[derive(Serialize)]
struct NewServerBody<'a> {
    name: &'a str,
    server_type: &'a str,
    image: &'a str,
    location: &'a str,
    ssh_keys: &'a [u64],
    firewalls: Vec<serde_json::Value>,
    labels: &'a Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<&'a str>,
    start_after_create: bool,
}

/// A server that is being made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CreatedServer {
    /// The server; it exists and costs from now on, whatever becomes of its actions.
    pub server: Server,
    /// The making of it.
    pub action: Action,
    /// What follows, such as its start.
    #[serde(default)]
    pub next_actions: Vec<Action>,
}

impl CreatedServer {
    /// Ids of all actions to wait for.
    pub fn actions(&self) -> Vec<u64> {
        std::iter::once(&self.action)
            .chain(&self.next_actions)
            .map(|action| action.id)
            .collect()
    }
}

/// A switch of a server's power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Switched on.
    On,
    /// Cut, as if the plug were pulled.
    Off,
    /// Asked to restart.
    Reboot,
    /// Cut and switched on.
    Reset,
    /// Asked to shut down.
    Shutdown,
}

impl Power {
    const fn path(self) -> &'static str {
        match self {
            Self::On => "poweron",
            Self::Off => "poweroff",
            Self::Reboot => "reboot",
            Self::Reset => "reset",
            Self::Shutdown => "shutdown",
        }
    }
}

#[derive(Deserialize)]
struct ServerBody {
    server: Server,
}

#[derive(Deserialize)]
struct ActionBody {
    action: Action,
}

impl Hetzner {
    /// Makes a server. A name that is taken is [`Fault::Conflict`]: ours by its labels, or a stranger's.
    pub async fn create_server(&self, new: &NewServer) -> Answer<CreatedServer> {
        let user_data = new.user_data.as_deref();
        if user_data.is_some_and(|text| text.len() > LONGEST_USER_DATA) {
            return Answer::Not(
                self.transport
                    .error(Fault::Invalid, "the user data is longer than 32 KiB"),
            );
        }
        let body = NewServerBody {
            name: &new.name,
            server_type: &new.server_type,
            image: &new.image,
            location: &new.location,
            ssh_keys: &new.ssh_keys,
            firewalls: new
                .firewalls
                .iter()
                .map(|id| json!({ "firewall": id }))
                .collect(),
            labels: &new.labels,
            user_data,
            start_after_create: true,
        };
        self.transport
            .change(Call::post(&[&"servers"]).json(&body))
            .await
    }

    /// A server by its id.
    pub async fn server(&self, id: u64) -> Read<Server> {
        let body: ServerBody = self.transport.read(Call::get(&[&"servers", &id])).await?;
        Ok(body.server)
    }

    /// A server by its exact name; `None` when there is none now, which is to be believed only after the settle wait.
    pub async fn server_by_name(&self, name: &str) -> Read<Option<Server>> {
        let found: Vec<Server> = self
            .all("servers", || Call::get(&[&"servers"]).query("name", name))
            .await?;
        Ok(found.into_iter().find(|server| server.name == name))
    }

    /// All servers whose labels fit a selector such as `installation=a1,role=site`; all of the project for `None`.
    pub async fn servers(&self, selector: Option<&str>) -> Read<Vec<Server>> {
        self.all("servers", || {
            Call::get(&[&"servers"]).query_if("label_selector", selector)
        })
        .await
    }

    /// Deletes a server and its disk for good. [`Fault::NotFound`] means that it is gone already.
    pub async fn delete_server(&self, id: u64) -> Answer<Action> {
        let body: Answer<ActionBody> = self
            .transport
            .change(Call::delete(&[&"servers", &id]))
            .await;
        body.map(|body| body.action)
    }

    /// Replaces all labels of a server.
    pub async fn set_server_labels(&self, id: u64, labels: &Labels) -> Answer<Server> {
        let call = Call::put(&[&"servers", &id]).json(&json!({ "labels": labels }));
        let body: Answer<ServerBody> = self.transport.change(call).await;
        body.map(|body| body.server)
    }

    /// Switches a server.
    pub async fn power(&self, id: u64, power: Power) -> Answer<Action> {
        let call = Call::post(&[&"servers", &id, &"actions", &power.path()]);
        let body: Answer<ActionBody> = self.transport.change(call).await;
        body.map(|body| body.action)
    }

    /// Makes a server that is off one of another type (<https://docs.hetzner.cloud/reference/cloud#server-actions-change-type-of-a-server>).
    /// Its disk stays as it is, so that it can be taken back: a disk only ever grows. Done is seen by the action's end.
    pub async fn change_type(&self, id: u64, server_type: &str) -> Answer<Action> {
        let call = Call::post(&[&"servers", &id, &"actions", &"change_type"])
            .json(&json!({ "server_type": server_type, "upgrade_disk": false }));
        let body: Answer<ActionBody> = self.transport.change(call).await;
        body.map(|body| body.action)
    }
}
