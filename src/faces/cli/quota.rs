//! `wheelhouse quota`: what is left of the providers' quotas, as their answers said it last.

use serde::Serialize;
use vocab::{Provider, Time};
use world::{Quota, World};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::{Cell, Table, Tone};
use crate::settle;

/// What the help says besides.
pub const HELP: &str = "The figures are those of the providers' last answers, kept from command to command, and what has \
refilled since; others who use the same tokens may have used more. Nothing is asked for them. Exit status 1 when 80 % of a \
quota is used or a provider is not asked.";

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A provider's quota.
#[derive(Debug, Serialize)]
struct Row {
    provider: &'static str,
    /// Requests of a full quota; null before the provider was ever asked, as all that follows.
    limit: Option<u32>,
    used: Option<u32>,
    left: Option<u32>,
    used_percent: Option<u32>,
    /// When all is there again.
    full_at: Option<String>,
    full_in_seconds: Option<i64>,
    /// Whether the provider said so, or this console counted.
    source: Option<&'static str>,
    /// `closed` while it is asked, `open` while it fails again and again, `waiting` while it takes no requests.
    breaker: &'static str,
    asked_again_at: Option<String>,
    /// When the provider last answered.
    at: Option<String>,
    age_seconds: Option<i64>,
    /// Whether 80 % or more is used.
    signal: bool,
}

impl Row {
    fn of(provider: Provider, quota: Option<&Quota>, now: Time) -> Self {
        let closed = quota.and_then(|quota| quota.closed(now));
        Self {
            provider: provider.word(),
            limit: quota.map(|quota| quota.limit),
            used: quota.map(|quota| quota.used(now)),
            left: quota.map(|quota| quota.left(now)),
            used_percent: quota.map(|quota| quota.used_percent(now)),
            full_at: quota.map(|quota| quota.full_at.max(quota.at).to_string()),
            full_in_seconds: quota.map(|quota| quota.refill(now).as_seconds()),
            source: quota.map(|quota| if quota.said { "provider" } else { "counted" }),
            breaker: match (closed, quota) {
                (Some(_), Some(quota)) if quota.failing => "open",
                (Some(_), _) => "waiting",
                (None, _) => "closed",
            },
            asked_again_at: closed.map(|until| until.to_string()),
            at: quota.map(|quota| quota.at.to_string()),
            age_seconds: quota.map(|quota| now.since(quota.at).as_seconds()),
            signal: quota.is_some_and(|quota| quota.is_scarce(now)),
        }
    }
}

/// Prints them.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if context.watch.world().quotas.is_empty() {
        if !context.providers {
            return Err(Error::NotFound(
                "no providers: write [providers.hetzner], [providers.cloudflare] and [providers.stripe] into the fleet file".into(),
            ));
        }
        // Before the first answer of all there is nothing to tell; it is on its way.
        let said = |world: &World, _: Time| {
            [Provider::Hetzner, Provider::Stripe]
                .iter()
                .all(|provider| world.quotas.contains_key(provider))
        };
        settle::until(context.watch.as_mut(), settle::GLANCE, said).await?;
    }
    let (world, now) = (context.watch.world(), context.watch.now());
    let quotas = &world.quotas;
    let rows = Provider::ALL.map(|provider| Row::of(provider, quotas.get(&provider), now));
    let short = rows.iter().any(|row| row.signal || row.breaker != "closed");
    let out = &mut context.console.out;
    if options.json {
        out.json(&rows)?;
        return Ok(exit(short));
    }
    let mut table = Table::new(&[
        "PROVIDER", "LIMIT", "USED", "LEFT", "USED %", "FULL IN", "BREAKER", "SAID BY", "AGE",
    ]);
    for (provider, row) in Provider::ALL.into_iter().zip(&rows) {
        let quota = quotas.get(&provider);
        let tone = if row.signal { Tone::Bad } else { Tone::Plain };
        table.row(vec![
            Cell::of(row.provider),
            Cell::figure(row.limit),
            Cell::figure(row.used),
            Cell::figure(row.left),
            Cell::figure(row.used_percent).tone(tone),
            Cell::figure(quota.map(|quota| match quota.refill(now) {
                refill if refill.0 <= 0 => "full".to_owned(),
                refill => refill.to_string(),
            })),
            match row.breaker {
                "closed" => Cell::of("closed"),
                other => Cell::of(other).tone(Tone::Bad),
            },
            Cell::of(row.source.unwrap_or("not asked yet")),
            Cell::figure(quota.map(|quota| now.since(quota.at))),
        ]);
    }
    table.print(out, 0)?;
    Ok(exit(short))
}

const fn exit(short: bool) -> Exit {
    if short { Exit::Wrong } else { Exit::Fine }
}
