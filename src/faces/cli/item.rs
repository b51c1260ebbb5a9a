//! `wheelhouse item`: one item in full with its history, and what an operator does with it.

use serde::Serialize;
use vocab::due::{self, Edge};
use vocab::{Span, Text};
use world::priorities::{Origin, Visibility, score};
use world::{Happening, Item, ItemId, Mark, MarkRequest};

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::evidence::{self, Evidence};
use crate::exit::{self, Exit};
use crate::print::words::{moment, rfc3339};
use crate::print::{Console, Pairs, Stream, Tone, piece};
use crate::{settle, status, top};

/// So much of its history is shown.
const HISTORY: usize = 50;

/// What a name of an item may be.
const HELP: &str = "ITEM is the id that `wheelhouse top` shows in its last column, the beginning of it, or a part of it that no \
other item has. An item closes by evidence only: what is still wrong 10 minutes after it was said to be done comes back.";

/// Options.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = HELP)]
pub struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Show this one in full
    #[arg(required = true)]
    item: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// It was seen: it goes below those that nobody has seen
    Ack(One),
    /// It is not to be shown until then
    Snooze(Snooze),
    /// Somebody else sees to it until then; then it comes back
    Delegate(Delegate),
    /// Write something to it
    Note(Note),
    /// It is done; what is still wrong comes back by itself
    Done(One),
    /// Take back what was said of it, but for its notes
    Clear(One),
    /// Carry out what would mend it
    #[command(after_long_help = exit::HELP)]
    Fix(Fix),
}

#[derive(Debug, clap::Args)]
struct One {
    /// The item
    item: String,
}

#[derive(Debug, clap::Args)]
struct Snooze {
    /// The item
    item: String,
    /// For how long, or until when: 4h, tomorrow, monday, 17:00; a day means nine in the morning
    #[arg(value_name = "FOR")]
    until: String,
    /// Why
    #[arg(long, default_value = "")]
    reason: String,
}

#[derive(Debug, clap::Args)]
struct Delegate {
    /// The item
    item: String,
    /// To whom
    to: String,
    /// For how long, or until when it comes back
    #[arg(long = "for", value_name = "FOR", default_value = "1d")]
    until: String,
}

#[derive(Debug, clap::Args)]
struct Note {
    /// The item
    item: String,
    /// What is to be written
    #[arg(required = true)]
    text: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Fix {
    /// The item
    item: String,
    #[command(flatten)]
    act: ActOptions,
}

/// Shows an item, or does something with it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let seen = settle::until(&mut *context.watch, settle::GLANCE, status::complete);
    context.interrupts.guard(seen).await?;
    let Some(verb) = &options.verb else {
        let given = options.item.as_deref().unwrap_or_default();
        return show(given, options.json, context).await;
    };
    let (given, request) = match verb {
        Verb::Fix(options) => return fix(options, context).await,
        Verb::Ack(one) => (&one.item, MarkRequest::Acknowledge),
        Verb::Done(one) => (&one.item, MarkRequest::Done),
        Verb::Clear(one) => (&one.item, MarkRequest::Clear),
        Verb::Note(note) => (
            &note.item,
            MarkRequest::Note(Text::line(note.text.join(" "))),
        ),
        Verb::Snooze(snooze) => (
            &snooze.item,
            MarkRequest::Snooze {
                span: until(&snooze.until, context)?,
                reason: Text::line(&snooze.reason),
            },
        ),
        Verb::Delegate(delegate) => (
            &delegate.item,
            MarkRequest::Delegate {
                to: Text::line(&delegate.to),
                span: until(&delegate.until, context)?,
            },
        ),
    };
    mark(given, request, context).await
}

/// How long it is until then.
fn until(text: &str, context: &Context) -> Result<Span> {
    let now = context.watch.now();
    let until = due::moment(text, Edge::Morning, now, &context.console.zone)
        .map_err(|error| Error::Usage(Text::line(error)))?;
    if until <= now {
        let words = format!("{text} is past: say when it comes back");
        return Err(Error::Usage(Text::line(words)));
    }
    Ok(until.since(now))
}

