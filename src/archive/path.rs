//! Paths within a release: checked once, where they enter, so that no later code has to doubt them.

use std::fmt;

use crate::{Fault, Limits};

/// A relative path of UTF-8 with `/` between its parts, none of which is empty, `.`, `..`, a device's name on Windows,
/// or anything that another system would read differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryPath(String);

impl EntryPath {
    /// Checks a path from outside, without the `/` that a folder's entry ends in.
    pub(crate) fn new(raw: &[u8], limits: &Limits) -> Result<Self, Fault> {
        if raw.len() > limits.path {
            return Err(Fault::LongPath(limits.path));
        }
        let text = std::str::from_utf8(raw).map_err(|_| Fault::NotUtf8)?;
        if text.starts_with('/') {
            return Err(Fault::Absolute);
        }
        if text.chars().any(char::is_control) {
            return Err(Fault::Control);
        }
        if text.contains('\\') {
            return Err(Fault::Backslash);
        }
        if text.contains(':') {
            return Err(Fault::Colon);
        }
        for (depth, part) in text.split('/').enumerate() {
            if depth >= limits.depth {
                return Err(Fault::Deep(limits.depth));
            }
            check_part(part, limits.name)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The whole path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts, from the outermost folder to the name.
    fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The last part.
    pub(crate) fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The outermost folder, when there is one.
    pub(crate) fn top(&self) -> Option<&str> {
        self.0.split_once('/').map(|(top, _)| top)
    }

    /// Without its outermost folder; the same when there is none.
    pub(crate) fn without_top(&self) -> Self {
        match self.0.split_once('/') {
            Some((_, rest)) => Self(rest.to_owned()),
            None => self.clone(),
        }
    }

    /// Whether it is what systems and tools leave in folders beside what people put there: Finder's and Explorer's
    /// notes, and the history of git, which must never be served.
    pub(crate) fn is_left_by_tools(&self) -> bool {
        self.parts().any(|part| {
            matches!(
                part,
                "__MACOSX" | ".DS_Store" | ".git" | "Thumbs.db" | "desktop.ini"
            ) || part.starts_with("._")
        })
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn check_part(part: &str, longest: usize) -> Result<(), Fault> {
    match part {
        "" | "." => return Err(Fault::EmptyPart),
        ".." => return Err(Fault::Climbs),
        _ => {}
    }
    if part.len() > longest {
        return Err(Fault::LongName(longest));
    }
    if part.ends_with(['.', ' ']) {
        return Err(Fault::DroppedEnd);
    }
    if is_device(part) {
        return Err(Fault::Reserved(crate::error::shown(part)));
    }
    Ok(())
}

/// Whether Windows takes it for a device, with or without an extension
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end_matches(' ');
    let upper = stem.to_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&upper.as_str()) {
        return true;
    }
    let numbered = upper
        .strip_prefix("COM")
        .or_else(|| upper.strip_prefix("LPT"));
    // The superscripts are digits to Windows, for reasons of code page 437.
    numbered.is_some_and(|rest| {
        let mut chars = rest.chars();
        matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³')) && chars.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str) -> Result<EntryPath, Fault> {
        EntryPath::new(raw.as_bytes(), &Limits::default())
    }

    #[test]
    fn plain_paths_pass_unchanged() {
        for good in [
            "index.html",
            "a/b/c.css",
            "über/ünï.html",
            "..a",
            "a..b",
            "...x",
            ".well-known/security.txt",
            "console.js",
            "com10.txt",
            "communication",
            "auxiliary/x",
            "a b/c d.txt",
            "日本/語.html",
            "page?x=1",
        ] {
            assert_eq!(check(good).as_ref().map(EntryPath::as_str), Ok(good));
        }
        assert!(check(&["d"; 20].join("/")).is_ok());
        assert!(check(&"n".repeat(255)).is_ok());
    }

    #[test]
    fn what_another_system_reads_differently_is_refused() {
        for (bad, fault) in [
            ("", Fault::EmptyPart),
            ("./a", Fault::EmptyPart),
            ("a//b", Fault::EmptyPart),
            ("a/.", Fault::EmptyPart),
            ("/etc/passwd", Fault::Absolute),
            ("//server/share", Fault::Absolute),
            ("../a", Fault::Climbs),
            ("a/../../b", Fault::Climbs),
            ("a/..", Fault::Climbs),
            ("..\\a", Fault::Backslash),
            ("\\\\server\\share", Fault::Backslash),
            ("C:/a", Fault::Colon),
            ("a.txt:stream", Fault::Colon),
            ("a\0b", Fault::Control),
            ("a\u{85}b", Fault::Control),
            ("a\n", Fault::Control),
            ("a./b", Fault::DroppedEnd),
            ("a ", Fault::DroppedEnd),
            ("...", Fault::DroppedEnd),
        ] {
            assert_eq!(check(bad), Err(fault), "{bad:?}");
        }
        for device in [
            "CON",
            "nul",
            "aux.txt",
            "a/Com1.js/b",
            "lpt³",
            "con .x",
            "conin$",
        ] {
            assert!(matches!(check(device), Err(Fault::Reserved(_))), "{device}");
        }
        assert_eq!(check(&["d"; 21].join("/")), Err(Fault::Deep(20)));
        assert_eq!(check(&"n".repeat(256)), Err(Fault::LongName(255)));
        assert_eq!(
            check(&["dddddddddd"; 100].join("/")),
            Err(Fault::LongPath(1024))
        );
        let limits = Limits::default();
        assert_eq!(EntryPath::new(b"a\xff", &limits), Err(Fault::NotUtf8));
    }

    #[test]
    fn what_tools_leave_is_known_anywhere() {
        for left in [
            "__MACOSX/a/._b",
            "a/.DS_Store",
            ".git/HEAD",
            "a/.git/x",
            "a/._b",
        ] {
            assert!(
                check(left).is_ok_and(|path| path.is_left_by_tools()),
                "{left}"
            );
        }
        for kept in [".github/x", ".htaccess", "_redirects", "git/x"] {
            assert!(
                check(kept).is_ok_and(|path| !path.is_left_by_tools()),
                "{kept}"
            );
        }
    }
}
