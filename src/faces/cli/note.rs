//! `wheelhouse note`: what is to be done that no probe sees, from an operator or from another system.

use std::io::Read as _;

use serde::{Deserialize, Serialize};
use vocab::due::{self, Edge};
use vocab::{Currency, Money, Text, Time};
use world::priorities::ItemId;
use world::{MarkRequest, Note, NoteRequest};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{moment, rfc3339};
use crate::print::{Cell, Table, Tone};
use crate::settle;

/// The largest file of reports that is read.
const LARGEST: u64 = 16 << 20;

const HELP: &str = "Moments are 4h, \"in 3 days\", friday, tomorrow, 17:00, 2026-11-30, \"friday 17:00\"; a day that something \
is due means its end. Other systems write one report a line: {\"system\": \"crm\", \"key\": \"deal-17\", \"text\": \"Acme renews\", \
\"due\": \"friday\", \"worth\": \"50000 USD\", \"vip\": true}; a report of the same system and key replaces the one before, and \
{\"system\": \"crm\", \"key\": \"deal-17\", \"done\": true} ends it.";

/// Options.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = HELP)]
pub struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// What is to be done
    #[arg(required_unless_present = "json_lines")]
    text: Vec<String>,
    /// By when
    #[arg(long, value_name = "WHEN")]
    due: Option<String>,
    /// Nothing can be done about it before then: until then it does not rank
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// What it is worth in all: 500, "500 EUR" [default currency: that of the fleet]
    #[arg(long, value_name = "AMOUNT")]
    worth: Option<String>,
    /// It concerns somebody of the first importance
    #[arg(long)]
    vip: bool,
    /// The system that reports it
    #[arg(long, requires = "key")]
    system: Option<String>,
    /// What tells it from the system's other reports
    #[arg(long, requires = "system")]
    key: Option<String>,
    /// Read reports from a file, or from standard input with `-`, one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "due", "from", "worth", "vip", "system", "key"])]
    json_lines: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List what is noted
    List(List),
    /// It is done
    Done(One),
    /// Remove a note
    Remove(One),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Those that are done too
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct One {
    /// The note: its id, or a part of it or of its item's that no other has
    note: String,
}

/// A report of another system, one line of JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Report {
    system: Option<String>,
    key: Option<String>,
    text: String,
    due: Option<String>,
    from: Option<String>,
    worth: Option<String>,
    vip: bool,
    done: bool,
}

/// What was written, as JSON.
#[derive(Debug, Serialize)]
struct Written {
    item: Text,
}

/// Writes, lists, ends.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    match &options.verb {
        Some(Verb::List(options)) => return list(options, context).await,
        Some(Verb::Done(one)) => return done(&one.note, context).await,
        Some(Verb::Remove(one)) => return remove(&one.note, context).await,
        None => {}
    }
    if let Some(file) = &options.json_lines {
        return lines(file, options.json, context).await;
    }
    let report = Report {
        system: options.system.clone(),
        key: options.key.clone(),
        text: options.text.join(" "),
        due: options.due.clone(),
        from: options.from.clone(),
        worth: options.worth.clone(),
        vip: options.vip,
        done: false,
    };
    let request = request(&report, context).map_err(|error| Error::Usage(Text::line(error)))?;
    let id = write(request, context).await?;
    say(&id, options.json, context)?;
    Ok(Exit::Fine)
}

fn say(id: &ItemId, json: bool, context: &mut Context) -> Result<()> {
    let out = &mut context.console.out;
    if json {
        return out.json_line(&Written { item: id.0.clone() });
    }
    out.say(Tone::Plain, &id.0)
}

async fn write(request: NoteRequest, context: &mut Context) -> Result<ItemId> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let writing = async { command.note(request).await.map_err(Error::from) };
    context.interrupts.guard(writing).await
}

