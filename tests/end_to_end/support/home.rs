//! A home of the test's own: settings, state and runtime folders in a temporary folder, and the program started in it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{Engine, PROGRAM, Process, Pty, until};

/// A fleet of this machine alone, called `here`, without a look around for services.
const ALONE: &str = "name = \"yard\"\n[local]\nname = \"here\"\n[discover]\nservices = false\n";

/// How long a command of the shell may take.
const COMMAND: Duration = Duration::from_secs(40);

/// The size of the terminal unless a test wants another.
const SIZE: (u16, u16) = (40, 150);

/// A home.
pub struct Home {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Its output as one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its output as JSON, a value a line.
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
        };
        self.out.lines().map(parse).collect()
    }
}

impl Home {
    /// An empty one with a fleet file that names this machine `here`.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("wh-").tempdir().unwrap();
        let home = Self {
            folder,
            environment: Vec::new(),
        };
        for name in ["config/wheelhouse", "state", "cache", "data", "run"] {
            fs::create_dir_all(home.at(name)).unwrap();
        }
        home.write("fleet.toml", ALONE);
        home
    }

    /// A path inside.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the program keeps its state.
    pub fn state(&self) -> PathBuf {
        self.at("state/wheelhouse")
    }

    /// Writes one of the program's configuration files.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.at("config/wheelhouse").join(name), text).unwrap();
    }

    /// This machine and what is declared besides.
    pub fn fleet(&self, more: &str) {
        self.write("fleet.toml", &format!("{ALONE}{more}"));
    }

    /// Sets a variable of the environment for what is started from now on.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.environment
            .push((name.to_owned(), value.as_ref().to_owned()));
    }

    /// One whose program uses this engine.
    pub fn watching(engine: &Engine) -> Self {
        let mut home = Self::new();
        home.docker(&engine.socket);
        home
    }

    /// Lets the program use this engine's socket.
    pub fn docker(&mut self, socket: &Path) {
        self.set("DOCKER_HOST", format!("unix://{}", socket.display()));
    }

    /// The whole environment; nothing of the tests' own but the path.
    pub fn environment(&self) -> Vec<(String, String)> {
        let own = |name: &str| self.at(name).display().to_string();
        let mut all = vec![
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("HOME".to_owned(), self.folder.path().display().to_string()),
            ("XDG_CONFIG_HOME".to_owned(), own("config")),
            ("XDG_STATE_HOME".to_owned(), own("state")),
            ("XDG_CACHE_HOME".to_owned(), own("cache")),
            ("XDG_DATA_HOME".to_owned(), own("data")),
            ("XDG_RUNTIME_DIR".to_owned(), own("run")),
        ];
        let fixed = [
            ("TERM", "xterm-256color"),
            ("USER", "operator"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("SHELL", "/bin/sh"),
        ];
        all.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
        all.extend(self.environment.iter().cloned());
        all
    }

    /// The program with arguments, without a terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .current_dir(self.folder.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_within(COMMAND, arguments)
    }

    /// Runs the program to its end, which comes within this time.
    pub fn run_within(&self, within: Duration, arguments: &[&str]) -> Ran {
        let mut child = self.command(arguments).spawn().unwrap();
        let out = gather(child.stdout.take().unwrap());
        let err = gather(child.stderr.take().unwrap());
        let code = ended(&mut child, within, &arguments.join(" "));
        Ran {
            code,
            out: out.join().unwrap(),
            err: err.join().unwrap(),
        }
    }

    /// The console in a terminal.
    pub fn console(&self, arguments: &[&str]) -> Pty {
        self.terminal(PROGRAM, arguments)
    }

    /// The console in a terminal, once it has taken a look.
    pub fn live(&self) -> Pty {
        let pty = self.console(&[]);
        pty.wait_for("● live");
        pty
    }

    /// Another program in a terminal.
    pub fn terminal(&self, program: &str, arguments: &[&str]) -> Pty {
        Pty::start(
            program,
            arguments,
            &self.environment(),
            self.folder.path(),
            SIZE,
        )
    }

    /// The newest runs of the journal, as `wheelhouse runs` shows them.
    pub fn runs(&self) -> Vec<Value> {
        self.run(&["runs", "--json"])
            .json()
            .as_array()
            .unwrap()
            .clone()
    }

    /// The verbs of the audit log about subjects with this word, oldest first.
    pub fn audited(&self, subject: &str) -> Vec<String> {
        let about = |line: &Value| line["subject"].as_str().unwrap().contains(subject);
        let verb = |line: Value| line["verb"].as_str().unwrap().to_owned();
        self.run(&["audit", "--json"])
            .json_lines()
            .into_iter()
            .filter(about)
            .map(verb)
            .collect()
    }
}

/// Waits for a child's end and gives its exit code; one that does not end is killed, with a complaint.
pub fn ended(child: &mut Child, within: Duration, what: &str) -> i32 {
    let process = Process(child.id());
    let status = until(
        &format!("the end of {what:?} (process {process:?})"),
        within,
        || child.try_wait().unwrap(),
    );
    status.code().unwrap_or(-1)
}

fn gather(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
