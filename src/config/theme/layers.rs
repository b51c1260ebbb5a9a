//! Which theme files lie above each other, and how their palettes and roles become one theme.

use std::collections::BTreeMap;
use std::path::Path;

use vocab::Text;

use super::colour::NAMES;
use super::file::{self, Paint, Role, ThemeFile};
use super::{Colour, Style, Theme};
use crate::diagnostic::{Diagnostic, Report};
use crate::reader::{Document, file as disk};
use crate::shipped;

/// The names of all themes there are: the shipped ones, then those in the user's folder, sorted.
pub fn available(folder: Option<&Path>) -> Vec<String> {
    let shipped = shipped::THEMES.iter().map(|(name, _)| (*name).to_owned());
    let entries = folder
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .flatten();
    let mut own: Vec<String> = entries
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()?
                .strip_suffix(".toml")
                .map(str::to_owned)
        })
        .filter(|name| is_name(name) && shipped_text(name).is_none())
        .collect();
    own.sort();
    shipped.chain(own).collect()
}

/// Loads the theme called `name`: the user's own file in `folder`, else the shipped one, with all it inherits. What
/// cannot be found or read is reported, and the usual theme serves in its place. A user's file may inherit the shipped
/// theme of its own name.
pub fn load(name: &str, folder: Option<&Path>, report: &mut Report) -> Theme {
    let mut layers = Vec::new();
    if !stack(name, folder, &mut layers, report) {
        let mut usual = Vec::new();
        stack(shipped::THEME, None, &mut usual, report);
        layers.splice(0..0, usual);
    }
    merge(&layers, report)
}

/// Who asked for a theme: a file and the line of its `inherits`.
type Asked = Option<(Text, u32)>;

/// Puts the theme and those it inherits into `layers`, the lowest first; `false` when one of them cannot be used.
fn stack(
    name: &str,
    folder: Option<&Path>,
    layers: &mut Vec<ThemeFile>,
    report: &mut Report,
) -> bool {
    let mut wanted: Option<(String, Asked)> = Some((name.to_owned(), None));
    while let Some((name, asked)) = wanted.take() {
        let Some((file, text)) = find(&name, folder, layers, asked, report) else {
            return false;
        };
        let Some(layer) = parse(&file, &name, &text, report) else {
            return false;
        };
        wanted = layer
            .inherits
            .clone()
            .map(|(name, line)| (name, Some((file, line))));
        layers.insert(0, layer);
    }
    true
}

/// The file of a theme and its text, unless it is among `layers` already.
fn find(
    name: &str,
    folder: Option<&Path>,
    layers: &[ThemeFile],
    asked: Asked,
    report: &mut Report,
) -> Option<(Text, String)> {
    let seen = |file: &Text| layers.iter().any(|layer| layer.file == *file);
    let own = folder
        .filter(|_| is_name(name))
        .map(|folder| folder.join(format!("{name}.toml")))
        .filter(|path| path.exists());
    if let Some(path) = own.as_deref().filter(|path| !seen(&disk::shown(path))) {
        return Some((disk::shown(path), disk::read(path, true, report)?));
    }
    let file = shipped::theme_file(name);
    let shipped = shipped_text(name);
    if let Some(text) = shipped.filter(|_| !seen(&file)) {
        return Some((file, text.to_owned()));
    }
    let problem = if own.is_some() || shipped.is_some() {
        complaint(
            asked,
            format!("inherits \"{name}\", which inherits this one again"),
        )
        .suggest("take one of the two out")
    } else {
        let names = available(folder);
        let suggestion = match kit::nearest::nearest(name, names.iter().map(String::as_str)) {
            Some(nearest) => format!("did you mean \"{nearest}\"?"),
            None => format!("there are {}", names.join(", ")),
        };
        complaint(asked, format!("no theme is called \"{name}\"")).suggest(suggestion)
    };
    report.push(problem);
    None
}

fn complaint(asked: Asked, message: String) -> Diagnostic {
    match asked {
        Some((file, line)) => Diagnostic {
            line,
            column: 1,
            field: "inherits".into(),
            ..Diagnostic::of_file(&file, message)
        },
        None => Diagnostic::of_file(&"theme".into(), message),
    }
}

fn shipped_text(name: &str) -> Option<&'static str> {
    shipped::THEMES
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, text)| *text)
}

/// Whether a name may become that of a file: no path, no hidden file.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

pub(super) fn parse(file: &Text, name: &str, text: &str, report: &mut Report) -> Option<ThemeFile> {
    let document = Document::parse(file, text, report)?;
    let theme = file::read(&document, name);
    document.finish(report);
    Some(theme)
}

/// Lays the files above each other. Colours are looked up last, so a theme that only changes the palette changes every
/// inherited role that uses it.
pub(super) fn merge(layers: &[ThemeFile], report: &mut Report) -> Theme {
    let mut palette: BTreeMap<&str, Colour> = BTreeMap::new();
    let mut theme = Theme::default();
    for layer in layers {
        theme.name.clone_from(&layer.name);
        palette.extend(
            layer
                .palette
                .iter()
                .map(|(name, colour)| (name.as_str(), *colour)),
        );
    }
    for layer in layers {
        let mut problems = Vec::new();
        for role in &layer.roles {
            match resolve(role, &palette) {
                Ok(style) => {
                    theme.roles.insert(role.name.clone(), style);
                }
                Err(unknown) => problems.push(unknown_colour(layer, role, unknown, &palette)),
            }
        }
        report.extend(problems);
    }
    theme
}

/// The role's style, or the name of a colour that does not exist.
fn resolve<'r>(role: &'r Role, palette: &BTreeMap<&str, Colour>) -> Result<Style, &'r str> {
    let look = |paint: &'r Option<Paint>| match paint {
        None => Ok(None),
        Some(Paint::Colour(colour)) => Ok(Some(*colour)),
        Some(Paint::Name(name)) => palette
            .get(name.as_str())
            .copied()
            .or_else(|| Colour::parse(name))
            .map(Some)
            .ok_or(name.as_str()),
    };
    Ok(Style {
        fg: look(&role.fg)?,
        bg: look(&role.bg)?,
        marks: role.marks,
    })
}

fn unknown_colour(
    layer: &ThemeFile,
    role: &Role,
    unknown: &str,
    palette: &BTreeMap<&str, Colour>,
) -> Diagnostic {
    let names = palette
        .keys()
        .copied()
        .chain(NAMES.iter().map(|(name, _)| *name));
    let suggestion = match kit::nearest::nearest(unknown, names) {
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None => "name it in [palette], or write \"#rrggbb\"".to_owned(),
    };
    role.problem(&layer.file, format!("no colour is called \"{unknown}\""))
        .suggest(suggestion)
}
