//! The image of all hosts: Debian bookworm with sshd, Caddy and cloud-init, made on the spot and kept by Docker.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use md5::{Digest as _, Md5};

use super::docker::{docker, run};

mod mirror;

/// Another number is another image, where nothing else says so.
const FORM: &str = "1";

/// The release that hosts run.
const RELEASE: &str = "bookworm";

/// What hosts have besides the base system. The backend of cffi is named because debootstrap does not follow virtual
/// packages.
const PACKAGES: &str = "--include=ca-certificates,caddy,cloud-init,curl,iproute2,openssh-server,procps,python3-cffi-backend,sudo";

/// What a host does when it starts: cloud-init's stages, sshd, Caddy.
const BOOT: &str = include_str!("boot.sh");

/// Where cloud-init finds what it is to do, and who may come in.
const CLOUD: &str = include_str!("cloud.cfg");

/// Password and key open root, as on the real images.
const SSHD: &str = "PermitRootLogin yes\n";

/// How long making the image may take; a minute is usual.
const PATIENCE: Duration = Duration::from_mins(15);

/// The image's name. It changes with what is in the image.
pub fn tag() -> String {
    let mut digest = Md5::new();
    for part in [FORM, RELEASE, PACKAGES, BOOT, CLOUD, SSHD] {
        digest.update(part);
    }
    let digits = u128::from_be_bytes(digest.finalize().0);
    format!("wheelhouse-sandbox-host:{:012x}", digits >> 80)
}

/// Whether the image is there already.
pub async fn is_made() -> bool {
    docker(&["image", "inspect", "--format", "{{.Id}}", &tag()])
        .await
        .is_ok()
}

/// Says why the image could not be made here, if so.
pub async fn obstacle() -> Option<String> {
    let short = Duration::from_secs(10);
    run("debootstrap", &["--version"], short).await.err()
}

/// Makes the image unless it is there. Only one sandbox of a machine makes it at a time.
pub async fn ensure() -> Result<(), String> {
    if is_made().await {
        return Ok(());
    }
    let lock = tokio::task::spawn_blocking(lock)
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("locking the making of the image: {error}"))?;
    if !is_made().await {
        make().await?;
    }
    drop(lock);
    Ok(())
}

/// Holds the lock until it is dropped.
fn lock() -> io::Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(std::env::temp_dir().join("wheelhouse-sandbox-host.lock"))?;
    file.lock()?;
    Ok(file)
}

async fn make() -> Result<(), String> {
    // Not in the folder for temporary files, which may be in memory.
    let folder = tempfile::Builder::new()
        .prefix("wheelhouse-sandbox-host-")
        .tempdir_in("/var/tmp")
        .map_err(|error| format!("making a folder for the image: {error}"))?;
    let (root, archive) = (folder.path().join("root"), folder.path().join("image.tar"));
    let (root_text, archive_text) = (root.to_string_lossy(), archive.to_string_lossy());
    tracing::info!("the image of the hosts is being made");
    let mirror = mirror::configured();
    let base = [
        // In a mount namespace of its own, so that no mount outlives it.
        "--mount",
        "debootstrap",
        "--variant=minbase",
        PACKAGES,
        RELEASE,
        &*root_text,
        &mirror,
    ];
    run("unshare", &base, PATIENCE).await?;
    furnish(&root).map_err(|error| format!("furnishing the image: {error}"))?;
    let pack = [
        "--create",
        "--file",
        &*archive_text,
        "--directory",
        &*root_text,
        "--exclude=./var/cache/apt/archives/*.deb",
        "--exclude=./dev/*",
        // Each host makes keys of its own.
        "--exclude=./etc/ssh/ssh_host_*",
        ".",
    ];
    run("tar", &pack, PATIENCE).await?;
    let command = "CMD [\"/usr/local/sbin/sandbox-boot\"]";
    let import = ["import", "--change", command, &*archive_text, &tag()];
    run("docker", &import, PATIENCE).await?;
    Ok(())
}

/// Puts the sandbox's own files into the image.
fn furnish(root: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let boot = root.join("usr/local/sbin/sandbox-boot");
    fs::write(&boot, BOOT)?;
    fs::set_permissions(&boot, fs::Permissions::from_mode(0o755))?;
    fs::create_dir_all(root.join("var/lib/cloud/seed/nocloud"))?;
    fs::write(root.join("etc/cloud/cloud.cfg.d/90_sandbox.cfg"), CLOUD)?;
    fs::write(root.join("etc/ssh/sshd_config.d/90-sandbox.conf"), SSHD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_one_of_docker() {
        let tag = tag();
        let (name, digits) = tag.split_once(':').unwrap();
        assert_eq!((name, digits.len()), ("wheelhouse-sandbox-host", 12));
    }
}
