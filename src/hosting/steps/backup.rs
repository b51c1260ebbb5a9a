//! The steps of runs that make or use a backup: which one does what, and those that make one.

use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::{ReleaseId, RollbackLevel, Span, Text};
use world::{Backup, BackupOrder, BackupPart, BackupStep, SitePart, SiteVerb};

use super::{object, outcome, restore, seen, undone};
use crate::backup::{
    Manifest, Opening, Place, Sink, Taken, Taking, Told, Used, is_given, prune, stored, taking,
    to_take,
};
use crate::webserver::Trouble;
use crate::work::Work;

type Result<T> = std::result::Result<T, Trouble>;

/// The lowest level that takes a step back: half of a backup is none, and goes whatever the level.
pub(crate) const fn undone_from(step: BackupStep) -> Option<RollbackLevel> {
    match step {
        BackupStep::Take(_) | BackupStep::Manifest | BackupStep::Note => Some(RollbackLevel::Soft),
        BackupStep::Redirect => Some(RollbackLevel::Partial),
        BackupStep::Prune
        | BackupStep::Fetch(_)
        | BackupStep::Lay(_)
        | BackupStep::Try(_)
        | BackupStep::Give(_)
        | BackupStep::Proven => None,
    }
}

/// Whether a step takes away what cannot be made again: what the site itself has written since. On a new server nothing is.
pub(crate) fn is_one_way(work: &Work, step: BackupStep) -> bool {
    let lost = work
        .order
        .backup
        .as_ref()
        .is_some_and(|about| about.lost.is_some());
    matches!(step, BackupStep::Give(part) if is_given(part)) && !lost
}

/// How long a request to the place for backups may still come to something.
pub(crate) fn settle(work: &Work) -> Span {
    work.vault()
        .map_or(Span::ZERO, |vault| vault.storage.settle())
}

/// Whether a step is done.
pub(crate) async fn look(work: &Work, step: BackupStep, facts: &Facts, told: &Told) -> Look {
    match step {
        BackupStep::Take(part) => match taken(work, part, told).await {
            Ok(Some(taken)) => Look::Ours(part_object(work, &taken)),
            Ok(None) => Look::Absent,
            Err(Trouble::Not(why) | Trouble::Unknown(why)) => Look::Unclear(why),
        },
        BackupStep::Manifest => {
            let read = async { Manifest::read(work.vault()?, &place(work)?).await };
            seen(read.await.map(|found| found.is_some()), || {
                whole(work, "manifest")
            })
        }
        BackupStep::Redirect => restore::look(work, facts).await,
        // Doing it again is looking.
        BackupStep::Note
        | BackupStep::Prune
        | BackupStep::Fetch(_)
        | BackupStep::Lay(_)
        | BackupStep::Try(_)
        | BackupStep::Give(_)
        | BackupStep::Proven => Look::Absent,
    }
}

/// Does a step.
pub(crate) async fn perform(work: &Work, step: BackupStep, facts: &Facts, told: &Told) -> Outcome {
    match step {
        BackupStep::Take(part) => outcome(take(work, part, facts, told).await),
        BackupStep::Manifest => outcome(manifest(work, facts).await),
        BackupStep::Note => outcome(note(work).await),
        BackupStep::Prune => pruned(work).await,
        BackupStep::Fetch(part) => outcome(restore::fetch(work, part, told).await),
        BackupStep::Lay(part) => outcome(restore::lay(work, part, told).await),
        BackupStep::Try(part) => outcome(restore::rehearse(work, part, facts, told).await),
        BackupStep::Give(part) => outcome(restore::give(work, part, facts, told).await),
        BackupStep::Redirect => restore::redirect(work, facts).await,
        BackupStep::Proven => outcome(restore::proven(work).await),
    }
}

/// Takes a step back.
pub(crate) async fn undo(work: &Work, step: BackupStep, object: &Object) -> Undone {
    match step {
        BackupStep::Take(part) => undone(drop_object(work, part.word()).await, "deleted"),
        BackupStep::Manifest => undone(drop_object(work, "manifest").await, "deleted"),
        BackupStep::Note => {
            let gone = async {
                let id = work.backup()?.id;
                work.book.remove_backup(id).await.map_err(Trouble::Unknown)
            };
            undone(gone.await, "out of the books")
        }
        BackupStep::Redirect => restore::undo_redirect(work, object).await,
        _ => Undone::Done(Text::line("nothing to take back")),
    }
}

/// Where the run's backup lies.
pub(super) fn place(work: &Work) -> Result<Place> {
    let BackupOrder { id, at, .. } = work.backup()?;
    Ok(Place {
        domain: work.domain().clone(),
        at: *at,
        id: *id,
    })
}

/// The whole backup as an object.
fn whole(work: &Work, kind: &str) -> Object {
    let id = work.order.backup.as_ref().map(|about| about.id.short());
    object(kind, &id.unwrap_or_default(), work.domain().as_str())
}

