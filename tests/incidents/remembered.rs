//! What the world remembers of its items is what it would make of them anew, after any events and at any moment.

#![expect(
    clippy::expect_used,
    reason = "a script that cannot be read ends the test"
)]

use std::path::{Path, PathBuf};

use incidents::{Heard, Script, Stage, at, empty};
use proptest::prelude::*;
use vocab::{RunId, Span, Text, Time};
use world::autopilot::{AttemptEnd, Outcome, Switch, Trust};
use world::priorities::{Delegation, Item, Mark, Origin, Snooze};
use world::query::items;
use world::{Actor, Attempt, Event, Face, Fact, Note, Weights, World};

/// A die that is the same for the same seed.
struct Dice(u64);

impl Dice {
    /// From 0 to one less than `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Up to so long, from a millisecond on: short spans are as likely as long ones.
    fn span(&mut self, longest: Span) -> Span {
        let reach = longest.0.unsigned_abs();
        let bits = 64 - reach.leading_zeros();
        let most = 1 << (1 + self.roll(u64::from(bits)));
        let span = 1 + self.roll(reach.min(most).max(1));
        Span(i64::try_from(span).unwrap_or(i64::MAX))
    }
}

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("files");
    let entries = std::fs::read_dir(folder).expect("the folder of scripts");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn actor(face: Face) -> Actor {
    Actor {
        user: "operator".into(),
        face,
    }
}

/// What people and the autopilot may do meanwhile.
fn meddled(world: &World, now: Time, dice: &mut Dice) -> Option<Fact> {
    let all = items(world, now);
    let count = u64::try_from(all.len()).unwrap_or(0);
    let chosen = if count > 0 { dice.roll(count) } else { 0 };
    let item = all.get(usize::try_from(chosen).unwrap_or(0));
    let week = Span::days(7);
    Some(match dice.roll(7) {
        0 | 1 => Fact::ItemMarked {
            item: item?.id.clone(),
            mark: Box::new(mark(now, dice)),
        },
        2 => Fact::NoteWritten(Box::new(Note {
            id: Text::line(format!("{}", dice.roll(4))),
            text: "call them back".into(),
            by: "operator".into(),
            system: (dice.roll(2) == 0).then(|| "crm".into()),
            at: now,
            due: (dice.roll(2) == 0).then(|| now + dice.span(week)),
            from: (dice.roll(2) == 0).then(|| now + dice.span(week)),
            worth: None,
            vip: dice.roll(2) == 0,
        })),
        3 => Fact::NoteGone(Text::line(format!("{}", dice.roll(4)))),
        4 => Fact::FixTried(Box::new(attempt(item?, now, dice)?)),
        5 => Fact::AutopilotSwitched(Box::new(Switch {
            stopped: None,
            forgiven: (dice.roll(2) == 0).then_some(now),
            trusted: (dice.roll(2) == 0)
                .then(|| {
                    let by = Text::line("anna");
                    (Text::line("start-container"), Trust { at: now, by })
                })
                .into_iter()
                .collect(),
        })),
        _ => {
            let archive_after = dice.span(Span::hours(48));
            Fact::WeightsDeclared(Box::new(Weights {
                archive_after,
                ..Weights::default()
            }))
        }
    })
}

fn mark(now: Time, dice: &mut Dice) -> Mark {
    let by: Text = "operator".into();
    let week = Span::days(7);
    let mut mark = Mark::default();
    match dice.roll(5) {
        0 => mark.acknowledged = Some((now, by)),
        1 => mark.done = Some((now, by)),
        2 => {
            mark.snoozed = Some(Snooze {
                until: now + dice.span(week),
                reason: "later".into(),
            });
        }
        3 => {
            mark.delegated = Some(Delegation {
                to: "somebody".into(),
                until: now + dice.span(week),
            });
        }
        _ => mark.archived = Some(now),
    }
    mark
}

fn attempt(item: &Item, now: Time, dice: &mut Dice) -> Option<Attempt> {
    let Origin::Signal { id, .. } = &item.origin else {
        return None;
    };
    let end = AttemptEnd {
        at: now,
        outcome: Outcome::StillWrong,
        words: "seen again".into(),
    };
    Some(Attempt {
        run: RunId::made_at(now),
        item: item.id.clone(),
        signal: id.clone(),
        fix: "restart-container".into(),
        title: "restart it".into(),
        by: actor(Face::Autopilot),
        begun: now,
        blast: None,
        end: (dice.roll(4) > 0).then_some(end),
    })
}

/// Plays a script and asks at every event, of the moment or any other.
fn play(file: &Path, seed: u64) {
    let script = Script::read(file);
    let mut course = script.course().into_iter().peekable();
    let (_, mut parts) = course.next().expect("a start");
    let mut dice = Dice(seed);
    let mut stage = Stage::default();
    let mut world = empty();
    for second in 0..=400 {
        while let Some((_, next)) = course.next_if(|(from, _)| *from <= second) {
            parts = next;
        }
        let mut facts: Vec<Fact> = stage
            .tick(&parts)
            .into_iter()
            .map(|Heard { fact, .. }| fact)
            .collect();
        if dice.roll(8) == 0 {
            facts.extend(meddled(&world, at(second), &mut dice));
        }
        for fact in facts {
            let said = format!("{fact:?}");
            world.apply(&Event {
                at: at(second),
                fact,
            });
            if dice.roll(4) > 0 {
                continue;
            }
            let now = match dice.roll(6) {
                0 => at(second) + dice.span(Span::days(14)),
                1 => at(second) - dice.span(Span::hours(1)),
                _ => at(second) + dice.span(Span::seconds(10)),
            };
            // A copy remembers nothing.
            let anew = items(&world.clone(), now);
            assert_eq!(
                items(&world, now),
                anew,
                "{}, seed {seed}, second {second}, asked for {now} after {said}",
                script.title
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn what_is_remembered_is_what_would_be_made_anew(file in 0..scripts().len(), seed in any::<u64>()) {
        play(&scripts()[file], seed);
    }
}
