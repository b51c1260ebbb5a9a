//! Statements as JSON: amounts to the cent with their currency, such as `"15.00 USD"`.

use std::cmp::Reverse;

use serde::Serialize;
use vocab::{Decimal, Money};
use world::World;
use world::money::{Exchange, Statement, Terms};
use world::query::income::Revenue;

/// What came in and what of it is left.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    pub gross: Money,
    pub fees: Money,
    pub servers: Money,
    pub share: Money,
    /// Not known when a rate is missing.
    pub net: Option<Money>,
    pub margin_percent: Option<Decimal>,
    pub estimated: bool,
}

impl Figures {
    fn of(statement: &Statement) -> Self {
        Self {
            gross: statement.gross.rounded(),
            fees: statement.fees.rounded(),
            servers: statement.servers.rounded(),
            share: statement.shares.rounded(),
            net: statement.net().map(Money::rounded),
            margin_percent: statement.margin().map(|margin| margin.round_dp(2)),
            estimated: statement.estimated,
        }
    }
}

/// What leaves most comes first; what is not known last.
pub(super) fn left(figures: &Figures) -> Reverse<Option<Decimal>> {
    Reverse(figures.net.map(|net| net.amount))
}

/// As what goes.
pub(super) fn less(money: Money) -> Money {
    Money::new(-money.amount, money.currency)
}

/// Everything.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    sites: usize,
    affiliates: usize,
    mrr: Money,
    at_risk_per_hour: Money,
    #[serde(flatten)]
    figures: Figures,
    exchange: Option<ExchangeRow>,
}

#[derive(Debug, Serialize)]
struct ExchangeRow {
    from: String,
    rate: Decimal,
    date: String,
}

impl ExchangeRow {
    fn of(exchange: Exchange) -> Self {
        let date = exchange.date.to_string();
        Self {
            from: exchange.from.to_string(),
            rate: exchange.rate,
            date: date.get(..10).unwrap_or(&date).to_owned(),
        }
    }
}

impl Report {
    pub fn of(revenue: &Revenue, terms: &Terms) -> Self {
        let income = &revenue.income;
        let hour = income.at_risk;
        Self {
            sites: income.paying,
            affiliates: revenue.by_affiliate.len(),
            mrr: income.total.gross.rounded(),
            // A site at risk is a few cents an hour: whole cents would hide half of it.
            at_risk_per_hour: Money::new(hour.amount.round_dp(4), hour.currency),
            figures: Figures::of(&income.total),
            exchange: terms.exchange.map(ExchangeRow::of),
        }
    }
}

/// A site.
#[derive(Debug, Serialize)]
pub(super) struct SiteRow {
    pub site: String,
    pub affiliate: String,
    pub state: &'static str,
    #[serde(flatten)]
    pub figures: Figures,
}

/// Each site, by name.
pub(super) fn sites(revenue: &Revenue, world: &World) -> Vec<SiteRow> {
    let row = |(domain, statement)| {
        let site = world.sites.get(domain)?;
        Some(SiteRow {
            site: domain.to_string(),
            affiliate: site.affiliate.to_string(),
            state: site.state.word(),
            figures: Figures::of(statement),
        })
    };
    revenue.by_site.iter().filter_map(row).collect()
}

/// An affiliate.
#[derive(Debug, Serialize)]
pub(super) struct AffiliateRow {
    pub affiliate: String,
    pub sites: usize,
    #[serde(flatten)]
    pub figures: Figures,
}

/// Each affiliate with sites, by name.
pub(super) fn affiliates(revenue: &Revenue) -> Vec<AffiliateRow> {
    revenue
        .by_affiliate
        .iter()
        .map(|(name, (sites, statement))| AffiliateRow {
            affiliate: name.to_string(),
            sites: *sites,
            figures: Figures::of(statement),
        })
        .collect()
}
