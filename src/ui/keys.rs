//! Keys to actions and back: the merged keymap with its action names checked, asked scope by scope.

use std::collections::BTreeMap;

use config::keymap::{Chord, Code};
use config::{Diagnostic, Keymap};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::registry::{ALL, Action};

/// What keys that were pressed one after the other come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// They are bound to this.
    Matched(Action),
    /// They are the beginning of longer ones: the keys that may follow, and what each leads to.
    Pending(Vec<(String, Action)>),
    /// They are bound to nothing here.
    NotFound,
}

/// A keymap whose actions all exist.
#[derive(Debug, Clone, Default)]
pub struct KeyMap {
    scopes: BTreeMap<String, Vec<(Vec<Chord>, Action)>>,
}

impl KeyMap {
    /// Takes a merged keymap; bindings to what is no action are left out and reported with file and line.
    pub fn new(keymap: &Keymap) -> (Self, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mut scopes = BTreeMap::new();
        for (name, bindings) in &keymap.scopes {
            let mut known = Vec::new();
            for (keys, bound) in bindings {
                if let Some(action) = Action::from_name(&bound.action) {
                    known.push((keys.chords().to_vec(), action));
                    continue;
                }
                let problem = Diagnostic {
                    line: bound.line,
                    column: 1,
                    field: format!("{name}.\"{keys}\"").into(),
                    ..Diagnostic::of_file(&bound.file, format!("\"{}\" is no action", bound.action))
                };
                let names = ALL.iter().map(|definition| definition.name);
                problems.push(match kit::nearest::nearest(&bound.action, names) {
                    Some(near) => problem.suggest(format!("did you mean \"{near}\"?")),
                    None => problem.suggest("the command line (:) lists all actions"),
                });
            }
            scopes.insert(name.clone(), known);
        }
        (Self { scopes }, problems)
    }

    /// What the keys pressed so far mean; the first scope that knows them decides.
    pub fn lookup(&self, scopes: &[&str], pressed: &[Chord]) -> Lookup {
        for (_, bindings) in self.in_order(scopes) {
            if let Some((_, action)) = bindings.iter().find(|(keys, _)| keys == pressed) {
                return Lookup::Matched(*action);
            }
            let longer: Vec<_> = bindings
                .iter()
                .filter(|(keys, _)| keys.starts_with(pressed))
                .map(|(keys, action)| (spelled(&keys[pressed.len()..]), *action))
                .collect();
            if !longer.is_empty() {
                return Lookup::Pending(longer);
            }
        }
        Lookup::NotFound
    }

    /// The keys of an action in these scopes, the shortest first binding; `None` when it has none.
    pub fn keys_of(&self, scopes: &[&str], action: Action) -> Option<String> {
        self.all_keys_of(scopes, action).into_iter().next()
    }

    /// All keys of an action in these scopes, those with few keys and one letter first.
    pub fn all_keys_of(&self, scopes: &[&str], action: Action) -> Vec<String> {
        let mut found: Vec<(usize, usize, String)> = Vec::new();
        for (depth, (_, bindings)) in self.in_order(scopes).enumerate() {
            for (keys, _) in bindings.iter().filter(|(_, bound)| *bound == action) {
                let reachable = self.lookup(scopes, keys) == Lookup::Matched(action);
                let name = spelled(keys);
                if reachable && !found.iter().any(|(.., same)| *same == name) {
                    found.push((keys.len() * 10 + depth, name.len(), name));
                }
            }
        }
        found.sort();
        found.into_iter().map(|(.., name)| name).collect()
    }

    fn in_order<'a>(
        &'a self,
        scopes: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a Vec<(Vec<Chord>, Action)>)> {
        scopes
            .iter()
            .filter_map(|scope| self.scopes.get_key_value(*scope))
            .map(|(name, bindings)| (name.as_str(), bindings))
    }
}

