//! The access log of Caddy (<https://caddyserver.com/docs/caddyfile/directives/log>), a JSON object a line, as counts. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use vocab::Time;
use world::Tally;
use world::pulse::{day, hour};

use crate::keeper::LogCounts;

/// Visits from a console, this one's or another's, are no visitors.
const OURS: &str = "wheelhouse/";

/// A moment in the log may lie so far ahead of ours, in milliseconds; what lies further ahead is no moment.
const AHEAD: i64 = 3_600_000;

#[derive(Deserialize)]
struct Entry<'a> {
    /// Seconds since 1970, with their fraction.
    ts: f64,
    status: u16,
    #[serde(default)]
    size: u64,
    #[serde(borrow)]
    request: Request<'a>,
}

#[derive(Deserialize)]
struct Request<'a> {
    /// With trusted proxies considered; newer than some servers.
    #[serde(borrow, default)]
    client_ip: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    remote_ip: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    headers: Headers,
}

#[derive(Deserialize, Default)]
struct Headers {
    #[serde(default, rename = "User-Agent")]
    agent: Vec<String>,
}

/// Counts whole lines; what is no entry of an access log is left out. Returns how many bytes were read: up to the last
/// line's end, since the web server may be in the middle of the next one.
pub fn count(text: &[u8], now: Time) -> (LogCounts, usize) {
    let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else {
        return (LogCounts::default(), 0);
    };
    let mut hours: BTreeMap<Time, Tally> = BTreeMap::new();
    let mut visitors: BTreeSet<(Time, u64)> = BTreeSet::new();
    for line in text[..end].split(|byte| *byte == b'\n') {
        let Ok(entry) = serde_json::from_slice::<Entry<'_>>(line) else {
            continue;
        };
        let agent = entry
            .request
            .headers
            .agent
            .first()
            .map_or("", String::as_str);
        let at = Time((entry.ts * 1000.0) as i64);
        if agent.starts_with(OURS) || at.0 <= 0 || at.0 > now.0 + AHEAD {
            continue;
        }
        let tally = hours.entry(hour(at)).or_default();
        tally.requests += 1;
        tally.bytes = tally.bytes.saturating_add(entry.size);
        let class = usize::from(entry.status / 100).checked_sub(1);
        if let Some(count) = class.and_then(|class| tally.classes.get_mut(class)) {
            *count += 1;
        }
        let request = &entry.request;
        if let Some(address) = request.client_ip.as_ref().or(request.remote_ip.as_ref()) {
            let mut hasher = DefaultHasher::new();
            (address, agent).hash(&mut hasher);
            visitors.insert((day(at), hasher.finish()));
        }
    }
    let counts = LogCounts {
        hours: hours.into_iter().collect(),
        visitors: visitors.into_iter().collect(),
    };
    (counts, end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    fn line(seconds: f64, address: &str, agent: &str, status: u16, size: u64) -> String {
        format!(
            r#"{{"level":"info","ts":{seconds},"logger":"http.log.access.log0","msg":"handled request","request":{{"remote_ip":"{address}","remote_port":"4711","proto":"HTTP/2.0","method":"GET","host":"acme.example","uri":"/","headers":{{"User-Agent":["{agent}"],"Accept":["*/*"]}},"tls":{{"resumed":false}}}},"user_id":"","duration":0.0002,"size":{size},"status":{status},"resp_headers":{{"Server":["Caddy"]}}}}"#
        ) + "\n"
    }

    #[test]
    fn requests_are_counted_by_hour_and_visitors_by_day() {
        let text = [
            line(1_795_269_600.5, "192.0.2.1", "Mozilla/5.0", 200, 1200),
            line(1_795_269_601.5, "192.0.2.1", "Mozilla/5.0", 304, 0),
            line(1_795_269_602.5, "192.0.2.2", "Mozilla/5.0", 404, 90),
            line(1_795_266_000.0, "2001:db8::1", "curl/8", 502, 10),
            line(1_795_269_603.0, "192.0.2.9", "wheelhouse/0.1.0", 200, 5),
            "{\"level\":\"error\"}\nno json\n".to_owned(),
            line(1_999_999_999.0, "192.0.2.3", "from the future", 200, 5),
        ]
        .concat();
        let half = r#"{"level":"info","ts":17952"#;
        let (counts, read) = count(format!("{text}{half}").as_bytes(), NOW);
        assert_eq!(read, text.len(), "half a line is left for the next time");
        let [(_, earlier), (_, later)] = counts.hours.as_slice() else {
            panic!("{counts:?}");
        };
        assert_eq!((earlier.requests, earlier.classes), (1, [0, 0, 0, 0, 1]));
        assert_eq!(
            (later.requests, later.bytes, later.classes),
            (3, 1290, [0, 1, 1, 1, 0])
        );
        assert_eq!(counts.visitors.len(), 3);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<Vec<u8>>(), ts in any::<f64>(), status in any::<u16>()) {
            let (_, read) = count(&text, NOW);
            prop_assert!(read <= text.len());
            let entry = format!("{{\"ts\":{ts:e},\"status\":{status},\"size\":18446744073709551615,\"request\":{{}}}}\n");
            let twice = entry.repeat(2);
            let _ = count(twice.as_bytes(), NOW);
        }
    }
}