/// What a part came to, for the manifest and for those who look on.
fn part_object(work: &Work, taken: &Taken) -> Object {
    let name = taken.part.part.word();
    let mut object = object(
        name,
        &vocab::Bytes(taken.part.bytes).to_string(),
        work.domain().as_str(),
    );
    let part = serde_json::to_string(&taken.part).unwrap_or_default();
    object.facts.insert(format!("part.{name}"), part);
    if let Some(surveyed) = &taken.surveyed {
        let (id, files) = (surveyed.id.to_string(), surveyed.files.to_string());
        object.facts.insert("release".to_owned(), id);
        object.facts.insert("files".to_owned(), files);
    }
    object
}

/// A part that is there already, read back: an earlier attempt of this run has sent it, and its process ended.
async fn taken(work: &Work, part: SitePart, told: &Told) -> Result<Option<Taken>> {
    let (vault, place) = (work.vault()?, place(work)?);
    let name = place.object(part.word())?;
    if !vault.storage.has(&name).await.map_err(stored)? {
        return Ok(None);
    }
    let opening = Opening {
        vault,
        place: &place,
        part,
        wanted: None,
        told: told.clone(),
    };
    let sink = if part == SitePart::Files {
        Sink::Survey
    } else {
        Sink::Nowhere
    };
    let opened = opening.carry_out(sink).await?;
    Ok(Some(Taken {
        part: opened.part,
        surveyed: match opened.used {
            Used::Surveyed(surveyed) => Some(surveyed),
            Used::Otherwise | Used::Release(_) => None,
        },
    }))
}

async fn take(work: &Work, part: SitePart, facts: &Facts, told: &Told) -> Result<Object> {
    let there = work.there(facts).await?;
    there.reached(work.ends.waits.login).await?;
    let command = taking(&there, &work.order.site, part);
    let command = command
        .ok_or_else(|| Trouble::Not(Text::line(format!("the site has no {}", part.word()))))?;
    let taking = Taking {
        vault: work.vault()?,
        host: &*there.host,
        command: &command,
        place: &place(work)?,
        part,
        told: told.clone(),
    };
    let taken = taking.carry_out().await?;
    Ok(part_object(work, &taken))
}

/// The backup as the steps before have made it.
fn made(work: &Work, facts: &Facts) -> Result<Backup> {
    let lost = |what: &str| Trouble::Not(Text::line(format!("the journal does not say {what}")));
    let about = work.backup()?;
    let parts: Option<Vec<BackupPart>> = to_take(&work.order)
        .iter()
        .map(|part| {
            let text = facts.get(&format!("part.{}", part.word()))?;
            serde_json::from_str(text).ok()
        })
        .collect();
    // A dump of the database has no files, and names the release beside which it was made.
    let (release, files) = if work.order.verb == SiteVerb::Dump {
        (Some(work.order.site.current.clone()), Some(0))
    } else {
        let release = facts.get("release");
        let files = facts.get("files");
        (
            release.and_then(|id| ReleaseId::new(id).ok()),
            files.and_then(|count| count.parse().ok()),
        )
    };
    Ok(Backup {
        id: about.id,
        domain: work.domain().clone(),
        at: about.at,
        took: drivers::clock::now().since(about.at),
        release: release.ok_or_else(|| lost("which release was backed up"))?,
        files: files.ok_or_else(|| lost("how many files were backed up"))?,
        parts: parts.ok_or_else(|| lost("what was backed up"))?,
        key: Text::default(),
        place: work.vault()?.place(),
        verified: None,
    })
}

async fn manifest(work: &Work, facts: &Facts) -> Result<Object> {
    let vault = work.vault()?;
    let key = Text::line(vault.key().await?.id());
    let backup = Backup {
        key,
        ..made(work, facts)?
    };
    let installation = work.order.installation.clone();
    Manifest::new(installation, backup, work.order.site.clone())
        .write(vault)
        .await?;
    Ok(whole(work, "manifest"))
}

/// What the manifest says, into the books.
async fn note(work: &Work) -> Result<Object> {
    let read = Manifest::read(work.vault()?, &place(work)?).await?;
    let manifest = read.ok_or_else(|| Trouble::Not(Text::line("the manifest is gone")))?;
    let noted = work.book.put_backup(&manifest.backup).await;
    noted.map_err(Trouble::Unknown)?;
    Ok(whole(work, "backup"))
}

/// What no rule keeps goes. A backup that was made is not taken back because an old one could not be deleted: that is said,
/// and tried again with the next.
async fn pruned(work: &Work) -> Outcome {
    let pruning = async {
        let now = drivers::clock::now();
        let run = work.backup()?.id;
        prune(work.vault()?, &*work.book, work.domain(), run, now).await
    };
    match (pruning.await, work.order.verb) {
        (Ok(gone), _) => Outcome::Done(object("deleted", &gone.to_string(), "backups")),
        (Err(Trouble::Not(why) | Trouble::Unknown(why)), SiteVerb::Backup | SiteVerb::Dump) => {
            Outcome::Done(object("not deleted:", why.as_str(), "backups"))
        }
        (Err(trouble), _) => outcome(Err(trouble)),
    }
}

async fn drop_object(work: &Work, part: &str) -> Result<()> {
    let name = place(work)?.object(part)?;
    let vault = work.vault()?;
    vault.storage.delete(&name).await.map_err(stored)
}
