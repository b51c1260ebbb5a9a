//! What shows an item, for people and as JSON: how its site or service has answered, the end of its log, what changed before.

use std::time::Duration;

use serde::Serialize;
use vocab::{LogLine, LogRequest, LogSource, LogTail, Text, Time};
use world::logs::access;
use world::query::evidence::{self, ANSWERS_WITHIN};
use world::query::{Answers, Latest};
use world::{Item, Subject};

use crate::context::Context;
use crate::error::Result;
use crate::print::words::{moment, rfc3339};
use crate::print::{Pairs, Stream, Tone, piece};

/// So many lines of the log are shown.
const LINES: u32 = 6;

/// Nobody waits longer for them: a machine that cannot be reached has none to show.
const LINES_WITHIN: Duration = Duration::from_secs(4);

/// Nobody waits longer for those of a server of sites, which is logged in to first.
const HOSTED_WITHIN: Duration = Duration::from_secs(12);

/// All of it.
pub(crate) struct Evidence {
    answers: Vec<Answers>,
    /// The log with its end, or why there is none to read.
    log: Option<std::result::Result<(LogSource, LogTail), Text>>,
    before: Vec<(Time, String)>,
}

impl Evidence {
    /// Gathers it: answers from the history too, which a process that has just begun does not know.
    pub async fn of(item: &Item, context: &mut Context) -> Result<Self> {
        let now = context.watch.now();
        let mut answers = evidence::answers(context.watch.world(), item, now);
        for one in &mut answers {
            let reading = context
                .watch
                .history(one.key.clone(), now - ANSWERS_WITHIN, now);
            let older = context.interrupts.guard(async { Ok(reading.await) });
            one.restore(&older.await?, now);
        }
        let log = match evidence::log(context.watch.world(), item) {
            None => None,
            Some(Err(why)) => Some(Err(why)),
            Some(Ok(source)) => {
                let request = LogRequest {
                    source: source.clone(),
                    tail: Some(LINES),
                    since: None,
                    until: None,
                    follow: false,
                };
                let within = if source.is_hosted() {
                    HOSTED_WITHIN
                } else {
                    LINES_WITHIN
                };
                let reading = link::tail(context.watch.logs(request), within);
                let found = context.interrupts.guard(async { Ok(reading.await) });
                Some(Ok((source, found.await?)))
            }
        };
        Ok(Self {
            answers,
            log,
            before: evidence::changes(context.watch.world(), item),
        })
    }

    /// How it answers, below the other figures of the item.
    pub fn add(&self, pairs: &mut Pairs, now: Time) {
        for one in &self.answers {
            let mut words = one.now_words(now);
            if let Some(range) = one.range_words(now) {
                words = format!("{words}, {range}");
            }
            if self.answers.len() > 1 {
                words = format!("{}: {words}", name(&one.key.subject));
            }
            pairs.add("answer", words);
        }
    }

    /// The end of its log, and what changed before it began.
    pub fn print(&self, zone: &jiff::tz::TimeZone, out: &mut Stream) -> Result<()> {
        match &self.log {
            None => {}
            Some(Err(why)) => out.say(Tone::Dim, format!("no log: {why}"))?,
            Some(Ok((source, found))) if found.lines.is_empty() => {
                let why = found.trouble.as_ref().map_or("there are none", |why| why);
                out.say(Tone::Dim, format!("last lines of {source}: {why}"))?;
            }
            Some(Ok((source, found))) => {
                out.say(Tone::Dim, format!("last lines of {source}:"))?;
                for line in &found.lines {
                    out.line(&[
                        piece(Tone::Dim, format!("  {}  ", moment(line.at, zone))),
                        piece(Tone::Plain, access::words(line.text.as_str())),
                    ])?;
                }
                if let Some(why) = &found.trouble {
                    out.say(Tone::Dim, format!("  {why}"))?;
                }
            }
        }
        if !self.before.is_empty() {
            out.say(Tone::Dim, "before it began:")?;
        }
        self.before.iter().try_for_each(|(at, words)| {
            out.line(&[
                piece(Tone::Dim, format!("  {}  ", moment(*at, zone))),
                piece(Tone::Plain, words.as_str()),
            ])
        })
    }

    /// The same as JSON.
    pub fn row(&self) -> Row<'_> {
        let log = self.log.as_ref().map(|log| match log {
            Ok((source, found)) => LogRow {
                source: Some(source.to_string()),
                why_none: found.trouble.as_ref().filter(|_| found.lines.is_empty()),
                lines: found.lines.iter().map(LineRow::of).collect(),
            },
            Err(why) => LogRow {
                source: None,
                why_none: Some(why),
                lines: Vec::new(),
            },
        });
        Row {
            answers: self.answers.iter().map(AnswersRow::of).collect(),
            log,
            before: self.before.iter().map(ChangeRow::of).collect(),
        }
    }
}

fn name(subject: &Subject) -> String {
    match subject {
        Subject::Site(domain) => domain.to_string(),
        Subject::Service(name) => name.to_string(),
        Subject::Node(name) => name.to_string(),
        Subject::Container { name, .. } => name.to_string(),
        Subject::Disk { mount, .. } => mount.to_string(),
    }
}

/// What shows an item, as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    answers: Vec<AnswersRow<'a>>,
    log: Option<LogRow<'a>>,
    before: Vec<ChangeRow<'a>>,
}

#[derive(Debug, Serialize)]
struct AnswersRow<'a> {
    of: String,
    state: &'static str,
    /// Of the last answer, while it is fresh and good.
    milliseconds: Option<f32>,
    why: Option<&'a Text>,
    last_good: Option<String>,
    known_from: String,
    least_milliseconds: Option<f32>,
    most_milliseconds: Option<f32>,
    points: Vec<PointRow>,
}

impl<'a> AnswersRow<'a> {
    fn of(answers: &'a Answers) -> Self {
        let (state, milliseconds, why) = match &answers.latest {
            Latest::Never => ("not looked at", None, None),
            Latest::Good(value) => ("answers", Some(*value), None),
            Latest::Failed(why, _) => ("no good answer", None, Some(why)),
            Latest::Old(_) => ("unknown", None, None),
        };
        let good = match &answers.latest {
            Latest::Failed(_, good) => *good,
            _ => answers.points.last().map(|point| point.at),
        };
        let extremes = answers.extremes();
        Self {
            of: name(&answers.key.subject),
            state,
            milliseconds,
            why,
            last_good: good.map(rfc3339),
            known_from: rfc3339(answers.known_from),
            least_milliseconds: extremes.map(|(least, _)| least),
            most_milliseconds: extremes.map(|(_, most)| most),
            points: answers.points.iter().map(PointRow::of).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct PointRow {
    at: String,
    milliseconds: f32,
}

impl PointRow {
    fn of(point: &world::Point) -> Self {
        Self {
            at: rfc3339(point.at),
            milliseconds: point.value,
        }
    }
}

#[derive(Debug, Serialize)]
struct LogRow<'a> {
    source: Option<String>,
    why_none: Option<&'a Text>,
    lines: Vec<LineRow<'a>>,
}

#[derive(Debug, Serialize)]
struct LineRow<'a> {
    at: String,
    text: &'a str,
}

impl<'a> LineRow<'a> {
    fn of(line: &'a LogLine) -> Self {
        Self {
            at: rfc3339(line.at),
            text: line.text.as_str(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ChangeRow<'a> {
    at: String,
    what: &'a str,
}

impl<'a> ChangeRow<'a> {
    fn of((at, what): &'a (Time, String)) -> Self {
        Self {
            at: rfc3339(*at),
            what,
        }
    }
}
