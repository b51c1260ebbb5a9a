//! A part of a site, from its server into a backup.

use std::sync::Arc;

use archive::Surveyed;
use archive::sealed::{self, Key};
use bytes::Bytes;
use drivers::Host;
use drivers::host::CommandLine;
use drivers::storage::Writing;
use tokio::io::{AsyncRead, AsyncReadExt};
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

/// How much is read at once, in bytes.
const PIECE: usize = 64 * 1024;

/// A part to be taken.
pub(crate) struct Taking<'a> {
    pub vault: &'a Vault,
    /// The server it is taken from.
    pub host: &'a dyn Host,
    /// What gives it there.
    pub command: &'a CommandLine,
    pub place: &'a Place,
    pub part: SitePart,
    pub told: Told,
}

/// A part that lies in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub part: BackupPart,
    /// Which release its files are, when it is files.
    pub surveyed: Option<Surveyed>,
}

/// What stopped a stream, by who is to blame first: what was read of it, the command, the place, the seal.
type Ends = (
    Result<Option<Surveyed>>,
    Result<()>,
    Result<Box<dyn Writing>>,
    Result<(u64, String)>,
);

impl Taking<'_> {
    /// Takes it. When this fails, nothing of it counts, and trying again begins anew.
    pub(crate) async fn carry_out(self) -> Result<Taken> {
        let key = self.vault.key().await?;
        let name = self.place.object(self.part.word())?;
        let writing = self.vault.storage.write(&name).await.map_err(stored)?;
        let running = remote::start_taking(self.host, self.command).await?;
        let (raw, to_seal) = pipe();
        let (sealed, to_store) = pipe();
        let (tee, to_survey) = pipe();
        let surveying = self.part == SitePart::Files;
        let survey = spawn_blocking(move || {
            surveying.then(|| archive::survey_tar(PipeReader::new(to_survey)))
        });
        let sealing = self.sealing(key, to_seal, sealed);
        let reading = async {
            let tee = surveying.then_some(tee);
            let (mut pumping, mut ending) = (
                std::pin::pin!(pump(running.stdout, raw, tee, &self.told)),
                std::pin::pin!(remote::ended(&self.command.program, running.stderr)),
            );
            // Both are read at once: a command that says much must not be kept waiting.
            let (raw, tee) = tokio::select! {
                pumped = &mut pumping => {
                    let pumped = pumped?;
                    timeout(remote::SILENCE, ending).await.unwrap_or_else(|_| Err(silent()))?;
                    pumped
                }
                ended = &mut ending => {
                    let pumped = pumping.await?;
                    ended?;
                    pumped
                }
            };
            // Only now: a stream whose command failed never ends, it breaks off.
            drop(raw.send(None).await);
            if let Some(tee) = tee {
                drop(tee.send(None).await);
            }
            Ok(())
        };
        let surveyed = async {
            match survey.await {
                Ok(surveyed) => surveyed
                    .transpose()
                    .map_err(|error| failed(&error.to_string())),
                Err(_) => Err(failed("the files could not be looked at")),
            }
        };
        let sealed = async {
            sealing
                .await
                .unwrap_or_else(|_| Err(failed("the backup could not be sealed")))
        };
        let ends = tokio::join!(surveyed, reading, store(writing, to_store), sealed);
        self.conclude(ends).await
    }

    fn sealing(
        &self,
        key: Arc<Key>,
        from: Receiver<Piece>,
        to: Sender<Piece>,
    ) -> JoinHandle<Result<(u64, String)>> {
        let label = part_label(self.place, self.part.word());
        spawn_blocking(move || {
            let mut reader = Hashing::new(PipeReader::new(from));
            let mut writer = PipeWriter::new(to);
            let said = |error: String| failed(&error);
            sealed::seal(&key, &label, &mut reader, &mut writer)
                .map_err(|error| said(error.to_string()))?;
            writer.end().map_err(|error| said(error.to_string()))?;
            let (_, bytes, sha256) = reader.end();
            Ok((bytes, sha256))
        })
    }

    /// The first reason is the one that counts: what broke off is the consequence of another.
    async fn conclude(&self, ends: Ends) -> Result<Taken> {
        let (surveyed, read, written, sealed) = ends;
        let command_failed = matches!(&read, Err(Trouble::Not(_)));
        let first = if command_failed {
            read.and(surveyed)
        } else {
            surveyed.and_then(|surveyed| read.map(|()| surveyed))
        };
        let (surveyed, (bytes, sha256), writing) = match (first, sealed, written) {
            (Ok(surveyed), Ok(sealed), Ok(writing)) => (surveyed, sealed, writing),
            (first, sealed, written) => {
                let why = match (&first, written) {
                    (_, Ok(writing)) => {
                        writing.abandon().await;
                        first.err().or_else(|| sealed.err())
                    }
                    // A place that refuses breaks everything before it off.
                    (_, Err(refused)) => Some(refused),
                };
                return Err(why.unwrap_or_else(|| failed("the backup broke off")));
            }
        };
        // Whether it came to be is seen by looking: an earlier attempt may have made it.
        writing.finish().await.map_err(|error| {
            Trouble::Unknown(Text::line(format!(
                "{} did not say whether it has the whole: {error}",
                self.vault.place()
            )))
        })?;
        Ok(Taken {
            part: BackupPart {
                part: self.part,
                bytes,
                sha256,
            },
            surveyed,
        })
    }
}

/// What goes on to the seal, and to whoever looks on.
type Going = (Sender<Piece>, Option<Sender<Piece>>);

/// Reads the stream to its end.
async fn pump(
    mut stdout: impl AsyncRead + Unpin,
    raw: Sender<Piece>,
    mut tee: Option<Sender<Piece>>,
    told: &Told,
) -> Result<Going> {
    let mut done = 0;
    loop {
        let mut piece = vec![0; PIECE];
        let count = match timeout(remote::SILENCE, stdout.read(&mut piece)).await {
            Ok(Ok(count)) => count,
            Ok(Err(error)) => return Err(Trouble::Unknown(Text::line(error.to_string()))),
            Err(_) => return Err(silent()),
        };
        if count == 0 {
            return Ok((raw, tee));
        }
        piece.truncate(count);
        let piece = Bytes::from(piece);
        done += count as u64;
        told(progress(done, None));
        if let Some(to) = &tee
            && to.send(Some(piece.clone())).await.is_err()
        {
            tee = None;
        }
        if raw.send(Some(piece)).await.is_err() {
            return Err(Trouble::Unknown(Text::line("the stream broke off")));
        }
    }
}

fn silent() -> Trouble {
    Trouble::Unknown(Text::line("the server sends nothing any more"))
}

/// Sends what is sealed to its place.
async fn store(
    mut writing: Box<dyn Writing>,
    mut from: Receiver<Piece>,
) -> Result<Box<dyn Writing>> {
    while let Some(Some(piece)) = from.recv().await {
        if let Err(error) = writing.push(piece).await {
            writing.abandon().await;
            return Err(stored(error));
        }
    }
    Ok(writing)
}
