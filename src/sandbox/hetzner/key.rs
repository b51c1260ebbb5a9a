//! SSH keys (<https://docs.hetzner.cloud/reference/cloud#ssh-keys>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::input::{Input, Labels};
use super::label::Selector;
use super::refusal::{Refusal, Result};
use super::{Hetzner, page};
use crate::clock::rfc3339;
use crate::exchange::{Request, Response};

/// A public key of the project.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its id.
    pub id: u64,
    /// Its name, unique in the project.
    pub name: String,
    /// The key in the form of `authorized_keys`.
    pub public: String,
    fingerprint: String,
    labels: Labels,
    created: i64,
}

impl Key {
    /// As the API shows it.
    pub fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "public_key": self.public,
            "labels": self.labels,
            "created": rfc3339(self.created),
        })
    }
}

/// The MD5 of a public key, in pairs with colons. Nothing when the text is no public key.
fn fingerprint(public_key: &str) -> Option<String> {
    let mut words = public_key.split_whitespace();
    let (kind, encoded) = (words.next()?, words.next()?);
    let key = STANDARD.decode(encoded).ok()?;
    // The key begins with the length of its kind's name, and that name.
    let (length, rest) = key.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if rest.get(..length) != Some(kind.as_bytes()) || rest.len() <= length {
        return None;
    }
    let pairs: Vec<String> = Md5::digest(&key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(pairs.join(":"))
}

impl Hetzner {
    /// GET `/ssh_keys`
    pub fn list_keys(&self, request: &Request) -> Result<Response> {
        let selector = selector(request)?;
        let wanted =
            |field: &str, value: &str| request.field(field).is_none_or(|wish| wish == value);
        let shown = self.keys.values().filter(|key| {
            wanted("name", &key.name)
                && wanted("fingerprint", &key.fingerprint)
                && selector
                    .as_ref()
                    .is_none_or(|selector| selector.matches(&key.labels))
        });
        page::list(request, "ssh_keys", shown.map(Key::shown).collect())
    }

    /// POST `/ssh_keys`
    pub fn create_key(&mut self, request: &Request, now: i64) -> Result<Response> {
        let input = Input::of(request)?;
        let name = input.required_text("name")?.to_owned();
        if name.is_empty() {
            return Err(Refusal::invalid("name", "must not be empty"));
        }
        let public = input.required_text("public_key")?.trim().to_owned();
        let fingerprint = fingerprint(&public)
            .ok_or_else(|| Refusal::invalid("public_key", "is not a valid public key"))?;
        let labels = input.labels()?.unwrap_or_default();
        if self.keys.values().any(|key| key.fingerprint == fingerprint) {
            let message = "SSH key with the same fingerprint already exists";
            return Err(Refusal::taken("public_key", message));
        }
        self.refuse_taken_key_name(&name, None)?;
        let key = Key {
            id: self.ids.next(),
            name,
            public,
            fingerprint,
            labels,
            created: now,
        };
        let response = Response::json(201, json!({"ssh_key": key.shown()}));
        self.keys.insert(key.id, key);
        Ok(response)
    }

    /// GET `/ssh_keys/{id}`
    pub fn get_key(&self, id: u64) -> Result<Response> {
        let key = self
            .keys
            .get(&id)
            .ok_or_else(|| Refusal::not_found("ssh_key", id))?;
        Ok(Response::json(200, json!({"ssh_key": key.shown()})))
    }

    /// PUT `/ssh_keys/{id}`
    pub fn update_key(&mut self, request: &Request, id: u64) -> Result<Response> {
        let input = Input::of(request)?;
        let labels = input.labels()?;
        let name = input.text("name")?.map(str::to_owned);
        if let Some(name) = &name {
            self.refuse_taken_key_name(name, Some(id))?;
        }
        let key = self
            .keys
            .get_mut(&id)
            .ok_or_else(|| Refusal::not_found("ssh_key", id))?;
        key.name = name.unwrap_or_else(|| key.name.clone());
        key.labels = labels.unwrap_or_else(|| key.labels.clone());
        Ok(Response::json(200, json!({"ssh_key": key.shown()})))
    }

    /// DELETE `/ssh_keys/{id}`
    pub fn delete_key(&mut self, id: u64) -> Result<Response> {
        self.keys
            .remove(&id)
            .ok_or_else(|| Refusal::not_found("ssh_key", id))?;
        Ok(Response::empty())
    }

    fn refuse_taken_key_name(&self, name: &str, except: Option<u64>) -> Result<()> {
        let taken = |key: &Key| key.name == name && Some(key.id) != except;
        if self.keys.values().any(taken) {
            let message = "SSH key with the same name already exists";
            return Err(Refusal::taken("name", message));
        }
        Ok(())
    }
}

/// The label selector of a query.
pub fn selector(request: &Request) -> Result<Option<Selector>> {
    request
        .field("label_selector")
        .filter(|text| !text.is_empty())
        .map(|text| {
            Selector::parse(text).map_err(|problem| Refusal::invalid("label_selector", &problem))
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hetzner::testing::KEY;

    #[test]
    fn a_fingerprint_is_that_of_ssh_keygen() {
        // ssh-keygen -E md5 -lf
        assert_eq!(
            fingerprint(KEY).unwrap(),
            "a7:49:41:e5:1b:63:ba:40:78:26:a7:d2:28:ff:9e:45"
        );
    }

    #[test]
    fn what_is_no_key_has_none() {
        for text in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-rsa !!",
            &KEY.replace("ssh-ed25519 ", "ssh-rsa "),
        ] {
            assert_eq!(fingerprint(text), None, "{text}");
        }
    }
}
