//! What an operator is told of a run on a site before it is begun: what changes, what is lost, what it costs before and
//! after, and what it asks for.

use vocab::{NodeName, RollbackLevel, SiteKind, Span, Text};
use world::{Confirmation, Place, PlanObject, Reversibility, SiteOrder, SiteVerb, World};

use crate::backup;
use crate::growth;

/// How hard it is to take back, and what the operator has to do.
pub(crate) fn consent(order: &SiteOrder, domain: &Text) -> (Reversibility, Confirmation) {
    let letter = match order.verb {
        SiteVerb::Backup
        | SiteVerb::Dump
        | SiteVerb::Restore
        | SiteVerb::Drill
        | SiteVerb::Prune => {
            return backup::consent(order);
        }
        SiteVerb::Delete => {
            return (
                Reversibility::Irreversible,
                Confirmation::TypedName(domain.clone()),
            );
        }
        SiteVerb::Deploy => 'd',
        SiteVerb::Release | SiteVerb::Resume | SiteVerb::Restart => 'r',
        SiteVerb::Move => 'm',
        SiteVerb::Failover | SiteVerb::Rehearse => 'f',
        SiteVerb::Suspend => 's',
        SiteVerb::Renew => 'n',
        SiteVerb::Rename => 'c',
        SiteVerb::Repoint => 'p',
        SiteVerb::Collect => 'i',
        SiteVerb::Grow => 'g',
    };
    (Reversibility::Disruptive, Confirmation::Letter(letter))
}

/// What the run makes of the site.
pub(crate) fn detail(order: &SiteOrder) -> String {
    let site = &order.site;
    let from = order.was.as_ref().map_or(site.region, |was| was.region);
    match order.verb {
        SiteVerb::Deploy => format!(
            "{}{}, {} in {} ({}), {} a month from {}",
            site.kind,
            site.objects
                .port
                .map_or_else(String::new, |port| format!(" on port {port}")),
            order.machine.server_type,
            site.region,
            order.machine.location,
            site.price,
            site.affiliate
        ),
        SiteVerb::Release => format!(
            "{} instead of {}",
            site.current,
            order
                .before
                .as_ref()
                .map_or("nothing", |before| before.as_str())
        ),
        SiteVerb::Delete => format!("{} a month from {} ends", site.price, site.affiliate),
        SiteVerb::Move if site.kind == SiteKind::WordPress => format!(
            "from {from} to {}, served throughout; nothing can be written to it from the copy until the name leads there",
            site.region
        ),
        SiteVerb::Move => format!("from {from} to {}, served throughout", site.region),
        SiteVerb::Failover => format!(
            "from {from} to {}: what the name leads to changes, what lies in {from} stays there",
            site.region
        ),
        SiteVerb::Rehearse => format!(
            "from {from} to {}, but for the name, and back: visitors see nothing of it",
            site.region
        ),
        SiteVerb::Suspend => format!(
            "visitors get a page that says so (503); {} a month from {} is not billed",
            site.price, site.affiliate
        ),
        SiteVerb::Resume => format!(
            "served again; {} a month from {} is billed again",
            site.price, site.affiliate
        ),
        SiteVerb::Backup
        | SiteVerb::Dump
        | SiteVerb::Restore
        | SiteVerb::Drill
        | SiteVerb::Prune => backup::detail(order),
        SiteVerb::Restart if site.kind == SiteKind::Static => {
            "the web server reads its configuration anew; no connection is cut".to_owned()
        }
        SiteVerb::Restart => {
            "its container begins anew: a few seconds without an answer".to_owned()
        }
        SiteVerb::Repoint => format!(
            "its name is to lead to {} ({}); only the record of this deployment is changed",
            site.objects.address, site.objects.server_name
        ),
        SiteVerb::Collect => format!(
            "{} is asked for what is open, by the way of payment that Stripe knows",
            site.affiliate
        ),
        SiteVerb::Grow => growth::detail(order),
        SiteVerb::Renew => {
            "the web server fetches another certificate; the old one is served until then"
                .to_owned()
        }
        SiteVerb::Rename => format!(
            "answers as {} instead of {}",
            site.domain,
            order
                .was
                .as_ref()
                .map_or("nothing", |was| was.domain.as_str())
        ),
    }
}

