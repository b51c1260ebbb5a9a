//! What shows an item: how its site or service has answered lately, the log that tells of it, and what changed before it
//! began.

use vocab::{ProbeOutcome, Span, Stamped, Text, Time};

use crate::about::About;
use crate::priorities::Item;
use crate::run::Run;
use crate::series::{Metric, Point, Series, SeriesKey, Subject, millis};
use crate::signals::topology::ancestors;
use crate::site::Site;
use crate::world::World;

pub use super::telling::log;

/// So far back answers are shown.
pub const ANSWERS_WITHIN: Span = Span::hours(1);

/// So long before it began a change may have to do with an item.
pub const CHANGED_WITHIN: Span = Span::hours(1);

/// So many changes are told of an item.
pub const CHANGES: usize = 6;

/// So many sites of a server are told of.
const SITES: usize = 3;

/// The shortest stretch that one column of answers stands for.
const COLUMN: Span = Span::minutes(1);

/// What the last look at a site or service came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Latest {
    /// Nobody has looked yet.
    Never,
    /// It answered well, after so many milliseconds.
    Good(f32),
    /// It did not, and why; when it last did, when that is known.
    Failed(Text, Option<Time>),
    /// Nobody has looked for too long, so that how it does is not known: when somebody did.
    Old(Time),
}

/// How a site or a service has answered lately.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// Whose answers they are.
    pub key: SeriesKey,
    /// The last look.
    pub latest: Latest,
    /// How often it is looked at; zero before anybody has.
    pub every: Span,
    /// The good answers within [`ANSWERS_WITHIN`] in milliseconds, the oldest first.
    pub points: Vec<Point>,
    /// Since when answers are known: the beginning of [`ANSWERS_WITHIN`], or the first good answer if that is later.
    pub known_from: Time,
}

impl Answers {
    fn of(
        world: &World,
        subject: Subject,
        last: Option<&Stamped<ProbeOutcome>>,
        last_good: Option<Time>,
        now: Time,
    ) -> Self {
        let key = SeriesKey::new(subject, Metric::Latency);
        let series = world.series(&key);
        let oldest = series.and_then(|series| series.points().next());
        let last_good = last_good.or_else(|| Some(series?.last()?.at));
        let from = now - ANSWERS_WITHIN;
        let points = series.into_iter().flat_map(Series::points);
        Self {
            latest: latest(last, last_good, now),
            every: last.map_or(Span::ZERO, |last| last.every),
            points: points.filter(|point| point.at > from).copied().collect(),
            known_from: oldest.map_or(now, |point| point.at.max(from)),
            key,
        }
    }

    /// Puts what was kept elsewhere before what is known here.
    pub fn restore(&mut self, older: &[Point], now: Time) {
        let mut series = Series::default();
        for point in &self.points {
            series.push(*point);
        }
        series.restore(older);
        self.points = series.points().copied().collect();
        if let Some(first) = self.points.first() {
            self.known_from = self.known_from.min(first.at.max(now - ANSWERS_WITHIN));
        }
    }

    /// The slowest answer of each stretch in at most `most` columns, the newest last, and how long a stretch is: so long
    /// that a steady course has no gaps. A gap is a stretch without a good answer; what came before the first is left out.
    pub fn columns(&self, now: Time, most: usize) -> (Span, Vec<Option<f32>>) {
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let least = ANSWERS_WITHIN.0.div_euclid(most).max(self.every.0 * 2);
        // Whole minutes: they can be told in words.
        let minutes = (least + COLUMN.0 - 1).div_euclid(COLUMN.0).max(1);
        let column = COLUMN.times(minutes);
        let mut series = Series::default();
        series.restore(&self.points);
        let count = usize::try_from(ANSWERS_WITHIN.0.div_euclid(column.0)).unwrap_or(1);
        let columns = series.columns(now, column, count.max(1));
        let began_within = self.known_from > now - ANSWERS_WITHIN;
        let known = columns
            .into_iter()
            .skip_while(|value| began_within && value.is_none());
        (column, known.collect())
    }

