//! Names and ids as types: parsed at the edge by grammar, so that no later code has to doubt them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{NoContext, Timestamp, Uuid};

use crate::text::Text;
use crate::time::Time;

/// Why a name was refused; says what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    /// What the name was meant for, such as `node`.
    pub kind: &'static str,
    /// The refused text, made safe to show.
    pub given: Text,
    /// What is allowed, in words.
    pub allowed: &'static str,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is no {} name: {}",
            self.given, self.kind, self.allowed
        )
    }
}

impl std::error::Error for NameError {}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $allowed:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses by grammar; the error says what is allowed.
            pub fn new(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError { kind: $kind, given: Text::line(text), allowed: $allowed })
                }
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// 1 to `longest` of letters, digits and `extra`, beginning with a letter or digit.
fn is_word(text: &str, longest: usize, extra: &[u8]) -> bool {
    let bytes = text.as_bytes();
    (1..=longest).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || extra.contains(b))
}

name_type!(
    /// A node of the fleet, as the fleet file names it.
    NodeName,
    "node",
    "letters, digits, '-', '_' and '.', at most 63, beginning with a letter or digit",
    |text| is_word(text, 63, b"-_.")
);

name_type!(
    /// A service, declared in the fleet file or discovered.
    ServiceName,
    "service",
    "letters, digits and '-_./:@', at most 120, beginning with a letter or digit",
    |text| is_word(text, 120, b"-_./:@")
);

name_type!(
    /// A schedule: something that is done by itself.
    ScheduleName,
    "schedule",
    "letters, digits, '-', '_' and '.', at most 40, beginning with a letter or digit",
    |text| is_word(text, 40, b"-_.")
);

name_type!(
    /// A channel that alerts are sent by.
    ChannelName,
    "alert channel",
    "letters, digits, '-', '_' and '.', at most 40, beginning with a letter or digit",
    |text| is_word(text, 40, b"-_.")
);

name_type!(
    /// A Docker container's id: 12 to 64 hexadecimal digits.
    ContainerId,
    "container id",
    "12 to 64 hexadecimal digits",
    |text| (12..=64).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);

name_type!(
    /// A systemd unit with its suffix, such as `nginx.service` (systemd.unit(5): at most 255 of letters, digits and `:-_.\@`).
    UnitName,
    "systemd unit",
    "letters, digits and ':-_.\\@' with a suffix such as .service, at most 255, not beginning with '-'",
    |text| (3..=255).contains(&text.len())
        && !text.starts_with(['-', '.'])
        && text.contains('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":-_.\\@".contains(&b))
);

name_type!(
    /// An affiliate: whoever runs sites here and has a share of what they bring in.
    AffiliateName,
    "affiliate",
    "lower-case letters, digits and single '-' between them, at most 40",
    |text| (1..=40).contains(&text.len())
        && text.split('-').all(|part| !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
);

name_type!(
    /// A release of a site: the first 16 hexadecimal digits of the SHA-256 of what was uploaded.
    ReleaseId,
    "release",
    "16 hexadecimal digits in lower case",
    |text| text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);

impl ReleaseId {
    /// From the SHA-256 of what was uploaded.
    pub fn of_digest(digest: &[u8; 32]) -> Self {
        let first = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self(format!("{first:016x}").into())
    }
}

impl ContainerId {
    /// The first 12 digits, as Docker's own tools show it.
    pub fn short(&self) -> &str {
        &self.as_str()[..12]
    }
}

/// A container on a node: ids are unique only within an engine. Stored and sent as `node/id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerKey {
    /// The node whose engine runs it.
    pub node: NodeName,
    /// Its id there.
    pub id: ContainerId,
}

impl fmt::Display for ContainerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.node, self.id.short())
    }
}

impl Serialize for ContainerKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.node, self.id))
    }
}

impl<'de> Deserialize<'de> for ContainerKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (node, id) = text
            .split_once('/')
            .ok_or_else(|| serde::de::Error::custom("a container is named node/id"))?;
        Ok(Self {
            node: NodeName::new(node).map_err(serde::de::Error::custom)?,
            id: ContainerId::new(id).map_err(serde::de::Error::custom)?,
        })
    }
}

/// A run: one plan being carried out. Version 7, so ids sort by the time they were made. The
/// default is the nil id, which no run has.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl RunId {
    /// A new id for a run that is made at this time; no two are the same.
    pub fn made_at(now: Time) -> Self {
        let millis = u64::try_from(now.0).unwrap_or_default();
        let nanos = u32::try_from(millis % 1000).unwrap_or_default() * 1_000_000;
        Self(Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            millis / 1000,
            nanos,
        )))
    }

    /// The last eight digits, enough to tell runs apart on a screen.
    pub fn short(&self) -> String {
        let all = self.0.simple().to_string();
        all[all.len() - 8..].to_owned()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        text.parse().map(Self).map_err(|_| NameError {
            kind: "run",
            given: Text::line(text),
            allowed: "a UUID, as `wheelhouse runs` shows it",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammars() {
        for good in ["a", "compute-1", "db.example.com", "A_1"] {
            assert!(NodeName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-rf",
            ".",
            "a b",
            "a;b",
            "$(x)",
            "ä",
            "a\n",
            &"x".repeat(64),
        ] {
            assert!(NodeName::new(bad).is_err(), "{bad:?}");
        }
        for good in [
            "nginx.service",
            "getty@tty1.service",
            r"dev-disk\x2d1.device",
        ] {
            assert!(UnitName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "nginx",
            "-a.service",
            "a b.service",
            "a;b.service",
            ".service",
        ] {
            assert!(UnitName::new(bad).is_err(), "{bad:?}");
        }
        assert!(ContainerId::new("../../etc").is_err());
        for good in ["a", "north-shop", "4u", &"x".repeat(40)] {
            assert!(AffiliateName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "a_b",
            "a.b",
            "../a",
            &"x".repeat(41),
        ] {
            assert!(AffiliateName::new(bad).is_err(), "{bad:?}");
        }
        let release = ReleaseId::of_digest(&[0xa0; 32]);
        assert_eq!(ReleaseId::new("a0a0a0a0a0a0a0a0"), Ok(release));
        for bad in [
            "",
            "a0a0a0a0a0a0a0a",
            "A0A0A0A0A0A0A0A0",
            "a0a0a0a0a0a0a0a0b",
        ] {
            assert!(ReleaseId::new(bad).is_err(), "{bad:?}");
        }
        assert!(ContainerId::new("0123456789ab").is_ok());
    }

    #[test]
    fn a_refusal_says_what_is_allowed_and_is_safe_to_show() {
        let text = NodeName::new("x\x1b[2J")
            .map(|_| ())
            .map_err(|e| e.to_string());
        assert_eq!(
            text,
            Err("\"x\u{fffd}\" is no node name: letters, digits, '-', '_' and '.', at most 63, beginning with a letter or digit".into())
        );
    }
}
