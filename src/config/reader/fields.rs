//! The fields of one table, each taken once by name and type; what is wrong with one is reported where it stands.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use vocab::{Bytes, Span, Text};

use super::entry::{Entry, kind, showable};
use super::{Document, value};
use crate::diagnostic::Severity;

/// A table being read. A value that cannot be used marks the table as broken; an unknown field is only reported.
pub(crate) struct Fields<'d> {
    document: &'d Document<'d>,
    table: &'d DeTable<'d>,
    path: String,
    span: Range<usize>,
    known: Vec<&'static str>,
    broken: bool,
}

impl<'d> Fields<'d> {
    /// The fields of `table`, whose dotted path is `path` and which begins at `span`.
    pub fn new(
        document: &'d Document<'d>,
        table: &'d DeTable<'d>,
        path: String,
        span: Range<usize>,
    ) -> Self {
        Self {
            document,
            table,
            path,
            span,
            known: Vec::new(),
            broken: false,
        }
    }

    /// Takes a field by name; from now on the name is known here.
    pub fn take(&mut self, name: &'static str) -> Option<Entry<'d>> {
        self.known.push(name);
        let (key, value) = self.table.get_key_value(name)?;
        Some(self.entry(key, value))
    }

    /// All fields in the order of the file, for a table whose names are the user's own.
    pub fn entries(&self) -> Vec<Entry<'d>> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| self.entry(key, value))
            .collect();
        entries.sort_by_key(|entry| entry.key.start);
        entries
    }

    fn entry(
        &self,
        key: &'d Spanned<toml::de::DeString<'d>>,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Entry<'d> {
        let name: &str = key.get_ref();
        Entry {
            document: self.document,
            value,
            path: join(&self.path, name),
            key: key.span(),
            name,
        }
    }

    /// Reports a field that must be there and is not, and marks the table as broken. Call it before taking the field.
    pub fn require(&mut self, name: &'static str, wanted: &str) {
        if !self.table.contains_key(name) {
            self.document.add(
                Severity::Error,
                &self.span,
                &join(&self.path, name),
                format!("missing; {wanted}"),
                None,
            );
            self.broken = true;
        }
    }

    /// Whether the field is there.
    pub fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Whether the field is text of which this is so. Takes nothing.
    pub fn shows(&self, name: &str, what: impl FnOnce(&str) -> bool) -> bool {
        let value = self.table.get(name).map(Spanned::get_ref);
        matches!(value, Some(DeValue::String(text)) if what(text))
    }

    /// Text that `parse` understands; its error becomes the problem's message.
    pub fn parsed<T, E: Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let entry = self.take(name)?;
        let value = entry.parsed(parse);
        self.broken |= value.is_none();
        value
    }

    /// Text that is not empty and can be shown as it is.
    pub fn text(&mut self, name: &'static str) -> Option<Text> {
        self.parsed(name, showable)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let entry = self.take(name)?;
        let value = entry.boolean();
        self.broken |= value.is_none();
        value
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, name: &'static str, bounds: RangeInclusive<i64>) -> Option<i64> {
        let entry = self.take(name)?;
        let value = entry.integer(bounds);
        self.broken |= value.is_none();
        value
    }

    /// A port, 1 to 65535.
    pub fn port(&mut self, name: &'static str) -> Option<u16> {
        self.integer(name, 1..=65_535)
            .and_then(|port| u16::try_from(port).ok())
    }

    /// A span of time such as `"15s"`, within bounds.
    pub fn span(&mut self, name: &'static str, bounds: RangeInclusive<Span>) -> Option<Span> {
        self.parsed(name, |text| match value::span(text) {
            Ok(span) if bounds.contains(&span) => Ok(span),
            Ok(_) => Err(format!(
                "must be from {} to {}",
                value::write_span(*bounds.start()),
                value::write_span(*bounds.end())
            )),
            Err(error) => Err(error.to_owned()),
        })
    }

    /// A size such as `"48MB"`, within bounds.
    pub fn size(&mut self, name: &'static str, bounds: RangeInclusive<Bytes>) -> Option<Bytes> {
        self.parsed(name, |text| match value::size(text) {
            Ok(size) if bounds.contains(&size) => Ok(size),
            Ok(_) => Err(format!(
                "must be from {} to {}",
                value::write_size(*bounds.start()),
                value::write_size(*bounds.end())
            )),
            Err(error) => Err(error.to_owned()),
        })
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let entry = self.take(name)?;
        let value = entry.choice(words);
        self.broken |= value.is_none();
        value
    }

    /// A table inside this one.
    pub fn table(&mut self, name: &'static str) -> Option<Fields<'d>> {
        let entry = self.take(name)?;
        let fields = entry.fields();
        self.broken |= fields.is_none();
        fields
    }

    /// The tables of a list, such as `[[nodes]]`; what is no table among them is reported and left out.
    pub fn tables(&mut self, name: &'static str) -> Vec<Fields<'d>> {
        let Some(entry) = self.take(name) else {
            return Vec::new();
        };
        let DeValue::Array(items) = entry.value.get_ref() else {
            entry.error(format!(
                "must be a list of tables: write [[{name}]] above each"
            ));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{}[{index}]", entry.path);
            match item.get_ref() {
                DeValue::Table(table) => {
                    tables.push(Self::new(self.document, table, path, item.span()));
                }
                other => {
                    let message = format!("must be a table, not {}", kind(other));
                    self.document
                        .add(Severity::Error, &item.span(), &path, message, None);
                }
            }
        }
        tables
    }

    /// Reports an error of the field, or of the whole table when the field is not there, and marks it as broken.
    pub fn error(&mut self, name: &str, message: impl Into<Text>) {
        self.broken = true;
        self.note(Severity::Error, name, message);
    }

    /// Reports a warning about the field, or about the whole table when the field is not there.
    pub fn warn(&self, name: &str, message: impl Into<Text>) {
        self.note(Severity::Warning, name, message);
    }

    fn note(&self, severity: Severity, name: &str, message: impl Into<Text>) {
        match self.table.get_key_value(name) {
            Some((key, value)) => self.entry(key, value).note(severity, message, None),
            None => self
                .document
                .add(severity, &self.span, &self.path, message, None),
        }
    }

    /// The line the table begins at.
    pub fn line(&self) -> u32 {
        self.document.line(&self.span)
    }

    /// Marks the table as broken: a value in it could not be used, which was reported already.
    pub const fn mark_broken(&mut self) {
        self.broken = true;
    }

    /// The names that are there and that nobody took.
    pub fn left(&self) -> impl Iterator<Item = Entry<'d>> {
        self.entries()
            .into_iter()
            .filter(|entry| !self.known.contains(&entry.name))
    }

    /// Reports every field nobody took, with the nearest known name; `true` when every value could be used.
    pub fn finish(self) -> bool {
        for entry in self.left() {
            entry.unknown(&self.known);
        }
        !self.broken
    }
}

/// A path with one more name, quoted when TOML would want it quoted.
fn join(path: &str, name: &str) -> String {
    let bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let name = if bare {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    };
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}
