//! What this machine sees at all, and what others see: DOWN (it does not answer, and that is not this machine's fault),
//! ROUTE (it answers elsewhere) and BLIND (nothing answers here) told apart.
//!
//! A failure on the way to something counts when this machine demonstrably saw something else before and after it. The
//! times at which anything answered make one stretch of sight as long as no gap in it is longer than the pace of answers
//! allows; a failure within the stretch is witnessed. After a cut nothing is witnessed until it fails again in a new
//! stretch, so that a network that comes back raises nothing either.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use vocab::{LinkTrouble, ProbeKind, ProbeOutcome, ProbeTrouble, Span, Stamped, Text, Time};

use super::signal::as_pairs;
use crate::about::About;
use crate::event::Fact;
use crate::node::Link;
use crate::world::World;

/// A look from elsewhere counts for so long.
pub const FRESH: Span = Span::minutes(3);

/// An answer may come later than its interval by so much, and the stretch goes on.
const GRACE: Span = Span::seconds(6);

/// What another place saw of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// When.
    pub at: Time,
    /// What it came to.
    pub seen: Seen,
}

/// What a look from elsewhere came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// It answers there.
    Answers,
    /// It does not answer there either: why, in words.
    Fails(Text),
    /// Its provider says that it is switched on. Whether it answers is another question.
    Runs,
    /// Its provider says that it is not: in words, such as "is off".
    Off(Text),
}

/// What other places saw, by object and place.
pub type Sightings = BTreeMap<About, BTreeMap<Text, Sighting>>;

/// Something that fails on the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Failing {
    first: Time,
    last: Time,
    witnessed: bool,
}

/// What this machine sees at all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Sight {
    /// The present stretch of sight: its first and its last answer.
    stretch: Option<(Time, Time)>,
    /// The shortest interval at which something answered in it.
    pace: Span,
    /// What fails on the way.
    #[serde(with = "as_pairs")]
    failing: BTreeMap<About, Failing>,
    /// When each place last answered, and how often it is asked.
    #[serde(with = "as_pairs")]
    answered: BTreeMap<About, (Time, Span)>,
    /// Whether nothing can be seen from here, since then.
    pub gone: Option<Time>,
}

/// What is to be thought of something that does not answer here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is down.
    Down {
        /// Whether only this machine says so.
        only_here: bool,
        /// What other places say of it; empty when nobody was asked.
        elsewhere: Text,
    },
    /// It answers elsewhere; where.
    Route(Text),
    /// Nobody can tell.
    Unknown,
}

impl Sight {
    /// Takes in what an event says of it.
    pub fn take(&mut self, world: &World, fact: &Fact, at: Time) {
        match fact {
            Fact::NodeSampled { node, every, .. } => {
                let remote = world
                    .nodes
                    .get(node)
                    .is_some_and(|node| !node.profile.local);
                if remote {
                    self.ok(About::Node(node.clone()), at, *every);
                }
            }
            Fact::NodeReached { node, .. } => {
                let remote = world
                    .nodes
                    .get(node)
                    .is_some_and(|node| !node.profile.local);
                if remote {
                    self.ok(About::Node(node.clone()), at, Span::seconds(2));
                }
            }
            Fact::NodeLost { node, trouble, .. } => {
                let about = About::Node(node.clone());
                if is_on_the_way(*trouble) {
                    self.failed(about, at);
                } else {
                    self.ok(about, at, Span::minutes(1));
                }
            }
            Fact::SiteVisited {
                site,
                outcome,
                every,
            } => self.tried(About::Site(site.clone()), outcome, at, *every),
            Fact::ServiceProbed { service, outcome } => {
                let known = world.services.get(service);
                if let Some(known) = known.filter(|known| !is_local(world, known)) {
                    let every = known.spec.every;
                    self.tried(About::Service(service.clone()), outcome, at, every);
                }
            }
            Fact::QuotaRead(quota) if quota.said => {
                self.ok(About::Provider(quota.provider), at, Span::minutes(1));
            }
            _ => {}
        }
    }

    fn tried(&mut self, about: About, outcome: &ProbeOutcome, at: Time, every: Span) {
        if on_the_way(outcome) {
            self.failed(about, at);
        } else {
            self.ok(about, at, every);
        }
    }

    fn ok(&mut self, about: About, at: Time, every: Span) {
        self.failing.remove(&about);
        self.answered.insert(about, (at, every));
        let allowed = Span(self.pace.times(2).0 + GRACE.0);
        match &mut self.stretch {
            Some((_, last)) if at.since(*last) <= allowed => {
                *last = at.max(*last);
                self.pace = self.pace.min(every);
            }
            _ => {
                self.stretch = Some((at, at));
                self.pace = every;
            }
        }
    }

    fn failed(&mut self, about: About, at: Time) {
        let new = Failing {
            first: at,
            last: at,
            witnessed: false,
        };
        let failing = self.failing.entry(about).or_insert(new);
        failing.last = at;
    }

