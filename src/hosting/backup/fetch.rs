//! A part of a backup, back: opened and hashed on its way to wherever it is wanted, and believed only at its very end.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::sealed::{self, Key, SealError};
use archive::{Release, Surveyed};
use bytes::Bytes;
use drivers::Host;
use drivers::host::CommandLine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;
use vocab::Text;
use world::{BackupPart, SitePart};

use super::manifest::part_label;
use super::names::Place;
use super::pipe::{Hashing, Piece, PipeReader, PipeWriter, pipe};
use super::{Result, Told, Vault, failed, progress, remote, stored};
use crate::webserver::Trouble;

/// Where a part goes.
pub(crate) enum Sink<'a> {
    /// Nowhere: it is only seen to be whole.
    Nowhere,
    /// Nowhere, but it is said which release its files are.
    Survey,
    /// Into a release below a folder of this machine.
    Release(&'a Path),
    /// Into a new file of this machine.
    File(&'a Path),
    /// Into a command on a server.
    Server(&'a dyn Host, &'a CommandLine),
}

/// A part that is to come back.
pub(crate) struct Opening<'a> {
    pub vault: &'a Vault,
    pub place: &'a Place,
    pub part: SitePart,
    /// What the manifest says of it; nothing while there is none yet.
    pub wanted: Option<&'a BackupPart>,
    pub told: Told,
}

/// A part that came back whole.
pub(crate) struct Opened {
    pub part: BackupPart,
    pub used: Used,
}

/// What became of it.
pub(crate) enum Used {
    /// Nothing that is to be known.
    Otherwise,
    /// A release on this machine.
    Release(Release),
    /// It would be this release.
    Surveyed(Surveyed),
}

impl Opening<'_> {
    /// Brings it back. Fails when it is not what the manifest says, bit by bit.
    pub(crate) async fn carry_out(&self, sink: Sink<'_>) -> Result<Opened> {
        let bytes = self.wanted.map_or(0, |wanted| wanted.bytes);
        let key = self.vault.old_key().await?;
        let (sealed, to_open) = pipe();
        let (plain, mut opened) = pipe();
        let opening = self.opening(key, to_open, plain);
        let opening = async {
            opening
                .await
                .unwrap_or_else(|_| Err(Broken::Bad(failed("the backup could not be opened"))))
        };
        let using = async {
            match sink {
                Sink::Nowhere => {
                    while let Some(Some(_)) = opened.recv().await {}
                    Ok(Used::Otherwise)
                }
                Sink::Survey => survey(opened).await.map(Used::Surveyed),
                Sink::Release(releases) => {
                    let unpacked = unpack(releases.to_owned(), opened);
                    unpacked.await.map(Used::Release)
                }
                Sink::File(path) => write(path, opened).await.map(|()| Used::Otherwise),
                Sink::Server(host, command) => {
                    let given = give(host, command, bytes, opened);
                    given.await.map(|()| Used::Otherwise)
                }
            }
        };
        let (fetched, opened, used) = tokio::join!(self.fetch(sealed), opening, using);
        // What was opened is believed when all of it was; whoever used it stopped because of that, or by itself.
        match (fetched, opened, used) {
            (Ok(()), Ok(part), Ok(used)) => Ok(Opened { part, used }),
            // Who uses it stops the opening when it stops by itself, and is stopped by it when it breaks off.
            (Err(why), _, _)
            | (Ok(()), Err(Broken::Bad(why)), _)
            | (Ok(()), Ok(_) | Err(Broken::Unused), Err(why)) => Err(why),
            (Ok(()), Err(Broken::Unused), Ok(_)) => Err(failed("the backup was not read whole")),
        }
    }

    /// The sealed bytes, from the place.
    async fn fetch(&self, to: Sender<Piece>) -> Result<()> {
        let name = self.place.object(self.part.word())?;
        let mut reading = self.vault.storage.read(&name).await.map_err(stored)?;
        let mut done = 0;
        while let Some(piece) = reading.next().await.map_err(stored)? {
            done += piece.len() as u64;
            let of = self.wanted.map(|wanted| wanted.bytes.max(done));
            (self.told)(progress(done, of));
            if to.send(Some(piece)).await.is_err() {
                // Whoever opens it has stopped, and says why.
                return Ok(());
            }
        }
        drop(to.send(None).await);
        Ok(())
    }

    /// Opens them on a thread of its own, and ends the plain stream only when all of it is what the manifest says.
    fn opening(
        &self,
        key: Arc<Key>,
        from: Receiver<Piece>,
        to: Sender<Piece>,
    ) -> JoinHandle<std::result::Result<BackupPart, Broken>> {
        let label = part_label(self.place, self.part.word());
        let (part, wanted) = (self.part, self.wanted.cloned());
        spawn_blocking(move || {
            let bad = |words: String| Broken::Bad(failed(&format!("{}: {words}", part.word())));
            let mut writer = Hashing::new(PipeWriter::new(to));
            match sealed::open(&key, &label, PipeReader::new(from), &mut writer) {
                Err(SealError::Io { source, .. }) if source.kind() == ErrorKind::BrokenPipe => {
                    return Err(Broken::Unused);
                }
                opened => opened.map_err(|error| bad(error.to_string()))?,
            };
            let (writer, bytes, sha256) = writer.end();
            let found = BackupPart {
                part,
                bytes,
                sha256,
            };
            if wanted.is_some_and(|wanted| wanted != found) {
                return Err(bad(format!(
                    "it is not what the backup's manifest says, but {bytes} bytes with the hash {}; take another backup",
                    found.sha256
                )));
            }
            writer.end().map_err(|_| Broken::Unused)?;
            Ok(found)
        })
    }
}

