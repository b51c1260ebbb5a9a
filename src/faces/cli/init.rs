//! `wheelhouse init`: a first fleet file, from what is found on this machine. Never overwrites one.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use config::Paths;
use config::fleet::write::{Found, example};
use kit::files;
use vocab::Text;

use crate::Arguments;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::count;
use crate::print::{Console, Tone};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print the file instead of writing it
    #[arg(long)]
    print: bool,
}

/// Writes the fleet file for what was found to the one of the command line, else to the usual place, or prints it. Fails
/// when the output cannot be written.
pub fn run(options: &Options, arguments: &Arguments, found: &Found) -> io::Result<ExitCode> {
    let mut console = Console::standard();
    let written = write(
        options,
        arguments.fleet.clone().or_else(|| Paths::standard().fleet),
        found,
        &mut console,
    );
    crate::conclude(written, &mut console).map(Into::into)
}

fn write(
    options: &Options,
    fleet: Option<PathBuf>,
    found: &Found,
    console: &mut Console,
) -> Result<Exit> {
    let text = example(found);
    if options.print {
        console.out.document(&text)?;
        return Ok(Exit::Fine);
    }
    let path = fleet.ok_or_else(|| {
        Error::File(Text::line(
            "no home folder: set HOME, or say where with --fleet PATH",
        ))
    })?;
    let shown = Text::line(path.to_string_lossy().as_bytes());
    let cannot = |error: &io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::NotConfirmed(Text::line(format!(
            "{shown} is there already and is not overwritten; --print shows what would be written"
        ))),
        _ => Error::File(Text::line(format!("cannot write {shown}: {error}"))),
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        files::make_private_folder(folder).map_err(|error| cannot(&error))?;
    }
    files::write_new(&path, text.as_bytes()).map_err(|error| cannot(&error))?;
    console.out.say(Tone::Good, format!("wrote {shown}"))?;
    console.out.say(
        Tone::Plain,
        format!(
            "found this machine and {}, {}, {}; edit the file, then `wheelhouse doctor` checks every connection",
            count(found.ssh_hosts.len(), "ssh host"),
            count(found.docker_contexts.len(), "docker context"),
            count(found.containers.len(), "running container"),
        ),
    )?;
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Paper;

    #[test]
    fn writes_once_and_never_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/fleet.toml");
        let found = Found {
            host: "console-1".into(),
            ..Found::default()
        };
        let (out, err) = (Paper::default(), Paper::default());
        let mut console = crate::testing::console(&out, &err, false, &[]);
        let mut write = |print| {
            write(&Options { print }, Some(path.clone()), &found, &mut console)
                .map_err(|error| error.exit())
        };
        assert_eq!(write(true), Ok(Exit::Fine));
        assert!(!path.exists(), "printing writes nothing");
        assert_eq!(write(false), Ok(Exit::Fine));
        let first = std::fs::read_to_string(&path).unwrap();
        assert_eq!(write(false), Err(Exit::Refused));
        assert!(
            out.text().starts_with(&first),
            "what is printed is what is written"
        );
        assert!(first.contains("name = \"console-1\""));
    }
}
