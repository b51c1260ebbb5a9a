//! Objects in a folder: whole, private, never overwritten; what is not finished is not there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::Trouble;

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

async fn put(storage: &dyn Storage, at: &str, content: &[u8]) -> Result<()> {
    let mut writing = storage.write(&name(at)).await?;
    writing.push(Bytes::copy_from_slice(content)).await?;
    writing.finish().await
}

async fn got(storage: &dyn Storage, at: &str) -> Result<Vec<u8>> {
    let mut reading = storage.read(&name(at)).await?;
    let mut all = Vec::new();
    while let Some(bytes) = reading.next().await? {
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

async fn names(storage: &dyn Storage, folder: Option<&str>) -> Vec<String> {
    let folder = folder.map(name);
    let found = storage.list(folder.as_ref()).await.unwrap();
    found.iter().map(|one| one.name.to_string()).collect()
}

#[tokio::test]
async fn an_object_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("backups");
    let storage = FolderStorage::new(root.clone());
    assert!(names(&storage, None).await.is_empty(), "no folder yet");
    let mut writing = storage.write(&name("site/one/files")).await.unwrap();
    writing.push(Bytes::from_static(b"half")).await.unwrap();
    assert!(names(&storage, None).await.is_empty());
    assert!(!storage.has(&name("site/one/files")).await.unwrap());
    let second = storage.write(&name("site/one/files")).await.err().unwrap();
    assert_eq!(second.trouble, Trouble::Conflict, "another writes it");
    writing
        .push(Bytes::from_static(b" and half"))
        .await
        .unwrap();
    writing.finish().await.unwrap();
    assert_eq!(
        got(&storage, "site/one/files").await.unwrap(),
        b"half and half"
    );
    let again = put(&storage, "site/one/files", b"other").await.unwrap_err();
    assert_eq!(again.trouble, Trouble::Conflict);
    let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("site/one/files"), mode("site/one")), (0o600, 0o700));
    assert_eq!(fs::read_dir(root.join("site/one")).unwrap().count(), 1);
}

#[tokio::test]
async fn what_a_killed_process_left_is_begun_anew_and_goes_with_its_object() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FolderStorage::new(folder.path().to_owned());
    fs::create_dir_all(folder.path().join("site/one")).unwrap();
    fs::write(folder.path().join("site/one/files.part"), "from before").unwrap();
    assert!(names(&storage, None).await.is_empty());
    put(&storage, "site/one/files", b"new").await.unwrap();
    assert_eq!(got(&storage, "site/one/files").await.unwrap(), b"new");
    fs::write(folder.path().join("site/one/files.part"), "again").unwrap();
    storage.delete(&name("site/one/files")).await.unwrap();
    storage.delete(&name("site/one/files")).await.unwrap();
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "empty folders go"
    );
    let gone = got(&storage, "site/one/files").await.unwrap_err();
    assert_eq!(gone.trouble, Trouble::NotFound);
}

#[tokio::test]
async fn what_is_let_go_leaves_nothing_and_what_is_not_ours_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FolderStorage::new(folder.path().to_owned());
    let mut writing = storage.write(&name("a/one")).await.unwrap();
    writing.push(Bytes::from_static(b"x")).await.unwrap();
    writing.abandon().await;
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 0);
    put(&storage, "a/one", b"x").await.unwrap();
    put(&storage, "ab/two", b"xy").await.unwrap();
    fs::write(folder.path().join("a/NOTES TO SELF"), "x").unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("a/link")).unwrap();
    assert_eq!(names(&storage, None).await, ["a/one", "ab/two"]);
    assert_eq!(names(&storage, Some("a")).await, ["a/one"]);
    assert_eq!(names(&storage, Some("none")).await, [""; 0]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "in the way").unwrap();
    let storage = FolderStorage::new(folder.path().join("file"));
    let refused = put(&storage, "a/one", b"x").await.unwrap_err();
    assert!(refused.text.contains("file/a/one.part"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_pieces_come_back(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5_000), 0..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let storage = FolderStorage::new(folder.path().to_owned());
            let mut writing = storage.write(&name("a")).await.unwrap();
            for piece in &pieces {
                writing.push(Bytes::copy_from_slice(piece)).await.unwrap();
            }
            writing.finish().await.unwrap();
            assert_eq!(got(&storage, "a").await.unwrap(), pieces.concat());
        });
    }
}
