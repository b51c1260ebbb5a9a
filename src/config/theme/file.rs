//! One theme file: its palette, its roles, and what is wrong inside the file itself.

use std::collections::BTreeMap;

use toml::de::DeValue;
use vocab::Text;

use super::{Colour, Marks};
use crate::diagnostic::{Diagnostic, Severity};
use crate::reader::{Document, Entry, Fields};

/// What has a look of its own. A face may ask for parts of these, such as `level.warn.text`.
pub const ROLES: [&str; 44] = [
    "screen",
    "text",
    "text.dim",
    "text.faint",
    "text.strong",
    "accent",
    "border",
    "border.focus",
    "bar",
    "bar.text",
    "bar.dim",
    "selection",
    "selection.text",
    "mark",
    "header",
    "level.ok",
    "level.warn",
    "level.bad",
    "level.unknown",
    "level.info",
    "state.stale",
    "money",
    "auto",
    "key",
    "match",
    "log.error",
    "log.warn",
    "log.info",
    "log.debug",
    "log.time",
    "log.source",
    "graph",
    "graph.dim",
    "graph.warn",
    "graph.bad",
    "dialog",
    "dialog.border",
    "dialog.title",
    "input",
    "input.cursor",
    "tab",
    "tab.active",
    "gap",
    "marker",
];

/// A theme as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ThemeFile {
    /// Its name: that of the file without `.toml`.
    pub name: String,
    /// The file, as it is shown in messages.
    pub file: Text,
    /// The theme it lies above, and the line that says so.
    pub inherits: Option<(String, u32)>,
    /// Colours by the file's own names.
    pub palette: BTreeMap<String, Colour>,
    /// Its roles in the order of the file.
    pub roles: Vec<Role>,
}

/// What the file says of one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    /// Its name.
    pub name: String,
    /// The line it stands on.
    pub line: u32,
    /// The text's colour.
    pub fg: Option<Paint>,
    /// The background's colour.
    pub bg: Option<Paint>,
    /// Bold and its kin.
    pub marks: Marks,
}

/// A colour, or the name of one that is looked up when all palettes are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Said outright.
    Colour(Colour),
    /// A name of the palette or of the terminal.
    Name(String),
}

impl Role {
    /// A problem with this role, found later than its file was read.
    pub fn problem(&self, file: &Text, message: impl Into<Text>) -> Diagnostic {
        Diagnostic {
            line: self.line,
            column: 1,
            field: format!("roles.\"{}\"", self.name).into(),
            ..Diagnostic::of_file(file, message)
        }
    }
}

/// Reads a file's fields; what cannot be used is reported in the document and left out.
pub(crate) fn read(document: &Document<'_>, name: &str) -> ThemeFile {
    let mut fields = document.fields();
    let inherits = fields
        .take("inherits")
        .and_then(|entry| Some((entry.text()?.to_string(), entry.line())));
    let palette = fields
        .table("palette")
        .map(|table| read_palette(&table))
        .unwrap_or_default();
    let roles = fields
        .table("roles")
        .map(|table| table.entries().iter().filter_map(read_role).collect())
        .unwrap_or_default();
    fields.finish();
    ThemeFile {
        name: name.to_owned(),
        file: document.file().clone(),
        inherits,
        palette,
        roles,
    }
}

fn read_palette(table: &Fields<'_>) -> BTreeMap<String, Colour> {
    let mut palette = BTreeMap::new();
    for entry in table.entries() {
        match read_paint(&entry) {
            Some(Paint::Colour(colour)) => {
                palette.insert(entry.name.to_owned(), colour);
            }
            Some(Paint::Name(name)) => match Colour::parse(&name) {
                Some(colour) => {
                    palette.insert(entry.name.to_owned(), colour);
                }
                None => entry.error("must be \"#rrggbb\", a number from 0 to 255, or a terminal colour such as \"bright-red\""),
            },
            None => {}
        }
    }
    palette
}

fn read_role(entry: &Entry<'_>) -> Option<Role> {
    let known = ROLES.iter().any(|role| {
        entry.name == *role
            || entry
                .name
                .strip_prefix(role)
                .is_some_and(|rest| rest.starts_with('.'))
    });
    let part = unquoted_part(entry);
    if !known && part.is_none() {
        let suggestion = kit::nearest::nearest(entry.name, ROLES)
            .map(|role| format!("did you mean \"{role}\"?").into());
        entry.note(
            Severity::Warning,
            "no part of the screen has this role",
            suggestion,
        );
    }
    let mut role = Role {
        name: entry.name.to_owned(),
        line: entry.line(),
        fg: None,
        bg: None,
        marks: Marks::default(),
    };
    if !entry.raw().is_table() {
        role.fg = Some(read_paint(entry)?);
        return Some(role);
    }
    if let Some(part) = part {
        entry.error(format!(
            "a role with a dot in its name is written in quotes, such as \"{}.{part}\"",
            entry.name
        ));
        return None;
    }
    let mut fields = entry.fields()?;
    role.fg = read_field(&mut fields, "fg");
    role.bg = read_field(&mut fields, "bg");
    let mut mark = |name| fields.boolean(name).unwrap_or(false);
    role.marks = Marks {
        bold: mark("bold"),
        dim: mark("dim"),
        italic: mark("italic"),
        underline: mark("underline"),
        reverse: mark("reverse"),
    };
    fields.finish().then_some(role)
}

/// The `warn` of `level.warn = …` without quotes, which TOML reads as a table `level`.
fn unquoted_part<'d>(entry: &Entry<'d>) -> Option<&'d str> {
    let is_part = |key: &str| {
        ROLES.iter().any(|role| {
            role.strip_prefix(entry.name)
                .and_then(|rest| rest.strip_prefix('.'))
                == Some(key)
        })
    };
    // `text.dim = true` makes text dim; only with another value the role text.dim is meant.
    let mut fields = entry.raw().as_table()?.iter();
    fields
        .find(|(key, value)| is_part(key.get_ref()) && !value.get_ref().is_bool())
        .map(|(key, _)| &**key.get_ref())
}

fn read_field(fields: &mut Fields<'_>, name: &'static str) -> Option<Paint> {
    let entry = fields.take(name)?;
    let paint = read_paint(&entry);
    if paint.is_none() {
        fields.mark_broken();
    }
    paint
}

/// A colour: a number, `#rrggbb` or a name.
fn read_paint(entry: &Entry<'_>) -> Option<Paint> {
    match entry.raw() {
        DeValue::Integer(_) => entry
            .integer(0..=255)
            .map(|index| Paint::Colour(Colour::Indexed(index as u8))),
        DeValue::String(text) if text.starts_with('#') => {
            let colour = Colour::parse(text).map(Paint::Colour);
            if colour.is_none() {
                entry.error("must be # and six hexadecimal digits, such as \"#6cb6ff\"");
            }
            colour
        }
        DeValue::String(_) => entry.text().map(|name| Paint::Name(name.to_string())),
        _ => {
            entry.wrong_type("a colour: \"#rrggbb\", a number from 0 to 255, or a name");
            None
        }
    }
}
