//! Header and footer: what the fleet is, whether it is live, what can be pressed, what is under way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Ink};
use ui::widgets::figures::progress;
use ui::widgets::{fit, hints, put};
use ui::{Look, Role, Seen, Sign};
use vocab::{Money, Span};
use world::autopilot::Mode;
use world::priorities::score;
use world::query::{Income, Totals, surface, totals};
use world::{Run, RunState};

use crate::panes::amounts;
use crate::words::count;

/// Without an event for so long the world is not live.
const LIVE: Span = Span::seconds(5);

/// What the console itself has to say in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the session can change nothing, for good or until it is unlocked.
    pub read_only: bool,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// Whether the engine has ended.
    pub gone: bool,
}

/// Draws the header into one row, or two where it is narrow.
pub fn header(
    buffer: &mut Buffer,
    area: Rect,
    seen: Seen<'_>,
    look: &Look<'_>,
    standing: Standing,
    (income, danger): (Option<&Income>, Option<Money>),
) {
    buffer.set_style(area, look.styles.of(Role::Bar));
    let totals = totals(seen.world, seen.now);
    let clock = look.styles.ink(Role::BarText, look.clock(seen.now));
    let mut right = at_the_right(area, seen, look, standing, &totals);
    if area.height > 1 {
        let first = [name(look, seen), at_risk(look, danger)].concat();
        let second = troubles(look, &totals, false);
        two_rows(buffer, area, [(first, vec![clock]), (second, right)]);
        return;
    }
    let without_clock = Line::from(right.clone());
    right.push(Ink::raw("   "));
    right.push(clock);
    let right = Line::from(right);
    // What is left of quotas, and who runs schedules, is said where all else finds room beside it.
    let mut told = served(look, seen);
    told.extend(quotas(look, seen, false));
    told.extend(right.spans.clone());
    let told = Line::from(told);
    let beside = |right: &Line<'_>| usize::from(area.width).saturating_sub(right.width() + 4);
    let full = [name(look, seen), counts(look, &totals)].concat();
    let down = income.map_or(0, |income| income.down);
    let hosting = [full.clone(), sites(look, seen, down)].concat();
    let (money, left) = (
        money(look, income, danger, true),
        money(look, income, danger, false),
    );
    let rich = [hosting.clone(), money.clone()].concat();
    let short = [
        name(look, seen),
        vec![Ink::raw("  ")],
        troubles(look, &totals, false),
    ]
    .concat();
    // Where not all fits, counts of what is well give way before money does.
    let without_counts = [short.clone(), sites(look, seen, down), money.clone()].concat();
    let least = [short.clone(), left].concat();
    let in_danger = [
        name(look, seen),
        vec![Ink::raw("  ")],
        troubles(look, &totals, true),
        at_risk(look, danger),
    ]
    .concat();
    // The clock gives way to money in danger.
    let right = if danger.is_some() && Line::from(in_danger.clone()).width() > beside(&right) {
        without_clock
    } else {
        right
    };
    let offered = if money.is_empty() {
        vec![hosting, full, short]
    } else {
        vec![rich, without_counts, least, in_danger, hosting, full, short]
    };
    let mut offered = offered.into_iter().map(Line::from);
    let whole = offered.next().unwrap_or_default();
    let right = if whole.width() <= beside(&told) {
        told
    } else {
        right
    };
    let room = beside(&right);
    let left = std::iter::once(whole)
        .chain(offered)
        .find(|line| line.width() <= room)
        .unwrap_or_else(|| Line::from(name(look, seen)));
    put(buffer, area.x + 1, area.y, room as u16, left);
    right_end(buffer, area, right);
}

/// Draws two rows, each with what stands at its left and at its right.
fn two_rows(buffer: &mut Buffer, area: Rect, rows: [(Vec<Ink<'static>>, Vec<Ink<'static>>); 2]) {
    for (y, (left, right)) in (area.y..).zip(rows) {
        let row = Rect { y, ..area };
        put(buffer, row.x + 1, y, row.width - 2, Line::from(left));
        right_end(buffer, row, Line::from(right));
    }
}

