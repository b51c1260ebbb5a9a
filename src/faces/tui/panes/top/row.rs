//! A row of the top ten, and of the list of all items.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Column;
use ui::{Look, Role, Seen};
use unicode_width::UnicodeWidthStr;
use vocab::{Money, Span};
use world::autopilot::{Decision, Mode, decide};
use world::priorities::{Origin, Quadrant, Visibility, fix, score};
use world::signals::{Level, Phase};
use world::{Actor, Item, RunState};

use crate::words;

/// The columns of the ten.
pub const TEN: [Column; 7] = [
    Column::right("#", 2, 3),
    Column::left("Q", 2, 0, 2).close(),
    Column::right("$/h", 6, 1),
    Column::left("what", 28, 5, 0).endless(),
    Column::right("for", 4, 0),
    Column::left("fix", 20, 1, 5),
    Column::left("by", 6, 0, 4),
];

/// The place of the fix among the columns.
pub const FIX: usize = 5;

/// The columns of all items: where each is stands in the place of its fix.
pub const ALL: [Column; 7] = [
    Column::right("#", 3, 3),
    Column::left("Q", 2, 0, 2).close(),
    Column::right("$/h", 6, 1),
    Column::left("what", 28, 5, 0).endless(),
    Column::right("for", 4, 0),
    Column::left("fix or state", 20, 1, 5),
    Column::left("by", 6, 0, 4),
];

/// What a row is drawn with.
pub struct Drawn<'a> {
    /// The world and the present.
    pub seen: Seen<'a>,
    /// The theme.
    pub look: &'a Look<'a>,
    /// Its place, from 0 on.
    pub index: usize,
    /// Whether it is the selected row of the pane that has the keys.
    pub selected: bool,
    /// The cells there are for the fix.
    pub for_fix: usize,
}

