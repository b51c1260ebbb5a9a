//! A figure with its source and age: what lets a stale number be drawn as stale.

use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};

/// Where a figure comes from, for the "why" of any number on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Read from this machine's /proc and /sys.
    Proc,
    /// Read from a node's /proc over its SSH connection.
    Ssh,
    /// The Docker engine's API.
    DockerApi,
    /// A container's cgroup files.
    Cgroup,
    /// A probe of a service from this machine.
    Probe,
    /// `nvidia-smi`.
    NvidiaSmi,
    /// `wg show all dump`.
    Wireguard,
    /// `systemctl`.
    Systemd,
    /// The simulated fleet of the demo.
    Demo,
}

impl Origin {
    /// In words, as shown to the operator.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Proc => "/proc of this machine",
            Self::Ssh => "/proc of the node, over SSH",
            Self::DockerApi => "Docker engine API",
            Self::Cgroup => "cgroup files of the container",
            Self::Probe => "probe from this machine",
            Self::NvidiaSmi => "nvidia-smi on the node",
            Self::Wireguard => "wg show all dump on the node",
            Self::Systemd => "systemctl on the node",
            Self::Demo => "simulated fleet",
        }
    }
}

/// Whether a figure may still be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Freshness {
    /// Younger than twice its interval.
    Fresh,
    /// Older; carries the age.
    Stale(Span),
}

/// A value, when it was observed, how often it is, and by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped<T> {
    /// The value as last observed.
    pub value: T,
    /// When it was observed.
    pub at: Time,
    /// How often it is meant to be observed.
    pub every: Span,
    /// By what it was observed.
    pub origin: Origin,
}

impl<T> Stamped<T> {
    /// Past twice its interval (and half a second of grace for the wire) a figure is stale.
    pub fn freshness(&self, now: Time) -> Freshness {
        let age = now.since(self.at);
        if age.0 > self.every.0 * 2 + 500 {
            Freshness::Stale(age)
        } else {
            Freshness::Fresh
        }
    }

    /// The value while it is fresh.
    pub fn fresh(&self, now: Time) -> Option<&T> {
        (self.freshness(now) == Freshness::Fresh).then_some(&self.value)
    }

    /// The same stamp on another value derived from this one.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Stamped<U> {
        Stamped {
            value: f(&self.value),
            at: self.at,
            every: self.every,
            origin: self.origin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_stale_past_twice_its_interval() {
        let figure = Stamped {
            value: 1,
            at: Time(10_000),
            every: Span::seconds(2),
            origin: Origin::Proc,
        };
        assert_eq!(figure.fresh(Time(14_500)), Some(&1));
        assert_eq!(
            figure.freshness(Time(14_501)),
            Freshness::Stale(Span(4_501))
        );
        assert_eq!(
            figure.freshness(Time(0)),
            Freshness::Fresh,
            "a clock set back is no reason for alarm"
        );
    }
}
