//! A site's domain: parsed once, kept in the one spelling DNS knows, with a warning when it looks like another.

mod look_alike;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Deserializer, Serialize};

pub use look_alike::LookAlike;

use crate::id::NameError;
use crate::text::Text;

/// A domain a site answers to, such as `example.com`: lower case, other alphabets in Punycode (RFC 5891), two labels or
/// more, each at most 63 characters, at most 253 in all (RFC 1035). Never an address, a wildcard or a name with `_`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Domain(Arc<str>);

const ALLOWED: &str = "letters, digits and '-' in two or more labels of at most 63 parted by '.', at most 253 in all, \
    no label beginning or ending with '-'; no address, no wildcard, no '_'";

/// The longest text that is looked at. Punycode can be shorter in bytes than what it stands for, never by this much.
const LONGEST: usize = 1024;

impl Domain {
    /// Parses by grammar; the error says what is allowed. Capitals become small, and another alphabet becomes Punycode.
    /// A label that IDNA would change otherwise (wide letters, invisible characters) is refused: what is typed is what
    /// is meant.
    pub fn new(text: &str) -> Result<Self, NameError> {
        match ascii(text) {
            Some(ascii) => Ok(Self(ascii.into())),
            None => Err(NameError {
                kind: "domain",
                given: Text::line(text),
                allowed: ALLOWED,
            }),
        }
    }

    /// The name as DNS knows it, in ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in its own alphabet, for people. It may look like another name: see [`Domain::look_alike`].
    pub fn unicode(&self) -> Text {
        let (name, result) = Uts46::new().to_unicode(
            self.0.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
        );
        match result {
            Ok(()) => Text::line(name.as_bytes()),
            Err(_) => Text::line(&*self.0),
        }
    }

    /// Why the name could be taken for another one, if it could. A warning: such names can be somebody's own.
    pub fn look_alike(&self) -> Option<LookAlike> {
        self.unicode().split('.').find_map(look_alike::judge)
    }
}

/// The one spelling of a domain, or `None` when the text is none.
fn ascii(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let small = text.to_lowercase();
    let uts46 = Uts46::new();
    let (list, hyphens) = (AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let ascii = uts46
        .to_ascii(small.as_bytes(), list, hyphens, DnsLength::Verify)
        .ok()?;
    let (unicode, result) = uts46.to_unicode(ascii.as_bytes(), list, hyphens);
    result.ok()?;
    let labels: Vec<&str> = ascii.split('.').collect();
    let meant = small.split('.').count() == labels.len()
        && small
            .split('.')
            .zip(labels.iter().zip(unicode.split('.')))
            .all(|(given, (ascii, unicode))| given == *ascii || given == unicode);
    // Every top-level domain is letters alone or Punycode, which no part of an address in any notation is.
    let top = labels.last()?;
    let named =
        top.len() >= 2 && top.bytes().all(|b| b.is_ascii_lowercase()) || top.starts_with("xn--");
    let usable = meant && named && labels.len() >= 2 && ascii.parse::<IpAddr>().is_err();
    usable.then(|| ascii.into_owned())
}

impl FromStr for Domain {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Domain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
