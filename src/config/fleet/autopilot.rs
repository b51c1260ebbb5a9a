//! Autopilot: which fixes may run by themselves, on what, when, and within which bounds.
//!
//! A section with a value that cannot be used is left out whole, and nothing runs by itself: a bound that was meant
//! otherwise must never be replaced by a default.

use std::ops::RangeInclusive;

use jiff::tz::TimeZone;
use toml::de::DeValue;
use vocab::rule::Fix;
use vocab::{Decimal, Money, Text};

use super::business::value;
use crate::reader::Fields;

/// Whether anything runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AutopilotMode {
    /// Nothing does.
    #[default]
    Off,
    /// Nothing does; what would is said.
    DryRun,
    /// What is allowed does.
    On,
}

/// A stretch of every day in minutes since midnight; over midnight when it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayHours {
    /// From this minute on, 0 to 1439.
    pub from: u16,
    /// Until this one, 0 to 1440.
    pub until: u16,
}

/// What may run by itself, on what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixAllowance {
    /// The line of the file it begins at.
    pub line: u32,
    /// Which fixes, by their words; at least one.
    pub fixes: Vec<Text>,
    /// Only on objects whose name one of these patterns fits; on all when empty.
    pub only: Vec<Text>,
    /// Only at these hours; at all that the section has unless given.
    pub hours: Option<DayHours>,
    /// From this confidence on, 0 to 1; 0.8 unless given.
    pub confidence: Decimal,
    /// What the confidence is taken to be while there is no record, 0 to 1.
    pub presumed: Option<Decimal>,
    /// Only while no more than this is in danger in an hour.
    pub at_risk_most: Option<Money>,
    /// Whether plans that somebody may notice while they run are allowed too; not unless given.
    pub disruptive: bool,
}

/// The autopilot's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutopilotSpec {
    /// Whether anything runs by itself.
    pub mode: AutopilotMode,
    /// What may stand on all that is worked on at the same time, in an hour.
    pub budget: Option<Money>,
    /// How many runs may begin by themselves in an hour, 1 to 1000; 6 unless given.
    pub runs: u32,
    /// At which hours; at all unless given.
    pub hours: Option<DayHours>,
    /// The zone of the hours, as an IANA name; this machine's unless given.
    pub timezone: Option<Text>,
    /// What may run; the first that speaks of a fix on an object counts.
    pub allow: Vec<FixAllowance>,
}

impl Default for AutopilotSpec {
    fn default() -> Self {
        Self {
            mode: AutopilotMode::Off,
            budget: None,
            runs: 6,
            hours: None,
            timezone: None,
            allow: Vec::new(),
        }
    }
}

/// The word of a policy for any command that a rule names.
const COMMAND: &str = "command";

/// The words of the fixes that can be allowed: those of the rules, and one for all commands of the operator's own.
fn fixes() -> impl Iterator<Item = &'static str> {
    Fix::WORDS.iter().map(|(word, _)| *word).chain([COMMAND])
}

/// What a confidence can be.
const SHARE: RangeInclusive<Decimal> = Decimal::ZERO..=Decimal::ONE;

/// Reads `[autopilot]`; off when a value in it cannot be used.
pub(super) fn read(mut fields: Fields<'_>) -> AutopilotSpec {
    let mut spec = AutopilotSpec::default();
    let modes = [
        ("off", AutopilotMode::Off),
        ("dry-run", AutopilotMode::DryRun),
        ("on", AutopilotMode::On),
    ];
    spec.mode = fields.choice("mode", &modes).unwrap_or_default();
    spec.budget = fields.parsed("budget", hourly);
    if let Some(runs) = fields.integer("runs", 1..=1000) {
        spec.runs = u32::try_from(runs).unwrap_or(spec.runs);
    }
    spec.hours = fields.parsed("hours", hours);
    spec.timezone = fields.parsed("timezone", zone);
    let mut broken = false;
    for table in fields.tables("allow") {
        match allowance(table) {
            Some(allowance) => spec.allow.push(allowance),
            None => broken = true,
        }
    }
    if broken {
        fields.mark_broken();
    } else if spec.mode != AutopilotMode::Off && spec.allow.is_empty() {
        fields.warn("mode", "nothing is allowed: write an [[autopilot.allow]]");
    }
    if fields.finish() {
        spec
    } else {
        AutopilotSpec::default()
    }
}

fn allowance(mut fields: Fields<'_>) -> Option<FixAllowance> {
    fields.require("fix", "say which fixes: fix = [\"start-container\"]");
    let line = fields.line();
    let fixes = texts(&mut fields, "fix", fix);
    let only = texts(&mut fields, "only", pattern);
    let found = FixAllowance {
        line,
        fixes: fixes.unwrap_or_default(),
        only: only.unwrap_or_default(),
        hours: fields.parsed("hours", hours),
        confidence: value::decimal(&mut fields, "confidence", SHARE)
            .unwrap_or_else(|| Decimal::new(8, 1)),
        presumed: value::decimal(&mut fields, "start", SHARE),
        at_risk_most: fields.parsed("at_risk_most", hourly),
        disruptive: fields.boolean("disruptive").unwrap_or(false),
    };
    if found.presumed.is_some_and(|start| start < found.confidence) {
        fields.warn(
            "start",
            "is less than confidence: it asks until there is a record",
        );
    }
    fields.finish().then_some(found)
}