async fn mark(given: &str, request: MarkRequest, context: &mut Context) -> Result<Exit> {
    let command = context.command.clone().ok_or(Error::ReadOnly)?;
    let item = top::find(context.watch.world(), given, context.watch.now())?;
    let marking = async {
        command
            .mark(item.id.clone(), request)
            .await
            .map_err(Error::from)
    };
    let mark = context.interrupts.guard(marking).await?;
    let said = format!("{}: {}", item.title, words(&mark, &context.console));
    context.console.err.say(Tone::Good, said)?;
    Ok(Exit::Fine)
}

async fn fix(options: &Fix, context: &mut Context) -> Result<Exit> {
    let item = top::find(context.watch.world(), &options.item, context.watch.now())?;
    let Some(fix) = item.fix.clone() else {
        let words = format!(
            "{}: no action of this program mends that; `wheelhouse item \"{}\"` shows what is known",
            item.title, item.id
        );
        return Err(Error::NotFound(Text::line(words)));
    };
    act::change(context, fix, &options.act).await
}

/// What is so of an item by its mark.
fn words(mark: &Mark, console: &Console) -> String {
    let mut words = Vec::new();
    if let Some((_, by)) = &mark.acknowledged {
        words.push(format!("acknowledged by {by}"));
    }
    if let Some(snooze) = &mark.snoozed {
        let reason = if snooze.reason.is_empty() {
            String::new()
        } else {
            format!(" ({})", snooze.reason)
        };
        words.push(format!(
            "snoozed until {}{reason}",
            moment(snooze.until, &console.zone)
        ));
    }
    if let Some(to) = &mark.delegated {
        words.push(format!(
            "delegated to {} until {}",
            to.to,
            moment(to.until, &console.zone)
        ));
    }
    if let Some((_, by)) = &mark.done {
        words.push(format!("done by {by}"));
    }
    if !mark.notes.is_empty() {
        let many = if mark.notes.len() == 1 { "" } else { "s" };
        words.push(format!("{} note{many}", mark.notes.len()));
    }
    if words.is_empty() {
        words.push("nothing is said of it".to_owned());
    }
    words.join(", ")
}

/// An item with its history, as JSON.
#[derive(Debug, Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    item: top::Row<'a>,
    notes: Vec<NoteRow<'a>>,
    evidence: evidence::Row<'a>,
    folded: Vec<String>,
    history: Vec<HistoryRow<'a>>,
}

/// What is left of an item that is over.
#[derive(Debug, Serialize)]
struct Over<'a> {
    id: &'a Text,
    title: &'a Text,
    visibility: &'static str,
    history: Vec<HistoryRow<'a>>,
}

#[derive(Debug, Serialize)]
struct NoteRow<'a> {
    at: String,
    by: &'a Text,
    text: &'a Text,
}

#[derive(Debug, Serialize)]
struct HistoryRow<'a> {
    at: String,
    what: String,
    title: &'a Text,
}

impl<'a> HistoryRow<'a> {
    fn of(happening: &'a Happening) -> Self {
        Self {
            at: rfc3339(happening.at),
            what: happening.what.words(),
            title: &happening.title,
        }
    }
}

/// What happened to an item, the oldest first.
async fn history(id: &ItemId, context: &mut Context) -> Result<Vec<Happening>> {
    let reading = context.watch.happenings(Some(id.clone()), HISTORY);
    let mut history = context
        .interrupts
        .guard(async { Ok(reading.await?) })
        .await?;
    // What happened just now may not be written down yet.
    let here = context.watch.world().happenings.iter();
    for happening in here.filter(|happening| happening.item == *id) {
        if !history.contains(happening) {
            history.push(happening.clone());
        }
    }
    history.sort_by_key(|happening| happening.at);
    Ok(history)
}

