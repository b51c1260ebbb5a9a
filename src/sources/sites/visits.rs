//! Visits: each site once a round, spread evenly over it, and one that has just failed sooner again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use drivers::probe::{Prober, Way, leads_elsewhere, visit_site};
use futures::StreamExt;
use futures::stream::{self, FuturesUnordered};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use vocab::{Domain, ProbeOutcome, ProbeTrouble, Span, Time};
use world::pulse::{VISITS_FAILED, hour};
use world::{About, Fact, Tally};

use super::{Shared, Visiting};
use crate::keeper::SiteTarget;
use crate::looks;

/// How often a site is visited.
pub const EVERY: Span = vocab::VISITED_EVERY;

/// The first round is quick, so that a screen is useful soon after the start.
const FIRST: Duration = Duration::from_secs(2);

/// After the first failure a site is visited so long apart until it is known whether it is down: together with the round
/// that found it less than two rounds.
const DOUBTED: Duration = Duration::from_secs(10);

/// The same in the first round, when nothing is known that a moment's failure could overthrow.
const DOUBTED_FIRST: Duration = Duration::from_secs(1);

/// No more visits than these are under way at the same time.
const AT_ONCE: usize = 16;

/// The authorities of web servers that have their own, by server.
type Authorities = Mutex<BTreeMap<String, Option<Vec<u8>>>>;

/// Round after round, and at once what is asked for, until nobody listens.
pub(super) async fn watch(
    shared: &Shared,
    prober: &Prober,
    visiting: Visiting,
    sites: watch::Receiver<Vec<SiteTarget>>,
) {
    let authorities = Authorities::default();
    let (doubts, doubted) = mpsc::unbounded_channel();
    let stays = visiting == Visiting::Always;
    tokio::select! {
        () = rounds(shared, prober, &authorities, (stays, sites.clone()), &doubts), if visiting != Visiting::Asked => {}
        () = confirmed(shared, prober, &authorities, doubted) => {}
        () = asked(shared, prober, &authorities, sites) => {}
    }
}

/// The sites that are asked for, each until it answers for sure or for as long as a start may take. These visits are not
/// counted: uptime is what visits at even distances found.
async fn asked(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    sites: watch::Receiver<Vec<SiteTarget>>,
) {
    let mut eyes = shared.context.looks.eyes();
    loop {
        let asked = eyes
            .next(|about| match about {
                About::Site(site) => Some(site.clone()),
                _ => None,
            })
            .await;
        let targets: Vec<SiteTarget> = sites
            .borrow()
            .iter()
            .filter(|target| asked.contains(&target.site))
            .cloned()
            .collect();
        let looks = stream::iter(targets)
            .map(|target| async move { look(shared, prober, authorities, &target).await })
            .buffer_unordered(AT_ONCE);
        if !looks.all(|listened| async move { listened }).await {
            return;
        }
    }
}

async fn look(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    target: &SiteTarget,
) -> bool {
    let begun = Instant::now();
    let mut good = 0;
    loop {
        let outcome = visit(shared, prober, authorities, target).await;
        good = if outcome.result.is_ok() { good + 1 } else { 0 };
        if !tell(shared, target, &outcome).await {
            return false;
        }
        if good >= looks::CONVINCED || begun.elapsed() >= looks::PATIENCE {
            return true;
        }
        sleep(looks::AGAIN).await;
    }
}

/// A site that failed, and how long apart it is visited until that is sure.
type Doubt = (SiteTarget, Duration);

/// Visits those that have failed for the first time again, until they answer or are down. These visits are not counted
/// either.
async fn confirmed(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    mut doubted: mpsc::UnboundedReceiver<Doubt>,
) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some((target, apart)) = doubted.recv() => {
                under_way.push(confirm(shared, prober, authorities, target, apart));
            }
            Some(listened) = under_way.next() => if !listened { return },
        }
    }
}

async fn confirm(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    target: SiteTarget,
    apart: Duration,
) -> bool {
    for _ in 1..VISITS_FAILED {
        sleep(apart).await;
        let outcome = visit(shared, prober, authorities, &target).await;
        if !tell(shared, &target, &outcome).await {
            return false;
        }
        if outcome.result.is_ok() {
            return true;
        }
    }
    true
}

/// Tells what came of a visit; whether anybody listens.
async fn tell(shared: &Shared, target: &SiteTarget, outcome: &ProbeOutcome) -> bool {
    let visited = Fact::SiteVisited {
        site: target.site.clone(),
        outcome: Box::new(outcome.clone()),
        every: EVERY,
    };
    shared.context.send(visited).await
}

