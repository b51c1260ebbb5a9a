//! The plan of a run on a site: what would be made, what it costs and brings, the exact calls; and every reason why not,
//! before anything is.

use drivers::provider::cloudflare::RecordFilter;
use drivers::provider::{Fault, ObjectId, ProviderError};
use vocab::{NodeName, RunId, SiteKind, Text, Time};
use world::plan::StepCall;
use world::{
    Actor, Intent, Plan, PlanObject, PlannedStep, Refusal, RefusalKind, SiteOrder, SiteRequest,
    SiteStep, SiteVerb, World,
};

use crate::about;
use crate::backup;
use crate::growth;
use crate::names;
use crate::order;
use crate::ports;
use crate::run::steps_of;
use crate::schema;
use crate::words;
use crate::work::Ends;

/// The version of the steps' meaning. A run is carried on only by a program that knows its version.
pub const VERSION: u32 = 3;

/// The versions whose steps mean what they meant: the first one had no containers, the second one left them where they were.
pub(crate) const KNOWN: std::ops::RangeInclusive<u32> = 1..=VERSION;

/// Makes the plan of a wish, or says why it cannot be: files, token, zone, domain and names are looked at first.
pub async fn plan(
    world: &World,
    ends: &Ends,
    request: &SiteRequest,
    by: Actor,
    now: Time,
) -> Result<Plan, Refusal> {
    let id = RunId::made_at(now);
    let mut order = order::of(world, ends, request, id, now).await?;
    if matches!(order.verb, SiteVerb::Deploy | SiteVerb::Rename) {
        free(ends, &mut order).await?;
    }
    let needs_port = matches!(
        order.verb,
        SiteVerb::Deploy
            | SiteVerb::Release
            | SiteVerb::Move
            | SiteVerb::Failover
            | SiteVerb::Rehearse
    ) || backup::needs_port(&order);
    if order.site.kind != SiteKind::Static && needs_port {
        let port = ports::free(world, &ends.offer.ports, &order)?;
        order.port_before = order.site.objects.port.replace(port);
    }
    let place = place(&order)?;
    let mut warnings = about::warnings(&order);
    warnings.extend(schema::moved(ends, &order).await);
    let steps: Vec<PlannedStep> = steps_of(&order)
        .into_iter()
        .map(|step| planned(step, &order))
        .collect();
    let domain = Text::line(order.site.domain.as_str());
    let title = match &order.was {
        Some(was) if was.domain != order.site.domain => {
            format!("{} {} {domain}", order.verb.word(), was.domain)
        }
        _ => format!("{} {domain}", order.verb.word()),
    };
    let (reversibility, confirmation) = about::consent(&order, &domain);
    let mut objects = vec![PlanObject {
        node: place,
        kind: Text::line("site"),
        name: domain,
        detail: Text::line(about::detail(&order)),
    }];
    objects.extend(about::servers(world, &order));
    Ok(Plan {
        id,
        by,
        made: now,
        title: Text::line(title),
        reversibility,
        confirmation,
        objects,
        steps,
        verification: Text::line(about::verification(&order)),
        inverse: growth::inverse(&order),
        warnings,
        one_by_one: true,
        expected: about::expected(&order),
        intent: Intent::Site(Box::new(order)),
    })
}

/// Whether the domain is ours to serve and served by nobody yet; the zone is noted in the order.
async fn free(ends: &Ends, order: &mut SiteOrder) -> Result<(), Refusal> {
    let domain = order.site.domain.clone();
    let zone = zone_of(ends, &domain).await?;
    let taken = ends
        .cloudflare
        .records(
            &zone,
            &RecordFilter {
                name: Some(domain.to_string()),
                ..RecordFilter::default()
            },
        )
        .await
        .map_err(|error| provider(&error))?;
    if let Some(record) = taken.first() {
        return Err(refuse(
            RefusalKind::Conflict,
            format!(
                "{domain} has a DNS record already ({} {}): remove it first, or choose another domain",
                record.kind, record.content
            ),
        ));
    }
    permitted(ends, &zone).await?;
    order.site.objects.zone = zone.to_string();
    Ok(())
}

/// Whether the tokens may do what a deployment needs of them, so that none is found out when half of it is made.
async fn permitted(ends: &Ends, zone: &ObjectId) -> Result<(), Refusal> {
    let key = names::ssh_key(&ends.installation);
    // What Hetzner's token may not do is found out by the first step, before anything is there.
    let (servers, names, money) = tokio::join!(
        ends.hetzner.ssh_key_by_name(&key),
        ends.cloudflare.may_change_records(zone),
        ends.stripe.may_change_customers(),
    );
    // The token was good for looking at the zone a moment ago: what it lacks is the permission.
    let names = names.map_err(|error| match error.fault {
        Fault::Unauthorized => ProviderError {
            fault: Fault::Forbidden,
            ..error
        },
        _ => error,
    });
    servers
        .map(drop)
        .and(names)
        .and(money)
        .map_err(|error| provider(&error))
}

/// The zone that the domain lies in: the longest one of the account that its name ends with.
async fn zone_of(ends: &Ends, domain: &vocab::Domain) -> Result<ObjectId, Refusal> {
    let mut name = domain.as_str();
    loop {
        let found = ends
            .cloudflare
            .zones(Some(name))
            .await
            .map_err(|error| provider(&error))?;
        if let Some(zone) = found.into_iter().next() {
            return Ok(zone.id);
        }
        match name.split_once('.') {
            Some((_, rest)) if rest.contains('.') => name = rest,
            _ => {
                return Err(refuse(
                    RefusalKind::NotFound,
                    format!(
                        "no zone of the Cloudflare account holds {domain}: add the zone there, or give a token that may see it"
                    ),
                ));
            }
        }
    }
}

fn provider(error: &ProviderError) -> Refusal {
    refuse(RefusalKind::Unreachable, error.to_string())
}

fn refuse(kind: RefusalKind, words: impl AsRef<str>) -> Refusal {
    Refusal::new(kind, words.as_ref())
}

/// Where the site is: its server, there or to be made.
fn place(order: &SiteOrder) -> Result<NodeName, Refusal> {
    let name = names::server_of(order);
    NodeName::new(&name).map_err(|error| refuse(RefusalKind::Stale, error.to_string()))
}

/// A step with its words.
fn planned(step: SiteStep, order: &SiteOrder) -> PlannedStep {
    PlannedStep {
        object: 0,
        title: Text::line(words::title(step, order)),
        exact: Text::line(words::exact(step, order)),
        call: StepCall::Site(step),
        deadline: words::deadline(step),
    }
}
