//! A real sshd for tests: own keys, own folder, a free loopback port, ended with the test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running sshd and the client's side of it.
pub struct Sshd {
    pub folder: tempfile::TempDir,
    pub port: u16,
    child: Option<Child>,
}

fn keygen(path: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}

/// Where sshd is; it insists on being called by its full path.
fn program() -> Option<PathBuf> {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
}

impl Sshd {
    /// Starts one, or says that the test is left out.
    pub fn start() -> Option<Self> {
        if program().is_none() {
            println!("left out: no sshd");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["host", "other-host", "user", "stranger"] {
            keygen(&at(name));
        }
        fs::copy(at("user.pub"), at("authorized")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        // Run by root, sshd needs its folder of privilege separation, which the service manager makes elsewhere.
        drop(fs::create_dir_all("/run/sshd"));
        let own = folder.path().display();
        let server = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {own}/host\nAuthorizedKeysFile {own}/authorized\n\
             PidFile {own}/pid\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             PermitRootLogin yes\nPrintMotd no\n"
        );
        fs::write(at("sshd_config"), server).unwrap();
        let client = format!(
            "Host node\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {own}/user\n  IdentitiesOnly yes\n  \
             IdentityAgent none\n  UserKnownHostsFile {own}/known\n  GlobalKnownHostsFile /dev/null\n"
        );
        fs::write(at("config"), client).unwrap();
        let mut sshd = Self {
            folder,
            port,
            child: None,
        };
        sshd.know("host");
        sshd.restart();
        Some(sshd)
    }

    /// A file of this sshd's folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a host key, of those made, as the one known.
    pub fn know(&self, key: &str) {
        let public = fs::read_to_string(self.at(&format!("{key}.pub"))).unwrap();
        fs::write(
            self.at("known"),
            format!("[127.0.0.1]:{} {public}", self.port),
        )
        .unwrap();
    }

    /// Starts the server again after [`Self::kill`], with the same port and keys.
    pub fn restart(&mut self) {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.at("sshd.log"))
            .unwrap();
        let mut command = Command::new(program().unwrap());
        command.args(["-D", "-e", "-f"]).arg(self.at("sshd_config"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.child = Some(command.spawn().unwrap());
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                begin.elapsed() < Duration::from_secs(10),
                "{:?}",
                fs::read_to_string(self.at("sshd.log"))
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal to the server's session processes, and to the server itself when `all`.
    pub fn signal(&self, name: &str, all: bool) {
        let Some(child) = &self.child else { return };
        let mut wanted = descendants(child.id());
        wanted.retain(|pid| {
            fs::read(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.starts_with(b"sshd"))
        });
        if all {
            wanted.push(child.id());
        }
        for pid in wanted {
            drop(
                Command::new("kill")
                    .arg(format!("-{name}"))
                    .arg(pid.to_string())
                    .stderr(Stdio::null())
                    .status(),
            );
        }
    }

    /// Kills the server with all its sessions.
    pub fn kill(&mut self) {
        self.signal("KILL", true);
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// All processes below one.
pub fn descendants(of: u32) -> Vec<u32> {
    let children = |pid: u32| {
        let list =
            fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        list.split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect::<Vec<u32>>()
    };
    let mut found = children(of);
    let mut next = 0;
    while next < found.len() {
        let more = children(found[next]);
        found.extend(more);
        next += 1;
    }
    found
}
