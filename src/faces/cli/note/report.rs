//! Reports of other systems: a line of JSON becomes a note, or ends one.

use std::io::Read as _;

use serde::Deserialize;
use vocab::due::{self, Edge};
use vocab::{Bytes, Currency, Money, Text, Time};
use world::NoteRequest;
use world::priorities::ItemId;

use super::{say, write};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::Tone;

/// The largest file of reports that is read.
const LARGEST: u64 = 16 << 20;

/// A report of another system, one line of JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Report {
    pub system: Option<String>,
    pub key: Option<String>,
    pub text: String,
    pub due: Option<String>,
    pub from: Option<String>,
    pub worth: Option<String>,
    pub vip: bool,
    pub done: bool,
}

impl Report {
    /// The wish to note it; refused in words.
    pub(super) fn request(&self, context: &Context) -> std::result::Result<NoteRequest, String> {
        let now = context.watch.now();
        let zone = &context.console.zone;
        let at = |text: &Option<String>, edge| -> std::result::Result<Option<Time>, String> {
            let text = text.as_ref();
            text.map(|text| due::moment(text, edge, now, zone))
                .transpose()
        };
        if self.text.trim().is_empty() {
            return Err("it has no text: say what is to be done".to_owned());
        }
        let currency = context
            .watch
            .world()
            .terms
            .as_ref()
            .map_or(Currency::USD, world::money::Terms::currency);
        let worth = self.worth.as_deref();
        Ok(NoteRequest {
            id: self.key.as_ref().map(Text::line),
            text: Text::line(&self.text),
            due: at(&self.due, Edge::End)?,
            from: at(&self.from, Edge::Morning)?,
            worth: worth.map(|text| Money::said(text, currency)).transpose()?,
            vip: self.vip,
            system: self.system.as_deref().map(name).transpose()?,
        })
    }
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
pub(super) async fn lines(file: &str, json: bool, context: &mut Context) -> Result<Exit> {
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
    let unread = |why: String| Error::File(Text::line(format!("{file} cannot be read: {why}")));
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(LARGEST + 1).read_to_string(&mut text))
        .map_err(|error| unread(error.to_string()))?;
    if text.len() as u64 > LARGEST {
        let most = Bytes(LARGEST);
        return Err(unread(format!(
            "it has more than {most}: write it in several"
        )));
    }
    Ok(text.lines().map(str::to_owned).collect())
}

async fn take(line: &str, context: &mut Context) -> Result<ItemId> {
    let usage = |error: String| Error::Usage(Text::line(error));
    let report: Report =
        serde_json::from_str(line).map_err(|error| usage(format!("it is no report: {error}")))?;
    if !report.done {
        let request = report.request(context).map_err(usage)?;
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
