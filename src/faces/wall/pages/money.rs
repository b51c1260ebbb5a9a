//! Money: what recurs, what of it is left, what is in danger, what is late.

use std::sync::Arc;

use ui::{Role, Seen, Sign};
use vocab::Money;
use world::Item;
use world::priorities::score;
use world::query::{Income, in_danger, income};

use super::{Figure, Row, Sheet};

/// The figures, where anything is sold and every rate is known.
pub(super) fn known(seen: Seen<'_>) -> Option<Income> {
    income(seen.world, seen.now)?.ok()
}

pub(super) fn sheet(seen: Seen<'_>, items: &[Arc<Item>]) -> Sheet {
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
    let mut risk = row(
        "at risk",
        income.at_risk,
        Role::Ok,
        "an hour: down or past due".to_owned(),
    );
    if let Some(danger) = at_risk(items) {
        risk.sign = Sign {
            glyph: "▲",
            role: Role::Bad,
            ..risk.sign
        };
        risk.figures = vec![Figure::new(danger, Role::Bad)];
    } else {
        risk.figures = vec![Figure::new("nothing", Role::Ok)];
    }
    rows.push(risk);
    let late = income.recurring.past_due;
    let role = if late.amount.is_zero() {
        Role::Ok
    } else {
        Role::Bad
    };
    rows.push(row(
        "past due",
        late,
        role,
        "invoices that were not paid".to_owned(),
    ));
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
pub fn at_risk(items: &[Arc<Item>]) -> Option<String> {
    in_danger(items).map(score::per_hour)
}