/// The cells of a row.
pub fn cells(item: &Item, drawn: &Drawn<'_>, all: bool) -> Vec<Line<'static>> {
    let styles = drawn.look.styles;
    let (seen, look) = (drawn.seen, drawn.look);
    // What is not for now, and what somebody has seen already, is quieter than what nobody has.
    let quiet = item.visibility != Visibility::Shown || item.mark.acknowledged.is_some();
    let place = (drawn.index + 1).to_string();
    let (title, why) = headline(item);
    let title = match (drawn.selected, item.certain, quiet) {
        (true, ..) => styles.bold(Role::SelectionText, title),
        (false, false, _) => styles.ink(Role::Unknown, title),
        (false, true, true) => styles.ink(Role::Dim, title),
        (false, true, false) => styles.ink(Role::Text, title),
    };
    let mut what = Vec::new();
    if !item.certain {
        what.push(styles.ink(Role::Unknown, "◌ "));
    }
    what.push(title);
    if item.mark.acknowledged.is_some() {
        what.push(styles.ink(Role::Dim, "  seen"));
    }
    if !item.certain {
        what.push(styles.ink(Role::Unknown, "  cannot be seen just now"));
    }
    what.push(styles.ink(Role::Dim, format!("  {}", item.detail)));
    if let Some(why) = why {
        what.push(styles.ink(Role::Dim, format!("  {why}")));
    }
    let state = if all && item.visibility != Visibility::Shown {
        whereabouts(item, seen, look)
    } else {
        mending(item, drawn)
    };
    vec![
        Line::from(styles.ink(Role::Dim, place)),
        Line::from(quadrant(item, quiet, look)),
        Line::from(rate(item, quiet, look)),
        Line::from(what),
        Line::from(styles.ink(Role::Dim, words::age(seen.now, item.since))),
        Line::from(state),
        Line::from(by(item, seen, look)),
    ]
}

/// What a row begins with, and what may be cut off at its end: much that stands on a cause is told before the cause's words.
fn headline(item: &Item) -> (String, Option<String>) {
    let title = item.title.as_str();
    let stands_on_it = item.detail.starts_with('+') && !item.detail.starts_with("+1 ");
    match title.split_once(": ") {
        Some((head, why)) if stands_on_it && head.contains(' ') => {
            (head.to_owned(), Some(why.to_owned()))
        }
        _ => (title.to_owned(), None),
    }
}

/// `Q1`, by its own colour while it is for now.
pub fn quadrant(item: &Item, quiet: bool, look: &Look<'_>) -> Ink<'static> {
    let role = match item.quadrant {
        _ if quiet => Role::Dim,
        Quadrant::Q1 => Role::Bad,
        Quadrant::Q2 => Role::Warn,
        Quadrant::Q3 => Role::Strong,
        Quadrant::Q4 => Role::Dim,
    };
    look.styles.bold(role, item.quadrant.word())
}

/// Money in danger in an hour; one that cannot be seen to be so is another number, not a number with a badge.
fn rate(item: &Item, quiet: bool, look: &Look<'_>) -> Ink<'static> {
    let styles = look.styles;
    match item.at_risk {
        None => styles.ink(Role::Faint, "–"),
        Some(money) if !item.certain => styles.ink(Role::Stale, format!("{}?", plain(money))),
        Some(money) if quiet => styles.ink(Role::Dim, plain(money)),
        Some(money) => styles.ink(Role::Money, plain(money)),
    }
}

/// `0.06`: without its sign, which the column's title has.
fn plain(money: Money) -> String {
    let shown = score::per_hour(money);
    let shown = shown.trim_end_matches("/h");
    let digits = shown.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    shown[digits..].to_owned()
}

/// The minute of the day by the console's clock, which the autopilot's hours go by.
pub fn minute_of_day(seen: Seen<'_>, look: &Look<'_>) -> u16 {
    let there = seen.now.timestamp().to_zoned(look.zone.clone());
    u16::from(there.hour().unsigned_abs()) * 60 + u16::from(there.minute().unsigned_abs())
}

/// Who sees to it: the autopilot only where it would, not where it would ask.
fn by(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Ink<'static> {
    let (styles, world) = (look.styles, seen.world);
    let auto = |words: &'static str| styles.ink(Role::Auto, words);
    let run = item.run.and_then(|run| world.runs.get(&run));
    let policy = &world.autopilot;
    let runs_it = || {
        let active = policy.policy.mode == Mode::On && policy.switch.stopped.is_none();
        let minute = minute_of_day(seen, look);
        active && !matches!(decide(world, item, seen.now, minute), Decision::Ask(_))
    };
    match (&item.visibility, run, item.level) {
        (Visibility::Delegated { to, .. }, ..) => styles.ink(Role::Text, to.to_string()),
        (_, Some(run), _) if run.plan.by.user == *Actor::AUTOPILOT => auto("auto"),
        (_, None, Level::Agent) if runs_it() => auto("auto"),
        (_, _, Level::Own) => auto("itself"),
        _ => styles.ink(Role::Info, "you"),
    }
}

/// What mends it: the fix, or how far it is.
fn mending(item: &Item, drawn: &Drawn<'_>) -> Ink<'static> {
    let (seen, styles) = (drawn.seen, drawn.look.styles);
    if let Some((words, role)) = under_way(item, seen) {
        return styles.ink(role, words);
    }
    let Some(intent) = &item.fix else {
        return styles.ink(Role::Faint, "–");
    };
    let role = if item.mark.acknowledged.is_some() {
        Role::Dim
    } else {
        Role::Text
    };
    // Where there is no room for it, what is mended is not named a second time.
    let words = words::intent(seen.world, intent);
    if words.width() <= drawn.for_fix {
        styles.ink(role, words)
    } else {
        styles.ink(role, fix::words(intent))
    }
}

/// How far the mending of an item is: `restarting 0:04`, `looking again 0:12`.
pub fn under_way(item: &Item, seen: Seen<'_>) -> Option<(String, Role)> {
    let world = seen.world;
    if let Some(run) = item.run.and_then(|run| world.runs.get(&run)) {
        let (done, all) = run.progress();
        let words = match &run.state {
            RunState::Grace { until } => {
                format!("begins in {} s", until.since(seen.now).as_seconds() + 1)
            }
            RunState::Queued { .. } => "waits for its turn".to_owned(),
            RunState::Running if done == all && all > 0 => looking(seen.now.since(run.taken)),
            RunState::Running => format!(
                "{} {}",
                doing(&run.plan.title),
                minutes(seen.now.since(run.taken))
            ),
            other => other.word().to_owned(),
        };
        return Some((words, Role::Auto));
    }
    let Origin::Signal { id, .. } = &item.origin else {
        return None;
    };
    if let Some(Phase::Clearing { since }) = world.signals.get(id).map(|signal| signal.phase) {
        return Some((looking(seen.now.since(since)), Role::Ok));
    }
    let attempts = &world.autopilot.attempts;
    let judged = attempts
        .values()
        .rev()
        .find(|attempt| attempt.signal == *id)
        .filter(|attempt| attempt.end.is_none())?;
    let ended = world.runs.get(&judged.run)?.ended?;
    Some((looking(seen.now.since(ended)), Role::Auto))
}

fn looking(span: Span) -> String {
    format!("looking again {}", minutes(span))
}

/// `0:04`, `12:30`.
fn minutes(span: Span) -> String {
    let seconds = span.as_seconds().max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `restarting` of `restart acme/app`.
fn doing(title: &str) -> String {
    let verb = title.split(' ').next().unwrap_or_default();
    match verb {
        "" => "working".to_owned(),
        "stop" | "run" | "drop" => format!("{verb}{}ing", &verb[verb.len() - 1..]),
        "fail" => "failing over".to_owned(),
        "back" => "backing up".to_owned(),
        _ => match verb.strip_suffix('e') {
            Some(stem) => format!("{stem}ing"),
            None => format!("{verb}ing"),
        },
    }
}

/// Where an item is that is not for now, and until when.
fn whereabouts(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Ink<'static> {
    let word = item.visibility.word();
    let words = match &item.visibility {
        Visibility::Later { from: until }
        | Visibility::Snoozed { until }
        | Visibility::Delegated { until, .. } => {
            format!("{word}, back in {}", until.since(seen.now))
        }
        Visibility::Quiet => "quiet: it mends itself".to_owned(),
        _ => word.to_owned(),
    };
    look.styles.ink(Role::Dim, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_said_in_its_own_verb() {
        for (title, wanted) in [
            ("restart acme/app", "restarting"),
            ("stop acme/app", "stopping"),
            ("prune aurora", "pruning"),
            ("back up acme.example", "backing up"),
            ("fail over acme.example", "failing over"),
            ("", "working"),
        ] {
            assert_eq!(doing(title), wanted);
        }
        assert_eq!(minutes(Span::seconds(64)), "1:04");
    }

    #[test]
    fn a_rate_has_no_sign_of_its_own() {
        let money: Money = "0.06 USD".parse().unwrap();
        assert_eq!(plain(money), "0.06");
        let little: Money = "0.00234 USD".parse().unwrap();
        assert_eq!(plain(little), "0.0023");
        let euros: Money = "1200.5 EUR".parse().unwrap();
        assert_eq!(plain(euros), "1200.50");
    }
}
