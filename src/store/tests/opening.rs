//! What an opening finds, and what it says of it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use super::support::{NOW, entry, open, restart, scratch};
use crate::{How, Options, Store, StoreError};

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn files_are_private_and_kept() {
    let base = scratch();
    let folder = base.path().join("state/wheelhouse");
    let (store, opened) = Store::open(&folder, Options::new(NOW)).await.unwrap();
    assert_eq!(opened.how, How::Fresh);
    let run = restart(1, 1);
    store.take_on(&run, entry(&run, "submitted")).await.unwrap();
    assert_eq!(
        fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
        0o700
    );
    for name in names(&folder) {
        assert_eq!(
            fs::metadata(folder.join(&name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600,
            "{name}"
        );
    }
    assert!(names(&folder).contains(&"history.sqlite-wal".to_owned()));
    store.close().await;
    assert!(
        !names(&folder).contains(&"history.sqlite-wal".to_owned()),
        "{:?}",
        names(&folder)
    );
    fs::set_permissions(folder.join("history.sqlite"), Permissions::from_mode(0o644)).unwrap();

    let (store, opened) = Store::open(&folder, Options::new(NOW)).await.unwrap();
    assert_eq!((&opened.how, opened.closed_cleanly), (&How::Kept, true));
    assert_eq!(
        fs::metadata(folder.join("history.sqlite"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    assert_eq!(store.runs(10).await.unwrap().runs, [run]);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let folder = scratch();
    open(folder.path()).await.close().await;
    let file = folder.path().join("history.sqlite");
    Connection::open(&file)
        .unwrap()
        .pragma_update(None, "user_version", 900)
        .unwrap();
    let error = Store::open(folder.path(), Options::new(NOW))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Newer {
                found: 900,
                known,
                ..
            } if known as usize == crate::schema::VERSIONS.len()
        ),
        "{error}"
    );
    assert!(error.to_string().contains("update wheelhouse"));
    assert!(
        !names(folder.path())
            .iter()
            .any(|name| name.contains("corrupt"))
    );
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_said_so() {
    let folder = scratch();
    for content in [&b"no database at all, by any means"[..], b""] {
        fs::write(folder.path().join("history.sqlite"), content).unwrap();
        fs::write(folder.path().join("history.sqlite-wal"), b"left over").unwrap();
        let (store, opened) = Store::open(folder.path(), Options::new(NOW)).await.unwrap();
        let How::SetAside { kept, .. } = &opened.how else {
            panic!("{opened}")
        };
        assert_eq!(fs::read(kept.as_str()).unwrap(), content);
        assert_eq!(fs::read(format!("{kept}-wal")).unwrap(), b"left over");
        assert!(
            kept.contains("history.sqlite.corrupt-20261121T140208Z"),
            "{kept}"
        );
        assert!(opened.to_string().contains("journal"), "{opened}");
        assert!(store.runs(1).await.unwrap().runs.is_empty());
        store.close().await;
        fs::remove_file(folder.path().join("history.sqlite")).unwrap();
    }
    assert_eq!(
        names(folder.path())
            .iter()
            .filter(|name| name.contains("corrupt")
                && !name.ends_with("-wal")
                && !name.ends_with("-shm"))
            .count(),
        2
    );
}

#[tokio::test]
async fn a_damaged_file_is_not_taken_from_under_another_user() {
    let folder = scratch();
    open(folder.path()).await.close().await;
    let first = open(folder.path()).await;
    fs::write(
        folder.path().join("history.sqlite"),
        b"written over by mistake, all of it",
    )
    .unwrap();
    let error = Store::open(folder.path(), Options::new(NOW))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    drop(first);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_to_be_so() {
    let folder = scratch();
    let taken = folder.path().join("file");
    fs::write(&taken, b"").unwrap();
    let error = Store::open(&taken.join("below"), Options::new(NOW))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Denied { .. }), "{error:?}");
    if rustix::process::geteuid().is_root() {
        // Root may write everywhere but where the kernel says no.
        let error = Store::open("/proc/wheelhouse".as_ref(), Options::new(NOW))
            .await
            .unwrap_err();
        assert!(
            matches!(error, StoreError::Denied { .. } | StoreError::Disk { .. }),
            "{error:?}"
        );
    } else {
        fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
        let error = Store::open(&folder.path().join("below"), Options::new(NOW))
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Denied { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_said_to_be_locked() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let other = Connection::open(folder.path().join("history.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = restart(1, 1);
    let error = store
        .take_on(&run, entry(&run, "submitted"))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.take_on(&run, entry(&run, "submitted")).await.unwrap();
}