    /// Forgets what is not there any more.
    pub fn forget(&mut self, about: &About) {
        self.failing.remove(about);
        self.answered.remove(about);
    }

    /// Looks anew which failures are witnessed, and whether nothing can be seen. Hands back the failures that are witnessed
    /// now and were not, and whether the whole view became another.
    pub fn settle(&mut self, now: Time) -> (Vec<About>, bool) {
        let mut found = Vec::new();
        if self.failing.is_empty() {
            return (found, self.gone.take().is_some());
        }
        let stretch = self.stretch;
        let unsettled = self.failing.iter_mut().filter(|(_, one)| !one.witnessed);
        for (about, failing) in unsettled {
            let within = |at: Time| stretch.is_some_and(|(from, to)| from <= at && at <= to);
            failing.witnessed = within(failing.first) || within(failing.last);
            if failing.witnessed {
                found.push(about.clone());
            }
        }
        let unwitnessed: Vec<&Failing> = self
            .failing
            .values()
            .filter(|failing| !failing.witnessed)
            .collect();
        let fresh = |(at, every): &(Time, Span)| now.since(*at).0 <= every.0 * 2 + 500;
        let seen = self
            .answered
            .iter()
            .filter(|(about, _)| !self.failing.contains_key(*about));
        let (seeing, silent): (Vec<_>, Vec<_>) = seen.partition(|(_, answer)| fresh(answer));
        // A provider is asked now and then; that it is not asked just now says nothing.
        let silent = silent
            .iter()
            .filter(|(about, _)| !matches!(about, About::Provider(_)))
            .count();
        let seeing = seeing
            .iter()
            .filter(|(about, _)| !matches!(about, About::Provider(_)))
            .count();
        let recent =
            stretch.is_some_and(|(_, last)| unwitnessed.iter().any(|failing| last >= failing.last));
        let gone =
            !unwitnessed.is_empty() && seeing == 0 && !recent && unwitnessed.len() + silent >= 2;
        let before = self.gone;
        let first = unwitnessed.iter().map(|failing| failing.first).min();
        self.gone = gone.then(|| before.or(first).unwrap_or(now));
        (found, before.is_some() != gone)
    }

    /// Whether a failure to reach something is this machine's to say: witnessed, or nothing else is there to look at.
    fn says(&self, about: &About) -> bool {
        let Some(failing) = self.failing.get(about) else {
            return true;
        };
        let mut known = self.answered.keys().chain(self.failing.keys());
        failing.witnessed || known.all(|other| other == about)
    }

    /// Whether the last word of it was a failure on the way.
    fn fails_on_the_way(&self, about: &About) -> bool {
        self.failing.contains_key(about)
    }
}

/// Whether nothing has answered yet since the start though there is more than one place to look at: then it is not known
/// whether this machine sees at all.
pub(super) fn is_unsettled(world: &World) -> bool {
    let sight = &world.tracking.sight;
    let nodes = world.nodes.values().filter(|node| !node.profile.local);
    let services = world.services.values();
    let services = services.filter(|service| !is_local(world, service));
    let places = nodes.count() + services.count() + world.sites.len();
    sight.gone.is_none() && sight.answered.is_empty() && places > 1
}

/// Whether a node was lost on the way to it: nothing of it answered.
const fn is_on_the_way(trouble: LinkTrouble) -> bool {
    use LinkTrouble::{Lost, NameUnknown, Other, Timeout};
    matches!(trouble, Timeout | NameUnknown | Lost | Other)
}

/// Whether a probe failed on the way to its target and not there.
pub(super) const fn on_the_way(outcome: &ProbeOutcome) -> bool {
    use ProbeTrouble::{CouldNotTry, NameUnknown, Timeout};
    matches!(
        outcome.result,
        Err((CouldNotTry | NameUnknown | Timeout, _))
    )
}

/// Whether a service is of this machine itself, so that its network says nothing.
fn is_local(world: &World, service: &crate::tracked::TrackedService) -> bool {
    let spec = &service.spec;
    let here = spec.node.as_ref().and_then(|node| world.nodes.get(node));
    if here.is_some_and(|node| node.profile.local) {
        return true;
    }
    let target = match &spec.probe {
        ProbeKind::Dns { server: None, .. } => return true,
        ProbeKind::Dns {
            server: Some(server),
            ..
        } => server.to_string(),
        probe => probe.target(),
    };
    let host = target
        .split_once("://")
        .map_or(target.as_str(), |(_, rest)| rest);
    host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
}

/// What is to be thought of an object that does not answer here.
pub fn verdict(world: &World, about: &About, now: Time) -> Verdict {
    let sight = &world.tracking.sight;
    let seen = seen_elsewhere(world, about, now);
    let answers = seen
        .iter()
        .find(|(_, sighting)| sighting.seen == Seen::Answers);
    // What answered here, and wrongly, is wrong whoever sees it right.
    if let Some((place, _)) = answers.filter(|_| may_be_the_way(world, about)) {
        return Verdict::Route((*place).clone());
    }
    let confirmed = seen
        .iter()
        .any(|(_, sighting)| matches!(sighting.seen, Seen::Fails(_) | Seen::Off(_)));
    if !confirmed && !sight.says(about) {
        return Verdict::Unknown;
    }
    Verdict::Down {
        only_here: !confirmed && sight.fails_on_the_way(about),
        elsewhere: in_words(&seen),
    }
}

