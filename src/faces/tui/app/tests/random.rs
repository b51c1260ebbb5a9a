//! Random keys by the hundred thousand, by somebody who means harm as often as not: nothing irreversible is taken on
//! without its exact typed name, nothing disruptive without its letter, and in a read-only session nothing is asked for.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kit::backoff::mix;
use vocab::{RunId, Span, Text};
use world::{Confirmation, Consent, ContainerVerb, Intent, Plan, Reversibility};

use super::Bench;
use crate::app::{Demand, Message};
use crate::fixture::{Fixture, NOW, plan};

/// Sequences of keys in all.
const SEQUENCES: u64 = 100_000;

/// The most keys, names and words of one sequence.
const LENGTH: usize = 6;

/// After so many sequences a new console is begun, and the old one drawn in some size.
const CONSOLE: u64 = 250;

/// Command lines that ask for something.
const COMMANDS: [&str; 8] = [
    "restart acme/app",
    "kill acme/app",
    "remove caddy",
    "stop caddy",
    "prune aurora",
    "reboot compute-1",
    "run @aurora true",
    "change.kill",
];

/// A generator that plays the same course for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = mix(self.0);
        (self.0 >> 16) as usize % limit
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// What is pressed.
enum Press {
    Key(KeyEvent),
    Paste(String),
}

/// Somebody at a console, and the engine at its other end.
struct Player {
    bench: Bench,
    dice: Dice,
    next: u128,
    /// Plans that are still being made.
    coming: Vec<Plan>,
    /// The plans that came, and what was pressed since each was on the screen for long enough to be read.
    pressed: BTreeMap<RunId, (Plan, Option<Vec<KeyEvent>>)>,
    tally: Tally,
}

/// What was taken on, so that a test that reaches nothing fails.
#[derive(Debug, Default)]
struct Tally {
    planned: usize,
    grace: usize,
    letter: usize,
    typed: usize,
}

impl Player {
    fn new(seed: u64, can_change: bool) -> Self {
        Self {
            bench: Bench::with(Fixture::full(), can_change),
            dice: Dice(seed),
            next: 1,
            coming: Vec::new(),
            pressed: BTreeMap::new(),
            tally: Tally::default(),
        }
    }

    fn play(&mut self, sequences: u64, can_change: bool) {
        for number in 0..sequences {
            if number % CONSOLE == CONSOLE - 1 {
                let (width, height) = (self.dice.below(170) as u16, self.dice.below(50) as u16);
                self.bench.buffer(width, height);
                let world = std::mem::take(&mut self.bench.world);
                self.bench = Bench::with(world, can_change);
                self.coming.clear();
                self.pressed.clear();
            }
            for _ in 0..=self.dice.below(LENGTH) {
                for press in self.choose() {
                    self.press(press);
                }
                if self.dice.below(2) == 0 {
                    self.read();
                }
            }
            for _ in 0..self.dice.below(3) {
                self.press(Press::Key(KeyCode::Esc.into()));
            }
        }
    }

    fn read(&mut self) {
        if self.pressed.values().all(|(_, keys)| keys.is_some()) {
            return;
        }
        self.bench.read();
        for (_, keys) in self.pressed.values_mut() {
            keys.get_or_insert_default();
        }
    }

