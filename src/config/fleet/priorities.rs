//! What makes an item of the list stand high: how many points money, size and importance count for.

use std::ops::RangeInclusive;

use vocab::{Decimal, Span};

use super::business::decimal;
use crate::reader::Fields;

/// What the fleet file says of the weights; what it does not say stays as it is shipped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrioritySpec {
    /// Points for each unit of the fleet's currency in danger in an hour.
    pub money: Option<Decimal>,
    /// Points for each object that stands on the one in trouble.
    pub blast: Option<Decimal>,
    /// Points for each thousand of a deal's worth.
    pub deal: Option<Decimal>,
    /// Points for somebody of the first importance.
    pub vip: Option<Decimal>,
    /// Points for a difference between what is paid for and what is there.
    pub mismatch: Option<Decimal>,
    /// Points for being critical.
    pub critical: Option<Decimal>,
    /// Points for being a warning.
    pub warning: Option<Decimal>,
    /// Points for being a notice.
    pub notice: Option<Decimal>,
    /// From this importance on an item is important.
    pub important: Option<Decimal>,
    /// From this urgency on an item is urgent.
    pub urgent: Option<Decimal>,
    /// After so long an item that is neither is put away: an hour to a year.
    pub archive_after: Option<Span>,
}

/// More would say nothing any more, and could not be reckoned with.
const POINTS: RangeInclusive<Decimal> =
    Decimal::ZERO..=Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// Urgency is from 1 to 8.
const URGENCY: RangeInclusive<Decimal> = Decimal::ONE..=Decimal::from_parts(8, 0, 0, false, 0);

const ARCHIVED: RangeInclusive<Span> = Span::hours(1)..=Span::days(366);

/// Reads `[priorities]`; `None` when a value in it cannot be used: then all of them are as they are shipped.
pub(super) fn read(mut fields: Fields<'_>) -> Option<PrioritySpec> {
    let spec = PrioritySpec {
        money: decimal(&mut fields, "money", POINTS),
        blast: decimal(&mut fields, "blast", POINTS),
        deal: decimal(&mut fields, "deal", POINTS),
        vip: decimal(&mut fields, "vip", POINTS),
        mismatch: decimal(&mut fields, "mismatch", POINTS),
        critical: decimal(&mut fields, "critical", POINTS),
        warning: decimal(&mut fields, "warning", POINTS),
        notice: decimal(&mut fields, "notice", POINTS),
        important: decimal(&mut fields, "important", POINTS),
        urgent: decimal(&mut fields, "urgent", URGENCY),
        archive_after: fields.span("archive_after", ARCHIVED),
    };
    let falls = |higher: Option<Decimal>, lower: Option<Decimal>| {
        higher
            .zip(lower)
            .is_some_and(|(higher, lower)| higher < lower)
    };
    if falls(spec.critical, spec.warning) {
        fields.error("warning", "counts for more than critical");
    }
    if falls(spec.warning, spec.notice) || falls(spec.critical, spec.notice) {
        fields.error("notice", "counts for more than what is graver");
    }
    fields.finish().then_some(spec)
}

#[cfg(test)]
mod tests {
    use super::super::tests::parsed;
    use super::*;

    #[test]
    fn what_is_said_is_read_and_the_rest_left() {
        let (fleet, report) =
            parsed("[priorities]\nmoney = 250\nvip = \"12.5\"\narchive_after = \"3d\"\n");
        assert_eq!(report, "");
        let wanted = PrioritySpec {
            money: Some(Decimal::from(250)),
            vip: Some(Decimal::new(125, 1)),
            archive_after: Some(Span::days(3)),
            ..PrioritySpec::default()
        };
        assert_eq!(fleet.priorities, wanted);
    }

    #[test]
    fn a_mistake_is_named_and_leaves_all_of_it_as_shipped() {
        for (text, said) in [
            ("monny = 1", "did you mean \"money\"?"),
            ("money = -1", "must be from 0 to 1000000"),
            ("urgent = 9", "must be from 1 to 8"),
            ("archive_after = \"2m\"", "must be from 1h to 366d"),
            ("critical = 1\nwarning = 2", "counts for more than critical"),
            (
                "warning = 1\nnotice = 2",
                "counts for more than what is graver",
            ),
        ] {
            let (fleet, report) = parsed(&format!("[priorities]\nblast = 3\n{text}\n"));
            assert!(report.contains(said), "{text}: {report}");
            if !text.starts_with("monny") {
                assert_eq!(fleet.priorities, PrioritySpec::default(), "{text}");
            }
        }
    }
}
