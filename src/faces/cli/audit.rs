//! `wheelhouse audit`: who did what, when, from where, and how it ended; and whether that is still what was written.

use std::collections::BTreeMap;

use serde::Serialize;
use vocab::Text;
use world::{AuditCheck, AuditLine};

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
    /// Check every line against the chain of hashes instead; the exit code is 1 when a line does not fit
    #[arg(long, conflicts_with = "limit")]
    verify: bool,
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

/// What a check found, as JSON.
#[derive(Debug, Serialize)]
struct Verdict<'a> {
    /// Whether every line fits; `null` when that could not be found out.
    whole: Option<bool>,
    /// Lines that fit, from the first on.
    good: Option<u64>,
    first_bad: Option<u64>,
    what: Option<&'a Text>,
}

/// Checks the audit log, and says which line is the first that does not fit.
async fn verify(options: &Options, context: &mut Context) -> Result<Exit> {
    let checking = async { Ok(context.watch.verify_audit().await) };
    let check = context.interrupts.guard(checking).await?;
    let (exit, tone, words) = match &check {
        AuditCheck::Whole(0) => (Exit::Fine, Tone::Plain, "the audit log is empty".to_owned()),
        AuditCheck::Whole(1) => (Exit::Fine, Tone::Good, "the one line is good".to_owned()),
        AuditCheck::Whole(lines) => (
            Exit::Fine,
            Tone::Good,
            format!("all {lines} lines are good"),
        ),
        AuditCheck::Broken { line, what } => (
            Exit::Wrong,
            Tone::Bad,
            format!(
                "line {line} is the first bad one: {what}; {} before it are good",
                line - 1
            ),
        ),
        AuditCheck::Unchecked(why) => (Exit::Unknown, Tone::Bad, format!("not checked: {why}")),
    };
    let out = &mut context.console.out;
    if options.json {
        let (whole, good, first_bad, what) = match &check {
            AuditCheck::Whole(lines) => (Some(true), Some(*lines), None, None),
            AuditCheck::Broken { line, what } => {
                (Some(false), Some(line - 1), Some(*line), Some(what))
            }
            AuditCheck::Unchecked(why) => (None, None, None, Some(why)),
        };
        out.json_line(&Verdict {
            whole,
            good,
            first_bad,
            what,
        })?;
    } else {
        out.say(tone, words)?;
    }
    Ok(exit)
}

/// Reads the audit log and prints it, the newest last.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if options.verify {
        return verify(options, context).await;
    }
    let reading = async { Ok(context.watch.audit(options.limit).await?) };
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
    use world::{Refusal, RefusalKind};

    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn the_newest_stand_last() {
        insta::assert_snapshot!("audit", said(&["audit"], scene()).await.all());
        let json = said(&["audit", "--json", "--limit", "1"], scene()).await;
        assert_eq!((json.exit, json.out.lines().count()), (Exit::Fine, 1));
        assert_eq!(json.json()["verb"], "verified");
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_names_the_first_bad_line() {
        let good = said(&["audit", "--verify"], scene()).await;
        assert_eq!(good.exit, Exit::Fine);
        assert!(good.out.ends_with("lines are good\n"), "{}", good.out);

        let damaged = || {
            let mut scene = scene();
            scene.watch.check = AuditCheck::Broken {
                line: 3,
                what: "it is missing".into(),
            };
            scene
        };
        let bad = said(&["audit", "--verify"], damaged()).await;
        assert_eq!(bad.exit, Exit::Wrong);
        assert_eq!(
            bad.out,
            "line 3 is the first bad one: it is missing; 2 before it are good\n"
        );
        let json = said(&["audit", "--verify", "--json"], damaged()).await;
        assert_eq!(json.exit, Exit::Wrong);
        assert_eq!(
            json.json(),
            serde_json::json!({"whole": false, "good": 2, "first_bad": 3, "what": "it is missing"})
        );

        let mut blind = scene();
        blind.watch.check = AuditCheck::Unchecked("no store is open".into());
        let blind = said(&["audit", "--verify"], blind).await;
        assert_eq!(blind.exit, Exit::Unknown);
    }

    #[tokio::test(start_paused = true)]
    async fn a_log_that_cannot_be_read_is_not_an_empty_one() {
        for words in [
            &["audit"][..],
            &["runs"],
            &["top", "--stats"],
            &["top", "--learn"],
        ] {
            let mut scene = scene();
            let why = "the journal cannot be read: disk I/O error";
            scene.watch.unread = Some(Refusal::new(RefusalKind::Journal, why));
            let said = said(words, scene).await;
            assert_eq!(said.exit, Exit::Refused, "{words:?}");
            assert_eq!(said.out, "", "{words:?}");
            assert!(said.err.contains(why), "{words:?}: {}", said.err);
        }
    }
}
