//! The rows of the sites.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use ratatui::text::Line;
use ui::widgets::Column;
use ui::{Role, Seen, Sign};
use vocab::{Domain, Money};
use world::money::Standing;
use world::query::income::{revenue, standings};
use world::{Run, RunState, ServiceState, Site, SiteState, SiteVerb};

use super::super::amounts::net;
use super::super::listing::{Drawn, Order};
use super::super::shared::{age, named};
use super::watch::{self, Sight};
use crate::releases;

/// The orders.
pub const ORDERS: [Order; 5] = [
    Order::down("state", 1),
    Order::up("domain", 0),
    Order::up("net", 8),
    Order::up("affiliate", 5),
    Order::up("release", 9),
];

/// The columns.
pub const COLUMNS: [Column; 12] = [
    Column::left("domain", 19, 2, 0),
    Column::left("state", 13, 0, 1),
    Column::right("answer", 6, 3),
    Column::right("24 h", 7, 4),
    Column::left("visits in 24 h", 18, 0, 6),
    Column::left("affiliate", 11, 1, 7),
    Column::left("region", 12, 1, 9),
    Column::right("price", 7, 8),
    Column::right("net/mo", 8, 2),
    Column::left("release", 8, 0, 10),
    Column::right("age", 4, 5).close(),
    Column::left("address", 15, 1, 11),
];

/// The run that makes a site, or got stuck making it, while the books do not hold it yet.
fn making<'a>(domain: &Domain, seen: Seen<'a>) -> Option<&'a Run> {
    if seen.world.sites.contains_key(domain) {
        return None;
    }
    seen.world.runs.values().rev().find(|run| {
        let order = run
            .plan
            .order()
            .filter(|order| order.verb == SiteVerb::Deploy);
        let is_open = !run.state.is_over() || run.state == RunState::NeedsOperator;
        is_open && order.is_some_and(|order| order.site.domain == *domain)
    })
}

/// The sites of the books and those that are being made, by domain.
pub fn items(seen: Seen<'_>) -> Vec<&Site> {
    let mut all: BTreeMap<&Domain, &Site> = BTreeMap::new();
    for order in seen.world.runs.values().filter_map(|run| run.plan.order()) {
        if let Some(site) = item(&order.site.domain, seen) {
            all.insert(&site.domain, site);
        }
    }
    let booked = seen.world.sites.values();
    all.extend(booked.map(|site| (&site.domain, site)));
    all.into_values().collect()
}

/// A site of the books, or one that is being made.
pub fn item<'a>(domain: &Domain, seen: Seen<'a>) -> Option<&'a Site> {
    let booked = seen.world.sites.get(domain);
    booked.or_else(|| Some(&making(domain, seen)?.plan.order()?.site))
}

/// What is reckoned once for all rows.
pub struct Sums {
    standings: BTreeMap<Domain, Standing>,
    sight: Sight,
    /// What each site leaves a month, where that is known.
    nets: BTreeMap<Domain, Option<Money>>,
}

impl Sums {
    /// Reckons it.
    pub fn new(seen: Seen<'_>) -> Self {
        let nets = match revenue(seen.world, seen.now) {
            Some(Ok(revenue)) => revenue
                .by_site
                .into_iter()
                .map(|(domain, statement)| (domain, statement.net()))
                .collect(),
            _ => BTreeMap::new(),
        };
        Self {
            standings: standings(seen.world, seen.now),
            sight: Sight::of(seen),
            nets,
        }
    }

    /// The books' word, unless a visit, a probe or a run that makes it knows better.
    pub fn sign(&self, site: &Site, seen: Seen<'_>) -> Sign {
        if let Some(run) = making(&site.domain, seen) {
            return Sign::of_run(&run.state);
        }
        let visited = watch::sign(site, self.sight, seen);
        sign_of(site, self.standings.get(&site.domain), visited)
    }

    fn net(&self, site: &Site) -> Option<Money> {
        self.nets.get(&site.domain).copied().flatten()
    }
}

