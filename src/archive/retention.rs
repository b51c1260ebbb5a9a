//! Which backups to keep.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use vocab::{Span, Time};

/// Dumps of a database alone are kept for so long before the newest of them.
const DUMPS_KEPT: Span = Span::days(7);

/// How many backups to keep by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Of so many days the last backup.
    pub daily: usize,
    /// Of so many weeks (Monday to Sunday) the last backup.
    pub weekly: usize,
    /// Of so many months the last backup.
    pub monthly: usize,
}

impl Reason {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Week => "week",
            Self::Future => "future",
            Self::Proven => "proven",
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            daily: 7,
            weekly: 4,
            monthly: 12,
        }
    }
}

/// Why a backup is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The newest of all: kept whatever the rules say.
    Newest,
    /// The last of its day.
    Daily,
    /// The last of its week.
    Weekly,
    /// The last of its month.
    Monthly,
    /// A dump of a database of the last seven days.
    Week,
    /// Dated after now: a clock was wrong. Kept until somebody has looked, and counted by no rule.
    Future,
    /// The newest that was seen to be whole: kept until a newer one is, whatever the rules say.
    Proven,
}

/// Why each backup is kept, in the order of `dates`; those without a reason can go. All dates are in one time zone.
///
/// Days, weeks and months are counted back from the newest backup over those that have one, not from now: when backups
/// stop, the old ones stay. No more than the sum of the three counts is kept, but for the newest and those of the future.
/// A backup that can go today is not missed tomorrow: running this again, later and over what was kept, keeps the same.
pub fn keep(dates: &[DateTime], now: DateTime, retention: Retention) -> Vec<Vec<Reason>> {
    let mut reasons: Vec<Vec<Reason>> = dates
        .iter()
        .map(|date| {
            (*date > now)
                .then_some(Reason::Future)
                .into_iter()
                .collect()
        })
        .collect();
    let mut newest_first: Vec<(usize, DateTime)> = dates
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, date)| *date <= now)
        .collect();
    // Of two at the same moment the first in the list counts as the newer.
    newest_first.sort_by_key(|(_, date)| std::cmp::Reverse(*date));
    let mut mark = |why: Reason, period: fn(Date) -> (i16, i16), count: usize| {
        let mut seen = BTreeSet::new();
        for (index, date) in &newest_first {
            if seen.len() == count {
                break;
            }
            if seen.insert(period(date.date()))
                && let Some(reasons) = reasons.get_mut(*index)
            {
                reasons.push(why);
            }
        }
    };
    mark(Reason::Newest, |_| (0, 0), 1);
    mark(Reason::Daily, day, retention.daily);
    mark(Reason::Weekly, week, retention.weekly);
    mark(Reason::Monthly, month, retention.monthly);
    reasons
}

/// A backup, as far as it counts for whether it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// When it was begun.
    pub at: Time,
    /// Whether it was seen to be whole.
    pub proven: bool,
    /// Whether it is a dump of a database alone: such are kept by a rule of their own, and push out no other backup.
    pub is_dump: bool,
}

/// Why each backup of a site is kept, in the order given: whole ones by the calendar of UTC, which knows no hour twice, and
/// dumps of its database for a week before the newest of them. Of both the newest that was seen to be whole stays: an
/// untried one is not known to be any good.
pub fn keep_in_utc(backups: &[Dated], now: Time, retention: Retention) -> Vec<Vec<Reason>> {
    let mut reasons = vec![Vec::new(); backups.len()];
    for is_dump in [false, true] {
        let (places, alike): (Vec<usize>, Vec<Dated>) = backups
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, backup)| backup.is_dump == is_dump)
            .unzip();
        let mut kept = if is_dump {
            keep_dumps(&alike, now)
        } else {
            keep_whole(&alike, now, retention)
        };
        let proven = alike.iter().zip(&mut kept);
        if let Some((_, reasons)) = proven
            .filter(|(backup, _)| backup.proven)
            .max_by_key(|(backup, _)| backup.at)
        {
            reasons.push(Reason::Proven);
        }
        for (place, kept) in places.into_iter().zip(kept) {
            if let Some(reasons) = reasons.get_mut(place) {
                *reasons = kept;
            }
        }
    }
    reasons
}

/// Why each dump is kept. The week is counted back from the newest: when dumps stop, the old ones stay.
fn keep_dumps(dumps: &[Dated], now: Time) -> Vec<Vec<Reason>> {
    let past = dumps.iter().map(|dump| dump.at).filter(|at| *at <= now);
    let newest = past.max();
    let why = |dump: &Dated| match newest {
        Some(newest) if dump.at == newest => vec![Reason::Newest, Reason::Week],
        Some(newest) if dump.at < newest && newest.since(dump.at) < DUMPS_KEPT => {
            vec![Reason::Week]
        }
        _ if dump.at > now => vec![Reason::Future],
        _ => Vec::new(),
    };
    dumps.iter().map(why).collect()
}

