//! What a channel is to be told at a moment: a pure function of the world and of what it was told.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use vocab::{Span, Text, Time};

use super::outbox::Told;
use super::{Channel, Delivery, DeliveryState, MessageKind, Outbox, report};
use crate::about::About;
use crate::priorities::{Item, ItemId, Origin, Visibility};
use crate::world::World;

/// So long after its minute the daily report is still worth sending.
const REPORT_LATE: u16 = 6 * 60;

/// A moment, as a channel's clock shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The moment.
    pub now: Time,
    /// The minute of the day there.
    pub minute: u16,
    /// The day there, such as `2026-11-21`.
    pub day: Text,
    /// Since when this process is the one that tells: before that it cannot have seen what belongs together.
    pub since: Time,
}

/// What is to be done for a channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Due {
    /// Messages to be put into the outbox.
    pub messages: Vec<Delivery>,
    /// Messages that need not be sent any more: what they would have told is over.
    pub needless: Vec<Delivery>,
}

/// What a channel is to be told, by what it was told: of the fleet file's channels the world's outbox says that, of a terminal
/// its own. `items` are all items of the world at that moment.
pub fn due(
    world: &World,
    outbox: &Outbox,
    channel: &Channel,
    items: &[Arc<Item>],
    clock: &Clock,
) -> Due {
    let told = outbox.told(&channel.name);
    let own = About::alert_channel(&channel.name);
    let writer = Writer {
        world,
        outbox,
        channel,
        clock,
    };
    // A channel that does not deliver cannot say so itself.
    let incidents = items.iter().filter(|item| item.about != own);
    let mut due = Due::default();
    for item in incidents {
        let Some(opening) = opening(world, item) else {
            continue;
        };
        due.messages.extend(match told.get(&item.id) {
            Some(told) if !told.is_over && !is_lost(told, opening) => writer.goes_on(item, told),
            Some(told) if told.opened.opening == opening => None,
            _ => writer.opens(item, opening),
        });
    }
    let open = open(world, items);
    for (id, told) in &told {
        if !told.is_over && !open.contains(*id) {
            writer.ends(told, &mut due);
        }
    }
    writer.keep_rate(&mut due.messages);
    due.messages.extend(writer.report(items));
    due
}

/// When an item came up; `None` when it is not told: a note of the operator's own.
fn opening(world: &World, item: &Item) -> Option<Time> {
    match &item.origin {
        Origin::Signal { id, .. } => world.signals.get(id).and_then(|signal| signal.opened),
        Origin::Note(id) => {
            let note = world.notes.get(id)?;
            note.system.is_some().then_some(note.at)
        }
    }
}

/// A message that nobody needs any more.
fn over_before(message: &Delivery, now: Time) -> Delivery {
    Delivery {
        state: DeliveryState::Needless { at: now },
        words: Text::line("it was over before it could be told"),
        ..message.clone()
    }
}

/// Whether the message of the opening was never taken, and it has opened anew since.
fn is_lost(told: &Told<'_>, opening: Time) -> bool {
    matches!(told.opened.state, DeliveryState::GivenUp { .. }) && told.opened.opening != opening
}

/// Everything that is still wrong, folded under something else or not.
fn open(world: &World, items: &[Arc<Item>]) -> BTreeSet<ItemId> {
    let signals = world.signals.values().filter(|signal| signal.is_open());
    signals
        .map(|signal| signal.id.item())
        .chain(items.iter().map(|item| item.id.clone()))
        .collect()
}

struct Writer<'a> {
    world: &'a World,
    outbox: &'a Outbox,
    channel: &'a Channel,
    clock: &'a Clock,
}

