//! Figures as cells: fresh ones as they are, stale ones as dashes, bars with their colour.

use ratatui::text::Span;
use vocab::{Percent, Stamped, Time};

use crate::styles::{Role, Styles};

/// What stands where a number is too old or was never known.
pub const NONE: &str = "--";

/// A figure while it is fresh; dashes when it is stale or was never observed.
pub fn fresh<T, S: ToString>(
    styles: &Styles,
    stamped: Option<&Stamped<T>>,
    now: Time,
    show: impl Fn(&T) -> S,
) -> Span<'static> {
    match stamped.and_then(|stamped| stamped.fresh(now)) {
        Some(value) => styles.ink(Role::Text, show(value).to_string()),
        None => styles.ink(Role::Stale, NONE),
    }
}

/// The role of a share: from 85 it warns, from 95 it is bad.
pub fn role_of(share: Percent) -> Role {
    match share.0 {
        95.0.. => Role::Bad,
        85.0.. => Role::Warn,
        _ => Role::Text,
    }
}

/// The same for a graph.
pub fn graph_role_of(share: Percent) -> Role {
    match role_of(share) {
        Role::Bad => Role::GraphBad,
        Role::Warn => Role::GraphWarn,
        _ => Role::Graph,
    }
}

/// A whole percentage: `41%`.
pub fn whole(share: Percent) -> String {
    format!("{:.0}%", share.0)
}

/// A bar of so many cells, filled by a share.
pub fn bar(styles: &Styles, share: Percent, width: usize) -> Vec<Span<'static>> {
    let filled = ((share.0 / 100.0 * width as f32).round().max(0.0) as usize).min(width);
    vec![
        styles.ink(graph_role_of(share), "━".repeat(filled)),
        styles.ink(Role::GraphDim, "━".repeat(width - filled)),
    ]
}

/// Progress of so many cells: `▰▰▰▱▱`.
pub fn progress(done: usize, all: usize, width: usize) -> String {
    let filled = (done * width).checked_div(all).unwrap_or(0);
    format!("{}{}", "▰".repeat(filled), "▱".repeat(width - filled))
}

#[cfg(test)]
mod tests {
    use config::Theme;
    use vocab::{Origin, Span as Length};

    use super::*;

    #[test]
    fn a_stale_figure_is_no_number() {
        let styles = Styles::new(&Theme::default());
        let figure = Stamped {
            value: 41,
            at: Time(0),
            every: Length::seconds(2),
            origin: Origin::Proc,
        };
        assert_eq!(
            fresh(&styles, Some(&figure), Time(1_000), i32::to_string).content,
            "41"
        );
        assert_eq!(
            fresh(&styles, Some(&figure), Time(9_000), i32::to_string).content,
            "--"
        );
        assert_eq!(
            fresh(&styles, None::<&Stamped<i32>>, Time(0), i32::to_string).content,
            "--"
        );
    }

    #[test]
    fn bars_fill() {
        assert_eq!(progress(3, 5, 5), "▰▰▰▱▱");
        assert_eq!(progress(0, 0, 5), "▱▱▱▱▱");
        let styles = Styles::new(&Theme::default());
        let wide: usize = bar(&styles, Percent(240.0), 10)
            .iter()
            .map(Span::width)
            .sum();
        assert_eq!(wide, 10);
    }
}
