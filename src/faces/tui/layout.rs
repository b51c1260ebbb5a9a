//! Where panes stand, by the size of the screen. Nothing is refused: what has no room waits behind its number.

use ratatui::layout::Rect;
use ui::View;

/// Below this width the header takes two rows and one pane is shown.
pub const NARROW: u16 = 64;

/// Below this width panes stand one above the other.
const STACKED: u16 = 100;

/// Below this height the logs leave the overview.
const LOW: u16 = 34;

/// From this height on the sites and what they bring have a row of their own in the overview, where there are any.
const HIGH: u16 = 38;

/// From this height on the ten have room for all of them in the overview.
const TALL: u16 = 44;

/// The rows of ten lines with their header and frame.
const TEN: u16 = 13;

/// The height of that row.
const HOSTING: u16 = 10;

/// Below this size one line is all there is room for.
const LEAST: (u16, u16) = (30, 6);

/// The parts of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Counts, link, clock.
    pub header: Rect,
    /// The panes in view, each with its frame.
    pub panes: Vec<(View, Rect)>,
    /// Hints and messages.
    pub footer: Rect,
}

/// The layout of a screen; `None` when there is room for one line only. `sites` is whether anything is hosted.
pub fn layout(
    screen: Rect,
    view: View,
    focus: View,
    views: &[View],
    sites: bool,
) -> Option<Layout> {
    if screen.width < LEAST.0 || screen.height < LEAST.1 {
        return None;
    }
    let head = if screen.width < NARROW { 2 } else { 1 };
    let header = Rect {
        height: head,
        ..screen
    };
    let footer = Rect {
        y: screen.bottom() - 1,
        height: 1,
        ..screen
    };
    let body = Rect {
        y: screen.y + head,
        height: screen.height - head - 1,
        ..screen
    };
    let panes = if view == View::Overview {
        overview(body, screen, focus, views, sites)
    } else {
        vec![(view, body)]
    };
    Some(Layout {
        header,
        panes,
        footer,
    })
}

fn overview(
    body: Rect,
    screen: Rect,
    focus: View,
    views: &[View],
    sites: bool,
) -> Vec<(View, Rect)> {
    if screen.width < NARROW {
        return vec![(focus, body)];
    }
    if screen.width < STACKED {
        return stacked(body, focus);
    }
    let logs = views.contains(&View::Logs);
    let (top, middle) = match (logs, screen.height >= LOW) {
        (true, true) => (
            (body.height * 26 / 100).clamp(if screen.height >= TALL { TEN } else { 8 }, 22),
            (body.height * 30 / 100).clamp(8, 26),
        ),
        _ => (body.height * 45 / 100, body.height - body.height * 45 / 100),
    };
    let [first, second, third] = rows(body, top, middle);
    let left = first.width * 5 / 8;
    let mut panes = vec![
        (
            View::Top,
            Rect {
                width: left,
                ..first
            },
        ),
        (
            View::Nodes,
            Rect {
                x: first.x + left,
                width: first.width - left,
                ..first
            },
        ),
    ];
    if logs && focus == View::Logs && third.height == 0 {
        panes.push((View::Logs, second));
        return panes;
    }
    let own = screen.height >= HIGH && third.height > HOSTING + 6;
    let hosting = matches!(focus, View::Sites | View::Revenue);
    if hosting && !(own && sites) {
        panes.extend(hosted(second));
        panes.extend((third.height > 0).then_some((View::Logs, third)));
        return panes;
    }
    // What is done by itself has the place of what was done, while it has the keys.
    let done = if focus == View::Schedules {
        View::Schedules
    } else {
        View::Runs
    };
    let part = second.width / 3;
    let wide = second.width - 2 * part;
    panes.extend([
        (
            View::Containers,
            Rect {
                width: part,
                ..second
            },
        ),
        (
            View::Services,
            Rect {
                x: second.x + part,
                width: wide,
                ..second
            },
        ),
        (
            done,
            Rect {
                x: second.x + part + wide,
                width: part,
                ..second
            },
        ),
    ]);
    panes.extend(lower(third, own && sites));
    panes
}

/// The logs, and above them what is hosted where that has a row of its own.
fn lower(area: Rect, hosting: bool) -> Vec<(View, Rect)> {
    if area.height == 0 {
        return Vec::new();
    }
    if !hosting {
        return vec![(View::Logs, area)];
    }
    let [row, rest, _] = rows(area, HOSTING, area.height - HOSTING);
    let mut panes = hosted(row).to_vec();
    panes.push((View::Logs, rest));
    panes
}