/// A list of texts, each as `parse` understands it; at least one.
pub(super) fn texts(
    fields: &mut Fields<'_>,
    name: &'static str,
    parse: impl Fn(&str) -> Result<Text, String>,
) -> Option<Vec<Text>> {
    let entry = fields.take(name)?;
    let found = match entry.raw() {
        DeValue::Array(list) if !list.is_empty() => list
            .iter()
            .map(|value| match value.get_ref() {
                DeValue::String(text) => parse(text),
                _ => Err("must be a list of texts in quotes".to_owned()),
            })
            .collect(),
        _ => Err("must be a list of texts in quotes, at least one".to_owned()),
    };
    match found {
        Ok(found) => Some(found),
        Err(why) => {
            entry.error(why);
            fields.mark_broken();
            None
        }
    }
}

fn fix(text: &str) -> Result<Text, String> {
    if fixes().any(|word| word == text) {
        return Ok(Text::line(text));
    }
    let hint = match kit::nearest::nearest(text, fixes()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("there are {}", fixes().collect::<Vec<_>>().join(", ")),
    };
    Err(format!("there is no fix \"{text}\"; {hint}"))
}

fn pattern(text: &str) -> Result<Text, String> {
    let usable = !text.is_empty()
        && text.len() <= 253
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.*/:".contains(&b));
    if usable {
        Ok(Text::line(text))
    } else {
        Err("must be the name of an object, with * for any part of it: \"edge-*\"".to_owned())
    }
}

/// Money in an hour: `0.50 USD/h`, or the amount alone.
fn hourly(text: &str) -> Result<Money, String> {
    value::price(text.strip_suffix("/h").unwrap_or(text))
}

pub(super) fn hours(text: &str) -> Result<DayHours, &'static str> {
    const WANTED: &str = "must be two times of the day, such as \"22:00-06:00\"";
    let (from, until) = text.split_once('-').ok_or(WANTED)?;
    let from = minute(from).filter(|minute| *minute < 1440).ok_or(WANTED)?;
    let until = minute(until).ok_or(WANTED)?;
    if from == until {
        return Err("must not be empty; \"00:00-24:00\" is always");
    }
    Ok(DayHours { from, until })
}

/// The minute of `HH:MM`, up to 24:00.
pub(super) fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<u16>().ok())
            .flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 1440).then_some(all)
}

pub(super) fn zone(text: &str) -> Result<Text, &'static str> {
    TimeZone::get(text)
        .map(|_| Text::line(text))
        .map_err(|_| "must be the name of a time zone, such as \"Europe/Berlin\"")
}

#[cfg(test)]
mod tests {
    use vocab::Currency;

    use super::*;
    use crate::fleet::tests::parsed;

    #[test]
    fn everything_can_be_said() {
        let (fleet, report) = parsed(
            "[autopilot]\nmode = \"on\"\nbudget = \"0.50 USD/h\"\nruns = 3\nhours = \"22:00-06:00\"\n\
             timezone = \"Europe/Berlin\"\n[[autopilot.allow]]\nfix = [\"start-container\", \"restart-site\"]\n\
             only = [\"edge-*\", \"*.example.com\"]\nhours = \"00:00-24:00\"\nconfidence = 0.75\nstart = 0.9\n\
             at_risk_most = \"1.00 USD\"\ndisruptive = true\n",
        );
        assert_eq!(report, "");
        let spec = fleet.autopilot;
        assert_eq!((spec.mode, spec.runs), (AutopilotMode::On, 3));
        assert_eq!(spec.budget, Some(Money::from_smallest(50, Currency::USD)));
        let night = DayHours {
            from: 1320,
            until: 360,
        };
        assert_eq!(spec.hours, Some(night));
        assert_eq!(spec.timezone.as_deref(), Some("Europe/Berlin"));
        let [allow] = &spec.allow[..] else {
            panic!("one")
        };
        assert_eq!((allow.line, allow.disruptive), (7, true));
        assert_eq!(
            allow.fixes,
            ["start-container", "restart-site"].map(Text::from)
        );
        assert_eq!(allow.confidence, Decimal::new(75, 2));
        assert_eq!(
            allow.hours,
            Some(DayHours {
                from: 0,
                until: 1440
            })
        );
    }

    #[test]
    fn a_mistake_says_where_it_is_and_nothing_runs() {
        for (text, wanted) in [
            ("mode = \"onn\"", "did you mean \"on\"?"),
            ("mode = \"on\"\nbudget = \"half\"", "autopilot.budget"),
            ("mode = \"on\"\nruns = 0", "autopilot.runs"),
            ("mode = \"on\"\nhours = \"9-17\"", "two times of the day"),
            (
                "mode = \"on\"\nhours = \"09:00-09:00\"",
                "must not be empty",
            ),
            ("mode = \"on\"\ntimezone = \"Mars/Base\"", "time zone"),
            (
                "mode = \"on\"\n[[autopilot.allow]]\nfix = [\"start-contianer\"]",
                "did you mean \"start-container\"?",
            ),
            ("mode = \"on\"\n[[autopilot.allow]]\nonly = [\"a\"]", "fix"),
            (
                "mode = \"on\"\n[[autopilot.allow]]\nfix = [\"drill\"]\nconfidence = 1.5",
                "must be from 0 to 1",
            ),
            (
                "mode = \"on\"\n[[autopilot.allow]]\nfix = \"drill\"",
                "a list of texts",
            ),
            (
                "mode = \"on\"\n[[autopilot.allow]]\nfix = [\"drill\"]\nonly = [\"a b\"]",
                "the name of an object",
            ),
        ] {
            let (fleet, report) = parsed(&format!("[autopilot]\n{text}\n"));
            assert!(report.contains(wanted), "{text}: {report}");
            assert!(report.contains("fleet.toml:"), "{report}");
            assert_eq!(fleet.autopilot, AutopilotSpec::default(), "{text}");
        }
        let (_, report) = parsed("[autopilot]\nmode = \"on\"\n");
        assert!(report.contains("nothing is allowed"), "{report}");
    }
}
