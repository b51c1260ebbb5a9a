//! The loop: the world, the clock, the chord that ends it, and the terminal.
//!
//! It draws once a second, with the clock: soon enough for a room, and the least a heartbeat costs.

use std::time::Duration;

use color_eyre::eyre::Context;
use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures::StreamExt;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use ui::terminal::{Guard, Happening, Modes, Screen, check};
use ui::{Seen, Styles};
use world::Interest;

use crate::picture::Picture;
use crate::session::{Ended, Session};

/// Within this time the second key of the chord must come.
const CHORD: Duration = Duration::from_secs(1);

/// Shows the wall until the chord is pressed (`q` twice, or ctrl-c twice, within a second), a signal comes, the terminal
/// is gone, or the engine ends. Every other key is ignored. Fails when there is no terminal to draw on.
pub async fn run(session: Session) -> color_eyre::Result<Ended> {
    check()?;
    // Unbounded, because the thread that watches the terminal must never wait; there are few happenings.
    let (tell, happenings) = mpsc::unbounded_channel();
    let told = move |happening| {
        // Nobody listens any more only when the wall has ended.
        let _ = tell.send(happening);
    };
    let guard =
        Guard::enter(Modes::default(), told).wrap_err("the terminal cannot be taken over")?;
    let screen = guard
        .screen()
        .wrap_err("the terminal's size cannot be read")?;
    let picture = Picture::new(
        Styles::new(&session.theme),
        TimeZone::system(),
        session.seconds,
        session.money,
    );
    Wall {
        session,
        guard,
        screen,
        picture,
        interest: Interest::default(),
        chord: Chord::default(),
    }
    .serve(happenings)
    .await
}

struct Wall {
    session: Session,
    guard: Guard,
    screen: Screen,
    picture: Picture,
    /// What the engine was last told that is looked at.
    interest: Interest,
    chord: Chord,
}

impl Wall {
    async fn serve(
        mut self,
        mut happenings: mpsc::UnboundedReceiver<Happening>,
    ) -> color_eyre::Result<Ended> {
        let mut events = EventStream::new();
        let mut listening = true;
        self.draw();
        let mut due = self.next_second();
        loop {
            let draws = tokio::select! {
                biased;
                happening = happenings.recv() => match happening.map(|happening| self.happened(happening)).transpose()? {
                    Some(Some(ended)) => return Ok(ended),
                    Some(None) => true,
                    None => return Ok(Ended::Asked),
                },
                event = events.next(), if listening => match event {
                    Some(Ok(Event::Key(key))) if self.chord.press(key, Instant::now()) => return Ok(Ended::Asked),
                    Some(Ok(Event::Resize(..))) => true,
                    Some(Ok(_)) => false,
                    // Without input the wall still shows; the watcher tells when the terminal is gone.
                    Some(Err(_)) | None => {
                        listening = false;
                        false
                    }
                },
                world = self.session.watch.changed() => {
                    if world.is_err() {
                        return Ok(Ended::EngineGone);
                    }
                    false
                }
                () = sleep_until(due) => {
                    due = self.next_second();
                    true
                }
            };
            if draws {
                self.draw();
            }
        }
    }

    /// Answers what happened to the terminal; the end, when it is one.
    fn happened(&self, happening: Happening) -> std::io::Result<Option<Ended>> {
        match happening {
            Happening::Stop => self.guard.suspend()?,
            Happening::Continued => self.guard.resume()?,
            Happening::Writable | Happening::HungUp | Happening::Signal(_) => {}
        }
        Ok(happening.exit_code().map(Ended::Signal))
    }

    /// Draws a frame, unless the terminal has not taken the one before: then the next second's is soon enough.
    fn draw(&mut self) {
        let seen = Seen {
            world: self.session.watch.world(),
            now: self.session.watch.now(),
        };
        let interest = Picture::interest(seen);
        if interest != self.interest {
            self.session.watch.set_interest(interest.clone());
            self.interest = interest;
        }
        let picture = &mut self.picture;
        // A terminal that is gone fails here too; the watcher tells of it and says how this ends.
        drop(
            self.screen
                .draw(|frame| picture.draw(frame.buffer_mut(), seen)),
        );
    }

    /// When the clock's seconds turn, and a moment later, so that the new one has surely begun.
    fn next_second(&self) -> Instant {
        let past = self.session.watch.now().0.rem_euclid(1000).unsigned_abs();
        Instant::now() + Duration::from_millis(1005 - past)
    }
}

/// The chord that ends the wall: the same key twice, so that no cat and no cleaning cloth ends it.
#[derive(Debug, Default)]
struct Chord {
    last: Option<(KeyCode, Instant)>,
}

impl Chord {
    /// Whether this key completes it.
    fn press(&mut self, key: KeyEvent, now: Instant) -> bool {
        if key.kind == KeyEventKind::Release {
            return false;
        }
        let ours = matches!(
            (key.code, key.modifiers),
            (KeyCode::Char('q'), KeyModifiers::NONE) | (KeyCode::Char('c'), KeyModifiers::CONTROL)
        );
        // A key held down repeats; only two presses are meant.
        let before = self.last.take().filter(|_| key.kind == KeyEventKind::Press);
        if !ours {
            return false;
        }
        self.last = Some((key.code, now));
        before.is_some_and(|(code, at)| code == key.code && now.duration_since(at) < CHORD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: char, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(code), modifiers)
    }

    #[test]
    fn only_the_same_key_twice_in_a_second_ends_it() {
        let begun = Instant::now();
        let at = |millis| begun + Duration::from_millis(millis);
        let (q, c) = (
            key('q', KeyModifiers::NONE),
            key('c', KeyModifiers::CONTROL),
        );
        let mut chord = Chord::default();
        assert!(!chord.press(q, at(0)));
        assert!(!chord.press(c, at(100)));
        assert!(!chord.press(q, at(200)));
        assert!(!chord.press(q, at(1300)), "too late");
        assert!(!chord.press(key('x', KeyModifiers::NONE), at(1400)));
        assert!(!chord.press(q, at(1500)), "something between");
        assert!(chord.press(q, at(1600)));
        let mut chord = Chord::default();
        assert!(!chord.press(c, at(0)));
        assert!(chord.press(c, at(500)));
    }

    #[test]
    fn no_other_key_does_anything() {
        let mut chord = Chord::default();
        let now = Instant::now();
        for letter in (' '..='~').filter(|letter| *letter != 'q') {
            assert!(!chord.press(key(letter, KeyModifiers::NONE), now));
            assert!(!chord.press(key(letter, KeyModifiers::NONE), now));
        }
    }
}
