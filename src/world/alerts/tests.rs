//! What a channel is told over time, on worlds whose signals are put in by hand.

use proptest::prelude::*;
use vocab::rule::{Figure, Kind};
use vocab::{ChannelName, ContainerId, ContainerKey, NodeName, RunId, Severity, Span, Text, Time};

use super::*;
use crate::about::About;
use crate::autopilot::Hours;
use crate::priorities::{Mark, Note};
use crate::query::items;
use crate::signals::{Maintenance, Signal};
use crate::testing::{NOW, open};
use crate::world::World;
use crate::{Event, Fact};

fn channel() -> Channel {
    Channel {
        name: ChannelName::new("phone").unwrap(),
        kind: ChannelKind::Ntfy,
        to: Text::default(),
        level: Severity::Warning,
        wait: Span::seconds(30),
        quiet: None,
        quiet_except: None,
        timezone: None,
        repeat: None,
        rate: AlertRate {
            most: 100,
            within: Span::hours(1),
        },
        report: None,
        unusable: None,
    }
}

fn node() -> NodeName {
    NodeName::new("edge-1").unwrap()
}

fn signal(rule: &str, about: About, severity: Severity, at: Time) -> Signal {
    let down = rule == "node.down";
    Signal {
        figure: if down {
            Figure::NodeUnreachable
        } else {
            Figure::ContainerDead
        },
        kind: Kind::Availability,
        seen: at,
        title: Text::line(format!("{rule} is so")),
        ..open(rule, about, severity, at)
    }
}

/// A channel over a world, the moment, and every message that was written.
struct Scene {
    world: World,
    channel: Channel,
    now: Time,
    minute: u16,
    told: Vec<Delivery>,
    /// Whether what is written is delivered.
    delivers: bool,
}

impl Scene {
    fn new(channel: Channel) -> Self {
        Self {
            world: World {
                name: "aurora".into(),
                ..World::default()
            },
            channel,
            now: NOW,
            minute: 12 * 60,
            told: Vec::new(),
            delivers: true,
        }
    }

    fn open(&mut self, rule: &str, severity: Severity) {
        let signal = signal(rule, About::Node(node()), severity, self.now);
        self.world.signals.insert(signal.id.clone(), signal);
    }

    fn close(&mut self, rule: &str) {
        self.world.signals.retain(|id, _| id.rule != *rule);
    }

    fn apply(&mut self, fact: Fact) {
        self.world.apply(&Event { at: self.now, fact });
    }

    /// Lets time pass and writes what is due; the titles of it.
    fn after(&mut self, span: Span) -> Vec<String> {
        self.now = self.now + span;
        let clock = Clock {
            now: self.now,
            minute: self.minute,
            day: "2026-11-21".into(),
            since: NOW - Span::hours(1),
        };
        // The scene changes its world by hand: nothing is remembered of it.
        let items = items(&self.world.clone(), self.now);
        let found = due(
            &self.world,
            &self.world.alerts.outbox,
            &self.channel,
            &items,
            &clock,
        );
        self.world.alerts.outbox.take_in(&found.needless);
        for mut message in found.messages.clone() {
            assert!(
                self.world.alerts.outbox.get(&message.id).is_none(),
                "{message:?}"
            );
            if self.delivers {
                message.attempts = 1;
                message = message.sent("200".into(), self.now);
            }
            self.world.alerts.outbox.take_in(&[message.clone()]);
            self.told.push(message);
        }
        let titles = found.messages.iter();
        titles.map(|message| message.title.to_string()).collect()
    }