/// What other places saw of an object lately, and what the provider says of the server it stands on. What was seen before
/// it answered here the last time counts no more.
fn seen_elsewhere<'w>(world: &'w World, about: &About, now: Time) -> Vec<(&'w Text, &'w Sighting)> {
    let server = match about {
        About::Site(domain) => world
            .sites
            .get(domain)
            .map(|site| &site.objects.server_name),
        _ => None,
    };
    let server = server
        .filter(|name| !name.is_empty())
        .map(|name| About::Server(Text::line(name)));
    let good = last_good(world, about);
    [Some(about), server.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|one| world.sightings.get(one))
        .flatten()
        .filter(|(_, sighting)| now.since(sighting.at) <= FRESH)
        .filter(|(_, sighting)| good.is_none_or(|good| sighting.at > good))
        .collect()
}

/// When an object last answered here as it should.
fn last_good(world: &World, about: &About) -> Option<Time> {
    match about {
        About::Node(name) => world.nodes.get(name)?.sample.as_ref().map(|last| last.at),
        About::Service(name) => world.services.get(name)?.last_good,
        About::Site(domain) => world.pulses.get(domain)?.last_good,
        _ => None,
    }
}

/// Whether what fails here may fail for want of a way: it did not answer, or somebody on the way may have refused for it.
fn may_be_the_way(world: &World, about: &About) -> bool {
    let probe = |last: Option<&ProbeOutcome>| {
        last.is_some_and(|outcome| {
            on_the_way(outcome) || matches!(outcome.result, Err((ProbeTrouble::Refused, _)))
        })
    };
    match about {
        About::Node(name) => {
            let trouble = world.nodes.get(name).and_then(|node| match &node.link {
                Link::Down { trouble, .. }
                | Link::Connecting {
                    last: Some((trouble, _)),
                    ..
                } => Some(*trouble),
                _ => None,
            });
            trouble.is_some_and(|trouble| is_on_the_way(trouble) || trouble == LinkTrouble::Refused)
        }
        About::Service(name) => {
            let service = world.services.get(name);
            probe(service.and_then(|one| one.last.as_ref().map(|last| &last.value)))
        }
        About::Site(domain) => {
            let pulse = world.pulses.get(domain);
            probe(pulse.and_then(|one| one.last.as_ref().map(|last| &last.value)))
        }
        _ => true,
    }
}

/// `nor from db (connection refused); Hetzner says it runs`.
fn in_words(seen: &[(&Text, &Sighting)]) -> Text {
    let mut seen = seen.to_vec();
    // Who looked stands before who only says so.
    seen.sort_by_key(|(_, sighting)| !matches!(sighting.seen, Seen::Fails(_)));
    let words = seen.iter().filter_map(|(place, sighting)| {
        Some(match &sighting.seen {
            Seen::Answers => return None,
            Seen::Fails(why) if why.is_empty() => format!("nor from {place}"),
            Seen::Fails(why) => format!("nor from {place} ({why})"),
            Seen::Runs => format!("{place} says it runs"),
            Seen::Off(words) => format!("{place} says it {words}"),
        })
    });
    Text::line(words.collect::<Vec<_>>().join("; "))
}

/// Whether the provider says lately that an object is switched off, or not there: its words.
pub(super) fn switched_off(world: &World, about: &About, now: Time) -> Option<Text> {
    let seen = world.sightings.get(about)?;
    seen.iter().find_map(|(place, sighting)| {
        let Seen::Off(words) = &sighting.seen else {
            return None;
        };
        (now.since(sighting.at) <= FRESH).then(|| Text::line(format!("{place} says it {words}")))
    })
}

/// The objects that do not answer here and that others should be asked about, by this machine's last look at each: not
/// those that answered and were wrong. At most so many that asking stays cheap.
pub fn wanted(world: &World, now: Time) -> BTreeSet<About> {
    const MOST: usize = 20;
    let nodes = world.nodes.values().filter(|node| !node.profile.local);
    let nodes = nodes.map(|node| About::Node(node.name().clone()));
    let fresh =
        |last: Option<&Stamped<ProbeOutcome>>| last.is_some_and(|last| last.fresh(now).is_some());
    let services = world
        .services
        .values()
        .filter(|service| fresh(service.last.as_ref()) && !is_local(world, service));
    let services = services.map(|service| About::Service(service.spec.name.clone()));
    let sites = world
        .pulses
        .iter()
        .filter(|(_, pulse)| fresh(pulse.last.as_ref()))
        .map(|(site, _)| About::Site(site.clone()));
    nodes
        .chain(sites)
        .chain(services)
        .filter(|about| may_be_the_way(world, about))
        .take(MOST)
        .collect()
}
