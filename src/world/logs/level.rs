//! How grave a line is, told from its first bytes: a bracketed, capital or labelled word, a JSON or logfmt field, a
//! number of syslog or pino, the letter of klog, Ruby's logger or Redis.
//!
//! One pass, no allocation, no regular expression; about a tenth of a microsecond for a usual line.

use vocab::Level;

/// Bytes that are looked at; in JSON, where the level may come late, eight times as many.
const WINDOW: usize = 192;

/// The level a line says it has; [`Level::Unknown`] when it says none.
pub fn recognise(line: &str) -> Level {
    let bytes = line.trim_ascii_start().as_bytes();
    let level = match bytes.first() {
        Some(b'{') => json(&bytes[..bytes.len().min(8 * WINDOW)]),
        Some(b'<') => syslog(bytes),
        Some(b'I' | b'W' | b'E' | b'F' | b'D') => klog(bytes).or_else(|| ruby(bytes)),
        Some(b'0'..=b'9') => redis(bytes),
        _ => None,
    };
    level
        .or_else(|| opening(bytes))
        .or_else(|| words(&bytes[..bytes.len().min(WINDOW)]))
        .unwrap_or_default()
}

/// A syslog severity (RFC 5424 §6.2.1), also journald's PRIORITY: 0 is the gravest, 7 is debug.
pub const fn from_syslog(severity: u8) -> Level {
    match severity {
        0..=2 => Level::Fatal,
        3 => Level::Error,
        4 => Level::Warn,
        5 | 6 => Level::Info,
        7 => Level::Debug,
        _ => Level::Unknown,
    }
}

/// `<34>…` (RFC 5424 §6.2.1) or `<3>…` (sd-daemon(3)): the low three bits are the severity.
fn syslog(bytes: &[u8]) -> Option<Level> {
    let (number, rest) = digits(bytes.get(1..)?);
    (rest.first() == Some(&b'>') && number <= 191).then(|| from_syslog((number & 7) as u8))
}

/// `E1121 14:02:08.112345 …`: <https://github.com/kubernetes/klog>, letter and month and day.
fn klog(bytes: &[u8]) -> Option<Level> {
    let date = bytes.get(1..5)?.iter().all(u8::is_ascii_digit) && bytes.get(5) == Some(&b' ');
    if date { letter(bytes[0]) } else { None }
}

/// `E, [2026-11-21T14:02:08.112345 #1] ERROR -- : …`: Ruby's `Logger::Formatter`.
fn ruby(bytes: &[u8]) -> Option<Level> {
    if bytes.get(1..4) == Some(b", [") {
        letter(bytes[0])
    } else {
        None
    }
}

const fn letter(letter: u8) -> Option<Level> {
    Some(match letter {
        b'D' => Level::Debug,
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    })
}

/// `1:M 21 Nov 2026 14:02:08.112 # …`: pid and role, then a mark for the level (`redis/src/server.c`, `serverLogRaw`).
fn redis(bytes: &[u8]) -> Option<Level> {
    let (_, rest) = digits(bytes);
    let [b':', b'M' | b'S' | b'C' | b'X', b' ', tail @ ..] = rest else {
        return None;
    };
    let mark = tail
        .iter()
        .take(32)
        .zip(tail.iter().skip(1))
        .zip(tail.iter().skip(2));
    for ((before, mark), after) in mark {
        if *before == b' ' && *after == b' ' {
            match mark {
                b'.' | b'-' => return Some(Level::Debug),
                b'*' => return Some(Level::Info),
                b'#' => return Some(Level::Warn),
                _ => {}
            }
        }
    }
    None
}

/// What some run-times begin a crash with.
fn opening(bytes: &[u8]) -> Option<Level> {
    const OPENINGS: [(&[u8], Level); 4] = [
        (b"Traceback (most recent call last)", Level::Error),
        (b"Exception in thread", Level::Error),
        (b"thread '", Level::Error),
        (b"npm ERR!", Level::Error),
    ];
    let (start, level) = OPENINGS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))?;
    let panic = *start != b"thread '"
        || memchr::memmem::find(&bytes[..bytes.len().min(WINDOW)], b"' panicked").is_some()
        || memchr::memmem::find(&bytes[..bytes.len().min(WINDOW)], b") panicked").is_some();
    panic.then_some(*level)
}

