//! Kept releases as lines, for a site's detail and for choosing among them.

use ratatui::text::{Line, Span as Ink};
use ui::{Role, Seen, Styles};
use vocab::Bytes;
use world::{Release, Site};

use crate::words::age;

/// The first digits of a release's id: enough to tell those of a site apart.
pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// What stands above the lines.
pub fn heading(styles: &Styles) -> Line<'static> {
    let words = format!(
        "{:<11}{:>5}{:>8}{:>8}  {}",
        "release", "age", "files", "size", "from"
    );
    Line::from(styles.ink(Role::Header, words))
}

/// A release of a site: whether it is served, its age, its size and where it came from.
pub fn line(release: &Release, site: &Site, seen: Seen<'_>, styles: &Styles) -> Vec<Ink<'static>> {
    let served = release.id == site.current;
    let (glyph, role) = if served {
        ("●", Role::Ok)
    } else {
        ("·", Role::Dim)
    };
    let name = if served { Role::Strong } else { Role::Text };
    let mut line = vec![
        styles.ink(role, glyph),
        styles.ink(name, format!(" {:<9}", short(release.id.as_str()))),
        styles.ink(
            Role::Text,
            format!(
                "{:>5}{:>8}{:>8}",
                age(seen.now, release.at),
                release.files,
                Bytes(release.bytes).to_string()
            ),
        ),
        styles.ink(Role::Dim, format!("  {}", release.source)),
    ];
    let current = site.releases.iter().find(|kept| kept.id == site.current);
    if let Some(schema) = &release.schema {
        // The database does not go back with the files.
        let is_other = current.is_some_and(|current| current.schema.as_ref() != Some(schema));
        let role = if is_other { Role::Warn } else { Role::Dim };
        line.push(styles.ink(role, format!("  schema {schema}")));
    }
    if served {
        line.push(styles.ink(Role::Ok, "  served"));
    }
    line
}
