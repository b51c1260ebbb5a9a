//! The steps that use a backup: brought back and believed only when all of it is what its manifest says.

use std::path::Path;

use drivers::provider::cloudflare::RecordChange;
use drivers::provider::{Answer, ObjectId};
use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::{Bytes, Text};
use world::{Backup, SitePart};

use super::backup::place;
use super::{object, record, refused, undone_by, upload};
use crate::backup::{Opening, Sink, Told, Used, ending, giving, trying};
use crate::compose::Containers;
use crate::webserver::{Trouble, WebServer};
use crate::work::Work;

type Result<T> = std::result::Result<T, Trouble>;

/// The backup by its manifest, as the plan froze it.
fn made(work: &Work) -> Result<&Backup> {
    let made = work.backup()?.made.as_ref();
    made.ok_or_else(|| failed("the order does not say what is in the backup"))
}

fn failed(words: impl AsRef<str>) -> Trouble {
    Trouble::Not(Text::line(words.as_ref()))
}

/// Brings a part of the backup back; says how long it is.
async fn open(work: &Work, part: SitePart, sink: Sink<'_>, told: &Told) -> Result<(Used, Object)> {
    let held = made(work)?.part(part);
    let held = held.ok_or_else(|| failed(format!("the backup has no {}", part.word())))?;
    let opening = Opening {
        vault: work.vault()?,
        place: &place(work)?,
        part,
        wanted: Some(held),
        told: told.clone(),
    };
    let opened = opening.carry_out(sink).await?;
    let bytes = Bytes(opened.part.bytes).to_string();
    Ok((
        opened.used,
        object(part.word(), &bytes, work.domain().as_str()),
    ))
}

/// Fails when the files are not those that the manifest names.
fn compare(work: &Work, used: &Used) -> Result<()> {
    let wanted = &made(work)?.release;
    match used {
        Used::Release(release) if release.id != *wanted => Err(failed(format!(
            "the files of the backup are release {}, and its manifest says {wanted}",
            release.id
        ))),
        _ => Ok(()),
    }
}

/// A part on this machine: files as a release, ready to be sent; of the rest, that it is whole before anything is changed.
pub(super) async fn fetch(work: &Work, part: SitePart, told: &Told) -> Result<Object> {
    let sink = match part {
        SitePart::Files => Sink::Release(&work.ends.offer.releases),
        _ => Sink::Nowhere,
    };
    let (used, object) = open(work, part, sink, told).await?;
    compare(work, &used)?;
    Ok(object)
}

/// A part in a folder for looking: files as a folder by their release's name, the rest as a file.
pub(super) async fn lay(work: &Work, part: SitePart, told: &Told) -> Result<Object> {
    let to = work.backup()?.to.as_deref();
    let to = Path::new(to.ok_or_else(|| failed("the order names no folder"))?);
    let file = to.join(format!("{}.{}", part.word(), ending(part)));
    // What a killed process has laid there already is compared by laying it anew.
    let sink = match part {
        SitePart::Files => Sink::Release(to),
        _ if file.exists() => {
            return Err(failed(format!(
                "{} is there already: name another folder",
                file.display()
            )));
        }
        _ => Sink::File(&file),
    };
    let (used, object) = open(work, part, sink, told).await?;
    compare(work, &used)?;
    Ok(object)
}

/// A part in a scratch place, which goes again.
pub(super) async fn rehearse(
    work: &Work,
    part: SitePart,
    facts: &Facts,
    told: &Told,
) -> Result<Object> {
    match part {
        SitePart::Files => rehearse_files(work, told).await,
        SitePart::Database if work.backup()?.lost.is_none() => {
            let there = work.there(facts).await?;
            let command = trying(&there, &work.order.site, part);
            let command = command.ok_or_else(|| failed("the site has no database"))?;
            let sink = Sink::Server(&*there.host, &command);
            open(work, part, sink, told).await.map(|(_, object)| object)
        }
        _ => {
            let opened = open(work, part, Sink::Nowhere, told).await;
            opened.map(|(_, object)| object)
        }
    }
}

async fn rehearse_files(work: &Work, told: &Told) -> Result<Object> {
    let beside = work.ends.offer.releases.parent().unwrap_or(Path::new("."));
    let made = |error: std::io::Error| failed(format!("no scratch place: {error}"));
    kit::files::make_private_folder(beside).map_err(made)?;
    let scratch = tempfile::Builder::new()
        .prefix(".drill-")
        .tempdir_in(beside)
        .map_err(made)?;
    let sink = Sink::Release(scratch.path());
    let (used, object) = open(work, SitePart::Files, sink, told).await?;
    compare(work, &used)?;
    // Read once more from the disk it was laid on: that is what a restore would serve.
    if let Used::Release(release) = used {
        let verified = tokio::task::spawn_blocking(move || archive::verify(&release));
        verified
            .await
            .map_err(|_| failed("the files could not be compared"))?
            .map_err(|error| failed(error.to_string()))?;
    }
    Ok(object)
}

