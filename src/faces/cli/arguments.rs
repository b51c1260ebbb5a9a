//! The command line: global flags and the commands.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use config::{Config, Paths, Report, keymap, shipped, theme};

use crate::{
    alerts, audit, autopilot, backups, change, completions, containers, doctor, exec, exit, init,
    item, logs, nodes, note, prune, reboot, run_command,
};
use crate::{quota, revenue, rules, runs, schedules, serve, services, sites, ssh, status, top};

/// Under which options that every command takes stand in its help: after its own.
const GLOBAL: &str = "Options of every command";

/// A terminal operations console for a small fleet.
///
/// Without a command the interactive console opens: on this machine, and on every node of the fleet file.
#[derive(Debug, Parser)]
#[command(name = "wheelhouse", version, after_long_help = exit::HELP)]
pub struct Arguments {
    /// The fleet file [default: ~/.config/wheelhouse/fleet.toml]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "PATH", env = "WHEELHOUSE_FLEET")]
    pub fleet: Option<PathBuf>,
    /// The theme: night, day, contrast, plain, or one of your own
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "NAME", env = "WHEELHOUSE_THEME")]
    pub theme: Option<String>,
    /// The keymap: default, vim or k9s
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "NAME")]
    pub keymap: Option<String>,
    /// Look only; nothing can be changed
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub read_only: bool,
    /// Draw without colour, as with `NO_COLOR`
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub plain: bool,
    /// What to do instead of opening the console.
    #[command(subcommand)]
    pub command: Option<Subcommand>,
}

/// The commands.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Say in a few lines whether all is well, and what is not
    #[command(after_long_help = exit::HELP)]
    Status(status::Options),
    /// List the ten things that matter now, the first first
    Top(top::Options),
    /// Show an item, acknowledge, snooze, delegate or mend it
    Item(item::Options),
    /// Note what is to be done, or what another system reports
    Note(note::Options),
    /// List the nodes, or show one
    Nodes(nodes::Options),
    /// List the containers, or show one
    #[command(visible_alias = "ps")]
    Containers(containers::Options),
    /// List the services, or show one
    Services(services::Options),
    /// Read logs, merged by time
    Logs(logs::Options),
    /// Restart containers or systemd units
    #[command(after_long_help = exit::HELP)]
    Restart(change::RestartOptions),
    /// Stop containers
    #[command(after_long_help = exit::HELP)]
    Stop(change::Options),
    /// Start containers
    #[command(after_long_help = exit::HELP)]
    Start(change::Options),
    /// Freeze containers
    #[command(after_long_help = exit::HELP)]
    Pause(change::Options),
    /// Thaw frozen containers
    #[command(after_long_help = exit::HELP)]
    Unpause(change::Options),
    /// End containers at once
    #[command(after_long_help = exit::HELP)]
    Kill(change::Options),
    /// Remove containers
    #[command(after_long_help = exit::HELP)]
    Remove(change::Options),
    /// Remove what nothing uses, after listing exactly what goes
    #[command(after_long_help = exit::HELP)]
    Prune(prune::Options),
    /// Reboot nodes
    #[command(after_long_help = exit::HELP)]
    Reboot(reboot::Options),
    /// Open a shell in a container, or run a command in it
    #[command(after_long_help = exit::HELP)]
    Exec(exec::Options),
    /// Open a shell on a node, or run a command on it
    #[command(after_long_help = exit::HELP)]
    Ssh(ssh::Options),
    /// Run a command on several nodes
    #[command(after_long_help = exit::HELP)]
    Run(run_command::Options),
    /// List the sites, or show one with its releases
    Sites(sites::ListOptions),
    /// Make a site: server, web server, DNS record, certificate, subscription
    #[command(after_long_help = exit::HELP)]
    Deploy(sites::DeployOptions),
    /// Have a site serve new files, when it answers with them
    #[command(after_long_help = exit::HELP)]
    Release(sites::ReleaseOptions),
    /// Have a site serve an earlier release again
    #[command(after_long_help = exit::HELP)]
    Rollback(sites::RollbackOptions),
    /// Remove a site: subscription, DNS record, server, all of it
    #[command(after_long_help = exit::HELP)]
    Delete(sites::DeleteOptions),
    /// Make a backup of a site; list, try and thin out backups
    #[command(after_long_help = exit::HELP)]
    Backup(backups::Options),
    /// Bring a site, or a part of it, back from a backup; onto a new server when its own is gone
    #[command(after_long_help = exit::HELP)]
    Restore(backups::RestoreOptions),
    /// Move, fail over, suspend, resume, restart, renew, rename or delete a site
    Site(sites::LifeOptions),
    /// Say what the sites bring in a month and what of it is left
    Revenue(revenue::Options),
    /// List the affiliates: sites, share, what is theirs
    Affiliates(revenue::AffiliatesOptions),
    /// Say what is left of the providers' quotas
    #[command(after_long_help = quota::HELP)]
    Quota(quota::Options),
    /// Say what runs by itself, stop it, let it go on
    #[command(after_long_help = autopilot::HELP)]
    Autopilot(autopilot::Options),
    /// List what was done, or show one run with its steps and their output
    Runs(runs::Options),
    /// List what is done by itself, run it now, pause or resume it
    #[command(after_long_help = exit::HELP)]
    Schedules(schedules::Options),
    /// List who is told of what is wrong, and what was told; send a test
    #[command(after_long_help = exit::HELP)]
    Alerts(alerts::Options),
    /// Do what is done by itself without a screen: schedules, and going on with what was left
    #[command(after_long_help = serve::HELP)]
    Serve(serve::Options),
    /// Show the audit log: who did what, when, and how it ended
    Audit(audit::Options),
    /// List the rules that judge, or look over a file of rules
    Rules(rules::Options),
    /// Write a fleet file from what is found on this machine
    Init(init::Options),
    /// Check every dependency, permission and connection
    Doctor(doctor::Options),
    /// Print a completion script for a shell
    Completions(completions::Options),
    /// Open the wall: a read-only picture for across the room; q twice or ctrl-c twice within a second ends it
    Wall(WallOptions),
    /// Open the console on a simulated fleet, for a first look; nothing needs to be installed, nothing real is touched
    #[command(after_help = DEMO_HELP)]
    Demo(DemoOptions),
    /// Serve the provider sandbox on loopback: Hetzner, Cloudflare and Stripe to try things on; ctrl-c ends it
    Sandbox(SandboxOptions),
}