/// What stands at the right of the header, the clock left aside. What is down is said before what the autopilot may do.
fn at_the_right(
    area: Rect,
    seen: Seen<'_>,
    look: &Look<'_>,
    standing: Standing,
    totals: &Totals,
) -> Vec<Ink<'static>> {
    let all = |autopilot: Vec<Ink<'static>>| {
        let mut right = standing_words(look, seen, standing);
        right.extend(autopilot);
        right.extend(quotas(look, seen, true));
        right.extend(live(look, seen, standing));
        right
    };
    let right = all(autopilot(look, seen));
    let beside = if area.height > 1 {
        0
    } else {
        Line::from(name(look, seen)).width() + look.clock(seen.now).len() + 3
    };
    let trouble = Line::from(troubles(look, totals, false)).width();
    let wanted = beside + trouble + Line::from(right.clone()).width() + 6;
    if wanted > usize::from(area.width) {
        return all(Vec::new());
    }
    right
}

fn right_end(buffer: &mut Buffer, area: Rect, line: Line<'static>) {
    let width = line.width() as u16;
    put(
        buffer,
        area.right().saturating_sub(width + 1).max(area.x),
        area.y,
        width.min(area.width),
        line,
    );
}

fn name(look: &Look<'_>, seen: Seen<'_>) -> Vec<Ink<'static>> {
    let mut line = vec![
        look.styles.bold(Role::Accent, "wheelhouse"),
        look.styles
            .ink(Role::BarText, format!(" {}", fit(&seen.world.name, 24))),
    ];
    if seen.world.demo {
        line.push(look.styles.bold(Role::Auto, " demo"));
    }
    line
}

fn counts(look: &Look<'_>, totals: &Totals) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let mut line = Vec::new();
    let mut part = |number: usize, word: &str, bad: usize, wrong: &str| {
        let plural = if number == 1 { "" } else { "s" };
        line.push(styles.ink(Role::BarText, format!("   {number}")));
        line.push(styles.ink(Role::BarDim, format!(" {word}{plural}")));
        if bad > 0 {
            line.push(styles.ink(Role::Bad, format!(" {bad} {wrong}")));
        }
    };
    part(totals.nodes, "node", totals.nodes_down, "down");
    part(
        totals.containers,
        "container",
        totals.containers_bad,
        "failing",
    );
    part(totals.services, "service", totals.services_down, "down");
    line
}

/// How many sites there are and how many do not do what is paid for.
fn sites(look: &Look<'_>, seen: Seen<'_>, down: usize) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let number = seen.world.sites.len();
    if number == 0 {
        return Vec::new();
    }
    let word = if number == 1 { " site" } else { " sites" };
    let mut line = vec![
        styles.ink(Role::BarText, format!("   {number}")),
        styles.ink(Role::BarDim, word),
    ];
    if down > 0 {
        line.push(styles.ink(Role::Bad, format!(" {down} down")));
    }
    line
}

/// What recurs, what is left of it, and what is in danger: `MRR $780.00  net $13.25  at risk $0.02/h`; the last two
/// when it is not `whole`.
fn money(
    look: &Look<'_>,
    income: Option<&Income>,
    danger: Option<Money>,
    whole: bool,
) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let mut line = Vec::new();
    if let Some(income) = income {
        line.push(Ink::raw("   "));
        if whole {
            line.push(styles.ink(Role::BarDim, "  MRR "));
            line.push(styles.ink(Role::Money, income.recurring.mrr.to_string()));
        }
        line.push(styles.ink(Role::BarDim, "  net "));
        line.push(amounts::net(styles, income.total.net()));
    }
    line.extend(at_risk(look, danger));
    line
}