/// A part back in the site.
pub(super) async fn give(
    work: &Work,
    part: SitePart,
    facts: &Facts,
    told: &Told,
) -> Result<Object> {
    let there = work.there(facts).await?;
    there.reached(work.ends.waits.login).await?;
    if part == SitePart::Files {
        return give_files(work, &there).await;
    }
    let command = giving(&there, &work.order.site, part);
    let command = command.ok_or_else(|| failed("the site takes no such part"))?;
    let sink = Sink::Server(&*there.host, &command);
    open(work, part, sink, told).await.map(|(_, object)| object)
}

/// The files in the place of those that are there under the same name, which may be why they are wanted back. What runs of
/// them is started anew by the next step.
async fn give_files(work: &Work, there: &WebServer) -> Result<Object> {
    let files = work.order.files.clone();
    let files = files.ok_or_else(|| failed("the order names no files to send"))?;
    let (packed, sums) = upload::read_whole(files).await?;
    let site = &work.order.site;
    if work.has_containers() && work.order.before.as_ref() == Some(&site.current) {
        let containers = Containers::of(there, site);
        containers.forget(&site.current).await?;
    }
    there.replace(&site.current, &packed, &sums).await?;
    let id = site.current.as_str();
    Ok(object("release", id, id))
}

/// The backup was seen to be whole: when, in the books.
pub(super) async fn proven(work: &Work) -> Result<Object> {
    let backup = Backup {
        verified: Some(drivers::clock::now()),
        ..made(work)?.clone()
    };
    let noted = work.book.put_backup(&backup).await;
    noted.map_err(Trouble::Unknown)?;
    Ok(object(
        "verified backup",
        &backup.id.short(),
        work.domain().as_str(),
    ))
}

/// The record of this deployment, when it says the new server's address already.
pub(super) async fn look(work: &Work, facts: &Facts) -> Look {
    match record::ours(work, facts).await {
        Ok(Some(found)) if *found.content == *work.fact(facts, "address") => {
            Look::Ours(record::made(&found))
        }
        Ok(_) => match record::look(work, facts).await {
            Look::Foreign(why) => Look::Foreign(why),
            _ => Look::Absent,
        },
        Err(why) => Look::Unclear(why),
    }
}

/// The site's record says the new server's address: the one that is there is changed, one that is gone is made.
pub(super) async fn redirect(work: &Work, facts: &Facts) -> Outcome {
    let found = match record::ours(work, facts).await {
        Ok(Some(found)) => found,
        Ok(None) => return record::perform(work, facts).await,
        Err(why) => return Outcome::Unknown(why),
    };
    match change(work, facts, &found.id, work.fact(facts, "address")).await {
        Ok(Answer::Done(changed)) => Outcome::Done(record::made(&changed)),
        Ok(other) => refused(other),
        Err(why) => Outcome::Not(why),
    }
}

async fn change(
    work: &Work,
    facts: &Facts,
    record: &ObjectId,
    address: String,
) -> std::result::Result<Answer<drivers::provider::cloudflare::Record>, Text> {
    let zone = record::zone(work, facts)?;
    let change = RecordChange {
        content: Some(address),
        ..RecordChange::default()
    };
    let cloudflare = &work.ends.cloudflare;
    Ok(cloudflare.update_record(&zone, record, &change).await)
}

/// The record says again what it said before; the comment is looked at right before.
pub(super) async fn undo_redirect(work: &Work, object: &Object) -> Undone {
    let facts = Facts::new();
    let before = work
        .order
        .backup
        .as_ref()
        .and_then(|about| about.lost.as_ref())
        .map(|lost| lost.address.clone())
        .unwrap_or_default();
    let found = match record::ours(work, &facts).await {
        Ok(Some(found)) => found,
        Ok(None) => return Undone::Done(Text::line("the record is gone")),
        Err(why) => return Undone::Unknown(why),
    };
    if before.is_empty() {
        return record::undo(work, &facts, object).await;
    }
    match change(work, &facts, &found.id, before).await {
        Ok(answer) => undone_by(answer, "as it was before"),
        Err(why) => Undone::Not(why),
    }
}
