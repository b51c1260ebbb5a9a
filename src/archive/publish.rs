//! Files are written into a temporary folder, which becomes the release by one rename.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::beneath::Folder;
use crate::copy::{BUFFER, Stopped, copy};
use crate::error::shown;
use crate::path::EntryPath;
use crate::work::Work;
use crate::{ArchiveError, Fault, Release, ReleaseFile};

/// A release that is being written. Dropped, it leaves nothing.
pub(crate) struct Unpacking<'a> {
    releases: &'a Path,
    work: Work,
    tree: Folder,
    files: Vec<ReleaseFile>,
    buffer: Vec<u8>,
}

impl<'a> Unpacking<'a> {
    /// Makes the temporary folder beside the releases.
    pub(crate) fn begin(releases: &'a Path) -> Result<Self, ArchiveError> {
        Self::try_begin(releases).map_err(ArchiveError::disk("cannot make a temporary folder"))
    }

    fn try_begin(releases: &'a Path) -> io::Result<Self> {
        let work = Work::begin(releases)?;
        let tree = work.path().join("tree");
        kit::files::make_private_folder(&tree)?;
        Ok(Self {
            releases,
            tree: Folder::open(&tree)?,
            work,
            files: Vec::new(),
            buffer: vec![0; BUFFER],
        })
    }

    /// Writes one file; answers its length. `may` is asked before each piece is written.
    pub(crate) fn file(
        &mut self,
        path: &EntryPath,
        reader: &mut dyn Read,
        may: &mut dyn FnMut(u64, u64) -> Result<(), Fault>,
    ) -> Result<u64, Stopped> {
        let mut file = self.tree.create(path).map_err(Stopped::Write)?;
        let content = copy(reader, &mut file, &mut self.buffer, may)?;
        self.files.push(ReleaseFile {
            path: path.to_string(),
            bytes: content.bytes,
            sha256: content.sha256,
        });
        Ok(content.bytes)
    }

    /// Gives the files their place. A release that is there already is read and compared, and stays; a damaged one is
    /// replaced. Nothing is forced to the disk: what a power cut takes is found by its hash wherever it is read.
    pub(crate) fn publish(self) -> Result<Release, ArchiveError> {
        let release = Release::new(self.files, self.releases);
        let tree = self.work.path().join("tree");
        let cannot = || ArchiveError::disk("cannot put the release into its place");
        let Err(error) = fs::rename(&tree, &release.root) else {
            return Ok(release);
        };
        if release.root.symlink_metadata().is_err() {
            return Err(cannot()(error));
        }
        match crate::load(&release.root) {
            Ok(there) if there.files == release.files => return Ok(release),
            Ok(_) => return Err(Fault::SameName(shown(release.id.to_string())).into()),
            Err(_) => {}
        }
        fs::rename(&release.root, self.work.path().join("damaged")).map_err(cannot())?;
        fs::rename(&tree, &release.root).map_err(cannot())?;
        Ok(release)
    }
}
