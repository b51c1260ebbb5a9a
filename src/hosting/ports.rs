//! The ports that sites answer on behind the web server of their machine: given out in order, each to one site of a
//! server, and frozen in the order of its run.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use world::{Refusal, RefusalKind, SiteOrder, World};

use crate::names;

/// The first port of the range that nothing on the order's server has: neither a site of the books, with the order's own
/// among them, nor a run that is under way.
pub(crate) fn free(
    world: &World,
    range: &RangeInclusive<u16>,
    order: &SiteOrder,
) -> Result<u16, Refusal> {
    let server = names::server_of(order);
    let booked = world
        .sites
        .values()
        .filter(|site| site.objects.server_name == server)
        .filter_map(|site| site.objects.port);
    // What a failover has left behind keeps its port, too.
    let behind = world
        .sites
        .values()
        .filter_map(|site| site.objects.left_behind.as_deref())
        .filter(|place| place.server_name == server)
        .filter_map(|place| place.port);
    let promised = world
        .runs
        .values()
        .filter(|run| !run.state.is_over())
        .filter_map(|run| run.plan.order())
        .filter(|other| names::server_of(other) == server)
        .filter_map(|other| other.site.objects.port);
    let used: BTreeSet<u16> = booked.chain(behind).chain(promised).collect();
    range
        .clone()
        .find(|port| !used.contains(port))
        .ok_or_else(|| {
            Refusal::new(
                RefusalKind::Conflict,
                format!(
                    "no port of {} to {} is free on {server}, and a new release needs one beside the one that serves: widen \
                     port_range in [hosting], or move a site",
                    range.start(),
                    range.end()
                ),
            )
        })
}
