//! Backups of sites: parts of a site as streams from its server, sealed on this machine on their way to a place for backups.
//!
//! Flow: a command on the server → pieces → hash, seal → [`Storage`]; last of all the manifest, sealed too, which says what
//! there is: a backup without one is none. Back: the object → opened, hashed → a release on this machine, a command on the
//! server, a folder for looking, or nothing but the proof that it is whole. Nothing is ever held whole in memory.

mod across;
mod fetch;
mod find;
mod manifest;
mod names;
mod order;
mod parts;
mod pipe;
mod prune;
mod remote;
mod stand_by;
mod take;
mod words;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use archive::retention::Retention;
use archive::sealed::Key;
use drivers::{DriverError, Storage};
use saga::Progress;
use vocab::{Bytes, Text};
use world::StepProgress;

use crate::webserver::Trouble;

pub(crate) use across::across;
pub(crate) use fetch::{Opening, Sink, Used};
pub use find::Found;
pub(crate) use manifest::Manifest;
pub(crate) use names::Place;
pub(crate) use order::{needs_port, order, steps_of};
pub(crate) use parts::{
    FILES, described, ending, giving, is_given, parts_of, taking, to_take, trying,
};
pub(crate) use prune::{doomed, prune};
pub(crate) use stand_by::{stand_by, standing_in};
pub(crate) use take::{Taken, Taking};
pub(crate) use words::{consent, deadline, detail, exact, title, verification, warnings, word};

/// What a step works with, or why it does not.
type Result<T> = std::result::Result<T, Trouble>;

/// Where backups are kept, and how.
pub struct Vault {
    /// The place.
    pub storage: Arc<dyn Storage>,
    /// The file of the key that they are sealed with; made when it is first needed.
    pub key_file: PathBuf,
    /// Which of them are kept.
    pub keep: Retention,
}

impl Vault {
    /// The key; made with its file the first time.
    pub(crate) async fn key(&self) -> Result<Arc<Key>> {
        let path = self.key_file.clone();
        let read = tokio::task::spawn_blocking(move || Key::open_or_make(&path));
        let key = read
            .await
            .map_err(|_| failed("the key could not be read"))?;
        key.map(Arc::new)
            .map_err(|error| Trouble::Not(Text::line(error.to_string())))
    }

    /// The key, which must be there: a new one opens nothing.
    pub(crate) async fn old_key(&self) -> Result<Arc<Key>> {
        let path = self.key_file.clone();
        let read = tokio::task::spawn_blocking(move || Key::open(&path));
        let key = read
            .await
            .map_err(|_| failed("the key could not be read"))?;
        key.map(Arc::new).map_err(|error| {
            Trouble::Not(Text::line(format!(
                "{error}: {} holds what opens the backups; put its copy there",
                self.key_file.display()
            )))
        })
    }

    /// Where it is, in words.
    pub(crate) fn place(&self) -> Text {
        self.storage.place()
    }
}

/// Told how many bytes went through, of how many when that is known.
pub(crate) type Told = Arc<dyn Fn(StepProgress) + Send + Sync>;

/// Between two words of how far a step is.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Tells of a step's way what a person can read: not every piece, but four a second.
pub(crate) fn told(step: usize, progress: Arc<dyn Fn(Progress) + Send + Sync>) -> Told {
    let last = Mutex::new(None::<Instant>);
    Arc::new(move |so_far| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= TELL_EVERY) {
            *last = Some(Instant::now());
            drop(last);
            progress(Progress::Moves {
                step,
                done: so_far.done,
                of: so_far.of,
            });
        }
    })
}

/// How far something is that has a length to come.
fn progress(done: u64, of: Option<u64>) -> StepProgress {
    StepProgress {
        done: Bytes(done),
        of: of.map(Bytes),
    }
}

fn failed(words: &str) -> Trouble {
    Trouble::Not(Text::line(words))
}

/// What a place for backups answers, as a step sees it.
pub(crate) fn stored(error: DriverError) -> Trouble {
    if error.effect_unknown() {
        Trouble::Unknown(error.text)
    } else {
        Trouble::Not(error.text)
    }
}

#[cfg(test)]
mod tests;