/// Why an opening stopped.
enum Broken {
    /// It is not what it should be.
    Bad(Trouble),
    /// Nobody takes it any more.
    Unused,
}

async fn survey(from: Receiver<Piece>) -> Result<Surveyed> {
    spawn_blocking(move || archive::survey_tar(PipeReader::new(from)))
        .await
        .map_err(|_| failed("the files could not be looked at"))?
        .map_err(|error| failed(&error.to_string()))
}

async fn unpack(releases: PathBuf, from: Receiver<Piece>) -> Result<Release> {
    let read = spawn_blocking(move || archive::read_tar(PipeReader::new(from), &releases));
    read.await
        .map_err(|_| failed("the files could not be unpacked"))?
        .map_err(|error| failed(&error.to_string()))
}

/// Writes a file for its owner alone, which has its name only when it is whole.
async fn write(path: &Path, from: Receiver<Piece>) -> Result<()> {
    let path = path.to_owned();
    let written = spawn_blocking(move || {
        let folder = path.parent().unwrap_or(Path::new("."));
        kit::files::make_private_folder(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::copy(&mut PipeReader::new(from), &mut file)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&path)
            .map(drop)
            .map_err(|error| error.error)
    });
    written
        .await
        .map_err(|_| failed("the file could not be written"))?
        .map_err(|error| failed(&format!("the file could not be written: {error}")))
}

/// Gives it to a command, the last piece and the word that it is whole only when all of it was found good: without that the
/// command is killed.
async fn give(
    host: &dyn Host,
    command: &CommandLine,
    bytes: u64,
    mut from: Receiver<Piece>,
) -> Result<()> {
    let mut running = remote::start_giving(host, command, bytes).await?;
    let sending = async {
        let mut held: Option<Bytes> = None;
        while let Some(piece) = from.recv().await {
            let end = piece.is_none();
            if let Some(piece) = std::mem::replace(&mut held, piece) {
                let sent = timeout(remote::SILENCE, running.stdin.write_all(&piece));
                match sent.await {
                    Ok(Ok(())) => {}
                    // The command has ended; it says why.
                    Ok(Err(_)) => return true,
                    Err(_) => return false,
                }
            }
            if end {
                // A command that has ended before says why.
                return running.stdin.write_all(remote::WHOLE).await.is_err()
                    || running.stdin.flush().await.is_ok();
            }
        }
        false
    };
    let listening = remote::ended(&command.program, running.stderr);
    let draining = async {
        let mut dropped = vec![0; 4096];
        while let Ok(1..) = running.stdout.read(&mut dropped).await {}
        std::future::pending::<Infallible>().await
    };
    let (mut sending, mut listening) = (std::pin::pin!(sending), std::pin::pin!(listening));
    tokio::select! {
        ended = &mut listening => ended,
        never = draining => match never {},
        whole = &mut sending => {
            if whole {
                timeout(remote::AFTER, listening).await.unwrap_or_else(|_| {
                    Err(Trouble::Unknown(Text::line("the server does not come to an end with it")))
                })
            } else {
                Err(Trouble::Unknown(Text::line("the stream to the server broke off")))
            }
        }
    }
}
