//! The systemd journal of a node, by its own `journalctl` (journalctl(1)).

use drivers::Host;
use drivers::host::{CommandLine, Running};
use serde::Deserialize;
use serde_json::Value;
use vocab::{Domain, Level, LogRequest, Output, Text, Time};
use world::logs::level;

use super::line::RawLine;
use super::outage::Outage;
use super::outbox::Outbox;
use super::process::{Listener, Said};
use super::splitter::Splitter;

/// The most bytes of an entry as JSON: a message of journald's default limit (48 KB), every byte of it escaped.
const ENTRY_LIMIT: usize = 512 * 1024;

/// The fields that are asked for, of the dozens an entry has; systemd.journal-fields(7).
const FIELDS: &str = "--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_COMM,_PID";

/// Which entries.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Which<'a> {
    /// Of one unit, or of all.
    pub(super) unit: Option<&'a str>,
    /// Only of priority warning and worse.
    pub(super) grave: bool,
    /// Only what is wrong with this site, and what becomes of the unit itself.
    pub(super) site: Option<&'a Domain>,
}

impl Which<'_> {
    /// Whether a line is wanted. What a web server says at leisure, and of other sites, is not.
    fn wants(&self, level: Option<Level>, line: &[u8]) -> bool {
        let Some(site) = self.site else {
            return true;
        };
        let text = String::from_utf8_lossy(line);
        text.starts_with("systemd")
            || (text.contains(site.as_str())
                && level.unwrap_or_else(|| {
                    // The web server's own words stand behind its name.
                    let at = text.find('{').unwrap_or_default();
                    level::recognise(&text[at..])
                }) >= Level::Warn)
    }
}

/// Reads the journal; while following, takes it up at the very entry where a lost connection left it.
pub(super) async fn read(host: &dyn Host, which: Which<'_>, request: &LogRequest, outbox: &Outbox) {
    let node = request.source.node();
    let mut cursor: Option<String> = None;
    let mut outage = Outage::new(
        node.as_str()
            .bytes()
            .fold(7, |seed, byte| kit::backoff::mix(seed ^ u64::from(byte))),
    );
    loop {
        let ended = match host
            .spawn(&command(which, request, cursor.as_deref()))
            .await
        {
            Ok(running) => {
                outage.reached();
                stretch(running, which, request, &mut cursor, &mut outage, outbox).await
            }
            Err(error) => Err(error.text),
        };
        let why = match ended {
            Ok(()) if !request.follow => return,
            Ok(()) => Text::line(format!("journalctl on {node} ended")),
            Err(why) => why,
        };
        if !request.follow {
            outbox.gap(why);
            return;
        }
        outage.wait(outbox, &why).await;
    }
}

/// Reads until `journalctl` ends; in words why, unless it just did.
async fn stretch(
    running: Running,
    which: Which<'_>,
    request: &LogRequest,
    cursor: &mut Option<String>,
    outage: &mut Outage,
    outbox: &Outbox,
) -> Result<(), Text> {
    let node = request.source.node();
    let mut listener = Listener::new(running, Splitter::with_limit(ENTRY_LIMIT));
    let mut complaint = None;
    let mut begun = false;
    loop {
        let said = match listener.next().await {
            Ok(Some(said)) => said,
            Ok(None) => return complaint.map_or(Ok(()), Err),
            Err(error) => {
                return Err(Text::line(format!(
                    "the connection to {node} broke: {error}"
                )));
            }
        };
        for said in said {
            match said {
                Said::Line(line) => {
                    if !std::mem::replace(&mut begun, true) {
                        outage.over(outbox, &format!("{node} reconnecting"));
                    }
                    if !take_entry(&line, which, request, cursor, outbox) {
                        outbox.gap(Text::line("an entry of the journal could not be read"));
                    }
                }
                Said::Aside(line) if complaint.is_none() && !line.starts_with(b"Hint:") => {
                    complaint = Some(Text::line(
                        [format!("journalctl on {node}: ").as_bytes(), &line].concat(),
                    ));
                }
                Said::Aside(_) => {}
            }
        }
    }
}

/// Takes in a line that `journalctl` wrote for [`command`] without a cursor; whether it was an entry.
pub(super) fn take(line: &[u8], which: Which<'_>, request: &LogRequest, outbox: &Outbox) -> bool {
    take_entry(line, which, request, &mut None, outbox)
}

/// The command line. Nothing in it is read by a shell; the unit's name and the cursor stand behind `=`.
pub(super) fn command(which: Which<'_>, request: &LogRequest, cursor: Option<&str>) -> CommandLine {
    let mut arguments: Vec<String> = ["--output=json", "--all", "--no-pager", "--quiet", FIELDS]
        .map(str::to_owned)
        .into();
    if let Some(unit) = which.unit {
        arguments.push(format!("--unit={unit}"));
    }
    if which.grave {
        arguments.push("--priority=warning".to_owned());
    }
    match (cursor, request.tail) {
        (Some(cursor), _) => {
            arguments.extend([format!("--after-cursor={cursor}"), "--lines=all".to_owned()]);
        }
        (None, Some(tail)) => arguments.push(format!("--lines={tail}")),
        (None, None) => arguments.push("--lines=all".to_owned()),
    }
    if let (Some(since), None) = (request.since, cursor) {
        arguments.push(format!("--since=@{}", since.seconds()));
    }
    match request.until {
        Some(until) => arguments.push(format!("--until=@{}", until.seconds() + 1)),
        None if request.follow => arguments.push("--follow".to_owned()),
        None => {}
    }
    CommandLine::new("journalctl", arguments)
}