/// An item that is on no list any more, by its whole id: what became of it; or the error that there is none.
async fn over(given: &str, json: bool, error: Error, context: &mut Context) -> Result<Exit> {
    let id = ItemId(Text::line(given.trim()));
    let history = history(&id, context).await?;
    let Some(last) = history.last() else {
        return Err(error);
    };
    if json {
        context.console.out.json(&Over {
            id: &id.0,
            title: &last.title,
            visibility: "over",
            history: history.iter().map(HistoryRow::of).collect(),
        })?;
        return Ok(Exit::Fine);
    }
    let zone = context.console.zone.clone();
    let out = &mut context.console.out;
    out.line(&[
        piece(Tone::Good, "over"),
        piece(Tone::Strong, format!("  {id}")),
    ])?;
    print_history(&history, &zone, out)?;
    Ok(Exit::Fine)
}

async fn show(given: &str, json: bool, context: &mut Context) -> Result<Exit> {
    let now = context.watch.now();
    let item = match top::find(context.watch.world(), given, now) {
        Ok(item) => item,
        Err(error) => return over(given, json, error, context).await,
    };
    let history = history(&item.id, context).await?;
    let evidence = Evidence::of(&item, context).await?;
    let folded: Vec<String> = match &item.origin {
        Origin::Signal { consequences, .. } => {
            consequences.iter().map(ToString::to_string).collect()
        }
        Origin::Note(_) => Vec::new(),
    };
    if json {
        let notes = item.mark.notes.iter();
        context.console.out.json(&Whole {
            item: top::Row::of(&item, now),
            notes: notes
                .map(|(at, by, text)| NoteRow {
                    at: rfc3339(*at),
                    by,
                    text,
                })
                .collect(),
            evidence: evidence.row(),
            folded,
            history: history.iter().map(HistoryRow::of).collect(),
        })?;
        return Ok(Exit::Fine);
    }
    print(&item, &evidence, &folded, &history, context)?;
    Ok(Exit::Fine)
}

fn print(
    item: &Item,
    evidence: &Evidence,
    folded: &[String],
    history: &[Happening],
    context: &mut Context,
) -> Result<()> {
    let now = context.watch.now();
    let console = &mut context.console;
    let marked = words(&item.mark, console);
    let zone = console.zone.clone();
    let out = &mut console.out;
    out.line(&[
        piece(top::tone(item.severity), item.severity.word()),
        piece(Tone::Strong, format!("  {}", item.title)),
    ])?;
    let mut pairs = Pairs::default();
    pairs.add("item", &item.id.0);
    if !item.detail.is_empty() {
        pairs.add("detail", &item.detail);
    }
    let age = now.since(item.since).in_seconds();
    pairs.add("since", format!("{}, for {age}", moment(item.since, &zone)));
    pairs.known("at risk", item.at_risk.map(score::per_hour));
    let place = match &item.visibility {
        Visibility::Shown => String::new(),
        other => format!(", {}", other.word()),
    };
    pairs.add("quadrant", format!("{}{place}", item.quadrant.word()));
    if !item.certain {
        pairs.toned(
            "seen",
            Tone::Warn,
            "what would tell cannot be read just now",
        );
    }
    pairs.add("said", marked);
    pairs.add(
        "fix",
        item.fix.as_ref().map_or_else(
            || "only a person can".to_owned(),
            world::priorities::fix::words,
        ),
    );
    pairs.add("by", top::by(item));
    evidence.add(&mut pairs, now);
    pairs.print(out)?;
    evidence.print(&zone, out)?;
    top::explain(item, out)?;
    for id in folded {
        out.say(Tone::Dim, format!("   explains {id}"))?;
    }
    for (at, by, text) in &item.mark.notes {
        let said = format!("   {} {by}: {text}", moment(*at, &zone));
        out.say(Tone::Plain, said)?;
    }
    print_history(history, &zone, out)
}

