//! What is told of what became of items: while nobody was at the keys, and how well they were dealt with.

use ui::{Figure, Seen};
use vocab::{Span, Time};
use world::query::statistics::{GOAL_BY_ITSELF, GOAL_UNTOUCHED};
use world::query::{Away, Statistics, statistics, while_away};
use world::{Actor, Face};

use super::App;
use crate::dialogs::{Dialog, Item, Note};
use crate::words::count;

/// Without a key for so long nobody is there.
const AWAY: Span = Span::minutes(10);

/// That somebody is there is written down so often.
const TOLD: Span = Span::minutes(1);

/// Statistics are of so long.
const LOOKED_BACK: Span = Span::days(30);

impl App {
    /// Somebody is at the keys: since when nobody was is kept, for who wants to see what happened meanwhile.
    pub(super) fn touched(&mut self, seen: Seen<'_>) {
        if let Some(last) = self.last_seen(seen)
            && seen.now.since(last) >= AWAY
        {
            self.away = Some(last);
        }
        self.last_key = Some(seen.now);
    }

    /// When somebody was last at the keys, of this console or one before it.
    fn last_seen(&self, seen: Seen<'_>) -> Option<Time> {
        self.last_key.or(seen.world.operator_seen)
    }

    /// Whether it is to be written down that somebody is at the keys: once a minute.
    pub fn is_attended(&mut self) -> bool {
        let Some(last) = self.last_key else {
            return false;
        };
        let due = self.told_key.is_none_or(|told| last.since(told) >= TOLD);
        if due {
            self.told_key = Some(last);
        }
        due
    }

    /// One line of what became of items since the last key, when that is long ago and something did.
    pub(super) fn away_line(&self, seen: Seen<'_>) -> Option<String> {
        let last = self.last_seen(seen)?;
        let span = seen.now.since(last);
        if span < AWAY {
            return None;
        }
        let told = while_away(&seen.world.happenings, last, seen.now);
        (!told.stories.is_empty())
            .then(|| format!("while you were away ({span}): {}", summary(&told)))
    }

    /// Shows what became of items while nobody was at the keys; before anybody was away, since the operator last did
    /// something, at most a day.
    pub(super) fn show_away(&mut self, seen: Seen<'_>) {
        let own = |by: &Actor| matches!(by.face, Face::Console | Face::Shell);
        let acted = seen.world.audit.iter().rev().find(|line| own(&line.by));
        let since = self
            .away
            .or_else(|| acted.map(|line| line.at))
            .unwrap_or(seen.now - Span::days(1))
            .max(seen.now - Span::days(7));
        let told = while_away(&seen.world.happenings, since, seen.now);
        let mut items: Vec<Item> = told
            .stories
            .iter()
            .map(|story| {
                let lost = story
                    .lost
                    .map_or_else(String::new, |lost| format!("{lost} lost  "));
                Item::Words {
                    text: format!("{lost}{}: {}", story.title, story.words),
                    grave: story.open,
                }
            })
            .collect();
        if items.is_empty() {
            items.push(Item::Words {
                text: "Nothing became of any item.".to_owned(),
                grave: false,
            });
        }
        let subject = format!("since {} ago: {}", seen.now.since(since), summary(&told));
        let note = Note::of("while you were away", subject, items);
        self.dialogs.push(Dialog::Note(note));
    }

    /// Shows how well items were dealt with, beside the goals.
    pub(super) fn show_statistics(&mut self, seen: Seen<'_>) {
        let since = seen.now - LOOKED_BACK;
        let found = statistics(seen.world, &seen.world.happenings, since);
        let note = Note::of(
            "how items are dealt with",
            "of the last 30 days, as far as is remembered".to_owned(),
            figures(&found).into_iter().map(Item::Figure).collect(),
        );
        self.dialogs.push(Dialog::Note(note));
    }
}

/// `3 items, 1 still open, $0.04 lost`.
fn summary(told: &Away) -> String {
    let mut words = vec![count(told.stories.len(), "item")];
    if told.open > 0 {
        words.push(format!("{} still open", told.open));
    }
    words.extend(told.lost.map(|lost| format!("{lost} lost")));
    words.join(", ")
}

fn figures(found: &Statistics) -> Vec<Figure> {
    let share = |percent: Option<u32>| {
        percent.map_or_else(|| "--".to_owned(), |percent| format!("{percent} %"))
    };
    let low = format!(
        "of low items needed no person: {} of {}, {} put away; the goal is {GOAL_UNTOUCHED} %",
        found.low_untouched, found.low, found.archived
    );
    let fixes = format!(
        "of fixes needed no approval: {} of {}; the goal is {GOAL_BY_ITSELF} %",
        found.fixes_by_itself, found.fixes
    );
    let median = found
        .median
        .map_or_else(|| "--".to_owned(), |median| median.to_string());
    vec![
        Figure::new(
            "came up",
            found.raised,
            format!("items, of which {} are over", found.over),
        ),
        Figure::new("by nobody", share(found.untouched_percent()), low),
        Figure::new("by itself", share(found.by_itself_percent()), fixes),
        Figure::new("to its end", median, "as many take longer as take less"),
    ]
}
