//! Which page is shown: each in turn, but something new in the top three comes at once and stays.

use std::collections::BTreeMap;

use vocab::{Span, Time};
use world::About;

use crate::pages::Page;

/// So long something new keeps its page, unless it clears before.
const PINNED_FOR: Span = Span::minutes(2);

/// Something that left the top three and comes back within this time is not new: what flaps does not hold the wall.
const REMEMBERED_FOR: Span = Span::minutes(10);

/// The turn of the pages.
#[derive(Debug)]
pub struct Rotation {
    /// How long each page stays.
    each: Span,
    shown: Page,
    since: Time,
    /// What interrupted the turn, and when.
    pinned: Option<(Vec<About>, Time)>,
    /// What was in the top three, and when it last was.
    known: BTreeMap<About, Time>,
    begun: bool,
}

impl Rotation {
    /// Pages that stay so many seconds each.
    pub const fn new(seconds: u32) -> Self {
        Self {
            each: Span::seconds(seconds as i64),
            shown: Page::Top,
            since: Time(0),
            pinned: None,
            known: BTreeMap::new(),
            begun: false,
        }
    }

    /// Moves on to `now`: which page is shown, of those that have something to say, and given what is in the top three.
    pub fn turn(&mut self, pages: &[Page], top: &[&About], now: Time) -> Page {
        self.notice(top, now);
        let over = self.pinned.as_ref().is_some_and(|(what, at)| {
            now.since(*at) >= PINNED_FOR || !what.iter().any(|about| top.contains(&about))
        });
        if over {
            self.pinned = None;
            self.since = now;
        }
        let gone = !pages.contains(&self.shown);
        if gone || (self.pinned.is_none() && now.since(self.since) >= self.each) {
            self.shown = next(pages, self.shown);
            self.since = now;
        }
        self.shown
    }

    /// Whether something holds its page.
    pub const fn is_pinned(&self) -> bool {
        self.pinned.is_some()
    }

    /// Compares the top three with those before. The first ones of all are not new: nobody has seen the wall without them.
    fn notice(&mut self, top: &[&About], now: Time) {
        self.known
            .retain(|_, seen| now.since(*seen) < REMEMBERED_FOR);
        let new: Vec<About> = top
            .iter()
            .filter(|about| !self.known.contains_key(**about))
            .map(|about| (*about).clone())
            .collect();
        for about in top {
            self.known.insert((*about).clone(), now);
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.since = now;
        } else if !new.is_empty() {
            self.pinned = Some((new, now));
            self.shown = Page::Top;
            self.since = now;
        }
    }
}

/// The page behind this one, in their order, and from the last to the first.
fn next(pages: &[Page], shown: Page) -> Page {
    pages
        .iter()
        .find(|page| **page > shown)
        .or_else(|| pages.first())
        .copied()
        .unwrap_or(Page::Top)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: [Page; 3] = [Page::Top, Page::Nodes, Page::Services];

    fn about(name: &str) -> About {
        About::Console(name.into())
    }

    fn at(seconds: i64) -> Time {
        Time::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn pages_come_in_turn_and_empty_ones_are_skipped() {
        let mut rotation = Rotation::new(15);
        let shown: Vec<Page> = (0..60)
            .step_by(15)
            .map(|second| rotation.turn(&PAGES, &[], at(second)))
            .collect();
        assert_eq!(shown, [Page::Top, Page::Nodes, Page::Services, Page::Top]);
        assert_eq!(
            rotation.turn(&PAGES, &[], at(59)),
            Page::Top,
            "and stay as long as they should"
        );
        assert_eq!(
            rotation.turn(&[Page::Services], &[], at(59)),
            Page::Services,
            "a page that has nothing left to say goes at once"
        );
    }

    #[test]
    fn something_new_interrupts_and_stays_until_it_clears() {
        let (old, new) = (about("old"), about("new"));
        let mut rotation = Rotation::new(15);
        assert_eq!(rotation.turn(&PAGES, &[&old], at(0)), Page::Top);
        assert!(
            !rotation.is_pinned(),
            "what was there from the start is not new"
        );
        assert_eq!(rotation.turn(&PAGES, &[&old], at(15)), Page::Nodes);
        assert_eq!(rotation.turn(&PAGES, &[&new, &old], at(16)), Page::Top);
        assert_eq!(rotation.turn(&PAGES, &[&new, &old], at(100)), Page::Top);
        assert!(rotation.is_pinned());
        assert_eq!(rotation.turn(&PAGES, &[&old], at(101)), Page::Top);
        assert!(!rotation.is_pinned(), "cleared");
        assert_eq!(rotation.turn(&PAGES, &[&old], at(116)), Page::Nodes);
    }

    #[test]
    fn what_does_not_clear_ages_out_and_what_flaps_is_not_new() {
        let new = about("new");
        let mut rotation = Rotation::new(15);
        rotation.turn(&PAGES, &[], at(0));
        rotation.turn(&PAGES, &[&new], at(1));
        rotation.turn(&PAGES, &[&new], at(121));
        assert!(!rotation.is_pinned());
        assert_eq!(rotation.turn(&PAGES, &[&new], at(137)), Page::Nodes);
        rotation.turn(&PAGES, &[], at(140));
        rotation.turn(&PAGES, &[&new], at(150));
        assert!(!rotation.is_pinned());
        rotation.turn(&PAGES, &[], at(160));
        assert_eq!(rotation.turn(&PAGES, &[&new], at(160 + 700)), Page::Top);
        assert!(rotation.is_pinned(), "after long enough it is new again");
    }
}
