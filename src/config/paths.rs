//! Where the user's files are.

use std::path::PathBuf;

use kit::files::{Base, folder};

/// The files to read; what is `None` is not looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paths {
    /// The fleet file.
    pub fleet: Option<PathBuf>,
    /// Whether the fleet file was named by the user, on the command line or in the environment: then it must exist.
    pub fleet_is_named: bool,
    /// The settings.
    pub settings: Option<PathBuf>,
    /// The user's own keymap.
    pub keymap: Option<PathBuf>,
    /// The folder of the user's own themes, `<name>.toml` each.
    pub themes: Option<PathBuf>,
    /// The user's own rules; those that the fleet file names go before them.
    pub rules: Option<PathBuf>,
}

impl Paths {
    /// The usual places: `fleet.toml`, `settings.toml`, `keymap.toml`, `rules.toml` and `themes/` in `$XDG_CONFIG_HOME/wheelhouse`, else
    /// `~/.config/wheelhouse`; none at all when neither is known.
    pub fn standard() -> Self {
        let file = |name: &str| folder(Base::Config, "wheelhouse").map(|folder| folder.join(name));
        Self {
            fleet: file("fleet.toml"),
            fleet_is_named: false,
            settings: file("settings.toml"),
            keymap: file("keymap.toml"),
            themes: file("themes"),
            rules: file("rules.toml"),
        }
    }

    /// The same with another fleet file, which must exist.
    #[must_use]
    pub fn with_fleet(mut self, path: PathBuf) -> Self {
        self.fleet = Some(path);
        self.fleet_is_named = true;
        self
    }
}
