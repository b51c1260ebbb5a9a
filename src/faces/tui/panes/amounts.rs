//! Amounts of money as the panes of sites and revenue show them.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::figures::NONE;
use ui::widgets::fit;
use ui::{Look, Role, Seen, Styles};
use vocab::{Decimal, Domain, Money, Time};
use world::money::{Statement, Terms};

/// What is left: with its sign's colour; dashes when it is not known.
pub fn net(styles: &Styles, net: Option<Money>) -> Ink<'static> {
    match net {
        Some(net) if net.rounded().is_negative() => styles.ink(Role::Bad, net.to_string()),
        Some(net) => styles.ink(Role::Money, net.to_string()),
        None => styles.ink(Role::Stale, NONE),
    }
}

/// What goes: `-$11.00`, and `$0.00` for nothing.
pub fn less(money: Money) -> Money {
    Money::new(-money.amount, money.currency)
}

/// A share in hundredths: `1.8 %`.
pub fn percent(share: Decimal) -> String {
    format!("{} %", share.round_dp(1).normalize())
}

/// A day in UTC: `2026-11-20`.
pub fn day(time: Time) -> String {
    let text = time.to_string();
    text.get(..10).map(str::to_owned).unwrap_or(text)
}

/// The rate other currencies are reckoned at: `€1.00 is $1.10 as of 2026-11-20`; `None` when none is needed.
pub fn rate(terms: &Terms) -> Option<String> {
    let exchange = terms.exchange?;
    let one = Money::new(Decimal::ONE, exchange.from);
    let here = Money::new(exchange.rate, terms.currency());
    // A rate has more digits than an amount: 1.0845 must not become 1.08.
    let here = if here.rounded().amount == here.amount {
        here.to_string()
    } else {
        format!("{} {}", exchange.rate, terms.currency())
    };
    Some(format!("{one} is {here} as of {}", day(exchange.date)))
}

/// The payment provider's terms: `2.9 % + $0.30 each`.
pub fn fee(terms: &Terms) -> String {
    format!("{} + {} each", percent(terms.fee_percent), terms.fee_fixed)
}

/// What a net is missing, where it is not known; else its part of what came in.
pub fn margin(statement: &Statement) -> String {
    match (statement.missing_rate, statement.margin()) {
        (Some(currency), _) => format!("no rate for {currency}: give [hosting] an exchange"),
        (None, Some(margin)) => format!("{} of what is paid", percent(margin)),
        (None, None) => "nothing is paid".to_owned(),
    }
}

/// A row for each invoice of a site, or of all sites, the newest first; why there is none.
pub fn invoice_lines(site: Option<&Domain>, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let billing = &seen.world.billing;
    let history = billing.history(site);
    if history.is_empty() {
        let words = match billing.read {
            Some(_) => "Stripe made no invoice yet",
            None => "Stripe was not read yet: what was billed is not known here",
        };
        return vec![Line::from(styles.ink(Role::Dim, words))];
    }
    let heading = format!(
        "{:<11}{:<14}{:<24}{:>9}{:>9}{:>8}  {}",
        "date", "invoice", "site", "due", "paid", "fee", "state"
    );
    let mut lines = vec![Line::from(styles.ink(Role::Header, heading))];
    for (invoice, owner) in history {
        let word = invoice.word(seen.now);
        let role = match word {
            "paid" => Role::Ok,
            "failed" | "past due" | "written off" => Role::Bad,
            "open" => Role::Warn,
            _ => Role::Dim,
        };
        let number = invoice.number.as_ref().unwrap_or(&invoice.id);
        let whose = owner
            .site
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let fee = billing.fee_of(invoice);
        let fee = fee.map_or_else(|| NONE.to_owned(), |fee| less(fee).to_string());
        let tried = match invoice.attempts {
            attempts @ 2.. if word == "failed" => format!(" {attempts} times"),
            _ => String::new(),
        };
        lines.push(Line::from(vec![
            styles.ink(Role::Dim, format!("{:<11}", day(invoice.created))),
            styles.ink(Role::Text, format!("{:<14}", fit(number, 13))),
            styles.ink(Role::Dim, format!("{:<24}", fit(&whose, 23))),
            styles.ink(Role::Text, format!("{:>9}", invoice.due.to_string())),
            styles.ink(Role::Text, format!("{:>9}", invoice.paid.to_string())),
            styles.ink(Role::Dim, format!("{fee:>8}")),
            styles.ink(role, format!("  {word}{tried}")),
        ]));
    }
    lines
}
