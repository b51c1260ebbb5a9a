//! The user's preferences: how the console looks, how fast it refreshes, how much it keeps.

use vocab::{Bytes, Span};

use crate::reader::Document;
use crate::shipped;

/// How moments are shown in logs and lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Timestamps {
    /// In the time zone of this machine.
    #[default]
    Local,
    /// In UTC.
    Utc,
    /// As an age, such as `4s`.
    Relative,
}

/// What `settings.toml` may say; every field has a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name: a shipped one, or a file in the user's `themes/`.
    pub theme: String,
    /// The keymap's name: `default`, `vim` or `k9s`. The user's own `keymap.toml` lies above it.
    pub keymap: String,
    /// Whether the mouse is captured from the start.
    pub mouse: bool,
    /// Whether the console starts locked: it looks and changes nothing.
    pub read_only: bool,
    /// How often figures are sampled, 1 to 60 seconds.
    pub refresh: Span,
    /// How long a reversible change waits for an undo, 0 to 60 seconds.
    pub grace: Span,
    /// How moments are shown.
    pub timestamps: Timestamps,
    /// Seconds each page of the wall stays, 5 to 600.
    pub wall_seconds: u32,
    /// Days of history that are kept, 1 to 3650.
    pub history_days: u32,
    /// Log lines kept in memory, 1,000 to 10,000,000.
    pub log_lines: usize,
    /// Memory they may take, 1 MB to 4 GB.
    pub log_memory: Bytes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "night".to_owned(),
            keymap: "default".to_owned(),
            mouse: false,
            read_only: false,
            refresh: Span::seconds(2),
            grace: Span::seconds(5),
            timestamps: Timestamps::Local,
            wall_seconds: 18,
            history_days: 30,
            log_lines: 1_000_000,
            log_memory: Bytes(48 << 20),
        }
    }
}

/// Reads the file's fields; one that cannot be used is reported in the document and keeps its default.
/// `themes` are the names of all themes there are.
pub(crate) fn read(document: &Document<'_>, themes: &[String]) -> Settings {
    let mut fields = document.fields();
    let usual = Settings::default();
    let themes: Vec<(&str, &str)> = themes
        .iter()
        .map(|name| (name.as_str(), name.as_str()))
        .collect();
    let keymaps = shipped::KEYMAPS.map(|(name, _)| (name, name));
    let words = [
        ("local", Timestamps::Local),
        ("utc", Timestamps::Utc),
        ("relative", Timestamps::Relative),
    ];
    let settings = Settings {
        theme: fields
            .choice("theme", &themes)
            .map_or(usual.theme, str::to_owned),
        keymap: fields
            .choice("keymap", &keymaps)
            .map_or(usual.keymap, str::to_owned),
        mouse: fields.boolean("mouse").unwrap_or(usual.mouse),
        read_only: fields.boolean("read_only").unwrap_or(usual.read_only),
        refresh: fields
            .span("refresh", Span::seconds(1)..=Span::seconds(60))
            .unwrap_or(usual.refresh),
        grace: fields
            .span("grace", Span::ZERO..=Span::seconds(60))
            .unwrap_or(usual.grace),
        timestamps: fields
            .choice("timestamps", &words)
            .unwrap_or(usual.timestamps),
        wall_seconds: fields
            .integer("wall_seconds", 5..=600)
            .map_or(usual.wall_seconds, |n| n as u32),
        history_days: fields
            .integer("history_days", 1..=3650)
            .map_or(usual.history_days, |n| n as u32),
        log_lines: fields
            .integer("log_lines", 1_000..=10_000_000)
            .map_or(usual.log_lines, |n| n as usize),
        log_memory: fields
            .size("log_memory", Bytes(1 << 20)..=Bytes(4 << 30))
            .unwrap_or(usual.log_memory),
    };
    fields.finish();
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Report;

    fn parsed(text: &str) -> (Settings, String) {
        let mut report = Report::default();
        let document =
            Document::parse(&"settings.toml".into(), text, &mut report).expect("valid TOML");
        let settings = read(&document, &crate::theme::available(None));
        document.finish(&mut report);
        (settings, report.to_string())
    }

    #[test]
    fn everything_can_be_said() {
        let text = "theme = 'day'\nkeymap = 'vim'\nmouse = true\nread_only = true\nrefresh = '1s'\ngrace = '0s'\n\
            timestamps = 'relative'\nwall_seconds = 20\nhistory_days = 7\nlog_lines = 50_000\nlog_memory = '1GB'\n";
        let wanted = Settings {
            theme: "day".into(),
            keymap: "vim".into(),
            mouse: true,
            read_only: true,
            refresh: Span::seconds(1),
            grace: Span::ZERO,
            timestamps: Timestamps::Relative,
            wall_seconds: 20,
            history_days: 7,
            log_lines: 50_000,
            log_memory: Bytes(1 << 30),
        };
        assert_eq!(parsed(text), (wanted, String::new()));
    }

    #[test]
    fn a_wrong_one_keeps_its_default_and_the_rest_is_used() {
        let text = "themes = 'day'\nmouse = 'yes'\nrefresh = '100ms'\ngrace = 5\ntimestamps = 'relativ'\nwall_seconds = 3\n\
            history_days = 99999999999999999999\nlog_memory = '48'\nread_only = true\n";
        let (settings, report) = parsed(text);
        assert_eq!(
            settings,
            Settings {
                read_only: true,
                ..Settings::default()
            }
        );
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(
            lines,
            [
                "settings.toml:1: themes: unknown field; did you mean \"theme\"?",
                "settings.toml:2: mouse: must be true or false, not text",
                "settings.toml:3: refresh: must be from 1s to 1m",
                "settings.toml:4: grace: must be text in quotes, not a whole number",
                "settings.toml:5: timestamps: must be one of \"local\", \"utc\", \"relative\"; did you mean \"relative\"?",
                "settings.toml:6: wall_seconds: must be from 5 to 600",
                "settings.toml:7: history_days: must be from 1 to 3650",
                "settings.toml:8: log_memory: the unit is missing; write \"MB\" behind it, or \"KB\", \"GB\"",
            ]
        );
    }
}
