//! The house is tidy: rooms import only rooms below them, every file says what it is, none grows too long, and what only
//! one room may name is named nowhere else. What Cargo can refuse, Cargo refuses; this checks the rest, and that Cargo is
//! still asked.

#![expect(
    clippy::unwrap_used,
    reason = "a test's helper that cannot read the sources has nothing to test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import. Cargo refuses anything that is not in a room's manifest; this is the list a manifest may hold.
const MAY_IMPORT: [(&str, &[&str]); 19] = [
    ("kit", &[]),
    ("vocab", &["kit"]),
    ("schedule", &["vocab"]),
    ("sandbox", &[]),
    ("archive", &["kit", "vocab"]),
    ("config", &["kit", "vocab", "schedule"]),
    ("world", &["kit", "vocab"]),
    ("drivers", &["kit", "vocab"]),
    ("saga", &["vocab"]),
    ("store", &["kit", "vocab", "world", "saga"]),
    ("sources", &["kit", "vocab", "config", "world", "drivers"]),
    ("actions", &["kit", "vocab", "world", "drivers"]),
    (
        "hosting",
        &["kit", "vocab", "archive", "world", "drivers", "saga"],
    ),
    (
        "engine",
        &[
            "kit", "vocab", "config", "schedule", "world", "drivers", "saga", "store", "sources",
            "actions", "hosting",
        ],
    ),
    ("link", &["kit", "vocab", "world", "engine"]),
    ("ui", &["kit", "vocab", "config", "world"]),
    (
        "faces/cli",
        &["kit", "vocab", "archive", "config", "world", "link"],
    ),
    (
        "faces/tui",
        &["kit", "vocab", "config", "world", "link", "ui"],
    ),
    (
        "faces/wall",
        &["kit", "vocab", "config", "world", "link", "ui"],
    ),
];

/// Libraries that only these rooms may have.
const KEPT_IN: [(&str, &[&str]); 18] = [
    ("croner", &["schedule"]),
    ("bollard", &["drivers"]),
    ("object_store", &["drivers"]),
    ("openssh", &["drivers"]),
    ("lettre", &["drivers"]),
    ("reqwest", &["drivers"]),
    ("hickory-resolver", &["drivers"]),
    ("redis", &["drivers"]),
    ("tokio-postgres", &["drivers"]),
    ("rusqlite", &["store"]),
    ("ratatui", &["ui", "faces/tui", "faces/wall"]),
    ("crossterm", &["ui", "faces/tui", "faces/wall"]),
    ("clap", &["faces/cli"]),
    ("toml_edit", &["config"]),
    ("zip", &["archive"]),
    ("tar", &["archive"]),
    ("chacha20poly1305", &["archive"]),
    ("engine", &["link"]),
];

/// The longest a file may be without its tests.
const LONGEST: usize = 600;

/// The median length of files without their tests.
const MEDIAN: usize = 200;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    rust_files(&root().join("tests"), &mut files);
    files.sort();
    assert!(files.len() > 100, "the sources are found");
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The dependencies of a room's manifest, those for tests left aside.
fn dependencies(room: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join("src").join(room).join("Cargo.toml")).unwrap();
    let table: toml::Table = manifest.parse().unwrap();
    table["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn rooms_import_only_what_is_below_them() {
    let rooms: Vec<&str> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    let names: Vec<&str> = rooms
        .iter()
        .map(|room| room.rsplit('/').next().unwrap())
        .collect();
    let mut wrong = Vec::new();
    for (room, allowed) in MAY_IMPORT {
        for dependency in dependencies(room) {
            if names.contains(&dependency.as_str()) && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{room} imports {dependency}"));
            }
        }
    }
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.join("Cargo.toml").exists() && !rooms.contains(&name.as_str()) {
            wrong.push(format!(
                "src/{name} is a room that the list of rooms does not know"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (library, kept_in) in KEPT_IN {
        for (room, _) in MAY_IMPORT {
            if dependencies(room)
                .iter()
                .any(|dependency| dependency == library)
                && !kept_in.contains(&room)
            {
                wrong.push(format!(
                    "{room} names {library}, which belongs to {kept_in:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lines of a file without the tests at its end.
fn length_without_tests(text: &str) -> usize {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .count()
}

#[test]
fn files_say_what_they_are_and_stay_short() {
    let mut wrong = Vec::new();
    let mut lengths = Vec::new();
    for (path, text) in sources() {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if !text.starts_with("//!") {
            wrong.push(format!(
                "{name}: the first line does not say what the file is"
            ));
        }
        let length = length_without_tests(&text);
        lengths.push(length);
        if length > LONGEST {
            wrong.push(format!("{name}: {length} lines without its tests"));
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    if median > MEDIAN {
        wrong.push(format!("half of the files have more than {median} lines"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words that must not stand in the code, each with the reason and the files that may have it.
const FORBIDDEN: [(&str, &str, &[&str]); 7] = [
    (
        "set_symbol(",
        "raw cell writes let control characters through",
        &["src/ui/", "src/faces/wall/"],
    ),
    (
        "SystemTime::now",
        "the clock is read in drivers::clock",
        &["src/drivers/", "src/faces/tui/", "src/sandbox/", "tests/"],
    ),
    (
        "Timestamp::now",
        "the clock is read in drivers::clock",
        &["src/drivers/", "src/sandbox/", "tests/"],
    ),
    ("#[allow(", "exceptions are #[expect] with a reason", &[]),
    ("TODO", "what is not done is not in the tree", &[]),
    ("FIXME", "what is not done is not in the tree", &[]),
    ("Client::new()", "panics on a machine without CA files", &[]),
];

#[test]
fn forbidden_words() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if name == "tests/tidy.rs" {
            continue;
        }
        for (word, reason, allowed) in FORBIDDEN {
            if text.contains(word) && !allowed.iter().any(|place| name.starts_with(place)) {
                wrong.push(format!("{name}: {word}: {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_interpolated_into_a_shell() {
    // A shell is given constant text; data goes in as arguments or on its standard input.
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if line.contains("\"-c\"") && line.contains("format!") {
                wrong.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_is_declared_once_for_all() {
    let mut wrong = Vec::new();
    for (room, _) in MAY_IMPORT {
        let manifest =
            fs::read_to_string(root().join("src").join(room).join("Cargo.toml")).unwrap();
        let table: toml::Table = manifest.parse().unwrap();
        let lists: BTreeMap<&str, &toml::Value> = ["dependencies", "dev-dependencies"]
            .into_iter()
            .filter_map(|key| Some((key, table.get(key)?)))
            .collect();
        for (list, entries) in lists {
            for (name, value) in entries.as_table().unwrap() {
                if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                    wrong.push(format!("{room}: {list}.{name} has a version of its own"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
