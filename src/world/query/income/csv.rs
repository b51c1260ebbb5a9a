//! Revenue as comma-separated values (RFC 4180): one row for each site or affiliate, amounts as plain decimals.

use std::fmt::Write as _;

use vocab::Money;

use super::Revenue;
use crate::money::Statement;
use crate::world::World;

/// The line ends of RFC 4180.
const END: &str = "\r\n";

/// The names of the figures, as [`figures`] writes them.
const FIGURES: &str = "gross,fees,servers,share,net,currency,estimated";

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

/// One row of everything.
pub fn total(revenue: &Revenue) -> String {
    let mut text = format!("sites,{FIGURES}{END}");
    let income = &revenue.income;
    row(&mut text, &income.paying.to_string(), &income.total);
    text
}

fn row(text: &mut String, begin: &str, statement: &Statement) {
    let plain = |money: Money| money.rounded().amount.to_string();
    let figures = [
        plain(statement.gross),
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
