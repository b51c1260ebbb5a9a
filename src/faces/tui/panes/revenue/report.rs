//! The figures of all sites together, and of each affiliate.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::text::wrap;
use ui::{Look, Role, Seen};
use vocab::{AffiliateName, Money};
use world::money::Statement;
use world::query::income::Revenue;

use super::super::amounts::{fee, less, margin, net, percent, rate};
use crate::words::count;

/// One figure with its remark.
pub struct Row {
    /// What it is.
    pub label: &'static str,
    /// The amount.
    pub amount: String,
    /// Where it comes from.
    pub note: String,
    role: Role,
}

/// The figures, top down: what comes in, what goes, what is left.
pub fn rows(revenue: &Revenue, seen: Seen<'_>) -> Vec<Row> {
    let income = &revenue.income;
    let total = &income.total;
    let Some(terms) = &seen.world.terms else {
        return Vec::new();
    };
    let row = |label, amount: String, note: String, role| Row {
        label,
        amount,
        note,
        role,
    };
    let price = income
        .price
        .map_or_else(String::new, |price| format!(" at {price}"));
    let unsold = match seen.world.sites.len().saturating_sub(income.paying) {
        0 => String::new(),
        unsold => format!(", {unsold} unpaid"),
    };
    let paid = format!("{}{price}{unsold}", count(income.paying, "site"));
    let shares = if terms.shares.is_empty() {
        percent(terms.affiliate_share)
    } else {
        format!("{} or their own", percent(terms.affiliate_share))
    };
    let estimated = if total.estimated { ", estimated" } else { "" };
    let servers = rate(terms).unwrap_or_else(|| format!("{} each", terms.server_cost));
    let (left, role) = match total.net() {
        Some(left) if left.rounded().is_negative() => (left.to_string(), Role::Bad),
        Some(left) => (left.to_string(), Role::Money),
        None => ("--".to_owned(), Role::Stale),
    };
    let risk = income.at_risk;
    let danger = if risk.amount.is_zero() {
        Role::Text
    } else {
        Role::Bad
    };
    vec![
        row("MRR", total.gross.to_string(), paid, Role::Money),
        row(
            "Stripe fees",
            less(total.fees).to_string(),
            format!("{}{estimated}", fee(terms)),
            Role::Text,
        ),
        row(
            "servers",
            less(total.servers).to_string(),
            servers,
            Role::Text,
        ),
        row(
            "affiliates",
            less(total.shares).to_string(),
            format!(
                "{shares}, {}",
                count(revenue.by_affiliate.len(), "affiliate")
            ),
            Role::Text,
        ),
        row("net", left, margin(total), role),
        row(
            "at risk",
            risk.to_string(),
            "an hour: paid for and down".to_owned(),
            danger,
        ),
    ]
}

/// The figures as lines, and the true margin in a sentence, within so many cells.
pub fn lines(
    revenue: &Revenue,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines: Vec<Line<'static>> = rows(revenue, seen)
        .into_iter()
        .map(|row| {
            let amount = format!("{:>11}", row.amount);
            Line::from(vec![
                styles.ink(Role::Dim, format!("{:<12}", row.label)),
                if row.role == Role::Money {
                    styles.bold(row.role, amount)
                } else {
                    styles.ink(row.role, amount)
                },
                styles.ink(Role::Dim, format!("  {}", row.note)),
            ])
        })
        .collect();
    if let Some(truth) = truth(revenue) {
        let truth = wrap(&truth, width);
        // The sentence takes the empty line's place where it needs two.
        if truth.len() < 2 {
            lines.push(Line::default());
        }
        lines.extend(
            truth
                .into_iter()
                .map(|part| Line::from(styles.ink(Role::Text, part))),
        );
    }
    lines
}

/// What counts, and the sentence, for where there is no room for more.
pub fn brief(
    revenue: &Revenue,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut line = Vec::new();
    for row in rows(revenue, seen) {
        if matches!(row.label, "MRR" | "net" | "at risk") {
            line.push(styles.ink(Role::Dim, format!("{} ", row.label)));
            line.push(styles.ink(row.role, row.amount));
            line.push(Ink::raw("   "));
        }
    }
    let mut lines = vec![Line::from(line)];
    let sentence = truth(revenue).map_or_else(Vec::new, |truth| wrap(&truth, width));
    lines.extend(
        sentence
            .into_iter()
            .map(|part| Line::from(styles.ink(Role::Dim, part))),
    );
    lines
}

/// What the fees make of the margin: `50 sites at $15.00: $50.00 a month before fees is really $13.25 after them`.
fn truth(revenue: &Revenue) -> Option<String> {
    let income = &revenue.income;
    let left = income.total.net()?;
    let before = left.checked_add(income.total.fees).ok()?;
    let price = income
        .price
        .map_or_else(String::new, |price| format!(" at {price}"));
    Some(format!(
        "{}{price}: {before} a month before fees is really {left} after them",
        count(income.paying, "site")
    ))
}

/// A table of the affiliates, by what they leave.
pub fn affiliates(revenue: &Revenue, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let heading = format!(
        "{:<14}{:>5}{:>11}{:>11}{:>11}{:>11}",
        "affiliate", "sites", "gross", "servers", "share", "net"
    );
    let mut rows: Vec<(&AffiliateName, &(usize, Statement))> =
        revenue.by_affiliate.iter().collect();
    rows.sort_by_key(|(_, (_, statement))| {
        let left = statement.net().map(|net| net.amount);
        std::cmp::Reverse(left)
    });
    let mut lines = vec![Line::from(styles.ink(Role::Header, heading))];
    for (name, (sites, statement)) in rows {
        let cell = |money: Money| styles.ink(Role::Text, format!("{:>11}", money.to_string()));
        let left = net(styles, statement.net());
        lines.push(Line::from(vec![
            styles.ink(
                Role::Text,
                format!("{:<14}", ui::widgets::fit(name.as_str(), 13)),
            ),
            styles.ink(Role::Dim, format!("{sites:>5}")),
            cell(statement.gross),
            cell(less(statement.servers)),
            cell(less(statement.shares)),
            Ink::styled(format!("{:>11}", left.content), left.style),
        ]));
    }
    lines
}

/// At most so many lines; the last one says how many more there are.
pub fn cut(mut lines: Vec<Line<'static>>, most: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    if lines.len() > most {
        let left = lines.len() - most.saturating_sub(1);
        lines.truncate(most.saturating_sub(1));
        lines.push(Line::from(
            look.styles.ink(Role::Dim, format!("and {left} more: ]")),
        ));
    }
    lines
}
