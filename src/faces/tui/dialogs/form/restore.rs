//! What a restore asks for: which backup, and which part of it.

use ui::Seen;
use vocab::Domain;
use world::query::backups_of;
use world::{RestoreRequest, SiteRequest, Wanted};

use super::field::{Choice, Field};
use super::wishes::{Wrong, choice};
use crate::words::age;

const NO_BACKUP: &str = "there is none yet: x and then back up makes one";

/// The backups of a site, the newest first.
pub fn backups(domain: &Domain, seen: Seen<'_>) -> Field {
    let kept = backups_of(seen.world, domain).into_iter().map(|backup| {
        let verified = backup.verified.map_or_else(
            || "not tried yet".to_owned(),
            |at| format!("seen to be whole {} ago", age(seen.now, at)),
        );
        let note = format!(
            "{}, {} ago, {} files, {}, {verified}",
            backup.word(),
            age(seen.now, backup.at),
            backup.files,
            backup.bytes()
        );
        choice(backup.id.short(), note)
    });
    let choices: Vec<Choice> = kept.collect();
    let none = choices.is_empty();
    let mut field = Field::word("backup", "which backup", choices);
    field.error = none.then(|| NO_BACKUP.into());
    field
}

/// The parts that can be brought back.
pub fn parts() -> Vec<Choice> {
    let note = |wanted| match wanted {
        Wanted::All => "all of it; its server is made anew when it is gone",
        Wanted::Files => "its files, and what its containers keep beside them",
        Wanted::Database => "its database",
    };
    [Wanted::All, Wanted::Files, Wanted::Database]
        .map(|wanted| choice(wanted.word(), note(wanted)))
        .into()
}

/// The request of the answers.
pub fn request(domain: &Domain, fields: &[Field]) -> Result<SiteRequest, Wrong> {
    let backup = fields[0].text();
    if backup.is_empty() {
        return Err((0, NO_BACKUP.into()));
    }
    let word = fields[1].text();
    let wanted = Wanted::WORDS.into_iter().find(|(known, _)| *known == word);
    Ok(SiteRequest::Restore(RestoreRequest {
        domain: domain.clone(),
        backup: Some(backup.to_owned()),
        wanted: wanted.map_or(Wanted::All, |(_, wanted)| wanted),
        to: None,
    }))
}
