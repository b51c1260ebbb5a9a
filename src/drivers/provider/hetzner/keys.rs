//! SSH keys of the project.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use vocab::Text;

use super::Hetzner;
use super::model::Labels;
use crate::provider::call::Call;
use crate::provider::{Answer, Read};

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SshKey {
    /// Its id.
    pub id: u64,
    /// Its name, unique in the project.
    pub name: Text,
    /// MD5 of the key, in pairs with colons.
    #[serde(default)]
    pub fingerprint: Text,
    /// The key in the form of `authorized_keys`.
    #[serde(default)]
    pub public_key: Text,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
}

#[derive(Deserialize)]
struct Body {
    ssh_key: SshKey,
}

impl Hetzner {
    /// Adds a key. A name or key that is there already is a conflict.
    pub async fn create_ssh_key(
        &self,
        name: &str,
        public_key: &str,
        labels: &Labels,
    ) -> Answer<SshKey> {
        let body = json!({ "name": name, "public_key": public_key, "labels": labels });
        let answer: Answer<Body> = self
            .transport
            .change(Call::post(&[&"ssh_keys"]).json(&body))
            .await;
        answer.map(|body| body.ssh_key)
    }

    /// A key by its exact name.
    pub async fn ssh_key_by_name(&self, name: &str) -> Read<Option<SshKey>> {
        let found: Vec<SshKey> = self
            .all("ssh_keys", || Call::get(&[&"ssh_keys"]).query("name", name))
            .await?;
        Ok(found.into_iter().find(|key| key.name == name))
    }

    /// All keys whose labels fit a selector; all of the project for `None`.
    pub async fn ssh_keys(&self, selector: Option<&str>) -> Read<Vec<SshKey>> {
        self.all("ssh_keys", || {
            Call::get(&[&"ssh_keys"]).query_if("label_selector", selector)
        })
        .await
    }

    /// Removes a key; servers that have it keep it.
    pub async fn delete_ssh_key(&self, id: u64) -> Answer<()> {
        let answer: Answer<IgnoredAny> = self
            .transport
            .change(Call::delete(&[&"ssh_keys", &id]))
            .await;
        answer.map(|_| ())
    }
}
