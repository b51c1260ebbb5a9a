//! "While you were away": what became of items since a moment, by consequence: what lost money first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use vocab::{Decimal, Money, Span, Text, Time};

use crate::priorities::{Happening, ItemId, What};

/// Milliseconds of an hour.
const HOUR: i64 = Span::hours(1).0;

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// Which.
    pub item: ItemId,
    /// Its line, as it was last.
    pub title: Text,
    /// When the first of it happened.
    pub from: Time,
    /// When the last of it happened.
    pub until: Time,
    /// Whether it is still open.
    pub open: bool,
    /// How long it was open in all since the moment.
    pub lasted: Span,
    /// How often it came up.
    pub times: usize,
    /// What was lost meanwhile: the money in danger in an hour for as long as it was open.
    pub lost: Option<Money>,
    /// What was done about it and how it ended: `restarted by operator, right again after 4m`.
    pub words: Text,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Away {
    /// Since then.
    pub since: Time,
    /// What became of items, by consequence.
    pub stories: Vec<Story>,
    /// What was lost in all, where all of it is in one currency.
    pub lost: Option<Money>,
    /// Items that are still open.
    pub open: usize,
}

/// What became of items after `since`, told at `now`. The happenings are the oldest first.
pub fn while_away<'a>(
    happenings: impl IntoIterator<Item = &'a Happening>,
    since: Time,
    now: Time,
) -> Away {
    let mut items: BTreeMap<&ItemId, Telling> = BTreeMap::new();
    for happening in happenings {
        let telling = items.entry(&happening.item).or_default();
        telling.take(happening, since);
    }
    // What something else explains is told with that, unless it outlasts it.
    let mut explained: BTreeMap<ItemId, usize> = BTreeMap::new();
    let mut aside: BTreeSet<ItemId> = BTreeSet::new();
    for (item, telling) in &items {
        let cause = telling.under.as_ref().and_then(|under| items.get(under));
        if let (Some(under), Some(cause)) = (&telling.under, cause)
            && cause.first.is_some()
            && (telling.opened.is_none() || cause.opened.is_some())
        {
            aside.insert((*item).clone());
            let is_new = telling.first.is_some();
            *explained.entry(under.clone()).or_default() += usize::from(is_new);
        }
    }
    let mut stories: Vec<Story> = items
        .into_iter()
        .filter(|(item, _)| !aside.contains(*item))
        .filter_map(|(item, mut telling)| {
            telling.explains = explained.get(item).copied().unwrap_or_default();
            telling.story(item, since, now)
        })
        .collect();
    stories.sort_by_key(|story| {
        let lost = story.lost.map(|money| money.amount).unwrap_or_default();
        (
            Reverse(lost),
            Reverse(story.open),
            Reverse(story.lasted),
            story.from,
            story.item.clone(),
        )
    });
    let mut sums = stories.iter().filter_map(|story| story.lost);
    let lost = sums
        .next()
        .and_then(|first| sums.try_fold(first, Money::checked_add).ok());
    Away {
        since,
        lost,
        open: stories.iter().filter(|story| story.open).count(),
        stories,
    }
}

/// An item's story while it is put together.
#[derive(Debug, Default)]
struct Telling {
    title: Text,
    first: Option<Time>,
    last: Time,
    opened: Option<Time>,
    rate: Option<Money>,
    lasted: Span,
    lost: Option<Money>,
    times: usize,
    words: Vec<String>,
    /// What explained it last.
    under: Option<ItemId>,
    /// How many others it explains.
    explains: usize,
}

impl Telling {
    fn take(&mut self, happening: &Happening, since: Time) {
        let at = happening.at;
        let is_new = at > since;
        if is_new {
            self.title = happening.title.clone();
            self.first.get_or_insert(at);
            self.last = at;
        } else if self.title.is_empty() {
            self.title = happening.title.clone();
        }
        match &happening.what {
            What::Raised | What::Reopened => {
                self.close(at, since);
                self.opened = Some(at);
                self.rate = happening.at_risk;
                self.times += usize::from(is_new);
            }
            What::Folded { under } => self.under = Some(under.clone()),
            What::Closed | What::Vanished => {
                let was = self.opened;
                self.close(at, since);
                if is_new {
                    let what = match &happening.what {
                        What::Closed => "right again",
                        _ => "gone",
                    };
                    self.words.push(was.map_or_else(
                        || what.to_owned(),
                        |was| format!("{what} after {}", at.since(was).in_seconds()),
                    ));
                }
            }
            What::Archived => {
                self.close(at, since);
                if is_new {
                    self.words.push("put away by itself".to_owned());
                }
            }
            What::Marked { by, words } if is_new => self.words.push(format!("{words} by {by}")),
            What::FixBegun { by, .. } if is_new => {
                self.words.push(format!("fix begun by {by}"));
            }
            What::FixEnded { words, .. } if is_new => self.words.push(format!("fix {words}")),
            What::Marked { .. } | What::FixBegun { .. } | What::FixEnded { .. } => {}
        }
    }

