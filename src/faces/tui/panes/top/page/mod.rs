//! The page of an item: what it is, what shows it, what changed before, what follows from it, why it stands where it
//! stands, what would mend it, and what became of it.

mod evidence;
mod read;
mod story;

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Pairs;
use ui::{Look, Role, Seen, Sign};
use world::Item;
use world::autopilot::{confidence, decide};
use world::priorities::{Origin, Visibility, score};

use super::{facts, row, trust};
use crate::words;
pub use read::Read;

/// The cells of a label.
const LABEL: usize = 9;

/// A sign, the line, and what is so of it now.
pub fn heading(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Ink<'static>> {
    let styles = look.styles;
    let sign = if item.certain {
        Sign::of_severity(item.severity)
    } else {
        Sign::UNKNOWN
    };
    let mut line = vec![
        styles.ink(sign.role, format!("{} ", sign.glyph)),
        styles.bold(Role::Strong, item.title.to_string()),
        styles.ink(sign.role, format!("  {}", sign.word)),
    ];
    if let Some((words, role)) = row::under_way(item, seen) {
        line.push(styles.ink(role, format!("  {words}")));
    } else if item.visibility != Visibility::Shown {
        line.push(styles.ink(Role::Dim, format!("  {}", item.visibility.word())));
    }
    line
}

/// All of it.
pub fn lines(
    item: &Item,
    read: &Read,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines = facts(item, seen, look);
    lines.extend(evidence::lines(item, read, seen, look, width));
    lines.extend(story::consequences(item, seen, look));
    lines.extend(why(item, look));
    lines.extend(story::said(item, look));
    lines.extend(story::history(item, read, seen, look));
    lines
}

/// Since when, the money, and what would mend it.
fn facts(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, LABEL);
    pairs.noted(
        "for",
        words::age(seen.now, item.since),
        format!("since {}", look.date(item.since)),
    );
    let quadrant = vec![
        row::quadrant(item, false, look),
        styles.ink(Role::Dim, format!("  score {}", item.score.line())),
    ];
    pairs.line("rank", quadrant);
    match item.at_risk {
        Some(money) => {
            let amount = styles.ink(Role::Money, score::per_hour(money));
            let doubt = if item.certain {
                ""
            } else {
                "  if it is so: it cannot be seen just now"
            };
            pairs.line("at risk", vec![amount, styles.ink(Role::Stale, doubt)]);
        }
        None => {
            pairs.line(
                "at risk",
                vec![styles.ink(Role::Dim, "no money that is known")],
            );
        }
    }
    if !item.detail.is_empty() {
        pairs.text("beside", &item.detail);
    }
    if let Some(intent) = &item.fix {
        pairs.noted("fix", words::intent(seen.world, intent), "F shows its plan");
    } else if facts::undecided(item, seen).is_some() {
        let words = "F shows what is left, and the ways out of it";
        pairs.line("fix", vec![styles.ink(Role::Dim, words)]);
    } else {
        let words = match item.origin {
            Origin::Signal { .. } => {
                "no action of this console mends it; enter opens what it is about"
            }
            Origin::Note(_) => "it is for you to do; c says that it is done",
        };
        pairs.line("fix", vec![styles.ink(Role::Dim, words)]);
    }
    let mut lines = pairs.lines();
    lines.extend(record(item, seen, look));
    lines
}

/// How often the fix has worked, and what the autopilot makes of it.
fn record(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let (Origin::Signal { id, .. }, Some(fix)) = (&item.origin, trust::word(item, seen)) else {
        return Vec::new();
    };
    let autopilot = &seen.world.autopilot;
    let known = confidence(autopilot, fix, &id.rule, &id.about, None, seen.now);
    let decision = decide(seen.world, item, seen.now, row::minute_of_day(seen, look));
    let mut pairs = Pairs::new(look.styles, LABEL);
    pairs.text("record", known.words);
    pairs.line(
        "autopilot",
        vec![
            look.styles.ink(Role::Auto, decision.word()),
            look.styles.ink(Role::Dim, format!("  {}", decision.why())),
        ],
    );
    if let Some((what, trusted)) = trust::of(item, seen) {
        let words = trust::line(item, what, trusted, seen);
        pairs.noted("trusted", words, "P withdraws that");
    } else if trust::is_lost(item, seen) {
        let words = "P has the autopilot try it again, whatever the record says";
        pairs.line("", vec![look.styles.ink(Role::Dim, words)]);
    }
    pairs.lines()
}

/// Every term of the score.
fn why(item: &Item, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let score = &item.score;
    let mut lines = vec![title(look, "why it stands here")];
    let groups = [
        (
            "importance",
            score.importance,
            "the sum of",
            &score.importance_terms,
        ),
        (
            "urgency",
            score.urgency,
            "the greatest of",
            &score.urgency_terms,
        ),
        (
            "certainty",
            score.certainty,
            "the least of",
            &score.certainty_terms,
        ),
    ];
    for (name, total, how, terms) in groups {
        lines.push(Line::from(vec![
            styles.ink(Role::Text, format!("{total:>8.2}  {name}")),
            styles.ink(Role::Dim, format!("  {how}")),
        ]));
        for term in terms {
            lines.push(Line::from(vec![
                styles.ink(Role::Dim, format!("{:>10.2}  ", term.value)),
                styles.ink(Role::Text, format!("{:14}", term.name)),
                styles.ink(Role::Dim, format!("  {}", term.words)),
            ]));
        }
    }
    lines.push(Line::default());
    lines
}

/// The title of a part.
fn title(look: &Look<'_>, words: &str) -> Line<'static> {
    Line::from(look.styles.bold(Role::Header, words.to_owned()))
}
