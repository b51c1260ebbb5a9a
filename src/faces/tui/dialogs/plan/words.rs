//! A plan in words: why, each step with its exact call, everything it touches, what it costs and brings, how it is taken
//! back, what to know first.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::fit;
use ui::widgets::text::wrap;
use ui::{Look, Role, Seen};
use world::priorities::fix::carries_out;
use world::query::items;
use world::{Plan, SiteVerb};

use super::money;
use crate::words;

/// The whole plan as lines of at most so many cells, but for exact calls, which are cut by the page.
pub fn lines(plan: &Plan, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let mut lines = why(plan, seen, look, width);
    lines.extend(steps(plan, look, width));
    lines.push(Line::default());
    lines.extend(touches(plan, look, width));
    lines.extend(money::lines(plan, seen, look));
    lines.extend(undo(plan, seen, look));
    for warning in &plan.warnings {
        for (index, part) in wrap(warning, width.saturating_sub(9))
            .into_iter()
            .enumerate()
        {
            let label = if index == 0 { "Warning " } else { "        " };
            lines.push(Line::from(vec![
                look.styles.bold(Role::Warn, label),
                look.styles.ink(Role::Warn, part),
            ]));
        }
    }
    lines
}

/// The word before a part of the plan.
pub fn label(look: &Look<'_>, word: &str) -> Ink<'static> {
    look.styles.ink(Role::Dim, format!("{word:<8}"))
}

/// The item the plan answers to, when there is one.
fn why(plan: &Plan, seen: Seen<'_>, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let all = items(seen.world, seen.now);
    let found = all.iter().find(|item| {
        let fix = item.fix.as_ref();
        fix.is_some_and(|fix| carries_out(plan, fix))
    });
    let Some(item) = found else {
        return Vec::new();
    };
    let age = seen.now.since(item.since).in_seconds();
    let detail = fit(&item.detail, width.saturating_sub(12));
    vec![
        Line::from(vec![
            label(look, "Why"),
            look.styles.bold(Role::Strong, item.title.to_string()),
            look.styles.ink(Role::Text, format!(" for {age}")),
        ]),
        Line::from(vec![label(look, ""), look.styles.ink(Role::Dim, detail)]),
        Line::default(),
    ]
}

/// Each step in words with its exact call beside it, object by object.
fn steps(plan: &Plan, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut lines = Vec::new();
    let mut object = None;
    let column = (width / 2).clamp(12, 52);
    for (index, step) in plan.steps.iter().enumerate() {
        if plan.objects.len() > 1 && object != Some(step.object) {
            object = Some(step.object);
            if let Some(of) = plan.objects.get(step.object) {
                let head = if index == 0 { "Steps" } else { "" };
                lines.push(Line::from(vec![
                    label(look, head),
                    styles.bold(Role::Strong, of.name.to_string()),
                    styles.ink(Role::Dim, format!(" on {}", of.node)),
                ]));
            }
        }
        let head = if index == 0 && plan.objects.len() <= 1 {
            "Steps"
        } else {
            ""
        };
        let title = fit(&step.title, column.saturating_sub(2));
        let gap = " ".repeat(column.saturating_sub(Ink::raw(title.clone()).width()));
        lines.push(Line::from(vec![
            label(look, head),
            styles.ink(Role::Dim, format!("{:<3}", index + 1)),
            styles.ink(Role::Text, format!("{title}{gap}")),
            styles.ink(Role::Dim, short_ids(&step.exact)),
        ]));
    }
    if !plan.verification.is_empty() {
        lines.push(Line::from(vec![
            label(look, ""),
            styles.ink(Role::Ok, "✓  "),
            styles.ink(Role::Text, plan.verification.to_string()),
        ]));
    }
    lines
}

/// A call with its 64-digit ids cut to twelve, so that the verb behind them is seen; the journal has them whole.
fn short_ids(exact: &str) -> String {
    const SHOWN: usize = 12;
    let mut out = String::with_capacity(exact.len());
    let mut rest = exact;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (id, tail) = rest.split_at(digits);
        if digits >= 32 {
            out.push_str(&id[..SHOWN]);
            out.push('…');
        } else {
            out.push_str(id);
        }
        let mut letters = tail.chars();
        out.extend(letters.next());
        rest = letters.as_str();
    }
    out
}

/// Everything it touches, by name: never a category.
fn touches(plan: &Plan, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let styles = look.styles;
    let nodes: std::collections::BTreeSet<_> =
        plan.objects.iter().map(|object| &object.node).collect();
    let sum = format!(
        "{} on {}",
        words::count(plan.objects.len(), "object"),
        words::count(nodes.len(), "node")
    );
    let order = if plan.one_by_one {
        ", one after another"
    } else {
        ""
    };
    let mut lines = vec![Line::from(vec![
        label(look, "Touches"),
        styles.ink(Role::Text, format!("{sum}{order}")),
    ])];
    for object in &plan.objects {
        let rest = format!("  on {}  {}", object.node, object.detail);
        lines.push(Line::from(vec![
            label(look, ""),
            styles.ink(Role::Dim, format!("{} ", object.kind)),
            styles.ink(Role::Text, object.name.to_string()),
            styles.ink(
                Role::Dim,
                fit(
                    &rest,
                    width.saturating_sub(10 + object.kind.width() + object.name.width()),
                ),
            ),
        ]));
    }
    lines
}

fn undo(plan: &Plan, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let words = match (&plan.inverse, plan.reversibility) {
        (None, _) if is_new(plan) => {
            styles.ink(Role::Text, "a delete, which takes away all that was made")
        }
        (Some(inverse), _) => styles.ink(Role::Text, words::intent(seen.world, inverse)),
        (None, world::Reversibility::Irreversible) => {
            styles.bold(Role::Bad, "none: what is gone stays gone")
        }
        (None, _) => styles.ink(Role::Text, "none needed: nothing is lost"),
    };
    vec![Line::from(vec![label(look, "Undo"), words])]
}

/// Whether something is made that was not there.
fn is_new(plan: &Plan) -> bool {
    let order = plan.order();
    order.is_some_and(|order| order.verb == SiteVerb::Deploy)
}