/// The servers the run makes, fills, empties or removes, with what they cost.
pub(crate) fn servers(world: &World, order: &SiteOrder) -> Vec<PlanObject> {
    let others = |place: &Place| {
        let about = order.domains();
        world
            .sites
            .values()
            .filter(|site| site.lies_on(&place.server_name) && !about.contains(&site.domain))
            .count()
    };
    let cost = |place: &Place| {
        place.cost.map_or_else(
            || "at an unknown price".to_owned(),
            |cost| format!("{cost} a month"),
        )
    };
    let to = order.site.place();
    let mut found = Vec::new();
    match order.verb {
        SiteVerb::Deploy | SiteVerb::Move | SiteVerb::Failover | SiteVerb::Rehearse => {
            let words = if order.makes_server() {
                format!(
                    "made: {} in {}, {} more",
                    order.machine.server_type,
                    order.machine.location,
                    cost(&to)
                )
            } else {
                let count = others(&to);
                format!("has room, {} there: costs nothing more", sites(count))
            };
            found.push((to.clone(), words));
        }
        _ => {}
    }
    let leaves = match (order.verb, &order.was) {
        (SiteVerb::Delete, _) => Some(&order.site),
        (SiteVerb::Move, Some(was)) => Some(&**was),
        _ => None,
    };
    if let Some(site) = leaves {
        let behind = site.objects.left_behind.as_deref().cloned();
        for place in std::iter::once(site.place()).chain(behind) {
            if place.server_name == to.server_name && order.verb == SiteVerb::Move {
                continue;
            }
            let words = match others(&place) {
                0 => format!("deleted with all that is on it: {} less", cost(&place)),
                count => format!("stays: {} there", sites(count)),
            };
            found.push((place, words));
        }
    }
    if order.verb == SiteVerb::Failover
        && let Some(was) = &order.was
    {
        let place = was.place();
        let words = format!(
            "stays, and costs on ({}), until the site is moved or deleted",
            cost(&place)
        );
        found.push((place, words));
    }
    let found = found.into_iter().filter_map(|(place, words)| {
        Some(PlanObject {
            node: NodeName::new(&place.server_name).ok()?,
            kind: Text::line("server"),
            name: Text::line(&place.server_name),
            detail: Text::line(words),
        })
    });
    found.chain(growth::objects(order)).collect()
}

fn sites(count: usize) -> String {
    if count == 1 {
        "another site stands".to_owned()
    } else {
        format!("{count} other sites stand")
    }
}

/// What the operator should know first.
pub(crate) fn warnings(order: &SiteOrder) -> Vec<Text> {
    let mut warnings: Vec<String> = backup::warnings(order)
        .iter()
        .map(ToString::to_string)
        .collect();
    let site = &order.site;
    let goes_back = |what: &str| format!("when a step fails {what}");
    match order.verb {
        SiteVerb::Delete => warnings.push("its files are gone afterwards".to_owned()),
        SiteVerb::Deploy => warnings.push(goes_back(match order.level {
            RollbackLevel::Soft => "nothing is deleted, the run is marked (soft)",
            RollbackLevel::Partial => "subscription, record and place are taken back (partial)",
            RollbackLevel::Full => "everything that was made is taken back (full)",
        })),
        SiteVerb::Move => {
            warnings.push(goes_back(
                "before the old place is emptied, the site stays there",
            ));
            warnings.extend(moved(order));
        }
        SiteVerb::Failover | SiteVerb::Rehearse => warnings.extend(failed_over(order)),
        SiteVerb::Grow => warnings.extend(growth::warnings(order)),
        SiteVerb::Renew if order.certificates != "internal" => {
            warnings.push("Let's Encrypt gives five certificates a week for one name".to_owned());
        }
        SiteVerb::Rename => {
            if let Some(was) = &order.was {
                warnings.push(format!(
                    "{} answers nobody any more afterwards: links to it break",
                    was.domain
                ));
            }
            if site.kind != SiteKind::Static {
                warnings.push(
                    "it does not answer for some seconds, while its container is started from the new domain's folder"
                        .to_owned(),
                );
            }
        }
        _ => {}
    }
    if matches!(order.verb, SiteVerb::Deploy | SiteVerb::Rename)
        && let Some(look_alike) = site.domain.look_alike()
    {
        warnings.push(format!("{look_alike}"));
    }
    warnings.into_iter().map(Text::line).collect()
}

