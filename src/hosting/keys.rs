//! Keys for servers that are ours: the installation's own login key, and for each server the host key it is made with.
//!
//! `ssh-keygen(1)` of the system makes them. A server's host key is made here before the server is, so that the very
//! first connection is checked; it travels in the server's user data, is replaced on the server at the first login, and
//! the new one is what is trusted from then on. All of it lies in a folder that only its owner can read.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tokio::process::Command;
use vocab::Text;

/// Why a key could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub Text);

impl KeyError {
    fn new(words: impl AsRef<str>) -> Self {
        Self(Text::line(words.as_ref()))
    }

    fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("{what} {}: {error}", path.display()))
    }
}

/// Where an installation keeps its keys.
#[derive(Debug, Clone)]
pub struct Keys {
    folder: PathBuf,
}

impl Keys {
    /// Keys in this folder, which is made for its owner alone when it is first needed.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The private key that logs in; made when there is none.
    pub async fn login(&self) -> Result<PathBuf, KeyError> {
        self.pair("login").await
    }

    /// The public half of the login key, one line.
    pub async fn login_public(&self) -> Result<String, KeyError> {
        public(&self.login().await?)
    }

    /// The host key that a server is made with: the private key's text and the public line.
    pub async fn bootstrap(&self, server: &str) -> Result<(String, String), KeyError> {
        let path = self.pair(&format!("host-{server}")).await?;
        let private = fs::read_to_string(&path)
            .map_err(|error| KeyError::io("cannot read", &path, &error))?;
        Ok((private, public(&path)?))
    }

    /// The file with the host keys that are trusted for a server.
    pub fn known_hosts(&self, server: &str) -> PathBuf {
        self.folder.join(format!("known-{server}"))
    }

    /// Trusts these host keys, and no others, for a server at this address.
    pub fn trust(&self, server: &str, address: &str, publics: &[&str]) -> Result<(), KeyError> {
        let mut lines = String::new();
        for public in publics {
            let words: Vec<&str> = public.split_whitespace().take(2).collect();
            let [kind, key] = words.as_slice() else {
                return Err(KeyError::new(format!(
                    "{server} has no host key that could be read"
                )));
            };
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{address} {kind} {key}");
        }
        self.make_folder()?;
        let path = self.known_hosts(server);
        let fresh = path.with_extension("new");
        fs::write(&fresh, lines)
            .and_then(|()| fs::rename(&fresh, &path))
            .map_err(|error| KeyError::io("cannot write", &path, &error))
    }

    /// Whether a host key other than the one the server was made with is trusted already.
    pub fn replaced(&self, server: &str) -> bool {
        let bootstrap = self.folder.join(format!("host-{server}.pub"));
        let (Ok(known), Ok(made_with)) = (
            fs::read_to_string(self.known_hosts(server)),
            fs::read_to_string(bootstrap),
        ) else {
            // The key it was made with is deleted once it is replaced.
            return self.known_hosts(server).exists();
        };
        let key = made_with.split_whitespace().nth(1).unwrap_or_default();
        !known.contains(key)
    }

    /// Deletes the private host key a server was made with: the server has another one by now.
    pub fn forget_bootstrap(&self, server: &str) {
        for name in [format!("host-{server}"), format!("host-{server}.pub")] {
            // Gone is what it is to be.
            drop(fs::remove_file(self.folder.join(name)));
        }
    }

    /// Deletes all that is kept for a server.
    pub fn forget(&self, server: &str) {
        self.forget_bootstrap(server);
        drop(fs::remove_file(self.known_hosts(server)));
    }

    fn make_folder(&self) -> Result<(), KeyError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(|error| KeyError::io("cannot make the folder", &self.folder, &error))
    }

    /// A key pair by this name, made when there is none. Two that make it at once end up with the same one: the private
    /// key is renamed into place last, and only where none is.
    async fn pair(&self, name: &str) -> Result<PathBuf, KeyError> {
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(path);
        }
        self.make_folder()?;
        let fresh = tempfile::tempdir_in(&self.folder)
            .map_err(|error| KeyError::io("cannot make a folder in", &self.folder, &error))?;
        let made = fresh.path().join("key");
        let output = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "wheelhouse", "-f"])
            .arg(&made)
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|error| {
                KeyError::new(format!(
                    "ssh-keygen cannot be run: {error}; install OpenSSH's client"
                ))
            })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(KeyError::new(format!("ssh-keygen failed: {said}")));
        }
        let moved = match fs::hard_link(&made, &path) {
            Ok(()) => fs::rename(made.with_extension("pub"), path.with_extension("pub")),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        };
        moved.map_err(|error| KeyError::io("cannot keep a key in", &self.folder, &error))?;
        Ok(path)
    }
}

fn public(private: &Path) -> Result<String, KeyError> {
    let path = private.with_extension("pub");
    let text =
        fs::read_to_string(&path).map_err(|error| KeyError::io("cannot read", &path, &error))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keys_are_made_once_and_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::new(folder.path().join("keys"));
        let login = keys.login().await.unwrap();
        assert_eq!(keys.login().await.unwrap(), login);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&login), 0o600);
        assert_eq!(mode(&folder.path().join("keys")), 0o700);
        assert!(
            keys.login_public()
                .await
                .unwrap()
                .starts_with("ssh-ed25519 ")
        );
    }

    #[tokio::test]
    async fn a_host_key_is_replaced_by_the_servers_own() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::new(folder.path().to_owned());
        let (_, made_with) = keys.bootstrap("web").await.unwrap();
        keys.trust("web", "192.0.2.7", &[&made_with]).unwrap();
        assert!(!keys.replaced("web"));
        keys.trust("web", "192.0.2.7", &["ssh-ed25519 AAAAC3other comment"])
            .unwrap();
        assert!(keys.replaced("web"));
        let known = fs::read_to_string(keys.known_hosts("web")).unwrap();
        assert_eq!(known, "192.0.2.7 ssh-ed25519 AAAAC3other\n");
        keys.forget_bootstrap("web");
        assert!(keys.replaced("web"));
        keys.forget("web");
        assert!(!keys.known_hosts("web").exists());
        assert!(keys.trust("web", "192.0.2.7", &["rubbish"]).is_err());
    }
}
