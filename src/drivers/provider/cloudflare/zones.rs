//! The token and its zones.

use serde_json::json;

use super::Cloudflare;
use super::model::{Token, Zone};
use crate::provider::call::Call;
use crate::provider::{Answer, ObjectId, Read};

/// Zones on a page; the API's most.
const PAGE: u32 = 50;

impl Cloudflare {
    /// Whether the token works.
    pub async fn verify_token(&self) -> Read<Token> {
        self.read(Call::get(&[&"user", &"tokens", &"verify"])).await
    }

    /// The zones the token reaches; only that of one domain when it is named.
    pub async fn zones(&self, name: Option<&str>) -> Read<Vec<Zone>> {
        self.all(PAGE, || Call::get(&[&"zones"]).query_if("name", name))
            .await
    }

    /// A zone by its id.
    pub async fn zone(&self, id: &ObjectId) -> Read<Zone> {
        self.read(Call::get(&[&"zones", id])).await
    }

    /// Makes a zone. It stays pending until the domain's registrar names its name servers.
    pub async fn create_zone(&self, name: &str, account: &ObjectId) -> Answer<Zone> {
        let body = json!({ "name": name, "account": { "id": account.as_str() }, "type": "full" });
        self.change(Call::post(&[&"zones"]).json(&body)).await
    }
}
