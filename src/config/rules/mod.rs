//! Rules: the shipped ones and the user's own above them.
//!
//! Flow: `assets/rules.toml` → the user's `rules.toml` changes fields of those by id, adds rules, switches some off →
//! [`Rule`]s with the place each stands at.

use std::ops::RangeInclusive;
use std::path::Path;

use toml::de::DeValue;
use vocab::rule::{Band, Figure, FigureUnit, Fix, Kind, Level, Rule, Severity, Test};
use vocab::{Span, Text};

use crate::diagnostic::Report;
use crate::reader::{Document, Entry, Fields, file};
use crate::shipped;

/// How long a rule may hold back or calm down.
const WAITS: RangeInclusive<Span> = Span::ZERO..=Span::days(30);

/// A signal is over when it was right for so long, unless its rule says otherwise.
const CALM: Span = Span::minutes(1);

/// The rules that come inside the program.
pub fn shipped() -> Vec<Rule> {
    let mut report = Report::default();
    let mut rules = Vec::new();
    if let Some(document) = Document::parse(
        &Text::line(shipped::RULES_FILE),
        shipped::RULES,
        &mut report,
    ) {
        read(&document, &mut rules);
    }
    rules
}

/// The shipped rules with those of a file above them; a file that is not there changes nothing unless it was `named` by the
/// user. What is wrong in it is in the report, and the rest of it counts.
pub fn load(path: Option<&Path>, named: bool, report: &mut Report) -> Vec<Rule> {
    let mut rules = shipped();
    if let Some(path) = path
        && let Some(text) = file::read(path, named, report)
        && let Some(document) = Document::parse(&file::shown(path), &text, report)
    {
        read(&document, &mut rules);
        document.finish(report);
    }
    rules
}

/// Reads a file's rules into those there are.
fn read(document: &Document<'_>, rules: &mut Vec<Rule>) {
    let mut fields = document.fields();
    let mut seen: Vec<(Text, u32)> = Vec::new();
    for mut table in fields.tables("rule") {
        let line = table.line();
        table.require("id", "each rule needs a name of its own");
        let Some(id) = table.parsed("id", id) else {
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == id) {
            table.error(
                "id",
                format!("\"{id}\" is the rule in line {first} already; keep one"),
            );
            continue;
        }
        seen.push((id.clone(), line));
        let place = Text::line(format!("{}:{line}", document.file()));
        let known = rules.iter().position(|rule| rule.id == id);
        let before = known.and_then(|at| rules.get(at));
        let Some(rule) = read_rule(table, id, place, before, rules) else {
            continue;
        };
        match known.and_then(|at| rules.get_mut(at)) {
            Some(slot) => *slot = rule,
            None => rules.push(rule),
        }
    }
    fields.finish();
}

fn id(text: &str) -> Result<Text, &'static str> {
    let fine = (1..=60).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b));
    if fine {
        Ok(Text::line(text))
    } else {
        Err("must be lower-case letters, digits, '.', '-' and '_', at most 60")
    }
}

/// Reads one rule over the one it changes; `None` when it cannot be used.
fn read_rule(
    mut table: Fields<'_>,
    id: Text,
    place: Text,
    before: Option<&Rule>,
    all: &[Rule],
) -> Option<Rule> {
    let own = table.has("figure");
    if before.is_none() && !own {
        let names = all.iter().map(|rule| rule.id.as_str());
        let hint = kit::nearest::nearest(&id, names).map_or_else(
            || "one of your own needs a figure".to_owned(),
            |near| format!("did you mean \"{near}\"? One of your own needs a figure"),
        );
        table.error("id", format!("no rule is called \"{id}\": {hint}"));
        // Its fields are known all the same: no second complaint about each of them.
    }
    let figures: Vec<(&str, Figure)> = Figure::ALL.iter().map(|one| (one.word(), *one)).collect();
    let figure = table
        .choice("figure", &figures)
        .or_else(|| before.map(|rule| rule.figure));
    let bands = bands(&mut table, figure, before);
    if before.is_none() && own {
        table.require(
            "title",
            "say what the line shows, such as \"{about} is down\"",
        );
    }
    let title = table.parsed("title", title);
    let hold = table.span("hold", WAITS);
    let calm = table.span("calm", WAITS);
    let kind = table.choice("kind", &Kind::ALL.map(|kind| (kind.word(), kind)));
    let level = table.choice("level", &Level::ALL.map(|level| (level.word(), level)));
    let fix = table.take("fix").map(|entry| read_fix(&entry));
    if matches!(fix, Some(None)) {
        table.mark_broken();
    }
    let only = table.take("only").map(|entry| patterns(&entry));
    if matches!(only, Some(None)) {
        table.mark_broken();
    }
    let off = table.boolean("off");
    if !table.finish() {
        return None;
    }
    let usual = before.cloned();
    let usual = usual.as_ref();
    Some(Rule {
        id,
        figure: figure?,
        bands: bands?,
        hold: hold
            .or_else(|| usual.map(|rule| rule.hold))
            .unwrap_or_default(),
        calm: calm.or_else(|| usual.map(|rule| rule.calm)).unwrap_or(CALM),
        kind: kind
            .or_else(|| usual.map(|rule| rule.kind))
            .unwrap_or(Kind::Work),
        level: level
            .or_else(|| usual.map(|rule| rule.level))
            .unwrap_or(Level::Human),
        title: title.or_else(|| usual.map(|rule| rule.title.clone()))?,
        fix: match fix {
            Some(fix) => fix.flatten(),
            None => usual.and_then(|rule| rule.fix.clone()),
        },
        only: only
            .flatten()
            .or_else(|| usual.map(|rule| rule.only.clone()))
            .unwrap_or_default(),
        off: off
            .or_else(|| usual.map(|rule| rule.off))
            .unwrap_or_default(),
        place,
    })
}

