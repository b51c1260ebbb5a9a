//! A site in full: what it is and what it leaves, its releases, its objects at the providers, its runs.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Pairs;
use ui::{Figure, Look, Role, Seen, Sign};
use vocab::{Money, NodeName};
use world::money::{EntryKind, Statement, Terms};
use world::query::revenue;
use world::{Run, Site};

use super::super::amounts::{fee, less, margin, net, percent, rate};
use super::super::shared::age;
use super::{backups, list};
use crate::releases;

/// What it is, and its money.
pub fn overview(site: &Site, sign: Sign, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, 10);
    let mut state = vec![styles.ink(sign.role, format!("{} {}", sign.glyph, sign.word))];
    if let Some(doing) = list::doing(site, seen) {
        state.push(styles.ink(Role::Auto, format!("  {doing}")));
    }
    pairs.line("state", state);
    if let Some(run) = seen.world.run_on(&site.domain) {
        pairs.line("held by", held(run, seen, look));
    }
    pairs.text("kind", site.kind);
    pairs.text("affiliate", &site.affiliate);
    pairs.noted("region", site.region, &site.objects.address);
    pairs.text("server", or_none(&site.objects.server_name));
    pairs.noted(
        "release",
        releases::short(site.current.as_str()),
        format!("one of {} kept", site.releases.len()),
    );
    pairs.noted(
        "made",
        look.date(site.created),
        format!("{} ago", age(seen.now, site.created)),
    );
    backups::summary(&mut pairs, site, seen, look);
    pairs.gap();
    let mut lines = pairs.lines();
    lines.extend(money(site, seen, look));
    lines
}

/// Who is at it, since when, and which step is under way: nobody else can change the site until then.
fn held(run: &Run, seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
    let by = &run.plan.by;
    let since = format!(
        " through the {} since {}: {}",
        by.face.word(),
        look.clock(run.taken),
        age(seen.now, run.taken)
    );
    let (over, all) = run.progress();
    let step = run.plan.steps.get(over).map_or("", |step| &step.title);
    let at = format!("  step {} of {all}, {step}", (over + 1).min(all));
    vec![
        look.styles.ink(Role::Text, by.user.to_string()),
        look.styles.ink(Role::Dim, since),
        look.styles.ink(Role::Auto, at),
    ]
}

fn or_none(text: &str) -> String {
    if text.is_empty() {
        "–".to_owned()
    } else {
        text.to_owned()
    }
}

/// The statement of a month, with the terms it is reckoned by.
fn statement<'a>(site: &Site, seen: Seen<'a>) -> Option<(&'a Terms, Statement)> {
    let terms = seen.world.terms.as_ref()?;
    let mut revenue = revenue(seen.world, seen.now)?.ok()?;
    Some((terms, revenue.by_site.remove(&site.domain)?))
}

fn money(site: &Site, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, 10);
    pairs.heading("a month");
    let Some((terms, statement)) = statement(site, seen) else {
        pairs.noted(
            "price",
            site.price,
            "without [hosting] nothing more is known",
        );
        return pairs.lines();
    };
    for (label, amount, note) in rows(site, seen) {
        pairs.line(
            label,
            vec![
                styles.ink(Role::Text, format!("{amount:>9}")),
                styles.ink(Role::Dim, format!("  {note}")),
            ],
        );
    }
    let left = net(styles, statement.net());
    let left = Ink::styled(format!("{:>9}", left.content), left.style);
    pairs.line(
        "net",
        vec![
            left,
            styles.ink(Role::Dim, format!("  {}", margin(&statement))),
        ],
    );
    if let Some(rate) = rate_of(site, seen, terms) {
        pairs.line("", vec![styles.ink(Role::Dim, rate)]);
    }
    pairs.lines()
}

/// The amounts above the net, each with where it comes from.
fn rows(site: &Site, seen: Seen<'_>) -> Vec<(&'static str, String, String)> {
    let Some((terms, statement)) = statement(site, seen) else {
        return Vec::new();
    };
    let share = terms.shares.get(&site.affiliate).copied();
    let share = share.unwrap_or(terms.affiliate_share);
    let cost = cost(site, seen, terms);
    let sure = |kind, note: String| match statement.sure(kind) {
        Some(certainty) => format!("{note}, {}", certainty.word()),
        None => note,
    };
    let paid = if statement.gross.amount.is_zero() {
        format!("not paid for; {} when it is", site.price)
    } else {
        sure(EntryKind::Charge, "paid by the customer".to_owned())
    };
    vec![
        ("price", statement.gross.to_string(), paid),
        (
            "Stripe fee",
            less(statement.fees).to_string(),
            sure(EntryKind::Fee, fee(terms)),
        ),
        (
            "server",
            less(statement.servers).to_string(),
            sure(EntryKind::ServerCost, cost.to_string()),
        ),
        (
            "affiliate",
            less(statement.shares).to_string(),
            format!("{} for {}", percent(share), site.affiliate),
        ),
    ]
}

