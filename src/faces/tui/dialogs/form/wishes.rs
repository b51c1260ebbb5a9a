//! What each wish asks for, and the intent that the answers come to.

use std::collections::BTreeMap;

use config::Fleet;
use config::fleet::AffiliateSpec;
use ui::{Seen, Wish};
use vocab::{Domain, Region, RollbackLevel, SiteKind, Text};
use world::{DeployRequest, Intent, Placement, SiteRequest};

use super::field::{Choice, Field};
use super::{items, restore};
use crate::words::count;

/// What is wrong, and the field it is wrong with.
pub type Wrong = (usize, Text);

/// Files, for a first release and for every other one.
const FILES: &str = "a folder with the site's files, or a zip archive of them";

/// A word and what there is to know of it.
pub fn choice(word: impl Into<String>, note: impl Into<String>) -> Choice {
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
            Field::word(
                "region",
                "where it is to stand",
                regions("where the affiliate is at home"),
            ),
            servers(seen),
            Field::word(
                "if it fails",
                "how far a run that fails is taken back",
                levels(),
            ),
        ],
        Wish::Release(_) => vec![Field::path("files", FILES)],
        Wish::Restore(domain) => vec![
            restore::backups(domain, seen),
            Field::word("what", "which part of it", restore::parts()),
        ],
        Wish::Move(_) => vec![
            Field::word("region", "where it is to stand", regions("where it is now")),
            servers(seen),
        ],
        Wish::Rename(_) => vec![Field::line(
            "new domain",
            "the name it is to answer under from now on, in a zone of the account",
        )],
        Wish::Snooze(_) | Wish::Delegate(_) | Wish::Remark(_) | Wish::Note => items::fields(wish),
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

fn regions(home: &str) -> Vec<Choice> {
    let home = choice(HOME, home);
    let others = Region::WORDS
        .into_iter()
        .map(|(word, region)| choice(word, format!("Hetzner's {}", region.hetzner_location())));
    std::iter::once(home).chain(others).collect()
}

/// The word for the region that needs not be said.
const HOME: &str = "home";

/// The words for a server that needs not be named.
const ROOM: &str = "with room";
const NEW: &str = "new";

/// On which server: those of the books can be named.
fn servers(seen: Seen<'_>) -> Field {
    let mut known: BTreeMap<&str, (Region, usize)> = BTreeMap::new();
    for site in seen.world.sites.values() {
        let name = site.objects.server_name.as_str();
        if !name.is_empty() {
            known.entry(name).or_insert((site.region, 0)).1 += 1;
        }
    }
    let named = known.into_iter().map(|(name, (region, sites))| {
        choice(name, format!("in {region}, with {}", count(sites, "site")))
    });
    let choices = [
        choice(ROOM, "one of the region with room for it, else a new one"),
        choice(NEW, "a new one, for it alone at first"),
    ];
    Field::word(
        "server",
        "on which server",
        choices.into_iter().chain(named).collect(),
    )
}

fn placement(field: &Field) -> Placement {
    match field.text() {
        ROOM => Placement::Room,
        NEW => Placement::New,
        name => Placement::On(Text::line(name)),
    }
}

fn region(field: &Field) -> Option<Region> {
    let mut known = Region::WORDS.into_iter();
    let found = known.find(|(word, _)| *word == field.text());
    found.map(|(_, region)| region)
}

fn new_domain(field: &Field, seen: Seen<'_>, other: &str) -> Result<Domain, Wrong> {
    let wrong = |why: String| (0, Text::line(why));
    let typed = field.text();
    if typed.is_empty() {
        return Err(wrong("such as shop.example.com".to_owned()));
    }
    let domain = Domain::new(typed).map_err(|error| wrong(error.to_string()))?;
    if seen.world.sites.contains_key(&domain) {
        return Err(wrong(format!("{domain} is a site already: {other}")));
    }
    Ok(domain)
}

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

/// The intent of the answers, or the first thing that is wrong.
pub fn intent(wish: &Wish, fields: &[Field], seen: Seen<'_>) -> Result<Intent, Wrong> {
    let request = match wish {
        Wish::Deploy => deploy(fields, seen)?,
        Wish::Release(domain) => SiteRequest::Release {
            domain: domain.clone(),
            files: path(fields, 0)?,
        },
        Wish::Restore(domain) => restore::request(domain, fields)?,
        Wish::Move(domain) => SiteRequest::Move {
            domain: domain.clone(),
            region: region(&fields[0]),
            placement: placement(&fields[1]),
        },
        Wish::Rename(domain) => SiteRequest::Rename {
            domain: domain.clone(),
            to: new_domain(&fields[0], seen, "choose another name")?,
        },
        Wish::Snooze(_) | Wish::Delegate(_) | Wish::Remark(_) | Wish::Note => {
            return Err((0, "this is no change to the fleet".into()));
        }
    };
    Ok(request.into())
}

fn path(fields: &[Field], at: usize) -> Result<std::path::PathBuf, Wrong> {
    fields[at].path_meant().map_err(|why| (at, why))
}

fn deploy(fields: &[Field], seen: Seen<'_>) -> Result<SiteRequest, Wrong> {
    let [domain, _, kind, affiliate, at, server, level] = fields else {
        return Err((0, "the form is incomplete".into()));
    };
    let other = "open it, and D there gives it new files";
    let domain = new_domain(domain, seen, other)?;
    let files = path(fields, 1)?;
    let mut kinds = SiteKind::WORDS.into_iter();
    let kind = kinds.find(|(word, _)| *word == kind.text());
    let affiliate = affiliate.text().to_owned();
    if affiliate.is_empty() {
        return Err((3, NO_AFFILIATE.into()));
    }
    Ok(SiteRequest::Deploy(DeployRequest {
        domain,
        files,
        kind: kind.map(|(_, kind)| kind),
        affiliate,
        region: region(at),
        placement: placement(server),
        level: RollbackLevel::parse(level.text()).unwrap_or_default(),
    }))
}
