//! The grammars of single values of a channel.

use vocab::{Span, Text};

use super::AlertRate;
use crate::fleet::business::value::api;

/// So many messages within a minute, an hour or a day: `10/h`.
pub(super) fn rate(text: &str) -> Result<AlertRate, &'static str> {
    const WANTED: &str =
        "must be so many messages in a time, 1 to 1000, such as \"10/h\", \"2/m\" or \"50/d\"";
    let (most, unit) = text.split_once('/').ok_or(WANTED)?;
    let within = match unit {
        "m" => Span::minutes(1),
        "h" => Span::hours(1),
        "d" => Span::days(1),
        _ => return Err(WANTED),
    };
    let most = most.parse().ok().filter(|most| (1..=1000).contains(most));
    Ok(AlertRate {
        most: most.ok_or(WANTED)?,
        within,
    })
}

/// The address of a topic: an API's address with one more part, the topic's name (`-`, `_`, letters and digits, at most
/// 64, as ntfy has them).
pub(super) fn topic(text: &str) -> Result<Text, &'static str> {
    let url = api(text)?;
    let path = url.split_once("://").map_or("", |(_, rest)| rest);
    let topic = path.rsplit_once('/').map_or("", |(_, topic)| topic);
    let usable = (1..=64).contains(&topic.len())
        && topic
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if usable {
        Ok(url)
    } else {
        Err(
            "must end with the topic: letters, digits, '-' and '_', at most 64, such as \"https://ntfy.example.com/operations\"",
        )
    }
}

/// A telephone number as the whole world knows it (E.164).
pub(super) fn number(text: &str) -> Result<Text, String> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let usable = (8..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit());
    if usable {
        Ok(Text::line(text))
    } else {
        Err("must be a number with its country, without spaces: \"+4915112345678\"".to_owned())
    }
}

/// Whom a text message comes from: a number, a messaging service (`MG…`), or a name of at most 11 letters and digits.
pub(super) fn sender(text: &str) -> Result<Text, &'static str> {
    let name = (1..=11).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    let service = text.len() == 34
        && text.starts_with("MG")
        && text.bytes().skip(2).all(|b| b.is_ascii_hexdigit());
    if name || service || number(text).is_ok() {
        Ok(Text::line(text))
    } else {
        Err(
            "must be a number such as \"+15005550006\", a messaging service \"MG…\", or a name of at most 11 letters and digits",
        )
    }
}

/// The id of an account.
pub(super) fn account(text: &str) -> Result<Text, &'static str> {
    let usable = text.len() == 34
        && text.starts_with("AC")
        && text.bytes().skip(2).all(|b| b.is_ascii_hexdigit());
    if usable {
        Ok(Text::line(text))
    } else {
        Err("must be the account's id: AC and 32 hexadecimal digits")
    }
}

/// A host as it stands in a URL.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}