/// What its server costs: by the provider's list, as it was booked, or by the terms.
fn cost(site: &Site, seen: Seen<'_>, terms: &Terms) -> Money {
    let name = NodeName::new(&site.objects.server_name).ok();
    let listed = seen.world.servers.as_ref().zip(name);
    let listed = listed.and_then(|(prices, name)| prices.servers.get(&name));
    let known = listed.map(|server| server.monthly).or(site.cost);
    known.unwrap_or(terms.server_cost)
}

/// The rate its server's cost is exchanged at, when it is.
fn rate_of(site: &Site, seen: Seen<'_>, terms: &Terms) -> Option<String> {
    let cost = cost(site, seen, terms);
    rate(terms).filter(|_| cost.currency != terms.currency())
}

/// Where the money comes from, for "why".
pub fn figures(site: &Site, seen: Seen<'_>) -> Vec<Figure> {
    let mut figures: Vec<Figure> = rows(site, seen)
        .into_iter()
        .map(|(label, amount, note)| Figure::new(label, amount, note))
        .collect();
    if let Some((terms, statement)) = statement(site, seen) {
        if let Some(rate) = rate_of(site, seen, terms) {
            figures.push(Figure::new("exchange", rate, "the fleet file's rate"));
        }
        let left = statement
            .net()
            .map_or_else(|| "not known".to_owned(), |net| net.to_string());
        figures.push(Figure::new("net", left, margin(&statement)));
    }
    figures
}

/// The releases that are kept.
pub fn list_releases(site: &Site, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let kept = site.releases.iter();
    let lines = kept.map(|release| Line::from(releases::line(release, site, seen, look.styles)));
    std::iter::once(releases::heading(look.styles))
        .chain(lines)
        .collect()
}

/// What was made for it at the providers.
pub fn objects(site: &Site, look: &Look<'_>) -> Vec<Line<'static>> {
    let objects = &site.objects;
    let mut pairs = Pairs::new(look.styles, 12);
    for (provider, rows) in [
        (
            "Hetzner",
            vec![
                ("server", &objects.server),
                ("name", &objects.server_name),
                ("address", &objects.address),
                ("SSH key", &objects.ssh_key),
            ],
        ),
        (
            "Cloudflare",
            vec![("zone", &objects.zone), ("record", &objects.record)],
        ),
        (
            "Stripe",
            vec![
                ("customer", &objects.customer),
                ("price", &objects.price),
                ("subscription", &objects.subscription),
            ],
        ),
    ] {
        pairs.heading(provider);
        for (label, id) in rows {
            pairs.text(label, or_none(id));
        }
        pairs.gap();
    }
    pairs.text("made by run", site.deployment);
    pairs.lines()
}

/// What was done to it, newest first.
pub fn runs(site: &Site, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let of = |run: &&Run| {
        let order = run.plan.order();
        order.is_some_and(|order| order.site.domain == site.domain)
    };
    let lines: Vec<Line<'static>> = seen
        .world
        .runs
        .values()
        .rev()
        .filter(of)
        .map(|run| {
            let sign = Sign::of_run(&run.state);
            let (over, all) = run.progress();
            Line::from(vec![
                styles.ink(sign.role, format!("{} {:<13}", sign.glyph, sign.word)),
                styles.ink(Role::Text, run.plan.title.to_string()),
                styles.ink(
                    Role::Dim,
                    format!(
                        "  {over}/{all} steps, {} ago, by {}",
                        age(seen.now, run.taken),
                        run.plan.by.user
                    ),
                ),
            ])
        })
        .collect();
    if lines.is_empty() {
        let text = "no run on this site is remembered here; wheelhouse runs lists older ones";
        return vec![Line::from(styles.ink(Role::Dim, text))];
    }
    lines
}
