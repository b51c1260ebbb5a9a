//! The files of the release, beside those that are served.

use std::fmt::Write as _;
use std::path::Path;

use archive::ArchiveError;
use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::Text;

use super::{copy, object, outcome, seen, undone};
use crate::webserver::Trouble;
use crate::work::Work;

fn release(work: &Work) -> Object {
    let id = work.order.site.current.to_string();
    object("release", &id, &id)
}

pub(crate) async fn look(work: &Work, facts: &Facts) -> Look {
    let has = async { work.there(facts).await?.has(&work.order.site.current).await };
    seen(has.await, || release(work))
}

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let Some(files) = work.order.files.clone() else {
        return Outcome::Not(Text::line("the order names no files to send"));
    };
    let sent = async {
        let (packed, sums) = read_whole(files).await?;
        let there = work.there(facts).await?;
        there.send(&work.order.site.current, &packed, &sums).await
    };
    outcome(sent.await.map(|()| release(work)))
}

/// The release in a folder as a tar archive, and its list of sums.
pub(super) async fn read_whole(files: String) -> Result<(Vec<u8>, String), Trouble> {
    let read = tokio::task::spawn_blocking(move || read(Path::new(&files)));
    match read.await {
        Ok(read) => read.map_err(|error| Trouble::Not(Text::line(error.to_string()))),
        Err(_) => Err(Trouble::Not(Text::line("the release could not be read"))),
    }
}

fn read(files: &Path) -> Result<(Vec<u8>, String), ArchiveError> {
    let release = archive::load(files)?;
    let mut packed = Vec::new();
    archive::pack(&release, &mut packed)?;
    let mut sums = String::new();
    for file in &release.files {
        for byte in file.sha256 {
            let _ = write!(sums, "{byte:02x}");
        }
        let _ = writeln!(sums, "  {}", file.path);
    }
    Ok((packed, sums))
}

/// Only a release that was not there before the run, and is not the one that is served.
pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    let release = &work.order.site.current;
    if work.order.before.is_none() {
        return copy::undo(work, facts).await;
    }
    if work.order.before.as_ref() == Some(release) {
        return Undone::Done(Text::line("it was served before"));
    }
    let gone = async {
        let there = work.there(facts).await?;
        if there.current().await?.as_deref() == Some(release.as_str()) {
            return Err(Trouble::Not(Text::line("it is still served")));
        }
        there.forget(release).await
    };
    undone(gone.await, "deleted on the server")
}
