//! The books of backups: what lies at their place is noted where the books were lost.

use hosting::Found;
use store::{Store, StoreError};
use tokio::sync::oneshot;
use vocab::Text;
use world::{Event, Fact, FoundBackups, Refusal, RefusalKind};

use crate::core::Core;

impl Core {
    /// Reads the manifests at the place in a task of its own, and notes what the books do not have.
    pub(crate) fn find_backups(&self, reply: oneshot::Sender<Result<FoundBackups, Refusal>>) {
        let hosting = self.fabric.hosting.clone();
        let (store, events) = (self.store.clone(), self.events.clone());
        self.tasks.spawn(async move {
            let found = async {
                let invalid = |why: &Text| Refusal::new(RefusalKind::Invalid, why);
                let ends = hosting.as_ref().map_err(invalid)?;
                let vault = ends.backups.as_ref().map_err(invalid)?;
                let unreachable = |why: Text| Refusal::new(RefusalKind::Unreachable, why);
                let found = vault.find().await.map_err(unreachable)?;
                let store = store.ok_or_else(|| {
                    Refusal::new(RefusalKind::Journal, "there are no books to note them in")
                })?;
                let journal =
                    |error: StoreError| Refusal::new(RefusalKind::Journal, error.to_string());
                note(&store, &events, found).await.map_err(journal)
            };
            drop(reply.send(found.await));
        });
    }
}

/// Writes down what the books do not have, and tells of it.
async fn note(
    store: &Store,
    events: &kit::queue::Sender<Event>,
    found: Found,
) -> Result<FoundBackups, StoreError> {
    let booked = store.backups().await?;
    let whole = found.backups.len();
    let mut noted = Vec::new();
    for backup in found.backups {
        if booked.iter().any(|known| known.id == backup.id) {
            continue;
        }
        store.put_backup(&backup).await?;
        noted.push(backup.id);
        let at = drivers::clock::now();
        let fact = Fact::BackupBooked(Box::new(backup));
        // The engine's end is the end of telling; the store has it.
        drop(events.send(Event { at, fact }).await);
    }
    Ok(FoundBackups {
        whole,
        noted,
        unreadable: found.unreadable,
    })
}
