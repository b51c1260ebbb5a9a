//! What of an upload becomes a release, and where it lies in it.

use crate::path::EntryPath;
use crate::{ArchiveError, Fault};

/// A file that is to be in the release.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Planned<T> {
    /// Where it lies in the upload.
    pub(crate) given: EntryPath,
    /// Where it is to lie in the release.
    pub(crate) path: EntryPath,
    /// Where its content is.
    pub(crate) from: T,
}

/// Folders of `WordPress` itself: alone at the top they are the site, not a folder around it.
const PART_OF_A_SITE: [&str; 3] = ["wp-content", "wp-includes", "wp-admin"];

/// Drops what tools leave, and the one folder around everything when there is one.
pub(crate) fn plan<T>(files: Vec<(EntryPath, T)>) -> Result<Vec<Planned<T>>, ArchiveError> {
    let kept: Vec<(EntryPath, T)> = files
        .into_iter()
        .filter(|(path, _)| !path.is_left_by_tools())
        .collect();
    let first = kept.first().ok_or(Fault::Nothing)?.0.top();
    let around = first.is_some_and(|top| !PART_OF_A_SITE.contains(&top))
        && kept.iter().all(|(path, _)| path.top() == first);
    let planned = kept.into_iter().map(|(given, from)| Planned {
        path: if around {
            given.without_top()
        } else {
            given.clone()
        },
        given,
        from,
    });
    Ok(planned.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn planned(paths: &[&str]) -> Vec<String> {
        let files = paths
            .iter()
            .map(|path| EntryPath::new(path.as_bytes(), &Limits::default()))
            .map(|path| (path.unwrap(), ()));
        plan(files.collect())
            .map(|planned| planned.iter().map(|file| file.path.to_string()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn one_folder_around_everything_is_taken_off_once() {
        assert_eq!(planned(&["s/a", "s/b/c"]), ["a", "b/c"]);
        assert_eq!(planned(&["s/t/a", "s/t/b"]), ["t/a", "t/b"]);
        assert_eq!(planned(&["s/a", "t/b"]), ["s/a", "t/b"]);
        assert_eq!(planned(&["s/a", "b"]), ["s/a", "b"]);
        assert_eq!(planned(&["a"]), ["a"]);
        assert_eq!(planned(&["wp-content/a"]), ["wp-content/a"]);
    }

    #[test]
    fn what_tools_leave_is_no_part_and_no_neighbour() {
        assert_eq!(planned(&["s/a", "__MACOSX/s/._a", ".DS_Store"]), ["a"]);
        assert_eq!(planned(&["a", ".git/config"]), ["a"]);
        assert!(planned(&["__MACOSX/._a"]).is_empty());
        assert!(planned(&[]).is_empty());
    }
}