fn request(report: &Report, context: &Context) -> std::result::Result<NoteRequest, String> {
    let now = context.watch.now();
    let zone = &context.console.zone;
    let at = |text: &Option<String>, edge| -> std::result::Result<Option<Time>, String> {
        let text = text.as_ref();
        text.map(|text| due::moment(text, edge, now, zone))
            .transpose()
    };
    if report.text.trim().is_empty() {
        return Err("it has no text: say what is to be done".to_owned());
    }
    let currency = context
        .watch
        .world()
        .terms
        .as_ref()
        .map_or(Currency::USD, world::money::Terms::currency);
    let worth = report.worth.as_deref();
    Ok(NoteRequest {
        id: report.key.as_ref().map(Text::line),
        text: Text::line(&report.text),
        due: at(&report.due, Edge::End)?,
        from: at(&report.from, Edge::Morning)?,
        worth: worth.map(|text| Money::said(text, currency)).transpose()?,
        vip: report.vip,
        system: report
            .system
            .as_ref()
            .map(|system| name(system))
            .transpose()?,
    })
}

/// The name of a system: a word, because it is the first word of its items' ids.
fn name(text: &str) -> std::result::Result<Text, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || text.len() > 32 || !text.chars().all(plain) || text == "note" {
        return Err(format!(
            "\"{}\" cannot be a system: write a word of letters, digits, -, _ and ., such as crm",
            Text::line(text)
        ));
    }
    Ok(Text::line(text))
}

/// Reports of other systems, one a line. A line that is wrong is told with its number; the others are written all the same.
async fn lines(file: &str, json: bool, context: &mut Context) -> Result<Exit> {
    let mut wrong = 0;
    let mut number = 0;
    let mut read = if file == "-" {
        None
    } else {
        Some(whole(file)?.into_iter())
    };
    loop {
        let line = if let Some(lines) = &mut read {
            lines.next()
        } else {
            let input = &mut context.console.input;
            let reading = async { Ok(input.line().await) };
            context.interrupts.guard(reading).await?
        };
        let Some(line) = line else { break };
        number += 1;
        if line.trim().is_empty() {
            continue;
        }
        match take(&line, context).await {
            Ok(id) => say(&id, json, context)?,
            Err(error @ (Error::Interrupted | Error::Ended | Error::ReadOnly)) => {
                return Err(error);
            }
            Err(error) => {
                wrong += 1;
                let said = format!("line {number}: {error}");
                context.console.err.say(Tone::Bad, said)?;
            }
        }
    }
    Ok(if wrong > 0 { Exit::Wrong } else { Exit::Fine })
}

fn whole(file: &str) -> Result<Vec<String>> {
    let unread =
        |error: std::io::Error| Error::File(Text::line(format!("{file} cannot be read: {error}")));
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(LARGEST).read_to_string(&mut text))
        .map_err(unread)?;
    Ok(text.lines().map(str::to_owned).collect())
}

async fn take(line: &str, context: &mut Context) -> Result<ItemId> {
    let usage = |error: String| Error::Usage(Text::line(error));
    let report: Report =
        serde_json::from_str(line).map_err(|error| usage(format!("it is no report: {error}")))?;
    if !report.done {
        let request = request(&report, context).map_err(usage)?;
        return write(request, context).await;
    }
    let (Some(system), Some(key)) = (&report.system, &report.key) else {
        return Err(usage("what is done needs its system and key".to_owned()));
    };
    let id = Text::line(format!("{system} {key}"));
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let removing = async { command.remove_note(id.clone()).await.map_err(Error::from) };
    context.interrupts.guard(removing).await?;
    Ok(ItemId(id))
}

