//! Backups whole and broken: a real folder, real streams of commands of this machine, and places that fail.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use drivers::host::{CommandLine, LocalHost};
use drivers::storage::{FolderStorage, ObjectName, Reading, Stored, Writing};
use drivers::{DriverError, Trouble as Fault};
use vocab::{
    AffiliateName, Currency, Domain, Money, Region, ReleaseId, RunId, SiteKind, Span, Time,
};
use world::{Backup, Site, SiteObjects, SitePart, SiteState, Wanted};

use super::names::MANIFEST;
use super::*;

/// A place in a folder that refuses, once so many bytes were written.
struct Filling {
    inner: FolderStorage,
    room: Arc<AtomicI64>,
}

struct FillingWrite(Box<dyn Writing>, Arc<AtomicI64>);

#[async_trait]
impl Writing for FillingWrite {
    async fn push(&mut self, bytes: Bytes) -> drivers::error::Result<()> {
        let length = i64::try_from(bytes.len()).unwrap();
        if self.1.fetch_sub(length, Ordering::SeqCst) < length {
            return Err(DriverError::new(Fault::Refused, "the disk is full"));
        }
        self.0.push(bytes).await
    }

    async fn finish(self: Box<Self>) -> drivers::error::Result<()> {
        self.0.finish().await
    }

    async fn abandon(self: Box<Self>) {
        self.0.abandon().await;
    }
}

#[async_trait]
impl Storage for Filling {
    fn place(&self) -> Text {
        self.inner.place()
    }

    fn settle(&self) -> Span {
        Span::ZERO
    }

    async fn write(&self, name: &ObjectName) -> drivers::error::Result<Box<dyn Writing>> {
        let writing = self.inner.write(name).await?;
        Ok(Box::new(FillingWrite(writing, self.room.clone())))
    }

    async fn read(&self, name: &ObjectName) -> drivers::error::Result<Box<dyn Reading>> {
        self.inner.read(name).await
    }

    async fn has(&self, name: &ObjectName) -> drivers::error::Result<bool> {
        self.inner.has(name).await
    }

    async fn list(&self, folder: Option<&ObjectName>) -> drivers::error::Result<Vec<Stored>> {
        self.inner.list(folder).await
    }

    async fn delete(&self, name: &ObjectName) -> drivers::error::Result<()> {
        self.inner.delete(name).await
    }
}

/// A folder with a site's files and a vault, and room in it for so many bytes.
struct Scene {
    folder: tempfile::TempDir,
    vault: Vault,
    place: Place,
}

impl Scene {
    fn with_room(room: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("css")).unwrap();
        std::fs::write(site.join("index.html"), "hello").unwrap();
        std::fs::write(site.join("css/a.css"), vec![b'x'; 200_000]).unwrap();
        let at = Time(1_795_269_728_112);
        Self {
            vault: Vault {
                storage: Arc::new(Filling {
                    inner: FolderStorage::new(folder.path().join("backups")),
                    room: Arc::new(AtomicI64::new(room)),
                }),
                key_file: folder.path().join("backup.key"),
                keep: Retention::default(),
            },
            place: Place {
                domain: domain(),
                at,
                id: RunId::made_at(at),
            },
            folder,
        }
    }

    fn new() -> Self {
        Self::with_room(i64::MAX)
    }

    async fn take(&self, part: SitePart, script: &str) -> Result<Taken> {
        let site = self.folder.path().join("site");
        let site = site.to_str().unwrap();
        let taking = Taking {
            vault: &self.vault,
            host: &LocalHost,
            command: &CommandLine::new("sh", ["-c", script, "sh", site]),
            place: &self.place,
            part,
            told: Arc::new(|_| {}),
        };
        taking.carry_out().await
    }

    async fn take_files(&self) -> Taken {
        self.take(SitePart::Files, "exec tar -c -f - -C \"$1\" .")
            .await
            .unwrap()
    }

    async fn open(&self, taken: &Taken, sink: Sink<'_>) -> Result<Used> {
        let opening = Opening {
            vault: &self.vault,
            place: &self.place,
            part: taken.part.part,
            wanted: Some(&taken.part),
            told: Arc::new(|_| {}),
        };
        opening.carry_out(sink).await.map(|opened| opened.used)
    }

    fn object(&self, part: SitePart) -> PathBuf {
        let name = self.place.object(part.word()).unwrap();
        self.folder.path().join("backups").join(name.as_str())
    }

    async fn objects(&self) -> usize {
        self.vault.storage.list(None).await.unwrap().len()
    }
}

