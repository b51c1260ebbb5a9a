//! WireGuard: the peers of a node, and the fleet's matrix of who hears whom.

use ratatui::text::Line;
use ui::widgets::fit;
use ui::{Look, Role, Seen};
use vocab::{Mesh, Peer, Span, Text, Time};
use world::Node;

use super::super::shared::age;

/// WireGuard makes a new handshake at most this long after the last while there is traffic (protocol paper, §6.5:
/// Rekey-After-Time 120 s plus its timeouts).
const ALIVE: Span = Span::seconds(180);

/// How a peer does.
fn state(peer: &Peer, now: Time) -> (Role, &'static str, String) {
    match peer.handshake {
        None => (Role::Bad, "○", "never".to_owned()),
        Some(at) if now.since(at) < ALIVE => (Role::Ok, "●", age(now, at)),
        // Without a keepalive a peer that has nothing to say makes no handshake: that is not known to be bad.
        Some(at) if peer.keepalive.is_none() => {
            (Role::Unknown, "◌", format!("idle {}", age(now, at)))
        }
        Some(at) => (Role::Bad, "○", age(now, at)),
    }
}

/// The peers of a node.
pub fn peers(node: &Node, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let Some(mesh) = &node.mesh else {
        return vec![Line::from(styles.ink(
            Role::Dim,
            "no WireGuard interface was found, or `wg` may not be run by this user",
        ))];
    };
    if mesh.fresh(seen.now).is_none() {
        let text = format!(
            "last read {} ago: too old to say who answers",
            age(seen.now, mesh.at)
        );
        return vec![Line::from(styles.ink(Role::Stale, text))];
    }
    let mut lines = vec![Line::from(styles.ink(
        Role::Header,
        format!(
            "  {:<14} {:<10} {:>9}  {:>6} {:>6}  {:<22} allowed",
            "peer", "interface", "handshake", "in", "out", "endpoint"
        ),
    ))];
    for peer in &mesh.value.peers {
        let (role, glyph, words) = state(peer, seen.now);
        let endpoint = peer.endpoint.as_ref().map_or("–", Text::as_str);
        lines.push(Line::from(vec![
            styles.ink(role, format!("{glyph} ")),
            styles.ink(
                Role::Text,
                format!("{:<14} ", fit(&owner(seen, &peer.public_key), 14)),
            ),
            styles.ink(Role::Dim, format!("{:<10} ", fit(&peer.interface, 10))),
            styles.ink(role, format!("{words:>9}  ")),
            styles.ink(
                Role::Text,
                format!(
                    "{:>6} {:>6}  ",
                    peer.received.to_string(),
                    peer.sent.to_string()
                ),
            ),
            styles.ink(
                Role::Dim,
                format!("{:<22} {}", fit(endpoint, 22), peer.allowed),
            ),
        ]));
    }
    lines
}

/// Whose key it is: a node's name, else the key's beginning.
fn owner(seen: Seen<'_>, key: &Text) -> String {
    let mine = |mesh: &Mesh| mesh.interfaces.iter().any(|(_, own)| own == key);
    let found = seen
        .world
        .nodes
        .values()
        .find(|node| node.mesh.as_ref().is_some_and(|mesh| mine(&mesh.value)));
    found.map_or_else(
        || key.chars().take(10).collect(),
        |node| node.name().to_string(),
    )
}

/// Who has heard whom: rows look at columns.
pub fn matrix(seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let nodes: Vec<&Node> = seen.world.nodes.values().collect();
    if nodes.iter().all(|node| node.mesh.is_none()) {
        return vec![
            Line::from(styles.ink(Role::Text, "No node has told of a WireGuard interface.")),
            Line::from(styles.ink(Role::Dim, "They are read where `wg show all dump` can be run by the login user or through sudo -n.")),
        ];
    }
    let name = nodes
        .iter()
        .map(|node| node.name().as_str().len())
        .max()
        .unwrap_or(4)
        .min(16);
    let mut head = vec![styles.ink(Role::Header, format!("{:<name$}  ", "hears"))];
    head.extend(nodes.iter().map(|node| {
        styles.ink(
            Role::Header,
            format!("{:<9} ", fit(node.name().as_str(), 9)),
        )
    }));
    let mut lines = vec![Line::from(head)];
    for from in &nodes {
        let mut line = vec![styles.ink(
            Role::Text,
            format!("{:<name$}  ", fit(from.name().as_str(), name)),
        )];
        for to in &nodes {
            let (role, words) = link(from, to, seen);
            line.push(styles.ink(role, format!("{words:<9} ")));
        }
        lines.push(Line::from(line));
    }
    lines.push(Line::default());
    lines.push(Line::from(styles.ink(
        Role::Dim,
        "● handshake within 3 m   ◌ idle, not known   ○ no handshake   · no such peer",
    )));
    lines
}

fn link(from: &Node, to: &Node, seen: Seen<'_>) -> (Role, String) {
    if from.name() == to.name() {
        return (Role::Faint, "–".to_owned());
    }
    let Some(mesh) = from.mesh.as_ref().and_then(|mesh| mesh.fresh(seen.now)) else {
        return (Role::Unknown, "◌ unseen".to_owned());
    };
    let keys: Vec<&Text> = to
        .mesh
        .iter()
        .flat_map(|mesh| mesh.value.interfaces.iter().map(|(_, key)| key))
        .collect();
    match mesh
        .peers
        .iter()
        .find(|peer| keys.contains(&&peer.public_key))
    {
        None => (Role::Faint, "·".to_owned()),
        Some(peer) => {
            let (role, glyph, words) = state(peer, seen.now);
            (role, format!("{glyph} {words}"))
        }
    }
}