/// What is in danger: `at risk $0.02/h`.
fn at_risk(look: &Look<'_>, danger: Option<Money>) -> Vec<Ink<'static>> {
    let Some(danger) = danger else {
        return Vec::new();
    };
    vec![
        look.styles.ink(Role::BarDim, "  at risk "),
        look.styles.bold(Role::Bad, score::per_hour(danger)),
    ]
}

/// What the autopilot may do: nothing where it is off, for then nothing runs by itself.
fn autopilot(look: &Look<'_>, seen: Seen<'_>) -> Vec<Ink<'static>> {
    let autopilot = &seen.world.autopilot;
    let styles = look.styles;
    let (role, word) = match (autopilot.policy.mode, &autopilot.switch.stopped) {
        (Mode::Off, _) => return Vec::new(),
        (_, Some(_)) => (Role::Warn, "stopped"),
        (Mode::DryRun, None) => (Role::Auto, "dry run"),
        (Mode::On, None) => (Role::Auto, "on"),
    };
    vec![
        styles.ink(Role::BarDim, "autopilot "),
        styles.ink(role, format!("{word}   ")),
    ]
}

/// Only what is wrong: `1 node 2 services down`, in `brief` `3 down`.
fn troubles(look: &Look<'_>, totals: &Totals, brief: bool) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let mut words = Vec::new();
    let down = totals.nodes_down + totals.services_down;
    if brief && down > 0 {
        words.push(down.to_string());
    }
    if totals.nodes_down > 0 && !brief {
        words.push(count(totals.nodes_down, "node"));
    }
    if totals.services_down > 0 && !brief {
        words.push(count(totals.services_down, "service"));
    }
    let mut text = if words.is_empty() {
        String::new()
    } else {
        format!("{} down", words.join(" "))
    };
    if totals.containers_bad > 0 && text.is_empty() {
        text = format!("{} failing", count(totals.containers_bad, "container"));
    } else if totals.containers_bad > 0 {
        text = format!("{text} {} failing", totals.containers_bad);
    }
    match (text.is_empty(), totals.nodes_up) {
        (false, _) => vec![styles.ink(Role::Bad, text)],
        (true, 0) => vec![styles.ink(Role::Unknown, "nothing known yet")],
        (true, _) => vec![
            styles.ink(Role::Ok, "● "),
            styles.ink(Role::BarDim, "nothing is down"),
        ],
    }
}

fn standing_words(look: &Look<'_>, _seen: Seen<'_>, standing: Standing) -> Vec<Ink<'static>> {
    let mut line = Vec::new();
    if standing.read_only {
        line.push(look.styles.ink(Role::Warn, "read-only   "));
    }
    if standing.mouse {
        line.push(look.styles.ink(Role::BarDim, "mouse, shift selects   "));
    }
    line
}

/// Who runs schedules, when it is another process: `serve (pid 4711, since 09:12) runs schedules`.
fn served(look: &Look<'_>, seen: Seen<'_>) -> Vec<Ink<'static>> {
    let Some(executor) = seen
        .world
        .executor
        .as_ref()
        .filter(|executor| !executor.here)
    else {
        return Vec::new();
    };
    let since = look.clock(executor.since);
    let since = since.rsplit_once(':').map_or("", |(since, _)| since);
    let words = format!(
        "{} (pid {}, since {since}) runs schedules   ",
        executor.kind.word(),
        executor.pid
    );
    vec![look.styles.ink(Role::BarDim, words)]
}

/// What is left of the providers' quotas: `quota H 97% C 99%`; one that is not asked at all says so. Only those that are
/// `short`, or only those that are not and of which the provider itself said what is left.
fn quotas(look: &Look<'_>, seen: Seen<'_>, short: bool) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let mut line = Vec::new();
    for quota in seen.world.quotas.values() {
        let closed = quota.closed(seen.now).is_some();
        let is_short = closed || quota.is_scarce(seen.now);
        if is_short != short || !short && !quota.said {
            continue;
        }
        if line.is_empty() {
            line.push(styles.ink(Role::BarDim, "quota "));
        }
        let initial: String = quota.provider.to_string().chars().take(1).collect();
        line.push(styles.ink(Role::BarDim, format!("{initial} ")));
        let left = 100 - quota.used_percent(seen.now).min(100);
        line.push(match (closed, short) {
            (true, _) => styles.ink(Role::Bad, "shut "),
            (false, true) => styles.ink(Role::Bad, format!("{left}% ")),
            (false, false) => styles.ink(Role::BarText, format!("{left}% ")),
        });
    }
    if !line.is_empty() {
        line.push(Ink::raw("  "));
    }
    line
}

