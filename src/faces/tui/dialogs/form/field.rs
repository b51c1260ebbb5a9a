//! A field of a form: a line, a path that is completed, or one of several words.

use std::path::{Path, PathBuf};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use ui::widgets::{edit, input};
use vocab::Text;

/// What a folder holds that may stand in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The folder as it was typed, with its last slash; empty for where the console was started.
    pub typed: String,
    /// Where that is.
    pub folder: PathBuf,
    /// The names in it, those of folders with a slash behind; or why it cannot be read.
    pub names: Result<Vec<String>, Text>,
}

/// A path that is typed.
#[derive(Debug, Clone, Default)]
pub struct PathLine {
    line: Input,
    listing: Option<Listing>,
    /// The folder that was asked for last.
    asked: Option<String>,
}

/// The folder of a typed path with its slash, and what is behind.
fn split(typed: &str) -> (&str, &str) {
    typed.split_at(typed.rfind('/').map_or(0, |slash| slash + 1))
}

impl PathLine {
    /// The folder it wants to be listed, once.
    fn wants(&mut self) -> Option<String> {
        let folder = split(self.line.value()).0.to_owned();
        if self.asked.as_ref() == Some(&folder) {
            return None;
        }
        self.asked = Some(folder.clone());
        Some(folder)
    }

    /// The names that may stand where the typing is.
    fn offered(&self) -> Vec<&str> {
        let (folder, begun) = split(self.line.value());
        let listing = self.listing.as_ref().filter(|it| it.typed == folder);
        let names = listing.and_then(|listing| listing.names.as_ref().ok());
        names
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|name| {
                name.starts_with(begun) && (name.starts_with('.') <= begun.starts_with('.'))
            })
            .collect()
    }

    /// Types as much as all offered names have in common; whether that was something.
    fn complete(&mut self) -> bool {
        let offered = self.offered();
        let Some(first) = offered.first() else {
            return false;
        };
        let common = first
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .take_while(|end| {
                offered
                    .iter()
                    .all(|name| name.get(..*end) == first.get(..*end))
            })
            .last()
            .unwrap_or(0);
        let (folder, begun) = split(self.line.value());
        if common <= begun.len() {
            return false;
        }
        self.line = Input::new(format!("{folder}{}", &first[..common]));
        true
    }

    /// The path that is meant, or why there is none.
    fn path(&self) -> Result<PathBuf, Text> {
        let typed = self.line.value().trim();
        let (folder, name) = split(typed);
        if typed.is_empty() {
            return Err("a folder with the site's files, or a zip archive of them".into());
        }
        let listing = self.listing.as_ref().filter(|it| it.typed == folder);
        match listing.map(|listing| (&listing.folder, &listing.names)) {
            None => Ok(Path::new(typed).to_owned()),
            Some((_, Err(why))) => Err(why.clone()),
            Some((at, Ok(names))) => {
                let is = |known: &String| known.trim_end_matches('/') == name;
                if name.is_empty() || names.iter().any(is) {
                    Ok(at.join(name))
                } else {
                    Err(Text::line(format!(
                        "{} holds no folder and no zip archive {name}",
                        at.display()
                    )))
                }
            }
        }
    }
}

/// A word that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The word.
    pub word: String,
    /// What there is to know of it.
    pub note: String,
}

/// What a field holds.
#[derive(Debug, Clone)]
pub enum Value {
    /// A line.
    Line(Input),
    /// A path.
    Path(PathLine),
    /// One of these, by its place.
    Word(Vec<Choice>, usize),
}

/// A field.
#[derive(Debug, Clone)]
pub struct Field {
    /// What it is called.
    pub name: &'static str,
    /// What is to stand in it.
    pub hint: &'static str,
    /// What stands in it.
    pub value: Value,
    /// What is wrong with it.
    pub error: Option<Text>,
}

impl Field {
    /// A line to be typed.
    pub fn line(name: &'static str, hint: &'static str) -> Self {
        Self::of(name, hint, Value::Line(Input::default()))
    }

    /// A path to be typed.
    pub fn path(name: &'static str, hint: &'static str) -> Self {
        Self::of(name, hint, Value::Path(PathLine::default()))
    }

    /// A word to be chosen; the first one unless another is.
    pub const fn word(name: &'static str, hint: &'static str, choices: Vec<Choice>) -> Self {
        Self::of(name, hint, Value::Word(choices, 0))
    }

    const fn of(name: &'static str, hint: &'static str, value: Value) -> Self {
        Self {
            name,
            hint,
            value,
            error: None,
        }
    }

    /// What stands in it, as text; empty when nothing does.
    pub fn text(&self) -> &str {
        match &self.value {
            Value::Line(line) => line.value().trim(),
            Value::Path(path) => path.line.value().trim(),
            Value::Word(choices, chosen) => choices
                .get(*chosen)
                .map_or("", |choice| choice.word.as_str()),
        }
    }

    /// The path that is meant.
    pub fn path_meant(&self) -> Result<PathBuf, Text> {
        match &self.value {
            Value::Path(path) => path.path(),
            Value::Line(_) | Value::Word(..) => Ok(PathBuf::from(self.text())),
        }
    }