/// The note that is meant.
fn find(given: &str, context: &Context) -> Result<Note> {
    let notes = &context.watch.world().notes;
    if let Some(note) = notes.get(given) {
        return Ok(note.clone());
    }
    let low = given.to_lowercase();
    let fits = |note: &&Note| {
        let id = ItemId::of_note(note).0.to_lowercase();
        id == low || id.contains(&low) || note.text.to_lowercase().contains(&low)
    };
    let found: Vec<&Note> = notes.values().filter(fits).collect();
    match found.as_slice() {
        [one] if !low.trim().is_empty() => Ok((*one).clone()),
        [] => {
            let ids = notes.keys().map(Text::as_str);
            let hint = kit::nearest::nearest(given, ids).map_or_else(
                || "`wheelhouse note list` lists them".to_owned(),
                |near| format!("did you mean \"{near}\"?"),
            );
            let words = format!("there is no note {given}: {hint}");
            Err(Error::NotFound(Text::line(words)))
        }
        several => {
            let words = format!("{given} means {} notes; write more of it", several.len());
            Err(Error::Usage(Text::line(words)))
        }
    }
}

async fn settled(context: &mut Context) -> Result<()> {
    // Notes are read back before the first node is known.
    let seen = settle::until(&mut *context.watch, settle::FIGURES, |world, _| {
        !world.nodes.is_empty()
    });
    context.interrupts.guard(seen).await?;
    Ok(())
}

async fn done(given: &str, context: &mut Context) -> Result<Exit> {
    settled(context).await?;
    let note = find(given, context)?;
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let id = ItemId::of_note(&note);
    let marking = async {
        command
            .mark(id, MarkRequest::Done)
            .await
            .map_err(Error::from)
    };
    context.interrupts.guard(marking).await?;
    let said = format!("done: {}", note.text);
    context.console.err.say(Tone::Good, said)?;
    Ok(Exit::Fine)
}

async fn remove(given: &str, context: &mut Context) -> Result<Exit> {
    settled(context).await?;
    let note = find(given, context)?;
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let removing = async { command.remove_note(note.id).await.map_err(Error::from) };
    context.interrupts.guard(removing).await?;
    let said = format!("removed: {}", note.text);
    context.console.err.say(Tone::Good, said)?;
    Ok(Exit::Fine)
}

/// A note as JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a Text,
    item: Text,
    text: &'a Text,
    by: &'a Text,
    system: Option<&'a Text>,
    at: String,
    due: Option<String>,
    from: Option<String>,
    worth: Option<Money>,
    vip: bool,
    done: bool,
}