fn domain() -> Domain {
    Domain::new("shop.example.com").unwrap()
}

fn release() -> ReleaseId {
    ReleaseId::new("0123456789abcdef").unwrap()
}

fn backup(place: &Place, taken: &[&Taken]) -> Backup {
    Backup {
        id: place.id,
        domain: place.domain.clone(),
        at: place.at,
        took: Span::seconds(1),
        release: release(),
        files: 2,
        parts: taken.iter().map(|taken| taken.part.clone()).collect(),
        key: Text::default(),
        place: Text::default(),
        verified: None,
    }
}

fn site() -> Site {
    Site {
        domain: domain(),
        kind: SiteKind::Static,
        affiliate: AffiliateName::new("harbor").unwrap(),
        region: Region::EuCentral,
        state: SiteState::Active,
        price: Money::from_smallest(1_500, Currency::USD),
        cost: None,
        deployment: RunId::default(),
        created: Time::default(),
        releases: Vec::new(),
        current: release(),
        objects: SiteObjects::default(),
    }
}

#[tokio::test]
async fn files_come_back_as_the_release_that_they_were() {
    let scene = Scene::new();
    let taken = scene.take_files().await;
    let surveyed = taken.surveyed.clone().unwrap();
    assert_eq!((surveyed.files, surveyed.bytes), (2, Bytes(200_005)));
    let back = scene.folder.path().join("back");
    let used = scene.open(&taken, Sink::Release(&back)).await.unwrap();
    let Used::Release(found) = used else {
        panic!("a release");
    };
    assert_eq!(found.id, surveyed.id);
    assert_eq!(
        std::fs::read(found.root.join("index.html")).unwrap(),
        b"hello"
    );
    let used = scene.open(&taken, Sink::Survey).await.unwrap();
    assert!(matches!(used, Used::Surveyed(again) if again == surveyed));
    let raw = std::fs::read(scene.object(SitePart::Files)).unwrap();
    assert!(!raw.windows(5).any(|window| window == b"hello"), "sealed");
}

#[tokio::test]
async fn a_command_that_fails_at_its_end_leaves_nothing() {
    let scene = Scene::new();
    for script in [
        "tar -c -f - -C \"$1\" .; echo broken >&2; exit 3",
        "tar -c -f - -C \"$1\" . | head -c 1000; exit 1",
        "tar -c -f - -C \"$1\" .; kill -9 $PPID",
        "exec /nothing/of/this/name",
    ] {
        let refused = scene.take(SitePart::Files, script).await;
        assert!(refused.is_err(), "{script}");
        assert_eq!(scene.objects().await, 0, "{script}");
    }
    let said = scene
        .take(
            SitePart::Database,
            "echo dump; echo no such table >&2; exit 2",
        )
        .await;
    assert!(
        matches!(&said, Err(Trouble::Not(why)) if why.contains("no such table")),
        "{said:?}"
    );
    scene.take_files().await;
    assert_eq!(scene.objects().await, 1, "and can be tried again");
}

#[tokio::test]
async fn files_that_are_no_release_are_refused_with_their_reason() {
    let scene = Scene::new();
    let link = scene.folder.path().join("site/link");
    std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
    let refused = scene
        .take(SitePart::Files, "exec tar -c -f - -C \"$1\" .")
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, Trouble::Not(why) if why.contains("link")),
        "{refused:?}"
    );
    assert_eq!(scene.objects().await, 0);
}

#[tokio::test]
async fn a_place_that_fills_up_midway_is_the_reason_and_has_nothing() {
    for room in [0, 70, 1_000, 70_000, 150_000] {
        let scene = Scene::with_room(room);
        let refused = scene
            .take(SitePart::Files, "exec tar -c -f - -C \"$1\" .")
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, Trouble::Not(why) if why.contains("disk is full")),
            "{room}: {refused:?}"
        );
        assert_eq!(scene.objects().await, 0, "{room}");
    }
}

