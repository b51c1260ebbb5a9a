//! Folders for paths that are typed: the names that may come next.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use vocab::Text;

use crate::dialogs::Listing;

/// The most names of a folder; nobody reads more, and no folder is to cost more.
const MOST: usize = 2000;

/// Lists a folder as it was typed: `~/` is the home, nothing is where the console was started. Only folders and zip
/// archives, and only names that can be typed as they are shown.
pub fn list(typed: String) -> Listing {
    let folder = meant(&typed, std::env::var_os("HOME"));
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let names = names(&folder)
        .map_err(|error| Text::line(format!("{} cannot be read: {error}", folder.display())));
    Listing {
        typed,
        folder,
        names,
    }
}

fn meant(typed: &str, home: Option<OsString>) -> PathBuf {
    match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ if typed.is_empty() => PathBuf::from("."),
        _ => PathBuf::from(typed),
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(MOST) {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if Text::line(&name) != *name {
            continue;
        }
        // What a link leads to is what counts; one that leads nowhere is left out.
        let Ok(kind) = std::fs::metadata(entry.path()) else {
            continue;
        };
        if kind.is_dir() {
            names.push(format!("{name}/"));
        } else if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_archives_are_listed_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("wheelhouse-list-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("site")).unwrap();
        for name in ["b.ZIP", "notes.txt", "bad\u{1b}[2J.zip"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let typed = format!("{}/", folder.display());
        let listing = list(typed.clone());
        assert_eq!(listing.names.unwrap(), ["b.ZIP", "site/"]);
        assert_eq!(listing.typed, typed);
        std::fs::remove_dir_all(&folder).unwrap();
        let gone = list(typed).names.unwrap_err();
        assert!(gone.contains("cannot be read"), "{gone}");
    }

    #[test]
    fn the_home_and_the_start_have_short_names() {
        let home = || Some(OsString::from("/home/op"));
        assert_eq!(meant("~/sites/", home()), Path::new("/home/op/sites/"));
        assert_eq!(meant("~/sites/", None), Path::new("~/sites/"));
        assert_eq!(meant("", home()), Path::new("."));
        assert_eq!(meant("/srv/", home()), Path::new("/srv/"));
    }
}
