//! The rows of the sites.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::{Column, Row, Table, message};
use ui::{List, Look, Role, Seen, Sign};
use vocab::{Domain, Money};
use world::money::Standing;
use world::query::income::{revenue, standings};
use world::{ServiceState, Site, SiteState};

use super::super::amounts::net;
use super::super::shared::{age, named};

/// The orders, each with the column it is shown at.
pub const SORTS: [(&str, usize); 5] = [
    ("state", 1),
    ("domain", 0),
    ("net", 5),
    ("affiliate", 2),
    ("release", 7),
];

const COLUMNS: [Column; 9] = [
    Column::left("domain", 19, 2, 0),
    Column::left("state", 13, 0, 1),
    Column::left("affiliate", 11, 1, 4),
    Column::left("region", 12, 1, 6),
    Column::right("price", 7, 5),
    Column::right("net/mo", 8, 2),
    Column::left("release", 8, 0, 7),
    Column::right("age", 4, 3).close(),
    Column::left("address", 15, 1, 8),
];

/// The sites that are shown, in order.
pub fn keys(list: &List<Domain>, seen: Seen<'_>) -> Vec<Domain> {
    let standings = standings(seen.world, seen.now);
    let mut test = list.filter.test();
    let mut rows: Vec<&Site> = seen
        .world
        .sites
        .values()
        .filter(|site| {
            test.passes(&format!(
                "{} {} {} {} {} {}",
                site.domain,
                site.affiliate,
                site.region,
                site.kind,
                sign_of(site, standings.get(&site.domain)).word,
                site.objects.address,
            ))
        })
        .collect();
    match list.sort {
        0 => rows.sort_by_key(|site| {
            let live = seen.world.run_on(&site.domain).is_some();
            Reverse((badness(site, standings.get(&site.domain)), live))
        }),
        2 => {
            let nets = nets(seen);
            let known = |site: &Site| {
                let net = nets.get(&site.domain).copied().flatten();
                net.map(|net| net.amount)
            };
            rows.sort_by_key(|site| known(site));
        }
        3 => rows.sort_by(|a, b| a.affiliate.cmp(&b.affiliate)),
        4 => rows.sort_by_key(|site| site.releases.first().map(|release| Reverse(release.at))),
        _ => {}
    }
    if list.reverse {
        rows.reverse();
    }
    rows.into_iter().map(|site| site.domain.clone()).collect()
}

const fn badness(site: &Site, standing: Option<&Standing>) -> u8 {
    match (site.state, standing) {
        (SiteState::Broken, _) => 3,
        (SiteState::Active, Some(Standing::Dead)) => 2,
        (SiteState::Suspended, _) => 1,
        (SiteState::Active, _) => 0,
    }
}

/// The books' word, unless a probe knows better.
pub fn sign(site: &Site, seen: Seen<'_>) -> Sign {
    sign_of(site, standings(seen.world, seen.now).get(&site.domain))
}

const fn sign_of(site: &Site, standing: Option<&Standing>) -> Sign {
    match (site.state, standing) {
        (SiteState::Active, Some(Standing::Dead)) => Sign::of_service(ServiceState::Down),
        (state, _) => Sign::of_site(state),
    }
}

/// What each site leaves a month, where that is known.
fn nets(seen: Seen<'_>) -> BTreeMap<Domain, Option<Money>> {
    match revenue(seen.world, seen.now) {
        Some(Ok(revenue)) => revenue
            .by_site
            .into_iter()
            .map(|(domain, statement)| (domain, statement.net()))
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// Draws the list.
pub fn draw(
    list: &mut List<Domain>,
    seen: Seen<'_>,
    look: &Look<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let keys = keys(list, seen);
    if keys.is_empty() {
        let (first, then) = empty(list, seen);
        message(buffer, area, look, &first, then);
        return;
    }
    let nets = nets(seen);
    let standings = standings(seen.world, seen.now);
    let down = matches!(list.sort, 0) != list.reverse;
    let table = Table {
        columns: &COLUMNS,
        sort: Some((SORTS[list.sort.min(SORTS.len() - 1)].1, down)),
        header: true,
    };
    let (offset, selected) = list.view(&keys, table.rows(area));
    table.draw(
        buffer,
        area,
        look,
        (offset, selected, keys.len()),
        |index, _| {
            let domain = &keys[index];
            let chosen = look.focused && selected == Some(index);
            let cells = seen.world.sites.get(domain).map(|site| {
                let sign = sign_of(site, standings.get(domain));
                let net = nets.get(domain).copied().flatten();
                cells(site, sign, net, seen, look, chosen)
            });
            Row {
                cells: cells.unwrap_or_default(),
                marked: list.is_marked(domain),
            }
        },
    );
}

/// Why there is nothing and what to do about it.
pub fn empty(list: &List<Domain>, seen: Seen<'_>) -> (String, &'static str) {
    if !seen.world.sites.is_empty() {
        let first = format!("No site matches /{}", list.filter.text());
        return (first, "esc clears the filter");
    }
    let then = if seen.world.terms.is_some() {
        "wheelhouse deploy DOMAIN PATH --affiliate NAME makes one; it appears here with its first step."
    } else {
        "Hosting is not set up: the fleet file has no [hosting] and [providers]. wheelhouse sandbox shows values to try it with."
    };
    ("No site is hosted.".to_owned(), then)
}

fn cells(
    site: &Site,
    sign: Sign,
    left: Option<Money>,
    seen: Seen<'_>,
    look: &Look<'_>,
    selected: bool,
) -> Vec<Line<'static>> {
    let styles = look.styles;
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
    vec![
        named(styles, sign, site.domain.to_string(), selected),
        Line::from(state),
        dim(site.affiliate.to_string()),
        dim(site.region.to_string()),
        Line::from(styles.ink(Role::Text, site.price.to_string())),
        Line::from(net(styles, left)),
        dim(short(site.current.as_str()).to_owned()),
        dim(served.map_or_else(|| "–".to_owned(), |release| age(seen.now, release.at))),
        dim(site.objects.address.clone()),
    ]
}

/// The first digits of a release's id: enough to tell those of a site apart.
pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// What a run does to the site now, and how far it is: `release 3/9`.
pub fn doing(site: &Site, seen: Seen<'_>) -> Option<String> {
    let run = seen.world.run_on(&site.domain)?;
    let (over, all) = run.progress();
    let verb = run.plan.order()?.verb.word();
    Some(format!("{verb} {over}/{all}"))
}
