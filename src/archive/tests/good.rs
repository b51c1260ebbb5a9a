//! Uploads that are let in.

use std::fs;
use std::io::{Cursor, Read, Write};

use vocab::SiteKind;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::raw::{Entry, Zip};
use super::scene::Scene;
use crate::{Fault, Limits, load, pack, read_archive, verify};

fn site() -> Zip {
    Zip::of([
        Entry::folder("site/"),
        Entry::file("site/index.html", b"<!doctype html>"),
        Entry::file("site/css/a.css", b"body {}").mode(0o104_755),
        Entry::folder("site/empty/"),
        Entry::file("__MACOSX/site/._index.html", b"notes"),
    ])
}

#[test]
fn a_site_is_unpacked_private_without_its_outer_folder() {
    let scene = Scene::new();
    let release = scene.read(&site().bytes()).unwrap();
    let files = Scene::files(&release);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["css/a.css", "index.html"],
        "all of them with the mode 0600"
    );
    assert_eq!(files["index.html"], b"<!doctype html>");
    assert_eq!(release.hint, Some(SiteKind::Static));
    assert_eq!(release.bytes, vocab::Bytes(22));
    assert_eq!(release.root, scene.releases().join(release.id.to_string()));
    assert_eq!(release.files[0].path, "css/a.css");
    verify(&release).unwrap();
    assert_eq!(load(&release.root).unwrap(), release);
    assert_eq!(scene.left(), 1);
}

#[test]
fn the_same_files_are_the_same_release_and_a_damaged_one_is_replaced() {
    let scene = Scene::new();
    let release = scene.read(&site().bytes()).unwrap();
    let mut shuffled = site();
    shuffled.entries.reverse();
    let file = release.root.join("index.html");
    let made = fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(scene.read(&shuffled.bytes()).unwrap(), release);
    assert_eq!(
        fs::metadata(&file).unwrap().modified().unwrap(),
        made,
        "left as it was"
    );
    fs::write(&file, "changed").unwrap();
    assert!(verify(&release).is_err());
    assert_eq!(scene.read(&site().bytes()).unwrap(), release);
    verify(&release).unwrap();
    fs::write(release.root.join("more"), "added").unwrap();
    assert!(verify(&release).is_err());
    fs::remove_dir_all(&release.root).unwrap();
    assert!(verify(&release).is_err());
    fs::write(&release.root, "a file in its place").unwrap();
    assert_eq!(scene.read(&site().bytes()).unwrap(), release);
    assert_eq!(scene.left(), 1);
}

#[test]
fn what_other_programs_write_is_read() {
    let scene = Scene::new();
    let plain = scene.read(&site().bytes()).unwrap();
    // Lengths after the content, as programs write that pack into a pipe; macOS packs all files so.
    let streamed = site().with(|zip| {
        for entry in zip.entries.iter_mut().filter(|entry| entry.length > 0) {
            entry.flags |= 8;
            let mut after = b"PK\x07\x08".to_vec();
            after.extend(entry.crc.to_le_bytes());
            after.extend((entry.packed.len() as u32).to_le_bytes());
            after.extend(entry.length.to_le_bytes());
            entry.after = after;
        }
    });
    assert_eq!(scene.read(&streamed.bytes()).unwrap(), plain);
    // Windows: no types of Unix at all.
    let windows = site().with(|zip| {
        for entry in &mut zip.entries {
            entry.made_by = 20;
            entry.attributes &= 0xffff;
        }
    });
    assert_eq!(scene.read(&windows.bytes()).unwrap(), plain);
    // With a comment, and a time in an extra field.
    let commented = site().with(|zip| {
        zip.comment = b"packed by a person".to_vec();
        for entry in &mut zip.entries {
            entry.comment = b"c".to_vec();
            entry.extra = b"UT\x05\x00\x01\x00\x00\x00\x5b".to_vec();
        }
    });
    assert_eq!(scene.read(&commented.bytes()).unwrap(), plain);
    // A zip file within, not packed: its end is not ours, and it stays packed.
    let inner = Zip::of([Entry::file("../evil", b"x")]).bytes();
    let nested = Zip::of([Entry::file("download.zip", &inner).with(|e| {
        e.method = 0;
        e.packed.clone_from(&inner);
    })]);
    let nested = scene.read(&nested.bytes()).unwrap();
    assert_eq!(Scene::files(&nested)["download.zip"], inner);
}

#[test]
fn an_archive_is_read_from_its_file() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("upload.zip");
    fs::write(&path, site().bytes()).unwrap();
    let read = |path| read_archive(path, &Limits::default(), &scene.releases());
    assert_eq!(read(&path).unwrap(), scene.read(&site().bytes()).unwrap());
    let refused = read(folder.path()).unwrap_err();
    assert!(
        matches!(refused.fault(), Some(Fault::NotZip(_))),
        "{refused}"
    );
}

#[test]
fn a_packed_release_is_plain_and_always_the_same() {
    let scene = Scene::new();
    let long = format!("{}/{}.html", "d".repeat(120), "n".repeat(150));
    let zip = Zip::of([
        Entry::file("index.html", b"home"),
        Entry::file(&long, b"deep"),
        Entry::file("ü/é.txt", &[7; 1000]),
    ]);
    let release = scene.read(&zip.bytes()).unwrap();
    let mut tar = Vec::new();
    pack(&release, &mut tar).unwrap();
    let mut again = Vec::new();
    pack(&load(&release.root).unwrap(), &mut again).unwrap();
    assert!(tar == again && tar.len().is_multiple_of(512));
    let mut found = Vec::new();
    for entry in tar::Archive::new(tar.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!(header.entry_type(), tar::EntryType::Regular);
        assert_eq!(header.mode().unwrap(), 0o644);
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
        assert_eq!(header.mtime().unwrap(), 0);
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        found.push((path, content));
    }
    let expected: Vec<(String, Vec<u8>)> = Scene::files(&release).into_iter().collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn what_was_changed_is_not_sent_as_if_it_were_whole() {
    let scene = Scene::new();
    let zip = Zip::of([Entry::file("a", b"12345"), Entry::file("b", b"12345")]);
    let release = scene.read(&zip.bytes()).unwrap();
    for change in ["1234", "123456", "54321"] {
        fs::write(release.root.join("b"), change).unwrap();
        let mut tar = Vec::new();
        let refused = pack(&release, &mut tar).unwrap_err();
        assert_eq!(refused.fault(), Some(&Fault::Changed), "{change}");
        assert!(!tar.ends_with(&[0; 1024]), "{change}: no end of the stream");
    }
    fs::remove_file(release.root.join("b")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", release.root.join("b")).unwrap();
    assert!(pack(&release, Vec::new()).is_err());
}

#[test]
fn the_librarys_own_archives_are_read() {
    let scene = Scene::new();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..50 {
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        writer.start_file(format!("d/{number}"), options).unwrap();
        writer.write_all(&vec![number; 10_000]).unwrap();
    }
    let release = scene.read(&writer.finish().unwrap().into_inner()).unwrap();
    assert_eq!(release.files.len(), 50);
    assert_eq!(Scene::files(&release)["7"], vec![7; 10_000]);
}