    /// How it answers now: `84ms`, `none for 3m`; dashes when nobody has looked lately.
    pub fn now_words(&self, now: Time) -> String {
        match &self.latest {
            Latest::Never => "nobody has looked yet".to_owned(),
            Latest::Good(value) => millis(*value),
            Latest::Failed(_, Some(good)) => format!("none for {}", now.since(*good).age()),
            Latest::Failed(why, None) => format!("{why}; no good answer is known"),
            Latest::Old(at) => {
                let was = self.points.last();
                let was =
                    was.map_or_else(String::new, |last| format!(" was {}", millis(last.value)));
                format!("--{was} {} ago", now.since(*at).age())
            }
        }
    }

    /// Between what the good answers were, and of which time: `38ms to 340ms in the last 1h`; `None` without any.
    pub fn range_words(&self, now: Time) -> Option<String> {
        let (least, most) = self.extremes()?;
        let known = now.since(self.known_from).min(ANSWERS_WITHIN);
        Some(format!(
            "{} to {} in the last {known}",
            millis(least),
            millis(most)
        ))
    }

    /// The quickest and the slowest good answer, in milliseconds.
    pub fn extremes(&self) -> Option<(f32, f32)> {
        let values = self.points.iter().map(|point| point.value);
        values.fold(None, |so_far, value| {
            let (least, most) = so_far.unwrap_or((value, value));
            Some((value.min(least), value.max(most)))
        })
    }
}

fn latest(last: Option<&Stamped<ProbeOutcome>>, last_good: Option<Time>, now: Time) -> Latest {
    let Some(last) = last else {
        return Latest::Never;
    };
    match last
        .fresh(now)
        .map(|outcome| (outcome.millis, &outcome.result))
    {
        Some((millis, Ok(_))) => Latest::Good(millis),
        Some((_, Err((_, words)))) => Latest::Failed(words.clone(), last_good),
        None => Latest::Old(last.at),
    }
}

