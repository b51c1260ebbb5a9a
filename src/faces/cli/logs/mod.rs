//! `wheelhouse logs`: lines of containers, the journal and files, of any node, merged by time.
//!
//! Flow: names → `sources` → one reader each ([`link::Watch::logs`]) → `merge` (by time, waiting a little for the slow) →
//! `filter` → `line`.

mod filter;
mod line;
mod merge;
mod moment;
mod sources;

use std::time::Duration;

use regex::Regex;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use vocab::{LogBatch, LogRequest};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::Tone;
use filter::{Filter, LevelWord};
use line::Lines;
use merge::Merge;
pub(crate) use moment::Moment;
use sources::Named;

/// So many of the newest lines are shown when nothing is said about it.
const USUAL_TAIL: u32 = 200;

/// How long a followed line waits for older ones of other sources.
const LIVE_HOLD: Duration = Duration::from_millis(250);

/// How long a line waits for sources that have not begun yet.
const FIRST_HOLD: Duration = Duration::from_secs(2);

/// How long a line waits for a source that has stopped in the middle.
const STUCK_HOLD: Duration = Duration::from_secs(10);

/// Options.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent flags of a command line"
)]
pub struct Options {
    /// A container, project/service or project; `node:unit`, `node:journal` or `node:/path`; a hosted site, or `server:journal` of its server; or a log of the fleet file
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Go on with what is written from now on
    #[arg(short, long)]
    follow: bool,
    /// So many of the newest lines of each source, or "all" [default: 200, all with --since]
    #[arg(short = 'n', long, value_name = "N", value_parser = tail)]
    tail: Option<Tail>,
    /// Only lines since then: 10m, 2h, 3d, or 2026-11-21T14:02:08Z
    #[arg(long, value_name = "WHEN")]
    since: Option<Moment>,
    /// Only lines until then
    #[arg(long, value_name = "WHEN", conflicts_with = "follow")]
    until: Option<Moment>,
    /// Only lines that match this regular expression
    #[arg(long, value_name = "REGEX")]
    grep: Option<Regex>,
    /// Only lines that do not match it
    #[arg(long, requires = "grep")]
    invert: bool,
    /// Only lines at least as grave
    #[arg(long, value_name = "LEVEL")]
    level: Option<LevelWord>,
    /// Only containers on this node
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// Show moments in UTC
    #[arg(long)]
    utc: bool,
    /// No colour, not even the lines' own
    #[arg(long)]
    no_color: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

/// How many of the newest lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    All,
    Newest(u32),
}

fn tail(text: &str) -> std::result::Result<Tail, String> {
    match text {
        "all" => Ok(Tail::All),
        number => number
            .parse()
            .map(Tail::Newest)
            .map_err(|_| "a number of lines, or \"all\"".to_owned()),
    }
}

/// Resolves the names, reads, merges and prints until the sources end or an interrupt comes.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let named = sources::resolve(
        &options.names,
        options.node.as_deref(),
        options.follow,
        context,
    )
    .await?;
    if options.no_color {
        context.console.out.without_colour();
    }
    let mut lines = Lines::new(&named, options.json, options.utc, &context.console.zone);
    let filter = Filter::new(options.grep.clone(), options.invert, options.level);
    let readers = named
        .iter()
        .map(|named| {
            context
                .watch
                .logs(request(options, named, context.watch.now()))
        })
        .collect();
    let holds = if options.follow {
        LIVE_HOLD
    } else {
        STUCK_HOLD
    };
    let Context {
        console,
        interrupts,
        ..
    } = context;
    let reading = read(
        readers,
        Merge::new(named.len(), holds),
        &filter,
        &mut lines,
        console,
    );
    interrupts.guard(reading).await?;
    if !options.follow && lines.printed() == 0 && !options.json {
        console.err.say(Tone::Dim, "no line matches")?;
    }
    if !options.follow && lines.only_gaps() {
        return Ok(Exit::NotFound);
    }
    Ok(Exit::Fine)
}

