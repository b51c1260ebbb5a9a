//! Boot: configuration → store → engine. What goes wrong on the way becomes a notice; the console starts with the rest.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cli::{Arguments, Subcommand};
use color_eyre::eyre::{Result, eyre};
use config::{Config, Paths, Report};
use engine::{Fabric, Handle, Role, Setup};
use kit::files::{self, Base};
use link::{Command, LocalCommand, LocalWatch, Watch};
use vocab::Text;
use world::{Actor, ExecutorKind, Face, Notice, NoticeKind};

use super::{fabric, trace};

/// The folder names below the XDG base directories.
pub const APPLICATION: &str = "wheelhouse";

/// A running engine and what it was started with.
pub struct Running {
    /// The engine.
    pub engine: Handle,
    /// The configuration in force.
    pub config: Config,
    /// What was wrong with it.
    pub report: Report,
    /// Where it was read from.
    pub paths: Paths,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Where history, journal and exports are.
    pub state: PathBuf,
    user: Text,
    /// A demo's folder, removed with this.
    folder: Option<tempfile::TempDir>,
}

impl Running {
    /// Keeps a temporary folder as long as the engine runs.
    pub fn keep(&mut self, folder: tempfile::TempDir) {
        self.folder = Some(folder);
    }

    /// Whether the fleet is simulated.
    pub const fn is_demo(&self) -> bool {
        self.folder.is_some()
    }

    /// A watcher of the engine.
    pub async fn watch(&self) -> Result<Box<dyn Watch>> {
        Ok(Box::new(LocalWatch::new(self.engine.clone()).await?))
    }

    /// A way to ask for changes; `None` in a read-only session.
    pub fn command(&self, face: Face) -> Option<Arc<dyn Command>> {
        let actor = Actor {
            user: self.user.clone(),
            face,
        };
        let command =
            || -> Arc<dyn Command> { Arc::new(LocalCommand::new(self.engine.clone(), actor)) };
        (!self.read_only).then(command)
    }
}

/// Starts an engine over the fleet file.
pub async fn start(arguments: &Arguments) -> Result<Running> {
    let loaded = configuration(arguments);
    let state = state_folder()?;
    let (fabric, notices) = fabric::of(&loaded.config, &state);
    start_with(arguments, loaded, fabric, notices, &state).await
}

/// Starts an engine over a fabric, with its store in `state`.
pub async fn start_with(
    arguments: &Arguments,
    loaded: Loaded,
    fabric: Fabric,
    mut notices: Vec<Notice>,
    state: &Path,
) -> Result<Running> {
    let Loaded {
        config,
        paths,
        report,
    } = loaded;
    notices.extend(notices_of(&report));
    if let Err(error) = files::make_private_folder(state) {
        notices.push(store_notice(
            state,
            &format!(
                "{} cannot be made: {error}; nothing is kept",
                state.display()
            ),
        ));
    }
    trace::begin(state);
    let store = open_store(state, &config, &mut notices).await;
    let read_only = arguments.read_only || config.settings.read_only;
    let setup = Setup {
        fabric,
        store,
        notices,
        refresh: config.settings.refresh,
        grace: config.settings.grace,
        role: role(arguments, read_only),
    };
    let state = state.to_owned();
    Ok(Running {
        engine: engine::start(setup),
        config,
        report,
        paths,
        read_only,
        state,
        user: user(),
        folder: None,
    })
}

/// What the process is there for. A command that is over in a moment would begin what it cannot finish, and keep its caller
/// waiting for it.
const fn role(arguments: &Arguments, read_only: bool) -> Role {
    match &arguments.command {
        Some(Subcommand::Wall(_)) => Role::Watching,
        None | Some(Subcommand::Demo(_)) if read_only => Role::Watching,
        _ if read_only => Role::Passing,
        // A demo has a store of its own: what is done by itself there is done to the simulation.
        None | Some(Subcommand::Demo(_)) => Role::Staying(ExecutorKind::Console),
        Some(Subcommand::Serve(_)) => Role::Staying(ExecutorKind::Serve),
        Some(_) if arguments.resumes() => Role::Resuming,
        Some(_) if arguments.changes_sites() => Role::Acting,
        Some(_) => Role::Passing,
    }
}

/// The configuration, where it came from, and what was wrong with it.
pub struct Loaded {
    /// In force.
    pub config: Config,
    /// Where it was read from.
    pub paths: Paths,
    /// What was wrong with it.
    pub report: Report,
}

/// Reads the configuration, with what the command line says over it.
pub fn configuration(arguments: &Arguments) -> Loaded {
    let mut paths = Paths::standard();
    if let Some(fleet) = &arguments.fleet {
        paths = paths.with_fleet(fleet.clone());
    }
    let (mut config, mut report) = config::load(&paths);
    arguments.override_settings(&mut config, &paths, &mut report);
    Loaded {
        config,
        paths,
        report,
    }
}

/// A report's problems as notices.
pub fn notices_of(report: &Report) -> Vec<Notice> {
    let notice = |problem: &config::Diagnostic| Notice {
        kind: NoticeKind::Configuration,
        subject: Text::line(format!(
            "{}:{}:{}",
            problem.file, problem.line, problem.field
        )),
        text: Text::line(problem.to_string()),
        grave: problem.severity == config::Severity::Error,
    };
    report.iter().map(notice).collect()
}

/// Where history, journal and log file live.
pub fn state_folder() -> Result<PathBuf> {
    files::folder(Base::State, APPLICATION)
        .ok_or_else(|| eyre!("no home folder: set HOME or XDG_STATE_HOME to an absolute path"))
}

async fn open_store(
    state: &Path,
    config: &Config,
    notices: &mut Vec<Notice>,
) -> Option<store::Store> {
    let mut options = store::Options::new(drivers::clock::now());
    options.keep.quarters = vocab::Span::days(i64::from(config.settings.history_days));
    match store::Store::open(state, options).await {
        Ok((store, opened)) => {
            if opened.is_grave() {
                notices.push(store_notice(state, &opened.to_string()));
            }
            Some(store)
        }
        Err(error) => {
            let text = format!("{error}; nothing is kept and nothing can be changed until then");
            notices.push(store_notice(state, &text));
            None
        }
    }
}

fn store_notice(state: &Path, text: &str) -> Notice {
    let subject = Text::line(state.join("history.sqlite").to_string_lossy().as_bytes());
    // The subject has the whole path; a line that begins with it would show nothing else.
    let text = text.replace(&format!("{}/", state.display()), "");
    Notice {
        kind: NoticeKind::Store,
        subject,
        text: Text::line(text),
        grave: true,
    }
}

/// The operator's login name, for the audit log: who really sits there, also under sudo.
fn user() -> Text {
    let told = ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Text::line(
        told.or_else(user_of_process)
            .unwrap_or_else(|| "unknown".to_owned()),
    )
}

/// The name of the user this process runs as, by `passwd(5)`; the number where it has no name.
fn user_of_process() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    let uid = uids.split_whitespace().next()?;
    let table = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    });
    named.or_else(|| Some(uid.to_owned()))
}
