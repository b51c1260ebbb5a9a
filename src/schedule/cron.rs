//! Cron patterns of five fields in a time zone, also where its clocks are turned.
//!
//! A pattern of one time of day runs once a day: one that a turned clock leaves out runs when the clock has jumped, one that
//! comes twice runs the first time. Any other pattern follows the clock on the wall: what is left out is left out, what comes
//! twice runs twice.

use std::fmt;
use std::str::FromStr as _;

use croner::Cron as Pattern;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};
use vocab::{Text, Time};

/// More hours than any zone ever left out.
const LEFT_OUT: i64 = 25;

/// Why something is no pattern, or names no time zone; says what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronError(Text);

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for CronError {}

/// A pattern in a time zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Cron {
    fields: [String; 5],
    pattern: Pattern,
    zone: TimeZone,
}

impl Cron {
    /// Five fields: minute, hour, day of the month, month, day of the week (crontab(5)), in UTC.
    pub fn new(text: &str) -> Result<Self, CronError> {
        let wanted = "must be five fields such as \"0 3 * * *\": minute, hour, day of the month, month, day of the week";
        let fields: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let fields: [String; 5] = fields
            .try_into()
            .map_err(|_| CronError(Text::line(wanted)))?;
        let pattern = Pattern::from_str(&fields.join(" "))
            .map_err(|error| CronError(Text::line(format!("{wanted} ({error})"))))?;
        let cron = Self {
            fields,
            pattern,
            zone: TimeZone::UTC,
        };
        if cron.following(Time::from_seconds(1_704_067_200)).is_none() {
            let words = "never comes: no month has such a day";
            return Err(CronError(Text::line(words)));
        }
        Ok(cron)
    }

    /// The same in a time zone of the IANA database, such as `Europe/Berlin`.
    pub fn in_zone(self, name: &str) -> Result<Self, CronError> {
        let zone = TimeZone::get(name).map_err(|_| {
            let words = "no such time zone: write one such as \"Europe/Berlin\" or \"UTC\"";
            CronError(Text::line(words))
        })?;
        Ok(Self { zone, ..self })
    }

    /// The first moment of the pattern after `after`; `None` when there is none any more.
    pub fn following(&self, after: Time) -> Option<Time> {
        let after = after.timestamp().to_zoned(self.zone.clone());
        let from = |after: &Zoned| self.pattern.find_next_occurrence(after, false).ok();
        // A day that a zone leaves out whole ends croner's search; beyond it there is a next time.
        let beyond = |hours| from(&after.checked_add(SignedDuration::from_hours(hours)).ok()?);
        let next = from(&after).or_else(|| (1..=LEFT_OUT).find_map(beyond))?;
        Some(next.timestamp().into())
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cron({self})")
    }
}

/// In words where they are plain, else the pattern.
impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |field: &String| field.parse::<u8>().ok();
        let [minute, hour, day, month, weekday] = &self.fields;
        let every_day = (day.as_str(), month.as_str()) == ("*", "*");
        match (number(minute), number(hour), every_day, weekday.as_str()) {
            (Some(minute), Some(hour), true, "*") => write!(f, "daily at {hour:02}:{minute:02}")?,
            (Some(minute), Some(hour), true, weekday) if day_name(weekday).is_some() => {
                let name = day_name(weekday).unwrap_or_default();
                write!(f, "{name} at {hour:02}:{minute:02}")?;
            }
            (Some(minute), None, true, "*") if hour == "*" => write!(f, "hourly at :{minute:02}")?,
            _ => write!(f, "{}", self.fields.join(" "))?,
        }
        match self.zone.iana_name() {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}

/// The day of a field that is one number or one name.
fn day_name(field: &str) -> Option<&'static str> {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    if let Ok(number) = field.parse::<usize>() {
        return DAYS.get(number % 7).copied();
    }
    DAYS.into_iter().find(|day| day.eq_ignore_ascii_case(field))
}
