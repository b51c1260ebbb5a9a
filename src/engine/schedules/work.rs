//! What there is to do at a turn, by what is known of the fleet now.

use schedule::Work;
use vocab::{Domain, NodeName, ObjectKind, Span, Time};
use world::query::protection::protection;
use world::{Confirmation, Consent, Intent, Plan, Reversibility, SiteRequest, World};

/// A certificate that ends within this time is renewed.
const RENEWED_BEFORE: Span = Span::days(30);

/// A backup of every site is proven so often.
const PROVEN_EVERY: Span = Span::days(7);

/// What is wished, in order, each with what it is about. `next` is when the next turn is: what would be late by then is done
/// now. Nothing for what is no wish but a look.
pub(super) fn wishes(work: &Work, world: &World, now: Time, next: Time) -> Vec<(String, Intent)> {
    let request = |domain: &Domain, request: SiteRequest| {
        (domain.to_string(), Intent::SiteRequest(Box::new(request)))
    };
    // What is being worked on is looked at again the next time.
    let idle = world
        .sites
        .keys()
        .filter(|domain| world.run_on(domain).is_none());
    match work {
        Work::Sweep | Work::Deployments | Work::Health => Vec::new(),
        Work::Backups => idle
            .filter(|domain| is_due(world, domain, now, next))
            .map(|domain| {
                let domain = domain.clone();
                request(&domain.clone(), SiteRequest::Backup { domain })
            })
            .collect(),
        Work::Databases => idle
            .filter(|domain| is_dumped(world, domain, now, next))
            .map(|domain| {
                let domain = domain.clone();
                request(&domain.clone(), SiteRequest::Dump { domain })
            })
            .collect(),
        Work::Drill => unproven(world, next)
            .map(|domain| {
                let (domain, backup) = (domain.clone(), None);
                request(&domain.clone(), SiteRequest::Drill { domain, backup })
            })
            .into_iter()
            .collect(),
        Work::PruneBackups => idle
            .filter(|domain| protection(world, domain, now).count > 1)
            .map(|domain| {
                let domain = domain.clone();
                request(&domain.clone(), SiteRequest::Prune { domain })
            })
            .collect(),
        Work::Certificates => idle
            .filter(|domain| ends_soon(world, domain, now))
            .map(|domain| {
                let domain = domain.clone();
                request(&domain.clone(), SiteRequest::Renew { domain })
            })
            .collect(),
        Work::PruneImages { nodes } => {
            let chosen: Vec<NodeName> = if nodes.is_empty() {
                world.nodes.keys().cloned().collect()
            } else {
                nodes.clone()
            };
            let prune = |node: NodeName| {
                let words = node.to_string();
                let kinds = vec![ObjectKind::UnusedImage];
                (
                    words,
                    Intent::Prune {
                        nodes: vec![node],
                        kinds,
                    },
                )
            };
            chosen.into_iter().map(prune).collect()
        }
        Work::Command { nodes, command } => {
            let intent = Intent::Command {
                nodes: nodes.clone(),
                command: command.clone(),
                one_by_one: false,
            };
            vec![(work.words(), intent)]
        }
    }
}

/// Whether a backup of the site would be older than the fleet file says before the next turn.
fn is_due(world: &World, domain: &Domain, now: Time, next: Time) -> bool {
    let every = world.backup_rules.as_ref().map(|rules| rules.every);
    let newest = protection(world, domain, now).newest;
    every.is_some_and(|every| newest.is_none_or(|newest| next.since(newest) > every))
}

/// Whether the site's database is dumped at this turn: it has one, and nobody has just dumped it, alone or in a backup, within
/// a quarter of the time between two turns.
fn is_dumped(world: &World, domain: &Domain, now: Time, next: Time) -> bool {
    let site = world.sites.get(domain);
    let fresh = Span(next.since(now).0 / 4);
    let dumped = protection(world, domain, now).dumped;
    site.is_some_and(|site| site.kind.has_database())
        && dumped.is_none_or(|dumped| now.since(dumped) >= fresh)
}

/// The site whose backups are unproven for longest, when that is too long by the next turn.
fn unproven(world: &World, next: Time) -> Option<&Domain> {
    world
        .sites
        .keys()
        .filter(|domain| world.run_on(domain).is_none())
        .filter_map(|domain| {
            let kept = protection(world, domain, next);
            let newest = kept.newest?;
            let proven = kept.verified;
            let late = proven.is_none_or(|proven| next.since(proven) > PROVEN_EVERY);
            late.then_some((proven, newest, domain))
        })
        .min()
        .map(|(_, _, domain)| domain)
}

