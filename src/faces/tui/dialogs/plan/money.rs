//! What a plan on a site changes in money: what comes in each month, what goes, what is left.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span as Ink};
use ui::{Look, Role, Seen};
use vocab::Time;
use world::money::{Hosted, Statement, Terms, estimate};
use world::{Plan, Site, SiteVerb};

use super::words::label;
use crate::panes::amounts::{less, margin, net, rate};

/// Lines about money; none for what changes nothing in it, or where nothing is known.
pub fn lines(plan: &Plan, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let (Some(order), Some(terms), Some(object)) =
        (plan.order(), &seen.world.terms, plan.objects.first())
    else {
        return Vec::new();
    };
    let words = match order.verb {
        SiteVerb::Deploy => "a month",
        SiteVerb::Delete => "a month end",
        _ => return Vec::new(),
    };
    let hosted = Hosted {
        site: order.site.domain.clone(),
        affiliate: order.site.affiliate.clone(),
        node: object.node.clone(),
        price: order.site.price,
        share: terms.shares.get(&order.site.affiliate).copied(),
    };
    let Some(statement) = statement(hosted, &order.site, terms, seen.now) else {
        return Vec::new();
    };
    let styles = look.styles;
    // What cannot be exchanged is in none of the sums, but it is billed.
    let unexchanged = order.site.cost.filter(|_| statement.missing_rate.is_some());
    let servers = unexchanged.unwrap_or(statement.servers);
    let mut parts = vec![
        format!("Stripe {}", less(statement.fees)),
        format!("server {}", less(servers)),
        format!("affiliate {}", less(statement.shares)),
    ];
    parts.extend(rate(terms).filter(|_| order.site.cost.is_some()));
    vec![
        Line::from(vec![
            label(look, "Money"),
            styles.ink(Role::Text, format!("{} {words}", statement.gross)),
            styles.ink(Role::Dim, "  of which is left "),
            net(styles, statement.net()),
            styles.ink(Role::Dim, format!("  {}", margin(&statement))),
        ]),
        Line::from(vec![
            label(look, ""),
            Ink::styled(parts.join(" · "), styles.of(Role::Dim)),
        ]),
    ]
}

/// A month of the site alone, by the terms.
fn statement(hosted: Hosted, site: &Site, terms: &Terms, now: Time) -> Option<Statement> {
    let costs: BTreeMap<_, _> = site
        .cost
        .map(|cost| (hosted.node.clone(), cost))
        .into_iter()
        .collect();
    let entries = estimate(&[hosted], &costs, terms, now).ok()?;
    Statement::of(&entries, terms).ok()
}
