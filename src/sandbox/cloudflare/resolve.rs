//! The zones as a name server answers for them (RFC 1034, section 4.3.2; RFC 4592 for wildcards; RFC 2308 for no).

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{CNAME, MX, NS, NULL, PTR, SOA, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record as Line, RecordType};
use serde_json::Value;

use super::Cloudflare;
use super::record::{Draft, Kind};
use super::zone::Zone;
use crate::dns::Answer;

/// Seconds that a record with an automatic TTL lives.
const AUTOMATIC: u32 = 300;

/// Where proxied names lead: addresses for documentation (RFC 5737, RFC 3849), as the proxy itself is not here.
const PROXY: (Ipv4Addr, Ipv6Addr) = (
    Ipv4Addr::new(198, 51, 100, 1),
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1),
);

/// Names followed before a chain is given up.
const CHAIN: usize = 8;

impl Cloudflare {
    /// The answer of the name servers to a question for a name and a type (RFC 1035 numbers). Names of no zone are
    /// refused.
    pub fn answer(&self, name: &str, kind: u16) -> Answer {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let kind = RecordType::from(kind);
        let Some(mut zone) = self.zone_of(&name) else {
            return Answer::of(ResponseCode::Refused);
        };
        let mut answer = Answer::of(ResponseCode::NoError);
        let mut shown = name.clone();
        let mut asked = name;
        for _ in 0..CHAIN {
            let Some(here) = self.zone_of(&asked) else {
                return answer;
            };
            zone = here;
            let Some(found) = zone.find_name(&asked) else {
                answer.code = ResponseCode::NXDomain;
                break;
            };
            let before = answer.answers.len();
            let matching = found.iter().filter_map(|draft| line(draft, &shown, kind));
            answer.answers.extend(matching);
            if asked == zone.name {
                answer.answers.extend(zone.own(kind));
            }
            if answer.answers.len() > before {
                return answer;
            }
            let alias = found
                .iter()
                .find(|draft| draft.kind == Kind::Cname && !draft.proxied);
            let Some(alias) = alias else {
                break;
            };
            // An alias at the top of a zone is flattened: only what it leads to is shown.
            if asked != zone.name {
                answer
                    .answers
                    .extend(line(alias, &shown, RecordType::CNAME));
                shown.clone_from(&alias.content);
            }
            asked.clone_from(&alias.content);
        }
        answer.authority.extend(zone.own(RecordType::SOA));
        answer
    }

    /// The zone with the longest name that the name is in.
    fn zone_of(&self, name: &str) -> Option<&Zone> {
        let inside = |zone: &&Zone| {
            name.strip_suffix(zone.name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.zones
            .iter()
            .filter(inside)
            .max_by_key(|zone| zone.name.len())
    }
}

impl Zone {
    /// What is at a name, itself or by a wildcard. None when the name does not exist.
    fn find_name(&self, name: &str) -> Option<Vec<&Draft>> {
        let drafts = || self.records.iter().map(|record| &record.draft);
        let at =
            |name: &str| -> Vec<&Draft> { drafts().filter(|draft| draft.name == name).collect() };
        let below = |name: &str| {
            drafts().any(|draft| {
                draft
                    .name
                    .strip_suffix(name)
                    .is_some_and(|rest| rest.ends_with('.'))
            })
        };
        let found = at(name);
        if !found.is_empty() || name == self.name || below(name) {
            return Some(found);
        }
        // The closest name that exists decides: only a wildcard directly under it counts.
        let mut parent = name.split_once('.')?.1;
        while parent != self.name && at(parent).is_empty() && !below(parent) {
            parent = parent.split_once('.')?.1;
        }
        let wild = at(&format!("*.{parent}"));
        (!wild.is_empty()).then_some(wild)
    }

    /// The lines that every zone has by itself: who answers for it.
    fn own(&self, kind: RecordType) -> Vec<Line> {
        let Ok(name) = Name::from_ascii(format!("{}.", self.name)) else {
            return Vec::new();
        };
        let server = |server: &str| Name::from_ascii(format!("{server}.")).ok();
        let [first, _] = self.servers();
        match kind {
            RecordType::NS => self
                .servers()
                .into_iter()
                .filter_map(server)
                .map(|server| Line::from_rdata(name.clone(), 86_400, RData::NS(NS(server))))
                .collect(),
            RecordType::SOA => server(first)
                .zip(server("dns.cloudflare.example"))
                .map(|(first, mailbox)| {
                    let serial = 2_026_000_000 + self.records.len() as u32;
                    let soa = SOA::new(first, mailbox, serial, 10_000, 2_400, 604_800, 1_800);
                    Line::from_rdata(name, 1_800, RData::SOA(soa))
                })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// A record as an answer to a question for `name` and `kind`. None when it is of another type.
fn line(draft: &Draft, name: &str, kind: RecordType) -> Option<Line> {
    let data = if draft.proxied {
        match kind {
            RecordType::A => RData::from(PROXY.0),
            RecordType::AAAA => RData::from(PROXY.1),
            _ => return None,
        }
    } else {
        Some(data(draft)?).filter(|data| data.record_type() == kind)?
    };
    let ttl = if draft.ttl == 1 { AUTOMATIC } else { draft.ttl };
    let name = Name::from_ascii(format!("{name}.")).ok()?;
    Some(Line::from_rdata(name, ttl, data))
}

/// The data of a record in DNS.
fn data(draft: &Draft) -> Option<RData> {
    let host = |text: &str| Name::from_ascii(format!("{text}.")).ok();
    let part = |name: &str| draft.data.as_ref().and_then(|data| data.get(name));
    let number = |name: &str| {
        part(name)
            .and_then(Value::as_u64)
            .and_then(|number| u16::try_from(number).ok())
    };
    let text = |name: &str| part(name).and_then(Value::as_str);
    Some(match draft.kind {
        Kind::A => RData::from(draft.content.parse::<Ipv4Addr>().ok()?),
        Kind::Aaaa => RData::from(draft.content.parse::<Ipv6Addr>().ok()?),
        Kind::Cname => RData::CNAME(CNAME(host(&draft.content)?)),
        Kind::Ns => RData::NS(NS(host(&draft.content)?)),
        Kind::Ptr => RData::PTR(PTR(host(&draft.content)?)),
        Kind::Mx => RData::MX(MX::new(draft.priority?, host(&draft.content)?)),
        Kind::Txt => {
            let strings = strings(&draft.content);
            RData::TXT(TXT::from_bytes(strings.iter().map(Vec::as_slice).collect()))
        }
        Kind::Srv => RData::SRV(SRV::new(
            draft.priority?,
            number("weight")?,
            number("port")?,
            host(text("target")?)?,
        )),
        Kind::Caa => {
            let tag = text("tag")?;
            let mut bytes = vec![u8::try_from(number("flags")?).ok()?, tag.len() as u8];
            bytes.extend(tag.bytes());
            bytes.extend(text("value")?.bytes());
            RData::Unknown {
                code: RecordType::CAA,
                rdata: NULL::with(bytes),
            }
        }
    })
}

/// The strings of a text record: those in quotes, or the whole, in pieces of at most 255 bytes.
fn strings(content: &str) -> Vec<Vec<u8>> {
    let whole = match content
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inside) => inside.split("\" \"").map(str::as_bytes).collect(),
        None => vec![content.as_bytes()],
    };
    whole
        .into_iter()
        .flat_map(|string| string.chunks(255))
        .map(<[u8]>::to_vec)
        .collect()
}
