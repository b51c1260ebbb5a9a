//! Hostile archives, each with the fault it is refused for.

use super::bombs;
use super::raw::{Entry, Zip, deflate};

/// A hostile archive.
pub(super) struct Case {
    pub(super) what: String,
    pub(super) bytes: Vec<u8>,
    /// The name of the fault.
    pub(super) fault: &'static str,
    /// What the error has to name.
    pub(super) names: Option<String>,
}

fn good() -> Entry {
    Entry::file("index.html", b"<!doctype html>")
}

/// The hostile entry comes last: all before it could have been written.
pub(super) fn entry(what: &str, entry: Entry, fault: &'static str) -> Case {
    let names = String::from_utf8_lossy(&entry.name)
        .chars()
        .filter(|c| !c.is_control())
        .take(20)
        .collect();
    Case {
        what: what.to_owned(),
        bytes: Zip::of([good(), entry]).bytes(),
        fault,
        names: Some(names),
    }
}

pub(super) fn whole(what: &str, bytes: Vec<u8>, fault: &'static str) -> Case {
    Case {
        what: what.to_owned(),
        bytes,
        fault,
        names: None,
    }
}

/// All of them.
pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(paths());
    cases.extend(types());
    cases.extend(collisions());
    cases.extend(headers());
    cases.extend(containers());
    cases.extend(disguises());
    cases.extend(hidden());
    cases.extend(bombs::all());
    cases
}

fn paths() -> Vec<Case> {
    let names: [(&[u8], &str); 31] = [
        (b"../evil", "Climbs"),
        (b"../../../../../../tmp/evil", "Climbs"),
        (b"a/../../evil", "Climbs"),
        (b"a/..", "Climbs"),
        (b"..", "Climbs"),
        (b"/etc/cron.d/evil", "Absolute"),
        (b"//server/share/evil", "Absolute"),
        (b"C:\\Windows\\evil", "Backslash"),
        (b"C:/Windows/evil", "Colon"),
        (b"c:evil", "Colon"),
        (b"..\\evil", "Backslash"),
        (b"a\\..\\..\\evil", "Backslash"),
        (b"\\\\?\\C:\\evil", "Backslash"),
        (b"evil.txt:stream", "Colon"),
        (b"evil\0.png", "Control"),
        (b"a\nb", "Control"),
        (b"\x1b[2J", "Control"),
        (b"a\xc2\x85b", "Control"),
        (b"./a", "EmptyPart"),
        (b"a//b", "EmptyPart"),
        (b"a/./b", "EmptyPart"),
        (b"", "EmptyPart"),
        (b"CON", "Reserved"),
        (b"a/nul.txt", "Reserved"),
        (b"LPT1", "Reserved"),
        (b"com\xc2\xb9.log", "Reserved"),
        (b"evil.exe.", "DroppedEnd"),
        (b"evil.exe ", "DroppedEnd"),
        (b"a. /b", "DroppedEnd"),
        (b"caf\xe9", "NotUtf8"),
        (b"\xc0\xae\xc0\xae/evil", "NotUtf8"),
    ];
    let mut cases: Vec<Case> = names
        .iter()
        .map(|(name, fault)| {
            let what = format!("the name {}", String::from_utf8_lossy(name).escape_debug());
            let flags = if std::str::from_utf8(name).is_ok() {
                0x0800
            } else {
                0
            };
            let mut case = entry(&what, Entry::empty(name).with(|e| e.flags = flags), fault);
            // Shown names have their control characters replaced.
            if *fault == "Control" || *fault == "NotUtf8" {
                case.names = None;
            }
            case
        })
        .collect();
    cases.push(entry(
        "21 folders deep",
        Entry::empty("d/".repeat(20) + "f"),
        "Deep",
    ));
    cases.push(entry(
        "a name of 256",
        Entry::empty("n".repeat(256)),
        "LongName",
    ));
    cases.push(entry(
        "a path of 1,025",
        Entry::empty("p".repeat(100) + &("/".to_owned() + &"p".repeat(99)).repeat(10)),
        "LongPath",
    ));
    cases.push(entry(
        "a path of 65,535",
        Entry::empty("p/".repeat(32_767) + "p"),
        "LongPath",
    ));
    cases.push(entry(
        "a folder that climbs",
        Entry::folder("../evil/"),
        "Climbs",
    ));
    cases.push(entry(
        "a folder with two slashes",
        Entry::folder("a//"),
        "EmptyPart",
    ));
    cases
}

