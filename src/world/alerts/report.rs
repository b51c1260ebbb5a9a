//! The daily report: what needs a person, money, what became of items, runs and fixes of the last day, and how well that went.
//! Written once as data; as text and as HTML it says the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vocab::{Span, Text, Time};

use crate::priorities::{Item, Visibility};
use crate::query::{self, SURFACE};
use crate::world::World;

/// It tells of so long.
const REACH: Span = Span::days(1);

/// So many of what became of items are told.
const STORIES: usize = 8;

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub title: Text,
    /// Its lines: what, and what there is to say of it.
    pub lines: Vec<(Text, Text)>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its one line: the day and how the fleet stands.
    pub title: Text,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// The report of the day that ends at `now`. `items` are all items of the world at that moment.
pub fn report(world: &World, items: &[Arc<Item>], day: &Text, now: Time) -> Report {
    let shown: Vec<&Item> = items
        .iter()
        .map(AsRef::as_ref)
        .filter(|item| item.visibility == Visibility::Shown)
        .take(SURFACE)
        .collect();
    let verdict = match shown.len() {
        0 => "nothing needs you".to_owned(),
        1 => "1 thing needs you".to_owned(),
        SURFACE => format!("{SURFACE} things or more need you"),
        many => format!("{many} things need you"),
    };
    let sections = [
        ("Needs you", surface(&shown, now)),
        ("Fleet", fleet(world, now)),
        ("Money", money(world, now)),
        ("What happened", stories(world, now)),
        ("Runs", runs(world, now)),
        ("Autopilot", autopilot(world, now)),
        ("How it went", statistics(world, now)),
    ];
    Report {
        title: Text::line(format!("{} on {day}: {verdict}", world.name)),
        sections: sections
            .into_iter()
            .map(|(title, lines)| Section {
                title: Text::line(title),
                lines,
            })
            .collect(),
    }
}

type Lines = Vec<(Text, Text)>;

fn line(what: impl AsRef<[u8]>, words: impl AsRef<[u8]>) -> (Text, Text) {
    (Text::line(what), Text::line(words))
}

fn surface(shown: &[&Item], now: Time) -> Lines {
    if shown.is_empty() {
        return vec![line("nothing", "")];
    }
    let one = |item: &&Item| {
        let mut words = vec![format!("for {}", now.since(item.since).in_seconds())];
        words.extend(item.at_risk.map(|money| format!("{money}/h at risk")));
        if !item.detail.is_empty() {
            words.push(item.detail.to_string());
        }
        let what = format!("{}: {}", item.severity.word(), item.title);
        line(what, words.join(", "))
    };
    shown.iter().map(one).collect()
}

fn fleet(world: &World, now: Time) -> Lines {
    let totals = query::totals(world, now);
    let mut lines = vec![
        line(
            "nodes",
            format!("{} of {} answer", totals.nodes_up, totals.nodes),
        ),
        line(
            "containers",
            format!(
                "{} of {} run, {} not well",
                totals.running, totals.containers, totals.containers_bad
            ),
        ),
        line(
            "services",
            format!(
                "{} of {} healthy, {} down",
                totals.services_healthy, totals.services, totals.services_down
            ),
        ),
    ];
    if !world.sites.is_empty() {
        lines.push(line("sites", world.sites.len().to_string()));
    }
    lines
}

fn money(world: &World, now: Time) -> Lines {
    match query::income(world, now) {
        None => vec![line("none", "no terms of hosting, or no sites")],
        Some(Err(error)) => vec![line("not known", error.to_string())],
        Some(Ok(income)) => {
            let mut lines = vec![
                line("recurring each month", income.recurring.mrr.to_string()),
                line("at risk in an hour", income.at_risk.to_string()),
                line(
                    "sites that are paid for",
                    format!("{}, {} of them down", income.paying, income.down),
                ),
            ];
            if let Some(net) = income.total.net() {
                let estimate = if income.total.estimated {
                    ", estimated"
                } else {
                    ""
                };
                lines.insert(1, line("left this month", format!("{net}{estimate}")));
            }
            lines
        }
    }
}

