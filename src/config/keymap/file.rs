//! One keymap file: its scopes, their bindings, and what is wrong inside the file itself.

use vocab::Text;

use super::chord::{Chord, Code, Keys};
use crate::diagnostic::Severity;
use crate::reader::{Document, Entry};

/// The parts of the screen keys can be bound in; `pane` holds a table for each of [`PANES`].
pub const SCOPES: [&str; 8] = [
    "global", "list", "text", "logs", "dialog", "form", "input", "pane",
];

/// The panes that may have keys of their own, as `[pane.containers]`.
pub const PANES: [&str; 18] = [
    "overview",
    "top",
    "nodes",
    "node",
    "containers",
    "container",
    "services",
    "service",
    "runs",
    "run",
    "logs",
    "sites",
    "site",
    "revenue",
    "schedules",
    "settings",
    "help",
    "wall",
];

/// A keymap as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeymapFile {
    /// Its name: that of the file without `.toml`.
    pub name: String,
    /// The file, as it is shown in messages.
    pub file: Text,
    /// The keymap it lies above.
    pub inherits: Option<String>,
    /// Its scopes in the order of the file.
    pub scopes: Vec<Scope>,
}

/// The bindings of one part of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `global`, `list`, …, or `pane.` and the pane's name.
    pub name: String,
    /// Its bindings in the order of the file; no two have the same keys, none begins with the keys of another.
    pub bindings: Vec<Binding>,
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The keys.
    pub keys: Keys,
    /// The action; `None` takes an inherited binding away (`"x" = false`).
    pub action: Option<String>,
    /// The line it stands on.
    pub line: u32,
}

/// Reads a file's fields; what cannot be used is reported in the document and left out.
pub(crate) fn read(document: &Document<'_>, name: &str) -> KeymapFile {
    let mut fields = document.fields();
    let inherits = fields.text("inherits").map(|name| name.to_string());
    let mut scopes = Vec::new();
    for scope in SCOPES {
        let Some(table) = fields.table(scope) else {
            continue;
        };
        if scope != "pane" {
            scopes.push(Scope {
                name: scope.to_owned(),
                bindings: read_bindings(&table.entries()),
            });
            continue;
        }
        for pane in table.entries() {
            if !PANES.contains(&pane.name) {
                pane.unknown(&PANES);
            } else if let Some(table) = pane.fields() {
                scopes.push(Scope {
                    name: format!("pane.{}", pane.name),
                    bindings: read_bindings(&table.entries()),
                });
            }
        }
    }
    fields.finish();
    KeymapFile {
        name: name.to_owned(),
        file: document.file().clone(),
        inherits,
        scopes,
    }
}

fn read_bindings(entries: &[Entry<'_>]) -> Vec<Binding> {
    let mut bindings: Vec<Binding> = Vec::new();
    for entry in entries {
        let keys = match Keys::parse(entry.name) {
            Ok(keys) => keys,
            Err(error) => {
                entry.error(error);
                continue;
            }
        };
        let Some(action) = read_action(entry) else {
            continue;
        };
        if let Some(same) = bindings.iter().find(|other| other.keys == keys) {
            entry.error(format!(
                "is the key of line {} by another spelling, \"{keys}\"; keep one",
                same.line
            ));
            continue;
        }
        if action.is_some() {
            let bound = bindings.iter().filter(|other| other.action.is_some());
            let clash = bound
                .clone()
                .find(|other| other.keys.is_prefix_of(&keys) || keys.is_prefix_of(&other.keys));
            if let Some(clash) = clash {
                entry.error(format!(
                    "clashes with \"{}\" in line {}: one begins with the other and would hide it; keep one",
                    clash.keys, clash.line
                ));
                continue;
            }
        }
        if let Some(action) = &action {
            warn(entry, &keys, action);
        }
        bindings.push(Binding {
            keys,
            action,
            line: entry.line(),
        });
    }
    bindings
}

/// The action of a binding: `Some(None)` for `false`, `None` for what is neither.
#[expect(
    clippy::option_option,
    reason = "an unbinding and a mistake are different things, and both are no action"
)]
fn read_action(entry: &Entry<'_>) -> Option<Option<String>> {
    if entry.raw().as_bool() == Some(false) {
        return Some(None);
    }
    if !entry.raw().is_str() {
        entry.wrong_type("an action such as \"list.down\", or false to unbind the key");
        return None;
    }
    entry
        .parsed(|text| {
            if is_action(text) {
                Ok(text.to_owned())
            } else {
                Err("must be an action such as \"list.page-down\": two words in lower case with a dot between, or false to unbind the key")
            }
        })
        .map(Some)
}

/// Whether a text has the shape of an action's name: `word.word-word`.
fn is_action(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.len() <= 40
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split_once('.')
        .is_some_and(|(first, second)| word(first) && word(second))
}

/// Warns of keys that will not arrive, and of changes to the fleet on keys that are hit by accident.
fn warn(entry: &Entry<'_>, keys: &Keys, action: &str) {
    for chord in keys.chords() {
        if let Some(caution) = chord.caution() {
            entry.note(
                Severity::Warning,
                format!("\"{chord}\" {caution}"),
                Some("choose another key".into()),
            );
        }
    }
    let deliberate = keys
        .chords()
        .last()
        .is_some_and(|Chord { ctrl, code, .. }| {
            !ctrl && matches!(code, Code::Char(c) if c.is_uppercase())
        });
    if action.starts_with("change.") && !deliberate {
        entry.note(
            Severity::Warning,
            format!("{action} changes the fleet, and this is no capital letter"),
            Some("a slip of the fingers would do it; choose a capital".into()),
        );
    }
}
