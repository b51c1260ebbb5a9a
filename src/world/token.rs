//! When tokens and keys end: what the fleet file says of them, and what providers say of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{Provider, Text, Time};

use crate::about::About;

/// The end of a token or a key, as the fleet file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenEnd {
    /// What is reached with it.
    pub about: About,
    /// What it is: `API token`.
    pub what: Text,
    /// The first moment at which it is no good any more.
    pub ends: Time,
}

/// The ends that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenEnds {
    /// Those of the fleet file.
    pub declared: Vec<TokenEnd>,
    /// What providers said of the token they were asked with: its end, `None` for one that never ends.
    pub said: BTreeMap<Provider, Option<Time>>,
}

impl TokenEnds {
    /// What the token of something is and when it ends: what the provider says goes over what the fleet file says, and of two
    /// the nearer counts. `None` when nobody says.
    pub fn of(&self, about: &About) -> Option<(Text, Time)> {
        if let About::Provider(provider) = about
            && let Some(Some(ends)) = self.said.get(provider)
        {
            return Some((Text::line("API token"), *ends));
        }
        let declared = self.declared.iter().filter(|end| end.about == *about);
        declared
            .min_by_key(|end| end.ends)
            .map(|end| (end.what.clone(), end.ends))
    }

    /// Whether it is not known yet: Cloudflare says it of its own tokens, and did not yet.
    pub fn is_unknown(&self, about: &About) -> bool {
        let cloudflare = Provider::Cloudflare;
        *about == About::Provider(cloudflare) && !self.said.contains_key(&cloudflare)
    }
}
