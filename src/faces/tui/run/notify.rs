//! Notifications in the terminal itself, for a console that nobody looks at: OSC 777, OSC 9 or the bell, wrapped for tmux (tmux(1),
//! `allow-passthrough`).
//!
//! What is told is decided as for any other channel; what this console has told it remembers itself. What was wrong before it
//! began is on its screen already, and is not told.

use std::env;

use config::fleet::{AlertSpec, AlertWay, TerminalSign};
use jiff::tz::TimeZone;
use vocab::{ChannelName, Span, Text, Time};
use world::World;
use world::alerts::{Channel, ChannelKind, Clock, Delivery, MessageKind, Outbox, due};
use world::query::items;

/// How often it is looked whether there is something to tell.
const EVERY: Span = Span::seconds(2);

/// The most characters of a notification.
const LONGEST: usize = 240;

/// Tells by the terminal what its channels are to be told.
pub struct Notifier {
    signs: Vec<(ChannelName, TerminalSign)>,
    told: Outbox,
    began: Time,
    looked: Time,
}

impl Notifier {
    /// For the channels of the fleet file, from now on.
    pub fn new(alerts: &[AlertSpec], now: Time) -> Self {
        let signs = alerts.iter().filter_map(|spec| match &spec.way {
            AlertWay::Terminal { sign } => Some((spec.name.clone(), *sign)),
            _ => None,
        });
        Self {
            signs: signs.collect(),
            told: Outbox::default(),
            began: now,
            looked: Time::default(),
        }
    }

    /// What the terminal is to be sent now; most of the time nothing.
    pub fn look(&mut self, world: &World, now: Time) -> Option<String> {
        let is_ours = |channel: &&Channel| channel.kind == ChannelKind::Terminal;
        if !world.alerts.channels.iter().any(|one| is_ours(&one)) || now.since(self.looked) < EVERY
        {
            return None;
        }
        self.looked = now;
        let items = items(world, now);
        let mut sent = String::new();
        for channel in world.alerts.channels.iter().filter(is_ours) {
            let there = now.timestamp().to_zoned(zone(channel));
            let clock = Clock {
                now,
                minute: u16::from(there.hour().unsigned_abs()) * 60
                    + u16::from(there.minute().unsigned_abs()),
                day: Text::line(there.date().to_string()),
                since: self.began,
            };
            let mut messages = due(world, &self.told, channel, &items, &clock).messages;
            let tests = world.alerts.outbox.of(&channel.name).into_iter();
            messages.extend(tests.filter(|test| self.is_new(test)).cloned());
            for message in messages {
                let before = message.kind == MessageKind::Opened && message.opening < self.began;
                if !before {
                    let words = words(&world.name, &message);
                    sent.push_str(&sequence(self.sign(&channel.name), &words));
                }
                let taken = message.sent(Text::default(), now);
                self.told.take_in(&[taken]);
            }
        }
        (!sent.is_empty()).then_some(sent)
    }

    /// Whether it is a test that somebody asked for while this console is open, and that it has not shown.
    fn is_new(&self, delivery: &Delivery) -> bool {
        delivery.kind == MessageKind::Test
            && delivery.made >= self.began
            && self.told.get(&delivery.id).is_none()
    }

    fn sign(&self, channel: &ChannelName) -> TerminalSign {
        let found = self.signs.iter().find(|(name, _)| name == channel);
        match found.map(|(_, sign)| *sign) {
            None | Some(TerminalSign::Auto) => known_sign(|name| env::var(name).ok()),
            Some(sign) => sign,
        }
    }
}

fn zone(channel: &Channel) -> TimeZone {
    let named = channel.timezone.as_deref();
    named
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or_else(TimeZone::system)
}

/// What a terminal is known to understand, by what it says of itself; else the bell.
fn known_sign(variable: impl Fn(&str) -> Option<String>) -> TerminalSign {
    let of = |name: &str| variable(name).unwrap_or_default();
    let (program, term) = (of("TERM_PROGRAM"), of("TERM"));
    let osc9 = ["iTerm.app", "WezTerm", "ghostty"].contains(&program.as_str())
        || of("LC_TERMINAL") == "iTerm2"
        || term == "xterm-kitty"
        || variable("WT_SESSION").is_some();
    let osc777 = term.starts_with("foot")
        || term.starts_with("rxvt-unicode")
        || variable("VTE_VERSION").is_some();
    if osc9 {
        TerminalSign::Osc9
    } else if osc777 {
        TerminalSign::Osc777
    } else {
        TerminalSign::Bell
    }
}

