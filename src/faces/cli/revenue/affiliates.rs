//! `wheelhouse affiliates`: who runs sites here, with how many, and what is theirs.

use std::collections::BTreeMap;

use serde::Serialize;
use vocab::{AffiliateName, Decimal, Money};
use world::World;
use world::money::Statement;

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::{Cell, Table, Tone};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An affiliate, declared or found in the books.
#[derive(Debug, Default, Serialize)]
struct Row {
    affiliate: String,
    /// Whether the fleet file names it.
    declared: bool,
    /// Where its sites stand unless a site says otherwise.
    region: Option<String>,
    email: Option<String>,
    /// Its hundredths of the price.
    share_percent: Option<Decimal>,
    /// All its sites.
    sites: usize,
    /// Those that are paid for.
    paying: usize,
    /// What is its own, a month.
    share: Option<Money>,
}

/// Prints them, by name.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    super::settle_billing(context).await?;
    // Without hosting in the fleet file none is declared; the books may still know some.
    let declared = context.affiliates.clone();
    let (world, now) = (context.watch.world(), context.watch.now());
    let mut rows = booked(world);
    for spec in declared {
        let row = rows.entry(spec.name).or_default();
        row.declared = true;
        row.region = Some(spec.region.to_string());
        row.email = spec.email.map(|email| email.to_string());
        row.share_percent = spec.share;
    }
    let money = match world::query::revenue(world, now) {
        Some(Ok(revenue)) => revenue.by_affiliate,
        _ => BTreeMap::new(),
    };
    for (name, row) in &mut rows {
        row.affiliate = name.to_string();
        let own = world.terms.as_ref().map(|terms| {
            let own = terms.shares.get(name).copied();
            own.unwrap_or(terms.affiliate_share)
        });
        row.share_percent = row.share_percent.or(own);
        let statement: Option<&(usize, Statement)> = money.get(name);
        row.paying = statement.map_or(0, |(paying, _)| *paying);
        row.share = statement.map(|(_, statement)| statement.shares.rounded());
    }
    let rows: Vec<Row> = rows.into_values().collect();
    let out = &mut context.console.out;
    if options.json {
        out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        out.say(
            Tone::Dim,
            "no affiliates: declare some in the fleet file, as [[affiliates]] with a name and a region",
        )?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["AFFILIATE", "SITES", "PAYING", "SHARE", "A MONTH", "REGION"]);
    for row in rows {
        let percent = row
            .share_percent
            .map(|share| format!("{} %", share.normalize()));
        table.row(vec![
            Cell::of(&row.affiliate),
            Cell::figure(Some(row.sites)),
            Cell::figure(Some(row.paying)),
            Cell::figure(percent),
            Cell::figure(row.share),
            Cell::of(row.region.as_deref().unwrap_or("not declared")),
        ]);
    }
    table.print(out, 0)?;
    Ok(Exit::Fine)
}

/// The affiliates of the books, each with how many sites it has.
fn booked(world: &World) -> BTreeMap<AffiliateName, Row> {
    let mut rows: BTreeMap<AffiliateName, Row> = BTreeMap::new();
    for site in world.sites.values() {
        rows.entry(site.affiliate.clone()).or_default().sites += 1;
    }
    rows
}
