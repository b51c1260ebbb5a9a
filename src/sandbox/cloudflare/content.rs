//! What a record of each type points to, checked.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::input::whole;
use super::record::{self, Kind};

/// Bytes of a text record.
const TEXT: usize = 2_048;

/// The content of a record.
pub struct Content {
    /// As text.
    pub text: String,
    /// Its parts, where it has parts.
    pub data: Option<Map<String, Value>>,
    /// For mail servers and services.
    pub priority: Option<u16>,
}

impl Content {
    /// The content in a body.
    pub fn of(kind: Kind, body: &Map<String, Value>) -> Result<Self, Refusal> {
        let given = body
            .get("content")
            .and_then(Value::as_str)
            .map(str::trim)
            .unwrap_or_default();
        let text = match kind {
            Kind::Srv => return service(body),
            Kind::Caa => return authority(body),
            _ if given.is_empty() => {
                let message = format!("Content for {} record is invalid.", kind.name());
                return Err(Refusal::record(invalid(kind), message));
            }
            Kind::A => given
                .parse::<Ipv4Addr>()
                .map_err(|_| address(9005, "A", "IPv4"))?
                .to_string(),
            Kind::Aaaa => given
                .parse::<Ipv6Addr>()
                .map_err(|_| address(9006, "AAAA", "IPv6"))?
                .to_string(),
            Kind::Txt if given.len() <= TEXT => given.to_owned(),
            Kind::Cname | Kind::Mx | Kind::Ns | Kind::Ptr => host(given).ok_or_else(|| {
                let message = format!("Content for {} record is invalid.", kind.name());
                Refusal::new(400, invalid(kind), message)
            })?,
            Kind::Txt => {
                let message = "Content for TXT record is too long.";
                return Err(Refusal::new(400, 9207, message));
            }
        };
        let priority = match kind {
            Kind::Mx => Some(number(body, "priority")?),
            _ => None,
        };
        Ok(Self {
            text,
            data: None,
            priority,
        })
    }
}

/// The code for content that is none.
const fn invalid(kind: Kind) -> u32 {
    match kind {
        Kind::A => 9005,
        Kind::Aaaa => 9006,
        Kind::Mx => 9009,
        Kind::Ns => 9008,
        _ => 9007,
    }
}

fn address(code: u32, kind: &str, family: &str) -> Refusal {
    let message = format!("Content for {kind} record must be a valid {family} address.");
    Refusal::new(400, code, message)
}

/// A host's name in lower case, without a final dot.
fn host(text: &str) -> Option<String> {
    let name = text.trim_end_matches('.').to_ascii_lowercase();
    record::is_name(&name).then_some(name)
}

/// A number of 16 bits.
fn number(fields: &Map<String, Value>, name: &str) -> Result<u16, Refusal> {
    fields
        .get(name)
        .and_then(|value| whole(value, u16::MAX.into()))
        .and_then(|number| u16::try_from(number).ok())
        .ok_or_else(|| missing(name))
}

fn missing(field: &str) -> Refusal {
    Refusal::record(9101, format!("{field} is a required data field."))
}

fn data(body: &Map<String, Value>) -> Result<&Map<String, Value>, Refusal> {
    body.get("data")
        .and_then(Value::as_object)
        .ok_or_else(|| missing("data"))
}

/// `SRV`: weight, port and target make the content, the priority stands beside it.
fn service(body: &Map<String, Value>) -> Result<Content, Refusal> {
    let data = data(body)?;
    let priority = number(data, "priority")?;
    let (weight, port) = (number(data, "weight")?, number(data, "port")?);
    let target = data
        .get("target")
        .and_then(Value::as_str)
        .and_then(host)
        .ok_or_else(|| missing("target"))?;
    let mut parts = Map::new();
    parts.insert("port".into(), json!(port));
    parts.insert("priority".into(), json!(priority));
    parts.insert("target".into(), json!(target));
    parts.insert("weight".into(), json!(weight));
    Ok(Content {
        text: format!("{weight} {port} {target}"),
        data: Some(parts),
        priority: Some(priority),
    })
}

/// `CAA`: flags, tag and value.
fn authority(body: &Map<String, Value>) -> Result<Content, Refusal> {
    let data = data(body)?;
    let flags = number(data, "flags")?;
    let text = |name: &str| {
        data.get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| missing(name))
    };
    let (tag, value) = (text("tag")?, text("value")?);
    if flags > 255 || !["issue", "issuewild", "iodef"].contains(&tag) || value.len() > 255 {
        return Err(Refusal::record(9101, "Content for CAA record is invalid."));
    }
    let mut parts = Map::new();
    parts.insert("flags".into(), json!(flags));
    parts.insert("tag".into(), json!(tag));
    parts.insert("value".into(), json!(value));
    Ok(Content {
        text: format!("{flags} {tag} \"{value}\""),
        data: Some(parts),
        priority: None,
    })
}