/// The bounds: those that are given replace all there were.
fn bands(
    table: &mut Fields<'_>,
    figure: Option<Figure>,
    before: Option<&Rule>,
) -> Option<Vec<Band>> {
    let mut bands = Vec::new();
    let mut given = false;
    for severity in Severity::ALL {
        let Some(entry) = table.take(severity.word()) else {
            continue;
        };
        given = true;
        match read_test(&entry, figure) {
            Some(test) => bands.push(Band { test, severity }),
            None => table.mark_broken(),
        }
    }
    if !given {
        let known = before.map(|rule| rule.bands.clone());
        if known.is_none() && figure.is_some() {
            table.error(
                "",
                "says no bound; write critical, warning or notice = \">= 90\"",
            );
        }
        return known;
    }
    let up = bands
        .iter()
        .filter(|band| matches!(band.test, Test::AtLeast(_)));
    let count = up.count();
    if count != 0 && count != bands.len() {
        table.error(
            "",
            "its bounds lie on different sides: write >= in all of them, or <=",
        );
    }
    (!bands.is_empty()).then_some(bands)
}

fn read_test(entry: &Entry<'_>, figure: Option<Figure>) -> Option<Test> {
    let flag = figure.is_some_and(|figure| figure.unit() == FigureUnit::Flag);
    if entry.raw().as_bool() == Some(true) {
        if flag || figure.is_none() {
            return Some(Test::AtLeast(1.0));
        }
        entry.error("must say a bound, such as \">= 90\": true is for what is so or not");
        return None;
    }
    if flag {
        entry.error("must be true: this figure is so or not");
        return None;
    }
    entry.parsed(|text| {
        let (make, number): (fn(f64) -> Test, &str) = if let Some(rest) = text.strip_prefix(">=") {
            (Test::AtLeast, rest)
        } else if let Some(rest) = text.strip_prefix("<=") {
            (Test::AtMost, rest)
        } else {
            return Err("must begin with >= or <=, such as \">= 90\"");
        };
        match number.trim().parse::<f64>() {
            Ok(bound) if bound.is_finite() => Ok(make(bound)),
            _ => Err("must be >= or <= and a number, such as \">= 90\""),
        }
    })
}

fn title(text: &str) -> Result<Text, String> {
    const KNOWN: [&str; 4] = ["about", "part", "value", "words"];
    let title = Text::line(text);
    if text.trim().is_empty() || title != *text {
        return Err("must be one line that can be shown, and not empty".to_owned());
    }
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let after = &rest[at + 1..];
        let name = after.split('}').next().unwrap_or_default();
        if !KNOWN.contains(&name) || !after.contains('}') {
            let near = kit::nearest::nearest(name, KNOWN)
                .map_or_else(String::new, |near| format!("; did you mean {{{near}}}?"));
            return Err(format!(
                "nothing is called {{{name}}}: {{about}}, {{part}}, {{value}} and {{words}} are{near}"
            ));
        }
        rest = &after[name.len()..];
    }
    Ok(title)
}

/// A fix by its word or as a command; `Some(None)` is "no fix", `None` a mistake that was reported.
#[expect(
    clippy::option_option,
    reason = "no fix and a mistake are different things"
)]
fn read_fix(entry: &Entry<'_>) -> Option<Option<Fix>> {
    if entry.raw().as_bool() == Some(false) {
        return Some(None);
    }
    if entry.raw().as_table().is_none() {
        let words: Vec<(&str, usize)> = Fix::WORDS
            .iter()
            .enumerate()
            .map(|(at, (word, _))| (*word, at))
            .collect();
        let at = entry.choice(&words)?;
        return Fix::WORDS.get(at).map(|(_, fix)| Some(fix.clone()));
    }
    let mut fields = entry.fields()?;
    fields.require("command", "write the program and its arguments as a list");
    let command = fields.take("command").map(|command| words(&command));
    if matches!(command, Some(None)) {
        fields.mark_broken();
    }
    let reversible = fields.boolean("reversible").unwrap_or_default();
    if !fields.finish() {
        return None;
    }
    let command = command.flatten()?;
    Some(Some(Fix::Command {
        command,
        reversible,
    }))
}

/// A list of texts, at least one, none of them empty.
fn words(entry: &Entry<'_>) -> Option<Vec<String>> {
    let list = match entry.raw() {
        DeValue::Array(items) if !items.is_empty() => items,
        _ => {
            entry.error("must be a list of texts, at least one");
            return None;
        }
    };
    let mut found = Vec::with_capacity(list.len());
    for item in list {
        match item.get_ref().as_str() {
            Some(text) if !text.is_empty() && !text.contains('\0') => found.push(text.to_owned()),
            _ => {
                entry.error("must be a list of texts that are not empty");
                return None;
            }
        }
    }
    Some(found)
}

/// A list of patterns.
pub(crate) fn patterns(entry: &Entry<'_>) -> Option<Vec<Text>> {
    words(entry).map(|words| words.iter().map(Text::line).collect())
}

#[cfg(test)]
mod tests;