/// [`keep`] by the calendar of UTC.
fn keep_whole(backups: &[Dated], now: Time, retention: Retention) -> Vec<Vec<Reason>> {
    let date = |time: Time| time.timestamp().to_zoned(TimeZone::UTC).datetime();
    let dates: Vec<DateTime> = backups.iter().map(|backup| date(backup.at)).collect();
    keep(&dates, date(now), retention)
}

// Periods by their year and their number in it.

fn day(date: Date) -> (i16, i16) {
    (date.year(), date.day_of_year())
}

fn week(date: Date) -> (i16, i16) {
    let week = date.iso_week_date();
    (week.year(), week.week().into())
}

fn month(date: Date) -> (i16, i16) {
    (date.year(), date.month().into())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const NOW: DateTime = jiff::civil::datetime(2026, 11, 21, 12, 0, 0, 0);

    fn kept(dates: &[DateTime], retention: Retention) -> BTreeSet<DateTime> {
        let reasons = keep(dates, NOW, retention);
        assert_eq!(reasons.len(), dates.len());
        let pairs = dates.iter().zip(reasons);
        pairs
            .filter(|(_, why)| !why.is_empty())
            .map(|(date, _)| *date)
            .collect()
    }

    #[test]
    fn a_backup_each_day_for_two_years() {
        let dates: Vec<DateTime> = (0..730)
            .map(|days| NOW.saturating_sub(days.days()))
            .collect();
        let reasons = keep(&dates, NOW, Retention::default());
        let of = |why: Reason| -> Vec<DateTime> {
            let pairs = dates.iter().zip(&reasons);
            pairs
                .filter(|(_, all)| all.contains(&why))
                .map(|(date, _)| *date)
                .collect()
        };
        let at = |year, month, day| jiff::civil::date(year, month, day).at(12, 0, 0, 0);
        assert_eq!(of(Reason::Newest), [NOW]);
        assert_eq!(of(Reason::Daily), dates[..7]);
        // The running week, and the Sundays before.
        let weekly = [NOW, at(2026, 11, 15), at(2026, 11, 8), at(2026, 11, 1)];
        assert_eq!(of(Reason::Weekly), weekly);
        let monthly = of(Reason::Monthly);
        assert_eq!(monthly.len(), 12);
        assert_eq!(monthly[..3], [NOW, at(2026, 10, 31), at(2026, 9, 30)]);
        assert_eq!(monthly[11], at(2025, 12, 31));
        assert_eq!(kept(&dates, Retention::default()).len(), 7 + 2 + 11);
    }

    #[test]
    fn when_backups_stop_the_old_ones_stay() {
        let dates: Vec<DateTime> = (400..420)
            .map(|days| NOW.saturating_sub(days.days()))
            .collect();
        assert!(kept(&dates, Retention::default()).len() >= 7);
        let none = Retention {
            daily: 0,
            weekly: 0,
            monthly: 0,
        };
        assert_eq!(kept(&dates, none), BTreeSet::from([dates[0]]));
        assert!(keep(&[], NOW, none).is_empty());
    }

    fn whole(at: Time, proven: bool) -> Dated {
        let is_dump = false;
        Dated {
            at,
            proven,
            is_dump,
        }
    }

    #[test]
    fn dumps_are_kept_for_a_week_and_push_out_no_whole_backup() {
        let now = Time::parse("2026-11-21T12:00:00Z").unwrap_or_default();
        let wholes: Vec<Dated> = (0..40)
            .map(|days| whole(now - Span::days(days), days == 30))
            .collect();
        // Every six hours for ten days, the oldest of them proven; one by a clock that was wrong.
        let dump = |at, proven| Dated {
            is_dump: true,
            ..whole(at, proven)
        };
        let dumps = (0..40).map(|turn| dump(now - Span::hours(1 + 6 * turn), turn == 39));
        let ahead = dump(now + Span::hours(1), false);
        let all: Vec<Dated> = wholes.iter().copied().chain(dumps).chain([ahead]).collect();
        let alone = keep_in_utc(&wholes, now, Retention::default());
        let together = keep_in_utc(&all, now, Retention::default());
        assert_eq!(together[..40], alone);
        assert_eq!(together[40], [Reason::Newest, Reason::Week]);
        let kept = together[40..80].iter().filter(|why| !why.is_empty());
        assert_eq!(kept.count(), 7 * 4 + 1);
        assert_eq!(together[67], [Reason::Week]);
        assert_eq!(together[68], []);
        assert_eq!(together[79], [Reason::Proven]);
        assert_eq!(together[80], [Reason::Future]);
        let later = keep_in_utc(&all[40..80], now + Span::days(90), Retention::default());
        assert_eq!(
            later,
            together[40..80],
            "when dumps stop, the old ones stay"
        );
    }

    #[test]
    fn moments_are_days_of_utc() {
        let times = ["2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z"].map(Time::parse);
        let [Some(before), Some(after)] = times else {
            panic!("two moments");
        };
        let daily = Retention {
            daily: 2,
            weekly: 0,
            monthly: 0,
        };
        let reasons = keep_in_utc(&[whole(before, false), whole(after, false)], after, daily);
        assert_eq!(
            reasons,
            [vec![Reason::Daily], vec![Reason::Newest, Reason::Daily]]
        );
    }

    #[test]
    fn the_newest_that_was_proven_stays_beside_untried_ones_of_its_day() {
        let times = [8, 9, 10].map(|hour| Time::parse(&format!("2026-11-21T{hour:02}:00:00Z")));
        let [Some(first), Some(second), Some(third)] = times else {
            panic!("three moments");
        };
        let backups = [whole(first, true), whole(second, true), whole(third, false)];
        let reasons = keep_in_utc(&backups, third, Retention::default());
        assert_eq!(reasons[0], []);
        assert_eq!(reasons[1], [Reason::Proven]);
        assert!(reasons[2].contains(&Reason::Newest));
    }

    #[test]
    fn the_turn_of_the_year_is_one_week() {
        let (before, after) = (
            jiff::civil::date(2025, 12, 30).at(0, 0, 0, 0),
            jiff::civil::date(2026, 1, 2).at(0, 0, 0, 0),
        );
        let weekly = Retention {
            daily: 0,
            weekly: 9,
            monthly: 0,
        };
        assert_eq!(kept(&[before, after], weekly), BTreeSet::from([after]));
    }

    fn dates() -> impl Strategy<Value = Vec<DateTime>> {
        // Two years back, some days ahead, several a day.
        vec(-100_i64..17_520, 0..80).prop_map(|hours| {
            let hours = hours.into_iter();
            hours
                .map(|hours| NOW.saturating_sub(hours.hours()))
                .collect()
        })
    }

    fn retention() -> impl Strategy<Value = Retention> {
        (0_usize..10, 0_usize..6, 0_usize..14).prop_map(|(daily, weekly, monthly)| Retention {
            daily,
            weekly,
            monthly,
        })
    }

    proptest! {
        #[test]
        fn the_newest_stays_and_never_more_than_the_sum(dates in dates(), retention in retention()) {
            let reasons = keep(&dates, NOW, retention);
            let past = dates.iter().zip(&reasons).filter(|(date, _)| **date <= NOW);
            if let Some((_, why)) = past.clone().max_by_key(|(date, _)| **date) {
                prop_assert!(past.clone().any(|(_, why)| why.contains(&Reason::Newest)));
                // Another of the same moment may be the one that is kept.
                let same = dates.iter().filter(|date| dates.iter().max() == Some(date)).count();
                prop_assert!(same > 1 || dates.iter().any(|date| *date > NOW) || !why.is_empty());
            }
            let sum = retention.daily + retention.weekly + retention.monthly;
            prop_assert!(past.filter(|(_, why)| !why.is_empty()).count() <= sum.max(1));
            for (date, why) in dates.iter().zip(&reasons) {
                prop_assert_eq!(*date > NOW, why.contains(&Reason::Future));
            }
        }

        #[test]
        fn keeping_more_never_drops_what_keeping_less_kept(
            dates in dates(),
            less in retention(),
            more in retention(),
        ) {
            let more = Retention {
                daily: less.daily + more.daily,
                weekly: less.weekly + more.weekly,
                monthly: less.monthly + more.monthly,
            };
            prop_assert!(kept(&dates, less).is_subset(&kept(&dates, more)));
        }

        #[test]
        fn what_went_today_is_not_missed_tomorrow(mut dates in dates(), retention in retention()) {
            dates.sort();
            dates.dedup();
            let (old, new) = dates.split_at(dates.len() / 2);
            let today = kept(old, retention);
            let both: Vec<DateTime> = today.iter().chain(new).copied().collect();
            prop_assert_eq!(kept(&both, retention), kept(&dates, retention));
        }
    }
}
