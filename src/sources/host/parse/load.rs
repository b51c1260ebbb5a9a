//! /proc/loadavg and /proc/uptime (`proc_loadavg(5)`, `proc_uptime(5)`).

use vocab::Span;

use super::lines;

/// Load over 1, 5 and 15 minutes; zeros when it cannot be read.
pub fn load(loadavg: &[u8]) -> [f32; 3] {
    let mut words = lines(loadavg)
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace();
    [(); 3].map(|()| {
        words
            .next()
            .and_then(|word| word.parse().ok())
            .filter(|load: &f32| load.is_finite() && *load >= 0.0)
            .unwrap_or(0.0)
    })
}

/// More than any machine has been up, in seconds: three centuries.
const LONGEST_UPTIME: f64 = 1e10;

/// Time since boot, to the hundredth of a second.
pub fn uptime(uptime: &[u8]) -> Option<Span> {
    let seconds: f64 = lines(uptime)
        .next()?
        .split_ascii_whitespace()
        .next()?
        .parse()
        .ok()?;
    (0.0..LONGEST_UPTIME)
        .contains(&seconds)
        .then(|| Span::millis((seconds * 1000.0).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_and_broken() {
        let shown = |text: &[u8]| load(text).map(|value| format!("{value:.2}"));
        assert_eq!(
            shown(b"0.20 1.18 12.01 1/80 11206\n"),
            ["0.20", "1.18", "12.01"]
        );
        assert_eq!(shown(b"nan -1 x"), ["0.00", "0.00", "0.00"]);
        assert_eq!(
            uptime(b"350735.47 234388.90\n"),
            Some(Span::millis(350_735_470))
        );
        assert_eq!(uptime(b"-5 1"), None);
        assert_eq!(uptime(b""), None);
    }
}
