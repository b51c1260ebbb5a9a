//! Backups in the books.

use vocab::{Domain, ReleaseId, Span, Text};
use world::{Backup, BackupPart, SitePart};

use super::support::{NOW, open, restart, scratch};

fn backup(number: u128) -> Backup {
    Backup {
        id: restart(number, 1).id(),
        domain: Domain::new("shop.example.com").unwrap(),
        at: NOW,
        took: Span::seconds(2),
        release: ReleaseId::new("0123456789abcdef").unwrap(),
        files: 3,
        parts: vec![BackupPart {
            part: SitePart::Files,
            bytes: 10,
            sha256: "0".repeat(64),
        }],
        key: Text::line("mark"),
        place: Text::line("/backups"),
        verified: None,
    }
}

#[tokio::test]
async fn backups_outlive_the_process_and_are_changed_and_forgotten_one_by_one() {
    let folder = scratch();
    let store = open(folder.path()).await;
    assert!(store.backups().await.unwrap().is_empty());
    store.put_backup(&backup(2)).await.unwrap();
    store.put_backup(&backup(1)).await.unwrap();
    let seen = Backup {
        verified: Some(NOW),
        ..backup(2)
    };
    store.put_backup(&seen).await.unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    assert_eq!(store.backups().await.unwrap(), [backup(1), seen.clone()]);
    store.remove_backup(backup(1).id).await.unwrap();
    store.remove_backup(backup(1).id).await.unwrap();
    assert_eq!(store.backups().await.unwrap(), [seen]);
}
