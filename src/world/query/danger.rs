//! Money in danger in an hour, of all items together.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use vocab::Money;

use crate::about::About;
use crate::priorities::{Item, Visibility};

/// What is in danger in an hour in all: of each object once, whatever is wrong with it, and whoever sees to it. What was
/// announced as maintenance is no danger. `None` where nothing is.
pub fn in_danger(items: &[impl Borrow<Item>]) -> Option<Money> {
    let mut most: BTreeMap<&About, Money> = BTreeMap::new();
    for item in items {
        let item = item.borrow();
        let Some(money) = item.at_risk else { continue };
        if item.visibility == Visibility::Maintenance || money.amount.is_zero() {
            continue;
        }
        let known = most.entry(&item.about).or_insert(money);
        if money.currency == known.currency && money.amount > known.amount {
            *known = money;
        }
    }
    let mut sums = most.into_values();
    let first = sums.next()?;
    Some(sums.fold(first, |sum, money| sum.checked_add(money).unwrap_or(sum)))
}

#[cfg(test)]
mod tests {
    use vocab::{NodeName, Severity, Text, Time};

    use super::*;
    use crate::priorities::{ItemId, Mark, Origin, Quadrant, Score};
    use crate::signals::Level;

    fn item(about: &str, at_risk: Option<&str>, visibility: Visibility) -> Item {
        Item {
            id: ItemId(Text::line(about)),
            origin: Origin::Note(Text::line(about)),
            about: About::Node(NodeName::new(about).unwrap()),
            title: Text::default(),
            detail: Text::default(),
            severity: Severity::Critical,
            since: Time(0),
            at_risk: at_risk.map(|money| money.parse().unwrap()),
            certain: true,
            score: Score::of(Vec::new(), Vec::new(), Vec::new()),
            quadrant: Quadrant::Q1,
            level: Level::Human,
            fix: None,
            run: None,
            visibility,
            mark: Mark::default(),
        }
    }

    #[test]
    fn an_object_counts_once_and_maintenance_never() {
        let until = Time(9);
        let found = [
            item("a", Some("0.02 USD"), Visibility::Shown),
            item("a", Some("0.05 USD"), Visibility::Shown),
            item("b", Some("0.01 USD"), Visibility::Snoozed { until }),
            item("c", Some("9 USD"), Visibility::Maintenance),
            item("d", None, Visibility::Shown),
        ];
        assert_eq!(in_danger(&found).unwrap().to_string(), "$0.06");
        assert_eq!(in_danger(&found[3..]), None);
    }
}
