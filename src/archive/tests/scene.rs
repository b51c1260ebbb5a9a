//! A folder for releases among others that nothing may touch.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{ArchiveError, Limits, Release, read_zip};

/// The releases lie three folders deep, so that `..` has somewhere to go.
pub(super) struct Scene {
    outer: TempDir,
}

impl Scene {
    pub(super) fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir_all(outer.path().join("a/b")).unwrap();
        fs::write(outer.path().join("a/neighbour"), "untouched").unwrap();
        Self { outer }
    }

    pub(super) fn releases(&self) -> PathBuf {
        self.outer.path().join("a/b/releases")
    }

    pub(super) fn read(&self, bytes: &[u8]) -> Result<Release, ArchiveError> {
        self.read_within(bytes, &Limits::default())
    }

    pub(super) fn read_within(
        &self,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Release, ArchiveError> {
        read_zip(Cursor::new(bytes), limits, &self.releases())
    }

    /// Everything but the releases: path, type and mode, content.
    pub(super) fn outside(&self) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let mut found = BTreeMap::new();
        all(self.outer.path(), &self.releases(), &mut found);
        found
    }

    /// How many things lie in the folder of the releases.
    pub(super) fn left(&self) -> usize {
        fs::read_dir(self.releases()).map_or(0, Iterator::count)
    }

    /// The files of a release by their paths, as they lie on the disk.
    pub(super) fn files(release: &Release) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        all(&release.root, Path::new(""), &mut found);
        found
            .into_iter()
            .filter(|(_, (mode, _))| mode & 0o170_000 == 0o100_000)
            .map(|(path, (mode, content))| {
                assert_eq!(mode & 0o7777, 0o600, "{}", path.display());
                let path = path.strip_prefix(&release.root).unwrap();
                (path.to_str().unwrap().to_owned(), content)
            })
            .collect()
    }
}

fn all(folder: &Path, except: &Path, found: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path == except {
            continue;
        }
        let data = path.symlink_metadata().unwrap();
        let content = if data.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        found.insert(path.clone(), (data.mode(), content));
        if data.is_dir() {
            all(&path, except, found);
        }
    }
}
