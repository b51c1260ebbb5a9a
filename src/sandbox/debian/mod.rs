//! Debian, made on the spot: a root folder from the mirror that this machine uses, and an image of it that Docker keeps.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use md5::{Digest as _, Md5};

use crate::command::{docker, run};

mod mirror;

/// The release that everything of the sandbox runs.
pub const RELEASE: &str = "bookworm";

/// How long one step of making an image may take; a minute is usual for all.
const PATIENCE: Duration = Duration::from_mins(15);

/// What an image is made of.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    /// Its repository in Docker.
    pub name: &'static str,
    /// The packages besides the base system, as `--include` of debootstrap: it follows no virtual package, so each is named.
    pub packages: &'static str,
    /// Packages with their choices left to apt, installed afterwards; none by an empty list.
    pub more: &'static [&'static str],
    /// The texts that it is furnished with: another text is another image.
    pub texts: &'static [&'static str],
    /// Puts what is not Debian's into the root folder.
    pub furnish: fn(&Path) -> io::Result<()>,
    /// Changes to the image's configuration, as instructions of a Dockerfile.
    pub changes: &'static [&'static str],
}

impl Recipe {
    /// The image's name. It changes with what is in the image.
    pub fn tag(&self) -> String {
        let mut digest = Md5::new();
        digest.update(RELEASE);
        let parts = [self.more, self.texts, self.changes].concat();
        for part in std::iter::once(self.packages).chain(parts) {
            digest.update(part);
        }
        let digits = u128::from_be_bytes(digest.finalize().0);
        format!("{}:{:012x}", self.name, digits >> 80)
    }

    /// Whether the image is there already.
    pub async fn is_made(&self) -> bool {
        docker(&["image", "inspect", "--format", "{{.Id}}", &self.tag()])
            .await
            .is_ok()
    }

    /// Makes the image unless it is there. Only one sandbox of a machine makes it at a time.
    pub async fn ensure(&self) -> Result<(), String> {
        if self.is_made().await {
            return Ok(());
        }
        let name = self.name;
        let lock = tokio::task::spawn_blocking(move || lock(name))
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| format!("locking the making of the image: {error}"))?;
        if !self.is_made().await {
            self.make().await?;
        }
        drop(lock);
        Ok(())
    }

    async fn make(&self) -> Result<(), String> {
        // Not in the folder for temporary files, which may be in memory.
        let folder = tempfile::Builder::new()
            .prefix("wheelhouse-sandbox-image-")
            .tempdir_in("/var/tmp")
            .map_err(|error| format!("making a folder for the image: {error}"))?;
        let (root, archive) = (folder.path().join("root"), folder.path().join("image.tar"));
        let (root_text, archive_text) = (root.to_string_lossy(), archive.to_string_lossy());
        tracing::info!(name = self.name, "an image of the sandbox is being made");
        let mirror = mirror::configured();
        let include = format!("--include={}", self.packages);
        let base = [
            // In a mount namespace of its own, so that no mount outlives it.
            "--mount",
            "debootstrap",
            "--variant=minbase",
            &include,
            RELEASE,
            &*root_text,
            &mirror,
        ];
        run("unshare", &base, PATIENCE).await?;
        if !self.more.is_empty() {
            let install = [
                "--mount",
                "chroot",
                &*root_text,
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "install",
                "--yes",
                "--no-install-recommends",
            ];
            run("unshare", &[&install, self.more].concat(), PATIENCE).await?;
        }
        (self.furnish)(&root).map_err(|error| format!("furnishing the image: {error}"))?;
        let pack = [
            "--create",
            "--file",
            &*archive_text,
            "--directory",
            &*root_text,
            "--exclude=./var/cache/apt/*",
            "--exclude=./var/lib/apt/lists/*",
            "--exclude=./usr/share/doc/*",
            "--exclude=./usr/share/locale/*",
            "--exclude=./usr/share/man/*",
            "--exclude=./dev/*",
            // Each host makes keys of its own.
            "--exclude=./etc/ssh/ssh_host_*",
            ".",
        ];
        run("tar", &pack, PATIENCE).await?;
        let tag = self.tag();
        let mut import = vec!["import"];
        for change in self.changes {
            import.extend(["--change", change]);
        }
        import.extend([&*archive_text, &tag]);
        run("docker", &import, PATIENCE).await.map(drop)
    }
}

/// Says why no image could be made here, if so.
pub async fn obstacle() -> Option<String> {
    let short = Duration::from_secs(10);
    run("debootstrap", &["--version"], short).await.err()
}

/// Holds the lock on making an image until it is dropped.
fn lock(name: &str) -> io::Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(std::env::temp_dir().join(format!("{name}.lock")))?;
    file.lock()?;
    Ok(file)
}

/// Writes a program into a root folder.
pub fn program(root: &Path, path: &str, text: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let file = root.join(path);
    fs::write(&file, text)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_one_of_docker_and_changes_with_what_is_in_the_image() {
        let recipe = Recipe {
            name: "wheelhouse-sandbox-test",
            packages: "curl",
            more: &[],
            texts: &["one"],
            furnish: |_| Ok(()),
            changes: &[],
        };
        let tag = recipe.tag();
        let (name, digits) = tag.split_once(':').unwrap();
        assert_eq!((name, digits.len()), ("wheelhouse-sandbox-test", 12));
        let other = Recipe {
            texts: &["two"],
            ..recipe
        };
        assert_ne!(other.tag(), tag);
    }
}