    /// What is pressed next: any key, one that changes something, or the right answer with something wrong in it.
    fn choose(&mut self) -> Vec<Press> {
        let keys = |text: &str| {
            text.chars()
                .map(|c| Press::Key(KeyCode::Char(c).into()))
                .collect::<Vec<_>>()
        };
        let code = |code: KeyCode| vec![Press::Key(code.into())];
        let answer = self.answer();
        match self.dice.below(20) {
            0..5 => {
                let c = char::from(b' ' + self.dice.below(95) as u8);
                keys(&c.to_string())
            }
            5..8 => keys(
                self.dice
                    .one(&["R", "S", "U", "K", "F", "x", "u", "V", " "]),
            ),
            8 => keys(self.dice.one(&["1", "2", "3", "4", "5", "6", "0"])),
            9 => code(KeyCode::Enter),
            10 => code(KeyCode::Tab),
            11 => code(
                [
                    KeyCode::Up,
                    KeyCode::Down,
                    KeyCode::Left,
                    KeyCode::Backspace,
                    KeyCode::BackTab,
                ][self.dice.below(5)],
            ),
            12 => {
                let letter = KeyCode::Char(char::from(b'a' + self.dice.below(26) as u8));
                let with = [KeyModifiers::CONTROL, KeyModifiers::ALT][self.dice.below(2)];
                vec![Press::Key(KeyEvent::new(letter, with))]
            }
            13 => code(KeyCode::Esc),
            14 => {
                let line = format!(":{}", self.dice.one(&COMMANDS));
                keys(&line)
                    .into_iter()
                    .chain(code(KeyCode::Enter))
                    .collect()
            }
            15 => vec![Press::Paste(answer)],
            16 => keys(&answer.chars().skip(1).collect::<String>()),
            17 => keys(&answer.to_uppercase()),
            18 => keys(&answer),
            _ => [code(KeyCode::Tab), keys(&answer), code(KeyCode::Enter)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    /// What the newest plan asks for.
    fn answer(&self) -> String {
        match self
            .pressed
            .values()
            .next_back()
            .map(|(plan, _)| &plan.confirmation)
        {
            Some(Confirmation::Letter(letter)) => letter.to_string(),
            Some(Confirmation::TypedName(name)) => name.to_string(),
            _ => "acme/app".to_owned(),
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a key press is used up by pressing it"
    )]
    fn press(&mut self, press: Press) {
        let seen = ui::Seen {
            world: &self.bench.world,
            now: self.bench.now,
        };
        let demands = match &press {
            Press::Key(key) => {
                for keys in self
                    .pressed
                    .values_mut()
                    .filter_map(|(_, keys)| keys.as_mut())
                {
                    keys.push(*key);
                }
                self.bench.app.key(key, seen)
            }
            Press::Paste(text) => self.bench.app.paste(text, seen),
        };
        self.take(demands);
        // Plans arrive when they are made, which is in the middle of anything.
        if !self.coming.is_empty() && self.dice.below(2) == 0 {
            let plan = self.coming.remove(0);
            self.pressed.insert(plan.id, (plan.clone(), None));
            let demands = self
                .bench
                .app
                .take(Message::Planned(Ok(Box::new(plan))), NOW);
            self.take(demands);
        }
    }

    fn take(&mut self, demands: Vec<Demand>) {
        for demand in demands {
            match demand {
                Demand::Plan(intent) => {
                    self.tally.planned += 1;
                    self.next += 1;
                    self.coming.push(planned(self.next, intent));
                }
                Demand::Submit(plan, consent) => self.judge(&plan, &consent),
                _ => {}
            }
        }
    }

    /// That this was really said for this plan. A plan is good for one run.
    fn judge(&mut self, submitted: &Plan, consent: &Consent) {
        let (plan, keys) = self
            .pressed
            .remove(&submitted.id)
            .expect("a plan that was shown");
        assert_eq!(*submitted, plan, "nothing else than what was shown");
        if let (Consent::Grace, Confirmation::Grace(_)) = (consent, &plan.confirmation) {
            assert_eq!(plan.reversibility, Reversibility::Reversible);
            self.tally.grace += 1;
            return;
        }
        let keys = keys.expect("nobody consents to what was not on the screen");
        let last = keys.last();
        match (consent, &plan.confirmation) {
            (Consent::Letter(said), Confirmation::Letter(wanted)) => {
                assert_eq!(
                    (said, plan.reversibility),
                    (wanted, Reversibility::Disruptive)
                );
                assert_eq!(
                    last,
                    Some(&KeyCode::Char(*wanted).into()),
                    "the letter and no other key"
                );
                self.tally.letter += 1;
            }
            (Consent::Typed(said), Confirmation::TypedName(wanted)) => {
                assert_eq!(said, wanted);
                assert_eq!(last.map(|key| key.code), Some(KeyCode::Enter));
                assert!(
                    were_typed(wanted, &keys),
                    "{wanted} was not typed: {keys:?}"
                );
                self.tally.typed += 1;
            }
            (consent, confirmation) => panic!("{consent:?} for {confirmation:?}"),
        }
    }
}

/// Whether the keys hold every letter of the name in its order, typed one by one.
fn were_typed(name: &Text, keys: &[KeyEvent]) -> bool {
    let mut typed = keys
        .iter()
        .filter(|key| !key.modifiers.contains(KeyModifiers::CONTROL))
        .filter_map(|key| key.code.as_char());
    name.chars().all(|wanted| typed.any(|c| c == wanted))
}

/// The plan an engine would make of it, as far as its answer goes.
fn planned(number: u128, intent: Intent) -> Plan {
    let named = |name: &str| {
        (
            Reversibility::Irreversible,
            Confirmation::TypedName(name.into()),
        )
    };
    let letter = |letter| (Reversibility::Disruptive, Confirmation::Letter(letter));
    let (reversibility, confirmation) = match &intent {
        Intent::Containers { verb, targets } => match verb {
            ContainerVerb::Start | ContainerVerb::Unpause => (
                Reversibility::Reversible,
                Confirmation::Grace(Span::seconds(5)),
            ),
            ContainerVerb::Restart => letter('r'),
            ContainerVerb::Stop => letter('s'),
            ContainerVerb::Pause => letter('p'),
            ContainerVerb::Kill | ContainerVerb::Remove if targets.len() > 1 => {
                named(&format!("{} containers", targets.len()))
            }
            ContainerVerb::Kill | ContainerVerb::Remove => named("app"),
        },
        Intent::Reboot { nodes } | Intent::PruneLogs { nodes } | Intent::Prune { nodes, .. } => {
            named(nodes.first().map_or("none", |node| node.as_str()))
        }
        Intent::RestartUnits { .. } => letter('r'),
        _ => letter('c'),
    };
    Plan {
        intent,
        reversibility,
        ..plan(number, confirmation)
    }
}

#[test]
fn nothing_is_taken_on_without_exactly_what_it_asks_for() {
    let play = |seed: u64| {
        let mut player = Player::new(seed, true);
        player.play(SEQUENCES / 2, true);
        player.tally
    };
    let tallies = std::thread::scope(|scope| {
        let played = [1, 2].map(|seed| scope.spawn(move || play(seed)));
        played.map(|thread| thread.join().expect("no console broke"))
    });
    for tally in tallies {
        let reached = [tally.planned, tally.grace, tally.letter, tally.typed];
        assert!(
            reached.iter().all(|count| *count > 50),
            "the keys reach what they are to be kept from: {tally:?}"
        );
    }
}

#[test]
fn a_read_only_session_asks_for_nothing() {
    let mut player = Player::new(3, false);
    for _ in 0..SEQUENCES / 10 {
        for press in player.choose() {
            let seen = ui::Seen {
                world: &player.bench.world,
                now: NOW,
            };
            let demands = match &press {
                Press::Key(key) => player.bench.app.key(key, seen),
                Press::Paste(text) => player.bench.app.paste(text, seen),
            };
            let asks = |demand: &Demand| {
                matches!(
                    demand,
                    Demand::Plan(_) | Demand::Submit(..) | Demand::Cancel(_) | Demand::Shell(_)
                )
            };
            assert!(!demands.iter().any(asks), "{demands:?}");
        }
    }
}
