//! The keymaps, themes and rules that come inside the program. A new one is a file and a line here.

use vocab::Text;

/// The keymap that serves unless another is chosen; every other one inherits it.
pub const KEYMAP: &str = "default";

/// The theme that serves unless another is chosen.
pub const THEME: &str = "night";

/// The theme without any colour, for `NO_COLOR` (<https://no-color.org>).
pub const PLAIN_THEME: &str = "plain";

/// Keymaps: name and TOML.
pub const KEYMAPS: [(&str, &str); 3] = [
    (KEYMAP, include_str!("../../keymaps/default.toml")),
    ("vim", include_str!("../../keymaps/vim.toml")),
    ("k9s", include_str!("../../keymaps/k9s.toml")),
];

/// Themes: name and TOML.
pub const THEMES: [(&str, &str); 4] = [
    (THEME, include_str!("../../themes/night.toml")),
    ("day", include_str!("../../themes/day.toml")),
    ("contrast", include_str!("../../themes/contrast.toml")),
    (PLAIN_THEME, include_str!("../../themes/plain.toml")),
];

/// The rules that serve unless others are written.
pub const RULES: &str = include_str!("../../assets/rules.toml");

/// How the file of the shipped rules is called in messages and lists.
pub(crate) const RULES_FILE: &str = "shipped rules.toml";

/// How a shipped keymap's file is called in messages.
pub(crate) fn keymap_file(name: &str) -> Text {
    format!("keymaps/{name}.toml").into()
}

/// How a shipped theme's file is called in messages.
pub(crate) fn theme_file(name: &str) -> Text {
    format!("themes/{name}.toml").into()
}