/// Options of the wall.
#[derive(Debug, Default, clap::Args)]
pub struct WallOptions {
    /// Seconds each page stays [default: `wall_seconds` of settings.toml]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(5..=600))]
    pub seconds: Option<u32>,
    /// Show no amounts of money: for a wall that visitors can read
    #[arg(long)]
    pub no_money: bool,
}

/// The day that a demo plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DemoScenario {
    /// A node is down with its sites, a disk fills, payments fail, and more comes every few seconds
    BadDay,
    /// All is well, but for one note
    Quiet,
}

const DEMO_HELP: &str = "\
Things to try on the bad day: enter on an item says why it is there; F shows the plan of its fix and the letter below it
runs that; what is mended leaves the list. 0 to 9 are the views, ? lists every key, q ends it.
Fixes work on the simulation alone. Nothing of a demo is kept.";

/// Options of the simulated fleet.
#[derive(Debug, clap::Args)]
pub struct DemoOptions {
    /// Which day is played
    #[arg(long, value_enum, value_name = "NAME", default_value_t = DemoScenario::BadDay)]
    pub scenario: DemoScenario,
    /// Nodes
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = within::<1, 1000>)]
    pub nodes: usize,
    /// Containers on all nodes together
    #[arg(long, value_name = "N", default_value_t = 73, value_parser = within::<0, 20_000>)]
    pub containers: usize,
    /// Hosted sites
    #[arg(long, value_name = "N", default_value_t = 52, value_parser = within::<0, 1000>)]
    pub sites: usize,
    /// Log lines a second, of all containers together
    #[arg(long, value_name = "N", default_value_t = 40.0, value_parser = rate)]
    pub log_rate: f64,
    /// Open the wall instead of the console
    #[arg(long)]
    pub wall: bool,
    /// Another number plays another course of events
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
}

/// Options of the provider sandbox.
#[derive(Debug, clap::Args)]
pub struct SandboxOptions {
    /// The loopback address to listen on; port 0 is any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Print the addresses and tokens as one line of JSON
    #[arg(long)]
    pub json: bool,
    /// Print a fleet file that uses it, for --fleet or `WHEELHOUSE_FLEET` of other commands
    #[arg(long, conflicts_with = "json")]
    pub toml: bool,
    /// A script of faults: calls that are to go wrong
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Serve the API alone; without this each server is a container where Docker is there
    #[arg(long)]
    pub no_hosts: bool,
    /// Milliseconds that the creation of a server takes
    #[arg(long, value_name = "MS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(0..=600_000))]
    pub latency: u64,
}