/// An entry of the journal, as far as it is used. A field that occurs twice is a list, one that is not UTF-8 a list of
/// bytes, one that is too long `null`.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "__CURSOR")]
    cursor: Option<String>,
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    microseconds: Option<String>,
    #[serde(rename = "MESSAGE", default)]
    message: Value,
    #[serde(rename = "PRIORITY", default)]
    priority: Value,
    #[serde(rename = "SYSLOG_IDENTIFIER", default)]
    identifier: Value,
    #[serde(rename = "_COMM", default)]
    command: Value,
    #[serde(rename = "_PID", default)]
    process: Value,
}

/// Whether it was an entry.
fn take_entry(
    json: &[u8],
    which: Which<'_>,
    request: &LogRequest,
    cursor: &mut Option<String>,
    outbox: &Outbox,
) -> bool {
    let Ok(entry) = serde_json::from_slice::<Entry>(json) else {
        return false;
    };
    if entry.cursor.is_some() {
        cursor.clone_from(&entry.cursor);
    }
    let microseconds = entry
        .microseconds
        .as_deref()
        .and_then(|digits| digits.parse::<i64>().ok());
    let at = microseconds.map_or_else(drivers::clock::now, |microseconds| {
        Time(microseconds / 1_000)
    });
    // `journalctl` is asked in whole seconds.
    if request.since.is_some_and(|since| at < since)
        || request.until.is_some_and(|until| at > until)
    {
        return true;
    }
    let level = level_of(&entry.priority);
    for bytes in lines_of(&entry) {
        if which.wants(level, &bytes) {
            outbox.line(RawLine {
                at,
                output: Output::Out,
                level,
                bytes,
            });
        }
    }
    true
}

/// The entry as `journalctl -o short` would print it, without time and host; a message of many lines is many.
fn lines_of(entry: &Entry) -> Vec<Vec<u8>> {
    let name = [&entry.identifier, &entry.command]
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default();
    let head = match (name, entry.process.as_str()) {
        ("", _) => String::new(),
        (name, Some(process)) => format!("{name}[{process}]: "),
        (name, None) => format!("{name}: "),
    };
    let message = bytes_of(&entry.message);
    message
        .split(|byte| *byte == b'\n')
        .map(|line| {
            let mut splitter = Splitter::new();
            splitter.push(head.as_bytes(), drop);
            splitter.push(line, drop);
            splitter.rest().unwrap_or_default()
        })
        .collect()
}

fn bytes_of(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.trim_end_matches('\n').as_bytes().to_vec(),
        Value::Array(list) if list.iter().all(Value::is_u64) => list
            .iter()
            .filter_map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()))
            .collect(),
        Value::Array(list) => list.first().map(bytes_of).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// PRIORITY, `0` to `7`. Most programs log everything as 6, so that then the text may say better.
fn level_of(priority: &Value) -> Option<Level> {
    let severity = priority.as_str()?.parse::<u8>().ok()?;
    (severity != 6).then(|| level::from_syslog(severity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(json: &str) -> Vec<String> {
        let entry: Entry = serde_json::from_str(json).unwrap();
        lines_of(&entry)
            .into_iter()
            .map(|line| String::from_utf8_lossy(&line).into_owned())
            .collect()
    }

    #[test]
    fn of_a_site_only_what_is_wrong_and_what_becomes_of_the_unit_is_wanted() {
        let site = Domain::new("shop.example.com").unwrap();
        let which = Which {
            unit: Some("caddy.service"),
            grave: false,
            site: Some(&site),
        };
        let wants = |level, line: &str| which.wants(level, line.as_bytes());
        assert!(wants(None, "systemd[1]: Stopped caddy.service"));
        let said = |level: &str, domain: &str| {
            format!(r#"caddy[7]: {{"level":"{level}","msg":"no","identifier":"{domain}"}}"#)
        };
        assert!(wants(None, &said("error", "shop.example.com")));
        assert!(!wants(None, &said("info", "shop.example.com")));
        assert!(!wants(None, &said("error", "other.example.com")));
        assert!(!wants(Some(Level::Error), "caddy[7]: of nobody"));
        assert!(Which::default().wants(None, b"anything"));
    }

    #[test]
    fn entries_as_journalctl_prints_them() {
        let usual = r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795269728112345","PRIORITY":"3",
            "SYSLOG_IDENTIFIER":"sshd","_PID":"61","_COMM":"sshd","MESSAGE":"error: one\ntwo"}"#;
        assert_eq!(lines(usual), ["sshd[61]: error: one", "sshd[61]: two"]);
        assert_eq!(
            lines(r#"{"_COMM":"cron","MESSAGE":[104,105]}"#),
            ["cron: hi"]
        );
        assert_eq!(lines(r#"{"MESSAGE":["first","second"]}"#), ["first"]);
        assert_eq!(lines(r#"{"MESSAGE":null}"#), [""]);
        let level = |digit: &str| level_of(&Value::String(digit.to_owned()));
        assert_eq!(
            (level("3"), level("6"), level("x")),
            (Some(Level::Error), None, None)
        );
    }
}