/// What a move of this site loses.
fn moved(order: &SiteOrder) -> Vec<String> {
    if order.site.kind != SiteKind::WordPress {
        return Vec::new();
    }
    let mut warnings = vec![
        "orders, comments and sign-ins are refused from the copy of the database until the name leads to the new place: two \
         minutes and more, by its size; who is signed in signs in again"
            .to_owned(),
    ];
    let behind = order
        .was
        .as_ref()
        .and_then(|was| was.objects.left_behind.as_ref());
    if let Some(place) = behind {
        let what = if place.server_name == order.site.objects.server_name {
            "is overwritten"
        } else {
            "is deleted"
        };
        warnings.push(format!(
            "what lies on {} since before the failover {what}: it may have been written to after the backup that stands in for it",
            place.server_name
        ));
    }
    warnings
}

/// What stays behind when a site is served from another region.
fn failed_over(order: &SiteOrder) -> Vec<String> {
    let site = &order.site;
    let mut warnings = Vec::new();
    if let Some(about) = &order.backup {
        let id = about.id.short();
        let made = about.at.timestamp();
        warnings.push(if site.kind == SiteKind::WordPress {
            format!("its data come from backup {id} of {made}: what was written since is not there, and stays at the old place")
        } else {
            format!("its files come from backup {id} of {made}: release {}", site.current)
        });
    }
    let kept = order.was.as_ref().map_or(0, |was| was.releases.len());
    warnings.push(match (&order.files, kept.saturating_sub(1)) {
        (None, _) => format!(
            "release {} is not on this machine: it is fetched from the old place, which must answer for that",
            site.current
        ),
        (Some(_), 0) => "its access logs stay behind".to_owned(),
        (Some(_), count) => format!(
            "its access logs and the older releases ({count}) stay behind: there is no rollback to them there"
        ),
    });
    warnings
}

/// How its success will be seen.
pub(crate) fn verification(order: &SiteOrder) -> &'static str {
    match order.verb {
        SiteVerb::Delete => "nothing of it is left at the providers",
        SiteVerb::Suspend => "visitors get the page of a suspended site",
        SiteVerb::Renew => "another certificate is served under its name",
        SiteVerb::Collect => "no invoice of its subscription is open",
        SiteVerb::Rehearse => "a stand-by answered, and nothing of it is left",
        SiteVerb::Grow => "all sites there that answered before answer over HTTPS",
        _ => backup::verification(order).unwrap_or("the site answers over HTTPS under its name"),
    }
}

/// How long it takes when all goes well.
pub(crate) const fn expected(order: &SiteOrder) -> Span {
    match order.verb {
        SiteVerb::Move if !matches!(order.site.kind, SiteKind::Static) => Span::minutes(5),
        SiteVerb::Move => Span::minutes(3),
        SiteVerb::Deploy | SiteVerb::Failover | SiteVerb::Rehearse if order.makes_server() => {
            Span::minutes(2)
        }
        SiteVerb::Rename => Span::seconds(90),
        SiteVerb::Grow => Span::minutes(2),
        SiteVerb::Release if !matches!(order.site.kind, SiteKind::Static) => Span::minutes(1),
        _ => Span::seconds(15),
    }
}