fn request(options: &Options, named: &Named, now: vocab::Time) -> LogRequest {
    let tail = match options.tail {
        Some(Tail::All) => None,
        Some(Tail::Newest(number)) => Some(number),
        None if options.since.is_some() || options.until.is_some() => None,
        None => Some(USUAL_TAIL),
    };
    LogRequest {
        source: named.source.clone(),
        tail,
        since: options.since.map(|moment| moment.at(now)),
        until: options.until.map(|moment| moment.at(now)),
        follow: options.follow,
    }
}

/// A batch of one source; `None` when it has ended.
type Arrival = (usize, Option<LogBatch>);

async fn read(
    readers: Vec<mpsc::Receiver<LogBatch>>,
    mut merge: Merge,
    filter: &Filter,
    lines: &mut Lines,
    console: &mut crate::print::Console,
) -> Result<()> {
    let (arrivals, mut arrived) = mpsc::channel::<Arrival>(readers.len().max(1) * 4);
    for (index, mut reader) in readers.into_iter().enumerate() {
        let arrivals = arrivals.clone();
        tokio::spawn(async move {
            while let Some(batch) = reader.recv().await {
                if arrivals.send((index, Some(batch))).await.is_err() {
                    return;
                }
            }
            // Nobody listens any more when this fails.
            drop(arrivals.send((index, None)).await);
        });
    }
    drop(arrivals);
    loop {
        while let Some((index, item)) = merge.next(Instant::now()) {
            if filter.lets_through(&item) {
                lines.print(index, &item, &mut console.out)?;
            }
        }
        console.out.flush()?;
        if merge.is_over() {
            return Ok(());
        }
        let due = merge.due().unwrap_or_else(|| Instant::now() + STUCK_HOLD);
        tokio::select! {
            arrival = arrived.recv() => match arrival {
                Some((index, Some(batch))) => merge.push(index, batch, Instant::now()),
                Some((index, None)) => merge.end(index),
                None => return Err(Error::Ended),
            },
            () = sleep_until(due) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{said, scene};

    #[tokio::test(start_paused = true)]
    async fn several_sources_are_merged_by_time() {
        let told = said(&["logs", "acme/app", "db-1/caddy", "--utc"], scene()).await;
        assert_eq!(told.exit, Exit::Fine);
        insta::assert_snapshot!("logs", told.all());
        insta::assert_snapshot!(
            "logs_json",
            said(&["logs", "acme/app", "db-1/caddy", "--json"], scene())
                .await
                .all()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn filters_and_requests() {
        let lines = async |words: &[&str]| {
            let told = said(&[&["logs", "acme/app", "--json"], words].concat(), scene()).await;
            told.out
                .lines()
                .filter(|line| line.contains("\"text\""))
                .count()
        };
        assert_eq!(lines(&[]).await, 4);
        assert_eq!(lines(&["--grep", "GET /[a-z]"]).await, 2);
        assert_eq!(lines(&["--grep", "GET /[a-z]", "--invert"]).await, 2);
        assert_eq!(lines(&["--level", "warn"]).await, 1);
        assert_eq!(lines(&["--tail", "1"]).await, 1);
        assert_eq!(lines(&["--since", "3s"]).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_says_why() {
        assert_eq!(
            said(&["logs", "nowhere"], scene()).await.exit,
            Exit::NotFound
        );
        assert_eq!(said(&["logs", "caddy"], scene()).await.exit, Exit::Usage);
        let down = said(&["logs", "edge-1:journal"], scene()).await;
        assert_eq!(
            (down.exit, down.err.as_str()),
            (
                Exit::Unreachable,
                "error: edge-1 does not answer: no answer within 5 s\n"
            )
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_interrupt_ends_following() {
        let mut scene = scene();
        scene.interrupt_after(Duration::from_secs(30));
        let told = said(&["logs", "-f", "acme/app", "--json"], scene).await;
        assert_eq!(told.exit, Exit::Interrupted);
        assert_eq!(
            told.out.lines().count(),
            5,
            "all lines and the gap were printed before"
        );
    }
}
