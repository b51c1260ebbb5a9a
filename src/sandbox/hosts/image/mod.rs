//! The image of all hosts: Debian with sshd, Caddy, cloud-init and Docker, made on the spot and kept by Docker.

use std::fs;
use std::io;
use std::path::Path;

use crate::debian::{Recipe, program};

/// What a host does when it starts: cloud-init's stages, sshd, Caddy, and Docker when it is asked for.
const BOOT: &str = include_str!("boot.sh");

/// Where cloud-init finds what it is to do, and who may come in.
const CLOUD: &str = include_str!("cloud.cfg");

/// Password and key open root, as on the real images.
const SSHD: &str = "PermitRootLogin yes\n";

/// The image. The backend of cffi is named because debootstrap does not follow virtual packages; systemd is there for its
/// way of starting a server at the first connection.
pub const IMAGE: Recipe = Recipe {
    name: "wheelhouse-sandbox-host",
    packages: "ca-certificates,caddy,cloud-init,curl,docker-compose,docker.io,iproute2,iptables,openssh-server,procps,\
               python3-cffi-backend,sudo,systemd",
    more: &[],
    texts: &[BOOT, CLOUD, SSHD],
    furnish,
    changes: &["CMD [\"/usr/local/sbin/sandbox-boot\"]"],
};

/// Puts the sandbox's own files into the image.
fn furnish(root: &Path) -> io::Result<()> {
    program(root, "usr/local/sbin/sandbox-boot", BOOT)?;
    fs::create_dir_all(root.join("var/lib/cloud/seed/nocloud"))?;
    fs::create_dir_all(root.join("etc/docker"))?;
    fs::write(root.join("etc/cloud/cloud.cfg.d/90_sandbox.cfg"), CLOUD)?;
    fs::write(root.join("etc/ssh/sshd_config.d/90-sandbox.conf"), SSHD)
}