/// How the site or service of an item has answered, of a server how some of its sites have; none of anything else.
pub fn answers(world: &World, item: &Item, now: Time) -> Vec<Answers> {
    let of_site = |site: &Site| {
        let pulse = world.pulses.get(&site.domain);
        let last = pulse.and_then(|pulse| pulse.last.as_ref());
        let last_good = pulse.and_then(|pulse| pulse.last_good);
        let subject = Subject::Site(site.domain.clone());
        Answers::of(world, subject, last, last_good, now)
    };
    match &item.about {
        About::Site(domain) => world.sites.get(domain).map(of_site).into_iter().collect(),
        About::Server(name) => {
            let there = world.sites.values();
            let there = there.filter(|site| site.objects.server_name == **name);
            there.take(SITES).map(of_site).collect()
        }
        About::Service(name) => {
            let service = world.services.get(name);
            let of = |service: &crate::TrackedService| {
                let subject = Subject::Service(name.clone());
                let last = service.last.as_ref();
                Answers::of(world, subject, last, service.last_good, now)
            };
            service.map(of).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// What changed within [`CHANGED_WITHIN`] before an item began, the newest first, at most [`CHANGES`]: runs on it or on
/// what it stands on, releases, containers that were made or started, other items of the same objects.
pub fn changes(world: &World, item: &Item) -> Vec<(Time, String)> {
    let within = |at: Time| at <= item.since && item.since.since(at) < CHANGED_WITHIN;
    let mut family = vec![item.about.clone()];
    family.extend(ancestors(world, &item.about).iter().cloned());
    let mut found: Vec<(Time, String)> = world
        .runs
        .values()
        .filter(|run| within(run.taken) && touches(run, &family, world))
        .map(|run| {
            let words = format!(
                "{} by {}: {}",
                run.plan.title,
                run.plan.by.user,
                run.state.word()
            );
            (run.taken, words)
        })
        .collect();
    for about in &family {
        match about {
            About::Site(domain) => {
                let releases = world.sites.get(domain).map(|site| &site.releases);
                found.extend(releases.into_iter().flatten().map(|release| {
                    let words =
                        format!("release {} of {domain} from {}", release.id, release.source);
                    (release.at, words)
                }));
            }
            About::Container(key) => {
                let known = world.containers.get(key).map(|known| &known.container);
                let made = known.and_then(|known| Some((known.created?, "made")));
                let started = known.and_then(|known| Some((known.started?, "started")));
                found.extend(
                    [made, started]
                        .into_iter()
                        .flatten()
                        .map(|(at, what)| (at, format!("{} was {what}", about.label(world)))),
                );
            }
            _ => {}
        }
    }
    let names: Vec<String> = family.iter().map(ToString::to_string).collect();
    let others = world.happenings.iter().filter(|happening| {
        let id = happening.item.0.as_str();
        happening.item != item.id
            && names
                .iter()
                .any(|name| id.split(' ').any(|word| word == name))
    });
    found.extend(others.map(|happening| {
        (
            happening.at,
            format!("{}: {}", happening.title, happening.what.words()),
        )
    }));
    found.retain(|(at, _)| within(*at));
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found.truncate(CHANGES);
    found
}

/// Whether a run has to do with any of these.
fn touches(run: &Run, family: &[About], world: &World) -> bool {
    family.iter().any(|about| match about {
        About::Site(domain) => {
            let order = run.plan.order();
            order.is_some_and(|order| order.domains().contains(domain))
        }
        about => {
            let name = about.label(world);
            run.plan.objects.iter().any(|object| object.name == name)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    fn answers(points: &[(i64, f32)], every: Span) -> Answers {
        let points: Vec<Point> = points
            .iter()
            .map(|(minutes_ago, value)| Point {
                at: NOW - Span::minutes(*minutes_ago),
                value: *value,
            })
            .collect();
        Answers {
            key: SeriesKey::new(Subject::Site("a.example".parse().unwrap()), Metric::Latency),
            latest: Latest::Never,
            every,
            known_from: points.first().map_or(NOW, |point| point.at),
            points,
        }
    }

    #[test]
    fn a_gap_is_a_stretch_without_an_answer_and_what_is_not_known_is_none() {
        let answers = answers(&[(5, 10.0), (4, 30.0), (1, 20.0)], Span::seconds(30));
        let (column, columns) = answers.columns(NOW, 60);
        assert_eq!(column, Span::minutes(1));
        let gone = None;
        assert_eq!(columns, [Some(10.0), Some(30.0), gone, gone, Some(20.0)]);
        assert_eq!(answers.extremes(), Some((10.0, 30.0)));
    }

    #[test]
    fn columns_are_so_long_that_a_steady_course_has_no_gaps() {
        let steady: Vec<(i64, f32)> = (0..60).rev().step_by(5).map(|at| (at, 1.0)).collect();
        let (column, columns) = answers(&steady, Span::minutes(5)).columns(NOW, 60);
        assert_eq!(column, Span::minutes(10));
        assert!(
            columns.len() <= 6 && columns.iter().all(Option::is_some),
            "{columns:?}"
        );
        let (column, columns) = answers(&steady, Span::seconds(30)).columns(NOW, 7);
        assert_eq!((column, columns.len()), (Span::minutes(9), 6));
    }

    #[test]
    fn what_was_kept_goes_before_what_is_known() {
        let mut answers = answers(&[(2, 5.0)], Span::seconds(30));
        let kept = |minutes, value| Point {
            at: NOW - Span::minutes(minutes),
            value,
        };
        answers.restore(&[kept(30, 1.0), kept(2, 9.0)], NOW);
        assert_eq!(answers.points.len(), 2);
        assert_eq!(answers.known_from, NOW - Span::minutes(30));
        assert_eq!(answers.columns(NOW, 60).1.len(), 30);
    }
}
