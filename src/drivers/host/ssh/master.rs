//! One master connection: an `ssh` process in the background that carries all sessions to a node.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openssh::{ForwardType, Session};
use rustix::process::{Pid, test_kill_process};
use tokio::process::Command;
use tokio::time::timeout;
use vocab::LinkTrouble;

use super::errors::{classify, words};
use super::target::SshTarget;
use crate::error::{DriverError, Result, Trouble};
use crate::host::Forward;

/// A started remote command.
pub(super) type Child = openssh::Child<Arc<Session>>;

/// How long connecting may take in all: name, address, jump hosts, keys. ssh's own `ConnectTimeout` covers only parts.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The longest control folder: a socket's path has 108 bytes (`unix(7)`), of which ssh takes 17 for a temporary name.
const LONGEST_FOLDER: usize = 80;

/// A connection. Dropping it ends it; should this program be killed, it ends by itself a minute later.
pub(super) struct Master {
    session: Arc<Session>,
    folder: PathBuf,
    forwards: AtomicU64,
}

impl Master {
    /// Connects; fails with [`Trouble::Link`].
    pub(super) async fn connect(target: &SshTarget) -> Result<Self> {
        let to = &target.destination;
        let folder = ControlFolder::make()?;
        let (control, log) = (folder.0.join("m"), folder.0.join("log"));
        let mut command = Command::new("ssh");
        command
            .args(target.master(&control, &log))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        never_ask(&mut command);
        let mut child = command.spawn().map_err(|error| {
            let text =
                format!("the ssh program cannot be started: {error}; install the OpenSSH client");
            DriverError::new(Trouble::Link(LinkTrouble::Other), text)
        })?;
        let said = || String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        match timeout(CONNECT_LIMIT, child.wait()).await {
            Ok(Ok(status)) if status.success() => {
                let session = Arc::new(Session::resume_mux(control.into_boxed_path(), None));
                Ok(Self {
                    session,
                    folder: folder.keep(),
                    forwards: AtomicU64::new(0),
                })
            }
            Ok(Ok(_)) => {
                let mut said = said();
                if said.contains(BY_PROXY) {
                    said.push_str(&ask_again(target).await);
                }
                let trouble = classify(&said);
                Err(DriverError::new(
                    Trouble::Link(trouble),
                    words(trouble, to, &said),
                ))
            }
            Ok(Err(error)) => Err(DriverError::new(
                Trouble::Link(LinkTrouble::Other),
                format!("ssh was not seen to end: {error}"),
            )),
            Err(_) => {
                let text = format!(
                    "nothing answers at {to} (not connected within {} s)",
                    CONNECT_LIMIT.as_secs()
                );
                Err(DriverError::new(Trouble::Link(LinkTrouble::Timeout), text))
            }
        }
    }

    /// Whether the connection's process is there and answers; says nothing of the other side.
    pub(super) async fn alive(&self) -> bool {
        matches!(
            timeout(Duration::from_secs(2), self.session.check()).await,
            Ok(Ok(()))
        )
    }

    /// Starts a remote command with pipes; its words are quoted for the login shell there. Dropping the call does not
    /// cut the opening short, as a master whose client goes in the middle of it may leave the command to itself; the
    /// session is opened in full and then dropped, which ends the command.
    pub(super) async fn start(&self, words: &[&str]) -> std::result::Result<Child, openssh::Error> {
        let Some((program, arguments)) = words.split_first() else {
            return Err(openssh::Error::InvalidCommand);
        };
        let mut command = Arc::clone(&self.session).arc_command(*program);
        command
            .args(arguments)
            .stdin(openssh::Stdio::piped())
            .stdout(openssh::Stdio::piped())
            .stderr(openssh::Stdio::piped());
        let opening = tokio::spawn(async move { command.spawn().await });
        opening.await.unwrap_or(Err(openssh::Error::Disconnected))
    }

    /// Opens a socket in this connection's folder that leads to a socket of the other side.
    pub(super) async fn forward(
        self: Arc<Self>,
        remote: &str,
    ) -> std::result::Result<Forward, openssh::Error> {
        let number = self.forwards.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(number.to_string());
        let way = Way {
            master: Arc::clone(&self),
            local: path.clone(),
            remote: PathBuf::from(remote),
        };
        self.session
            .request_port_forward(ForwardType::Local, path.as_path(), Path::new(remote))
            .await?;
        Ok(Forward {
            path,
            guard: Box::new(way),
        })
    }

