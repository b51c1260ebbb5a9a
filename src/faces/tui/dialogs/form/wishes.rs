//! What each wish asks for, and the intent that the answers come to.

use config::Fleet;
use config::fleet::AffiliateSpec;
use ui::{Seen, Wish};
use vocab::{Domain, Region, RollbackLevel, SiteKind, Text};
use world::query::backups_of;
use world::{DeployRequest, Intent, RestoreRequest, SiteRequest, Wanted};

use super::field::{Choice, Field};
use crate::words::age;

/// What is wrong, and the field it is wrong with.
pub type Wrong = (usize, Text);

/// Files, for a first release and for every other one.
const FILES: &str = "a folder with the site's files, or a zip archive of them";

fn choice(word: impl Into<String>, note: impl Into<String>) -> Choice {
    Choice {
        word: word.into(),
        note: note.into(),
    }
}

/// The fields of a wish.
pub fn fields(wish: &Wish, fleet: &Fleet, seen: Seen<'_>) -> Vec<Field> {
    match wish {
        Wish::Deploy => vec![
            Field::line(
                "domain",
                "the name the site is to answer under, in a zone of the account",
            ),
            Field::path("files", FILES),
            Field::word("type", "what the files are", kinds()),
            affiliates(&fleet.affiliates),
            Field::word("region", "where it is to stand", regions()),
            Field::word(
                "if it fails",
                "how far a run that fails is taken back",
                levels(),
            ),
        ],
        Wish::Release(_) => vec![Field::path("files", FILES)],
        Wish::Restore(domain) => vec![
            backups(domain, seen),
            Field::word("what", "which part of it", parts()),
        ],
    }
}

fn affiliates(declared: &[AffiliateSpec]) -> Field {
    let choices = declared.iter().map(|affiliate| {
        let share = affiliate
            .share
            .map(|share| format!(", {share} % of the price"));
        choice(
            affiliate.name.as_str(),
            format!(
                "at home in {}{}",
                affiliate.region,
                share.unwrap_or_default()
            ),
        )
    });
    let mut field = Field::word("affiliate", "whose site it is", choices.collect());
    if declared.is_empty() {
        field.error = Some(NO_AFFILIATE.into());
    }
    field
}

/// The word for whatever the files turn out to be.
const DETECTED: &str = "as seen";

fn kinds() -> Vec<Choice> {
    let note = |kind| match kind {
        SiteKind::Static => "plain files, with an index.html",
        SiteKind::Node => "a program: package.json with a start script, or a server.js",
        SiteKind::WordPress => "wp-content over WordPress, with a database of its own",
    };
    let detected = choice(DETECTED, "what the files show; the plan says what that is");
    let others = SiteKind::WORDS
        .into_iter()
        .map(|(word, kind)| choice(word, note(kind)));
    std::iter::once(detected).chain(others).collect()
}

const NO_AFFILIATE: &str =
    "none is declared: write [[affiliates]] with a name and a region into the fleet file";

fn regions() -> Vec<Choice> {
    let home = choice(HOME, "where the affiliate is at home");
    let others = Region::WORDS
        .into_iter()
        .map(|(word, region)| choice(word, format!("Hetzner's {}", region.hetzner_location())));
    std::iter::once(home).chain(others).collect()
}

/// The word for the affiliate's own region.
const HOME: &str = "home";

fn levels() -> Vec<Choice> {
    let note = |level| match level {
        RollbackLevel::Full => "everything that was made is removed",
        RollbackLevel::Partial => "record and server are removed, the customer is kept",
        RollbackLevel::Soft => "nothing is removed; the run is marked, and a person decides",
    };
    [
        RollbackLevel::Full,
        RollbackLevel::Partial,
        RollbackLevel::Soft,
    ]
    .map(|level| choice(level.word(), note(level)))
    .into()
}

const NO_BACKUP: &str = "there is none yet: x and then back up makes one";

/// The backups of a site, the newest first.
fn backups(domain: &Domain, seen: Seen<'_>) -> Field {
    let kept = backups_of(seen.world, domain).into_iter().map(|backup| {
        let verified = backup.verified.map_or_else(
            || "not tried yet".to_owned(),
            |at| format!("seen to be whole {} ago", age(seen.now, at)),
        );
        let note = format!(
            "{} ago, {} files, {}, {verified}",
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

fn parts() -> Vec<Choice> {
    let note = |wanted| match wanted {
        Wanted::All => "all of it; its server is made anew when it is gone",
        Wanted::Files => "its files, and what its containers keep beside them",
        Wanted::Database => "its database",
    };
    [Wanted::All, Wanted::Files, Wanted::Database]
        .map(|wanted| choice(wanted.word(), note(wanted)))
        .into()
}

fn restore(domain: &Domain, fields: &[Field]) -> Result<SiteRequest, Wrong> {
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

/// The intent of the answers, or the first thing that is wrong.
pub fn intent(wish: &Wish, fields: &[Field], seen: Seen<'_>) -> Result<Intent, Wrong> {
    let request = match wish {
        Wish::Deploy => deploy(fields, seen)?,
        Wish::Release(domain) => SiteRequest::Release {
            domain: domain.clone(),
            files: path(fields, 0)?,
        },
        Wish::Restore(domain) => restore(domain, fields)?,
    };
    Ok(Intent::SiteRequest(Box::new(request)))
}

fn path(fields: &[Field], at: usize) -> Result<std::path::PathBuf, Wrong> {
    fields[at].path_meant().map_err(|why| (at, why))
}

fn deploy(fields: &[Field], seen: Seen<'_>) -> Result<SiteRequest, Wrong> {
    let wrong = |why: String| (0, Text::line(why));
    let typed = fields[0].text();
    if typed.is_empty() {
        return Err(wrong("such as shop.example.com".to_owned()));
    }
    let domain = Domain::new(typed).map_err(|error| wrong(error.to_string()))?;
    if seen.world.sites.contains_key(&domain) {
        return Err(wrong(format!(
            "{domain} is a site already: open it, and D there gives it new files"
        )));
    }
    let files = path(fields, 1)?;
    let kind = SiteKind::WORDS
        .into_iter()
        .find(|(word, _)| *word == fields[2].text());
    let affiliate = fields[3].text().to_owned();
    if affiliate.is_empty() {
        return Err((3, NO_AFFILIATE.into()));
    }
    let region = Region::WORDS
        .into_iter()
        .find(|(word, _)| *word == fields[4].text());
    Ok(SiteRequest::Deploy(DeployRequest {
        domain,
        files,
        kind: kind.map(|(_, kind)| kind),
        affiliate,
        placement: world::Placement::Room,
        region: region.map(|(_, region)| region),
        level: RollbackLevel::parse(fields[5].text()).unwrap_or_default(),
    }))
}
