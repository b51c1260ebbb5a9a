//! /proc/meminfo (`proc_meminfo(5)`).

use vocab::{Bytes, Memory};

use super::lines;

/// Reads /proc/meminfo; `None` without a total. Kernels before 3.14 have no `MemAvailable`: free and cache stand in.
pub fn parse(meminfo: &[u8]) -> Option<Memory> {
    let value = |name: &str| {
        let line = lines(meminfo).find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_ascii_whitespace()
            .next()?
            .parse()
            .ok()
            .map(Bytes::kibi)
    };
    let sum = |names: &[&str]| {
        Bytes(
            names
                .iter()
                .filter_map(|name| value(name))
                .fold(0, |sum, v| sum.saturating_add(v.0)),
        )
    };
    let total = value("MemTotal").filter(|total| total.0 > 0)?;
    let available = value("MemAvailable").unwrap_or_else(|| sum(&["MemFree", "Buffers", "Cached"]));
    let swap_total = value("SwapTotal").unwrap_or_default();
    Some(Memory {
        total,
        // Inside a container total may be its limit while available is the whole machine's.
        available: available.min(total),
        cached: sum(&["Buffers", "Cached", "SReclaimable"]),
        swap_total,
        swap_used: Bytes(
            swap_total
                .0
                .saturating_sub(value("SwapFree").unwrap_or_default().0),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_file() {
        let text = b"MemTotal:        8000000 kB\nMemFree:  100 kB\nMemAvailable:    5000000 kB\nBuffers:   10 kB\n\
            Cached:   20 kB\nSwapCached:   7 kB\nSwapTotal:   1000 kB\nSwapFree:    400 kB\nSReclaimable:  30 kB\n";
        let memory = parse(text).unwrap();
        assert_eq!(memory.used(), Bytes::kibi(3_000_000));
        assert_eq!(memory.cached, Bytes::kibi(60));
        assert_eq!(memory.swap_used, Bytes::kibi(600));
    }

    #[test]
    fn missing_lines() {
        let old =
            parse(b"MemTotal: 100 kB\nMemFree: 10 kB\nBuffers: 5 kB\nCached: 5 kB\n").unwrap();
        assert_eq!(old.available, Bytes::kibi(20));
        assert_eq!(parse(b"MemFree: 10 kB"), None);
        assert_eq!(parse(b"MemTotal: lots"), None);
        assert_eq!(
            parse(b"MemTotal: 18446744073709551615 kB").unwrap().total,
            Bytes(u64::MAX)
        );
    }
}