/// The value of a level's field in a JSON object: a word, or a number as pino and bunyan have it.
fn json(bytes: &[u8]) -> Option<Level> {
    const KEYS: [&[u8]; 7] = [
        b"level",
        b"severity",
        b"lvl",
        b"log.level",
        b"levelname",
        b"loglevel",
        b"@l",
    ];
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', bytes.get(at..)?) {
        let start = at + quote + 1;
        let end = start + memchr::memchr(b'"', bytes.get(start..)?)?;
        at = end + 1;
        let rest = bytes[at..].trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b":") else {
            continue;
        };
        if KEYS
            .iter()
            .any(|key| bytes[start..end].eq_ignore_ascii_case(key))
        {
            let value = rest.trim_ascii_start();
            return match value.first()? {
                b'"' => word(until_quote(&value[1..])).or_else(|| json(&bytes[at..])),
                b'0'..=b'9' => pino(digits(value).0),
                _ => None,
            };
        }
    }
    None
}

fn until_quote(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(b'"', bytes).unwrap_or(bytes.len())]
}

/// pino's and bunyan's numbers, 10 trace to 60 fatal; below 8 they are syslog's.
const fn pino(number: u32) -> Option<Level> {
    Some(match number {
        0..=7 => from_syslog(number as u8),
        8..=19 => Level::Trace,
        20..=29 => Level::Debug,
        30..=39 => Level::Info,
        40..=49 => Level::Warn,
        50..=59 => Level::Error,
        60..=99 => Level::Fatal,
        _ => return None,
    })
}

fn digits(bytes: &[u8]) -> (u32, &[u8]) {
    let length = bytes
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = bytes[..length]
        .iter()
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    (number, &bytes[length..])
}

/// The first word that names a level and stands as a level does: in capitals, in brackets, behind `level=`, or before
/// a colon.
fn words(bytes: &[u8]) -> Option<Level> {
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
            at += 1;
        }
        let candidate = &bytes[start..at];
        // No level is shorter than `LOG` or longer than `emergency`, and few words begin as one does.
        if (3..=11).contains(&candidate.len())
            && let Some(level) = word(candidate)
            && stands_as_level(bytes, start, at)
        {
            return Some(level);
        }
    }
    None
}

fn stands_as_level(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|index| bytes[index]);
    // PostgreSQL's DEBUG1 to DEBUG5.
    let end = end
        + usize::from(
            bytes
                .get(end)
                .is_some_and(|byte| (b'1'..=b'5').contains(byte)),
        );
    let after = bytes.get(end).copied();
    let word = &bytes[start..end];
    if matches!(before, Some(b'=' | b'"')) && labelled(&bytes[..start]) {
        return true;
    }
    let opened = matches!(
        before,
        None | Some(b' ' | b'[' | b'(' | b'|' | b'<' | b':' | b'\t' | b']' | b'>' | b'-')
    );
    let closed = matches!(
        after,
        None | Some(b' ' | b']' | b')' | b'|' | b'>' | b':' | b',' | b'\t' | b'/' | b'!' | b'[')
    );
    if !opened || !closed {
        return false;
    }
    if word[0].is_ascii_uppercase() && word[1].is_ascii_uppercase() {
        // `LOG` is a level in PostgreSQL's words only, which a colon follows.
        return word != b"LOG" || after == Some(b':');
    }
    let bracketed = matches!(
        (before, after),
        (
            Some(b'[' | b':' | b'|' | b'<' | b'('),
            Some(b']' | b'|' | b'>' | b')')
        )
    );
    bracketed || (after == Some(b':') && (start == 0 || start < 64 && before == Some(b' ')))
}

/// Whether `level=`, `severity=` and the like end here.
fn labelled(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"\"").unwrap_or(bytes);
    let Some(bytes) = bytes.strip_suffix(b"=") else {
        return false;
    };
    [&b"level"[..], b"severity", b"lvl", b"levelname"]
        .iter()
        .any(|label| {
            bytes.len() >= label.len()
                && bytes[bytes.len() - label.len()..].eq_ignore_ascii_case(label)
        })
}

