//! `wheelhouse audit`: who did what, when, from where, and how it ended.

use std::collections::BTreeMap;

use serde::Serialize;
use vocab::Text;
use world::AuditLine;

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::{moment, rfc3339};
use crate::print::{Cell, Table, Tone};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// At most so many of the newest lines
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// A line as JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    sequence: u64,
    at: String,
    user: &'a Text,
    face: &'static str,
    verb: &'a Text,
    subject: &'a Text,
    detail: &'a Text,
    run: Option<String>,
}

/// Reads the audit log and prints it, the newest last.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let reading = async { Ok(context.watch.audit(options.limit).await) };
    let mut lines: BTreeMap<u64, AuditLine> = context
        .interrupts
        .guard(reading)
        .await?
        .into_iter()
        .map(|line| (line.sequence, line))
        .collect();
    lines.extend(
        context
            .watch
            .world()
            .audit
            .iter()
            .map(|line| (line.sequence, line.clone())),
    );
    let left_out = lines.len().saturating_sub(options.limit);
    let console = &mut context.console;
    if options.json {
        lines
            .values()
            .skip(left_out)
            .try_for_each(|line| console.out.json_line(&row(line)))?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["NO", "WHEN", "WHO", "FROM", "WHAT", "OF WHAT", "RUN", ""]);
    for line in lines.values().skip(left_out) {
        table.row(vec![
            Cell::figure(Some(line.sequence)).tone(Tone::Dim),
            Cell::of(moment(line.at, &console.zone)),
            Cell::from(&line.by.user),
            Cell::of(line.by.face.word()),
            Cell::from(&line.verb).tone(Tone::Strong),
            Cell::from(&line.subject),
            Cell::of(line.run.map(|run| run.short()).unwrap_or_default()).tone(Tone::Dim),
            Cell::from(&line.detail).tone(Tone::Dim),
        ]);
    }
    if table.is_empty() {
        console
            .out
            .say(Tone::Plain, "the audit log is empty: nothing was done yet")?;
    } else {
        table.print(&mut console.out, 0)?;
    }
    Ok(Exit::Fine)
}

fn row(line: &AuditLine) -> Row<'_> {
    Row {
        sequence: line.sequence,
        at: rfc3339(line.at),
        user: &line.by.user,
        face: line.by.face.word(),
        verb: &line.verb,
        subject: &line.subject,
        detail: &line.detail,
        run: line.run.map(|run| run.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn the_newest_stand_last() {
        insta::assert_snapshot!("audit", said(&["audit"], scene()).await.all());
        let json = said(&["audit", "--json", "--limit", "1"], scene()).await;
        assert_eq!((json.exit, json.out.lines().count()), (Exit::Fine, 1));
        assert_eq!(json.json()["verb"], "verified");
    }
}
