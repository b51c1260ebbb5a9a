//! Quantities with their unit in the type, shown short and steady so that the last digit does not flicker.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number of bytes; shown in powers of 1024 as `512`, `48K`, `212M`, `1.1G`, `12T`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl Bytes {
    /// Share of `whole`, 0 to 100; zero of nothing.
    pub fn of(self, whole: Self) -> Percent {
        if whole.0 == 0 {
            Percent(0.0)
        } else {
            Percent(self.0 as f32 * 100.0 / whole.0 as f32)
        }
    }

    /// From units of 1024 bytes, as /proc/meminfo and `df -k` count.
    pub const fn kibi(count: u64) -> Self {
        Self(count.saturating_mul(1024))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0 as f64;
        let mut unit = "";
        for next in ["K", "M", "G", "T", "P"] {
            if value < 999.5 {
                break;
            }
            value /= 1024.0;
            unit = next;
        }
        let text = if unit.is_empty() || value >= 9.95 {
            format!("{value:.0}{unit}")
        } else {
            format!("{value:.1}{unit}")
        };
        f.pad(&text)
    }
}

/// A share in percent; a CPU's may pass 100 (100 is one core). Shown as `0.4%`, `12.1%`, `97%`, `240%`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub f32);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.0 < 19.95 {
            format!("{:.1}%", self.0)
        } else {
            format!("{:.0}%", self.0)
        };
        f.pad(&text)
    }
}

/// Bytes a second.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Rate(pub u64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/s", Bytes(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_short() {
        let shown = |n| Bytes(n).to_string();
        assert_eq!(shown(0), "0");
        assert_eq!(shown(999), "999");
        assert_eq!(shown(48 * 1024), "48K");
        assert_eq!(shown(212 << 20), "212M");
        assert_eq!(shown((1 << 30) + (1 << 27)), "1.1G");
        assert_eq!(shown(12 << 40), "12T");
        assert_eq!(shown(u64::MAX), "16384P");
    }

    #[test]
    fn shares() {
        assert_eq!(Bytes(1).of(Bytes(4)), Percent(25.0));
        assert_eq!(Bytes(1).of(Bytes(0)), Percent(0.0));
        assert_eq!(Percent(0.44).to_string(), "0.4%");
        assert_eq!(Percent(97.3).to_string(), "97%");
        assert_eq!(format!("{:>6}", Percent(12.14)), " 12.1%");
    }
}
