//! Revenue as comma-separated values (RFC 4180): one row for each site or affiliate, amounts as plain decimals.

use std::fmt::Write as _;

use vocab::{Money, Month, Time};

use super::Revenue;
use crate::money::Statement;
use crate::world::World;

/// The line ends of RFC 4180.
const END: &str = "\r\n";

/// The names of the figures, as [`figures`] writes them.
const FIGURES: &str = "gross,refunds,fees,servers,share,net,currency,estimated";

/// A row for each site. Names need no quotes: their grammars have neither commas nor quotes.
pub fn sites(revenue: &Revenue, world: &World) -> String {
    let mut text = format!("site,affiliate,state,{FIGURES}{END}");
    for (domain, statement) in &revenue.by_site {
        let Some(site) = world.sites.get(domain) else {
            continue;
        };
        let begin = format!("{domain},{},{}", site.affiliate, site.state.word());
        row(&mut text, &begin, statement);
    }
    text
}

/// A row for each affiliate.
pub fn affiliates(revenue: &Revenue) -> String {
    let mut text = format!("affiliate,sites,{FIGURES}{END}");
    for (name, (count, statement)) in &revenue.by_affiliate {
        row(&mut text, &format!("{name},{count}"), statement);
    }
    text
}

/// A row for each server.
pub fn nodes(revenue: &Revenue) -> String {
    let mut text = format!("node,{FIGURES}{END}");
    for (node, statement) in &revenue.by_node {
        row(&mut text, node.as_str(), statement);
    }
    text
}

/// A row for each month.
pub fn months(trend: &[(Month, Statement)]) -> String {
    let mut text = format!("month,{FIGURES}{END}");
    for (month, statement) in trend {
        row(&mut text, &month.to_string(), statement);
    }
    text
}

/// A row for each invoice of a month, or of all months, the newest first. The number is the provider's; a fee that is not
/// known is left empty.
pub fn invoices(world: &World, month: Option<Month>, now: Time) -> String {
    let mut text = format!("date,number,site,affiliate,state,due,paid,fee,currency{END}");
    for (invoice, owner) in world.billing.history(None) {
        if month.is_some_and(|month| month != Month::of(invoice.created)) {
            continue;
        }
        let date = invoice.created.to_string();
        let plain = |money: Money| money.rounded().amount.to_string();
        let cells = [
            date.get(..10).unwrap_or(&date).to_owned(),
            quoted(invoice.number.as_ref().unwrap_or(&invoice.id)),
            owner
                .site
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            owner
                .affiliate
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            invoice.word(now).to_owned(),
            plain(invoice.due),
            plain(invoice.paid),
            world.billing.fee_of(invoice).map(plain).unwrap_or_default(),
            invoice.due.currency.to_string(),
        ];
        text.push_str(&cells.join(","));
        text.push_str(END);
    }
    text
}

/// A word of another's: in quotes where it holds what would end the cell, and never the beginning of a formula.
fn quoted(word: &str) -> String {
    let formula = word.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let lead = if formula { "'" } else { "" };
    if formula || word.contains([',', '"', '\n', '\r']) {
        format!("\"{lead}{}\"", word.replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}

/// One row of everything.
pub fn total(revenue: &Revenue) -> String {
    let mut text = format!("month,sites,{FIGURES}{END}");
    let income = &revenue.income;
    let begin = format!("{},{}", income.month, income.paying);
    row(&mut text, &begin, &income.total);
    text
}

fn row(text: &mut String, begin: &str, statement: &Statement) {
    let plain = |money: Money| money.rounded().amount.to_string();
    let figures = [
        plain(statement.gross),
        plain(statement.refunds),
        plain(statement.fees),
        plain(statement.servers),
        plain(statement.shares),
        // An amount without a rate: what is left is not known.
        statement.net().map(plain).unwrap_or_default(),
        statement.gross.currency.to_string(),
        statement.estimated.to_string(),
    ];
    // Writing to a String cannot fail.
    let _ = write!(text, "{begin},{}{END}", figures.join(","));
}
