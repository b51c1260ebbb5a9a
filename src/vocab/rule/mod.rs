//! Rules: which figure is wrong beyond which bound, for how long, how grave it is, and what would mend it. Plain data, read
//! from files and judged by the world.

mod figure;
mod fix;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use figure::{Figure, FigureUnit};
pub use fix::Fix;

use crate::{Span, Text};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Will hurt if nobody acts.
    Warning,
    /// Hurts now.
    Critical,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Notice];

    /// The word of rules and lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// On which side of its bound a figure is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// At the bound or over it.
    AtLeast(f64),
    /// At the bound or under it.
    AtMost(f64),
}

impl Test {
    /// Whether the value is wrong.
    pub fn fails(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    /// The worse of two values.
    pub const fn worse(self, one: f64, other: f64) -> f64 {
        match self {
            Self::AtLeast(_) => one.max(other),
            Self::AtMost(_) => one.min(other),
        }
    }
}

/// As rules say it: `>= 85`.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, ">= {bound}"),
            Self::AtMost(bound) => write!(f, "<= {bound}"),
        }
    }
}

/// How grave a signal is beyond a bound; the gravest one that holds counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// From where on.
    pub test: Test,
    /// How grave it is then.
    pub severity: Severity,
}

/// Of what sort the trouble is: which consequences are folded under which cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Something does not answer or does not run: explains whatever stands on it.
    Availability,
    /// Something runs short or hot.
    Capacity,
    /// Something that protects is missing or about to end: backups, certificates, quotas.
    Protection,
    /// Money that does not come, or goes.
    Money,
    /// The console or its work.
    Work,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Availability,
        Self::Capacity,
        Self::Protection,
        Self::Money,
        Self::Work,
    ];

    /// The word of rules.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Availability => "availability",
            Self::Capacity => "capacity",
            Self::Protection => "protection",
            Self::Money => "money",
            Self::Work => "work",
        }
    }
}

/// Who is to see to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Only a person can.
    Human,
    /// The autopilot may, where the policy allows it; otherwise it asks.
    Agent,
    /// Maintenance that mends itself; shown in the full list alone.
    Own,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Human, Self::Agent, Self::Own];

    /// The word of rules.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Agent => "agent",
            Self::Own => "self",
        }
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name, such as `disk.full`; unique.
    pub id: Text,
    /// What it judges.
    pub figure: Figure,
    /// From where on it is wrong, and how grave, the gravest first; at least one, all on the same side.
    pub bands: Vec<Band>,
    /// For how long it must be wrong before the signal opens.
    pub hold: Span,
    /// For how long it must be right again before the signal closes.
    pub calm: Span,
    /// Of what sort the trouble is.
    pub kind: Kind,
    /// Who is to see to it.
    pub level: Level,
    /// The line shown; `{about}`, `{part}`, `{value}` and `{words}` are put in.
    pub title: Text,
    /// What would mend it.
    pub fix: Option<Fix>,
    /// Only objects whose name one of these patterns (`*` stands for anything) fits; all of them when empty.
    pub only: Vec<Text>,
    /// Whether it is switched off: it is listed and judges nothing.
    pub off: bool,
    /// Where the rule stands: a file and line.
    pub place: Text,
}

impl Rule {
    /// How grave a value is; `None` when it is right.
    pub fn judge(&self, value: f64) -> Option<Severity> {
        let failing = self.bands.iter().filter(|band| band.test.fails(value));
        failing.map(|band| band.severity).max()
    }

    /// The worse of two values by its bounds.
    pub fn worse(&self, one: f64, other: f64) -> f64 {
        self.bands
            .first()
            .map_or(one, |band| band.test.worse(one, other))
    }

    /// Whether it judges an object of this name.
    pub fn is_for(&self, name: &str) -> bool {
        !self.off && (self.only.is_empty() || self.only.iter().any(|only| fits(only, name)))
    }
}

/// Whether a pattern, in which `*` stands for anything, fits a whole name.
pub fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        let cases = [
            ("web-1", "web-1", true),
            ("web-1", "web-11", false),
            ("web-*", "web-11", true),
            ("*", "", true),
            ("*.example.com", "shop.example.com", true),
            ("*.example.com", "example.com", false),
            ("a*b*c", "a--b--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("ab*ba", "aba", false),
            ("", "", true),
            ("", "x", false),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
