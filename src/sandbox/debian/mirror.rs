//! The Debian mirror that this machine is configured to use.

use std::fs;
use std::path::Path;

/// Debian's own, for a machine without one.
const USUAL: &str = "http://deb.debian.org/debian";

/// The first mirror in apt's sources whose archive is Debian's.
pub fn configured() -> String {
    let apt = Path::new("/etc/apt");
    let lists = fs::read_dir(apt.join("sources.list.d"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    let files = std::iter::once(apt.join("sources.list")).chain(lists);
    files
        .filter_map(|file| fs::read_to_string(file).ok())
        .find_map(|text| of(&text))
        .unwrap_or_else(|| USUAL.to_owned())
}

/// The mirror in a sources file of either form.
fn of(text: &str) -> Option<String> {
    text.lines()
        .filter(|line| line.starts_with("deb ") || line.to_ascii_lowercase().starts_with("uris:"))
        .flat_map(str::split_whitespace)
        .find(|word| word.contains("://") && word.trim_end_matches('/').ends_with("/debian"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let old = "# deb http://old.example.com/debian x main\ndeb [arch=amd64] http://mirror.example.com/debian bookworm main\n";
        assert_eq!(of(old).unwrap(), "http://mirror.example.com/debian");
        let new = "Types: deb\nURIs: https://mirror.example.com/debian/\nSuites: bookworm\n";
        assert_eq!(of(new).unwrap(), "https://mirror.example.com/debian/");
    }

    #[test]
    fn other_archives_are_passed_over() {
        let text = "deb http://security.example.com/debian-security bookworm-security main\n";
        assert_eq!(of(text), None);
    }
}
