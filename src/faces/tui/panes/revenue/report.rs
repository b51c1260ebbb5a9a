//! The figures of all sites together, and of each affiliate.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::text::wrap;
use ui::widgets::{spark, spark::scale};
use ui::{Look, Role, Seen};
use vocab::{AffiliateName, Money, Month, Provider, Span};
use world::money::{Certainty, EntryKind, Mismatch, Statement, Terms};
use world::query::income::Revenue;

use super::super::amounts::{fee, less, margin, net, percent, rate};
use super::super::shared::age;
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

/// The figures, top down: what comes in, what goes, what is left, what is in danger.
pub fn rows(revenue: &Revenue, seen: Seen<'_>) -> Vec<Row> {
    let income = &revenue.income;
    let Some(terms) = &seen.world.terms else {
        return Vec::new();
    };
    let recurring = &income.recurring;
    let mut rows = vec![row("MRR", recurring.mrr, sold(revenue, seen), Role::Money)];
    rows.extend(flow(revenue, terms));
    rows.push(match income.total.net() {
        Some(left) if left.rounded().is_negative() => {
            row("net", left, margin(&income.total), Role::Bad)
        }
        Some(left) => row("net", left, margin(&income.total), Role::Money),
        None => Row {
            label: "net",
            amount: "--".to_owned(),
            note: margin(&income.total),
            role: Role::Stale,
        },
    });
    let late = count(recurring.past_due_count, "subscription");
    for (label, money, note) in [
        ("past due", recurring.past_due, late),
        (
            "at risk",
            income.at_risk,
            "an hour: down or past due".to_owned(),
        ),
    ] {
        let role = if money.amount.is_zero() {
            Role::Text
        } else {
            Role::Bad
        };
        rows.push(row(label, money, note, role));
    }
    rows
}

fn row(label: &'static str, money: Money, note: String, role: Role) -> Row {
    Row {
        label,
        amount: money.to_string(),
        note,
        role,
    }
}

/// `49 sites at $15.00, 3 unpaid, growth 6.5 % churn 2 %`.
fn sold(revenue: &Revenue, seen: Seen<'_>) -> String {
    let income = &revenue.income;
    let price = income
        .price
        .map_or_else(String::new, |price| format!(" at {price}"));
    let unsold = match seen.world.sites.len().saturating_sub(income.paying) {
        0 => String::new(),
        unsold => format!(", {unsold} unpaid"),
    };
    let recurring = &income.recurring;
    let moved = match (income.read, recurring.growth(), recurring.churn) {
        (Some(_), Some(growth), Some(churn)) => {
            format!(", growth {} churn {}", percent(growth), percent(churn))
        }
        _ => String::new(),
    };
    format!("{}{price}{unsold}{moved}", count(income.paying, "site"))
}

/// What was charged, and what of it goes, each with how sure it is.
fn flow(revenue: &Revenue, terms: &Terms) -> Vec<Row> {
    let total = &revenue.income.total;
    let sure = |kind, note: String| match total.sure(kind) {
        Some(certainty) => format!("{note}, {}", certainty.word()),
        None => note,
    };
    let shares = if terms.shares.is_empty() {
        percent(terms.affiliate_share)
    } else {
        format!("{} or their own", percent(terms.affiliate_share))
    };
    let fees = match total.sure(EntryKind::Fee) {
        Some(Certainty::Known) => "what Stripe kept".to_owned(),
        _ => fee(terms),
    };
    let servers = rate(terms).unwrap_or_else(|| format!("{} each", terms.server_cost));
    let month = format!("of {}", revenue.income.month);
    let affiliates = count(revenue.by_affiliate.len(), "affiliate");
    let mut rows = vec![
        ("charges", total.gross, sure(EntryKind::Charge, month)),
        ("Stripe fees", less(total.fees), sure(EntryKind::Fee, fees)),
        (
            "servers",
            less(total.servers),
            sure(EntryKind::ServerCost, servers),
        ),
        (
            "affiliates",
            less(total.shares),
            format!("{shares}, {affiliates}"),
        ),
    ];
    if !total.refunds.amount.is_zero() {
        let note = sure(EntryKind::Refund, "given back".to_owned());
        rows.insert(1, ("refunds", less(total.refunds), note));
    }
    rows.into_iter()
        .map(|(label, money, note)| row(label, money, note, Role::Text))
        .collect()
}