/// What the filter looks in.
pub fn words(site: &Site, sums: &Sums, seen: Seen<'_>) -> String {
    format!(
        "{} {} {} {} {} {}",
        site.domain,
        site.affiliate,
        site.region,
        site.kind,
        sums.sign(site, seen).word,
        site.objects.address,
    )
}

/// Brings sites that are in the order of their domains into another one.
pub fn sort(rows: &mut [&Site], order: usize, sums: &Sums, seen: Seen<'_>) {
    match order {
        0 => rows.sort_by_key(|site| {
            let live = seen.world.run_on(&site.domain).is_some();
            let stuck = making(&site.domain, seen).is_some() && !live;
            let bad = badness(site, sums.standings.get(&site.domain));
            Reverse((stuck, bad, live))
        }),
        2 => rows.sort_by_key(|site| sums.net(site).map(|net| net.amount)),
        3 => rows.sort_by(|a, b| a.affiliate.cmp(&b.affiliate)),
        4 => rows.sort_by_key(|site| site.releases.first().map(|release| Reverse(release.at))),
        _ => {}
    }
}

const fn badness(site: &Site, standing: Option<&Standing>) -> u8 {
    match (site.state, standing) {
        (SiteState::Broken, _) => 3,
        (SiteState::Active, Some(Standing::Dead)) => 2,
        (SiteState::Suspended, _) => 1,
        (SiteState::Active, _) => 0,
    }
}

fn sign_of(site: &Site, standing: Option<&Standing>, visited: Option<Sign>) -> Sign {
    match (site.state, standing, visited) {
        (SiteState::Active, Some(Standing::Dead), _) => Sign::of_service(ServiceState::Down),
        (_, _, Some(sign)) => sign,
        (state, _, None) => Sign::of_site(state),
    }
}

/// Why there is nothing and what to do about it.
pub fn nothing(seen: Seen<'_>) -> (String, String) {
    if seen.world.terms.is_some() {
        return (
            "No site is hosted.".to_owned(),
            "D deploys one: it asks for files and a domain and shows the plan. Nothing is made before you agree to it."
                .to_owned(),
        );
    }
    (
        "Hosting is not set up.".to_owned(),
        "To sell sites, write into the fleet file: [hosting] with a price, [providers.hetzner], [providers.cloudflare] and [providers.stripe] with a token each, and [[affiliates]].\n\nTo try it first: wheelhouse sandbox plays the three providers on this machine and prints what to write."
            .to_owned(),
    )
}

/// The cells of a row.
pub fn cells(site: &Site, drawn: &Drawn<'_, Rc<Sums>>) -> Vec<Line<'static>> {
    let (seen, styles) = (drawn.seen, drawn.look.styles);
    let sign = drawn.sums.sign(site, seen);
    let dim = |text: String| Line::from(styles.ink(Role::Dim, text));
    let state = match doing(site, seen) {
        Some(doing) => styles.ink(Role::Auto, doing),
        None if sign.role == Role::Ok => styles.ink(Role::Dim, sign.word),
        None => styles.ink(sign.role, sign.word),
    };
    let served = site
        .releases
        .iter()
        .find(|release| release.id == site.current);
    let [latency, uptime, visits] = watch::cells(site, seen, drawn.look);
    vec![
        named(styles, sign, site.domain.to_string(), drawn.selected),
        Line::from(state),
        latency,
        uptime,
        visits,
        dim(site.affiliate.to_string()),
        dim(site.region.to_string()),
        Line::from(styles.ink(Role::Text, site.price.to_string())),
        Line::from(net(styles, drawn.sums.net(site))),
        dim(releases::short(site.current.as_str()).to_owned()),
        dim(served.map_or_else(|| "–".to_owned(), |release| age(seen.now, release.at))),
        dim(site.objects.address.clone()),
    ]
}

/// What a run does to the site now, and how far it is: `release 3/9`.
pub fn doing(site: &Site, seen: Seen<'_>) -> Option<String> {
    let run = seen.world.run_on(&site.domain)?;
    let (over, all) = run.progress();
    let verb = run.plan.order()?.verb.word();
    Some(format!("{verb} {over}/{all}"))
}
