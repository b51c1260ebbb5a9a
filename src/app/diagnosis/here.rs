//! What this machine needs: terminal, configuration, state folder, programs, clock.

use std::io::IsTerminal;

use cli::doctor::Check;
use config::{Paths, Report, Severity};
use drivers::host::{CommandLine, CommandOutput, Host, LocalHost};
use vocab::{Span, Text};

use super::side_by_side;
use crate::app::boot;

/// How long a program of this machine may take to say what it is.
const SHORT: Span = Span::seconds(5);

/// The terminal the console would draw on.
pub fn terminal() -> Check {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(terminal) = variable("TERM").filter(|_| std::io::stdout().is_terminal()) else {
        return Check::warning(
            "terminal",
            "standard output is no terminal: the console cannot be drawn here",
            "start `wheelhouse` in a terminal; the commands work anywhere",
        );
    };
    if terminal == "dumb" {
        return Check::warning(
            "terminal",
            "TERM=dumb: the cursor cannot be placed",
            "set TERM to what the terminal is, such as xterm-256color",
        );
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(name))
        .unwrap_or_default();
    let is_utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    if !is_utf8 {
        let text = format!(
            "{terminal}, but the locale \"{locale}\" is not UTF-8: lines and graphs may look wrong"
        );
        return Check::warning(
            "terminal",
            text,
            "set LANG to one with UTF-8, such as C.UTF-8",
        );
    }
    let colours = if variable("COLORTERM").is_some() {
        "24-bit colour"
    } else {
        "256 colours"
    };
    Check::ok("terminal", format!("{terminal}, {colours}, {locale}"))
}

/// Each problem of the configuration, or that there is none.
pub fn configuration(paths: &Paths, report: &Report) -> Vec<Check> {
    let path = paths
        .fleet
        .as_ref()
        .map(|path| Text::line(path.to_string_lossy().as_bytes()))
        .unwrap_or_default();
    let mut checks: Vec<Check> = report
        .iter()
        .map(|problem| {
            let place = match problem.line {
                0 => problem.file.to_string(),
                line => format!("{}:{line}", problem.file),
            };
            let field = if problem.field.is_empty() {
                String::new()
            } else {
                format!("{}: ", problem.field)
            };
            let text = format!("{field}{}", problem.message);
            let mend = problem
                .suggestion
                .clone()
                .unwrap_or_else(|| Text::line("correct that line"));
            match problem.severity {
                Severity::Error => Check::missing(place, text, mend),
                Severity::Warning => Check::warning(place, text, mend),
            }
        })
        .collect();
    let there = paths.fleet.as_ref().is_some_and(|path| path.exists());
    if !there && checks.is_empty() {
        let text = format!("{path} is not there: only this machine is watched");
        checks.push(Check::warning(
            "fleet file",
            text,
            "`wheelhouse init` writes one from what it finds",
        ));
    } else if checks.is_empty() {
        checks.push(Check::ok("fleet file", path));
    }
    checks
}

/// Whether history, journal and audit log can be kept.
pub async fn state() -> Check {
    const NAME: &str = "state folder";
    let folder = match boot::state_folder() {
        Ok(folder) => folder,
        Err(error) => {
            return Check::missing(NAME, error.to_string(), "without it nothing can be changed");
        }
    };
    let shown = Text::line(folder.to_string_lossy().as_bytes());
    if let Err(error) = kit::files::make_private_folder(&folder) {
        let text = format!("{shown} cannot be made: {error}");
        return Check::missing(
            NAME,
            text,
            "make it writable for this user, or set XDG_STATE_HOME to a folder that is",
        );
    }
    let opening = store::Store::open(&folder, store::Options::new(drivers::clock::now()));
    match tokio::time::timeout(super::DEADLINE, opening).await {
        Ok(Ok((store, opened))) => {
            store.close().await;
            if opened.is_grave() {
                Check::warning(NAME, opened.to_string(), "look at the copy that was kept")
            } else {
                Check::ok(NAME, opened.to_string())
            }
        }
        Ok(Err(error)) => {
            Check::missing(NAME, error.to_string(), "without it nothing can be changed")
        }
        Err(_) => Check::missing(
            NAME,
            format!("{shown} does not answer in time"),
            "look at the disk; another program may hold the file",
        ),
    }
}

/// A program and what its absence means.
struct Program {
    name: &'static str,
    command: &'static [&'static str],
    needed: bool,
    mend: &'static str,
}

/// The programs that are used, the agent, the certificates' place and the clock.
pub async fn programs(over_ssh: bool) -> Vec<Check> {
    let programs = [
        Program {
            name: "ssh client",
            command: &["ssh", "-V"],
            needed: over_ssh,
            mend: "install the package openssh-client",
        },
        Program {
            name: "systemctl",
            command: &["systemctl", "--version"],
            needed: false,
            mend: "without systemd no unit can be seen or restarted here",
        },
        Program {
            name: "journalctl",
            command: &["journalctl", "--version"],
            needed: false,
            mend: "without the journal only files and containers have logs here",
        },
        Program {
            name: "nvidia-smi",
            command: &["nvidia-smi", "--version"],
            needed: false,
            mend: "",
        },
        Program {
            name: "wg",
            command: &["wg", "--version"],
            needed: false,
            mend: "",
        },
    ];
    let mut checks = side_by_side(programs.map(program)).await;
    if over_ssh {
        checks.push(agent().await);
    }
    checks.push(certificates());
    checks.push(clock().await);
    checks
}

