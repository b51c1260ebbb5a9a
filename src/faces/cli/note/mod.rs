//! `wheelhouse note`: what is to be done that no probe sees, from an operator or from another system.

mod report;
#[cfg(test)]
mod tests;

use serde::Serialize;
use vocab::{Money, Text};
use world::priorities::ItemId;
use world::{MarkRequest, Note, NoteRequest};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{moment, rfc3339};
use crate::print::{Cell, Table, Tone};
use crate::settle;
use report::Report;

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
        return report::lines(file, options.json, context).await;
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
    let request = report
        .request(context)
        .map_err(|error| Error::Usage(Text::line(error)))?;
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
