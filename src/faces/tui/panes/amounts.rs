//! Amounts of money as the panes of sites and revenue show them.

use ratatui::text::Span as Ink;
use ui::widgets::figures::NONE;
use ui::{Role, Styles};
use vocab::{Decimal, Money, Time};
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