    fn soon(&mut self) -> Vec<String> {
        self.after(Span::seconds(31))
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn an_incident_is_told_once_when_it_worsens_again_and_when_it_is_over() {
    let mut channel = channel();
    channel.repeat = Some(Span::hours(4));
    let mut scene = Scene::new(channel);
    scene.open("disk.full", Severity::Warning);
    assert_eq!(
        scene.after(Span::seconds(5)),
        NOTHING,
        "it may be gone in a moment"
    );
    assert_eq!(scene.soon(), ["warning: disk.full is so"]);
    assert_eq!(scene.soon(), NOTHING);
    for signal in scene.world.signals.values_mut() {
        signal.severity = Severity::Critical;
    }
    assert_eq!(scene.soon(), ["now critical: disk.full is so"]);
    assert_eq!(scene.soon(), NOTHING);
    assert_eq!(
        scene.after(Span::hours(4)),
        ["still critical after 4h: disk.full is so"]
    );
    assert_eq!(
        scene.after(Span::hours(4)),
        ["still critical after 8h: disk.full is so"]
    );
    scene.close("disk.full");
    assert_eq!(scene.soon(), ["recovered after 8h: disk.full is so"]);
    assert_eq!(scene.after(Span::hours(9)), NOTHING);
    scene.open("disk.full", Severity::Warning);
    assert_eq!(scene.soon(), ["warning: disk.full is so"], "another one");
}

#[test]
fn a_channel_that_does_not_deliver_collects_no_repeats() {
    let mut scene = Scene::new(channel());
    scene.channel.repeat = Some(Span::minutes(1));
    scene.open("disk.full", Severity::Warning);
    scene.soon();
    scene.delivers = false;
    let still = ["still warning after 1m: disk.full is so"];
    assert_eq!(scene.after(Span::minutes(1)), still);
    assert_eq!(scene.after(Span::hours(1)), NOTHING, "one waits already");
    let heard = scene.told[1].clone().sent("200".into(), scene.now);
    scene.world.alerts.outbox.take_in(&[heard]);
    assert_eq!(scene.soon(), NOTHING, "the minute begins when it is heard");
    assert_eq!(scene.soon(), ["still warning after 1h: disk.full is so"]);
    scene.close("disk.full");
    assert_eq!(scene.soon(), ["recovered after 1h: disk.full is so"]);
    let waited = scene.world.alerts.outbox.get(&scene.told[2].id).unwrap();
    assert!(matches!(waited.state, DeliveryState::Needless { .. }));
}

#[test]
fn forty_consequences_and_their_cause_are_one_message() {
    let mut scene = Scene::new(channel());
    for number in 0..40 {
        let key = ContainerKey {
            node: node(),
            id: ContainerId::new(&format!("{number:012x}")).unwrap(),
        };
        let about = About::Container(key);
        let one = signal("container.dead", about, Severity::Critical, scene.now);
        scene.world.signals.insert(one.id.clone(), one);
    }
    assert_eq!(scene.after(Span::seconds(8)), NOTHING);
    scene.open("node.down", Severity::Critical);
    assert_eq!(scene.soon(), ["critical: node.down is so"]);
    assert!(
        scene.told[0].detail.contains("40"),
        "{}",
        scene.told[0].detail
    );
    scene.world.signals.clear();
    assert_eq!(scene.soon().len(), 1, "and one when it is over");
}

#[test]
fn what_was_told_and_is_folded_later_ends_with_itself() {
    let mut scene = Scene::new(channel());
    scene.open("disk.full", Severity::Warning);
    scene.soon();
    scene.open("node.down", Severity::Critical);
    assert_eq!(scene.soon(), ["critical: node.down is so"]);
    scene.close("node.down");
    assert_eq!(scene.soon(), ["recovered after 1m: node.down is so"]);
    scene.close("disk.full");
    assert_eq!(scene.soon().len(), 1);
}

#[test]
fn what_is_muted_is_not_told() {
    let mut scene = Scene::new(channel());
    scene.open("disk.full", Severity::Notice);
    assert_eq!(scene.soon(), NOTHING, "below the level");
    scene.close("disk.full");

    scene.open("node.down", Severity::Critical);
    let item = items(&scene.world, scene.now)[0].id.clone();
    let mark = Mark {
        acknowledged: Some((scene.now, "operator".into())),
        ..Mark::default()
    };
    scene.world.marks.insert(item.clone(), mark);
    assert_eq!(scene.soon(), NOTHING, "somebody has seen it");
    scene.world.marks.clear();
    for signal in scene.world.signals.values_mut() {
        signal.told = false;
    }
    assert_eq!(scene.soon(), NOTHING, "announced maintenance");
    for signal in scene.world.signals.values_mut() {
        signal.told = true;
        signal.blind = true;
    }
    assert_eq!(scene.soon(), NOTHING, "nobody knows whether it is so");
    for signal in scene.world.signals.values_mut() {
        signal.blind = false;
    }
    assert_eq!(scene.soon().len(), 1);
    scene.channel.repeat = Some(Span::minutes(5));
    scene.world.marks.insert(
        item,
        Mark {
            acknowledged: Some((scene.now, "operator".into())),
            ..Mark::default()
        },
    );
    assert_eq!(scene.after(Span::hours(1)), NOTHING, "not repeated either");
    scene.close("node.down");
    assert_eq!(scene.soon().len(), 1, "its end is told nevertheless");
    // A window that stays declared says nothing by itself.
    scene.apply(Fact::MaintenanceDeclared(vec![Maintenance {
        name: "move".into(),
        from: scene.now,
        lasts: Span::hours(1),
        every: None,
        only: Vec::new(),
    }]));
    assert_eq!(scene.soon(), NOTHING);
}

#[test]
fn quiet_hours_hold_back_what_can_wait() {
    let mut channel = channel();
    channel.quiet = Some(Hours {
        from: 22 * 60,
        until: 7 * 60,
    });
    channel.quiet_except = Some(Severity::Critical);
    let mut scene = Scene::new(channel);
    scene.minute = 23 * 60;
    scene.open("disk.full", Severity::Warning);
    assert_eq!(scene.soon(), NOTHING);
    scene.close("disk.full");
    scene.open("load.high", Severity::Warning);
    scene.soon();
    scene.minute = 7 * 60;
    assert_eq!(
        scene.soon(),
        ["warning: load.high is so"],
        "what is still so, in the morning"
    );
    scene.minute = 22 * 60;
    scene.close("load.high");
    scene.open("node.down", Severity::Critical);
    assert_eq!(
        scene.soon(),
        ["critical: node.down is so"],
        "the gravest passes, its like alone"
    );
    scene.close("node.down");
    assert_eq!(scene.soon().len(), 1);
    scene.minute = 8 * 60;
    assert_eq!(scene.soon().len(), 1, "and the end of the other one");
}

#[test]
fn what_comes_and_goes_is_told_once_more_and_then_when_it_stays_away() {
    let mut scene = Scene::new(channel());
    let mut openings = std::collections::VecDeque::new();
    let mut said = Vec::new();
    for _ in 0..6 {
        scene.open("net.loss", Severity::Critical);
        openings.push_back(scene.now);
        for signal in scene.world.signals.values_mut() {
            signal.openings = openings.clone();
        }
        said.extend(scene.after(Span::minutes(2)));
        let id = scene.world.signals.keys().next().unwrap().clone();
        scene.close("net.loss");
        scene.world.tracking.keep_openings(id, openings.clone());
        said.extend(scene.after(Span::minutes(2)));
    }
    assert_eq!(said.len(), 5, "two by two, then once: {said:?}");
    assert!(scene.told[4].flapping);
    assert_eq!(scene.after(Span::minutes(20)), NOTHING);
    assert_eq!(scene.after(Span::minutes(40)).len(), 1, "calm for an hour");
}

#[test]
fn no_more_than_the_rate_and_the_gravest_first() {
    let mut channel = channel();
    channel.rate.most = 3;
    let mut scene = Scene::new(channel);
    let about = |number: u32| About::Node(NodeName::new(&format!("n{number}")).unwrap());
    for number in 0..8 {
        let severity = if number == 5 {
            Severity::Critical
        } else {
            Severity::Warning
        };
        let one = signal("disk.full", about(number), severity, scene.now);
        scene.world.signals.insert(one.id.clone(), one);
    }
    let first = scene.soon();
    assert_eq!(first.len(), 3);
    assert!(first[0].starts_with("critical"), "{first:?}");
    assert_eq!(scene.told[2].detail, "5 more wait: see `wheelhouse top`");
    assert_eq!(scene.soon(), NOTHING);
    assert_eq!(
        scene.after(Span::hours(1)).len(),
        3,
        "when there is room again"
    );
}

#[test]
fn what_was_over_before_it_could_be_told_is_not_told() {
    let mut scene = Scene::new(channel());
    scene.delivers = false;
    scene.open("disk.full", Severity::Warning);
    assert_eq!(scene.soon().len(), 1);
    scene.close("disk.full");
    assert_eq!(scene.soon(), NOTHING);
    let left = scene.world.alerts.outbox.of(&scene.channel.name);
    assert!(matches!(left[0].state, DeliveryState::Needless { .. }));
    scene.delivers = true;
    scene.open("disk.full", Severity::Warning);
    assert_eq!(scene.soon().len(), 1, "the next one is");
}

#[test]
fn a_channel_that_does_not_deliver_is_an_item_for_the_others() {
    let (chat, mut phone) = (ChannelName::new("chat").unwrap(), channel());
    phone.unusable = Some("the token cannot be read".into());
    let mut scene = Scene::new(phone.clone());
    let rule = crate::Rule {
        id: "alerts.undelivered".into(),
        figure: Figure::AlertsUndelivered,
        bands: vec![crate::signals::Band {
            test: crate::signals::Test::AtLeast(1.0),
            severity: Severity::Warning,
        }],
        hold: Span::ZERO,
        calm: Span::ZERO,
        kind: Kind::Work,
        level: crate::signals::Level::Human,
        title: "{about} does not deliver: {words}".into(),
        fix: None,
        only: Vec::new(),
        off: false,
        place: "shipped".into(),
    };
    scene.apply(Fact::RulesDeclared(vec![rule]));
    scene.apply(Fact::AlertsDeclared(vec![phone.clone()]));
    let titles: Vec<_> = items(&scene.world, scene.now)
        .iter()
        .map(|item| item.title.to_string())
        .collect();
    assert_eq!(
        titles,
        ["alert channel phone does not deliver: the token cannot be read"]
    );
    assert_eq!(scene.soon(), NOTHING, "not by itself");
    scene.channel.name = chat;
    assert_eq!(scene.soon().len(), 1);
    phone.unusable = None;
    scene.apply(Fact::AlertsDeclared(vec![phone.clone()]));
    assert_eq!(scene.soon().len(), 1, "it is over");

    let failing = |attempts| {
        let mut message = test_message(
            &phone.name,
            RunId::default(),
            &"aurora".into(),
            &"me".into(),
            NOW,
        );
        message.kind = MessageKind::Opened;
        message.attempts = attempts;
        message.failed("no answer".into(), true, None, NOW)
    };
    let trouble = |world: &World| world.alerts.trouble(&phone);
    scene.apply(Fact::DeliveriesSeen(vec![failing(1)]));
    assert_eq!(trouble(&scene.world), None, "once is nothing");
    scene.apply(Fact::DeliveriesSeen(vec![failing(3)]));
    assert_eq!(trouble(&scene.world).as_deref(), Some("no answer"));
    let sent = failing(4).sent("200".into(), NOW);
    scene.apply(Fact::DeliveriesSeen(vec![sent]));
    assert_eq!(trouble(&scene.world), None);
}

#[test]
fn what_another_system_reports_is_told_and_an_operators_note_is_not() {
    let mut scene = Scene::new(channel());
    for system in [None, Some("uptime".into())] {
        let note = Note {
            id: Text::line(format!("{}", u8::from(system.is_some()))),
            text: "shop is slow".into(),
            by: "operator".into(),
            system,
            at: scene.now,
            due: Some(scene.now),
            from: None,
            worth: None,
            vip: false,
        };
        scene.world.notes.insert(note.id.clone(), note);
    }
    assert_eq!(scene.soon(), ["critical: shop is slow"]);
    scene.world.notes.clear();
    assert_eq!(scene.soon().len(), 1);
}

#[test]
fn the_report_comes_once_a_day_and_says_the_same_in_both_shapes() {
    let mut channel = channel();
    channel.report = Some(8 * 60);
    let mut scene = Scene::new(channel);
    scene.minute = 7 * 60;
    assert_eq!(scene.soon(), NOTHING);
    scene.minute = 8 * 60;
    scene.open("disk.full", Severity::Warning);
    for signal in scene.world.signals.values_mut() {
        signal.title = "<b>disk</b> & \"co\" is full".into();
    }
    assert_eq!(
        scene.after(Span::seconds(1)),
        ["aurora on 2026-11-21: 1 thing needs you"]
    );
    assert_eq!(scene.after(Span::seconds(1)), NOTHING);
    let report = scene.told[0].report.as_ref().unwrap();
    insta::assert_snapshot!("report", report.text());
    let html = report.html();
    assert!(
        html.contains("&lt;b&gt;disk&lt;/b&gt; &amp; &quot;co&quot; is full"),
        "{html}"
    );
    for section in &report.sections {
        assert!(html.contains(&format!(">{}</h2>", section.title)), "{html}");
    }
    scene.minute = 23 * 60;
    scene.world.alerts.outbox = Outbox::default();
    scene.close("disk.full");
    assert_eq!(scene.soon(), NOTHING, "too late for today's");
}

#[test]
fn a_message_is_tried_again_ever_later_and_given_up_after_a_day() {
    let mut message = test_message(
        &channel().name,
        RunId::default(),
        &"aurora".into(),
        &"me".into(),
        NOW,
    );
    let key = message.key();
    assert_eq!((key.len(), key), (32, message.clone().key()));
    let mut now = NOW;
    let mut waits = Vec::new();
    while message.state != (DeliveryState::GivenUp { at: now }) {
        message.attempts += 1;
        message = message.failed("refused".into(), true, None, now);
        waits.push(message.next.since(now).as_seconds());
        if message.state == DeliveryState::Failed {
            now = message.next;
        }
    }
    assert_eq!(&waits[..4], [5, 10, 20, 40]);
    assert_eq!(*waits.last().unwrap(), 600);
    assert!(now.since(NOW) > Span::hours(23), "{}", now.since(NOW));
    message.attempts = 1;
    let ordered = message
        .clone()
        .failed("429".into(), true, Some(Span::minutes(2)), NOW);
    assert_eq!(ordered.next, NOW + Span::minutes(2));
    let refused = message.failed("400".into(), false, None, NOW);
    assert_eq!(refused.state, DeliveryState::GivenUp { at: NOW });
}

proptest! {
    /// Whatever opens and closes when, delivered or not: nothing is told twice, every end that is told was told to be
    /// wrong before, and what is told to be wrong and delivered is told to be over in the end.
    #[test]
    fn every_opening_that_was_told_has_one_end(
        moves in prop::collection::vec((0_u8..4, 0_u8..3, 1_i64..900, any::<bool>()), 1..60)
    ) {
        let mut scene = Scene::new(channel());
        for (what, rule, seconds, delivers) in moves {
            let rule = ["disk.full", "load.high", "node.down"][usize::from(rule)];
            scene.delivers = delivers;
            match what {
                0 => scene.open(rule, Severity::Critical),
                1 => scene.close(rule),
                2 => {
                    let waiting: Vec<Delivery> = scene
                        .world
                        .alerts
                        .outbox
                        .all()
                        .filter(|message| !message.state.is_over())
                        .map(|message| message.clone().sent("200".into(), scene.now))
                        .collect();
                    scene.world.alerts.outbox.take_in(&waiting);
                }
                _ => scene.minute = (scene.minute + 60) % 1440,
            }
            scene.after(Span::seconds(seconds));
        }
        scene.delivers = true;
        scene.world.signals.clear();
        scene.after(Span::hours(2));
        let mut ids: Vec<&Text> = scene.told.iter().map(|message| &message.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), scene.told.len());
        for message in &scene.told {
            let of = |kind| {
                scene.told.iter().filter(move |other| {
                    other.kind == kind
                        && other.incident == message.incident
                        && other.opening == message.opening
                }).count()
            };
            let now = scene.world.alerts.outbox.get(&message.id).unwrap();
            match message.kind {
                MessageKind::Recovered => prop_assert_eq!(of(MessageKind::Opened), 1),
                MessageKind::Opened if matches!(now.state, DeliveryState::Sent { .. }) => {
                    prop_assert_eq!(of(MessageKind::Recovered), 1);
                }
                _ => {}
            }
        }
    }
}