/// Keys as help writes them.
pub fn spelled(keys: &[Chord]) -> String {
    keys.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The keymap's word for a key event; `None` for releases and for keys that cannot be bound.
pub fn chord(event: &KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let code = match event.code {
        KeyCode::Char(c) => {
            // A character says itself whether shift was held; terminals send the same for both cases with control.
            let upper = shift && !ctrl && c.is_ascii_lowercase();
            shift = false;
            Code::Char(if ctrl {
                c.to_ascii_lowercase()
            } else if upper {
                c.to_ascii_uppercase()
            } else {
                c
            })
        }
        KeyCode::BackTab => {
            shift = true;
            Code::Tab
        }
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::Function(number),
        _ => return None,
    };
    Some(Chord {
        ctrl,
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift,
        code,
    })
}

#[cfg(test)]
mod tests {
    use config::Report;

    use super::*;

    fn shipped(name: &str) -> KeyMap {
        let mut report = Report::default();
        let keymap = config::keymap::load(name, None, &mut report);
        assert!(report.is_empty(), "{name}: {report}");
        let (map, problems) = KeyMap::new(&keymap);
        assert!(
            problems.is_empty(),
            "{name}: {}",
            problems
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        );
        map
    }

    #[test]
    fn every_shipped_keymap_names_only_actions_that_exist() {
        for name in ["default", "vim", "k9s"] {
            shipped(name);
        }
    }

    #[test]
    fn only_capitals_change_the_fleet() {
        for name in ["default", "vim", "k9s"] {
            for (scope, bindings) in &shipped(name).scopes {
                for (keys, action) in bindings
                    .iter()
                    .filter(|(_, action)| action.definition().risk.changes())
                {
                    let capital = keys.last().is_some_and(|key| {
                        !key.ctrl && matches!(key.code, Code::Char(c) if c.is_ascii_uppercase())
                    });
                    assert!(
                        capital,
                        "{name} {scope} {} {}",
                        spelled(keys),
                        action.name()
                    );
                }
            }
        }
    }

    #[test]
    fn sequences_wait_and_scopes_go_from_narrow_to_wide() {
        let map = shipped("default");
        let press = |keys: &str| {
            keys.split(' ')
                .map(|key| Chord::parse(key).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            map.lookup(&["list", "global"], &press("j")),
            Lookup::Matched(Action::ListDown)
        );
        assert_eq!(
            map.lookup(&["text", "global"], &press("l")),
            Lookup::Matched(Action::ListRight)
        );
        assert_eq!(
            map.lookup(&["list", "global"], &press("l")),
            Lookup::Matched(Action::LogsOpen)
        );
        assert!(
            matches!(map.lookup(&["list", "global"], &press("o")), Lookup::Pending(next) if next.len() >= 4)
        );
        assert_eq!(
            map.lookup(&["list", "global"], &press("o n")),
            Lookup::Matched(Action::JumpNode)
        );
        assert_eq!(
            map.lookup(&["list", "global"], &press("o o")),
            Lookup::NotFound
        );
        assert_eq!(
            map.keys_of(&["list", "global"], Action::ListDown)
                .as_deref(),
            Some("j")
        );
    }

    #[test]
    fn key_events() {
        let event =
            |code, modifiers| chord(&KeyEvent::new(code, modifiers)).map(|chord| chord.to_string());
        assert_eq!(
            event(KeyCode::Char('R'), KeyModifiers::SHIFT).as_deref(),
            Some("R")
        );
        assert_eq!(
            event(KeyCode::Char('r'), KeyModifiers::SHIFT).as_deref(),
            Some("R")
        );
        assert_eq!(
            event(KeyCode::Char('D'), KeyModifiers::CONTROL).as_deref(),
            Some("ctrl-d")
        );
        assert_eq!(
            event(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(),
            Some("shift-tab")
        );
        assert_eq!(
            event(KeyCode::Char('?'), KeyModifiers::SHIFT).as_deref(),
            Some("?")
        );
    }
}
