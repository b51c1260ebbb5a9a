//! The order to make the server that a site stands on another type: which one, by the provider's lists as they are now;
//! refused, with what mends it, before anything is switched off.

mod choice;
mod steps;
mod words;

use std::collections::BTreeSet;

use drivers::provider::hetzner::{Pricing, Server, ServerStatus, ServerType};
use vocab::{Bytes, Domain, Money, Text};
use world::{Growth, Refusal, RefusalKind, Site, SiteOrder, SiteVerb, Size, World};

use crate::life::served;
use crate::order::order;
use crate::placement::{self, provider};
use crate::work::Ends;

pub(crate) use steps::{deadline, settle, steps_of, undone_from, word};
pub(crate) use words::{detail, exact, inverse, objects, title, warnings};

type Result<T> = std::result::Result<T, Refusal>;

/// An order for a larger server, or for one of the type that is named. The disk stays, so that it can be taken back.
pub(crate) async fn grown(
    world: &World,
    ends: &Ends,
    site: &Site,
    to: Option<&str>,
) -> Result<SiteOrder> {
    served(site)?;
    let name = &site.objects.server_name;
    let beside = beside(world, site);
    idle(world, name, site, &beside)?;
    let server = placement::server(ends, &site.place()).await?;
    let server = server.ok_or_else(|| {
        Refusal::new(
            RefusalKind::NotFound,
            format!(
                "server {name} is not at Hetzner any more, or does not carry our labels: `wheelhouse site move {} \
                 --new-server` gives the site one of ours",
                site.domain
            ),
        )
    })?;
    ready(&server)?;
    let (types, pricing) = tokio::join!(ends.hetzner.server_types(), ends.hetzner.pricing());
    let types = types.map_err(|error| provider(&error))?;
    let pricing = pricing.map_err(|error| provider(&error))?;
    let (from, to) = choice::choose(&types, &server, to, &site.domain)?;
    let sold = |kind: &ServerType| size(kind, &server, &pricing);
    let growth = Growth {
        from: sold(from),
        to: sold(to),
        beside,
    };
    let mut order = order(ends, SiteVerb::Grow, site.clone(), None, None);
    order.machine.server_type = growth.to.server_type.to_string();
    order.machine.location = server.location.name.to_string();
    order.growth = Some(growth);
    Ok(order)
}

/// The other sites that stand on the site's server.
fn beside(world: &World, site: &Site) -> BTreeSet<Domain> {
    let there = world.sites.values().filter(|other| {
        other.objects.server_name == site.objects.server_name && other.domain != site.domain
    });
    there.map(|other| other.domain.clone()).collect()
}

/// Nothing else is done just now to the server, or to a site on it that would be away.
fn idle(world: &World, server: &str, site: &Site, beside: &BTreeSet<Domain>) -> Result<()> {
    let under_way = world.runs.values().filter(|run| !run.state.is_over());
    for run in under_way {
        let Some(order) = run.plan.order() else {
            continue;
        };
        let mut about = order.domains().into_iter();
        let one = about.find(|domain| **domain == site.domain || beside.contains(domain));
        let what = match one {
            Some(domain) => format!("{domain}, which stands on server {server},"),
            None if order.servers().contains(server) => format!("server {server}"),
            None => continue,
        };
        return refuse(
            RefusalKind::Conflict,
            format!(
                "{what} is in the hands of run {} ({}): try again when it is over",
                run.id().short(),
                run.plan.title
            ),
        );
    }
    Ok(())
}

/// Only a server that runs, and that nothing is at work on at the provider, is switched off and on.
fn ready(server: &Server) -> Result<()> {
    if server.locked {
        return refuse(
            RefusalKind::Conflict,
            format!(
                "Hetzner is at work on server {}: try again when that has ended",
                server.name
            ),
        );
    }
    if server.status != ServerStatus::Running {
        return refuse(
            RefusalKind::Conflict,
            format!(
                "server {} is {}, not running: switch it on at Hetzner first",
                server.name, server.status
            ),
        );
    }
    Ok(())
}

/// A type as it is sold where the server stands.
fn size(kind: &ServerType, server: &Server, pricing: &Pricing) -> Size {
    let price = kind.price(&server.location.name);
    Size {
        server_type: kind.name.clone(),
        cores: kind.cores,
        memory: Bytes::kibi((kind.memory * 1024.0 * 1024.0) as u64),
        monthly: price.map(|price| Money::new(price.price_monthly.net, pricing.currency)),
    }
}

/// What a server becomes, by an order that says so.
pub(crate) fn of(order: &SiteOrder) -> std::result::Result<&Growth, Text> {
    let growth = order.growth.as_ref();
    growth.ok_or_else(|| Text::line("the order does not say what the server becomes"))
}

fn refuse<T>(kind: RefusalKind, words: String) -> Result<T> {
    Err(Refusal::new(kind, words))
}
