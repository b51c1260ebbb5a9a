//! Schedules: what is done by itself, declared with `[[schedules]]`, and what is done without a word.

use std::ops::RangeInclusive;

use schedule::{Cron, Missed, Rule, Schedule, When, Work};
use toml::de::DeValue;
use vocab::{NodeName, ScheduleName, Span, VISITED_EVERY};

use super::Fleet;
use crate::reader::{Fields, showable};

const EVERY: RangeInclusive<Span> = Span::minutes(1)..=Span::days(366);
const JITTER: RangeInclusive<Span> = Span::ZERO..=Span::days(1);

/// A schedule as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleSpec {
    /// Its name.
    pub name: ScheduleName,
    /// What it does.
    pub work: Work,
    /// When; `None` for one that is turned off.
    pub rule: Option<Rule>,
}

/// What `do` says, before what belongs to it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Do {
    Backups,
    Databases,
    Drill,
    Sweep,
    Deployments,
    PruneBackups,
    Certificates,
    PruneImages,
    Command,
}

const WORDS: [(&str, Do); 9] = [
    ("backups", Do::Backups),
    ("databases", Do::Databases),
    ("drill", Do::Drill),
    ("sweep", Do::Sweep),
    ("deployments", Do::Deployments),
    ("prune-backups", Do::PruneBackups),
    ("certificates", Do::Certificates),
    ("prune-images", Do::PruneImages),
    ("command", Do::Command),
];

/// Reads a table of `[[schedules]]`; `known` are the nodes that can be named.
pub(super) fn read(
    mut table: Fields<'_>,
    name: Option<ScheduleName>,
    known: &dyn Fn(&NodeName) -> bool,
) -> Option<ScheduleSpec> {
    table.require("do", "say what is done: backups, databases, drill, sweep, deployments, prune-backups, certificates, prune-images or command");
    let work = table.choice("do", &WORDS);
    if let (Some(name), Some(work)) = (&name, work)
        && let Some(kept) = kept_for(name)
        && kept != work
    {
        table.error(
            "name",
            format!("is kept for do = \"{name}\"; choose another"),
        );
    }
    if name
        .as_ref()
        .is_some_and(|name| name.as_str() == Work::Health.word())
    {
        table.error("name", "is kept for the visits to sites; choose another");
    }
    let enabled = table.boolean("enabled").unwrap_or(true);
    let rule = read_rule(&mut table, enabled);
    let nodes = read_nodes(&mut table, known);
    let command = read_words(&mut table, "command");
    if !matches!(work, None | Some(Do::Command)) && table.has("command") {
        table.error("command", "belongs to do = \"command\" alone");
    }
    if !matches!(work, None | Some(Do::Command | Do::PruneImages)) && table.has("nodes") {
        table.error(
            "nodes",
            "belongs to do = \"command\" and do = \"prune-images\" alone",
        );
    }
    if work == Some(Do::Command) {
        table.require(
            "command",
            "write the program and its arguments, such as [\"apt-get\", \"update\"]",
        );
        table.require("nodes", "say on which nodes, such as [\"web-1\"]");
        if nodes.is_empty() && table.has("nodes") {
            table.error("nodes", "names no node that can be used");
        }
    }
    if !table.finish() {
        return None;
    }
    let work = match work? {
        Do::Backups => Work::Backups,
        Do::Databases => Work::Databases,
        Do::Drill => Work::Drill,
        Do::Sweep => Work::Sweep,
        Do::Deployments => Work::Deployments,
        Do::PruneBackups => Work::PruneBackups,
        Do::Certificates => Work::Certificates,
        Do::PruneImages => Work::PruneImages { nodes },
        Do::Command => Work::Command { nodes, command },
    };
    let name = name?;
    Some(ScheduleSpec { name, work, rule })
}