fn types() -> Vec<Case> {
    let target = Entry::file("link", b"/etc/passwd");
    vec![
        entry("a link", target.clone().mode(0o120_777), "Link"),
        entry(
            "a link out",
            Entry::file("link", b"../../..").mode(0o120_777),
            "Link",
        ),
        entry(
            "a link that says it is from DOS",
            target.with(|e| e.made_by = 20).mode(0o120_777),
            "Link",
        ),
        entry(
            "a link named like a folder",
            Entry::empty("link/").mode(0o120_777),
            "Link",
        ),
        entry("a pipe", Entry::empty("pipe").mode(0o010_644), "Special"),
        entry(
            "a socket",
            Entry::empty("socket").mode(0o140_644),
            "Special",
        ),
        entry("a disk", Entry::empty("sda").mode(0o060_644), "Special"),
        entry("a terminal", Entry::empty("tty").mode(0o020_644), "Special"),
        entry(
            "an unknown type",
            Entry::empty("what").mode(0o110_644),
            "Special",
        ),
        entry(
            "a folder named like a file",
            Entry::empty("folder").mode(0o040_755),
            "Special",
        ),
        entry(
            "a file named like a folder",
            Entry::empty("file/").mode(0o100_644),
            "Special",
        ),
        entry(
            "a folder with content",
            Entry::file("folder/", b"content").with(|e| e.attributes = 0x10),
            "FullFolder",
        ),
        entry(
            "encrypted",
            Entry::file("secret", b"x").with(|e| e.flags |= 1),
            "Encrypted",
        ),
        entry(
            "bzip2",
            Entry::file("b", b"x").with(|e| e.method = 12),
            "Method",
        ),
        entry(
            "deflate64",
            Entry::file("d", b"x").with(|e| e.method = 9),
            "Method",
        ),
        entry(
            "an unheard of method",
            Entry::file("u", b"x").with(|e| e.method = 4711),
            "Method",
        ),
    ]
}

fn collisions() -> Vec<Case> {
    let pair = |one: &str, two: &str, fault| {
        let mut case = entry(&format!("{one} and {two}"), Entry::file(two, b"2"), fault);
        case.bytes = Zip::of([good(), Entry::file(one, b"1"), Entry::file(two, b"2")]).bytes();
        case
    };
    vec![
        pair("a", "a", "Twice"),
        pair("a/b", "a/b", "Twice"),
        pair("README", "readme", "Clash"),
        pair("x/a", "X/b", "Clash"),
        pair("caf\u{e9}", "cafe\u{301}", "Clash"),
        pair("strasse", "stra\u{df}e", "Clash"),
        pair("a", "a/b", "FileAndFolder"),
        pair("a/b", "a", "FileAndFolder"),
        Case {
            what: "a folder twice".to_owned(),
            bytes: Zip::of([good(), Entry::folder("f/"), Entry::folder("f/")]).bytes(),
            fault: "Twice",
            names: Some("f/".to_owned()),
        },
        Case {
            what: "a file and a folder of one name".to_owned(),
            bytes: Zip::of([good(), Entry::empty("f"), Entry::folder("f/")]).bytes(),
            fault: "Twice",
            names: Some("f/".to_owned()),
        },
    ]
}

fn headers() -> Vec<Case> {
    let victim = || Entry::file("v", b"some content that is long enough to be packed");
    let long = || Entry::file("v", &[b'x'; 100]);
    vec![
        whole("a second name that climbs", renamed("../evil"), "Climbs"),
        whole(
            "a second name with a drive",
            renamed("C:\\evil"),
            "Backslash",
        ),
        whole(
            "a second name that is the first's",
            renamed("index.html"),
            "Broken",
        ),
        entry(
            "another name before the content",
            victim().with(|e| e.local_name = Some(b"../evil".to_vec())),
            "Damaged",
        ),
        entry(
            "another method before the content",
            victim().with(|e| e.local_method = Some(0)),
            "Damaged",
        ),
        entry("a wrong checksum", victim().with(|e| e.crc ^= 1), "Damaged"),
        entry(
            "a damaged content",
            victim().with(|e| e.packed.fill(0xff)),
            "Damaged",
        ),
        entry(
            "a cut content",
            long().with(|e| e.packed.truncate(1)),
            "Damaged",
        ),
        entry(
            "more than it says",
            long().with(|e| e.length = 10),
            "Damaged",
        ),
        entry(
            "less than it says",
            long().with(|e| e.length = 1000),
            "Length",
        ),
        entry(
            "an offset beyond the end",
            victim().with(|e| e.offset = Some(0x7fff_ffff)),
            "Damaged",
        ),
        entry(
            "an offset into nowhere",
            victim().with(|e| e.offset = Some(5)),
            "Damaged",
        ),
        entry(
            "a content into the directory",
            Entry::empty("v").with(|e| {
                e.length = 20;
                e.packed_length = Some(20);
            }),
            "Overlap",
        ),
    ]
}

