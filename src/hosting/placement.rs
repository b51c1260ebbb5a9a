//! Where a site is put: on a server of ours that has room, or on a new one that the provider has.

use std::collections::{BTreeMap, BTreeSet};

use drivers::provider::ProviderError;
use drivers::provider::hetzner::{Server, ServerType};
use vocab::{Money, Region, RunId, Text};
use world::{Machine, Place, Placement, Refusal, RefusalKind, Run, Site, SiteState, World};

use crate::names;
use crate::steps::server::number;
use crate::work::Ends;

type Result<T> = std::result::Result<T, Refusal>;

/// What is to be placed.
pub(crate) struct Wanted<'a> {
    /// In which region.
    pub region: Region,
    /// On which server there.
    pub placement: &'a Placement,
    /// Which site, when it is there already: where it stands now is no new place.
    pub site: Option<&'a Site>,
    /// The run that would make a server, and for which domain.
    pub run: RunId,
    /// As above.
    pub domain: &'a vocab::Domain,
}

/// A place for a site. On a new server its id and address are empty, and `machine` is how it is ordered. Refused when there
/// is no room, before anything is made.
pub(crate) async fn choose(
    world: &World,
    ends: &Ends,
    wanted: &Wanted<'_>,
    machine: &mut Machine,
) -> Result<Place> {
    match wanted.placement {
        Placement::On(name) => named(world, ends, wanted, name).await,
        Placement::New => new(ends, wanted, machine).await,
        Placement::Room => match with_room(world, ends, wanted).await? {
            Some(place) => Ok(place),
            None => new(ends, wanted, machine).await,
        },
    }
}

/// The region of the server that is named, when one is.
pub(crate) fn region_of(world: &World, placement: &Placement) -> Option<Region> {
    let Placement::On(name) = placement else {
        return None;
    };
    let mut sites = world.sites.values();
    sites
        .find(|site| site.objects.server_name == name.as_str())
        .map(|site| site.region)
}

/// The servers that sites stand on, by name, with how many of them.
fn servers(world: &World) -> BTreeMap<&str, (Place, usize)> {
    let mut servers: BTreeMap<&str, (Place, usize)> = BTreeMap::new();
    for site in world.sites.values() {
        let objects = &site.objects;
        if objects.server.is_empty() || objects.server_name.is_empty() {
            continue;
        }
        let server = servers
            .entry(&objects.server_name)
            .or_insert_with(|| (site.place(), 0));
        server.1 += 1;
    }
    // What a failover has left behind still takes its place.
    for site in world.sites.values() {
        if let Some(behind) = &site.objects.left_behind
            && let Some(server) = servers.get_mut(behind.server_name.as_str())
        {
            server.1 += 1;
        }
    }
    servers
}

/// Servers that a run makes, fills or removes just now, with the run.
fn busy(world: &World) -> BTreeMap<&str, &Run> {
    let under_way = world.runs.values().filter(|run| !run.state.is_over());
    under_way
        .filter_map(|run| Some((run, run.plan.order()?)))
        .flat_map(|(run, order)| order.servers().into_iter().map(move |name| (name, run)))
        .collect()
}