fn stories(world: &World, now: Time) -> Lines {
    let away = query::while_away(world.happenings.iter(), now - REACH, now);
    if away.stories.is_empty() {
        return vec![line("nothing", "")];
    }
    let mut lines: Lines = away
        .stories
        .iter()
        .take(STORIES)
        .map(|story| {
            let mut words = Vec::new();
            if story.times > 1 {
                words.push(format!("{} times", story.times));
            }
            words.push(format!("{} in all", story.lasted));
            words.extend(story.lost.map(|lost| format!("lost {lost}")));
            if story.open {
                words.push("still open".to_owned());
            } else if !story.words.is_empty() {
                words.push(story.words.to_string());
            }
            line(story.title.as_str(), words.join(", "))
        })
        .collect();
    let more = away.stories.len().saturating_sub(STORIES);
    if more > 0 {
        lines.push(line(format!("and {more} more"), ""));
    }
    lines
}

fn runs(world: &World, now: Time) -> Lines {
    let mut ends: BTreeMap<&'static str, usize> = BTreeMap::new();
    for run in world.runs.values() {
        if now.since(run.taken) < REACH {
            *ends.entry(run.state.word()).or_default() += 1;
        }
    }
    if ends.is_empty() {
        return vec![line("none", "")];
    }
    ends.into_iter()
        .map(|(word, count)| line(word, count.to_string()))
        .collect()
}

fn autopilot(world: &World, now: Time) -> Lines {
    let pilot = &world.autopilot;
    let mut mode = pilot.policy.mode.word().to_owned();
    if let Some((_, by)) = &pilot.switch.stopped {
        mode = format!("stopped by {by}");
    }
    let mut ends: BTreeMap<&'static str, usize> = BTreeMap::new();
    let own = pilot.attempts.values().filter(|attempt| {
        attempt.by.user.as_str() == crate::run::Actor::AUTOPILOT && now.since(attempt.begun) < REACH
    });
    for attempt in own {
        let end = attempt
            .end
            .as_ref()
            .map_or("under way", |end| end.outcome.word());
        *ends.entry(end).or_default() += 1;
    }
    let mut lines = vec![line("mode", mode)];
    lines.extend(
        ends.into_iter()
            .map(|(word, count)| line(format!("fixes {word}"), count.to_string())),
    );
    lines
}

fn statistics(world: &World, now: Time) -> Lines {
    let found = query::statistics(world, world.happenings.iter(), now - REACH);
    let percent = |share: Option<u32>, goal: u32| {
        share.map_or_else(
            || "-".to_owned(),
            |share| format!("{share} % (goal {goal} %)"),
        )
    };
    vec![
        line(
            "items",
            format!("{} came up, {} are over", found.raised, found.over),
        ),
        line(
            "low ones nobody had to touch",
            percent(found.untouched_percent(), query::statistics::GOAL_UNTOUCHED),
        ),
        line(
            "fixes nobody had to approve",
            percent(found.by_itself_percent(), query::statistics::GOAL_BY_ITSELF),
        ),
        line(
            "from coming up to the end",
            found
                .median
                .map_or_else(|| "-".to_owned(), |median| format!("{median} (median)")),
        ),
    ]
}

impl Report {
    /// As plain text.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.title);
        for section in &self.sections {
            // Writing to a string does not fail.
            let _ = write!(out, "\n{}\n", section.title);
            for (what, words) in &section.lines {
                let colon = if words.is_empty() { "" } else { ": " };
                let _ = writeln!(out, "  {what}{colon}{words}");
            }
        }
        out
    }

    /// As HTML that any mail program shows: a table for each part, no image, no script, nothing loaded from elsewhere.
    pub fn html(&self) -> String {
        let mut out = String::from(
            "<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head>\
             <body style=\"font-family:sans-serif;color:#222\">",
        );
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "<h1 style=\"font-size:18px\">{}</h1>",
            escaped(&self.title)
        );
        for section in &self.sections {
            let _ = write!(
                out,
                "<h2 style=\"font-size:14px;margin:16px 0 4px\">{}</h2><table style=\"border-collapse:collapse\">",
                escaped(&section.title)
            );
            for (what, words) in &section.lines {
                let _ = write!(
                    out,
                    "<tr><td style=\"padding:2px 16px 2px 0;vertical-align:top\">{}</td>\
                     <td style=\"padding:2px 0;color:#555\">{}</td></tr>",
                    escaped(what),
                    escaped(words)
                );
            }
            out.push_str("</table>");
        }
        out.push_str("</body></html>\n");
        out
    }
}

/// Text as it may stand in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