fn containers() -> Vec<Case> {
    let zip = || Zip::of([good(), Entry::file("a", b"content")]);
    let bytes = zip().bytes();
    let mut gzip = b"\x1f\x8b\x08".to_vec();
    gzip.extend([0; 40]);
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    vec![
        whole("nothing", Vec::new(), "NotZip"),
        whole("text", b"<!doctype html>".to_vec(), "NotZip"),
        whole("gzip", gzip, "NotZip"),
        whole("tar", tar, "NotZip"),
        whole("rar", b"Rar!\x1a\x07\x01\0".to_vec(), "NotZip"),
        whole("7z", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "NotZip"),
        whole("a cut file", bytes[..bytes.len() / 2].to_vec(), "Broken"),
        whole("an end alone", bytes[bytes.len() - 22..].to_vec(), "Broken"),
        whole("a cut end", bytes[..bytes.len() - 1].to_vec(), "Broken"),
        whole("no entries", Zip::default().bytes(), "Nothing"),
        whole(
            "only folders",
            Zip::of([Entry::folder("a/")]).bytes(),
            "Nothing",
        ),
        whole(
            "only what tools leave",
            Zip::of([Entry::file("__MACOSX/._a", b"x"), Entry::empty(".DS_Store")]).bytes(),
            "Nothing",
        ),
    ]
}

/// An entry whose extra field gives it another name (0x7075, section 4.6.9 of the format), which then holds.
fn renamed(name: &str) -> Vec<u8> {
    let (_, crc) = deflate(b"harmless");
    let mut field = vec![1];
    field.extend(crc.to_le_bytes());
    field.extend(name.as_bytes());
    let entry = Entry::empty("harmless").with(|e| {
        e.flags = 0;
        e.extra = vec![0x75, 0x70, field.len() as u8, 0];
        e.extra.extend(field);
    });
    Zip::of([good(), entry]).bytes()
}

/// One archive that two programs would read differently.
fn disguises() -> Vec<Case> {
    let zip = || Zip::of([good(), Entry::file("a", b"content")]);
    let bytes = zip().bytes();
    let other = Zip::of([Entry::file("other", b"x")]).bytes();
    vec![
        whole(
            "something after the end",
            zip().with(|z| z.after = vec![0; 9]).bytes(),
            "Broken",
        ),
        whole(
            "an end within the comment",
            zip()
                .with(|z| z.comment = [b"PK\x05\x06".to_vec(), vec![0; 30]].concat())
                .bytes(),
            "Broken",
        ),
        whole(
            "a whole archive within the comment",
            zip().with(|z| z.comment.clone_from(&other)).bytes(),
            "Broken",
        ),
        whole(
            "two archives in a row",
            [bytes.clone(), other].concat(),
            "Broken",
        ),
        whole(
            "a program before it",
            [b"#!/bin/sh\nexit\n", &bytes[..]].concat(),
            "Broken",
        ),
        whole(
            "fewer entries than listed",
            zip().with(|z| z.count = Some(1)).bytes(),
            "Broken",
        ),
        whole(
            "more entries than listed",
            zip().with(|z| z.count = Some(3)).bytes(),
            "Broken",
        ),
        whole(
            "a directory elsewhere",
            zip().with(|z| z.shift = -1).bytes(),
            "Broken",
        ),
        whole(
            "a directory nowhere",
            zip().with(|z| z.shift = 1 << 30).bytes(),
            "Broken",
        ),
        whole(
            "a gap before its end",
            zip().with(|z| z.before_end = vec![0; 4]).bytes(),
            "Broken",
        ),
        whole(
            "one of several parts",
            zip().with(|z| z.part = 1).bytes(),
            "Large",
        ),
        whole(
            "the form for more than 4 GB",
            zip()
                .with(|z| z.before_end = [b"PK\x06\x07".to_vec(), vec![0; 16]].concat())
                .bytes(),
            "Large",
        ),
        whole(
            "65,535 entries",
            zip().with(|z| z.count = Some(0xffff)).bytes(),
            "Large",
        ),
    ]
}

/// Bytes that a program which reads from the front would take for content.
fn hidden() -> Vec<Case> {
    let zip = || Zip::of([good(), Entry::file("a", b"content")]);
    vec![
        whole(
            "hidden bytes before",
            zip().with(|z| z.before = vec![0; 9]).bytes(),
            "Hidden",
        ),
        whole(
            "hidden bytes behind",
            zip().with(|z| z.between = vec![0; 99]).bytes(),
            "Hidden",
        ),
        whole(
            "hidden bytes between",
            zip().with(|z| z.entries[0].after = vec![0; 25]).bytes(),
            "Hidden",
        ),
        whole(
            "an entry that is not listed",
            zip().with(|z| z.entries[0].unlisted = true).bytes(),
            "Hidden",
        ),
    ]
}