async fn run(words: &[&str]) -> Option<CommandOutput> {
    let (program, arguments) = words.split_first()?;
    let command = CommandLine::new(program, arguments.iter().copied());
    LocalHost.run(&command, b"", SHORT).await.ok()
}

/// The first line that a program printed.
fn first_line(output: &CommandOutput) -> Text {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    Text::line(
        all.split(|byte| *byte == b'\n')
            .find(|line| !line.is_empty())
            .unwrap_or_default(),
    )
}

async fn program(program: Program) -> Check {
    let Program {
        name,
        command,
        needed,
        mend,
    } = program;
    match run(command).await.filter(|output| output.status == Some(0)) {
        Some(output) => Check::ok(name, first_line(&output)),
        None if needed => Check::missing(name, "not installed, or it does not run", mend),
        None if mend.is_empty() => {
            Check::ok(name, "not installed; only machines that have one need it")
        }
        None => Check::warning(name, "not installed, or it does not run", mend),
    }
}

/// The SSH agent (ssh-add(1): 0 has keys, 1 has none, 2 cannot be reached).
async fn agent() -> Check {
    let mend = "start one and add a key (eval \"$(ssh-agent)\"; ssh-add), or name keys without a passphrase by IdentityFile";
    let listed = run(&["ssh-add", "-l"]).await;
    match listed.as_ref().map(|output| output.status) {
        Some(Some(0)) => {
            let keys = listed
                .map(|output| String::from_utf8_lossy(&output.stdout).lines().count())
                .unwrap_or_default();
            Check::ok(
                "ssh agent",
                format!("{keys} key{}", if keys == 1 { "" } else { "s" }),
            )
        }
        Some(Some(1)) => Check::warning(
            "ssh agent",
            "it runs and holds no key",
            "add one with ssh-add, or name keys by IdentityFile",
        ),
        _ => Check::warning("ssh agent", "none can be reached", mend),
    }
}

/// Where the roots of trust may be: Debian and Arch, Red Hat, Alpine and OpenSSL's own.
const ROOTS: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

fn certificates() -> Check {
    let own = std::env::var("SSL_CERT_FILE").ok();
    let found = own
        .iter()
        .map(String::as_str)
        .chain(ROOTS)
        .find(|path| std::path::Path::new(path).is_file());
    match found {
        Some(path) => Check::ok("CA certificates", path),
        None => Check::warning(
            "CA certificates",
            "none found: every https and tls probe will call its certificate untrusted",
            "install the package ca-certificates, or set SSL_CERT_FILE",
        ),
    }
}

/// Whether the clock is kept right (timedatectl(1)).
async fn clock() -> Check {
    let shown = run(&[
        "timedatectl",
        "show",
        "--property=NTPSynchronized",
        "--value",
    ])
    .await;
    let words = shown
        .filter(|output| output.status == Some(0))
        .map(|output| first_line(&output));
    match words.as_deref() {
        Some("yes") => Check::ok("clock", "kept right over the network"),
        Some("no") => Check::warning(
            "clock",
            "not kept right over the network: ages and certificates may be misjudged",
            "timedatectl set-ntp true",
        ),
        _ => Check::ok("clock", "nothing tells whether it is kept right"),
    }
}

#[cfg(test)]
mod tests {
    use cli::doctor::State;
    use config::Diagnostic;

    use super::*;

    #[test]
    fn each_problem_is_a_line() {
        let mut report = Report::default();
        report.push(
            Diagnostic {
                line: 4,
                field: "nodes[0].adress".into(),
                ..Diagnostic::of_file(&"fleet.toml".into(), "unknown field")
            }
            .suggest("did you mean \"address\"?"),
        );
        report.push(Diagnostic::of_file(&"settings.toml".into(), "is empty").warning());
        let checks = configuration(&Paths::default(), &report);
        let first = Check::missing(
            "fleet.toml:4",
            "nodes[0].adress: unknown field",
            "did you mean \"address\"?",
        );
        assert_eq!(checks[0], first);
        assert_eq!((checks.len(), checks[1].state), (2, State::Warning));
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths {
            fleet: Some(folder.path().join("fleet.toml")),
            ..Paths::default()
        };
        assert_eq!(
            configuration(&paths, &Report::default())[0].state,
            State::Warning,
            "no fleet file"
        );
        std::fs::write(folder.path().join("fleet.toml"), "").unwrap();
        assert_eq!(
            configuration(&paths, &Report::default())[0].state,
            State::Ok
        );
    }

    #[tokio::test]
    async fn a_program_that_is_not_there() {
        let looked = async |needed, mend| {
            program(Program {
                name: "x",
                command: &["wheelhouse-no-such-program"],
                needed,
                mend,
            })
            .await
            .state
        };
        assert_eq!(looked(true, "install it").await, State::Missing);
        assert_eq!(looked(false, "install it").await, State::Warning);
        assert_eq!(looked(false, "").await, State::Ok);
    }
}
