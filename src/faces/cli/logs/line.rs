//! A line as it is printed.

use jiff::tz::TimeZone;
use serde::Serialize;
use vocab::{Level, LogItem, Output, Time};

use super::sources::Named;
use crate::error::Result;
use crate::print::words::{precise, rfc3339};
use crate::print::{Stream, Tone, piece};

/// Prints lines and counts them.
pub(super) struct Lines {
    /// The name and node of each source.
    names: Vec<(String, String)>,
    width: usize,
    json: bool,
    utc: bool,
    zone: TimeZone,
    printed: u64,
    gaps: u64,
}

/// A line as JSON; a gap has `gap` in place of what a line has.
#[derive(Serialize)]
struct Row<'a> {
    at: String,
    source: &'a str,
    node: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<&'a str>,
}

impl Lines {
    pub fn new(sources: &[Named], json: bool, utc: bool, zone: &TimeZone) -> Self {
        let names: Vec<_> = sources
            .iter()
            .map(|named| (named.name.clone(), named.source.node().to_string()))
            .collect();
        // One source needs no name before each of its lines.
        let width = if names.len() > 1 {
            names
                .iter()
                .map(|(name, _)| name.len())
                .max()
                .unwrap_or_default()
        } else {
            0
        };
        let zone = if utc { TimeZone::UTC } else { zone.clone() };
        Self {
            names,
            width,
            json,
            utc,
            zone,
            printed: 0,
            gaps: 0,
        }
    }

    /// How many were printed.
    pub const fn printed(&self) -> u64 {
        self.printed
    }

    /// Whether all that was printed is why there are no lines: the source does not exist or cannot be read.
    pub const fn only_gaps(&self) -> bool {
        self.gaps > 0 && self.gaps == self.printed
    }

    /// Prints an item of a source.
    pub fn print(&mut self, source: usize, item: &LogItem, out: &mut Stream) -> Result<()> {
        self.printed += 1;
        self.gaps += u64::from(matches!(item, LogItem::Gap { .. }));
        let Some((name, node)) = self.names.get(source) else {
            return Ok(());
        };
        if self.json {
            return out.json_line(&row(name, node, item));
        }
        let width = self.width;
        let before = |at: Time| {
            let name = if width == 0 {
                String::new()
            } else {
                format!("{name:width$}  ")
            };
            vec![
                piece(Tone::Dim, format!("{}  ", self.moment(at))),
                piece(Tone::Strong, name),
            ]
        };
        match item {
            LogItem::Line(line) => {
                let mut before = before(line.at);
                let tone = match line.level {
                    Level::Error | Level::Fatal => Tone::Bad,
                    Level::Warn => Tone::Warn,
                    _ => Tone::Dim,
                };
                before.push(piece(tone, format!("{:5} ", word(line.level))));
                out.styled(&before, &line.text)
            }
            LogItem::Gap { at, reason } => {
                let mut line = before(*at);
                line.push(piece(Tone::Warn, format!("--- {reason} ---")));
                out.line(&line)
            }
        }
    }

    fn moment(&self, at: Time) -> String {
        let text = precise(at, &self.zone);
        if self.utc { format!("{text}Z") } else { text }
    }
}

fn row<'a>(source: &'a str, node: &'a str, item: &'a LogItem) -> Row<'a> {
    match item {
        LogItem::Line(line) => Row {
            at: rfc3339(line.at),
            source,
            node,
            output: Some(match line.output {
                Output::Out => "stdout",
                Output::Error => "stderr",
            }),
            level: Some(if line.level == Level::Unknown {
                "unknown"
            } else {
                word(line.level)
            }),
            text: Some(line.text.as_str()),
            gap: None,
        },
        LogItem::Gap { at, reason } => Row {
            at: rfc3339(*at),
            source,
            node,
            output: None,
            level: None,
            text: None,
            gap: Some(reason),
        },
    }
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Unknown => "",
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Fatal => "fatal",
    }
}
