//! How a site does, as its visitors and its web server say it.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::{Pairs, spark, spark::scale};
use ui::{Look, Role, Seen, Sign, Styles};
use vocab::{Bytes, Decimal, Time};
use world::query::income::is_blind;
use world::{Pulse, ServiceState, Site, SiteState, Tally};

use super::super::shared::{age, millis};

/// Hours that the course of requests in the list shows.
const LISTED: i64 = 12;

/// What every row of a frame is judged with.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// Whether this machine sees none of the sites.
    pub blind: bool,
}

impl Sight {
    /// As the world stands.
    pub fn of(seen: Seen<'_>) -> Self {
        Self {
            blind: is_blind(seen.world, seen.now),
        }
    }
}

/// No site can be seen from here: this says nothing of the site.
const BLIND: Sign = Sign {
    glyph: "×",
    word: "blind",
    role: Role::Unknown,
};

/// What visits say of a site that the books call active; `None` where nobody visits.
pub fn sign(site: &Site, sight: Sight, seen: Seen<'_>) -> Option<Sign> {
    let pulse = seen.world.pulses.get(&site.domain)?;
    pulse.judged?;
    if site.state != SiteState::Active {
        return None;
    }
    Some(match pulse.state(seen.now) {
        ServiceState::Healthy => Sign::of_site(SiteState::Active),
        _ if sight.blind => BLIND,
        state => Sign::of_service(state),
    })
}

/// The answer time, the uptime of a day and the course of requests, as cells of the list.
pub fn cells(site: &Site, seen: Seen<'_>, look: &Look<'_>) -> [Line<'static>; 3] {
    let styles = look.styles;
    let none = || Line::from(styles.ink(Role::Dim, "–"));
    let Some(pulse) = seen.world.pulses.get(&site.domain) else {
        return [none(), none(), none()];
    };
    let uptime = pulse.of_day(seen.now).uptime();
    let uptime = uptime.map_or_else(none, |share| Line::from(share_ink(styles, share)));
    [
        latency(pulse, seen.now, styles),
        uptime,
        visits(pulse, seen.now, styles),
    ]
}

/// The last answer's time; dashes while it is old or was none.
fn latency(pulse: &Pulse, now: Time, styles: &Styles) -> Line<'static> {
    let fresh = pulse.last.as_ref().and_then(|last| last.fresh(now));
    let good = fresh.filter(|outcome| outcome.result.is_ok());
    Line::from(match good {
        Some(outcome) => styles.ink(Role::Text, millis(outcome.millis)),
        None => styles.ink(Role::Stale, "--"),
    })
}

/// `12.4k ▁▂▃▅`: requests of the last day, and their course.
fn visits(pulse: &Pulse, now: Time, styles: &Styles) -> Line<'static> {
    let course = pulse.course(now, LISTED);
    if pulse.counted.is_none() && pulse.hours.is_empty() {
        return Line::from(styles.ink(Role::Dim, "–"));
    }
    let day = short(pulse.of_day(now).requests);
    Line::from(vec![
        styles.ink(Role::Text, format!("{day:>5} ")),
        styles.ink(Role::GraphDim, spark(&course, scale(&course, 10.0))),
    ])
}

/// A count in at most five cells: `812`, `12.4k`, `3.1M`.
fn short(count: u64) -> String {
    match count {
        0..1000 => count.to_string(),
        1000..1_000_000 => format!("{:.1}k", count as f64 / 1e3),
        _ => format!("{:.1}M", count as f64 / 1e6),
    }
}

/// A share of uptime: `99.98 %`; what is well is never called 100 when it was not.
fn share_ink(styles: &Styles, share: Decimal) -> Ink<'static> {
    let role = if share < Decimal::from(99) {
        Role::Bad
    } else if share < Decimal::new(999, 1) {
        Role::Warn
    } else {
        Role::Text
    };
    styles.ink(role, shown(share))
}

fn shown(share: Decimal) -> String {
    if share == Decimal::ONE_HUNDRED {
        return "100 %".to_owned();
    }
    format!("{:.2} %", share.trunc_with_scale(2))
}

