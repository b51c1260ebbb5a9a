//! Money: what recurs, what of it is left, what is in danger, what is late.

use ui::{Role, Seen, Sign};
use vocab::Money;
use world::query::{Income, income};

use super::{Figure, Row, Sheet};

/// The figures, where anything is sold and every rate is known.
pub(super) fn known(seen: Seen<'_>) -> Option<Income> {
    income(seen.world, seen.now)?.ok()
}

pub(super) fn sheet(seen: Seen<'_>) -> Sheet {
    let Some(income) = known(seen) else {
        return Sheet::default();
    };
    let mut rows = vec![
        row("MRR", income.recurring.mrr, Role::Money, String::new()),
        match income.total.net() {
            Some(net) if net.rounded().is_negative() => {
                row("net", net, Role::Bad, "a month".to_owned())
            }
            Some(net) => row("net", net, Role::Money, "a month".to_owned()),
            None => unknown("net"),
        },
    ];
    for (name, money, words) in [
        ("at risk", income.at_risk, "an hour: down or past due"),
        (
            "past due",
            income.recurring.past_due,
            "invoices that were not paid",
        ),
    ] {
        let role = if money.amount.is_zero() {
            Role::Ok
        } else {
            Role::Bad
        };
        rows.push(row(name, money, role, words.to_owned()));
    }
    Sheet {
        rows,
        ..Sheet::default()
    }
}

fn row(name: &str, money: Money, role: Role, detail: String) -> Row {
    let glyph = match role {
        Role::Bad => "▲",
        _ => "●",
    };
    Row {
        sign: Sign {
            glyph,
            word: "money",
            role,
        },
        name: name.to_owned(),
        aside: String::new(),
        figures: vec![Figure::new(money.to_string(), role)],
        detail,
    }
}

fn unknown(name: &str) -> Row {
    Row {
        sign: Sign::UNKNOWN,
        name: name.to_owned(),
        aside: String::new(),
        figures: vec![Figure::none()],
        detail: "a rate is missing: give [hosting] an exchange".to_owned(),
    }
}

/// What an hour is in danger, when anything is: `$0.06/h`.
pub fn at_risk(seen: Seen<'_>) -> Option<String> {
    let income = known(seen)?;
    let danger = !income.at_risk.amount.is_zero();
    danger.then(|| format!("{}/h", income.at_risk))
}