impl Writer<'_> {
    /// Whether an item may be told at all just now.
    fn may_tell(&self, item: &Item) -> bool {
        item.visibility == Visibility::Shown
            && item.mark.acknowledged.is_none()
            && self.channel.tells(item.severity, self.clock.minute)
    }

    /// Something that was not told yet.
    fn opens(&self, item: &Item, opening: Time) -> Option<Delivery> {
        let settled = self.clock.now.since(opening.max(self.clock.since)) >= self.channel.wait;
        if !item.certain || !settled || !self.may_tell(item) {
            return None;
        }
        let flapping = self.openings(&item.id) >= crate::signals::signal::FLAPPING;
        let title = format!("{}: {}", item.severity.word(), item.title);
        let mut message = self.message(MessageKind::Opened, item, opening, &title);
        message.flapping = flapping;
        Some(message)
    }

    /// Something that was told and is still so.
    fn goes_on(&self, item: &Item, told: &Told<'_>) -> Option<Delivery> {
        if !self.may_tell(item) {
            return None;
        }
        let opening = told.opened.opening;
        if item.severity > told.severity {
            let title = format!("now {}: {}", item.severity.word(), item.title);
            return Some(self.message(MessageKind::Worsened, item, opening, &title));
        }
        let repeat = self.channel.repeat?;
        // What was not heard yet is not said again beside it: a channel that comes back tells it once.
        if told.waits {
            return None;
        }
        if self.clock.now.since(told.last) < repeat {
            return None;
        }
        let lasts = self.clock.now.since(opening);
        let title = format!(
            "still {} after {lasts}: {}",
            item.severity.word(),
            item.title
        );
        let mut message = self.message(MessageKind::Repeated, item, opening, &title);
        message.id = Text::line(format!("{} {}", message.id, told.repeats + 1));
        Some(message)
    }

    /// Something that was told and is over.
    fn ends(&self, told: &Told<'_>, due: &mut Due) {
        let now = self.clock.now;
        let opened = told.opened;
        match opened.state {
            DeliveryState::Queued if opened.attempts == 0 => {
                due.needless.push(over_before(opened, now));
                return;
            }
            DeliveryState::Sent { .. } => {}
            // It may have been told; whoever was must hear the end too, once that is known.
            _ => return,
        }
        let Some(incident) = &opened.incident else {
            return;
        };
        due.needless.extend(self.overtaken(opened));
        let calm = !opened.flapping || self.openings(incident) == 0;
        if !calm || !self.channel.tells(told.severity, self.clock.minute) {
            return;
        }
        let lasted = now.since(opened.opening);
        let what = opened.title.split_once(": ").map_or("", |(_, what)| what);
        due.messages.push(Delivery {
            id: self.id(MessageKind::Recovered, incident, opened.opening),
            kind: MessageKind::Recovered,
            title: Text::line(format!("recovered after {lasted}: {what}")),
            detail: Text::default(),
            severity: told.severity,
            made: now,
            state: DeliveryState::Queued,
            attempts: 0,
            next: now,
            words: Text::default(),
            ..opened.clone()
        });
    }

    /// What was to be said of an incident while it lasted, and was not tried yet.
    fn overtaken(&self, opened: &Delivery) -> impl Iterator<Item = Delivery> {
        let now = self.clock.now;
        let lasting = [MessageKind::Worsened, MessageKind::Repeated];
        let of_channel = self.outbox.of(&self.channel.name).into_iter();
        of_channel
            .filter(move |one| {
                one.incident == opened.incident
                    && one.opening == opened.opening
                    && lasting.contains(&one.kind)
                    && one.state == DeliveryState::Queued
                    && one.attempts == 0
            })
            .map(move |one| over_before(one, now))
    }

    /// How often it came up within the last hour.
    fn openings(&self, incident: &ItemId) -> usize {
        let world = self.world;
        let now = self.clock.now;
        let of_open = world
            .signals
            .values()
            .filter(|signal| signal.id.item() == *incident)
            .flat_map(|signal| &signal.openings);
        let recent = |at: &&Time| now.since(**at) < Span::hours(1);
        of_open.filter(recent).count().max(
            world
                .tracking
                .openings(incident)
                .filter(|at| now.since(*at) < Span::hours(1))
                .count(),
        )
    }

    fn id(&self, kind: MessageKind, incident: &ItemId, opening: Time) -> Text {
        let (channel, kind) = (&self.channel.name, kind.word());
        Text::line(format!("{channel} {kind} {incident} {}", opening.0))
    }

    fn message(&self, kind: MessageKind, item: &Item, opening: Time, title: &str) -> Delivery {
        let now = self.clock.now;
        let mut id = self.id(kind, &item.id, opening);
        if kind == MessageKind::Worsened {
            id = Text::line(format!("{id} {}", item.severity.word()));
        }
        Delivery {
            id,
            channel: self.channel.name.clone(),
            kind,
            incident: Some(item.id.clone()),
            opening,
            flapping: false,
            severity: item.severity,
            title: Text::line(title),
            detail: detail(item),
            report: None,
            made: now,
            state: DeliveryState::Queued,
            attempts: 0,
            next: now,
            words: Text::default(),
        }
    }

    /// Holds back what is too much for the channel's rate, the gravest and oldest first; it is due again when there is
    /// room. The last message that goes says how many wait.
    fn keep_rate(&self, messages: &mut Vec<Delivery>) {
        let rate = self.channel.rate;
        let written = self
            .outbox
            .written(&self.channel.name, rate.within, self.clock.now);
        let room = usize::try_from(rate.most).unwrap_or(usize::MAX);
        let room = room.saturating_sub(written);
        messages.sort_by(|one, other| {
            (Reverse(one.severity), one.opening, &one.id).cmp(&(
                Reverse(other.severity),
                other.opening,
                &other.id,
            ))
        });
        let held = messages.len().saturating_sub(room);
        messages.truncate(room);
        if let Some(last) = messages.last_mut().filter(|_| held > 0) {
            let comma = if last.detail.is_empty() { "" } else { ", " };
            let more = format!(
                "{}{comma}{held} more wait: see `wheelhouse top`",
                last.detail
            );
            last.detail = Text::line(more);
        }
    }

    /// The daily report, when its time has come and it was not written yet.
    fn report(&self, items: &[Arc<Item>]) -> Option<Delivery> {
        let from = self.channel.report?;
        let Clock {
            now, minute, day, ..
        } = self.clock;
        let late = minute.checked_sub(from)?;
        let name = &self.channel.name;
        let id = Text::line(format!("{name} report {day}"));
        if late > REPORT_LATE || self.outbox.get(&id).is_some() {
            return None;
        }
        let report = report(self.world, items, day, *now);
        Some(Delivery {
            id,
            channel: name.clone(),
            kind: MessageKind::Report,
            incident: None,
            opening: *now,
            flapping: false,
            severity: vocab::Severity::Notice,
            title: report.title.clone(),
            detail: Text::default(),
            report: Some(Box::new(report)),
            made: *now,
            state: DeliveryState::Queued,
            attempts: 0,
            next: *now,
            words: Text::default(),
        })
    }
}

/// Consequences, what is in danger, and what would mend it.
fn detail(item: &Item) -> Text {
    let mut words = Vec::new();
    if !item.detail.is_empty() {
        words.push(item.detail.to_string());
    }
    words.extend(item.at_risk.map(|money| format!("{money}/h at risk")));
    Text::line(words.join(", "))
}
