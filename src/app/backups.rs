//! From the fleet file to the place for backups.

use std::path::Path;
use std::sync::Arc;

use archive::retention::Retention;
use config::Fleet;
use config::fleet::{BackupSpec, BackupTarget};
use drivers::Storage;
use drivers::storage::{BucketAccess, BucketStorage, FolderStorage};
use hosting::Vault;
use schedule::Work;
use vocab::{Text, Time};
use world::BackupRules;

use super::hosting::secret;

/// Where backups are kept, or why nowhere and how to mend it.
pub fn vault(fleet: &Fleet, state: &Path) -> Result<Arc<Vault>, Text> {
    let spec = fleet.backup.as_ref().ok_or_else(|| {
        Text::line("backups need a place: write [backup] with folder = \"/path\", or a table [backup.s3], in the fleet file")
    })?;
    let keep = spec.keep;
    let key_file = spec.key_file.clone();
    Ok(Arc::new(Vault {
        storage: storage(spec)?,
        key_file: key_file.unwrap_or_else(|| state.join("backup.key")),
        keep: Retention {
            daily: keep.daily,
            weekly: keep.weekly,
            monthly: keep.monthly,
        },
    }))
}

fn storage(spec: &BackupSpec) -> Result<Arc<dyn Storage>, Text> {
    match &spec.target {
        BackupTarget::Folder(folder) => Ok(Arc::new(FolderStorage::new(folder.clone()))),
        BackupTarget::Bucket(bucket) => {
            let access = BucketAccess {
                url: bucket.url.clone(),
                bucket: bucket.bucket.clone(),
                region: bucket.region.clone(),
                key: secret("the key of [backup.s3]", &bucket.key)?,
                secret: secret("the secret of [backup.s3]", &bucket.secret)?,
            };
            let storage = BucketStorage::new(&access).map_err(|error| error.text)?;
            Ok(Arc::new(storage))
        }
    }
}

/// What the world is told of it, at `now`.
pub fn rules(fleet: &Fleet, now: Time) -> Option<BackupRules> {
    let spec = fleet.backup.as_ref()?;
    let keep = spec.keep;
    let schedules = fleet.schedules_in_force();
    let dumps = schedules
        .iter()
        .filter(|schedule| schedule.work == Work::Databases)
        .filter_map(|schedule| schedule.rule.apart(now))
        .min();
    Some(BackupRules {
        every: spec.every,
        dumps,
        place: Text::line(match &spec.target {
            BackupTarget::Folder(folder) => folder.to_string_lossy().into_owned(),
            BackupTarget::Bucket(bucket) => format!("bucket {} at {}", bucket.bucket, bucket.url),
        }),
        keep: [keep.daily, keep.weekly, keep.monthly],
    })
}