async fn rounds(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    (stays, mut sites): (bool, watch::Receiver<Vec<SiteTarget>>),
    doubts: &mpsc::UnboundedSender<Doubt>,
) {
    let mut eyes = shared.context.looks.eyes();
    let mut targets = Vec::new();
    let mut spread = FIRST;
    let mut counted = true;
    let mut failing = BTreeSet::new();
    let mut apart = DOUBTED_FIRST;
    loop {
        if stays || targets.is_empty() {
            targets.clone_from(&sites.borrow_and_update());
        }
        if targets.is_empty() {
            if sites.changed().await.is_err() {
                return;
            }
            continue;
        }
        let (begun, since) = (Instant::now(), drivers::clock::now());
        let doubt = |target: &SiteTarget| {
            if !failing.contains(&target.site) {
                // With nobody to hear it the watch is over.
                drop(doubts.send((target.clone(), apart)));
            }
        };
        let outcomes = round(shared, prober, authorities, &targets, spread, doubt).await;
        let Some(outcomes) = outcomes else { return };
        failing = failed(&outcomes);
        apart = DOUBTED;
        if counted && !count(shared, &targets, &outcomes).await {
            return;
        }
        let over = Fact::SitesVisited { begun: since };
        if !shared.context.send(over).await {
            return;
        }
        // A round that is asked for is quick, and is not counted either.
        let asked = eyes.next(|about| matches!(about, About::Schedule(_)).then_some(()));
        (spread, counted) = tokio::select! {
            () = sleep_until(begun + EVERY.duration()) => (EVERY.duration(), true),
            _ = asked => (FIRST, false),
        };
    }
}

/// Keeps what a round adds to the counts; whether anybody listens.
async fn count(shared: &Shared, targets: &[SiteTarget], outcomes: &[Visited]) -> bool {
    let visits = counts(targets, outcomes);
    match shared
        .keeper
        .count_visits(visits, drivers::clock::now())
        .await
    {
        Ok(counted) => {
            for counts in counted {
                if !shared.tell(counts, None).await {
                    return false;
                }
            }
        }
        Err(why) => tracing::warn!(%why, "visits are not kept"),
    }
    true
}

/// A visit with its moment.
type Visited = (Domain, Time, ProbeOutcome);

/// Whether a visit says that the site fails; one that could not be made says nothing.
const fn is_failure(outcome: &ProbeOutcome) -> bool {
    !matches!(outcome.result, Ok(_) | Err((ProbeTrouble::CouldNotTry, _)))
}

/// The sites that failed in a round.
fn failed(outcomes: &[Visited]) -> BTreeSet<Domain> {
    let failing = outcomes
        .iter()
        .filter(|(_, _, outcome)| is_failure(outcome));
    failing.map(|(site, _, _)| site.clone()).collect()
}

/// One round; `None` when nobody listens any more.
async fn round(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    targets: &[SiteTarget],
    spread: Duration,
    doubt: impl Fn(&SiteTarget),
) -> Option<Vec<Visited>> {
    let doubt = &doubt;
    let begun = Instant::now();
    let apart = spread.mul_f64(0.9) / targets.len() as u32;
    let visits = stream::iter(targets.iter().cloned().zip(0_u32..))
        .map(|(target, place)| async move {
            sleep_until(begun + apart * place).await;
            let outcome = visit(shared, prober, authorities, &target).await;
            if is_failure(&outcome) {
                doubt(&target);
            }
            let listened = tell(shared, &target, &outcome).await;
            listened.then(|| (target.site, drivers::clock::now(), outcome))
        })
        .buffer_unordered(AT_ONCE);
    visits.collect::<Vec<_>>().await.into_iter().collect()
}

async fn visit(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    target: &SiteTarget,
) -> ProbeOutcome {
    let known = |found: &BTreeMap<String, Option<Vec<u8>>>| found.get(&target.server).cloned();
    let lock = || authorities.lock().unwrap_or_else(PoisonError::into_inner);
    let authority = known(&lock());
    let mut unknown = None;
    let authority = match authority {
        Some(authority) => authority,
        None => match shared.doors.authority(target).await {
            Ok(authority) => {
                lock().insert(target.server.clone(), authority.clone());
                authority
            }
            Err(why) => {
                unknown = Some(why);
                None
            }
        },
    };
    let way = Way {
        name_server: shared.doors.name_server(),
        authority: authority.as_deref(),
    };
    let outcome = visit_site(prober, target.site.as_str(), way).await;
    if matches!(outcome.result, Err((ProbeTrouble::Tls, _))) {
        // What fails before its certificate is looked at fails whoever signed that; this cannot be judged.
        if let Some(why) = unknown {
            return ProbeOutcome {
                millis: 0.0,
                result: Err((ProbeTrouble::CouldNotTry, why)),
            };
        }
        // The server may have been made anew, and have another authority: it is asked again.
        lock().remove(&target.server);
    }
    if is_failure(&outcome) && !target.address.is_empty() {
        // What answers there, or does not, is not the site.
        let name = target.site.as_str();
        let elsewhere = leads_elsewhere(name, &target.address, shared.doors.name_server()).await;
        if let Some(words) = elsewhere {
            return ProbeOutcome {
                result: Err((ProbeTrouble::LeadsElsewhere, words)),
                ..outcome
            };
        }
    }
    outcome
}