/// A message in one line. It begins with a word: some terminals take a number there for the progress of something.
fn words(fleet: &Text, message: &Delivery) -> String {
    let text = format!("wheelhouse {fleet}: {}", message.title);
    text.chars().take(LONGEST).collect()
}

fn sequence(sign: TerminalSign, words: &str) -> String {
    let plain = match sign {
        // Its fields are parted by semicolons.
        TerminalSign::Osc777 => {
            format!("\x1b]777;notify;wheelhouse;{}\x07", words.replace(';', ","))
        }
        TerminalSign::Osc9 => format!("\x1b]9;{words}\x07"),
        // tmux hears the bell itself.
        TerminalSign::Auto | TerminalSign::Bell => return "\x07".to_owned(),
    };
    if env::var_os("TMUX").is_some() {
        wrapped(&plain)
    } else {
        plain
    }
}

/// As tmux hands it on to the terminal that it is in.
fn wrapped(plain: &str) -> String {
    format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b"))
}

#[cfg(test)]
mod tests {
    use vocab::Severity;
    use world::alerts::{AlertRate, test_message};
    use world::{Event, Fact, Note};

    use super::*;

    const NOW: Time = Time(1_795_269_728_000);

    fn note(world: &mut World, id: &str, at: Time) {
        let note = Note {
            id: id.into(),
            text: Text::line(format!("{id}; is slow")),
            by: "uptime".into(),
            system: Some("uptime".into()),
            at,
            due: None,
            from: None,
            worth: None,
            vip: false,
        };
        let fact = Fact::NoteWritten(Box::new(note));
        world.apply(&Event { at, fact });
    }

    fn world() -> World {
        let mut world = World {
            name: "aurora".into(),
            ..World::default()
        };
        world.alerts.channels.push(Channel {
            name: ChannelName::new("desk").unwrap(),
            kind: ChannelKind::Terminal,
            to: Text::default(),
            level: Severity::Notice,
            wait: Span::ZERO,
            quiet: None,
            quiet_except: None,
            timezone: Some("UTC".into()),
            repeat: None,
            rate: AlertRate {
                most: 30,
                within: Span::hours(1),
            },
            report: None,
            unusable: None,
        });
        world
    }

    #[test]
    fn tells_what_comes_up_once_and_its_end_and_tests() {
        let mut world = world();
        note(&mut world, "before", NOW - Span::hours(1));
        let spec = AlertSpec {
            expires: None,
            name: ChannelName::new("desk").unwrap(),
            level: Severity::Notice,
            wait: Span::ZERO,
            quiet: None,
            quiet_except: None,
            timezone: None,
            repeat: None,
            rate: config::fleet::AlertRate {
                most: 30,
                within: Span::hours(1),
            },
            way: AlertWay::Terminal {
                sign: TerminalSign::Osc777,
            },
        };
        let mut notifier = Notifier::new(&[spec], NOW);
        let after = |seconds| NOW + Span::seconds(seconds);
        assert_eq!(notifier.look(&world, after(1)), None, "it is on the screen");
        note(&mut world, "shop", after(2));
        let told = notifier.look(&world, after(4)).unwrap();
        assert!(told.contains("notice: shop, is slow"), "{told:?}");
        assert_eq!(notifier.look(&world, after(5)), None, "not so often");
        assert_eq!(notifier.look(&world, after(8)), None, "not twice");
        let fact = Fact::NoteGone("shop".into());
        world.apply(&Event { at: after(9), fact });
        let told = notifier.look(&world, after(10)).unwrap();
        assert!(told.contains("recovered after"), "{told:?}");
        let name = ChannelName::new("desk").unwrap();
        let id = vocab::RunId::default();
        let test = test_message(&name, id, &"aurora".into(), &"operator".into(), after(11));
        world.alerts.outbox.take_in(&[test]);
        assert!(
            notifier
                .look(&world, after(12))
                .unwrap()
                .contains("test of desk")
        );
        assert_eq!(notifier.look(&world, after(14)), None);
    }

    #[test]
    fn speaks_as_the_terminal_understands() {
        let of = |set: &'static [(&str, &str)]| {
            known_sign(|name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[("TERM_PROGRAM", "WezTerm")]), TerminalSign::Osc9);
        assert_eq!(of(&[("TERM", "foot-extra")]), TerminalSign::Osc777);
        assert_eq!(of(&[("VTE_VERSION", "7600")]), TerminalSign::Osc777);
        assert_eq!(of(&[("TERM", "screen-256color")]), TerminalSign::Bell);
        assert_eq!(sequence(TerminalSign::Bell, "x"), "\x07");
        assert_eq!(wrapped("\x1b]9;x\x07"), "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\");
    }
}