#[tokio::test]
async fn a_part_that_was_cut_changed_or_swapped_is_never_believed() {
    let scene = Scene::new();
    let files = scene.take_files().await;
    let dump = scene
        .take(SitePart::Database, "printf 'CREATE TABLE a (b INT);'")
        .await
        .unwrap();
    let (at, other) = (
        scene.object(SitePart::Files),
        scene.object(SitePart::Database),
    );
    let whole = std::fs::read(&at).unwrap();
    let back = scene.folder.path().join("back");
    let refuse = async |bytes: &[u8], what: &str| {
        std::fs::write(&at, bytes).unwrap();
        for sink in [Sink::Nowhere, Sink::Release(&back), Sink::Survey] {
            let opened = scene.open(&files, sink).await;
            assert!(opened.is_err(), "{what}");
        }
        assert_eq!(
            std::fs::read_dir(&back).unwrap().count(),
            0,
            "{what}: nothing of it is laid"
        );
    };
    let step = whole.len() / 40 + 1;
    for cut in (0..whole.len()).step_by(step) {
        refuse(&whole[..cut], &format!("cut at {cut}")).await;
    }
    for flip in (0..whole.len()).step_by(step) {
        let mut changed = whole.clone();
        changed[flip] ^= 1;
        refuse(&changed, &format!("changed at {flip}")).await;
    }
    refuse(&[&whole[..], b"x"].concat(), "longer").await;
    refuse(&std::fs::read(&other).unwrap(), "another part").await;
    std::fs::write(&at, &whole).unwrap();
    assert!(scene.open(&files, Sink::Nowhere).await.is_ok());
    assert!(scene.open(&dump, Sink::Nowhere).await.is_ok());
    // Sealed well, but not what the manifest says.
    let mut lied = dump.clone();
    lied.part.bytes += 1;
    assert!(scene.open(&lied, Sink::Nowhere).await.is_err());
}

#[tokio::test]
async fn another_key_opens_nothing_and_a_lost_one_is_not_made_anew() {
    let scene = Scene::new();
    let taken = scene.take_files().await;
    Manifest::new("yard".to_owned(), backup(&scene.place, &[&taken]), site())
        .write(&scene.vault)
        .await
        .unwrap();
    let found = Manifest::read(&scene.vault, &scene.place).await.unwrap();
    assert_eq!(found.map(|found| found.site), Some(site()));
    std::fs::remove_file(&scene.vault.key_file).unwrap();
    for _ in 0..2 {
        let lost = Manifest::read(&scene.vault, &scene.place)
            .await
            .unwrap_err();
        assert!(matches!(lost, Trouble::Not(why) if why.contains("backup.key")));
        assert!(!scene.vault.key_file.exists());
    }
    drop(Key::open_or_make(&scene.vault.key_file).unwrap());
    let wrong = Manifest::read(&scene.vault, &scene.place)
        .await
        .unwrap_err();
    assert!(matches!(wrong, Trouble::Not(why) if why.contains("another key")));
    assert!(scene.open(&taken, Sink::Nowhere).await.is_err());
}

#[tokio::test]
async fn only_a_manifest_makes_a_backup() {
    let scene = Scene::new();
    let taken = scene.take_files().await;
    let places = async || Manifest::places(&scene.vault, None).await.unwrap();
    assert!(places().await.is_empty(), "half of one is none");
    let manifest = Manifest::new("yard".to_owned(), backup(&scene.place, &[&taken]), site());
    manifest.write(&scene.vault).await.unwrap();
    assert_eq!(places().await, std::slice::from_ref(&scene.place));
    let again = manifest.write(&scene.vault).await;
    assert!(again.is_err(), "none is ever overwritten");
    let elsewhere = Place {
        id: RunId::made_at(Time(1)),
        ..scene.place.clone()
    };
    let moved = scene.folder.path().join("backups");
    let at = |place: &Place| moved.join(place.object(MANIFEST).unwrap().as_str());
    std::fs::create_dir_all(at(&elsewhere).parent().unwrap()).unwrap();
    std::fs::copy(at(&scene.place), at(&elsewhere)).unwrap();
    let swapped = Manifest::read(&scene.vault, &elsewhere).await;
    assert!(swapped.is_err(), "a manifest is of one backup alone");
}

