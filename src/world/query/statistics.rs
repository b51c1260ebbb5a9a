//! How well items are dealt with: what went without a person, what was mended without approval, how long it takes.

use std::collections::BTreeMap;

use serde::Serialize;
use vocab::{Severity, Span, Time};

use crate::priorities::{Happening, ItemId, What};
use crate::run::Actor;
use crate::signals::{Level, Rule};
use crate::world::World;

/// At least so many percent of low items should never need a person.
pub const GOAL_UNTOUCHED: u32 = 80;

/// At least so many percent of fixes should be done without approval.
pub const GOAL_BY_ITSELF: u32 = 70;

/// How well items were dealt with in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Statistics {
    /// Items that came up.
    pub raised: usize,
    /// Of them, those that are over.
    pub over: usize,
    /// Low items that are over: of rules that only give notices, that mend themselves, or that were put away.
    pub low: usize,
    /// Of them, those that nobody did anything about.
    pub low_untouched: usize,
    /// Of the low ones, those that were put away by themselves.
    pub archived: usize,
    /// Fixes that were run.
    pub fixes: usize,
    /// Of them, those that nobody had to approve.
    pub fixes_by_itself: usize,
    /// How long an item takes from coming up to its end: as many take longer as take less.
    pub median: Option<Span>,
}

impl Statistics {
    /// Low items that never needed a person, in percent; `None` before there was one.
    pub fn untouched_percent(&self) -> Option<u32> {
        percent(self.low_untouched, self.low)
    }

    /// Fixes that nobody had to approve, in percent; `None` before there was one.
    pub fn by_itself_percent(&self) -> Option<u32> {
        percent(self.fixes_by_itself, self.fixes)
    }
}

fn percent(part: usize, of: usize) -> Option<u32> {
    (part * 100)
        .checked_div(of)
        .and_then(|percent| u32::try_from(percent).ok())
}

/// One item, from coming up to its end.
#[derive(Debug, Default)]
struct Course {
    opened: Option<Time>,
    ended: Vec<Span>,
    raised: bool,
    touched: bool,
    archived: bool,
}

/// Of the happenings after `since`, the oldest first.
pub fn statistics<'a>(
    world: &World,
    happenings: impl IntoIterator<Item = &'a Happening>,
    since: Time,
) -> Statistics {
    let mut courses: BTreeMap<&ItemId, Course> = BTreeMap::new();
    let mut found = Statistics::default();
    for happening in happenings.into_iter().filter(|one| one.at > since) {
        let course = courses.entry(&happening.item).or_default();
        match &happening.what {
            What::Raised | What::Reopened => {
                course.raised = true;
                course.opened = Some(happening.at);
            }
            What::Closed | What::Vanished => course.end(happening.at),
            What::Archived => {
                course.archived = true;
                course.end(happening.at);
            }
            What::Marked { by, words } => {
                course.touched |= !by_itself(by.as_str());
                if words.as_str() == "done" {
                    course.end(happening.at);
                }
            }
            What::FixBegun { by, .. } => {
                found.fixes += 1;
                found.fixes_by_itself += usize::from(by_itself(by.as_str()));
                course.touched |= !by_itself(by.as_str());
            }
            What::FixEnded { .. } | What::Folded { .. } => {}
        }
    }
    let mut spans = Vec::new();
    for (item, course) in &courses {
        let over = course.opened.is_none() && !course.ended.is_empty();
        found.raised += usize::from(course.raised);
        found.over += usize::from(over);
        if over && (course.archived || is_low(world, item)) {
            found.low += 1;
            found.low_untouched += usize::from(!course.touched);
            found.archived += usize::from(course.archived);
        }
        spans.extend(&course.ended);
    }
    spans.sort_unstable();
    found.median = spans.get(spans.len() / 2).copied();
    found
}

impl Course {
    fn end(&mut self, at: Time) {
        if let Some(opened) = self.opened.take() {
            self.ended.push(at.since(opened));
        }
    }
}

fn by_itself(who: &str) -> bool {
    who == Actor::AUTOPILOT
}

/// Whether a rule's items never hurt.
fn is_low(world: &World, item: &ItemId) -> bool {
    let gives_notices = |rule: &Rule| {
        rule.level == Level::Own
            || rule
                .bands
                .iter()
                .all(|band| band.severity == Severity::Notice)
    };
    world
        .rules
        .iter()
        .find(|rule| rule.id == *item.kind())
        .is_some_and(gives_notices)
}

#[cfg(test)]
mod tests {
    use vocab::{RunId, Text};

    use super::*;
    use crate::signals::{Band, Figure, Kind, Test as Bound};
    use crate::{Event, Fact};

    const NOW: Time = Time(1_795_269_728_000);

    fn happening(minutes: i64, item: &str, what: What) -> Happening {
        Happening {
            at: NOW - Span::minutes(minutes),
            item: ItemId(item.into()),
            title: Text::line(item),
            what,
            at_risk: None,
        }
    }

    fn rule(id: &str, severity: Severity) -> Rule {
        Rule {
            id: id.into(),
            figure: Figure::NodeRebootPending,
            bands: vec![Band {
                test: Bound::AtLeast(1.0),
                severity,
            }],
            hold: Span::ZERO,
            calm: Span::ZERO,
            kind: Kind::Capacity,
            level: Level::Human,
            title: "{about}".into(),
            fix: None,
            only: Vec::new(),
            place: "shipped".into(),
            off: false,
        }
    }

    fn marked(by: &str) -> What {
        What::Marked {
            by: by.into(),
            words: "acknowledged".into(),
        }
    }

    fn begun(by: &str) -> What {
        What::FixBegun {
            by: by.into(),
            run: RunId::default(),
        }
    }

    #[test]
    fn shares_and_the_middle_are_counted() {
        let mut world = World::default();
        let rules = vec![
            rule("low", Severity::Notice),
            rule("grave", Severity::Critical),
        ];
        world.apply(&Event {
            at: NOW,
            fact: Fact::RulesDeclared(rules),
        });
        let told = [
            happening(900, "low before", What::Raised),
            happening(60, "low a", What::Raised),
            happening(59, "low b", What::Raised),
            happening(58, "grave c", What::Raised),
            happening(57, "grave d", What::Raised),
            happening(50, "low b", marked("operator")),
            happening(50, "grave c", begun("autopilot")),
            happening(50, "grave d", begun("operator")),
            happening(48, "grave c", What::Closed),
            happening(40, "low a", What::Archived),
            happening(39, "low b", What::Closed),
        ];
        let found = statistics(&world, &told, NOW - Span::hours(2));
        assert_eq!((found.raised, found.over), (4, 3));
        assert_eq!((found.low, found.low_untouched, found.archived), (2, 1, 1));
        assert_eq!(found.untouched_percent(), Some(50));
        assert_eq!((found.fixes, found.by_itself_percent()), (2, Some(50)));
        assert_eq!(found.median, Some(Span::minutes(20)));
    }

    #[test]
    fn nothing_is_no_share() {
        let found = statistics(&World::default(), &[], NOW);
        assert_eq!(found, Statistics::default());
        assert_eq!(found.untouched_percent(), None);
        assert_eq!(found.by_itself_percent(), None);
    }
}