/// When it is; `None` when it is turned off or cannot be used.
fn read_rule(table: &mut Fields<'_>, enabled: bool) -> Option<Rule> {
    let every = table.span("every", EVERY);
    let cron = table.parsed("cron", Cron::new);
    let zone = table.text("timezone");
    match (table.has("every"), table.has("cron")) {
        (true, true) => table.error("cron", "stands beside every; keep one"),
        (false, false) if enabled => table.error(
            "",
            "says no time; write every = \"24h\" or cron = \"0 3 * * *\"",
        ),
        (true, false) if zone.is_some() => {
            table.error("timezone", "belongs to cron alone; take it out");
        }
        _ => {}
    }
    let cron = match (cron, zone) {
        (Some(cron), Some(zone)) => match cron.in_zone(&zone) {
            Ok(cron) => Some(cron),
            Err(error) => {
                table.error("timezone", error.to_string());
                None
            }
        },
        (cron, _) => cron,
    };
    let jitter = table.span("jitter", JITTER).unwrap_or(Span::ZERO);
    let missed = table.choice("missed", &[("once", Missed::Once), ("skip", Missed::Skip)]);
    let when = every
        .map(When::Every)
        .or_else(|| cron.map(|cron| When::Cron(Box::new(cron))))?;
    enabled.then_some(Rule {
        when,
        jitter,
        missed: missed.unwrap_or_default(),
    })
}

/// A list of texts; none when it is not there.
fn read_words(table: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    let Some(entry) = table.take(name) else {
        return Vec::new();
    };
    let DeValue::Array(items) = entry.raw() else {
        entry.wrong_type("a list of texts in quotes");
        table.mark_broken();
        return Vec::new();
    };
    let mut words = Vec::new();
    for item in items {
        let DeValue::String(text) = item.get_ref() else {
            entry.error("must be a list of texts in quotes");
            table.mark_broken();
            continue;
        };
        match showable(text) {
            Ok(_) => words.push(text.to_string()),
            Err(error) => {
                entry.error(error);
                table.mark_broken();
            }
        }
    }
    if items.is_empty() {
        entry.error("must not be empty");
        table.mark_broken();
    }
    words
}

fn read_nodes(table: &mut Fields<'_>, known: &dyn Fn(&NodeName) -> bool) -> Vec<NodeName> {
    let mut nodes = Vec::new();
    for word in read_words(table, "nodes") {
        match NodeName::new(&word) {
            Ok(node) if known(&node) => nodes.push(node),
            Ok(node) => table.error("nodes", format!("no node is called \"{node}\"")),
            Err(error) => table.error("nodes", error.to_string()),
        }
    }
    nodes
}

/// How often it is looked for backups that are due: often enough that none is late by much.
fn backups_looked_for(every: Span) -> Span {
    Span(every.0 / 24).clamp(Span::minutes(5), Span::hours(1))
}

impl Fleet {
    /// The schedules in force: those that are declared, and what is done without a word where hosting is configured. One
    /// that is declared stands in the place of what it does.
    pub fn schedules_in_force(&self) -> Vec<Schedule> {
        let declared = self.schedules.iter().filter_map(|spec| {
            Some(Schedule {
                name: spec.name.clone(),
                work: spec.work.clone(),
                rule: spec.rule.clone()?,
                declared: true,
            })
        });
        let mut all: Vec<Schedule> = declared.collect();
        let mut usual = Vec::new();
        if self.hosting.is_some() {
            if let Some(backup) = &self.backup {
                let every = Rule::every(backups_looked_for(backup.every));
                usual.push((Work::Backups, every));
                usual.push((Work::Databases, Rule::every(Span::hours(24))));
                usual.push((Work::Drill, Rule::every(Span::hours(1))));
            }
            usual.push((Work::Sweep, Rule::every(Span::minutes(15))));
            usual.push((Work::Deployments, Rule::every(Span::minutes(5))));
            usual.push((Work::Health, Rule::every(VISITED_EVERY)));
            usual.push((Work::Certificates, Rule::every(Span::days(7))));
        }
        for (work, rule) in usual {
            let said = self.schedules.iter().any(|spec| spec.work == work);
            if let Ok(name) = ScheduleName::new(work.word())
                && !said
            {
                let declared = false;
                all.push(Schedule {
                    name,
                    work,
                    rule,
                    declared,
                });
            }
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }
}

/// What the name is kept for: what is done without a word is called by what it does.
fn kept_for(name: &ScheduleName) -> Option<Do> {
    WORDS
        .into_iter()
        .find(|(word, work)| *word == name.as_str() && *work != Do::Command)
        .map(|(_, work)| work)
}

#[cfg(test)]
mod tests;
