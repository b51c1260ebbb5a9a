//! The judge of backups: what lies in their place, and what the books say of it. Half of a backup must be nowhere.

use std::collections::BTreeSet;
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
    let mut lie = BTreeSet::new();
    let mut halves = 0;
    for site in entries(&state.join(BACKUPS))? {
        for backup in entries(&state.join(BACKUPS).join(&site))? {
            let objects = entries(&state.join(BACKUPS).join(&site).join(&backup))?;
            // An empty folder is what a deleted backup leaves of itself, and none.
            if objects.is_empty() {
                continue;
            }
            let has = |name: &str| objects.iter().any(|object| object == name);
            let parts = ["files", "configuration"];
            let is_whole =
                has(MANIFEST) && parts.into_iter().all(has) && !objects.iter().any(is_unfinished);
            if is_whole {
                lie.insert(backup);
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
        let held = backup.parts.len() >= 2;
        if held && lie.iter().any(|name| name.ends_with(&id)) {
            whole += 1;
        } else {
            halves += 1;
        }
    }
    Ok((whole, halves + lie.len().saturating_sub(whole)))
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
