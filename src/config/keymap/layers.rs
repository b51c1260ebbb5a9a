//! Which keymap files lie above each other, and reading them.

use std::path::Path;

use vocab::Text;

use super::file::{self, KeymapFile};
use super::merge::Keymap;
use crate::diagnostic::{Diagnostic, Report};
use crate::reader::{Document, file as disk};
use crate::shipped;

/// Loads the shipped keymap called `name` with all it inherits, and the user's own file above it. When that file says
/// `inherits` it decides instead of `name`. A keymap that does not exist is reported, and the default serves.
pub fn load(name: &str, user: Option<&Path>, report: &mut Report) -> Keymap {
    let own = user.and_then(|path| read_own(path, report));
    let wanted = own
        .as_ref()
        .and_then(|own| own.inherits.as_deref())
        .unwrap_or(name);
    let mut layers = shipped_layers(wanted, report);
    if layers.is_empty() {
        let names: Vec<&str> = shipped::KEYMAPS.iter().map(|(name, _)| *name).collect();
        let file = own
            .as_ref()
            .map_or_else(|| Text::line("keymap"), |own| own.file.clone());
        let suggestion = match kit::nearest::nearest(wanted, names.iter().copied()) {
            Some(nearest) => format!("did you mean \"{nearest}\"?"),
            None => format!("there are {}", names.join(", ")),
        };
        report.push(
            Diagnostic::of_file(&file, format!("no keymap is called \"{wanted}\""))
                .suggest(suggestion),
        );
        layers = shipped_layers(shipped::KEYMAP, report);
    }
    layers.extend(own);
    let mut keymap = Keymap::default();
    for layer in &layers {
        let mut problems = Vec::new();
        keymap.lay(layer, &mut problems);
        report.extend(problems);
    }
    report.extend(keymap.uncertain());
    keymap
}

fn read_own(path: &Path, report: &mut Report) -> Option<KeymapFile> {
    let text = disk::read(path, false, report)?;
    let name = path.file_stem().map_or_else(
        || "keymap".into(),
        |stem| Text::line(stem.as_encoded_bytes()),
    );
    parse(&disk::shown(path), &name, &text, report)
}

pub(super) fn parse(
    file: &Text,
    name: &str,
    text: &str,
    report: &mut Report,
) -> Option<KeymapFile> {
    let document = Document::parse(file, text, report)?;
    let keymap = file::read(&document, name);
    document.finish(report);
    Some(keymap)
}

/// A shipped keymap and those it inherits, the lowest first; nothing when there is none of that name.
fn shipped_layers(name: &str, report: &mut Report) -> Vec<KeymapFile> {
    let mut layers: Vec<KeymapFile> = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next.take() {
        let known = layers.iter().any(|layer| layer.name == name);
        let Some((name, text)) = shipped::KEYMAPS
            .iter()
            .find(|(other, _)| *other == name)
            .filter(|_| !known)
        else {
            break;
        };
        let Some(layer) = parse(&shipped::keymap_file(name), name, text, report) else {
            break;
        };
        next.clone_from(&layer.inherits);
        layers.insert(0, layer);
    }
    layers
}