/// Whether the certificate that a site showed last ends soon, and its web server does not see to it.
fn ends_soon(world: &World, domain: &Domain, now: Time) -> bool {
    let last = world.pulses.get(domain).and_then(|it| it.last.as_ref());
    let shown = last.and_then(|last| last.value.result.as_ref().ok()?.certificate());
    shown.is_some_and(|shown| !shown.is_renewed_late(now) && shown.until - RENEWED_BEFORE <= now)
}

/// The consent that the schedule's declaration is, when it covers the plan.
pub(super) fn consent(work: &Work, plan: &Plan) -> Option<Consent> {
    match &plan.confirmation {
        Confirmation::Grace(_) | Confirmation::Letter(_)
            if plan.reversibility < Reversibility::Irreversible =>
        {
            Some(Consent::Script)
        }
        Confirmation::TypedName(name) if work.covers_irreversible() => {
            Some(Consent::Typed(name.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use vocab::{
        AffiliateName, Certificate, Currency, Money, Origin, ProbeDetail, ProbeOutcome, Region,
        ReleaseId, RunId, SiteKind, Stamped, Text,
    };
    use world::{Backup, BackupRules, Pulse, Site, SiteObjects, SiteState};

    use super::*;

    const NOW: Time = Time(1_795_269_731_000);

    fn domain(name: &str) -> Domain {
        Domain::new(&format!("{name}.example.com")).unwrap()
    }

    /// Sites, each with the ages in hours of its newest backup and of the newest that was proven, if any, and the days
    /// that its certificate lasts.
    fn world(sites: &[(&str, Option<i64>, Option<i64>, i64)]) -> World {
        let mut world = World {
            backup_rules: Some(BackupRules {
                every: Span::hours(24),
                dumps: None,
                place: Text::default(),
                keep: [7, 4, 12],
            }),
            ..World::default()
        };
        for (name, newest, proven, lasts) in sites {
            let domain = domain(name);
            let release = ReleaseId::of_digest(&[7; 32]);
            world.sites.insert(
                domain.clone(),
                Site {
                    domain: domain.clone(),
                    kind: SiteKind::Static,
                    affiliate: AffiliateName::new("harbor").unwrap(),
                    region: Region::EuCentral,
                    state: SiteState::Active,
                    price: Money::from_smallest(1500, Currency::USD),
                    cost: None,
                    deployment: RunId::made_at(NOW),
                    created: NOW - Span::days(40),
                    releases: Vec::new(),
                    current: release.clone(),
                    objects: SiteObjects::default(),
                },
            );
            for (hours, verified) in [(newest, false), (proven, true)] {
                let Some(hours) = hours else { continue };
                let at = NOW - Span::hours(*hours);
                let backup = Backup {
                    id: RunId::made_at(at),
                    domain: domain.clone(),
                    at,
                    took: Span::seconds(1),
                    release: release.clone(),
                    files: 1,
                    parts: Vec::new(),
                    key: Text::default(),
                    place: Text::default(),
                    verified: verified.then_some(at),
                };
                world.backups.insert(backup.id, backup);
            }
            let certificate = Certificate {
                subject: Text::default(),
                issuer: Text::default(),
                names: Vec::new(),
                from: NOW - Span::days(60),
                until: NOW + Span::days(*lasts),
                trusted: true,
                name_matches: true,
            };
            let outcome = ProbeOutcome {
                millis: 12.0,
                result: Ok(ProbeDetail::Tls(Box::new(certificate))),
            };
            let pulse = Pulse {
                last: Some(Stamped {
                    value: outcome,
                    at: NOW,
                    every: Span::seconds(30),
                    origin: Origin::Probe,
                }),
                ..Pulse::default()
            };
            world.pulses.insert(domain, pulse);
        }
        world
    }

    fn about(work: &Work, world: &World, next: Span) -> Vec<String> {
        let wishes = wishes(work, world, NOW, NOW + next);
        wishes
            .into_iter()
            .map(|(about, _)| about.replace(".example.com", ""))
            .collect()
    }

    #[test]
    fn backups_are_due_before_they_would_be_late() {
        let world = world(&[
            ("fresh", Some(2), None, 90),
            ("late", Some(30), None, 90),
            ("never", None, None, 90),
            ("soon", Some(23), None, 90),
        ]);
        let hourly = about(&Work::Backups, &world, Span::minutes(59));
        assert_eq!(hourly, ["late", "never"]);
        let daily = about(&Work::Backups, &world, Span::hours(23));
        assert_eq!(
            daily,
            ["fresh", "late", "never", "soon"],
            "one is to be there all day"
        );
        let mut without = world.clone();
        without.backup_rules = None;
        assert!(about(&Work::Backups, &without, Span::hours(23)).is_empty());
        assert_eq!(
            about(&Work::PruneBackups, &world, Span::ZERO),
            [""; 0],
            "one is kept anyway"
        );
    }

    #[test]
    fn databases_are_dumped_where_there_is_one_that_was_not_just_dumped() {
        let mut world = world(&[
            ("files", Some(30), None, 90),
            ("never", Some(30), None, 90),
            ("just", Some(30), None, 90),
            ("long", Some(30), None, 90),
        ]);
        for name in ["never", "just", "long"] {
            let site = world.sites.get_mut(&domain(name)).unwrap();
            site.kind = SiteKind::WordPress;
        }
        let dump = |name: &str, hours| {
            let whole = world.backups.values().next().unwrap();
            let at = NOW - Span::hours(hours);
            let part = world::BackupPart {
                part: world::SitePart::Database,
                bytes: 9,
                sha256: "0".repeat(64),
            };
            Backup {
                id: RunId::made_at(at),
                domain: domain(name),
                at,
                parts: vec![part],
                ..whole.clone()
            }
        };
        for made in [dump("just", 1), dump("long", 2)] {
            world.backups.insert(made.id, made);
        }
        let every_six = about(&Work::Databases, &world, Span::hours(6));
        assert_eq!(every_six, ["long", "never"]);
        let whole = about(&Work::Backups, &world, Span::hours(1));
        assert_eq!(whole, ["files", "just", "long", "never"], "dumps are none");
    }

    #[test]
    fn the_backup_that_is_unproven_for_longest_is_tried() {
        let hour = Span::hours(1);
        let tried = |sites: &[(&str, Option<i64>, Option<i64>, i64)]| {
            about(&Work::Drill, &world(sites), hour)
        };
        let proven = ("proven", Some(1), Some(100), 90);
        let older = ("older", Some(2), Some(170), 90);
        assert!(tried(&[proven]).is_empty(), "within the week");
        assert_eq!(tried(&[proven, older]), ["older"]);
        let never = ("never", Some(3), None, 90);
        assert_eq!(tried(&[proven, older, never]), ["never"]);
        assert!(tried(&[("nothing", None, None, 90)]).is_empty());
    }

    #[test]
    fn certificates_are_renewed_before_they_end() {
        let world = world(&[("long", None, None, 31), ("short", None, None, 30)]);
        assert_eq!(about(&Work::Certificates, &world, Span::days(7)), ["short"]);
    }

    #[test]
    fn a_certificate_of_hours_is_its_web_servers_affair() {
        let mut world = world(&[("fresh", None, None, 1), ("forgotten", None, None, 1)]);
        for (name, age) in [("fresh", 1), ("forgotten", 23)] {
            let pulse = world.pulses.get_mut(&domain(name)).unwrap();
            let last = &mut pulse.last.as_mut().unwrap().value.result;
            if let Ok(ProbeDetail::Tls(shown)) = last {
                shown.from = NOW - Span::hours(age);
                shown.until = shown.from + Span::hours(24);
            }
        }
        let renewed = about(&Work::Certificates, &world, Span::days(7));
        assert_eq!(renewed, ["forgotten"]);
    }

    #[test]
    fn a_declaration_covers_no_more_than_it_says() {
        let sites = world(&[("one", Some(30), None, 3)]);
        let plan = |confirmation, reversibility| Plan {
            id: RunId::made_at(NOW),
            intent: wishes(&Work::Backups, &sites, NOW, NOW).remove(0).1,
            by: world::Actor {
                user: Text::default(),
                face: world::Face::Schedule,
            },
            made: NOW,
            title: Text::default(),
            reversibility,
            confirmation,
            objects: Vec::new(),
            steps: Vec::new(),
            verification: Text::default(),
            inverse: None,
            warnings: Vec::new(),
            one_by_one: false,
            expected: Span::ZERO,
        };
        let typed = || Confirmation::TypedName(Text::line("one"));
        let said = Some(Consent::Typed(Text::line("one")));
        assert_eq!(
            consent(
                &Work::PruneBackups,
                &plan(typed(), Reversibility::Irreversible)
            ),
            said
        );
        for work in [Work::Backups, Work::Drill, Work::Certificates] {
            assert_eq!(
                consent(&work, &plan(typed(), Reversibility::Irreversible)),
                None,
                "{work:?}"
            );
            let letter = plan(Confirmation::Letter('r'), Reversibility::Disruptive);
            assert_eq!(consent(&work, &letter), Some(Consent::Script));
        }
    }
}
