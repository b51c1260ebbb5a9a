//! A real sshd on loopback: own keys, own client configuration, ended with the test. `~/.ssh` is never touched.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::disk::Inside;
use super::{Disk, Process, seconds, until};

/// sshd insists on being called by its full path.
const PROGRAMS: [&str; 3] = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"];

/// A running sshd and the client's side of it.
pub struct Sshd {
    folder: tempfile::TempDir,
    port: u16,
    child: Option<Child>,
    disk: Option<Inside>,
}

impl Sshd {
    /// Starts one, or says that the test is left out.
    pub fn start() -> Option<Self> {
        Self::of(None)
    }

    /// Starts one whose sessions see this disk.
    pub fn on(disk: &Disk) -> Option<Self> {
        Self::of(Some(disk.inside()))
    }

    fn of(disk: Option<Inside>) -> Option<Self> {
        if !PROGRAMS.iter().any(|path| Path::new(path).exists()) {
            println!("left out: no sshd");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("whs-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut sshd = Self {
            folder,
            port,
            child: None,
            disk,
        };
        for name in ["host", "other-host", "user"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(sshd.at(name));
            assert!(keygen.status().unwrap().success());
        }
        fs::copy(sshd.at("user.pub"), sshd.at("authorized")).unwrap();
        // Run by root, sshd needs its folder of privilege separation, which the service manager makes elsewhere.
        drop(fs::create_dir_all("/run/sshd"));
        sshd.configure();
        sshd.know("host");
        sshd.restart();
        Some(sshd)
    }

    fn configure(&self) {
        let (own, port) = (self.folder.path().display(), self.port);
        let server = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {own}/host\nAuthorizedKeysFile {own}/authorized\n\
             PidFile {own}/pid\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             PermitRootLogin yes\nPrintMotd no\nPrintLastLog no\n"
        );
        fs::write(self.at("sshd_config"), server).unwrap();
        let client = format!(
            "Host *\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {own}/user\n  IdentitiesOnly yes\n  \
             IdentityAgent none\n  UserKnownHostsFile {own}/known\n  GlobalKnownHostsFile /dev/null\n"
        );
        fs::write(self.at("config"), client).unwrap();
    }

    /// A file of this sshd's folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A node of the fleet file that is reached through this sshd.
    pub fn node(&self, name: &str, more: &str) -> String {
        format!(
            "[[nodes]]\nname = \"{name}\"\nssh_config = \"{}\"\n{more}\n",
            self.at("config").display()
        )
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

    /// Starts the server, again with the same port and keys after [`Self::kill`].
    pub fn restart(&mut self) {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.at("log"))
            .unwrap();
        let program = PROGRAMS
            .iter()
            .find(|path| Path::new(path).exists())
            .unwrap();
        let mut command = match self.disk {
            Some(disk) => disk.program(program),
            None => Command::new(program),
        };
        command.args(["-D", "-e", "-f"]).arg(self.at("sshd_config"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.child = Some(command.spawn().unwrap());
        until("an sshd that answers", seconds(10), || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
    }

    /// Sends a signal to the processes of its sessions.
    pub fn signal_sessions(&self, name: &str) {
        let Some(child) = &self.child else { return };
        for process in Process(child.id()).descendants() {
            if process.name().starts_with("sshd") {
                process.signal(name);
            }
        }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.at("log")).unwrap_or_default()
    }

    /// Kills the server with all its sessions.
    pub fn kill(&mut self) {
        self.signal_sessions("KILL");
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
