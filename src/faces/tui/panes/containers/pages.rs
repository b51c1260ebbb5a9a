//! Pages of a container that an inspection fills.

use ratatui::text::Line;
use ui::widgets::Pairs;
use ui::widgets::text::wrap;
use ui::{Look, Role, Seen};
use vocab::{ContainerDetails, Protocol};
use world::TrackedContainer;

use super::super::shared::age;

fn details(tracked: &TrackedContainer) -> Option<&ContainerDetails> {
    tracked.details.as_deref()
}

fn waiting(look: &Look<'_>) -> Vec<Line<'static>> {
    remark(
        look,
        "the engine is being asked; it is inspected only while this page is open",
    )
}

fn remark(look: &Look<'_>, text: &str) -> Vec<Line<'static>> {
    vec![Line::from(look.styles.ink(Role::Dim, text.to_owned()))]
}

/// The environment, secrets masked where they entered.
pub fn environment(tracked: &TrackedContainer, look: &Look<'_>) -> Vec<Line<'static>> {
    let Some(details) = details(tracked) else {
        return waiting(look);
    };
    if details.environment.is_empty() {
        return remark(look, "no variable is set");
    }
    let width = details
        .environment
        .iter()
        .map(|variable| variable.name.width())
        .max()
        .unwrap_or(0)
        .min(32);
    let mut pairs = Pairs::new(look.styles, width);
    for variable in &details.environment {
        pairs.text(&variable.name, &variable.value);
    }
    pairs.lines()
}

/// Mounts.
pub fn mounts(tracked: &TrackedContainer, look: &Look<'_>) -> Vec<Line<'static>> {
    let Some(details) = details(tracked) else {
        return waiting(look);
    };
    if details.mounts.is_empty() {
        return remark(look, "nothing is mounted; what it writes is lost with it");
    }
    let styles = look.styles;
    details
        .mounts
        .iter()
        .flat_map(|mount| {
            let access = if mount.read_only {
                "read only"
            } else {
                "read and write"
            };
            [
                Line::from(vec![
                    styles.ink(Role::Dim, format!("{:<7} ", mount.kind)),
                    styles.ink(Role::Text, mount.target.to_string()),
                    styles.ink(Role::Dim, format!("  {access}")),
                ]),
                Line::from(styles.ink(Role::Dim, format!("        from {}", mount.source))),
            ]
        })
        .collect()
}

/// Networks and ports.
pub fn network(tracked: &TrackedContainer, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let mut pairs = Pairs::new(styles, 20);
    pairs.heading("ports");
    if tracked.container.ports.is_empty() {
        pairs.line("", vec![styles.ink(Role::Dim, "none published or exposed")]);
    }
    for port in &tracked.container.ports {
        let protocol = match port.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        };
        let inside = format!("{}/{protocol}", port.private);
        match port.public {
            Some(public) => {
                let address = port
                    .address
                    .as_ref()
                    .map_or("*", |address| address.as_str());
                let open = matches!(address, "0.0.0.0" | "::" | "*");
                pairs.noted(
                    &inside,
                    format!("{address}:{public}"),
                    if open {
                        "on every address of the node"
                    } else {
                        ""
                    },
                );
            }
            None => {
                pairs.line(
                    &inside,
                    vec![styles.ink(Role::Dim, "exposed, not published")],
                );
            }
        }
    }
    pairs.gap().heading("networks");
    match details(tracked) {
        None => pairs.line("", vec![styles.ink(Role::Dim, "the engine is being asked")]),
        Some(details) => {
            for attachment in &details.networks {
                pairs.text(&attachment.network, &attachment.address);
            }
            &mut pairs
        }
    };
    pairs.lines()
}

/// The last answers of its health check, the newest first.
pub fn health(
    tracked: &TrackedContainer,
    seen: Seen<'_>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(details) = details(tracked) else {
        return waiting(look);
    };
    if details.health_log.is_empty() {
        return remark(look, "it has no health check, or the check has not run yet");
    }
    let mut lines = Vec::new();
    for check in details.health_log.iter().rev() {
        let (role, glyph) = if check.exit_code == 0 {
            (Role::Ok, "●")
        } else {
            (Role::Bad, "○")
        };
        let when = check.at.map_or_else(
            || "--".to_owned(),
            |at| format!("{} ago", age(seen.now, at)),
        );
        lines.push(Line::from(vec![
            styles.ink(role, format!("{glyph} exit {}", check.exit_code)),
            styles.ink(Role::Dim, format!("  {when}")),
        ]));
        lines.extend(
            wrap(&check.output, width.saturating_sub(4))
                .into_iter()
                .map(|line| Line::from(styles.ink(Role::Text, format!("  {line}")))),
        );
    }
    lines
}

/// Labels.
pub fn labels(tracked: &TrackedContainer, look: &Look<'_>) -> Vec<Line<'static>> {
    let Some(details) = details(tracked) else {
        return waiting(look);
    };
    if details.labels.is_empty() {
        return remark(look, "no label is set");
    }
    let width = details
        .labels
        .keys()
        .map(vocab::Text::width)
        .max()
        .unwrap_or(0)
        .min(44);
    let mut pairs = Pairs::new(look.styles, width);
    for (name, value) in &details.labels {
        pairs.text(name, value);
    }
    pairs.lines()
}

/// The whole inspection as JSON.
pub fn inspect(tracked: &TrackedContainer, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(details) = details(tracked) else {
        return waiting(look);
    };
    let line = |text: &str| match text.split_once("\": ") {
        Some((name, value)) => Line::from(vec![
            styles.ink(Role::Dim, format!("{name}\": ")),
            styles.ink(Role::Text, value.to_owned()),
        ]),
        None => Line::from(styles.ink(Role::Text, text.to_owned())),
    };
    details.inspect.lines().map(line).collect()
}