/// When the providers were read, and what does not fit: one line each.
fn remarks(revenue: &Revenue, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let income = &revenue.income;
    let styles = look.styles;
    let mut lines = Vec::new();
    for provider in [Provider::Stripe, Provider::Hetzner] {
        let read = match provider {
            Provider::Stripe => income.read,
            _ => seen.world.servers.as_ref().map(|prices| prices.read),
        };
        let failed = seen.world.unread.get(&provider);
        match (read, failed) {
            (Some(read), Some(_)) => {
                let words = format!("{provider} cannot be read: {} old", age(seen.now, read));
                lines.push(Line::from(styles.ink(Role::Warn, words)));
            }
            (None, Some((_, why))) => {
                lines.push(Line::from(styles.ink(Role::Warn, why.to_string())));
            }
            (Some(read), None) if seen.now.since(read) > OLD => {
                let words = format!("{provider} was read {} ago", age(seen.now, read));
                lines.push(Line::from(styles.ink(Role::Stale, words)));
            }
            (_, None) => {}
        }
    }
    let (mut dead, mut unpaid) = (0, 0);
    for mismatch in &income.mismatches {
        match mismatch {
            Mismatch::PaidButDead { .. } => dead += 1,
            Mismatch::AliveButUnpaid { .. } => unpaid += 1,
        }
    }
    for (number, words) in [
        (dead, "paid for and dead"),
        (unpaid, "alive and not paid for"),
    ] {
        if number > 0 {
            let words = format!("{} {words}", count(number, "site"));
            lines.push(Line::from(styles.ink(Role::Warn, words)));
        }
    }
    lines
}

/// Older than this the providers' word is said to be.
const OLD: Span = Span::hours(1);

/// So many months are a year's course.
const MONTHS: u32 = 12;

/// The course of a year, the oldest month first.
pub fn trend(seen: Seen<'_>) -> Vec<(Month, Statement)> {
    match world::query::trend(seen.world, seen.now, MONTHS) {
        Some(Ok(trend)) => trend,
        _ => Vec::new(),
    }
}

/// The course of a year in two lines: what was paid, what was left.
pub fn course(seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let trend = trend(seen);
    let line = |label: &str, role, of: &dyn Fn(&Statement) -> Option<Money>| {
        let amounts: Vec<Option<Money>> =
            trend.iter().map(|(_, statement)| of(statement)).collect();
        let columns: Vec<Option<f32>> = amounts
            .iter()
            .map(|money| money.and_then(|money| money.amount.to_string().parse().ok()))
            .map(|value: Option<f32>| value.map(|value| value.max(0.0)))
            .collect();
        let before = amounts
            .len()
            .checked_sub(2)
            .and_then(|index| amounts[index]);
        let before = before.map_or_else(|| "--".to_owned(), |money| money.to_string());
        let begun = trend
            .first()
            .map_or_else(String::new, |(month, _)| month.to_string());
        Line::from(vec![
            styles.ink(Role::Dim, format!("{label:<12}")),
            styles.ink(
                role,
                format!("{:>11}", spark(&columns, scale(&columns, 1.0))),
            ),
            styles.ink(Role::Dim, format!("  since {begun}, last month {before}")),
        ])
    };
    vec![
        line("paid", Role::Graph, &|statement| Some(statement.gross)),
        line("left", Role::Money, &|statement| statement.net()),
    ]
}

/// A table of the last twelve months, the newest first.
pub fn months(seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let heading = format!(
        "{:<9}{:>11}{:>10}{:>10}{:>11}{:>11}{:>11}  {}",
        "month", "charges", "refunds", "fees", "servers", "share", "net", "sure"
    );
    let mut lines = vec![Line::from(styles.ink(Role::Header, heading))];
    for (month, statement) in trend(seen).into_iter().rev() {
        let cell = |money: Money, width: usize| {
            styles.ink(Role::Text, format!("{:>width$}", money.to_string()))
        };
        let left = net(styles, statement.net());
        let sure = statement
            .sure(EntryKind::Charge)
            .map_or("", Certainty::word);
        lines.push(Line::from(vec![
            styles.ink(Role::Dim, format!("{month:<9}")),
            cell(statement.gross, 11),
            cell(less(statement.refunds), 10),
            cell(less(statement.fees), 10),
            cell(less(statement.servers), 11),
            cell(less(statement.shares), 11),
            Ink::styled(format!("{:>11}", left.content), left.style),
            styles.ink(Role::Dim, format!("  {sure}")),
        ]));
    }
    lines
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
    lines.extend(remarks(revenue, seen, look));
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
