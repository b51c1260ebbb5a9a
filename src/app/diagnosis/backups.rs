//! The place for backups: whether it answers, and whether the key that opens them is there.

use std::sync::Arc;

use archive::sealed::{Key, SealError};
use cli::doctor::Check;
use config::Fleet;
use drivers::storage::ObjectName;
use hosting::Vault;
use tokio::time::timeout;
use vocab::Text;

use super::super::{backups, boot};
use super::DEADLINE;

/// Looks at both; nothing when the fleet file names no place.
pub async fn examine(fleet: &Fleet) -> Vec<Check> {
    if fleet.backup.is_none() {
        return Vec::new();
    }
    match backups::vault(fleet, &boot::state_folder().unwrap_or_default()) {
        Ok(vault) => vec![place(&vault).await, key(vault).await],
        Err(why) => vec![Check::missing(
            "backups",
            why,
            "no backup can be made until it is there",
        )],
    }
}

async fn place(vault: &Vault) -> Check {
    const MEND: &str = "look at [backup] in the fleet file, and at the place itself";
    let Some(probe) = ObjectName::new("wheelhouse-probe") else {
        return Check::missing("backups", "no name to look for", MEND);
    };
    match timeout(DEADLINE, vault.storage.has(&probe)).await {
        Ok(Ok(_)) => Check::ok("backups", vault.storage.place()),
        Ok(Err(error)) => Check::missing("backups", error.text, MEND),
        Err(_) => Check::missing(
            "backups",
            format!("{} does not answer", vault.storage.place()),
            MEND,
        ),
    }
}

async fn key(vault: Arc<Vault>) -> Check {
    const NAME: &str = "backup key";
    let path = Text::line(vault.key_file.to_string_lossy().as_bytes());
    let read = tokio::task::spawn_blocking(move || Key::open(&vault.key_file));
    match read.await {
        Ok(Ok(key)) => Check::ok(NAME, format!("{path} ({})", key.id())),
        Ok(Err(SealError::Io { source, .. })) if source.kind() == std::io::ErrorKind::NotFound => {
            Check::warning(
                NAME,
                format!("{path} is not there yet"),
                "the first backup makes it; keep a copy elsewhere",
            )
        }
        Ok(Err(error)) => Check::missing(NAME, error.to_string(), "put its copy in its place"),
        Err(_) => Check::missing(NAME, format!("{path} cannot be read"), "look at the disk"),
    }
}
