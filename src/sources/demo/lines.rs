//! What the servers of the play's sites have in their logs: as Docker, the web server and the journal write it.

use serde_json::{Value, json};
use vocab::{Span, Time};

use super::shape::salt;

/// Between two lines.
const BETWEEN: Span = Span::seconds(7);

/// What the program of a site that answers well says, the newest first, in turn.
const WELL: [&str; 4] = [
    "GET / 200 in 31 ms",
    "GET /style.css 200 in 2 ms",
    "GET /contact 200 in 44 ms",
    "session cache holds 118 of 500 entries",
];

/// What it says when what it needs does not answer.
const BROKEN: [&str; 4] = [
    "ERROR the pool gives no connection: connect ECONNREFUSED 192.0.2.9:5432",
    "WARN retry 5 of 5 in 2 s",
    "ERROR GET / failed: no connection to the database",
    "WARN retry 4 of 5 in 1 s",
];

/// What is asked for of a site.
const PAGES: [&str; 4] = ["/", "/style.css", "/contact", "/favicon.ico"];

/// So many lines there are.
const COUNT: i64 = 12;

/// The log that `program` prints on the server of a site, the oldest line first.
pub(super) fn of(program: &str, domain: &str, broken: bool, now: Time) -> Vec<u8> {
    let line = |back: i64| {
        // Lines stay where they are from one reading to the next.
        let step = now.0.div_euclid(BETWEEN.0) - back;
        let at = Time(step * BETWEEN.0 + (salt(domain) % 1000).cast_signed());
        let turn = step.rem_euclid(4) as usize;
        match program {
            "docker" => format!("{at} {}", if broken { BROKEN[turn] } else { WELL[turn] }),
            "tail" => request(domain, PAGES[turn], broken, at),
            "journalctl" if broken && turn == 0 => entry(domain, at).to_string(),
            _ => String::new(),
        }
    };
    let lines = (0..COUNT).rev().map(line).filter(|line| !line.is_empty());
    lines
        .map(|line| line + "\n")
        .collect::<String>()
        .into_bytes()
}

/// A request in the web server's log, which has level and time first.
fn request(domain: &str, page: &str, broken: bool, at: Time) -> String {
    let (level, status, size) = if broken {
        ("error", 502, 0)
    } else {
        ("info", 200, 9_120)
    };
    let request = json!({
        "client_ip": "192.0.2.44", "method": "GET", "host": domain, "uri": page,
        "headers": { "User-Agent": ["Mozilla/5.0"] },
    });
    format!(
        r#"{{"level":"{level}","ts":{}.{:03},"logger":"http.log.access.log0","msg":"handled request","request":{request},"duration":0.004,"size":{size},"status":{status}}}"#,
        at.seconds(),
        at.0.rem_euclid(1000)
    )
}

/// An entry of the journal.
fn entry(domain: &str, at: Time) -> Value {
    let said = json!({
        "level": "error", "logger": "http.log.error", "msg": "dial tcp 127.0.0.1:3002: connect: connection refused",
        "request": { "host": domain },
    });
    json!({
        "__REALTIME_TIMESTAMP": (at.0 * 1000).to_string(), "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "caddy", "_PID": "812", "MESSAGE": said.to_string(),
    })
}
