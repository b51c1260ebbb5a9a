//! The manifest: what a backup is, and the site as the books had it. Small, sealed, written last: it makes the backup.

use archive::sealed::{self, Label};
use bytes::Bytes;
use drivers::storage::Stored;
use serde::{Deserialize, Serialize};
use vocab::{Domain, Text};
use world::{Backup, Site};

use super::names::{self, MANIFEST, Place};
use super::{Result, Vault, failed, stored};
use crate::webserver::Trouble;

/// The form of manifests that this program writes, and the newest that it reads.
const FORM: u32 = 1;

/// The longest manifest that is read, in bytes.
const LONGEST: usize = 4 << 20;

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    form: u32,
    /// Which installation made it.
    pub installation: String,
    /// The backup.
    pub backup: Backup,
    /// The site as the books had it.
    pub site: Site,
}

impl Manifest {
    pub(crate) const fn new(installation: String, backup: Backup, site: Site) -> Self {
        Self {
            form: FORM,
            installation,
            backup,
            site,
        }
    }

    fn place(&self) -> Place {
        Place {
            domain: self.backup.domain.clone(),
            at: self.backup.at,
            id: self.backup.id,
        }
    }

    /// Writes it: from here on the backup counts.
    pub(crate) async fn write(&self, vault: &Vault) -> Result<()> {
        let place = self.place();
        let key = vault.key().await?;
        let text = serde_json::to_vec(self).map_err(|error| failed(&error.to_string()))?;
        let mut sealed = Vec::new();
        sealed::seal(&key, &label(&place), text.as_slice(), &mut sealed)
            .map_err(|error| failed(&error.to_string()))?;
        let name = place.object(MANIFEST)?;
        let mut writing = vault.storage.write(&name).await.map_err(stored)?;
        writing.push(Bytes::from(sealed)).await.map_err(stored)?;
        // An earlier attempt may have come through after all: then it is there, and is looked at.
        let written = writing.finish().await.map_err(stored);
        written.map_err(|trouble| match trouble {
            Trouble::Not(why) | Trouble::Unknown(why) => Trouble::Unknown(why),
        })
    }

    /// Reads one; `None` when there is none, and so no backup.
    pub(crate) async fn read(vault: &Vault, place: &Place) -> Result<Option<Self>> {
        let name = place.object(MANIFEST)?;
        if !vault.storage.has(&name).await.map_err(stored)? {
            return Ok(None);
        }
        let key = vault.old_key().await?;
        let mut reading = vault.storage.read(&name).await.map_err(stored)?;
        let mut sealed = Vec::new();
        while let Some(piece) = reading.next().await.map_err(stored)? {
            sealed.extend_from_slice(&piece);
            if sealed.len() > LONGEST {
                return Err(failed("the backup's manifest is longer than any is"));
            }
        }
        let mut text = Vec::new();
        sealed::open(&key, &label(place), sealed.as_slice(), &mut text).map_err(|error| {
            Trouble::Not(Text::line(format!("{name} in {}: {error}", vault.place())))
        })?;
        let found: Self = serde_json::from_slice(&text)
            .map_err(|error| failed(&format!("the backup's manifest cannot be read: {error}")))?;
        if found.form > FORM {
            return Err(failed(&format!(
                "the backup's manifest has the form {}, which this version does not know; use a newer one",
                found.form
            )));
        }
        if found.place() != *place {
            return Err(failed("the backup's manifest is of another backup"));
        }
        Ok(Some(found))
    }

    /// The places of all whole backups, of one site or of all; oldest first within a site.
    pub(crate) async fn places(vault: &Vault, domain: Option<&Domain>) -> Result<Vec<Place>> {
        Ok(objects(vault, domain)
            .await?
            .iter()
            .filter_map(|found| Place::of(&found.name))
            .filter(|(_, word)| *word == MANIFEST)
            .map(|(place, _)| place)
            .collect())
    }
}

/// All objects of a site's backups, or of all.
pub(crate) async fn objects(vault: &Vault, domain: Option<&Domain>) -> Result<Vec<Stored>> {
    let folder = domain.map(names::of_site).transpose()?;
    vault.storage.list(folder.as_ref()).await.map_err(stored)
}

/// What a manifest is sealed as.
fn label(place: &Place) -> Label {
    part_label(place, MANIFEST)
}

/// What a part of a backup is sealed as.
pub(super) fn part_label(place: &Place, word: &str) -> Label {
    Label {
        site: place.domain.to_string(),
        part: word.to_owned(),
        created: place.at,
    }
}
