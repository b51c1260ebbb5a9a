//! Visits: each site once a round, spread evenly over it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use drivers::probe::{Prober, Way, visit_site};
use futures::StreamExt;
use futures::stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use vocab::{Domain, ProbeOutcome, ProbeTrouble, Span, Time};
use world::pulse::hour;
use world::{Fact, Tally};

use super::Shared;
use crate::keeper::SiteTarget;

/// How often a site is visited.
pub const EVERY: Span = Span::seconds(30);

/// The first round is quick, so that a screen is useful soon after the start.
const FIRST: Duration = Duration::from_secs(2);

/// No more visits than these are under way at the same time.
const AT_ONCE: usize = 16;

/// The authorities of web servers that have their own, by server.
type Authorities = Mutex<BTreeMap<String, Option<Vec<u8>>>>;

/// Round after round, until nobody listens.
pub(super) async fn watch(
    shared: &Shared,
    prober: &Prober,
    mut sites: watch::Receiver<Vec<SiteTarget>>,
) {
    let authorities = Authorities::default();
    let mut spread = FIRST;
    loop {
        let targets = sites.borrow_and_update().clone();
        if targets.is_empty() {
            if sites.changed().await.is_err() {
                return;
            }
            continue;
        }
        let begun = Instant::now();
        let outcomes = round(shared, prober, &authorities, &targets, spread).await;
        let Some(outcomes) = outcomes else { return };
        let visits = counts(&targets, &outcomes);
        let now = drivers::clock::now();
        match shared.keeper.count_visits(visits, now).await {
            Ok(counted) => {
                for counts in counted {
                    if !shared.tell(counts, None).await {
                        return;
                    }
                }
            }
            Err(why) => tracing::warn!(%why, "visits are not kept"),
        }
        spread = EVERY.duration();
        sleep_until(begun + EVERY.duration()).await;
    }
}

/// A visit with its moment.
type Visited = (Domain, Time, ProbeOutcome);

/// One round; `None` when nobody listens any more.
async fn round(
    shared: &Shared,
    prober: &Prober,
    authorities: &Authorities,
    targets: &[SiteTarget],
    spread: Duration,
) -> Option<Vec<Visited>> {
    let begun = Instant::now();
    let apart = spread.mul_f64(0.9) / targets.len() as u32;
    let visits = stream::iter(targets.iter().cloned().zip(0_u32..))
        .map(|(target, place)| async move {
            sleep_until(begun + apart * place).await;
            let outcome = visit(shared, prober, authorities, &target).await;
            let fact = Fact::SiteVisited {
                site: target.site.clone(),
                outcome: Box::new(outcome.clone()),
                every: EVERY,
            };
            let listened = shared.context.send(fact).await;
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
    let authority = match authority {
        Some(authority) => authority,
        None => match shared.doors.authority(target).await {
            Ok(authority) => {
                lock().insert(target.server.clone(), authority.clone());
                authority
            }
            Err(why) => {
                return ProbeOutcome {
                    millis: 0.0,
                    result: Err((ProbeTrouble::CouldNotTry, why)),
                };
            }
        },
    };
    let way = Way {
        name_server: shared.doors.name_server(),
        authority: authority.as_deref(),
    };
    let outcome = visit_site(prober, target.site.as_str(), way).await;
    if matches!(outcome.result, Err((ProbeTrouble::Tls, _))) {
        // The server may have been made anew, and have another authority: it is asked again.
        lock().remove(&target.server);
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