/// A number from `LEAST` to `MOST`.
fn within<const LEAST: usize, const MOST: usize>(text: &str) -> Result<usize, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (LEAST..=MOST).contains(number));
    number.ok_or_else(|| format!("must be a whole number from {LEAST} to {MOST}"))
}

/// Lines a second, at most 200,000.
fn rate(text: &str) -> Result<f64, &'static str> {
    let rate = text
        .parse()
        .ok()
        .filter(|rate| (0.0..=200_000.0).contains(rate));
    rate.ok_or("must be a number from 0 to 200000")
}

impl Arguments {
    /// Whether a run is gone on with, to its end.
    pub const fn resumes(&self) -> bool {
        match &self.command {
            Some(Subcommand::Runs(options)) => options.resumes(),
            _ => false,
        }
    }

    /// Whether it is a wish about sites, and asks nothing of the others.
    pub const fn changes_sites(&self) -> bool {
        matches!(
            self.command,
            Some(
                Subcommand::Deploy(_)
                    | Subcommand::Release(_)
                    | Subcommand::Rollback(_)
                    | Subcommand::Delete(_)
                    | Subcommand::Restore(_)
                    | Subcommand::Site(_)
            )
        )
    }

    /// Whether nothing is to be drawn in colour: `--plain`, or `NO_COLOR` (<https://no-color.org>) unless a theme is named.
    pub fn is_plain(&self) -> bool {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.plain || no_colour && self.theme.is_none()
    }

    /// Puts what the command line and the environment say above the settings: `--theme`, `--keymap`, and the plain theme
    /// where nothing is to be drawn in colour. What cannot be found is reported.
    pub fn override_settings(&self, config: &mut Config, paths: &Paths, report: &mut Report) {
        self.override_with(self.is_plain(), config, paths, report);
    }

    fn override_with(&self, plain: bool, config: &mut Config, paths: &Paths, report: &mut Report) {
        let plain = plain.then_some(shipped::PLAIN_THEME);
        if let Some(name) = plain.or(self.theme.as_deref()) {
            config.theme = theme::load(name, paths.themes.as_deref(), report);
            name.clone_into(&mut config.settings.theme);
        }
        if let Some(name) = &self.keymap {
            config.keymap = keymap::load(name, paths.keymap.as_deref(), report);
            config.settings.keymap.clone_from(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(words: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["wheelhouse"], words].concat()).expect("a command line")
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn global_flags_stand_before_or_behind_the_command() {
        for words in [["--read-only", "status"], ["status", "--read-only"]] {
            let arguments = parsed(&words);
            assert!(arguments.read_only);
            assert!(matches!(arguments.command, Some(Subcommand::Status(_))));
        }
        assert!(parsed(&[]).command.is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        for words in [
            &["demo", "--nodes", "0"][..],
            &["demo", "--log-rate", "-1"],
            &["demo", "--log-rate", "NaN"],
            &["logs"],
            &["restart"],
            &["run", "--", "uptime"],
            &["wall", "--seconds", "1"],
        ] {
            assert!(
                Arguments::try_parse_from([&["wheelhouse"], words].concat()).is_err(),
                "{words:?}"
            );
        }
    }

    #[test]
    fn the_command_line_lies_above_the_settings() {
        let (mut config, paths, mut report) =
            (Config::default(), Paths::default(), Report::default());
        parsed(&["--theme", "day", "--keymap", "vim"]).override_with(
            false,
            &mut config,
            &paths,
            &mut report,
        );
        assert_eq!(
            (config.theme.name.as_str(), config.settings.keymap.as_str()),
            ("day", "vim")
        );
        let mut bare = parsed(&["status"]);
        bare.theme = None;
        bare.override_with(true, &mut config, &paths, &mut report);
        assert_eq!(config.theme.name, shipped::PLAIN_THEME);
        assert!(report.is_empty());
        bare.theme = Some("nihgt".into());
        bare.override_with(false, &mut config, &paths, &mut report);
        assert!(!report.is_empty(), "an unknown theme is reported");
    }
}