    /// The line that is edited, when it is one.
    pub const fn edited(&self) -> Option<&Input> {
        match &self.value {
            Value::Line(line) => Some(line),
            Value::Path(path) => Some(&path.line),
            Value::Word(..) => None,
        }
    }

    /// Names that may stand where the typing is.
    pub fn offered(&self) -> Vec<&str> {
        match &self.value {
            Value::Path(path) => path.offered(),
            Value::Line(_) | Value::Word(..) => Vec::new(),
        }
    }

    /// Takes a key that is no command of the form.
    pub fn key(&mut self, key: &KeyEvent) {
        self.error = None;
        match &mut self.value {
            Value::Line(line) => drop(edit(line, key)),
            Value::Path(path) => drop(edit(&mut path.line, key)),
            Value::Word(choices, chosen) => choose(choices, chosen, key),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.error = None;
        match &mut self.value {
            Value::Line(line) => input::paste(line, text),
            Value::Path(path) => input::paste(&mut path.line, text),
            Value::Word(..) => {}
        }
    }

    /// Completes what was begun; whether there was something to complete.
    pub fn complete(&mut self) -> bool {
        match &mut self.value {
            Value::Path(path) => path.complete(),
            Value::Line(_) | Value::Word(..) => false,
        }
    }

    /// The folder it wants to be listed, once.
    pub fn wants(&mut self) -> Option<String> {
        match &mut self.value {
            Value::Path(path) => path.wants(),
            Value::Line(_) | Value::Word(..) => None,
        }
    }

    /// Takes a folder that was listed.
    pub fn listed(&mut self, listing: &Listing) {
        if let Value::Path(path) = &mut self.value
            // Folders that were passed on the way may be answered after the one that counts.
            && path.asked.as_ref() == Some(&listing.typed)
        {
            path.listing = Some(listing.clone());
        }
    }
}

/// Arrows and space go through the words; a letter goes to the next word that begins with it.
fn choose(choices: &[Choice], chosen: &mut usize, key: &KeyEvent) {
    let count = choices.len().max(1);
    if key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    {
        return;
    }
    match key.code {
        KeyCode::Right | KeyCode::Char(' ') => *chosen = (*chosen + 1) % count,
        KeyCode::Left => *chosen = (*chosen + count - 1) % count,
        KeyCode::Char(letter) => {
            let begins = |at: &usize| choices[*at].word.starts_with(letter);
            let mut after = (1..=choices.len()).map(|by| (*chosen + by) % count);
            *chosen = after.find(begins).unwrap_or(*chosen);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, names: &[&str]) -> Field {
        let mut field = Field::path("files", "");
        field.paste(text);
        let folder = field.wants().unwrap();
        assert_eq!(field.wants(), None, "asked for once");
        field.listed(&Listing {
            folder: Path::new("/srv").join(&folder),
            typed: folder,
            names: Ok(names.iter().map(ToString::to_string).collect()),
        });
        field
    }

    #[test]
    fn a_path_is_completed_as_far_as_it_is_sure() {
        let mut field = typed("sites/a", &["acme/", "acme-old/", "beta/", ".git/"]);
        assert_eq!(field.offered(), ["acme/", "acme-old/"]);
        assert!(field.complete());
        assert_eq!(field.text(), "sites/acme");
        assert!(!field.complete(), "two names begin so");
        field.paste("/");
        assert_eq!(field.wants().as_deref(), Some("sites/acme/"));
        assert!(
            field.offered().is_empty(),
            "another folder is not known yet"
        );
        let mut all = typed("", &["über/", "übung.zip", ".git/"]);
        assert_eq!(all.offered().len(), 2, "hidden names are for who asks");
        assert!(all.complete());
        assert_eq!(all.text(), "üb");
    }

    #[test]
    fn a_late_answer_of_another_folder_is_passed_over() {
        let mut field = typed("sites/a", &["acme/"]);
        field.listed(&Listing {
            typed: String::new(),
            folder: PathBuf::from("/srv"),
            names: Ok(vec!["sites/".to_owned()]),
        });
        assert_eq!(field.offered(), ["acme/"]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(
            typed("acme", &["acme/"]).path_meant(),
            Ok(PathBuf::from("/srv/acme"))
        );
        let missing = typed("akme", &["acme/"]).path_meant().unwrap_err();
        assert!(
            missing.contains("/srv") && missing.contains("akme"),
            "{missing}"
        );
        assert!(typed(" ", &[]).path_meant().is_err());
    }

    #[test]
    fn a_word_is_chosen_by_arrows_and_letters() {
        let choice = |word: &str| Choice {
            word: word.to_owned(),
            note: String::new(),
        };
        let mut field = Field::word(
            "for",
            "",
            ["harbor", "juniper", "jasmine"].map(choice).into(),
        );
        for (key, word) in [
            (KeyCode::Char('j'), "juniper"),
            (KeyCode::Char('j'), "jasmine"),
            (KeyCode::Right, "harbor"),
            (KeyCode::Left, "jasmine"),
            (KeyCode::Char('x'), "jasmine"),
        ] {
            field.key(&key.into());
            assert_eq!(field.text(), word);
        }
        let mut none = Field::word("for", "", Vec::new());
        none.key(&KeyCode::Right.into());
        assert_eq!(none.text(), "");
    }
}
