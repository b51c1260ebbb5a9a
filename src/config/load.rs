//! All files of the user at once.

use std::path::Path;

use vocab::Rule;

use crate::diagnostic::Report;
use crate::fleet::{self, Fleet};
use crate::keymap::{self, Keymap};
use crate::paths::Paths;
use crate::reader::{Document, file};
use crate::rules;
use crate::settings::{self, Settings};
use crate::theme::{self, Theme};

/// Everything the user configured, and defaults for the rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// The fleet.
    pub fleet: Fleet,
    /// The preferences.
    pub settings: Settings,
    /// The keys: the one the settings name, with the user's own above it.
    pub keymap: Keymap,
    /// The theme the settings name.
    pub theme: Theme,
    /// The names of all themes there are: those that are shipped and the user's own.
    pub themes: Vec<String>,
    /// The rules that judge: the shipped ones with the user's own above them.
    pub rules: Vec<Rule>,
}

/// Reads all files. Whatever is wrong with them is in the report, and the configuration can always be used. It reads from
/// the disk, so call it where waiting for one is allowed.
pub fn load(paths: &Paths) -> (Config, Report) {
    let mut report = Report::default();
    let fleet = read(
        paths.fleet.as_deref(),
        paths.fleet_is_named,
        &mut report,
        fleet::read,
    )
    .unwrap_or_default();
    let themes = theme::available(paths.themes.as_deref());
    let settings = read(paths.settings.as_deref(), false, &mut report, |document| {
        settings::read(document, &themes)
    })
    .unwrap_or_default();
    let keymap = keymap::load(&settings.keymap, paths.keymap.as_deref(), &mut report);
    let theme = theme::load(&settings.theme, paths.themes.as_deref(), &mut report);
    let rules = match &fleet.rules {
        Some(named) => rules::load(Some(named), true, &mut report),
        None => rules::load(paths.rules.as_deref(), false, &mut report),
    };
    (
        Config {
            fleet,
            settings,
            keymap,
            theme,
            themes,
            rules,
        },
        report,
    )
}

fn read<T>(
    path: Option<&Path>,
    named: bool,
    report: &mut Report,
    parse: impl FnOnce(&Document<'_>) -> T,
) -> Option<T> {
    let path = path?;
    let text = file::read(path, named, report)?;
    let document = Document::parse(&file::shown(path), &text, report)?;
    let value = parse(&document);
    document.finish(report);
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn paths(folder: &Path) -> Paths {
        Paths {
            fleet: Some(folder.join("fleet.toml")),
            fleet_is_named: false,
            settings: Some(folder.join("settings.toml")),
            keymap: Some(folder.join("keymap.toml")),
            themes: Some(folder.join("themes")),
            rules: Some(folder.join("rules.toml")),
        }
    }

    #[test]
    fn without_any_file_everything_has_its_default() {
        let folder = tempfile::tempdir().expect("a folder");
        for paths in [Paths::default(), paths(folder.path())] {
            let (config, report) = load(&paths);
            assert_eq!(report.to_string(), "");
            assert_eq!(
                (config.fleet, config.settings),
                (Fleet::default(), Settings::default())
            );
            assert_eq!(
                (&*config.keymap.name, &*config.theme.name),
                ("default", "night")
            );
        }
    }

    #[test]
    fn the_problems_of_all_files_come_at_once_and_the_rest_is_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
        fs::create_dir(folder.path().join("themes")).expect("a folder");
        write(
            "fleet.toml",
            "name = \"aurora\"\n[[nodes]]\nname = \"web-1\"\nadress = \"192.0.2.1\"\n",
        );
        write(
            "settings.toml",
            "theme = \"mine\"\nkeymap = \"wim\"\nmouse = true\n",
        );
        write(
            "keymap.toml",
            "[list]\n\"J\" = \"list.page-down\"\n\"pgup\" = \"list.page-up\"\n",
        );
        write(
            "themes/mine.toml",
            "inherits = \"night\"\n[roles]\naccent = \"warn\"\nmoney = \"gold\"\n",
        );
        let (config, report) = load(&paths(folder.path()));
        let shown = report
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines,
            [
                "fleet.toml:4: nodes[0].adress: unknown field; did you mean \"address\"?",
                "settings.toml:2: keymap: must be one of \"default\", \"vim\", \"k9s\"; did you mean \"vim\"?",
                "keymap.toml:3: list.pgup: \"pgup\" is no key; did you mean \"pageup\"?",
                "themes/mine.toml:4: roles.\"money\": no colour is called \"gold\"; did you mean \"good\"?",
            ]
        );
        assert_eq!(config.fleet.nodes.len(), 1);
        assert!(config.settings.mouse);
        assert_eq!(config.keymap.name, "keymap");
        assert_eq!(
            config.theme.style("accent"),
            config.theme.style("level.warn")
        );
        assert!(
            config.theme.style("money").fg.is_some(),
            "the inherited one stays"
        );
    }

    #[test]
    fn a_fleet_file_that_was_named_must_exist() {
        let (config, report) = load(&Paths::default().with_fleet("/nowhere/fleet.toml".into()));
        assert_eq!(config.fleet, Fleet::default());
        assert_eq!(
            report.to_string(),
            "/nowhere/fleet.toml: no such file; check the path, or write one with `wheelhouse init`"
        );
    }
}
