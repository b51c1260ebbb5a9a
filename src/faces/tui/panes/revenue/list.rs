//! The rows of the revenue: each site with what it brings and leaves.

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::{Column, Row, Table, message};
use ui::{List, Look, Role, Seen, Sign};
use vocab::{Domain, Money};
use world::money::Statement;
use world::query::income::Revenue;

use super::super::amounts::{less, net};
use super::super::shared::named;

/// The orders, each with the column it is shown at.
pub const SORTS: [(&str, usize); 3] = [("net", 6), ("domain", 0), ("affiliate", 1)];

const COLUMNS: [Column; 7] = [
    Column::left("domain", 20, 2, 0),
    Column::left("affiliate", 12, 1, 2),
    Column::right("gross", 8, 3),
    Column::right("fees", 8, 5),
    Column::right("servers", 9, 4),
    Column::right("share", 8, 6),
    Column::right("net", 9, 1),
];

/// The sites that are shown, in order: what leaves most first.
pub fn keys(list: &List<Domain>, revenue: &Revenue, seen: Seen<'_>) -> Vec<Domain> {
    let mut test = list.filter.test();
    let affiliate = |domain: &Domain| {
        let site = seen.world.sites.get(domain);
        site.map(|site| site.affiliate.clone())
    };
    let mut rows: Vec<&Domain> = revenue
        .by_site
        .keys()
        .filter(|domain| {
            let name = affiliate(domain).map_or_else(String::new, |name| name.to_string());
            test.passes(&format!("{domain} {name}"))
        })
        .collect();
    match list.sort {
        0 => rows.sort_by_key(|domain| {
            let left = revenue.by_site.get(*domain).and_then(Statement::net);
            Reverse(left.map(|net| net.amount))
        }),
        2 => rows.sort_by_key(|domain| affiliate(domain)),
        _ => {}
    }
    if list.reverse {
        rows.reverse();
    }
    rows.into_iter().cloned().collect()
}

/// Draws the table.
pub fn draw(
    list: &mut List<Domain>,
    revenue: &Revenue,
    seen: Seen<'_>,
    look: &Look<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let keys = keys(list, revenue, seen);
    if keys.is_empty() {
        let first = format!("No site matches /{}", list.filter.text());
        message(buffer, area, look, &first, "esc clears the filter");
        return;
    }
    let down = (list.sort == 0) != list.reverse;
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
        |index, _| Row {
            cells: cells(
                &keys[index],
                revenue,
                seen,
                look,
                look.focused && selected == Some(index),
            )
            .unwrap_or_default(),
            marked: list.is_marked(&keys[index]),
        },
    );
}

fn cells(
    domain: &Domain,
    revenue: &Revenue,
    seen: Seen<'_>,
    look: &Look<'_>,
    selected: bool,
) -> Option<Vec<Line<'static>>> {
    let styles = look.styles;
    let site = seen.world.sites.get(domain)?;
    let statement = revenue.by_site.get(domain)?;
    let cell = |money: Money| Line::from(styles.ink(Role::Text, money.to_string()));
    Some(vec![
        named(
            styles,
            Sign::of_site(site.state),
            domain.to_string(),
            selected,
        ),
        Line::from(styles.ink(Role::Dim, site.affiliate.to_string())),
        cell(statement.gross),
        cell(less(statement.fees)),
        cell(less(statement.servers)),
        cell(less(statement.shares)),
        Line::from(net(styles, statement.net())),
    ])
}
