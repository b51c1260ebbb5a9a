//! The judge of backups: what lies in their place, and what the books say of it. Half of a backup must be nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use faults::parts::BACKUPS;
use store::{Options, Store};
use vocab::Text;

/// The object that makes a backup of what lies beside it.
const MANIFEST: &str = "manifest";

fn words(error: &impl ToString) -> Text {
    Text::line(error.to_string())
}

/// How many backups of a journal's sites are whole and in its books, and how much else there is, by folders and entries.
pub async fn kept(state: &Path) -> Result<(usize, usize), Text> {
    let mut lie = BTreeMap::new();
    let mut halves = 0;
    for site in entries(&state.join(BACKUPS))? {
        for backup in entries(&state.join(BACKUPS).join(&site))? {
            let objects = entries(&state.join(BACKUPS).join(&site).join(&backup))?;
            // An empty folder is what a deleted backup leaves of itself, and none.
            if objects.is_empty() {
                continue;
            }
            if is_whole(&objects) {
                lie.insert(backup, objects);
            } else {
                halves += 1;
            }
        }
    }
    let (store, _) = Store::open(state, Options::new(drivers::clock::now()))
        .await
        .map_err(|error| words(&error))?;
    let booked = store.backups().await.map_err(|error| words(&error))?;
    store.close().await;
    let mut whole = 0;
    for backup in &booked {
        let id = backup.id.to_string();
        let parts: BTreeSet<&str> = backup.parts.iter().map(|one| one.part.word()).collect();
        let lies = lie.iter().find(|(name, _)| name.ends_with(&id));
        if lies.is_some_and(|(_, objects)| parts_in(objects) == parts) {
            whole += 1;
        } else {
            halves += 1;
        }
    }
    Ok((whole, halves + lie.len().saturating_sub(whole)))
}

/// Whether these are a backup of a site, or a dump of its database alone: all that it has, and what makes it one.
fn is_whole(objects: &[String]) -> bool {
    let parts = parts_in(objects);
    let of_site = ["files", "configuration"]
        .iter()
        .all(|part| parts.contains(part));
    let is_made = objects.iter().any(|object| object == MANIFEST);
    is_made
        && (of_site || parts == BTreeSet::from(["database"]))
        && !objects.iter().any(is_unfinished)
}

/// The parts among these.
fn parts_in(objects: &[String]) -> BTreeSet<&str> {
    let names = objects.iter().map(String::as_str);
    names.filter(|name| *name != MANIFEST).collect()
}

/// Whether an object is one that is still being written.
fn is_unfinished(object: &String) -> bool {
    let extension = Path::new(object).extension();
    extension.is_some_and(|extension| extension == "part")
}

/// The names in a folder; none where it is not there.
fn entries(folder: &Path) -> Result<Vec<String>, Text> {
    let Ok(found) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    found
        .map(|entry| {
            let entry = entry.map_err(|error| words(&error))?;
            Ok(entry.file_name().to_string_lossy().into_owned())
        })
        .collect()
}
