//! The revenue as tables for people.

use vocab::{Money, Month, Time};
use world::World;
use world::money::{EntryKind, Mismatch, Statement, Terms};
use world::query::income::Revenue;

use super::figures::{self, Figures, PartRow, day, left, less};
use crate::error::Result;
use crate::print::words::count;
use crate::print::{Cell, Pairs, Stream, Table, Tone};

/// A month of everything, and what recurs and is in danger now.
pub(super) fn total(
    revenue: &Revenue,
    terms: &Terms,
    (world, now): (&World, Time),
    out: &mut Stream,
) -> Result<()> {
    let income = &revenue.income;
    let total = &income.total;
    let sold = sold(revenue);
    let mut pairs = Pairs::default();
    let mut figure = |label: &'static str, money: Money, note: String| {
        pairs.add(label, format!("{:>10}  {note}", money.to_string()));
    };
    figure("MRR", income.recurring.mrr, recurring(revenue, &sold));
    figure(
        "charges",
        total.gross,
        sure(total, EntryKind::Charge, format!("of {}", income.month)),
    );
    if !total.refunds.amount.is_zero() {
        let note = sure(total, EntryKind::Refund, "given back".to_owned());
        figure("refunds", less(total.refunds), note);
    }
    let fees = format!(
        "{} % + {} each",
        terms.fee_percent.normalize(),
        terms.fee_fixed
    );
    let fees = match total.sure(EntryKind::Fee) {
        Some(world::money::Certainty::Known) => "what Stripe kept".to_owned(),
        _ => fees,
    };
    figure("fees", less(total.fees), sure(total, EntryKind::Fee, fees));
    figure(
        "servers",
        less(total.servers),
        sure(total, EntryKind::ServerCost, rate(terms)),
    );
    let affiliates = count(revenue.by_affiliate.len(), "affiliate");
    figure("affiliates", less(total.shares), affiliates);
    if let Some(net) = total.net() {
        let margin = total.margin().map_or_else(String::new, |margin| {
            format!("{} % of what is paid", margin.round_dp(1).normalize())
        });
        figure("net", net, margin);
    }
    if !income.recurring.past_due.amount.is_zero() {
        let late = count(income.recurring.past_due_count, "subscription");
        figure("past due", income.recurring.past_due, late);
    }
    figure(
        "at risk",
        income.at_risk,
        "an hour: paid for and down, or payment late".to_owned(),
    );
    pairs.print(out)?;
    notes(revenue, (world, now), &sold, out)
}

/// `50 sites at $15.00`.
fn sold(revenue: &Revenue) -> String {
    let income = &revenue.income;
    let price = income
        .price
        .map_or_else(String::new, |price| format!(" at {price}"));
    format!("{}{price}", count(income.paying, "site"))
}

/// What is sold, and how that moved within 30 days.
fn recurring(revenue: &Revenue, sold: &str) -> String {
    let recurring = &revenue.income.recurring;
    if revenue.income.read.is_none() {
        return sold.to_owned();
    }
    let percent = |label: &str, share: Option<vocab::Decimal>| {
        let share = share.map(|share| share.round_dp(1).normalize());
        share.map_or_else(String::new, |share| format!(", {label} {share} %"))
    };
    format!(
        "{sold}{}{} in 30 days",
        percent("growth", recurring.growth()),
        percent("churn", recurring.churn)
    )
}

/// A remark with how sure the sum is.
fn sure(total: &Statement, kind: EntryKind, note: String) -> String {
    match total.sure(kind) {
        Some(certainty) if note.is_empty() => certainty.word().to_owned(),
        Some(certainty) => format!("{note}, {}", certainty.word()),
        None => note,
    }
}

/// What the figures mean, where they are from and what does not fit.
fn notes(
    revenue: &Revenue,
    (world, now): (&World, Time),
    sold: &str,
    out: &mut Stream,
) -> Result<()> {
    let income = &revenue.income;
    let total = &income.total;
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
    for mismatch in &income.mismatches {
        let words = match mismatch {
            Mismatch::PaidButDead { subscription, site } => {
                let site = site
                    .as_ref()
                    .map_or_else(|| "no site".to_owned(), ToString::to_string);
                format!("{site} is paid for by {subscription} and not there")
            }
            Mismatch::AliveButUnpaid { site } => {
                format!("{site} is served and nobody pays for it")
            }
        };
        out.say(Tone::Warn, words)?;
    }
    if let Some((_, (since, text))) = world
        .unread
        .iter()
        .find(|(provider, _)| **provider == vocab::Provider::Stripe)
    {
        let age = now.since(*since);
        out.say(
            Tone::Warn,
            format!("Stripe cannot be read for {age}: {text}"),
        )?;
    }
    let words = match income.read {
        Some(read) => format!("Stripe was read {} ago", now.since(read)),
        None => "Stripe was not read yet".to_owned(),
    };
    let rest = if total.estimated {
        "; what providers have not said is estimated by the terms of the fleet file"
    } else {
        ""
    };
    out.say(Tone::Dim, format!("{words}{rest}"))
}