/// Visits and traffic of a site, for its own page.
pub fn page(site: &Site, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(pulse) = seen.world.pulses.get(&site.domain) else {
        let words = "nobody visits this site yet: visits begin when its providers are configured";
        return vec![Line::from(styles.ink(Role::Dim, words))];
    };
    let mut pairs = Pairs::new(styles, 10);
    pairs.heading("visits from here");
    let now = seen.now;
    let sight = Sight::of(seen);
    let sign = sign(site, sight, seen).unwrap_or_else(|| Sign::of_site(site.state));
    let mut state = vec![styles.ink(sign.role, format!("{} {}", sign.glyph, sign.word))];
    state.push(styles.ink(Role::Dim, format!("  for {}", age(now, pulse.since))));
    pairs.line("state", state);
    match pulse.last.as_ref() {
        Some(last) => match &last.value.result {
            Ok(_) => {
                pairs.line("answer", latency(pulse, now, styles).spans);
            }
            Err((_, words)) => {
                pairs.line("answer", vec![styles.ink(Role::Bad, words.to_string())]);
            }
        },
        None => {
            pairs.noted("answer", "–", "not visited yet");
        }
    }
    if let Some(last) = &pulse.last {
        pairs.noted(
            "looked",
            format!("{} ago", age(now, last.at)),
            format!("every {}", last.every),
        );
    }
    let (of_day, of_month) = (pulse.of_day(now), pulse.of_month(now));
    pairs.line("24 hours", uptime(styles, &of_day));
    pairs.line("30 days", uptime(styles, &of_month));
    pairs.gap();
    pairs.heading("traffic, by the web server's log");
    match (&pulse.trouble, pulse.counted) {
        (Some(why), _) => {
            pairs.line("log", vec![styles.ink(Role::Warn, why.to_string())]);
        }
        (None, Some(read)) => {
            pairs.noted(
                "log",
                format!("read {} ago", age(now, read)),
                "visits from consoles left aside",
            );
        }
        (None, None) => {
            pairs.noted("log", "–", "not read since the start");
        }
    }
    let today = pulse
        .days
        .get(&world::pulse::day(now))
        .copied()
        .unwrap_or_default();
    for (label, tally) in [
        ("today", &today),
        ("24 hours", &of_day),
        ("30 days", &of_month),
    ] {
        pairs.line(label, traffic(styles, tally, label != "24 hours"));
    }
    let course = pulse.course(now, 24);
    pairs.line(
        "by hour",
        vec![
            styles.ink(Role::GraphDim, spark(&course, scale(&course, 10.0))),
            styles.ink(Role::Dim, "  the last 24"),
        ],
    );
    pairs.lines()
}

fn uptime(styles: &Styles, tally: &Tally) -> Vec<Ink<'static>> {
    let Some(share) = tally.uptime() else {
        return vec![styles.ink(Role::Dim, "not known: not visited in that time")];
    };
    let mean = tally.millis.checked_div(tally.good);
    let mean = mean.map_or_else(String::new, |mean| {
        format!(", {} on average", millis(mean as f32))
    });
    let visits = tally.good + tally.bad;
    let note = format!("  of {visits} visits, {} failed{mean}", tally.bad);
    vec![share_ink(styles, share), styles.ink(Role::Dim, note)]
}

fn traffic(styles: &Styles, tally: &Tally, visitors: bool) -> Vec<Ink<'static>> {
    let mut line = vec![
        styles.ink(Role::Text, format!("{:>6}", short(tally.requests))),
        styles.ink(
            Role::Dim,
            format!(" requests {:>8}", Bytes(tally.bytes).to_string()),
        ),
    ];
    if visitors {
        line.push(styles.ink(Role::Text, format!("{:>7}", short(tally.visitors))));
        line.push(styles.ink(Role::Dim, " visitors"));
    }
    for (class, count) in tally.classes.iter().enumerate() {
        if *count == 0 {
            continue;
        }
        let role = match class {
            4 => Role::Bad,
            3 => Role::Warn,
            _ => Role::Dim,
        };
        line.push(styles.ink(role, format!("  {}xx {}", class + 1, short(*count))));
    }
    line
}
