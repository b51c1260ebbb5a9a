//! `wheelhouse rules`: the rules that judge, with where each stands; `rules check FILE` looks over a file.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use config::{Config, Report};
use serde::Serialize;
use vocab::rule::Fix;
use vocab::{Figure, Rule};

use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::count;
use crate::print::{Cell, Console, Table, Tone, piece};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// List the figures that rules can judge, with their units
    #[arg(long)]
    figures: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Look over a file of rules without using it
    Check {
        /// The file
        file: PathBuf,
    },
}

/// A rule.
#[derive(Debug, Serialize)]
struct Row<'r> {
    id: &'r str,
    figure: &'static str,
    unit: &'static str,
    /// From where on it is wrong, the gravest first: `critical >= 95`.
    bounds: Vec<String>,
    hold_seconds: i64,
    calm_seconds: i64,
    kind: &'static str,
    level: &'static str,
    title: &'r str,
    fix: Option<&'r str>,
    only: Vec<&'r str>,
    off: bool,
    /// The file and line it stands at.
    place: &'r str,
}

impl<'r> Row<'r> {
    fn of(rule: &'r Rule) -> Self {
        let bounds = rule.bands.iter();
        Self {
            id: &rule.id,
            figure: rule.figure.word(),
            unit: rule.figure.unit().word(),
            bounds: bounds
                .map(|band| format!("{} {}", band.severity.word(), band.test))
                .collect(),
            hold_seconds: rule.hold.as_seconds(),
            calm_seconds: rule.calm.as_seconds(),
            kind: rule.kind.word(),
            level: rule.level.word(),
            title: &rule.title,
            fix: rule.fix.as_ref().map(Fix::word),
            only: rule.only.iter().map(vocab::Text::as_str).collect(),
            off: rule.off,
            place: &rule.place,
        }
    }
}

/// Prints the rules in force with what is wrong in their files, or what is wrong in a file. Fails when the output cannot be
/// written.
pub fn run(options: &Options, config: &Config, report: &Report) -> io::Result<ExitCode> {
    let mut console = Console::standard();
    let printed = print(options, config, report, &mut console);
    crate::conclude(printed, &mut console).map(Into::into)
}

fn print(
    options: &Options,
    config: &Config,
    report: &Report,
    console: &mut Console,
) -> Result<Exit> {
    match &options.what {
        Some(What::Check { file }) => {
            let mut found = Report::default();
            let rules = config::rules::load(Some(file), true, &mut found);
            problems(&found, console)?;
            if found.iter().next().is_some() {
                return Ok(Exit::Wrong);
            }
            let off = rules.iter().filter(|rule| rule.off).count();
            let words = format!(
                "{} in force with it, {off} switched off",
                count(rules.len() - off, "rule")
            );
            console.out.line(&[piece(Tone::Good, words)])?;
            Ok(Exit::Fine)
        }
        None if options.figures => figures(options.json, console),
        None => {
            problems(report, console)?;
            list(&config.rules, options.json, console)
        }
    }
}

fn problems(report: &Report, console: &mut Console) -> Result<()> {
    for problem in report {
        console.err.line(&[piece(Tone::Bad, problem.to_string())])?;
    }
    Ok(())
}

fn figures(json: bool, console: &mut Console) -> Result<Exit> {
    if json {
        let all: Vec<(&str, &str)> = Figure::ALL
            .iter()
            .map(|figure| (figure.word(), figure.unit().word()))
            .collect();
        console.out.json(&all)?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&["FIGURE", "UNIT"]);
    for figure in Figure::ALL {
        table.row(vec![
            Cell::of(figure.word()),
            Cell::of(figure.unit().word()),
        ]);
    }
    table.print(&mut console.out, 0)?;
    Ok(Exit::Fine)
}

fn list(rules: &[Rule], json: bool, console: &mut Console) -> Result<Exit> {
    let rows: Vec<Row<'_>> = rules.iter().map(Row::of).collect();
    if json {
        console.out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&[
        "RULE",
        "JUDGES",
        "BOUNDS",
        "HOLD",
        "CALM",
        "BY",
        "FIX",
        "ONLY",
        "STANDS AT",
    ]);
    for (row, rule) in rows.iter().zip(rules) {
        let tone = if rule.off { Tone::Dim } else { Tone::Plain };
        let bounds = if rule.off {
            "off".to_owned()
        } else {
            row.bounds.join(", ")
        };
        table.row(vec![
            Cell::of(row.id).tone(tone),
            Cell::of(row.figure).tone(tone),
            Cell::of(bounds).tone(tone),
            Cell::of(rule.hold.to_string()).tone(tone),
            Cell::of(rule.calm.to_string()).tone(tone),
            Cell::of(row.level).tone(tone),
            Cell::of(row.fix.unwrap_or("-")).tone(tone),
            Cell::of(if row.only.is_empty() {
                "-".to_owned()
            } else {
                row.only.join(" ")
            })
            .tone(tone),
            Cell::of(row.place).tone(Tone::Dim),
        ]);
    }
    table.print(&mut console.out, 0)?;
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::testing::{self, Paper};
    use crate::{Arguments, Subcommand};

    fn said(words: &[&str]) -> (Exit, String, String) {
        let line = ["wheelhouse", "rules"].iter().chain(words);
        let arguments = Arguments::try_parse_from(line).unwrap();
        let Some(Subcommand::Rules(options)) = arguments.command else {
            panic!("another command");
        };
        let (out, err) = (Paper::default(), Paper::default());
        let mut console = testing::console(&out, &err, false, &[]);
        let config = Config {
            rules: config::rules::shipped(),
            ..Config::default()
        };
        let exit = print(&options, &config, &Report::default(), &mut console);
        (exit.unwrap(), out.text(), err.text())
    }

    #[test]
    fn rules_and_figures_are_listed_with_where_they_stand() {
        let (exit, out, _) = said(&[]);
        assert_eq!(exit, Exit::Fine);
        let disk = out
            .lines()
            .find(|line| line.starts_with("disk.full "))
            .unwrap();
        for part in [
            "node.disk",
            "critical >= 95, warning >= 85",
            "agent",
            "prune-images",
            "shipped rules.toml:",
        ] {
            assert!(disk.contains(part), "{disk}");
        }
        let (_, json, _) = said(&["--json"]);
        let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(
            rows.as_array()
                .unwrap()
                .iter()
                .any(|row| row["id"] == "site.down" && row["off"] == false)
        );
        let (_, figures, _) = said(&["--figures"]);
        assert!(
            figures
                .lines()
                .any(|line| line.starts_with("replica.lag ") && line.ends_with('s'))
        );
    }

    #[test]
    fn a_file_is_looked_over_without_being_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rules.toml");
        let path = file.to_string_lossy().into_owned();
        std::fs::write(&file, "[[rule]]\nid = 'load.high'\noff = true\n").unwrap();
        let (exit, out, err) = said(&["check", &path]);
        assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
        assert!(out.contains("1 switched off"), "{out}");
        std::fs::write(&file, "[[rule]]\nid = 'disc.full'\n").unwrap();
        let (exit, _, err) = said(&["check", &path]);
        assert_eq!(exit, Exit::Wrong);
        assert!(
            err.contains(":2: rule[0].id: no rule is called") && err.contains("disk.full"),
            "{err}"
        );
        let (exit, _, err) = said(&["check", "/nowhere/rules.toml"]);
        assert_eq!(exit, Exit::Wrong);
        assert!(err.contains("no such file"), "{err}");
    }
}
