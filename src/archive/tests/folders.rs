//! Folders of the operator's disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use tempfile::TempDir;

use super::raw::{Entry, Zip};
use super::scene::Scene;
use crate::{ArchiveError, Fault, Limits, Release, read_folder};

fn site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("css/empty")).unwrap();
    fs::create_dir_all(folder.path().join(".git/objects")).unwrap();
    fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
    fs::write(folder.path().join("css/a.css"), "body {}").unwrap();
    fs::write(folder.path().join(".git/config"), "secret").unwrap();
    folder
}

fn read(scene: &Scene, folder: &Path) -> Result<Release, ArchiveError> {
    read_folder(folder, &Limits::default(), &scene.releases())
}

#[test]
fn a_folder_and_its_archive_are_the_same_release() {
    let scene = Scene::new();
    let folder = site();
    let release = read(&scene, folder.path()).unwrap();
    let zip = Zip::of([
        Entry::file("css/a.css", b"body {}"),
        Entry::file("index.html", b"<!doctype html>"),
    ]);
    assert_eq!(scene.read(&zip.bytes()).unwrap(), release);
    assert_eq!(Scene::files(&release).len(), 2);
    assert_eq!(scene.left(), 1);
}

#[test]
fn what_is_no_plain_file_is_refused_and_nothing_is_left() {
    let scene = Scene::new();
    let before = scene.outside();
    let refused = |make: &dyn Fn(&Path)| {
        let folder = site();
        make(&folder.path().join("css/z"));
        let refused = read(&scene, folder.path()).unwrap_err();
        assert!(refused.to_string().starts_with("css/z"), "{refused}");
        assert_eq!((scene.left(), scene.outside()), (0, before.clone()));
        refused.fault().cloned().unwrap()
    };
    assert_eq!(
        refused(&|path| symlink("/etc/hostname", path).unwrap()),
        Fault::Link
    );
    assert_eq!(refused(&|path| symlink("..", path).unwrap()), Fault::Link);
    assert_eq!(
        refused(&|path| {
            fs::write(path, "content").unwrap();
            fs::hard_link(path, path.with_file_name("z2")).unwrap();
        }),
        Fault::HardLink
    );
    assert!(matches!(
        refused(&|path| drop(UnixListener::bind(path).unwrap())),
        Fault::Special(_)
    ));
    assert!(matches!(
        refused(&|path| {
            let mode = rustix::fs::Mode::RUSR;
            rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0)
                .unwrap();
        }),
        Fault::Special(_)
    ));
    assert_eq!(
        refused(&|path| fs::write(path.with_file_name("z:x"), "").unwrap()),
        Fault::Colon
    );
}

#[test]
fn limits_hold_for_folders_too() {
    let scene = Scene::new();
    let folder = site();
    let of = |limits: Limits| {
        read_folder(folder.path(), &limits, &scene.releases()).map_err(|e| e.fault().cloned())
    };
    let plain = Limits::default();
    let bytes = vocab::Bytes(21);
    assert_eq!(
        of(Limits { bytes, ..plain }),
        Err(Some(Fault::Bytes(bytes)))
    );
    assert_eq!(
        of(Limits {
            entries: 3,
            ..plain
        }),
        Err(Some(Fault::Entries(3)))
    );
    assert_eq!(of(Limits { depth: 1, ..plain }), Err(Some(Fault::Deep(1))));
    assert_eq!(scene.left(), 0);
    let missing = read(&scene, &folder.path().join("none"));
    assert!(matches!(missing, Err(ArchiveError::Disk { .. })));
    let empty = tempfile::tempdir().unwrap();
    let refused = read(&scene, empty.path()).unwrap_err();
    assert_eq!(refused.fault(), Some(&Fault::Nothing));
    let link = empty.path().join("link");
    symlink(folder.path(), &link).unwrap();
    assert!(
        read(&scene, &link).is_err(),
        "the folder itself may not be a link either"
    );
}
