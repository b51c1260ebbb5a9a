//! The registry of images that the hosts' Docker asks before any other: read-only, with stand-ins for the few official
//! images that sites run on, so that a host needs no way out.
//!
//! Flow: a host's Docker asks for an image → [`standin`] has it made, the first time → [`shelf`] lays its parts out →
//! [`serve`] sends them (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>).

mod serve;
mod shelf;
mod standin;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use standin::NAMES as STAND_INS;

use crate::owner;

/// A running registry; dropped, it ends.
#[derive(Debug)]
pub struct Registry {
    /// Where it is reached by those on its network.
    pub url: String,
    serving: JoinHandle<()>,
    /// Where the images lie, for as long as this process lives.
    folder: PathBuf,
}

/// Where the folders of registries lie: not where temporary files may be in memory.
const FOLDERS: &str = "/var/tmp";

/// What their names begin with; the process follows.
const PREFIX: &str = "wheelhouse-sandbox-registry-";

impl Registry {
    /// Listens on a free port of an address of this machine that only the hosts can reach. What registries of dead
    /// processes have left is removed.
    pub async fn start(address: IpAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        remove_orphans(Path::new(FOLDERS));
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", owner::this_process()))
            .tempdir_in(FOLDERS)?
            .keep();
        let shelf = Arc::new(shelf::Shelf::new(folder.clone()));
        let serving = tokio::spawn(async move { match serve::serve(listener, shelf).await {} });
        Ok(Self {
            url,
            serving,
            folder,
        })
    }

    /// Ends it, and removes its files at once.
    pub fn clear(&self) {
        self.serving.abort();
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Removes the folders of processes that are gone.
fn remove_orphans(folders: &Path) {
    for entry in fs::read_dir(folders).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.rsplit_once('-'));
        if owner.is_some_and(|(owner, _)| !owner::is_alive(owner)) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dead_processes_left_is_removed() {
        let folders = tempfile::tempdir().unwrap();
        let dead = folders.path().join(format!("{PREFIX}4294967295-7-abc"));
        let alive = format!("{PREFIX}{}-abc", owner::this_process());
        let alive = folders.path().join(alive);
        let other = folders.path().join("another");
        for folder in [&dead, &alive, &other] {
            fs::create_dir(folder).unwrap();
        }
        remove_orphans(folders.path());
        assert!(!dead.exists() && alive.exists() && other.exists());
    }
}
