//! Maintenance windows: when something is worked on and its signals are to be quiet.

use std::ops::RangeInclusive;

use toml::de::DeValue;
use vocab::{Span, Text, Time};

use crate::reader::{Entry, Fields};
use crate::rules;

/// A maintenance window. It always ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceSpec {
    /// What it is called; unique.
    pub name: Text,
    /// When it begins, the first time.
    pub from: Time,
    /// How long it lasts: a minute to 30 days.
    pub lasts: Span,
    /// After how long it begins again: an hour to a year, and longer than it lasts; `None` when it is but once.
    pub every: Option<Span>,
    /// Objects by name or `kind/name`, with `*` for anything; all of them when empty.
    pub only: Vec<Text>,
}

const LASTS: RangeInclusive<Span> = Span::minutes(1)..=Span::days(30);
const EVERY: RangeInclusive<Span> = Span::hours(1)..=Span::days(366);

/// Reads a `[[maintenance]]`; `None` when a value in it cannot be used.
pub(super) fn read(mut fields: Fields<'_>, name: Option<Text>) -> Option<MaintenanceSpec> {
    fields.require(
        "from",
        "say when it begins, such as from = 2026-11-21T22:00:00Z",
    );
    let from = moment(&mut fields, "from");
    let until = moment(&mut fields, "until");
    let lasts = fields.span("for", LASTS);
    let every = fields.span("every", EVERY);
    let only = fields.take("only").map(|entry| rules::patterns(&entry));
    if matches!(only, Some(None)) {
        fields.mark_broken();
    }
    match (fields.has("until"), fields.has("for")) {
        (true, true) => fields.error("until", "stands beside for; keep one"),
        (false, false) => fields.error("", "has no end; write until = …, or for = \"2h\""),
        _ => {}
    }
    let lasts = lasts.or_else(|| {
        let (from, until) = (from?, until?);
        let span = Span(until.0 - from.0);
        if LASTS.contains(&span) {
            return Some(span);
        }
        fields.error("until", "must be a minute to 30 days after from");
        None
    });
    if let (Some(every), Some(lasts)) = (every, lasts)
        && every <= lasts
    {
        fields.error(
            "every",
            "must be longer than the window lasts, or it never ends",
        );
    }
    if !fields.finish() {
        return None;
    }
    Some(MaintenanceSpec {
        name: name?,
        from: from?,
        lasts: lasts?,
        every,
        only: only.flatten().unwrap_or_default(),
    })
}

fn moment(fields: &mut Fields<'_>, name: &'static str) -> Option<Time> {
    let entry = fields.take(name)?;
    let value = time(&entry);
    if value.is_none() {
        fields.mark_broken();
    }
    value
}

fn time(entry: &Entry<'_>) -> Option<Time> {
    let text = match entry.raw() {
        DeValue::Datetime(at) => at.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => {
            entry.wrong_type("a moment such as 2026-11-21T22:00:00Z");
            return None;
        }
    };
    let parsed = Time::parse(&text);
    if parsed.is_none() {
        entry.error("must be a moment with its offset, such as 2026-11-21T22:00:00Z or 2026-11-21T23:00:00+01:00");
    }
    parsed
}
