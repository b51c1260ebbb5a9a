//! Themes: what each part of the screen looks like, by its meaning and not by its place.
//!
//! Flow: a theme file and those it inherits (`file`) → palettes and roles merged, colours looked up (`layers`) →
//! [`Theme`], a style for each role. Colours are plain data; a face turns them into what its terminal can show.

mod colour;
mod file;
mod layers;

pub use colour::{Colour, Named};
pub use file::ROLES;
pub use layers::{available, load};

use std::collections::BTreeMap;

/// How something is drawn; what is `None` or false is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// The text's colour.
    pub fg: Option<Colour>,
    /// The background's colour.
    pub bg: Option<Colour>,
    /// Bold and its kin.
    pub marks: Marks,
}

/// What can be done to text besides colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent attributes of a terminal cell"
)]
pub struct Marks {
    /// Bold.
    pub bold: bool,
    /// Dim.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Text and background exchanged.
    pub reverse: bool,
}

/// A theme, ready for use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Styles by role; every one of [`ROLES`] for a theme that inherits a shipped one.
    pub roles: BTreeMap<String, Style>,
}

impl Theme {
    /// The style of a role, else that of the role it is a part of: `level.warn.text` → `level.warn` → `level`; nothing
    /// special when none of them is there.
    pub fn style(&self, role: &str) -> Style {
        let mut role = role;
        loop {
            if let Some(style) = self.roles.get(role) {
                return *style;
            }
            match role.rsplit_once('.') {
                Some((wider, _)) => role = wider,
                None => return Style::default(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
