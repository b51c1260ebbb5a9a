//! What has just gone from the list, and how: said for a moment, so that a fix that worked is seen to have worked.

use ratatui::text::{Line, Span as Ink};
use ui::{Look, Role, Seen};
use vocab::Span;
use world::priorities::What;
use world::{Happening, World};

/// So long it is said.
const SAID: Span = Span::seconds(12);

/// The newest first: `✓ closed  acme.com answers 502  right again after 3m, fix took 6s`.
pub fn lines(seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let world = seen.world;
    let recent: Vec<&Happening> = world
        .happenings
        .iter()
        .rev()
        .take_while(|happening| seen.now.since(happening.at) < SAID)
        .collect();
    let mut lines = Vec::new();
    for (index, happening) in recent.iter().enumerate() {
        // What came up again since is in the list.
        let newest = !recent[..index]
            .iter()
            .any(|later| later.item == happening.item);
        // What something else explains goes with that.
        let aside = || is_explained(world, happening);
        if happening.what != What::Closed || !newest || aside() {
            continue;
        }
        let styles = look.styles;
        lines.push(Line::from(vec![
            styles.ink(Role::Ok, "✓ closed  "),
            Ink::styled(happening.title.to_string(), styles.of(Role::Dim)),
            styles.ink(Role::Dim, format!("  {}", words(world, happening))),
        ]));
    }
    lines
}

/// Whether something else explained it since it came up.
fn is_explained(world: &World, closed: &Happening) -> bool {
    let mut before = world
        .happenings
        .iter()
        .rev()
        .filter(|happening| happening.item == closed.item && happening.at <= closed.at);
    before
        .find_map(|happening| match happening.what {
            What::Folded { .. } => Some(true),
            What::Raised | What::Reopened => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

/// `right again after 3m, fix took 6s`.
fn words(world: &World, closed: &Happening) -> String {
    let mut before = world
        .happenings
        .iter()
        .rev()
        .filter(|happening| happening.item == closed.item && happening.at <= closed.at);
    let mut fix = None;
    let opened = before.find_map(|happening| match &happening.what {
        What::FixBegun { run, .. } => {
            fix = fix.or_else(|| world.runs.get(run));
            None
        }
        What::Raised | What::Reopened => Some(happening.at),
        _ => None,
    });
    let mut words = match opened {
        Some(opened) => format!("right again after {}", closed.at.since(opened).in_seconds()),
        None => "right again".to_owned(),
    };
    if let Some((run, ended)) = fix.and_then(|run| Some((run, run.ended?))) {
        words = format!("{words}, fix took {}", ended.since(run.taken).in_seconds());
    }
    words
}