fn live(look: &Look<'_>, seen: Seen<'_>, standing: Standing) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let old = seen.now.since(seen.world.now);
    if standing.gone {
        return vec![styles.bold(Role::Bad, format!("○ engine ended, {old} old"))];
    }
    if seen.world.revision == 0 {
        return vec![styles.ink(Role::Unknown, "◌ starting")];
    }
    if old > LIVE {
        return vec![styles.ink(Role::Warn, format!("◐ {old} old"))];
    }
    vec![styles.ink(Role::Ok, "● live")]
}

/// Draws the footer: a line on the left, runs under way on the right.
pub fn footer(
    buffer: &mut Buffer,
    area: Rect,
    seen: Seen<'_>,
    look: &Look<'_>,
    left: Line<'static>,
) {
    buffer.set_style(area, look.styles.of(Role::Bar));
    let right = under_way(look, seen, area);
    let wide = right.width() as u16;
    let room = area.width.saturating_sub(2);
    // What is said to the operator goes before what goes on anyway.
    let right_room = if left.width() as u16 + wide + 3 > room {
        0
    } else {
        wide
    };
    put(buffer, area.x + 1, area.y, room, left);
    if right_room > 0 {
        right_end(buffer, area, right);
    }
}

/// The hints that fit, leaving room for what is under way.
pub fn hint_line(
    area: Rect,
    seen: Seen<'_>,
    look: &Look<'_>,
    pairs: &[(String, String)],
) -> Line<'static> {
    let right = under_way(look, seen, area).width();
    let room = usize::from(area.width).saturating_sub(2);
    hints(
        look.styles,
        room.saturating_sub(if right > 0 && room > right + 40 {
            right + 3
        } else {
            0
        }),
        pairs,
    )
}

fn under_way(look: &Look<'_>, seen: Seen<'_>, area: Rect) -> Line<'static> {
    let styles = look.styles;
    let running: Vec<&Run> = seen
        .world
        .runs
        .values()
        .filter(|run| !run.state.is_over())
        .collect();
    let lost = seen
        .world
        .runs
        .values()
        .filter(|run| run.state == RunState::Unknown)
        .count();
    let mut line = Vec::new();
    if let Some(newest) = running.last() {
        let (done, all) = newest.progress();
        let share = (done * 100).checked_div(all).unwrap_or(0);
        line.push(styles.ink(Role::BarDim, format!("{} ", count(running.len(), "run"))));
        let title = if area.width < 100 {
            String::new()
        } else {
            format!(
                "{} {} ",
                progress(done, all, 5),
                fit(&newest.plan.title, 28)
            )
        };
        line.push(styles.ink(Role::Auto, format!("{title}{share}%")));
    }
    if lost > 0 {
        line.push(styles.ink(Role::Warn, format!("  {lost} waits for you")));
    }
    Line::from(line)
}

/// All there is room for: the worst item and its age, and that it is live.
pub fn one_line(buffer: &mut Buffer, area: Rect, seen: Seen<'_>, look: &Look<'_>) {
    if area.is_empty() {
        return;
    }
    let found = surface(seen.world, seen.now);
    let totals = totals(seen.world, seen.now);
    let line = match found.first() {
        Some(worst) => {
            let sign = Sign::of_severity(worst.severity);
            let age = seen.now.since(worst.since).age();
            let room = usize::from(area.width).saturating_sub(age.len() + 3);
            vec![
                look.styles.ink(sign.role, format!("{} ", sign.glyph)),
                look.styles.ink(Role::Text, fit(&worst.title, room)),
                look.styles.ink(Role::Dim, format!(" {age}")),
            ]
        }
        None if totals.nodes_up == 0 => vec![look.styles.ink(Role::Unknown, "◌ nothing known yet")],
        None => vec![
            look.styles.ink(Role::Ok, "● "),
            look.styles.ink(Role::Text, "nothing needs you"),
        ],
    };
    put(buffer, area.x, area.y, area.width, Line::from(line));
}