async fn list(options: &List, context: &mut Context) -> Result<Exit> {
    settled(context).await?;
    let world = context.watch.world();
    let is_done = |note: &Note| {
        let mark = world.marks.get(&ItemId::of_note(note));
        mark.is_some_and(|mark| mark.done.is_some())
    };
    let mut notes: Vec<(&Note, bool)> = world
        .notes
        .values()
        .map(|note| (note, is_done(note)))
        .filter(|(_, done)| options.all || !done)
        .collect();
    notes.sort_by_key(|(note, _)| (note.due.is_none(), note.due, note.at, note.id.clone()));
    let console = &mut context.console;
    if options.json {
        let row = |(note, done): &(&'_ Note, bool)| {
            serde_json::to_value(Row {
                id: &note.id,
                item: ItemId::of_note(note).0,
                text: &note.text,
                by: &note.by,
                system: note.system.as_ref(),
                at: rfc3339(note.at),
                due: note.due.map(rfc3339),
                from: note.from.map(rfc3339),
                worth: note.worth,
                vip: note.vip,
                done: *done,
            })
        };
        let rows: std::result::Result<Vec<_>, _> = notes.iter().map(row).collect();
        console
            .out
            .json(&rows.map_err(|error| Error::Output(error.into()))?)?;
        return Ok(Exit::Fine);
    }
    if notes.is_empty() {
        let said = "nothing is noted: wheelhouse note \"call the bank\" --due friday --worth 500";
        console.out.say(Tone::Plain, said)?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["DUE", "WORTH", "WHAT", "BY", "NOTE"]);
    for (note, done) in notes {
        let tone = if done { Tone::Dim } else { Tone::Plain };
        let due = note.due.map(|due| moment(due, &console.zone));
        table.row(vec![
            Cell::of(due.unwrap_or_else(|| "-".to_owned())),
            Cell::figure(note.worth),
            Cell::from(&note.text).tone(tone),
            Cell::from(note.system.as_ref().unwrap_or(&note.by)),
            Cell::from(&note.id).tone(Tone::Dim),
        ]);
    }
    table.print(&mut console.out, 0)?;
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene, troubled};

    #[test]
    fn amounts_as_they_are_said() {
        let read = |text: &str| Money::said(text, Currency::EUR).map(|money| format!("{money:?}"));
        assert_eq!(read("500"), Ok("500 EUR".into()));
        assert_eq!(read("50,000.50"), Ok("50000.50 EUR".into()));
        assert_eq!(read("$500"), Ok("500 USD".into()));
        assert_eq!(read("500 chf"), Ok("500 CHF".into()));
        for wrong in ["", "-5", "lots", "5 DOLLARS", "$", "1e9"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_note_is_written_with_all_that_is_said_of_it() {
        let scene = scene();
        let command = scene.command.clone();
        let words = [
            "note", "call", "the", "bank", "--due", "friday", "--from", "monday", "--worth", "500",
            "--vip",
        ];
        let told = said(&words, scene).await;
        assert_eq!((told.exit, told.out.as_str()), (Exit::Fine, "note n1\n"));
        assert_eq!(
            command.asked(),
            [
                "note: call the bank, due 2026-11-27T23:59:00.000Z, from 2026-11-23T09:00:00.000Z, \
                 worth 500 USD, vip, by an operator"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn other_systems_report_line_by_line() {
        let lines = [
            r#"{"system": "crm", "key": "deal-17", "text": "Acme renews", "worth": "50000 USD"}"#,
            "",
            r#"{"system": "crm", "text": "no key"}"#,
            r#"{"system": "crm", "key": "deal-16", "done": true}"#,
            "nonsense",
            r#"{"txt": "a slip"}"#,
        ];
        let scene = scene().answering(&lines);
        let command = scene.command.clone();
        let told = said(&["note", "--json-lines", "-"], scene).await;
        assert_eq!(told.exit, Exit::Wrong, "{}", told.all());
        assert_eq!(told.out, "crm deal-17\ncrm deal-16\n");
        for line in [
            "line 3: ",
            "line 5: it is no report",
            "line 6: it is no report",
        ] {
            assert!(told.err.contains(line), "{}", told.err);
        }
        assert_eq!(
            command.asked(),
            [
                "note: Acme renews, worth 50000 USD, by crm deal-17",
                "note: no key, by crm",
                "remove note: crm deal-16"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn notes_are_listed_ended_and_removed() {
        insta::assert_snapshot!("notes", said(&["note", "list"], troubled()).await.all());
        let json = said(&["note", "list", "--json"], troubled()).await.json();
        assert_eq!(json.as_array().map(Vec::len), Some(2));
        let scene = troubled();
        let command = scene.command.clone();
        let told = said(&["note", "done", "bank"], scene).await;
        assert_eq!(told.exit, Exit::Fine, "{}", told.err);
        assert_eq!(command.asked(), ["note n7: Done"]);
        let scene = troubled();
        let command = scene.command.clone();
        said(&["note", "remove", "crm deal-17"], scene).await;
        assert_eq!(command.asked(), ["remove note: crm deal-17"]);
        let none = said(&["note", "done", "nothing"], troubled()).await;
        assert_eq!(none.exit, Exit::NotFound);
    }

    #[tokio::test(start_paused = true)]
    async fn what_makes_no_sense_is_said_how_to_mend() {
        for (words, hint) in [
            (vec!["note", "x", "--due", "soon"], "write a span"),
            (vec!["note", "x", "--worth", "lots"], "write 500"),
            (
                vec!["note", "x", "--system", "a b", "--key", "1"],
                "write a word",
            ),
        ] {
            let told = said(&words, scene()).await;
            assert_eq!(told.exit, Exit::Usage);
            assert!(told.err.contains(hint), "{}", told.err);
        }
    }
}
