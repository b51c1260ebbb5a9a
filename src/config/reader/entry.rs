//! One field of a table: its value as the type that is wanted, or a problem reported where it stands.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::DeValue;
use vocab::Text;

use super::{Document, Fields};
use crate::diagnostic::Severity;

/// One field: its name, its value and where they stand.
pub(crate) struct Entry<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) value: &'d Spanned<DeValue<'d>>,
    pub(super) path: String,
    pub(super) key: Range<usize>,
    /// The field's name.
    pub name: &'d str,
}

impl<'d> Entry<'d> {
    /// Reports an error here.
    pub fn error(&self, message: impl Into<Text>) {
        self.note(Severity::Error, message, None);
    }

    /// Reports a problem here.
    pub fn note(&self, severity: Severity, message: impl Into<Text>, suggestion: Option<Text>) {
        self.document
            .add(severity, &self.key, &self.path, message, suggestion);
    }

    /// Reports the field as unknown, with the nearest of the known names.
    pub fn unknown(&self, known: &[&'static str]) {
        let mut names = known.to_vec();
        names.sort_unstable();
        let suggestion = match kit::nearest::nearest(self.name, known.iter().copied()) {
            Some(name) => Some(format!("did you mean \"{name}\"?").into()),
            None if known.len() <= 12 && !known.is_empty() => {
                Some(format!("known here: {}", names.join(", ")).into())
            }
            None => None,
        };
        self.note(Severity::Error, "unknown field", suggestion);
    }

    /// The line the field stands on.
    pub fn line(&self) -> u32 {
        self.document.line(&self.key)
    }

    /// The value as it was parsed, for fields that take more than one type.
    pub fn raw(&self) -> &'d DeValue<'d> {
        self.value.get_ref()
    }

    /// Reports that the value has the wrong type.
    pub fn wrong_type(&self, wanted: &str) {
        self.error(format!("must be {wanted}, not {}", kind(self.raw())));
    }

    /// Text that `parse` understands.
    pub fn parsed<T, E: Display>(&self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let DeValue::String(text) = self.raw() else {
            self.wrong_type("text in quotes");
            return None;
        };
        parse(text)
            .map_err(|error| self.error(error.to_string()))
            .ok()
    }

    /// Text that is not empty and can be shown as it is.
    pub fn text(&self) -> Option<Text> {
        self.parsed(showable)
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        let value = self.raw().as_bool();
        if value.is_none() {
            self.wrong_type("true or false");
        }
        value
    }

    /// A whole number within bounds.
    pub fn integer(&self, bounds: RangeInclusive<i64>) -> Option<i64> {
        let DeValue::Integer(number) = self.raw() else {
            self.wrong_type("a whole number without quotes");
            return None;
        };
        // A number too large for 64 bits is out of any bounds.
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if bounds.contains(&number) => Some(number),
            _ => {
                self.error(format!(
                    "must be from {} to {}",
                    bounds.start(),
                    bounds.end()
                ));
                None
            }
        }
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let DeValue::String(text) = self.raw() else {
            self.wrong_type("text in quotes");
            return None;
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let quoted: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        let suggestion = kit::nearest::nearest(text, words.iter().map(|(word, _)| *word))
            .map(|word| format!("did you mean \"{word}\"?").into());
        self.note(
            Severity::Error,
            format!("must be one of {}", quoted.join(", ")),
            suggestion,
        );
        None
    }

    /// The fields of a table.
    pub fn fields(&self) -> Option<Fields<'d>> {
        let Some(table) = self.raw().as_table() else {
            self.wrong_type("a table");
            return None;
        };
        Some(Fields::new(
            self.document,
            table,
            self.path.clone(),
            self.key.clone(),
        ))
    }
}

/// Text that is not empty, fits on a line and holds nothing a terminal would obey.
pub(crate) fn showable(text: &str) -> Result<Text, &'static str> {
    let shown = Text::line(text);
    if text.trim().is_empty() {
        Err("must not be empty")
    } else if shown == *text {
        Ok(shown)
    } else {
        Err("holds line breaks, control or invisible characters, or is too long; take them out")
    }
}

/// What a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
