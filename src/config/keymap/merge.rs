//! Keymaps laid above each other: a later file's binding replaces an earlier one's, key by key and scope by scope.

use std::collections::BTreeMap;

use vocab::Text;

use super::chord::Keys;
use super::file::{Binding, KeymapFile};
use crate::diagnostic::Diagnostic;

/// What a key does, and who said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The action's name.
    pub action: String,
    /// The file that bound it, as it is shown.
    pub file: Text,
    /// The line.
    pub line: u32,
}

/// All layers merged. In one scope no keys are the beginning of others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    /// The name of the topmost layer.
    pub name: String,
    /// Bindings by scope (`global`, `list`, `pane.containers`, …) and keys.
    pub scopes: BTreeMap<String, BTreeMap<Keys, Bound>>,
}

impl Keymap {
    /// What the keys do in a scope, without looking at wider ones.
    pub fn bound(&self, scope: &str, keys: &Keys) -> Option<&Bound> {
        self.scopes.get(scope)?.get(keys)
    }

    /// Lays a file above; what it hides without saying so is reported.
    pub(super) fn lay(&mut self, layer: &KeymapFile, problems: &mut Vec<Diagnostic>) {
        self.name.clone_from(&layer.name);
        for scope in &layer.scopes {
            let bindings = self.scopes.entry(scope.name.clone()).or_default();
            // Unbinding comes first, so that a file may free a key in any order of its lines.
            for binding in scope
                .bindings
                .iter()
                .filter(|binding| binding.action.is_none())
            {
                if bindings.remove(&binding.keys).is_none() {
                    let message = "unbinds a key that is not bound here";
                    problems.push(
                        note(layer, &scope.name, binding, message)
                            .suggest("take the line out, or move it to the right scope"),
                    );
                }
            }
            for binding in &scope.bindings {
                if let Some(action) = &binding.action {
                    let hidden = hide(bindings, binding);
                    for (keys, bound) in hidden {
                        let message = format!(
                            "hides \"{keys}\" = \"{}\" of {}:{}, because one begins with the other",
                            bound.action, bound.file, bound.line
                        );
                        let suggestion =
                            format!("write \"{keys}\" = false beside it if that is meant");
                        problems
                            .push(note(layer, &scope.name, binding, message).suggest(suggestion));
                    }
                    let bound = Bound {
                        action: action.clone(),
                        file: layer.file.clone(),
                        line: binding.line,
                    };
                    bindings.insert(binding.keys.clone(), bound);
                }
            }
        }
    }

    /// Actions that only a key can reach which some terminals do not send.
    pub(super) fn uncertain(&self) -> Vec<Diagnostic> {
        let all = || {
            self.scopes.iter().flat_map(|(scope, keys)| {
                keys.iter().map(move |(keys, bound)| (scope, keys, bound))
            })
        };
        let unsure = |keys: &Keys| keys.chords().iter().any(super::Chord::is_uncertain);
        all()
            .filter(|(_, keys, bound)| {
                unsure(keys)
                    && !all().any(|(_, other, same)| same.action == bound.action && !unsure(other))
            })
            .map(|(scope, keys, bound)| Diagnostic {
                line: bound.line,
                column: 1,
                field: format!("{scope}.\"{keys}\"").into(),
                ..Diagnostic::of_file(
                    &bound.file,
                    format!(
                        "{} has no other key, and not every terminal sends this one",
                        bound.action
                    ),
                )
            })
            .map(|problem| {
                problem
                    .warning()
                    .suggest("bind a key without alt that is no F key as well")
            })
            .collect()
    }
}

/// Takes out what could not be reached beside the new binding, or would keep it from being reached.
fn hide(bindings: &mut BTreeMap<Keys, Bound>, binding: &Binding) -> Vec<(Keys, Bound)> {
    let clashing: Vec<Keys> = bindings
        .keys()
        .filter(|other| other.is_prefix_of(&binding.keys) || binding.keys.is_prefix_of(other))
        .cloned()
        .collect();
    clashing
        .iter()
        .filter_map(|keys| bindings.remove_entry(keys))
        .collect()
}

fn note(
    layer: &KeymapFile,
    scope: &str,
    binding: &Binding,
    message: impl Into<Text>,
) -> Diagnostic {
    Diagnostic {
        line: binding.line,
        column: 1,
        field: format!("{scope}.\"{}\"", binding.keys).into(),
        ..Diagnostic::of_file(&layer.file, message)
    }
    .warning()
}
