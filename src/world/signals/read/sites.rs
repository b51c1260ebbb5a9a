//! Figures of sites and of the servers they are hosted on: down, wrong, slow, certificates, backups.

use std::collections::BTreeSet;

use vocab::rule::Figure;
use vocab::{ProbeTrouble, Region, Span, Text, Time};

use super::services::{certificate, never_answered, words_of};
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
    release(world, site, pulse, now, readings);
}

/// A look at what is served counts for so long.
const RELEASE_FRESH: Span = Span::hours(1);

/// Whether the server serves what the books say. While a run works on the site both are on their way.
fn release(world: &World, site: &Site, pulse: Option<&Pulse>, now: Time, readings: &mut Readings) {
    let seen = pulse.and_then(|pulse| pulse.served.as_ref());
    let Some((_, served)) = seen.filter(|(at, _)| now.since(*at) <= RELEASE_FRESH) else {
        readings.unknown(&[Figure::SiteOtherRelease]);
        return;
    };
    if world.run_on(&site.domain).is_some() {
        readings.unknown(&[Figure::SiteOtherRelease]);
    } else if served.as_str() != site.current.as_str() {
        let words = if served.is_empty() {
            format!("none instead of {}", site.current)
        } else {
            format!("{served} instead of {}", site.current)
        };
        readings.flag(Figure::SiteOtherRelease).words(words);
    }
}

fn of_state(world: &World, site: &Site, pulse: &Pulse, now: Time, readings: &mut Readings) {
    match pulse.state(now) {
        ServiceState::Unknown => readings.unknown(&OF_STATE),
        ServiceState::Healthy | ServiceState::Degraded => match &pulse.last {
            Some(last) if last.value.result.is_ok() => {
                readings.add(Figure::SiteLatency, f64::from(last.value.millis));
            }
            last if never_answered(last.as_ref(), pulse.last_good) => readings.unknown(&OF_STATE),
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
    let whole = || backups().filter(|backup| backup.is_whole());
    let newest = whole().map(|backup| backup.at).max();
    if let Some(rules) = &world.backup_rules
        && rules.every > Span::ZERO
    {
        let newest = (newest, rules.every);
        late(Figure::BackupAge, "backup", newest, site, now, readings);
    }
    let dumps = world.backup_rules.as_ref().and_then(|rules| rules.dumps);
    if let Some(every) = dumps.filter(|every| site.kind.has_database() && *every > Span::ZERO) {
        let dumped = backups().filter(|backup| backup.has_dump());
        let newest = dumped.map(|backup| backup.at).max();
        late(
            Figure::DumpAge,
            "dump of the database",
            (newest, every),
            site,
            now,
            readings,
        );
    }
    let proven = whole().filter_map(|backup| backup.verified).max();
    let oldest = whole().map(|backup| backup.at).min();
    if let Some(since) = proven.or(oldest) {
        let age = now.since(since);
        readings.add(Figure::BackupUnproven, age.0 as f64 / 86_400_000.0);
    }
}

/// Reads how old the newest `what` is of how often one is to be made.
fn late(
    figure: Figure,
    what: &str,
    (newest, every): (Option<Time>, Span),
    site: &Site,
    now: Time,
    readings: &mut Readings,
) {
    let since = newest.unwrap_or(site.created);
    let age = now.since(since);
    let words = match newest {
        Some(_) => format!("the last {what} is {age} old, one is to be made every {every}"),
        None => format!("there is no {what}, one is to be made every {every}"),
    };
    readings
        .add(figure, age.0 as f64 * 100.0 / every.0 as f64)
        .since(since + Span(every.0.saturating_mul(3) / 2))
        .words(words);
}

/// How the sites of a place do that are to be up, taken together.
struct Together {
    /// How many of them are watched.
    sites: usize,
    /// What is made of each, as long as none answers.
    verdicts: Vec<Verdict>,
    /// When the first of them went down.
    since: Option<Time>,
}

impl Together {
    /// `None` when one answers: one is enough.
    fn of(world: &World, now: Time, here: impl Fn(&Site) -> bool) -> Option<Self> {
        let pulses: Vec<(&Site, &Pulse)> = world
            .sites
            .values()
            .filter(|site| here(site) && site.state == SiteState::Active)
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
                ServiceState::Healthy | ServiceState::Degraded => return None,
            }
        }
        Some(Self {
            sites: pulses.len(),
            since: pulses.iter().map(|(_, pulse)| pulse.since).min(),
            verdicts,
        })
    }

    fn has_down(&self) -> bool {
        self.verdicts.iter().any(is_down)
    }

    /// Reads whether all of them are down.
    fn read(&self, figure: Figure, words: String, now: Time, readings: &mut Readings) {
        if self.verdicts.contains(&Verdict::Unknown) {
            readings.unknown(&[figure]);
            return;
        }
        if self.sites < 2 || !self.verdicts.iter().all(is_down) {
            return;
        }
        let only_here = self.verdicts.iter().any(|verdict| {
            matches!(
                verdict,
                Verdict::Down {
                    only_here: true,
                    ..
                }
            )
        });
        readings
            .flag(figure)
            .since(self.since.unwrap_or(now))
            .words(words)
            .only_here(only_here);
    }
}

const fn is_down(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Down { .. })
}

/// A server is down when none of its sites answers, it has two at least, and this machine is not to blame; or when its
/// provider says that it is switched off while one of its sites does not answer and none does.
pub(super) fn read_server(world: &World, name: &Text, now: Time, readings: &mut Readings) {
    let here = |site: &Site| site.objects.server_name == **name;
    let Some(together) = Together::of(world, now, here) else {
        return;
    };
    let off = sight::switched_off(world, &About::Server(name.clone()), now);
    if let Some(words) = off.filter(|_| together.has_down()) {
        let server_down = readings.flag(Figure::ServerDown);
        server_down
            .since(together.since.unwrap_or(now))
            .words(words);
        return;
    }
    let words = format!("none of its {} sites answers", together.sites);
    together.read(Figure::ServerDown, words, now, readings);
}

/// A region is down when none of its sites answers and they stand on two servers at least: of one alone, the server is what
/// is down.
pub(super) fn read_region(world: &World, region: Region, now: Time, readings: &mut Readings) {
    let here = |site: &Site| site.region == region;
    let servers: BTreeSet<&str> = world
        .sites
        .values()
        .filter(|site| here(site) && site.state == SiteState::Active)
        .map(|site| site.objects.server_name.as_str())
        .collect();
    if servers.len() < 2 {
        return;
    }
    if let Some(together) = Together::of(world, now, here) {
        let words = format!(
            "none of its {} sites on {} servers answers",
            together.sites,
            servers.len()
        );
        together.read(Figure::RegionDown, words, now, readings);
    }
}