/// The rate and its day.
fn rate(terms: &Terms) -> String {
    terms.exchange.map_or_else(String::new, |exchange| {
        format!(
            "1 {} is {} {} as of {}",
            exchange.from,
            exchange.rate,
            terms.currency(),
            day(exchange.date)
        )
    })
}

/// The figures' heads, as [`cells`] fills them.
const HEADS: [&str; 6] = ["GROSS", "REFUNDS", "FEES", "SERVERS", "SHARE", "NET"];

fn cells(figures: &Figures) -> Vec<Cell> {
    let tone = match figures.net {
        Some(net) if net.is_negative() => Tone::Bad,
        _ => Tone::Plain,
    };
    vec![
        Cell::figure(Some(figures.gross)),
        Cell::figure(Some(less(figures.refunds))),
        Cell::figure(Some(less(figures.fees))),
        Cell::figure(Some(less(figures.servers))),
        Cell::figure(Some(less(figures.share))),
        Cell::figure(figures.net).tone(tone),
    ]
}

/// A row for each site, what leaves most first.
pub(super) fn sites(revenue: &Revenue, world: &World, out: &mut Stream) -> Result<()> {
    let mut table = Table::new(&[&["SITE", "AFFILIATE", "STATE"], &HEADS[..]].concat());
    let mut rows = figures::sites(revenue, world);
    rows.sort_by_key(|row| left(&row.figures));
    for row in rows {
        let begin = [
            Cell::of(&row.site),
            Cell::of(&row.affiliate),
            Cell::of(row.state),
        ];
        table.row(begin.into_iter().chain(cells(&row.figures)).collect());
    }
    table.print(out, 0)
}

/// A row for each affiliate, what leaves most first.
pub(super) fn affiliates(revenue: &Revenue, out: &mut Stream) -> Result<()> {
    let mut table = Table::new(&[&["AFFILIATE", "SITES"], &HEADS[..]].concat());
    let mut rows = figures::affiliates(revenue);
    rows.sort_by_key(|row| left(&row.figures));
    for row in rows {
        let begin = [Cell::of(&row.affiliate), Cell::figure(Some(row.sites))];
        table.row(begin.into_iter().chain(cells(&row.figures)).collect());
    }
    table.print(out, 0)
}

/// A row for each part, in the order given.
pub(super) fn parts(head: &'static str, rows: Vec<PartRow>, out: &mut Stream) -> Result<()> {
    let mut table = Table::new(&[&[head], &HEADS[..], &["SURE"]].concat());
    for row in rows {
        let name = row.name.into_values().map(|name| Cell::of(&name));
        let sure = if row.figures.sources.is_empty() {
            ""
        } else if row.figures.estimated {
            "estimated"
        } else {
            "known"
        };
        let rest = cells(&row.figures).into_iter().chain([Cell::of(sure)]);
        table.row(name.chain(rest).collect());
    }
    table.print(out, 0)
}

/// A row for each invoice, the newest first.
pub(super) fn invoices(
    world: &World,
    month: Option<Month>,
    now: Time,
    out: &mut Stream,
) -> Result<()> {
    let rows = figures::invoices(world, month, now);
    if rows.is_empty() {
        let words = match world.billing.read {
            Some(_) => "no invoices: Stripe made none for the sites",
            None => "no invoices are known: Stripe was not read yet",
        };
        return out.say(Tone::Dim, words);
    }
    let heads = [
        "DATE",
        "INVOICE",
        "SITE",
        "AFFILIATE",
        "DUE",
        "PAID",
        "FEE",
        "STATE",
    ];
    let mut table = Table::new(&heads);
    for row in rows {
        let tone = match row.state {
            "paid" | "void" | "draft" | "open" => Tone::Plain,
            _ => Tone::Bad,
        };
        table.row(vec![
            Cell::of(&row.date),
            Cell::of(row.number.as_ref().unwrap_or(&row.id)),
            Cell::of(row.site.as_deref().unwrap_or("–")),
            Cell::of(row.affiliate.as_deref().unwrap_or("–")),
            Cell::figure(Some(row.due)),
            Cell::figure(Some(row.paid)),
            Cell::figure(row.fee),
            Cell::of(row.state).tone(tone),
        ]);
    }
    table.print(out, 0)
}
