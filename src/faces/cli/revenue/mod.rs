//! `wheelhouse revenue` and `affiliates`: what the sites bring in a month, and what of it is left.

mod affiliates;
mod figures;
mod tables;

use clap::ValueEnum;
use vocab::{Month, Provider, Span, Text, Time};
use world::World;
use world::money::{Statement, Terms};
use world::query::income::{Revenue, csv};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::settle;

pub use affiliates::Options as AffiliatesOptions;
pub(crate) use affiliates::run as affiliates;
use figures::Report;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A row for each of these
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Another month than the present one, in UTC: year and month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    month: Option<Month>,
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
    /// Each server
    Node,
    /// Each of the last twelve months
    Month,
    /// Each invoice: date, amount, fee, state
    Invoice,
}

/// So many months are a year's course.
const MONTHS: u32 = 12;

/// The terms, the revenue of a month and its course; an error in words where there is none.
struct Reckoned<'a> {
    terms: &'a Terms,
    revenue: Revenue,
    trend: Vec<(Month, Statement)>,
}

fn reckoned(world: &World, month: Option<Month>, now: Time) -> Result<Reckoned<'_>> {
    let Some(terms) = &world.terms else {
        return Err(Error::NotFound(
            "nothing is sold here: write [hosting] with a price into the fleet file".into(),
        ));
    };
    let month = month.unwrap_or_else(|| Month::of(now));
    let revenue = world::query::revenue_of(world, month, now);
    let trend = world::query::trend(world, now, MONTHS);
    match (revenue, trend) {
        (Some(Ok(revenue)), Some(Ok(trend))) => Ok(Reckoned {
            terms,
            revenue,
            trend,
        }),
        (Some(Err(error)), _) | (_, Some(Err(error))) => Err(Error::Usage(Text::line(format!(
            "the revenue cannot be reckoned: {error}; give [hosting] an exchange for it"
        )))),
        (None, _) | (_, None) => Err(Error::NotFound(
            "no sites yet: `wheelhouse deploy DOMAIN PATH --affiliate NAME` makes one".into(),
        )),
    }
}

/// Younger than this the payment provider's word is not waited for.
const YOUNG: Span = Span::seconds(54);

/// Waits a moment for the payment provider's word, where there is one to ask and what is known of it is old.
pub(crate) async fn settle_billing(context: &mut Context) -> Result<()> {
    if !context.providers {
        return Ok(());
    }
    let said = |world: &World, now: Time| {
        let read = world.billing.read;
        let young = read.is_some_and(|read| now.since(read) < YOUNG);
        young || world.unread.contains_key(&Provider::Stripe)
    };
    settle::until(context.watch.as_mut(), settle::GLANCE, said).await?;
    Ok(())
}

/// Prints what the sites bring.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    settle_billing(context).await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let found = reckoned(world, options.month, now)?;
    let Reckoned {
        terms,
        revenue,
        trend,
    } = &found;
    let month = options.month;
    let out = &mut context.console.out;
    match (options.csv, options.json, options.by) {
        (true, _, None) => out.document(&csv::total(revenue))?,
        (true, _, Some(By::Site)) => out.document(&csv::sites(revenue, world))?,
        (true, _, Some(By::Affiliate)) => out.document(&csv::affiliates(revenue))?,
        (true, _, Some(By::Node)) => out.document(&csv::nodes(revenue))?,
        (true, _, Some(By::Month)) => out.document(&csv::months(trend))?,
        (true, _, Some(By::Invoice)) => out.document(&csv::invoices(world, month, now))?,
        (_, true, None) => out.json(&Report::of(revenue, terms, world))?,
        (_, true, Some(By::Site)) => out.json(&figures::sites(revenue, world))?,
        (_, true, Some(By::Affiliate)) => out.json(&figures::affiliates(revenue))?,
        (_, true, Some(By::Node)) => out.json(&figures::nodes(revenue))?,
        (_, true, Some(By::Month)) => out.json(&figures::months(trend))?,
        (_, true, Some(By::Invoice)) => out.json(&figures::invoices(world, month, now))?,
        (_, _, None) => tables::total(revenue, terms, (world, now), out)?,
        (_, _, Some(By::Site)) => tables::sites(revenue, world, out)?,
        (_, _, Some(By::Affiliate)) => tables::affiliates(revenue, out)?,
        (_, _, Some(By::Node)) => tables::parts("NODE", figures::nodes(revenue), out)?,
        (_, _, Some(By::Month)) => tables::parts("MONTH", figures::months(trend), out)?,
        (_, _, Some(By::Invoice)) => tables::invoices(world, month, now, out)?,
    }
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests;
