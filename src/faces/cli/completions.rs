//! `wheelhouse completions`: a completion script for a shell.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::Arguments;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::Console;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The shell
    shell: ShellWord,
}

/// The shells there are scripts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShellWord {
    /// Source it, or put it into `bash-completion`'s folder.
    Bash,
    /// Put it as `_wheelhouse` into a folder of `$fpath`.
    Zsh,
    /// Put it as `wheelhouse.fish` into `~/.config/fish/completions`.
    Fish,
}

/// Prints the script. Fails when the output cannot be written.
pub fn run(options: &Options) -> io::Result<ExitCode> {
    let mut console = Console::standard();
    let printed = print(options, &mut console);
    crate::conclude(printed, &mut console).map(Into::into)
}

fn print(options: &Options, console: &mut Console) -> Result<Exit> {
    let shell = match options.shell {
        ShellWord::Bash => Shell::Bash,
        ShellWord::Zsh => Shell::Zsh,
        ShellWord::Fish => Shell::Fish,
    };
    // Into memory first: the generator panics when its writer fails, and a pipe may be closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "wheelhouse", &mut script);
    let script =
        String::from_utf8(script).map_err(|error| Error::Output(io::Error::other(error)))?;
    console.out.document(&script)?;
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Paper, console};

    #[test]
    fn every_command_can_be_completed() {
        for shell in [ShellWord::Bash, ShellWord::Zsh, ShellWord::Fish] {
            let out = Paper::default();
            print(
                &Options { shell },
                &mut console(&out, &Paper::default(), false, &[]),
            )
            .unwrap();
            let script = out.text();
            for command in Arguments::command().get_subcommands() {
                assert!(
                    script.contains(command.get_name()),
                    "{shell:?}: {}",
                    command.get_name()
                );
            }
        }
    }
}
