//! What lies at the place for backups, whatever the books say: they may be lost, and the backups are not.

use vocab::Text;
use world::Backup;

use super::{Manifest, Vault};
use crate::webserver::Trouble;

/// What lies at a place for backups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The whole backups, by their manifests.
    pub backups: Vec<Backup>,
    /// Why some manifests could not be read.
    pub unreadable: Vec<Text>,
}

impl Vault {
    /// Reads all manifests at the place; fails when it cannot be listed. That one of them cannot be read, with another key
    /// for instance, keeps none of the others back.
    pub async fn find(&self) -> Result<Found, Text> {
        let places = Manifest::places(self, None).await.map_err(words)?;
        let mut found = Found::default();
        for place in places {
            match Manifest::read(self, &place).await {
                Ok(Some(manifest)) => found.backups.push(manifest.backup),
                Ok(None) => {}
                Err(trouble) => found.unreadable.push(words(trouble)),
            }
        }
        Ok(found)
    }
}

fn words(trouble: Trouble) -> Text {
    let (Trouble::Not(why) | Trouble::Unknown(why)) = trouble;
    why
}
