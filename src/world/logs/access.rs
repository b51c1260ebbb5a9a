//! The log of the Caddy web server in words: a JSON object a line, of which an operator wants the status first
//! (<https://caddyserver.com/docs/caddyfile/directives/log>). Pure.

use std::borrow::Cow;

use serde_json::Value;
use vocab::{Span, Text};

/// A line as it is read best: `502 GET /cart in 3 ms, 192.0.2.7, curl/8.1` of a request, `error tls.obtain: no such host` of
/// anything else the web server says. A line that is not the web server's stays as it is.
pub fn words(line: &str) -> Cow<'_, str> {
    let found = line.find('{').and_then(|at| {
        let value: Value = serde_json::from_str(&line[at..]).ok()?;
        request(&value).or_else(|| message(&value))
    });
    match found {
        // What was escaped in JSON may be anything.
        Some(words) => Cow::Owned(Text::line(words).to_string()),
        None => Cow::Borrowed(line),
    }
}

/// A request that was answered.
fn request(value: &Value) -> Option<String> {
    let asked = value.get("request")?;
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let status = value.get("status")?.as_u64()?;
    let answered = format!("{status} {} {}", text("method")?, text("uri")?);
    let took = value.get("duration").and_then(Value::as_f64);
    let first = match took {
        Some(seconds) => format!("{answered} in {}", span(seconds)),
        None => answered,
    };
    let agent = asked.pointer("/headers/User-Agent/0");
    let client = text("client_ip").or_else(|| text("remote_ip"));
    let parts = [Some(first.as_str()), client, agent.and_then(Value::as_str)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Anything else it says: what level, which part of it, what.
fn message(value: &Value) -> Option<String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let (level, says) = (text("level")?, text("msg")?);
    let part = text("logger").map_or_else(String::new, |part| format!(" {part}"));
    let why = text("error").map_or_else(String::new, |why| format!(": {why}"));
    Some(format!("{level}{part}: {says}{why}"))
}

fn span(seconds: f64) -> String {
    let millis = (seconds * 1000.0).clamp(0.0, 1e9);
    if millis < 1.0 {
        "less than 1ms".to_owned()
    } else {
        Span::millis(millis as i64).to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_is_its_status_and_what_was_asked() {
        let line = r#"{"level":"error","ts":1795269600.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"192.0.2.1","client_ip":"192.0.2.7","method":"GET","host":"acme.example","uri":"/cart?a=\u001b[2J","headers":{"User-Agent":["curl/8.1"]}},"duration":0.0034,"size":0,"status":502}"#;
        let said = words(line);
        assert!(!said.contains('\u{1b}'), "{said:?}");
        assert!(said.starts_with("502 GET /cart?a="), "{said}");
        assert!(said.ends_with(" in 3ms, 192.0.2.7, curl/8.1"), "{said}");
    }

    #[test]
    fn what_it_says_otherwise_is_level_part_and_words() {
        let line = r#"caddy[7]: {"level":"error","ts":1.5,"logger":"tls.obtain","msg":"will retry","error":"no such host"}"#;
        assert_eq!(words(line), "error tls.obtain: will retry: no such host");
        for other in ["", "{", "GET / 200", r#"{"msg":"hello"}"#] {
            assert_eq!(words(other), other);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(line in ".*", status in any::<u64>(), duration in any::<f64>(), uri in ".*") {
            let _ = words(&line);
            let entry = serde_json::json!({
                "status": status, "duration": duration, "request": { "method": "GET", "uri": uri },
            });
            let entry = entry.to_string();
            prop_assert!(!words(&entry).chars().any(char::is_control));
        }
    }
}