    /// The time it was open counts from the moment on.
    fn close(&mut self, at: Time, since: Time) {
        let Some(opened) = self.opened.take() else {
            return;
        };
        let span = at.since(opened.max(since));
        self.lasted = Span(self.lasted.0.saturating_add(span.0));
        let part = self.rate.and_then(|rate| {
            let hours = Decimal::from(span.0) / Decimal::from(HOUR);
            rate.checked_mul(hours).ok()
        });
        self.lost = match (self.lost, part) {
            (Some(before), Some(part)) => before.checked_add(part).ok(),
            (before, part) => before.or(part),
        };
    }

    /// `None` when nothing of it happened after the moment.
    fn story(mut self, item: &ItemId, since: Time, now: Time) -> Option<Story> {
        let first = self.first?;
        let open = self.opened.is_some();
        self.close(now, since);
        if open {
            let lasted = self.lasted.in_seconds();
            self.words.push(format!("open for {lasted}"));
        }
        if self.explains > 0 {
            let many = if self.explains == 1 { "" } else { "s" };
            let words = format!("with {} consequence{many}", self.explains);
            self.words.insert(0, words);
        }
        Some(Story {
            item: item.clone(),
            title: self.title,
            from: first,
            until: self.last,
            open,
            lasted: self.lasted,
            times: self.times,
            lost: self.lost.filter(|lost| !lost.amount.is_zero()),
            words: Text::line(self.words.join(", ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_728_000);

    fn happening(minutes: i64, item: &str, what: What, at_risk: Option<&str>) -> Happening {
        Happening {
            at: NOW - Span::minutes(minutes),
            item: ItemId(item.into()),
            title: Text::line(format!("{item} is down")),
            what,
            at_risk: at_risk.map(|money| money.parse().unwrap()),
        }
    }

    #[test]
    fn what_lost_most_is_told_first() {
        let told = [
            happening(90, "early", What::Raised, Some("1 USD")),
            happening(50, "cheap", What::Raised, Some("0.02 USD")),
            happening(40, "early", What::Closed, None),
            happening(30, "dear", What::Raised, Some("6 USD")),
            happening(25, "free", What::Raised, None),
            happening(20, "dear", What::Closed, None),
        ];
        let away = while_away(&told, NOW - Span::hours(1), NOW);
        let lines: Vec<(&str, bool, Option<String>, &str)> = away
            .stories
            .iter()
            .map(|story| {
                let lost = story.lost.map(|lost| lost.to_string());
                (
                    story.item.0.as_str(),
                    story.open,
                    lost,
                    story.words.as_str(),
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("dear", false, Some("$1.00".into()), "right again after 10m"),
                (
                    "early",
                    false,
                    Some("$0.33".into()),
                    "right again after 50m"
                ),
                ("cheap", true, Some("$0.02".into()), "open for 50m"),
                ("free", true, None, "open for 25m"),
            ]
        );
        assert_eq!(away.open, 2);
        assert_eq!(away.lost.unwrap().to_string(), "$1.35");
    }

    #[test]
    fn what_was_before_and_did_not_move_is_not_told() {
        let told = [
            happening(90, "old", What::Raised, None),
            happening(80, "gone", What::Raised, None),
            happening(70, "gone", What::Closed, None),
        ];
        assert!(
            while_away(&told, NOW - Span::hours(1), NOW)
                .stories
                .is_empty()
        );
    }

    #[test]
    fn what_something_else_explains_is_told_with_it_alone() {
        let under = |cause: &str| What::Folded {
            under: ItemId(cause.into()),
        };
        let told = [
            happening(30, "app", What::Raised, None),
            happening(30, "db", What::Raised, None),
            happening(30, "left", What::Raised, None),
            happening(29, "node", What::Raised, None),
            happening(29, "app", under("node"), None),
            happening(29, "db", under("node"), None),
            happening(29, "left", under("node"), None),
        ];
        let since = NOW - Span::hours(1);
        let away = while_away(&told, since, NOW);
        assert_eq!(away.open, 1);
        assert_eq!(
            away.stories[0].words.as_str(),
            "with 3 consequences, open for 29m"
        );
        let over = ["node", "app", "db"].map(|item| happening(10, item, What::Closed, None));
        let all: Vec<Happening> = told.into_iter().chain(over).collect();
        let away = while_away(&all, since, NOW);
        let said = away
            .stories
            .iter()
            .map(|story| (story.item.0.as_str(), story.words.as_str()));
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                ("left", "open for 30m"),
                ("node", "with 2 consequences, right again after 19m"),
            ],
            "what outlasts its cause is told by itself"
        );
    }

    #[test]
    fn what_was_done_is_told_with_it() {
        let by: Text = "autopilot".into();
        let told = [
            happening(9, "app", What::Raised, None),
            happening(
                8,
                "app",
                What::FixBegun {
                    by,
                    run: vocab::RunId::made_at(NOW),
                },
                None,
            ),
            happening(7, "app", What::Closed, None),
            happening(5, "app", What::Reopened, None),
            happening(4, "app", What::Closed, None),
        ];
        let away = while_away(&told, NOW - Span::hours(1), NOW);
        assert_eq!(away.stories[0].times, 2);
        assert_eq!(
            away.stories[0].words.as_str(),
            "fix begun by autopilot, right again after 2m, right again after 1m"
        );
    }
}
