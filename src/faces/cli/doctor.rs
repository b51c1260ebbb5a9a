//! `wheelhouse doctor`: how each thing it depends on does, one line each, with how to mend it.

use std::io;
use std::process::ExitCode;

use serde::Serialize;
use vocab::Text;

use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::count;
use crate::print::{Cell, Console, Table, Tone};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How a thing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Well.
    Ok,
    /// Not there or not right, and not needed for what is configured.
    Warning,
    /// Needed for what is configured, and missing or wrong.
    Missing,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `ssh client`, `node web-1` …
    pub name: Text,
    /// How it does.
    pub state: State,
    /// What was seen.
    pub text: Text,
    /// How to mend it; empty when there is nothing to mend.
    pub mend: Text,
}

impl Check {
    /// All is well.
    pub fn ok(name: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        Self {
            name: line(name),
            state: State::Ok,
            text: line(text),
            mend: Text::default(),
        }
    }

    /// Something that is not needed is not right.
    pub fn warning(name: impl AsRef<str>, text: impl AsRef<str>, mend: impl AsRef<str>) -> Self {
        Self {
            name: line(name),
            state: State::Warning,
            text: line(text),
            mend: line(mend),
        }
    }

    /// Something that is needed is not right.
    pub fn missing(name: impl AsRef<str>, text: impl AsRef<str>, mend: impl AsRef<str>) -> Self {
        Self {
            name: line(name),
            state: State::Missing,
            text: line(text),
            mend: line(mend),
        }
    }
}

fn line(text: impl AsRef<str>) -> Text {
    Text::line(text.as_ref())
}

/// The whole examination as JSON.
#[derive(Serialize)]
struct Examination<'a> {
    state: State,
    checks: &'a [Check],
}

/// Prints the checks; the exit code says whether something needed is missing. Fails when the output cannot
/// be written.
pub fn run(options: &Options, checks: &[Check]) -> io::Result<ExitCode> {
    let mut console = Console::standard();
    let told = tell(options, checks, &mut console);
    crate::conclude(told, &mut console).map(Into::into)
}

fn tell(options: &Options, checks: &[Check], console: &mut Console) -> Result<Exit> {
    let state = checks
        .iter()
        .map(|check| check.state)
        .max()
        .unwrap_or(State::Ok);
    let exit = if state == State::Missing {
        Exit::Wrong
    } else {
        Exit::Fine
    };
    if options.json {
        console.out.json(&Examination { state, checks })?;
        return Ok(exit);
    }
    let mut table = Table::new(&["", "WHAT", "SEEN", "HOW TO MEND IT"]);
    for check in checks {
        let (word, tone) = match check.state {
            State::Ok => ("ok", Tone::Good),
            State::Warning => ("warning", Tone::Warn),
            State::Missing => ("missing", Tone::Bad),
        };
        table.row(vec![
            Cell::of(word).tone(tone),
            Cell::from(&check.name).tone(Tone::Strong),
            Cell::from(&check.text),
            Cell::from(&check.mend).tone(Tone::Dim),
        ]);
    }
    table.print(&mut console.out, 0)?;
    let number = |state| checks.iter().filter(|check| check.state == state).count();
    let (missing, warnings) = (number(State::Missing), number(State::Warning));
    let summary = match (missing, warnings) {
        (0, 0) => "all is well".to_owned(),
        (0, warnings) => format!(
            "all that is needed is there; {}",
            count(warnings, "warning")
        ),
        (missing, warnings) => format!(
            "{} missing, {}",
            count(missing, "needed thing"),
            count(warnings, "warning")
        ),
    };
    console
        .out
        .say(if missing > 0 { Tone::Bad } else { Tone::Good }, summary)?;
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Paper, console};

    #[test]
    fn one_line_each_and_the_exit_code() {
        let told = |json, checks: &[Check]| {
            let out = Paper::default();
            let mut console = console(&out, &Paper::default(), false, &[]);
            let exit = tell(&Options { json }, checks, &mut console).unwrap();
            (exit, out.text())
        };
        let checks = [
            Check::ok("ssh client", "OpenSSH_9.2p1"),
            Check::warning("ssh agent", "none runs", "start one: eval \"$(ssh-agent)\""),
            Check::missing("node web-1", "no answer within 5 s", "check the address"),
        ];
        let (exit, text) = told(false, &checks);
        assert_eq!(exit, Exit::Wrong);
        insta::assert_snapshot!("doctor", text);
        insta::assert_snapshot!("doctor_json", told(true, &checks).1);
        assert_eq!(
            told(false, &checks[..2]).0,
            Exit::Fine,
            "a warning is no failure"
        );
    }
}