#[tokio::test]
async fn a_dump_of_the_database_stands_for_no_whole_backup() {
    let mut scene = Scene::new();
    let first = scene.place.clone();
    let (files, dump) = (SitePart::Files, SitePart::Database);
    let write = async |scene: &mut Scene, minutes, part| {
        let at = first.at + Span::minutes(minutes);
        let id = RunId::made_at(at);
        scene.place = Place {
            at,
            id,
            ..first.clone()
        };
        let taken = match part {
            SitePart::Files => scene.take_files().await,
            _ => scene.take(part, "echo dump").await.unwrap(),
        };
        let made = backup(&scene.place, &[&taken]);
        let manifest = Manifest::new("yard".to_owned(), made, site());
        manifest.write(&scene.vault).await.unwrap();
        id
    };
    let chosen = async |scene: &Scene, named: Option<RunId>, wanted| {
        let named = named.map(|id| id.to_string());
        let found = order::chosen(&scene.vault, &domain(), named.as_deref(), wanted).await;
        found.map(|(manifest, newer)| (manifest.backup.id, newer))
    };
    let early = write(&mut scene, 0, dump).await;
    let none = chosen(&scene, None, Wanted::All).await.unwrap_err();
    assert!(none.text.contains("but dumps of its database"), "{none}");
    assert!(chosen(&scene, None, Wanted::Files).await.is_err());
    let whole = write(&mut scene, 1, files).await;
    assert_eq!(chosen(&scene, None, Wanted::All).await, Ok((whole, None)));
    write(&mut scene, 2, dump).await;
    let newest = write(&mut scene, 3, dump).await;
    for (named, wanted, found) in [
        (None, Wanted::All, (whole, Some(newest))),
        (None, Wanted::Files, (whole, Some(newest))),
        (None, Wanted::Database, (newest, None)),
        (Some(early), Wanted::Database, (early, None)),
        (Some(whole), Wanted::All, (whole, None)),
    ] {
        assert_eq!(chosen(&scene, named, wanted).await, Ok(found), "{wanted:?}");
    }
}

#[tokio::test]
async fn a_part_goes_into_a_command_whole_or_the_command_fails() {
    let scene = Scene::new();
    let dump = scene
        .take(SitePart::Database, "seq 1 100000")
        .await
        .unwrap();
    let out = scene.folder.path().join("loaded");
    let load = |script: &str| CommandLine::new("sh", ["-c", script, "sh", out.to_str().unwrap()]);
    let whole = load("cat > \"$1.new\" && mv \"$1.new\" \"$1\"");
    let given = scene.open(&dump, Sink::Server(&LocalHost, &whole)).await;
    assert!(given.is_ok());
    let loaded = std::fs::read(&out).unwrap();
    assert_eq!(loaded.len() as u64, dump.part.bytes);
    let refusing = load("head -c 10 > /dev/null; echo bad SQL >&2; exit 1");
    let given = scene.open(&dump, Sink::Server(&LocalHost, &refusing)).await;
    assert!(
        matches!(&given, Err(Trouble::Not(why)) if why.contains("bad SQL")),
        "the command's own reason"
    );
    std::fs::remove_file(&out).unwrap();
    let at = scene.object(SitePart::Database);
    let mut changed = std::fs::read(&at).unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    std::fs::write(&at, changed).unwrap();
    let given = scene.open(&dump, Sink::Server(&LocalHost, &whole)).await;
    assert!(given.is_err());
    assert!(!out.exists(), "a damaged end never completes the command");
}

#[tokio::test]
async fn a_part_is_laid_into_a_file_once() {
    let scene = Scene::new();
    let dump = scene.take(SitePart::Database, "echo dump").await.unwrap();
    let path = scene.folder.path().join("look/database.sql");
    scene
        .open(&dump, Sink::File(&path))
        .await
        .map(drop)
        .unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"dump\n");
    assert!(scene.open(&dump, Sink::File(&path)).await.is_err());
    let names = std::fs::read_dir(Path::new(&path).parent().unwrap());
    assert_eq!(names.unwrap().count(), 1);
}