fn print_history(history: &[Happening], zone: &jiff::tz::TimeZone, out: &mut Stream) -> Result<()> {
    if !history.is_empty() {
        out.say(Tone::Dim, "what happened:")?;
    }
    for happening in history {
        out.line(&[
            piece(Tone::Dim, format!("  {}  ", moment(happening.at, zone))),
            piece(Tone::Plain, happening.what.words()),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{failing, said, scene, troubled};

    #[tokio::test(start_paused = true)]
    async fn shows_one_in_full() {
        let told = said(&["item", "disk.full"], troubled()).await;
        insta::assert_snapshot!("item", told.all());
        let json = said(&["item", "disk.full", "--json"], troubled()).await;
        assert_eq!(json.json()["score"]["total"], json.json()["score"]["total"]);
        assert_eq!(json.json()["fix"], "remove unused images");
    }

    #[tokio::test(start_paused = true)]
    async fn shows_how_a_service_has_answered_and_the_end_of_its_log() {
        let told = said(&["item", "service.down"], failing()).await;
        insta::assert_snapshot!("item_of_service", told.all());
        let json = said(&["item", "service.down", "--json"], failing()).await;
        let evidence = &json.json()["evidence"];
        let answers = &evidence["answers"][0];
        assert_eq!(answers["state"], "no good answer", "{evidence}");
        assert_eq!(answers["why"], "connection refused");
        assert_eq!(answers["most_milliseconds"], 40.0);
        assert_eq!(answers["points"].as_array().unwrap().len(), 4);
        assert_eq!(evidence["log"]["lines"][1]["text"], "slow query: 1.2 s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_means_one_or_is_refused_with_the_nearest() {
        let several = said(&["item", "web-1"], troubled()).await;
        assert_eq!(several.exit, Exit::Usage);
        assert!(several.err.contains("means 2 items"), "{}", several.err);
        let none = said(&["item", "disk.ful node/web-1 /vra"], troubled()).await;
        assert_eq!(none.exit, Exit::NotFound);
        assert!(
            none.err
                .contains("did you mean \"disk.full node/web-1 /var\"?"),
            "{}",
            none.err
        );
    }

    #[tokio::test(start_paused = true)]
    async fn each_verb_is_asked_of_the_engine() {
        for (words, asked) in [
            (vec!["ack", "disk.full"], "Acknowledge"),
            (vec!["done", "disk.full"], "Done"),
            (vec!["clear", "disk.full"], "Clear"),
            (
                vec!["note", "disk.full", "called", "them"],
                "Note(\"called them\")",
            ),
            (
                vec!["snooze", "disk.full", "4h", "--reason", "known"],
                "Snooze { span: Span(14400000), reason: \"known\" }",
            ),
            (
                vec!["delegate", "disk.full", "sam", "--for", "2d"],
                "Delegate { to: \"sam\", span: Span(172800000) }",
            ),
        ] {
            let scene = troubled();
            let command = scene.command.clone();
            let told = said(&[vec!["item"], words].concat(), scene).await;
            assert_eq!(told.exit, Exit::Fine, "{}", told.err);
            let wanted = format!("disk.full node/web-1 /var: {asked}");
            assert_eq!(command.asked(), [wanted]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fix_is_planned_and_run() {
        let scene = troubled().answering(&["p"]);
        let command = scene.command.clone();
        let told = said(&["item", "fix", "disk.full", "--dry-run"], scene).await;
        assert_eq!(told.exit, Exit::Fine, "{}", told.err);
        assert!(matches!(
            command.intents().as_slice(),
            [world::Intent::Prune { .. }]
        ));
        let none = said(&["item", "fix", "note"], troubled()).await;
        assert_eq!(none.exit, Exit::NotFound);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_done_in_a_read_only_session_or_for_no_time() {
        let mut only = troubled();
        only.read_only = true;
        let told = said(&["item", "ack", "disk.full"], only).await;
        assert_eq!(told.exit, Exit::Refused);
        let told = said(&["item", "snooze", "disk.full", "soon"], troubled()).await;
        assert_eq!(told.exit, Exit::Usage);
        let told = said(&["item", "ack", "nothing"], scene()).await;
        assert_eq!(told.exit, Exit::NotFound);
    }
}
