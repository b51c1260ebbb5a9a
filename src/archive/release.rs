//! A release: files on this machine under a name that is made of their content.

use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use vocab::{Bytes, ReleaseId, SiteKind};

/// The files of a site at one time. Folders in which no file lies are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The first 64 bits of the SHA-256 over all paths, lengths and hashes: the same files have the same id.
    pub id: ReleaseId,
    /// The files, in the order of their paths' bytes.
    pub files: Vec<ReleaseFile>,
    /// The bytes of all files.
    pub bytes: Bytes,
    /// The folder with the files, for the owner alone; its name is the id.
    pub root: PathBuf,
    /// What the files look like, when they look like something.
    pub hint: Option<SiteKind>,
}

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFile {
    /// Where it lies below the root: relative, `/` between the parts, checked.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its content.
    pub sha256: [u8; 32],
}

impl Release {
    /// Of files that lie, or are to lie, in a folder of the id's name beside the other releases.
    pub(crate) fn new(mut files: Vec<ReleaseFile>, releases: &std::path::Path) -> Self {
        let id = identify(&mut files);
        Self {
            bytes: Bytes(files.iter().map(|file| file.bytes).sum()),
            hint: hint(&files),
            root: releases.join(id.to_string()),
            id,
            files,
        }
    }
}

/// The id that these files have as a release; puts them in order.
pub(crate) fn identify(files: &mut [ReleaseFile]) -> ReleaseId {
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    id(files)
}

/// The hash over `path NUL length NUL hash` of every file, length in decimal and hash in hexadecimal digits. No path has a
/// NUL, and a hash has 64 digits: two lists of files never make the same text.
fn id(files: &[ReleaseFile]) -> ReleaseId {
    let mut hash = Sha256::new();
    let mut tail = String::new();
    for file in files {
        tail.clear();
        // Writing to a string does not fail.
        let _ = write!(tail, "\0{}\0", file.bytes);
        for byte in file.sha256 {
            let _ = write!(tail, "{byte:02x}");
        }
        hash.update(file.path.as_bytes());
        hash.update(tail.as_bytes());
    }
    ReleaseId::of_digest(&hash.finalize().into())
}

/// By the files that each kind cannot do without. Who uploads has the last word.
fn hint(files: &[ReleaseFile]) -> Option<SiteKind> {
    let file = |name: &str| files.iter().any(|file| file.path == name);
    let folder = |name: &str| files.iter().any(|file| file.path.starts_with(name));
    if file("wp-config.php") || file("wp-load.php") || folder("wp-content/") {
        Some(SiteKind::WordPress)
    } else if file("package.json") {
        Some(SiteKind::Node)
    } else if file("index.html") || file("index.htm") {
        Some(SiteKind::Static)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn release(paths: &[&str]) -> Release {
        let files = paths.iter().map(|path| ReleaseFile {
            path: (*path).to_owned(),
            bytes: 3,
            sha256: [7; 32],
        });
        Release::new(files.collect(), Path::new("/releases"))
    }

    #[test]
    fn the_id_depends_on_the_files_and_on_nothing_else() {
        let one = release(&["a", "b/c"]);
        assert_eq!(one, release(&["b/c", "a"]), "not on their order");
        assert_eq!(one.root, Path::new("/releases").join(one.id.to_string()));
        assert_eq!(one.bytes, Bytes(6));
        assert_ne!(one.id, release(&["a", "b/d"]).id);
        assert_ne!(one.id, release(&["a"]).id);
        let mut longer = one.files.clone();
        longer[0].bytes = 4;
        assert_ne!(one.id, id(&longer));
        let mut other = one.files.clone();
        other[0].sha256 = [8; 32];
        assert_ne!(one.id, id(&other));
        // Known for good: ids are in journals and on servers.
        assert_eq!(release(&["a"]).id.to_string(), "de723fe527cc2a06");
    }

    #[test]
    fn the_files_say_what_a_site_is() {
        for (paths, kind) in [
            (&["index.html", "a.css"][..], Some(SiteKind::Static)),
            (&["index.htm"], Some(SiteKind::Static)),
            (&["index.html", "package.json"], Some(SiteKind::Node)),
            (&["wp-content/x", "package.json"], Some(SiteKind::WordPress)),
            (&["wp-config.php", "index.html"], Some(SiteKind::WordPress)),
            (&["docs/index.html"], None),
        ] {
            assert_eq!(release(paths).hint, kind, "{paths:?}");
        }
    }
}
