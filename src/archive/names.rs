//! Keeps the paths of one upload apart: on every file system, not only on ours.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::Fault;
use crate::error::shown;
use crate::path::EntryPath;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A file.
    File,
    /// A folder, by an entry of its own or because something lies in it.
    Folder,
}

/// The paths so far, by the form in which a file system without case and accents' order would compare them.
#[derive(Default)]
pub(crate) struct Names {
    known: HashMap<String, Known>,
}

struct Known {
    path: String,
    sort: Sort,
    /// Whether it had an entry of its own.
    listed: bool,
}

impl Names {
    /// Takes a path in, with the folders it lies in. A folder may be implied often and listed once.
    pub(crate) fn add(&mut self, path: &EntryPath, sort: Sort) -> Result<(), Fault> {
        let text = path.as_str();
        for (end, _) in text.match_indices('/') {
            self.one(&text[..end], Sort::Folder, false)?;
        }
        self.one(text, sort, true)
    }

    fn one(&mut self, path: &str, sort: Sort, listed: bool) -> Result<(), Fault> {
        let Some(known) = self.known.get_mut(&folded(path)) else {
            let path = path.to_owned();
            let known = Known { path, sort, listed };
            self.known.insert(folded(&known.path), known);
            return Ok(());
        };
        if known.path != path {
            return Err(Fault::Clash(shown(&known.path)));
        }
        if known.listed && listed {
            return Err(Fault::Twice);
        }
        if known.sort != sort {
            return Err(Fault::FileAndFolder(shown(&known.path)));
        }
        known.listed |= listed;
        Ok(())
    }
}

/// How macOS and Windows compare, at least: composed, without case. Upper case first, so that letters with two lower
/// cases (`ſ`, `ς`) and the Kelvin sign meet.
fn folded(path: &str) -> String {
    let upper: String = path.nfc().flat_map(char::to_uppercase).collect();
    upper.to_lowercase().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn add(names: &mut Names, path: &str, sort: Sort) -> Result<(), Fault> {
        names.add(&EntryPath::new(path.as_bytes(), &Limits::default())?, sort)
    }

    fn both(one: (&str, Sort), two: (&str, Sort)) -> Result<(), Fault> {
        let mut names = Names::default();
        add(&mut names, one.0, one.1)?;
        add(&mut names, two.0, two.1)
    }

    #[test]
    fn the_same_path_on_any_system_is_refused() {
        let file = |path| (path, Sort::File);
        let folder = |path| (path, Sort::Folder);
        assert_eq!(both(file("a"), file("a")), Err(Fault::Twice));
        assert_eq!(both(folder("a"), folder("a")), Err(Fault::Twice));
        assert_eq!(both(file("a"), folder("a")), Err(Fault::Twice));
        for (one, two) in [
            ("a", "A"),
            ("x/a", "X/b"),
            ("stra\u{df}e", "STRASSE"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("\u{212a}", "k"),
            ("\u{3c3}", "\u{3c2}"),
            ("\u{17f}", "S"),
        ] {
            assert!(
                matches!(both(file(one), file(two)), Err(Fault::Clash(_))),
                "{one} {two}"
            );
        }
        for (one, two) in [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b")] {
            let fault = both(file(one), file(two));
            assert!(matches!(fault, Err(Fault::FileAndFolder(_))), "{one} {two}");
        }
    }

    #[test]
    fn folders_may_be_listed_before_and_after_what_is_in_them() {
        assert_eq!(both(("a", Sort::Folder), ("a/b", Sort::File)), Ok(()));
        assert_eq!(both(("a/b", Sort::File), ("a", Sort::Folder)), Ok(()));
        assert_eq!(both(("a/b", Sort::File), ("a/c", Sort::File)), Ok(()));
    }
}
