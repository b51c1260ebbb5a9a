//! The policy: what may run by itself. Configuration; without any nothing does.

use serde::{Deserialize, Serialize};
use vocab::rule::fits;
use vocab::{Decimal, Money, Text};

use crate::about::About;
use crate::world::World;

/// Whether anything runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing does; every fix asks.
    #[default]
    Off,
    /// Nothing does; what would is said.
    DryRun,
    /// What the policy allows does.
    On,
}

impl Mode {
    /// The word in the fleet file and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::DryRun => "dry-run",
            Self::On => "on",
        }
    }
}

/// A stretch of every day, in minutes since midnight by the policy's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Hours {
    /// From this minute on, 0 to 1439.
    pub from: u16,
    /// Until this one, 0 to 1440; of the next day when it is not after `from`. From 0 until 0 is always.
    pub until: u16,
}

/// The minutes of a day.
const DAY: u16 = 24 * 60;

impl Hours {
    /// Whether this minute of the day is in it.
    pub const fn contains(self, minute: u16) -> bool {
        if self.from < self.until {
            self.from <= minute && minute < self.until
        } else {
            minute >= self.from || minute < self.until
        }
    }

    /// In how many minutes it begins, from a minute outside of it.
    pub const fn begins_in(self, minute: u16) -> u16 {
        (self.from + DAY - minute % DAY) % DAY
    }

    /// `22:00-06:00`.
    pub fn words(self) -> String {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{}-{}", clock(self.from), clock(self.until))
    }
}

/// What may run by itself, on what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allow {
    /// Where it stands: a file and line.
    pub place: Text,
    /// Which fixes, by their words in the rules.
    pub fixes: Vec<Text>,
    /// Only on objects whose name one of these patterns (`*` stands for anything) fits; on all when empty.
    pub only: Vec<Text>,
    /// Only at these hours; at those of the whole policy when not given.
    pub hours: Option<Hours>,
    /// From this confidence on, 0 to 1.
    pub confidence: Decimal,
    /// What the confidence is taken to be while there is no record to tell it from.
    pub presumed: Option<Decimal>,
    /// Only while no more than this is in danger in an hour.
    pub at_risk_most: Option<Money>,
    /// Whether plans that somebody may notice while they run are allowed, besides those that can be taken back.
    pub disruptive: bool,
}

impl Allow {
    /// Whether it speaks of this fix on this object.
    pub fn covers(&self, world: &World, fix: &str, about: &About) -> bool {
        self.fixes.iter().any(|word| word.as_str() == fix)
            && (self.only.is_empty()
                || names(world, about)
                    .iter()
                    .any(|name| self.only.iter().any(|pattern| fits(pattern, name))))
    }
}

/// The names that a pattern may fit: an object's own, what it is called, and of a container the node that it is on.
fn names(world: &World, about: &About) -> Vec<Text> {
    let mut names = vec![about.name(), about.label(world)];
    if let About::Container(key) = about {
        names.push(Text::line(key.node.as_str()));
        let known = world.containers.get(key);
        names.extend(known.map(|known| known.container.name.clone()));
    }
    names
}

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Whether anything runs by itself.
    pub mode: Mode,
    /// What may stand on all that is worked on by itself at the same time, in an hour; no bound when not given.
    pub budget: Option<Money>,
    /// How many runs may begin by themselves in an hour.
    pub runs: u32,
    /// At which hours.
    pub hours: Hours,
    /// The zone of the hours, as an IANA name; this machine's when not given.
    pub timezone: Option<Text>,
    /// What may run; the first that speaks of a fix on an object counts.
    pub allow: Vec<Allow>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_may_go_over_midnight() {
        let night = Hours {
            from: 22 * 60,
            until: 6 * 60,
        };
        assert!(night.contains(23 * 60) && night.contains(0) && !night.contains(6 * 60));
        assert_eq!(night.begins_in(21 * 60), 60);
        assert_eq!(night.begins_in(6 * 60), 16 * 60);
        assert_eq!(night.words(), "22:00-06:00");
        let always = Hours::default();
        assert!((0..DAY).all(|minute| always.contains(minute)));
        let day = Hours {
            from: 9 * 60,
            until: DAY,
        };
        assert!(day.contains(DAY - 1) && !day.contains(8 * 60));
        assert_eq!(day.begins_in(DAY - 60), 10 * 60);
    }
}
