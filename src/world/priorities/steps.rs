//! The tables of the score: every input moves in these steps and no others, so that the order of items does not dance.

use vocab::{Decimal, Severity, Span};

use crate::signals::Kind;

/// How urgent a date is: by how long it is away, or that it is past. A date far off is as urgent as none at all.
pub const DEADLINE: [(Span, Decimal); 4] = [
    (Span::hours(1), Decimal::from_parts(6, 0, 0, false, 0)),
    (Span::hours(24), Decimal::from_parts(4, 0, 0, false, 0)),
    (Span::days(3), Decimal::from_parts(25, 0, 0, false, 1)),
    (Span::days(7), Decimal::from_parts(15, 0, 0, false, 1)),
];

/// How urgent a date is that is past.
pub const PAST: Decimal = Decimal::from_parts(8, 0, 0, false, 0);

/// How urgent it is that something does not run, by how long it has not: it is worst while people still come back, and
/// what nobody mended for a day is no news.
pub const AGE: [(Span, Decimal); 4] = [
    (Span::minutes(5), Decimal::TWO),
    (Span::hours(1), Decimal::from_parts(25, 0, 0, false, 1)),
    (Span::hours(4), Decimal::from_parts(3, 0, 0, false, 0)),
    (Span::hours(24), Decimal::from_parts(25, 0, 0, false, 1)),
];

/// The same after all of these.
pub const OLD: Decimal = Decimal::TWO;

/// How urgent it is that something ends or fills up, by the days that are left.
pub const DAYS_LEFT: [(f64, Decimal); 4] = [
    (1.0, Decimal::from_parts(5, 0, 0, false, 0)),
    (3.0, Decimal::from_parts(3, 0, 0, false, 0)),
    (7.0, Decimal::TWO),
    (14.0, Decimal::from_parts(15, 0, 0, false, 1)),
];

/// What is neither due nor getting worse.
pub const NO_HURRY: Decimal = Decimal::ONE;

/// How urgent anything of this severity is at least.
pub const fn severity(severity: Severity) -> Decimal {
    match severity {
        Severity::Critical => Decimal::TWO,
        Severity::Warning => Decimal::from_parts(15, 0, 0, false, 1),
        Severity::Notice => Decimal::ONE,
    }
}

/// Which part of what stands on something counts as in danger: all of it when it does not run or is not paid, less when
/// it runs short or its protection is missing, nothing when it is the console's own work.
pub const fn exposed(kind: Kind, gravity: Severity) -> Decimal {
    match (kind, gravity) {
        (Kind::Availability | Kind::Money, _) => Decimal::ONE,
        (Kind::Capacity, Severity::Critical) => Decimal::from_parts(5, 0, 0, false, 1),
        (Kind::Capacity, Severity::Warning) | (Kind::Protection, Severity::Critical) => {
            Decimal::from_parts(25, 0, 0, false, 2)
        }
        (Kind::Capacity, Severity::Notice) | (Kind::Protection, Severity::Warning) => {
            Decimal::from_parts(1, 0, 0, false, 1)
        }
        (Kind::Protection, Severity::Notice) => Decimal::from_parts(5, 0, 0, false, 2),
        (Kind::Work, _) => Decimal::ZERO,
    }
}

/// The most points for what stands on an object.
pub const BLAST_MOST: Decimal = Decimal::from_parts(20, 0, 0, false, 0);

/// It was seen by two points of view, or is the object's own word.
pub const SEEN: Decimal = Decimal::ONE;

/// It comes and goes.
pub const FLAPPING: Decimal = Decimal::from_parts(8, 0, 0, false, 1);

/// It was seen from this machine alone.
pub const FROM_HERE: Decimal = Decimal::from_parts(6, 0, 0, false, 1);

/// What would tell cannot be read just now.
pub const BLIND: Decimal = Decimal::from_parts(3, 0, 0, false, 1);

/// The step of a table that a span falls in; `None` past all of them.
pub fn within(table: &[(Span, Decimal)], span: Span) -> Option<Decimal> {
    table
        .iter()
        .find(|(bound, _)| span < *bound)
        .map(|(_, value)| *value)
}

/// The same of days.
pub fn days(left: f64) -> Option<Decimal> {
    DAYS_LEFT
        .iter()
        .find(|(bound, _)| left < *bound)
        .map(|(_, value)| *value)
}
