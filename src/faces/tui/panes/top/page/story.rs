//! What follows from an item, what the operator said of it, and what became of it.

use ratatui::text::Line;
use ui::{Look, Role, Seen};
use world::Item;
use world::priorities::Origin;

use super::{Read, title};

/// So many consequences are listed.
const LISTED: usize = 12;

/// So much of the history is shown.
const SHOWN: usize = 20;

/// The items that this one explains.
pub fn consequences(item: &Item, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Origin::Signal { consequences, .. } = &item.origin else {
        return Vec::new();
    };
    if consequences.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![title(look, "what follows from it")];
    for id in consequences.iter().take(LISTED) {
        let signal = seen.world.signals.get(id);
        let words = signal.map_or_else(|| id.to_string(), |signal| signal.title.to_string());
        lines.push(Line::from(styles.ink(Role::Text, format!("  {words}"))));
    }
    let more = consequences.len().saturating_sub(LISTED);
    if more > 0 {
        lines.push(Line::from(
            styles.ink(Role::Dim, format!("  and {more} more")),
        ));
    }
    lines.push(Line::default());
    lines
}

/// Marks and notes.
pub fn said(item: &Item, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mark = &item.mark;
    let mut words = Vec::new();
    if let Some((at, by)) = &mark.acknowledged {
        words.push(format!("seen by {by} at {}", look.date(*at)));
    }
    if let Some(snooze) = &mark.snoozed {
        let reason = if snooze.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", snooze.reason)
        };
        words.push(format!("snoozed until {}{reason}", look.date(snooze.until)));
    }
    if let Some(to) = &mark.delegated {
        words.push(format!(
            "{} sees to it until {}",
            to.to,
            look.date(to.until)
        ));
    }
    if let Some((at, by)) = &mark.done {
        words.push(format!("said to be done by {by} at {}", look.date(*at)));
    }
    let notes = mark.notes.iter().rev();
    words.extend(notes.map(|(at, by, text)| format!("{} {by}: {text}", look.date(*at))));
    if words.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![title(look, "said of it")];
    let line = |words: String| Line::from(styles.ink(Role::Text, format!("  {words}")));
    lines.extend(words.into_iter().map(line));
    lines.push(Line::default());
    lines
}

/// What became of it, the newest first.
pub fn history(item: &Item, read: &Read, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let all = read.history(item, seen);
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![title(look, "what became of it")];
    lines.extend(all.iter().take(SHOWN).map(|happening| {
        Line::from(vec![
            styles.ink(Role::LogTime, format!("  {}  ", look.date(happening.at))),
            styles.ink(Role::Text, happening.what.words()),
        ])
    }));
    lines
}
