//! A small disk of a test's own, mounted where Docker keeps its things, for those processes alone that are started on it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Where it is mounted; what is there otherwise is not seen by those on it.
pub const MOUNT: &str = "/var/lib/docker";

/// Makes a file system in the file `image` of this folder and mounts it at `$1`, in a mount namespace of its own that goes
/// with the last process in it (unshare(1)). Its device is called by another name than those of loop devices, which are
/// no disks of a machine.
const MOUNTED: &str = r#"set -e
mkfs.ext4 -q -m 0 image
loop=$(losetup --find --show image)
trap 'losetup --detach "$loop"' EXIT
mknod disk b 7 "${loop#/dev/loop}"
mount "$PWD/disk" "$1"
losetup --detach "$loop"
trap - EXIT
echo mounted
exec sleep infinity"#;

/// A disk.
pub struct Disk {
    holder: Child,
    _folder: tempfile::TempDir,
}

/// Where its processes are.
#[derive(Debug, Clone, Copy)]
pub struct Inside(u32);

impl Disk {
    /// One of so many bytes, or a word that the test is left out.
    pub fn start(bytes: u64) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("whf-").tempdir().unwrap();
        let image = fs::File::create(folder.path().join("image")).unwrap();
        image.set_len(bytes).unwrap();
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--propagation", "private", "sh", "-c", MOUNTED])
            .args(["sh", MOUNT])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut holder = command.spawn().ok()?;
        let mut said = String::new();
        let mut out = BufReader::new(holder.stdout.take().unwrap());
        out.read_line(&mut said).unwrap();
        let disk = Self {
            holder,
            _folder: folder,
        };
        if said.trim() != "mounted" {
            println!("left out: no disk can be mounted here: that needs root and a loop device");
            return None;
        }
        Some(disk)
    }

    /// Where its processes are.
    pub fn inside(&self) -> Inside {
        Inside(self.holder.id())
    }
}

impl Inside {
    /// A program that sees the disk.
    pub fn program(self, name: &str) -> Command {
        let mut command = Command::new("nsenter");
        let holder = self.0.to_string();
        command.args(["--target", &holder, "--mount", "--wd=/", name]);
        command
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}
