//! `wheelhouse revenue` and `affiliates`: what the sites bring in a month, and what of it is left.

mod affiliates;
mod figures;

use clap::ValueEnum;
use vocab::{Money, Text, Time};
use world::World;
use world::money::Terms;
use world::query::income::{Revenue, csv};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::count;
use crate::print::{Cell, Pairs, Stream, Table, Tone};

pub use affiliates::Options as AffiliatesOptions;
pub(crate) use affiliates::run as affiliates;
use figures::{Figures, Report, left, less};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A row for each of these
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Print comma-separated values: amounts as plain decimals
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What the revenue is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Each site
    Site,
    /// Each affiliate
    Affiliate,
}

/// The revenue and the terms it is reckoned by; an error in words where there is none.
fn reckoned(world: &World, now: Time) -> Result<(&Terms, Revenue)> {
    let Some(terms) = &world.terms else {
        return Err(Error::NotFound(
            "nothing is sold here: write [hosting] with a price into the fleet file".into(),
        ));
    };
    match world::query::revenue(world, now) {
        Some(Ok(revenue)) => Ok((terms, revenue)),
        Some(Err(error)) => Err(Error::Usage(Text::line(format!(
            "the revenue cannot be reckoned: {error}; give [hosting] an exchange for it"
        )))),
        None => Err(Error::NotFound(
            "no sites yet: `wheelhouse deploy DOMAIN PATH --affiliate NAME` makes one".into(),
        )),
    }
}

/// Prints what the sites bring.
pub(crate) fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let (world, now) = (context.watch.world(), context.watch.now());
    let (terms, revenue) = reckoned(world, now)?;
    let out = &mut context.console.out;
    match (options.csv, options.json, options.by) {
        (true, _, None) => out.document(&csv::total(&revenue))?,
        (true, _, Some(By::Site)) => out.document(&csv::sites(&revenue, world))?,
        (true, _, Some(By::Affiliate)) => out.document(&csv::affiliates(&revenue))?,
        (_, true, None) => out.json(&Report::of(&revenue, terms))?,
        (_, true, Some(By::Site)) => out.json(&figures::sites(&revenue, world))?,
        (_, true, Some(By::Affiliate)) => out.json(&figures::affiliates(&revenue))?,
        (_, _, None) => print_total(&revenue, terms, out)?,
        (_, _, Some(By::Site)) => print_sites(&revenue, world, out)?,
        (_, _, Some(By::Affiliate)) => print_affiliates(&revenue, out)?,
    }
    Ok(Exit::Fine)
}

fn print_total(revenue: &Revenue, terms: &Terms, out: &mut Stream) -> Result<()> {
    let income = &revenue.income;
    let total = &income.total;
    let price = income
        .price
        .map_or_else(String::new, |price| format!(" at {price}"));
    let sold = format!("{}{price}", count(income.paying, "site"));
    let mut pairs = Pairs::default();
    let mut figure = |label: &'static str, money: Money, note: String| {
        pairs.add(label, format!("{:>10}  {note}", money.to_string()));
    };
    figure("MRR", total.gross, sold.clone());
    figure(
        "fees",
        less(total.fees),
        format!(
            "{} % + {} each",
            terms.fee_percent.normalize(),
            terms.fee_fixed
        ),
    );
    figure("servers", less(total.servers), rate(terms));
    figure(
        "affiliates",
        less(total.shares),
        count(revenue.by_affiliate.len(), "affiliate"),
    );
    if let Some(net) = total.net() {
        let margin = total.margin().map_or_else(String::new, |margin| {
            format!("{} % of what is paid", margin.round_dp(1).normalize())
        });
        figure("net", net, margin);
    }
    figure(
        "at risk",
        income.at_risk,
        "an hour, of sites that are paid for and down".to_owned(),
    );
    pairs.print(out)?;
    if let Some(currency) = total.missing_rate {
        return out.say(
            Tone::Warn,
            format!("the net is not known: no rate for {currency}; give [hosting] an exchange"),
        );
    }
    if let Some(net) = total.net()
        && let Ok(before) = net.checked_add(total.fees)
    {
        out.say(
            Tone::Plain,
            format!("{sold}: {before} a month before fees is really {net} after them"),
        )?;
    }
    if total.estimated {
        out.say(
            Tone::Dim,
            "estimated by the terms of the fleet file, where the providers have not said it",
        )?;
    }
    Ok(())
}

/// The rate and its day.
fn rate(terms: &Terms) -> String {
    terms.exchange.map_or_else(String::new, |exchange| {
        let date = exchange.date.to_string();
        format!(
            "1 {} is {} {} as of {}",
            exchange.from,
            exchange.rate,
            terms.currency(),
            date.get(..10).unwrap_or(&date)
        )
    })
}

/// The figures' heads, as [`cells`] fills them.
const HEADS: [&str; 5] = ["GROSS", "FEES", "SERVERS", "SHARE", "NET"];

fn cells(figures: &Figures) -> Vec<Cell> {
    let tone = match figures.net {
        Some(net) if net.is_negative() => Tone::Bad,
        _ => Tone::Plain,
    };
    vec![
        Cell::figure(Some(figures.gross)),
        Cell::figure(Some(less(figures.fees))),
        Cell::figure(Some(less(figures.servers))),
        Cell::figure(Some(less(figures.share))),
        Cell::figure(figures.net).tone(tone),
    ]
}

fn print_sites(revenue: &Revenue, world: &World, out: &mut Stream) -> Result<()> {
    let mut table = Table::new(&[&["SITE", "AFFILIATE", "STATE"], &HEADS[..]].concat());
    let mut rows = figures::sites(revenue, world);
    rows.sort_by_key(|row| left(&row.figures));
    for row in rows {
        let begin = [&row.site, &row.affiliate].map(Cell::of);
        let state = Cell::of(row.state);
        table.row(
            begin
                .into_iter()
                .chain([state])
                .chain(cells(&row.figures))
                .collect(),
        );
    }
    table.print(out, 0)
}

fn print_affiliates(revenue: &Revenue, out: &mut Stream) -> Result<()> {
    let mut table = Table::new(&[&["AFFILIATE", "SITES"], &HEADS[..]].concat());
    let mut rows = figures::affiliates(revenue);
    rows.sort_by_key(|row| left(&row.figures));
    for row in rows {
        let begin = [Cell::of(&row.affiliate), Cell::figure(Some(row.sites))];
        table.row(begin.into_iter().chain(cells(&row.figures)).collect());
    }
    table.print(out, 0)
}

#[cfg(test)]
mod tests;
