//! Figures of the console itself: what it sees, what ails it, how its runs end, what it was told of maintenance.

use vocab::rule::Figure;
use vocab::{ChannelName, Text, Time};

use super::super::sight;
use super::Readings;
use crate::about::About;
use crate::event::NoticeKind;
use crate::run::RunState;
use crate::world::World;

/// Of so many runs on sites those are counted that were taken back.
const RUNS_COUNTED: usize = 20;

pub(super) fn read(world: &World, name: &Text, now: Time, readings: &mut Readings) {
    let about = About::Console(name.clone());
    if about == About::network() {
        if let Some(since) = world.tracking.sight.gone {
            readings
                .flag(Figure::NetworkGone)
                .since(since)
                .words("every look fails on the way: check this machine's own network");
        } else if sight::is_unsettled(world) {
            readings.unknown(&[Figure::NetworkGone]);
        }
    } else if about == About::runs() {
        taken_back(world, readings);
    } else if about == About::maintenance() {
        for window in world.maintenance.iter().filter(|one| one.is_over(now)) {
            readings.flag(Figure::MaintenanceOver).part(&window.name);
        }
    } else if let Some(channel) = about.as_alert_channel() {
        alerts(world, &channel, readings);
    } else {
        notices(world, name, readings);
    }
}

fn alerts(world: &World, name: &ChannelName, readings: &mut Readings) {
    let alerts = &world.alerts;
    let trouble = alerts
        .channel(name)
        .and_then(|channel| alerts.trouble(channel));
    if let Some(words) = trouble {
        readings.flag(Figure::AlertsUndelivered).words(words);
    }
}

fn notices(world: &World, subject: &Text, readings: &mut Readings) {
    const KINDS: [NoticeKind; 5] = [
        NoticeKind::Configuration,
        NoticeKind::Store,
        NoticeKind::Internal,
        NoticeKind::Orphan,
        NoticeKind::Version,
    ];
    for kind in KINDS {
        let key = crate::event::Notice::key(kind, subject);
        let Some(notice) = world.notices.get(&key).filter(|notice| notice.grave) else {
            continue;
        };
        let (figure, part) = match kind {
            NoticeKind::Orphan => (Figure::Orphan, ""),
            NoticeKind::Version => (Figure::VersionDiffers, ""),
            NoticeKind::Configuration => (Figure::ConsoleAiling, "configuration"),
            NoticeKind::Store => (Figure::ConsoleAiling, "store"),
            NoticeKind::Internal => (Figure::ConsoleAiling, "internal"),
        };
        readings
            .flag(figure)
            .part(&Text::line(part))
            .words(notice.text.clone());
    }
}

fn taken_back(world: &World, readings: &mut Readings) {
    let ended = world.runs.values().rev().filter(|run| {
        run.plan.order().is_some() && run.state.is_over() && run.state != RunState::Cancelled
    });
    let last: Vec<&RunState> = ended.take(RUNS_COUNTED).map(|run| &run.state).collect();
    let back = last
        .iter()
        .filter(|state| matches!(state, RunState::RolledBack | RunState::NeedsOperator))
        .count();
    if last.is_empty() {
        // Runs are read after the start: with none of them nothing is known of how they end.
        readings.unknown(&[Figure::RunsTakenBack]);
    } else if back > 0 {
        let share = back as f64 * 100.0 / RUNS_COUNTED as f64;
        readings
            .add(Figure::RunsTakenBack, share)
            .words(format!("{back} of {}", last.len()));
    }
}