    /// Ends the connection and takes its folder away.
    pub(super) async fn end(&self) {
        end(&self.folder).await;
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        // Without a runtime the master ends by itself, and its folder is swept by the next start.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let folder = std::mem::take(&mut self.folder);
            runtime.spawn(async move { end(&folder).await });
        }
    }
}

/// What a master's log says when its jump host or proxy command hung up, whose own words ssh throws away because the
/// master goes to the background.
const BY_PROXY: &str = "UNKNOWN port 65535";

/// Connects once more in the foreground, where a jump host's words are kept, and returns what was said.
async fn ask_again(target: &SshTarget) -> String {
    let mut command = Command::new("ssh");
    command.args(target.once()).stdin(Stdio::null());
    never_ask(&mut command);
    match timeout(CONNECT_LIMIT, command.output()).await {
        Ok(Ok(output)) => String::from_utf8_lossy(&output.stderr).into_owned(),
        _ => String::new(),
    }
}

/// Makes sure that ssh, and that of a jump host, which knows nothing of `BatchMode`, asks nothing on the terminal we draw
/// on, speaks in the C locale, and ends with us while it connects.
pub(super) fn never_ask(command: &mut Command) {
    command
        .env("LC_ALL", "C")
        .env("SSH_ASKPASS_REQUIRE", "force")
        .env("SSH_ASKPASS", "/bin/false")
        .process_group(0)
        .kill_on_drop(true);
}

/// Asks the master of a control folder to exit, at most 2 s, and removes the folder.
async fn end(folder: &Path) {
    let control = folder.join("m");
    if control.exists() {
        let mut command = Command::new("ssh");
        // No configuration is needed to speak to a socket, hence `-F none`; the destination is not looked at.
        command
            .args(["-F", "none", "-O", "exit", "-S"])
            .arg(&control)
            .arg("master");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Ok(mut child) = command.spawn() {
            drop(timeout(Duration::from_secs(2), child.wait()).await);
        }
    }
    drop(fs::remove_dir_all(folder));
}

/// A forwarded socket: closed when its last user drops it.
struct Way {
    master: Arc<Master>,
    local: PathBuf,
    remote: PathBuf,
}

impl Drop for Way {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (master, local, remote) = (
            Arc::clone(&self.master),
            self.local.clone(),
            self.remote.clone(),
        );
        runtime.spawn(async move {
            let close = master.session.close_port_forward(
                ForwardType::Local,
                local.as_path(),
                remote.as_path(),
            );
            drop(timeout(Duration::from_secs(2), close).await);
            drop(fs::remove_file(&local));
        });
    }
}

fn no_folder(path: &Path, error: &std::io::Error) -> DriverError {
    let text = format!(
        "no place for the control socket: {}: {error}; set XDG_RUNTIME_DIR",
        path.display()
    );
    DriverError::new(Trouble::Link(LinkTrouble::Other), text)
}

/// A private folder for one connection's sockets and log; removed when dropped before the connection stands.
struct ControlFolder(PathBuf);

impl ControlFolder {
    fn make() -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let mut root = kit::files::folder(kit::files::Base::Runtime, "wheelhouse")
            .unwrap_or_default()
            .join("ssh");
        let short =
            |root: &Path| root.is_absolute() && root.as_os_str().len() + 30 <= LONGEST_FOLDER;
        if !short(&root) || kit::files::make_private_folder(&root).is_err() {
            root = std::env::temp_dir();
        }
        sweep(&root);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = root.join(format!("wheelhouse-{}-{number}", std::process::id()));
        // Not recursive: in a shared /tmp a folder that somebody else made first must be an error.
        let made = fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| no_folder(&folder, &error))?;
        Ok(Self(folder))
    }

    fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.0)
    }
}

impl Drop for ControlFolder {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            drop(fs::remove_dir_all(&self.0));
        }
    }
}

/// Removes, once a run, what programs that were killed left behind: folders whose maker's process is no more.
fn sweep(root: &Path) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let maker = name.to_str().and_then(|name| {
                name.strip_prefix("wheelhouse-")?
                    .split_once('-')?
                    .0
                    .parse()
                    .ok()
            });
            let gone = |pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH);
            if maker.and_then(Pid::from_raw).is_some_and(gone) {
                drop(fs::remove_dir_all(entry.path()));
            }
        }
    });
}