/// The level a word names, in any case.
fn word(word: &[u8]) -> Option<Level> {
    const WORDS: [(&[u8], Level); 30] = [
        (b"error", Level::Error),
        (b"err", Level::Error),
        (b"eror", Level::Error),
        (b"emerg", Level::Fatal),
        (b"emergency", Level::Fatal),
        (b"info", Level::Info),
        (b"inf", Level::Info),
        (b"information", Level::Info),
        (b"informational", Level::Info),
        (b"warn", Level::Warn),
        (b"warning", Level::Warn),
        (b"wrn", Level::Warn),
        (b"debug", Level::Debug),
        (b"dbg", Level::Debug),
        (b"dbug", Level::Debug),
        (b"trace", Level::Trace),
        (b"trc", Level::Trace),
        (b"fatal", Level::Fatal),
        (b"ftl", Level::Fatal),
        (b"fine", Level::Trace),
        (b"finest", Level::Trace),
        (b"critical", Level::Fatal),
        (b"crit", Level::Fatal),
        (b"panic", Level::Fatal),
        (b"alert", Level::Fatal),
        (b"notice", Level::Info),
        (b"log", Level::Info),
        (b"severe", Level::Error),
        (b"verbose", Level::Trace),
        (b"config", Level::Debug),
    ];
    let first = word.first()?.to_ascii_lowercase();
    // A mask of the letters levels begin with spares most words the comparison.
    if !b"eiwdtfcpanlsv".contains(&first) {
        return None;
    }
    WORDS
        .iter()
        .find(|(name, _)| name.len() == word.len() && name.eq_ignore_ascii_case(word))
        .map(|(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of one line for each form")]
    fn the_usual_forms() {
        let cases = [
            (
                "2026-11-21T14:02:08.112Z INFO  worker-03 GET /healthz",
                Level::Info,
            ),
            (
                "2026-11-21T14:02:08.112Z  WARN hyper::client: retry",
                Level::Warn,
            ),
            (
                "[2026-11-21 14:02:08] [error] 12#0: *1 upstream timed out",
                Level::Error,
            ),
            ("2026/11/21 14:02:08 [crit] 12#0: disk full", Level::Fatal),
            (
                "[Sat Nov 21 14:02:08 2026] [ssl:warn] [pid 12] AH01906",
                Level::Warn,
            ),
            (
                "2026-11-21 14:02:08.112 UTC [61] LOG:  checkpoint complete: wrote 214 buffers",
                Level::Info,
            ),
            (
                "2026-11-21 14:02:08.112 UTC [61] FATAL:  role \"app\" does not exist",
                Level::Fatal,
            ),
            ("2026-11-21 14:02:08.112 UTC [61] DEBUG2:  x", Level::Debug),
            (r#"{"ts":1.5,"level":"error","msg":"info"}"#, Level::Error),
            (
                r#"{"time":"x","msg":"level","severity" : "WARNING"}"#,
                Level::Warn,
            ),
            (r#"{"level":50,"time":1,"msg":"boom"}"#, Level::Error),
            (
                r#"{"msg":"no level at all","error":"none"}"#,
                Level::Unknown,
            ),
            (
                r#"time="2026-11-21" level=warning msg="error: x""#,
                Level::Warn,
            ),
            ("ts=1 lvl=eror msg=x", Level::Error),
            ("<3>disk full", Level::Error),
            ("<34>Nov 21 14:02:08 host su: failed", Level::Fatal),
            (
                "E1121 14:02:08.112345       1 reflector.go:1] x",
                Level::Error,
            ),
            (
                "I1121 14:02:08.112345       1 main.go:1] ERROR in text",
                Level::Info,
            ),
            (
                "W, [2026-11-21T14:02:08.112345 #1]  WARN -- : slow",
                Level::Warn,
            ),
            ("1:M 21 Nov 2026 14:02:08.112 # Out of memory", Level::Warn),
            (
                "1:M 21 Nov 2026 14:02:08.112 * Ready to accept connections",
                Level::Info,
            ),
            (
                "[2026-11-21 14:02:08,112: ERROR/MainProcess] task failed",
                Level::Error,
            ),
            ("error: linking failed", Level::Error),
            ("panic: runtime error: index out of range", Level::Fatal),
            ("thread 'main' panicked at src/main.rs:2:5:", Level::Error),
            ("Traceback (most recent call last):", Level::Error),
            ("  INFO indented", Level::Info),
            ("no error here", Level::Unknown),
            ("GET /errors/INFORMATION.html 200", Level::Unknown),
            ("LOG in to see more", Level::Unknown),
            ("the information desk is closed", Level::Unknown),
            ("", Level::Unknown),
            ("{", Level::Unknown),
            ("<999999>x", Level::Unknown),
        ];
        for (line, level) in cases {
            assert_eq!(recognise(line), level, "{line}");
        }
    }

    proptest! {
        #[test]
        fn never_fails(line in "([<{\\[\":=]|level|ERROR|info|[0-9]|é| |, \\[|:M ){0,60}") {
            recognise(&line);
        }
    }
}