/// The sites, and what they bring.
fn hosted(row: Rect) -> [(View, Rect); 2] {
    let left = row.width / 2;
    let sites = Rect { width: left, ..row };
    let revenue = Rect {
        x: row.x + left,
        width: row.width - left,
        ..row
    };
    [(View::Sites, sites), (View::Revenue, revenue)]
}

fn rows(body: Rect, top: u16, middle: u16) -> [Rect; 3] {
    let first = Rect {
        height: top,
        ..body
    };
    let second = Rect {
        y: body.y + top,
        height: middle,
        ..body
    };
    let third = Rect {
        y: body.y + top + middle,
        height: body.height - top - middle,
        ..body
    };
    [first, second, third]
}

/// Two panes: the ten, and the one with the keys, else the nodes.
fn stacked(body: Rect, focus: View) -> Vec<(View, Rect)> {
    if body.height < 14 {
        return vec![(focus, body)];
    }
    let second = if focus == View::Top {
        View::Nodes
    } else {
        focus
    };
    let top = (body.height * 6 / 11).min(body.height - 6);
    let [first, rest, _] = rows(body, top, body.height - top);
    vec![(View::Top, first), (second, rest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEWS: [View; 9] = [
        View::Top,
        View::Nodes,
        View::Containers,
        View::Services,
        View::Runs,
        View::Logs,
        View::Sites,
        View::Revenue,
        View::Schedules,
    ];

    fn panes(width: u16, height: u16, focus: View) -> Vec<(View, Rect)> {
        panes_with(width, height, focus, false)
    }

    fn panes_with(width: u16, height: u16, focus: View, sites: bool) -> Vec<(View, Rect)> {
        layout(
            Rect::new(0, 0, width, height),
            View::Overview,
            focus,
            &VIEWS,
            sites,
        )
        .map(|layout| layout.panes)
        .unwrap_or_default()
    }

    #[test]
    fn the_target_picture() {
        let panes = panes(160, 48, View::Top);
        assert_eq!(panes[0], (View::Top, Rect::new(0, 1, 100, 13)));
        assert_eq!(panes[1], (View::Nodes, Rect::new(100, 1, 60, 13)));
        assert_eq!(panes[5].0, View::Logs);
    }

    #[test]
    fn what_is_hosted_has_a_row_where_there_is_room() {
        for (width, height) in [(120, 40), (160, 48)] {
            let panes = panes_with(width, height, View::Top, true);
            let views: Vec<View> = panes.iter().map(|(view, _)| *view).collect();
            assert_eq!(
                views[5..],
                [View::Sites, View::Revenue, View::Logs],
                "{width}x{height}"
            );
        }
        let small = panes_with(120, 30, View::Top, true);
        assert!(small.iter().all(|(view, _)| *view != View::Sites));
    }

    #[test]
    fn small_screens_show_fewer_panes_and_never_none() {
        assert_eq!(
            panes(80, 24, View::Top)
                .iter()
                .map(|(view, _)| *view)
                .collect::<Vec<_>>(),
            [View::Top, View::Nodes]
        );
        assert_eq!(
            panes(80, 24, View::Runs)
                .iter()
                .map(|(view, _)| *view)
                .collect::<Vec<_>>(),
            [View::Top, View::Runs]
        );
        assert_eq!(panes(60, 20, View::Services).len(), 1);
        assert!(panes(29, 20, View::Services).is_empty(), "one line");
    }

    #[test]
    fn panes_fill_the_body_without_overlap_at_every_size() {
        for width in 30..260 {
            for height in 6..90 {
                for (focus, sites) in VIEWS
                    .into_iter()
                    .flat_map(|view| [(view, false), (view, true)])
                {
                    let panes = panes_with(width, height, focus, sites);
                    let head = if width < NARROW { 2 } else { 1 };
                    let filled: u32 = panes.iter().map(|(_, area)| area.area()).sum();
                    assert_eq!(
                        filled,
                        u32::from(width) * u32::from(height - head - 1),
                        "{width}x{height} {focus:?}"
                    );
                    assert!(
                        panes.iter().any(|(view, _)| *view == focus),
                        "{width}x{height} {focus:?} is not in view"
                    );
                }
            }
        }
    }
}
