//! Statements as JSON: amounts to the cent with their currency, such as `"15.00 USD"`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use vocab::{Decimal, Money, Month, Time};
use world::World;
use world::money::{Certainty, EntryKind, Exchange, Invoice, Mismatch, Statement, Terms};
use world::query::income::Revenue;

/// What came in and what of it is left.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    pub gross: Money,
    pub refunds: Money,
    pub fees: Money,
    pub servers: Money,
    pub share: Money,
    /// Not known when a rate is missing.
    pub net: Option<Money>,
    pub margin_percent: Option<Decimal>,
    pub estimated: bool,
    /// How sure each sum is: `known`, `partly_known` or `estimated`.
    pub sources: BTreeMap<&'static str, &'static str>,
}

impl Figures {
    fn of(statement: &Statement) -> Self {
        Self {
            gross: statement.gross.rounded(),
            refunds: statement.refunds.rounded(),
            fees: statement.fees.rounded(),
            servers: statement.servers.rounded(),
            share: statement.shares.rounded(),
            net: statement.net().map(Money::rounded),
            margin_percent: statement.margin().map(|margin| margin.round_dp(2)),
            estimated: statement.estimated,
            sources: statement
                .certainty
                .iter()
                .map(|(kind, certainty)| (name(*kind), sure(*certainty)))
                .collect(),
        }
    }
}

/// The field a kind of entry is summed in.
const fn name(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Charge => "gross",
        EntryKind::Fee => "fees",
        EntryKind::Refund => "refunds",
        EntryKind::ServerCost => "servers",
        EntryKind::AffiliateShare => "share",
    }
}

const fn sure(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Known => "known",
        Certainty::Partly => "partly_known",
        Certainty::Estimated => "estimated",
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
    month: String,
    mrr: Money,
    subscribers: usize,
    past_due: Money,
    past_due_subscriptions: usize,
    /// Of the last 30 days, by Stripe's definitions.
    gained: Money,
    lost: Money,
    growth_percent: Option<Decimal>,
    churn_percent: Option<Decimal>,
    at_risk_per_hour: Money,
    paid_but_dead: Vec<String>,
    alive_but_unpaid: Vec<String>,
    /// When the payment provider was asked; null before it was.
    stripe_read: Option<String>,
    /// When the provider of servers was asked what they cost.
    prices_read: Option<String>,
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
        Self {
            from: exchange.from.to_string(),
            rate: exchange.rate,
            date: day(exchange.date),
        }
    }
}

/// A day in UTC: `2026-11-20`.
pub(super) fn day(time: Time) -> String {
    let text = time.to_string();
    text.get(..10).map(str::to_owned).unwrap_or(text)
}

impl Report {
    pub fn of(revenue: &Revenue, terms: &Terms, world: &World) -> Self {
        let income = &revenue.income;
        let recurring = &income.recurring;
        let hour = income.at_risk;
        let percent = |share: Decimal| share.round_dp(2).normalize();
        let (mut dead, mut unpaid) = (Vec::new(), Vec::new());
        for mismatch in &income.mismatches {
            match mismatch {
                Mismatch::PaidButDead { subscription, site } => dead.push(
                    site.as_ref()
                        .map_or_else(|| subscription.to_string(), ToString::to_string),
                ),
                Mismatch::AliveButUnpaid { site } => unpaid.push(site.to_string()),
            }
        }
        Self {
            sites: income.paying,
            affiliates: revenue.by_affiliate.len(),
            month: income.month.to_string(),
            mrr: recurring.mrr.rounded(),
            subscribers: recurring.subscribers,
            past_due: recurring.past_due.rounded(),
            past_due_subscriptions: recurring.past_due_count,
            gained: recurring.gained.rounded(),
            lost: recurring.lost.rounded(),
            growth_percent: recurring.growth().map(percent),
            churn_percent: recurring.churn.map(percent),
            paid_but_dead: dead,
            alive_but_unpaid: unpaid,
            stripe_read: income.read.map(|read| read.to_string()),
            prices_read: world.servers.as_ref().map(|prices| prices.read.to_string()),
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

/// A part of the whole: a server, a month.
#[derive(Debug, Serialize)]
pub(super) struct PartRow {
    #[serde(flatten)]
    pub name: BTreeMap<&'static str, String>,
    #[serde(flatten)]
    pub figures: Figures,
}

fn part(what: &'static str, name: &impl ToString, statement: &Statement) -> PartRow {
    PartRow {
        name: BTreeMap::from([(what, name.to_string())]),
        figures: Figures::of(statement),
    }
}

/// Each server, by name.
pub(super) fn nodes(revenue: &Revenue) -> Vec<PartRow> {
    let of = |(name, statement)| part("node", name, statement);
    revenue.by_node.iter().map(of).collect()
}

/// Each month, the oldest first.
pub(super) fn months(trend: &[(Month, Statement)]) -> Vec<PartRow> {
    let of = |(month, statement): &(Month, Statement)| part("month", month, statement);
    trend.iter().map(of).collect()
}

/// An invoice.
#[derive(Debug, Serialize)]
pub(super) struct InvoiceRow {
    pub date: String,
    pub id: String,
    pub number: Option<String>,
    pub site: Option<String>,
    pub affiliate: Option<String>,
    pub state: &'static str,
    pub due: Money,
    pub paid: Money,
    /// Null while no charge of it is known.
    pub fee: Option<Money>,
    pub attempts: u32,
}

/// The invoices of a month, or of all months, the newest first.
pub(super) fn invoices(world: &World, month: Option<Month>, now: Time) -> Vec<InvoiceRow> {
    let wanted = |invoice: &Invoice| month.is_none_or(|month| month == Month::of(invoice.created));
    world
        .billing
        .history(None)
        .into_iter()
        .filter(|(invoice, _)| wanted(invoice))
        .map(|(invoice, owner)| InvoiceRow {
            date: day(invoice.created),
            id: invoice.id.to_string(),
            number: invoice.number.as_ref().map(ToString::to_string),
            site: owner.site.as_ref().map(ToString::to_string),
            affiliate: owner.affiliate.as_ref().map(ToString::to_string),
            state: invoice.word(now),
            due: invoice.due.rounded(),
            paid: invoice.paid.rounded(),
            fee: world.billing.fee_of(invoice).map(Money::rounded),
            attempts: invoice.attempts,
        })
        .collect()
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
