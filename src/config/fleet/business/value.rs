//! The grammars of single values of the business: amounts, shares, dates, ports, addresses of APIs.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use toml::de::DeValue;
use vocab::{Decimal, Money, Text, Time};

use crate::fleet::parse;
use crate::reader::Fields;

/// Where an API answers: a URL without query, over TLS unless it is on this machine; a `/` at the end is taken off.
pub(in crate::fleet) fn api(text: &str) -> Result<Text, &'static str> {
    let url = parse::url(text)?;
    if url.contains(['?', '#']) {
        return Err("must end with its path: take the ? or # and what follows out");
    }
    if url.to_ascii_lowercase().starts_with("http://") && !is_loopback(&url) {
        return Err(
            "must begin with https://: the token would cross the network readable by everyone; http:// is for this machine alone",
        );
    }
    Ok(Text::line(url.trim_end_matches('/')))
}

/// Whether a URL leads to this machine and nowhere else.
pub(in crate::fleet) fn is_loopback(url: &str) -> bool {
    let authority = url
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    }
    .unwrap_or_default();
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// An amount with its currency, more than nothing.
pub(in crate::fleet) fn price(text: &str) -> Result<Money, String> {
    match text.parse::<Money>() {
        Ok(money) if money.amount > Decimal::ZERO => Ok(money),
        Ok(_) => Err("must be more than nothing".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A word that can be a label at every provider: 1 to 32 of small letters, digits and `-`.
pub(super) fn slug(text: &str) -> Result<Text, &'static str> {
    let word = (1..=32).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if word {
        Ok(Text::line(text))
    } else {
        Err("must be small letters, digits and '-' between them, at most 32")
    }
}

/// Ports from the first to the last, such as `20000-20999`.
pub(super) fn ports(text: &str) -> Result<RangeInclusive<u16>, &'static str> {
    let (first, last) = text
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
        .ok_or("must be the first port and the last, such as \"20000-20999\"")?;
    if first < 1024 {
        Err("must begin at 1024 or above: smaller ports belong to the system")
    } else if last < first {
        Err("ends before it begins")
    } else {
        Ok(first..=last)
    }
}

/// The address of a mailbox: what stands before the `@` without spaces, and a name.
pub(in crate::fleet) fn email(text: &str) -> Result<Text, &'static str> {
    let usable = text.split_once('@').is_some_and(|(user, domain)| {
        (1..=64).contains(&user.len())
            && user
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
            && domain.contains('.')
            && parse::host(domain).is_ok()
    });
    if usable && text.len() <= 254 {
        Ok(Text::line(text))
    } else {
        Err("must be an e-mail address, such as \"shop@example.com\"")
    }
}

/// A decimal number within bounds, with or without quotes. It is taken from its digits, never through a float.
pub(in crate::fleet) fn decimal(
    fields: &mut Fields<'_>,
    name: &'static str,
    bounds: RangeInclusive<Decimal>,
) -> Option<Decimal> {
    let entry = fields.take(name)?;
    let digits = match entry.raw() {
        DeValue::String(text) => Some(&**text),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        _ => None,
    };
    let number = digits.and_then(|digits| Decimal::from_str_exact(digits).ok());
    match number {
        Some(number) if bounds.contains(&number) => return Some(number),
        Some(_) => entry.error(format!(
            "must be from {} to {}",
            bounds.start(),
            bounds.end()
        )),
        None => entry.error("must be a number such as 20 or 12.5"),
    }
    fields.mark_broken();
    None
}

/// A day, as TOML's own date or as text: its first moment in UTC.
pub(in crate::fleet) fn day(fields: &mut Fields<'_>, name: &'static str) -> Option<Time> {
    let entry = fields.take(name)?;
    let text = match entry.raw() {
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        _ => String::new(),
    };
    let day = Time::parse(&format!("{text}T00:00:00Z"));
    if day.is_none() {
        entry.error("must be a day, such as 2026-11-20");
        fields.mark_broken();
    }
    day
}
