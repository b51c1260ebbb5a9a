//! Figures of sites and of the servers they are hosted on: down, wrong, slow, certificates, backups.

use vocab::rule::Figure;
use vocab::{ProbeTrouble, Span, Text, Time};

use super::services::{certificate, words_of};
use super::{Readings, both};
use crate::about::About;
use crate::pulse::Pulse;
use crate::signals::sight::{self, Verdict};
use crate::site::{Site, SiteState};
use crate::tracked::ServiceState;
use crate::world::World;

const OF_STATE: [Figure; 5] = [
    Figure::SiteDown,
    Figure::SiteElsewhere,
    Figure::SiteWrongContent,
    Figure::SiteLatency,
    Figure::RouteCut,
];

pub(super) fn read(world: &World, site: &Site, now: Time, readings: &mut Readings) {
    let pulse = world.pulses.get(&site.domain);
    match pulse {
        // What is suspended is visited for its sign alone.
        Some(pulse) if site.state != SiteState::Suspended => {
            of_state(world, site, pulse, now, readings);
        }
        Some(_) => {}
        None => readings.unknown(&OF_STATE),
    }
    certificate(pulse.and_then(|pulse| pulse.last.as_ref()), now, readings);
    backups(world, site, now, readings);
}

fn of_state(world: &World, site: &Site, pulse: &Pulse, now: Time, readings: &mut Readings) {
    match pulse.state(now) {
        ServiceState::Unknown => readings.unknown(&OF_STATE),
        ServiceState::Healthy | ServiceState::Degraded => match &pulse.last {
            Some(last) if last.value.result.is_ok() => {
                readings.add(Figure::SiteLatency, f64::from(last.value.millis));
            }
            _ => readings.unknown(&[Figure::SiteLatency]),
        },
        ServiceState::Down => {
            let words = words_of(pulse.last.as_ref());
            match sight::verdict(world, &About::Site(site.domain.clone()), now) {
                Verdict::Down {
                    only_here,
                    elsewhere,
                } => {
                    readings
                        .flag(figure_of(pulse))
                        .since(pulse.since)
                        .words(both(&words, &elsewhere))
                        .only_here(only_here);
                    readings.unknown(&[Figure::SiteLatency]);
                }
                Verdict::Route(place) => {
                    readings
                        .flag(Figure::RouteCut)
                        .since(pulse.since)
                        .words(format!("{place} reaches it"));
                    readings.unknown(&[Figure::SiteLatency]);
                }
                Verdict::Unknown => readings.unknown(&OF_STATE),
            }
        }
    }
}

fn figure_of(pulse: &Pulse) -> Figure {
    match pulse.last.as_ref().map(|last| &last.value.result) {
        Some(Err((ProbeTrouble::LeadsElsewhere, _))) => Figure::SiteElsewhere,
        Some(Err((ProbeTrouble::WrongAnswer, _))) => Figure::SiteWrongContent,
        _ => Figure::SiteDown,
    }
}

fn backups(world: &World, site: &Site, now: Time, readings: &mut Readings) {
    let of = world.tracking.backups.get(&site.domain);
    let backups = || {
        of.into_iter()
            .flatten()
            .filter_map(|id| world.backups.get(id))
    };
    let newest = backups().map(|backup| backup.at).max();
    if let Some(rules) = &world.backup_rules
        && rules.every > Span::ZERO
    {
        let since = newest.unwrap_or(site.created);
        let age = now.since(since);
        let words = match newest {
            Some(_) => format!(
                "the last backup is {age} old, one is to be made every {}",
                rules.every
            ),
            None => format!(
                "there is no backup, one is to be made every {}",
                rules.every
            ),
        };
        readings
            .add(
                Figure::BackupAge,
                age.0 as f64 * 100.0 / rules.every.0 as f64,
            )
            .since(since + Span(rules.every.0.saturating_mul(3) / 2))
            .words(words);
    }
    let proven = backups().filter_map(|backup| backup.verified).max();
    let oldest = backups().map(|backup| backup.at).min();
    if let Some(since) = proven.or(oldest) {
        let age = now.since(since);
        readings.add(Figure::BackupUnproven, age.0 as f64 / 86_400_000.0);
    }
}

/// A server is down when none of its sites answers, it has two at least, and this machine is not to blame; or when its
/// provider says that it is switched off while one of its sites does not answer and none does.
pub(super) fn read_server(world: &World, name: &Text, now: Time, readings: &mut Readings) {
    let pulses: Vec<(&Site, &Pulse)> = world
        .sites
        .values()
        .filter(|site| site.objects.server_name == **name && site.state == SiteState::Active)
        .filter_map(|site| Some((site, world.pulses.get(&site.domain)?)))
        .collect();
    let mut verdicts = Vec::with_capacity(pulses.len());
    for (site, pulse) in &pulses {
        match pulse.state(now) {
            ServiceState::Down => {
                let about = About::Site(site.domain.clone());
                verdicts.push(sight::verdict(world, &about, now));
            }
            ServiceState::Unknown => verdicts.push(Verdict::Unknown),
            // One that answers is enough.
            ServiceState::Healthy | ServiceState::Degraded => return,
        }
    }
    let down = |verdict: &Verdict| matches!(verdict, Verdict::Down { .. });
    let since = pulses.iter().map(|(_, pulse)| pulse.since).min();
    let off = sight::switched_off(world, &About::Server(name.clone()), now);
    if let Some(words) = off.filter(|_| verdicts.iter().any(down)) {
        let server_down = readings.flag(Figure::ServerDown);
        server_down.since(since.unwrap_or(now)).words(words);
        return;
    }
    if verdicts.contains(&Verdict::Unknown) {
        readings.unknown(&[Figure::ServerDown]);
        return;
    }
    if pulses.len() < 2 || !verdicts.iter().all(down) {
        return;
    }
    let only_here = verdicts.iter().any(|verdict| {
        matches!(
            verdict,
            Verdict::Down {
                only_here: true,
                ..
            }
        )
    });
    readings
        .flag(Figure::ServerDown)
        .since(since.unwrap_or(now))
        .words(format!("none of its {} sites answers", pulses.len()))
        .only_here(only_here);
}