/// What the round adds to the counts. When every visit failed on the way, to more than one place, it is this machine's
/// network that is gone, and nothing is counted against the sites.
fn counts(targets: &[SiteTarget], outcomes: &[Visited]) -> Vec<(Domain, Time, Tally)> {
    use ProbeTrouble::{CouldNotTry, NameUnknown, Timeout};
    let places: BTreeSet<&str> = targets
        .iter()
        .map(|target| target.address.as_str())
        .collect();
    let on_the_way = |(_, _, outcome): &Visited| {
        matches!(
            outcome.result,
            Err((CouldNotTry | NameUnknown | Timeout, _))
        )
    };
    if places.len() > 1 && outcomes.iter().all(on_the_way) {
        return Vec::new();
    }
    let tally = |outcome: &ProbeOutcome| match outcome.result {
        Ok(_) => Some(Tally {
            good: 1,
            millis: outcome.millis.max(0.0).round() as u64,
            ..Tally::default()
        }),
        // A visit that could not be made says nothing of the site.
        Err((CouldNotTry, _)) => None,
        Err(_) => Some(Tally {
            bad: 1,
            ..Tally::default()
        }),
    };
    let counted = outcomes.iter();
    counted
        .filter_map(|(site, at, outcome)| Some((site.clone(), hour(*at), tally(outcome)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use vocab::ProbeDetail;

    use super::*;

    fn target(name: &str, address: &str) -> SiteTarget {
        SiteTarget {
            site: Domain::new(name).unwrap(),
            server: name.to_owned(),
            address: address.to_owned(),
        }
    }

    fn visited(name: &str, result: Result<ProbeDetail, ProbeTrouble>) -> Visited {
        let result = result.map_err(|trouble| (trouble, "words".into()));
        let outcome = ProbeOutcome {
            millis: 12.6,
            result,
        };
        (Domain::new(name).unwrap(), Time(1_795_269_731_000), outcome)
    }

    #[test]
    fn a_site_that_fails_is_down_within_two_rounds() {
        let confirmed = DOUBTED * (u32::from(VISITS_FAILED) - 1);
        assert!(confirmed < EVERY.duration());
        let outcomes = [
            visited("a.example", Err(ProbeTrouble::WrongAnswer)),
            visited("b.example", Err(ProbeTrouble::CouldNotTry)),
            visited("c.example", Ok(ProbeDetail::Plain)),
        ];
        let failing = BTreeSet::from([Domain::new("a.example").unwrap()]);
        assert_eq!(failed(&outcomes), failing);
    }

    #[test]
    fn a_network_that_is_gone_is_no_downtime() {
        let targets = [
            target("a.example", "192.0.2.1"),
            target("b.example", "192.0.2.2"),
        ];
        let gone = [
            visited("a.example", Err(ProbeTrouble::Timeout)),
            visited("b.example", Err(ProbeTrouble::NameUnknown)),
        ];
        assert_eq!(counts(&targets, &gone), []);
        let one = [
            visited("a.example", Ok(ProbeDetail::Plain)),
            visited("b.example", Err(ProbeTrouble::Timeout)),
        ];
        let found = counts(&targets, &one);
        assert_eq!(
            (found[0].2.good, found[0].2.millis, found[1].2.bad),
            (1, 13, 1)
        );
        assert_eq!(found[0].1.0 % 3_600_000, 0);
        // With one place nobody can tell, and what fails is counted.
        let alone = [visited("a.example", Err(ProbeTrouble::Timeout))];
        assert_eq!(counts(&targets[..1], &alone)[0].2.bad, 1);
        let untried = [visited("a.example", Err(ProbeTrouble::CouldNotTry))];
        assert_eq!(counts(&targets[..1], &untried), []);
    }
}
