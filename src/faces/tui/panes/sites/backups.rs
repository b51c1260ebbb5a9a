//! The backups of a site: how old the newest is, when one was last seen to be whole, and each of them.

use ratatui::text::{Line, Span as Ink};
use ui::widgets::Pairs;
use ui::{Figure, Look, Role, Seen};
use vocab::{Bytes, Time};
use world::query::{Protection, backups_of, protection};
use world::{Backup, Site};

use super::super::shared::age;

fn protected(site: &Site, seen: Seen<'_>) -> Protection {
    protection(seen.world, &site.domain, seen.now)
}

/// `4h ago`, `never`.
fn ago(at: Option<Time>, seen: Seen<'_>) -> String {
    at.map_or_else(
        || "never".to_owned(),
        |at| format!("{} ago", age(seen.now, at)),
    )
}

/// The line of the overview.
pub fn summary(pairs: &mut Pairs<'_>, site: &Site, seen: Seen<'_>, look: &Look<'_>) {
    let found = protected(site, seen);
    let verified = format!("  verified {}", ago(found.verified, seen));
    pairs.line(
        "backup",
        vec![
            newest(found, seen, look),
            look.styles.ink(Role::Dim, verified),
        ],
    );
}

/// The age of the newest, with a word when it is too old.
fn newest(found: Protection, seen: Seen<'_>, look: &Look<'_>) -> Ink<'static> {
    let words = ago(found.newest, seen);
    if found.overdue {
        look.styles.ink(Role::Warn, format!("▲ {words}, overdue"))
    } else if found.newest.is_none() {
        look.styles.ink(Role::Dim, words)
    } else {
        look.styles.ink(Role::Text, words)
    }
}

/// The page.
pub fn page(site: &Site, seen: Seen<'_>, look: &Look<'_>) -> Vec<Line<'static>> {
    let styles = look.styles;
    let found = protected(site, seen);
    let mut pairs = Pairs::new(styles, 10);
    pairs.line("newest", vec![newest(found, seen, look)]);
    let verified = ago(found.verified, seen);
    pairs.noted("verified", verified, "restored and compared, every byte");
    if let Some(rules) = &seen.world.backup_rules {
        let [daily, weekly, monthly] = rules.keep;
        let kept = format!("kept: {daily} daily, {weekly} weekly, {monthly} monthly");
        pairs.noted("every", rules.every, kept);
        if let Some(dumps) = rules.dumps.filter(|_| site.kind.has_database()) {
            let last = ago(found.dumped, seen);
            let late = if found.dump_overdue { ", overdue" } else { "" };
            let kept = format!("the last {last}{late}; kept: 7 days");
            pairs.noted("dumps", dumps, kept);
        }
        pairs.text("place", &rules.place);
    } else {
        let mend = "write [backup] with folder = \"/path\", or [backup.s3], in the fleet file";
        pairs.noted("place", "none", mend);
    }
    pairs.noted("in all", found.bytes, format!("in {} backups", found.count));
    pairs.gap();
    let mut lines = pairs.lines();
    let backups = backups_of(seen.world, &site.domain);
    if backups.is_empty() {
        let text = "none yet: x and then back up makes one";
        lines.push(Line::from(styles.ink(Role::Dim, text)));
        return lines;
    }
    let heading = format!(
        "{:<10}{:<9}{:>5}{:>8}{:>8}{:>7}  {:<9}{}",
        "backup", "what", "age", "size", "files", "took", "release", "verified"
    );
    lines.push(Line::from(styles.ink(Role::Header, heading)));
    lines.extend(backups.iter().map(|backup| row(backup, seen, look)));
    lines
}

fn row(backup: &Backup, seen: Seen<'_>, look: &Look<'_>) -> Line<'static> {
    let styles = look.styles;
    let figures = format!(
        "{:<9}{:>5}{:>8}{:>8}{:>7}  ",
        backup.word(),
        age(seen.now, backup.at),
        backup.bytes().to_string(),
        backup.files,
        backup.took.to_string(),
    );
    let release = backup.release.as_str();
    let verified = match backup.verified {
        Some(_) => styles.ink(Role::Ok, format!("● {}", ago(backup.verified, seen))),
        None => styles.ink(Role::Dim, "· not yet"),
    };
    Line::from(vec![
        styles.ink(Role::Text, format!("{:<10}", backup.id.short())),
        styles.ink(Role::Text, figures),
        styles.ink(
            Role::Dim,
            format!("{:<9}", release.get(..8).unwrap_or(release)),
        ),
        verified,
    ])
}

/// How well it is protected, for "why".
pub fn figures(site: &Site, seen: Seen<'_>) -> Vec<Figure> {
    let found = protected(site, seen);
    let bytes: Bytes = found.bytes;
    vec![
        Figure::new(
            "backup",
            ago(found.newest, seen),
            format!("the newest of {}, {bytes} in all", found.count),
        ),
        Figure::new(
            "verified",
            ago(found.verified, seen),
            "when one was last restored and compared",
        ),
    ]
}