/// The fullest server of the region that has room, so that few are needed.
async fn with_room(world: &World, ends: &Ends, wanted: &Wanted<'_>) -> Result<Option<Place>> {
    let busy: BTreeSet<&str> = busy(world).into_keys().collect();
    let mut found: Vec<(Place, usize)> = servers(world)
        .into_iter()
        .filter(|(name, (place, count))| {
            place.region == wanted.region
                && *count < ends.offer.sites_per_node
                && !busy.contains(name)
                && wanted
                    .site
                    .is_none_or(|site| site.objects.server_name != *name)
                && !all_broken(world, name)
        })
        .map(|(_, server)| server)
        .collect();
    found.sort_by(|one, other| (other.1, &one.0.server_name).cmp(&(one.1, &other.0.server_name)));
    for (place, _) in found {
        if server(ends, &place).await?.is_some() {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Whether nothing that stands there is known to work.
fn all_broken(world: &World, server: &str) -> bool {
    world
        .sites
        .values()
        .filter(|site| site.objects.server_name == server)
        .all(|site| site.state == SiteState::Broken)
}

/// The server of this name, when a site can be put on it.
async fn named(world: &World, ends: &Ends, wanted: &Wanted<'_>, name: &Text) -> Result<Place> {
    let servers = servers(world);
    let Some((place, count)) = servers.get(name.as_str()) else {
        let hint = kit::nearest::nearest(name, servers.keys().copied()).map_or_else(
            || "`wheelhouse sites` shows those that sites stand on".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        return refuse(
            RefusalKind::NotFound,
            format!("no site stands on a server {name}: {hint}"),
        );
    };
    if wanted
        .site
        .is_some_and(|site| site.objects.server_name == name.as_str())
    {
        return refuse(RefusalKind::Invalid, format!("it stands on {name} already"));
    }
    if place.region != wanted.region {
        return refuse(
            RefusalKind::Invalid,
            format!(
                "server {name} is in {}, not in {}: leave one of the two out",
                place.region, wanted.region
            ),
        );
    }
    let most = ends.offer.sites_per_node;
    if *count >= most {
        return refuse(
            RefusalKind::Invalid,
            format!(
                "server {name} is full: {count} of {most} sites; take another one, --new-server, or raise sites_per_node in \
                 [hosting]"
            ),
        );
    }
    if let Some(run) = busy(world).get(name.as_str()) {
        return refuse(
            RefusalKind::Conflict,
            format!(
                "server {name} is in the hands of run {} ({}): try again when it is over",
                run.id().short(),
                run.plan.title
            ),
        );
    }
    if server(ends, place).await?.is_none() {
        return refuse(
            RefusalKind::NotFound,
            format!("server {name} is not at Hetzner any more, or does not carry our labels"),
        );
    }
    Ok(place.clone())
}

/// The server of a place, when it is there and carries the mark of the run that made it.
pub(crate) async fn server(ends: &Ends, place: &Place) -> Result<Option<Server>> {
    let Some(id) = number(&place.server) else {
        return Ok(None);
    };
    match ends.hetzner.server(id).await {
        Ok(server) => {
            let is_ours = names::is_made_by(&server.labels, &ends.installation, place.made_by);
            Ok(is_ours.then_some(server))
        }
        Err(error) if error.fault == drivers::provider::Fault::NotFound => Ok(None),
        Err(error) => Err(provider(&error)),
    }
}

/// A server to be made, of a type that can be had there.
async fn new(ends: &Ends, wanted: &Wanted<'_>, machine: &mut Machine) -> Result<Place> {
    let types = ends.hetzner.server_types();
    let (types, pricing) = tokio::join!(types, ends.hetzner.pricing());
    let types = types.map_err(|error| provider(&error))?;
    let chosen = orderable(&types, machine)?;
    machine.server_type = chosen.name.to_string();
    // Without the list of prices the fleet file's figure is shown.
    let cost = pricing.ok().and_then(|pricing| {
        let price = chosen.price(&machine.location)?;
        Some(Money::new(price.price_monthly.net, pricing.currency))
    });
    Ok(Place {
        region: wanted.region,
        server: String::new(),
        server_name: names::server(wanted.domain, wanted.run),
        address: String::new(),
        ssh_key: String::new(),
        made_by: wanted.run,
        cost: cost.or(Some(ends.offer.server_cost)),
        port: None,
    })
}

/// The type that is asked for; where it does not exist in the location, the cheapest one there that has as much of
/// everything. One that exists and is sold out is not replaced: it may cost twice as much.
fn orderable<'a>(types: &'a [ServerType], machine: &Machine) -> Result<&'a ServerType> {
    let location = machine.location.as_str();
    let Some(asked) = types
        .iter()
        .find(|kind| kind.name == machine.server_type.as_str())
    else {
        return refuse(
            RefusalKind::Invalid,
            format!(
                "Hetzner has no server type {}: change server_type in [hosting]",
                machine.server_type
            ),
        );
    };
    if asked.is_available(location) {
        return Ok(asked);
    }
    if asked.locations.iter().any(|offer| offer.name == location) {
        return refuse(
            RefusalKind::Unreachable,
            format!(
                "{} is sold out in {location} at Hetzner just now: try later, another --region, or another server_type in \
                 [hosting]",
                asked.name
            ),
        );
    }
    let price = |kind: &ServerType| kind.price(location).map(|price| price.price_monthly.net);
    types
        .iter()
        .filter(|kind| {
            kind.is_available(location)
                && kind.architecture == asked.architecture
                && kind.cores >= asked.cores
                && kind.memory >= asked.memory
                && kind.disk >= asked.disk
        })
        .min_by(|one, other| price(one).cmp(&price(other)))
        .ok_or_else(|| {
            Refusal::new(
                RefusalKind::Unreachable,
                format!(
                    "{} does not exist in {location} at Hetzner, and nothing as large can be had there: try another --region",
                    asked.name
                ),
            )
        })
}

pub(crate) fn provider(error: &ProviderError) -> Refusal {
    Refusal::new(RefusalKind::Unreachable, error.to_string())
}

fn refuse<T>(kind: RefusalKind, words: String) -> Result<T> {
    Err(Refusal::new(kind, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, size: u32, cents: i64, there: Option<bool>) -> ServerType {
        let offers = there.map_or_else(String::new, |available| {
            format!(r#"{{"id":1,"name":"ash","available":{available}}}"#)
        });
        let price = format!(
            r#"{{"location":"ash","price_hourly":{{"net":"0.01","gross":"0.01"}},
                "price_monthly":{{"net":"{}.{:02}","gross":"9.00"}}}}"#,
            cents / 100,
            cents % 100
        );
        serde_json::from_str(&format!(
            r#"{{"id":1,"name":"{name}","cores":{size},"memory":{size},"disk":{size},"architecture":"x86",
                "prices":[{price}],"locations":[{offers}]}}"#
        ))
        .unwrap()
    }

    fn wanted(name: &str) -> Machine {
        Machine {
            server_type: name.to_owned(),
            image: "debian-12".to_owned(),
            location: "ash".to_owned(),
        }
    }

    #[test]
    fn what_is_sold_out_is_refused_and_what_does_not_exist_there_is_replaced() {
        let types = [
            kind("cx23", 2, 299, None),
            kind("small", 1, 100, Some(true)),
            kind("dear", 8, 4_000, Some(true)),
            kind("cpx22", 2, 649, Some(true)),
            kind("gone", 4, 400, Some(false)),
        ];
        assert_eq!(orderable(&types, &wanted("dear")).unwrap().name, "dear");
        assert_eq!(orderable(&types, &wanted("cx23")).unwrap().name, "cpx22");
        let sold_out = orderable(&types, &wanted("gone")).unwrap_err();
        assert!(sold_out.text.contains("sold out in ash"), "{sold_out:?}");
        assert!(
            orderable(&types[..1], &wanted("cx23"))
                .unwrap_err()
                .text
                .contains("nothing as large")
        );
        assert!(orderable(&types, &wanted("cx99")).is_err());
    }
}
