//! Themes: the shipped ones are whole and legible; what is wrong with others.

use std::fs;

use proptest::prelude::*;

use super::layers::{merge, parse};
use super::{Colour, Marks, Named, ROLES, Style, Theme, available, load};
use crate::{Report, shipped};

fn shipped_theme(name: &str) -> Theme {
    let mut report = Report::default();
    let theme = load(name, None, &mut report);
    assert_eq!(report.to_string(), "", "{name}");
    theme
}

/// Relative luminance of a colour (WCAG 2.2, <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>).
fn luminance(colour: Colour) -> f64 {
    let Colour::Rgb(red, green, blue) = colour else {
        panic!("{colour:?} has no known luminance")
    };
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Roles that draw lines and fillings, which carry no words.
const LINES: [&str; 3] = ["text.faint", "border", "graph.dim"];

fn least_contrast(theme: &Theme, wanted: f64) {
    let ground = theme.style("screen").bg.expect("a ground");
    let selection = theme.style("selection").bg.expect("a selection");
    let bar = theme.style("bar").bg.expect("a bar");
    for (role, style) in &theme.roles {
        if LINES.contains(&role.as_str()) {
            continue;
        }
        let Some(fg) = style.fg else { continue };
        // What has a ground of its own is only ever drawn on that; the rest may be in a list's selected row or in a bar.
        let grounds = style
            .bg
            .map_or_else(|| vec![ground, selection, bar], |bg| vec![bg]);
        for bg in grounds {
            let found = contrast(fg, bg);
            assert!(
                found >= wanted,
                "{}: {role} has {found:.2} on {bg:?}",
                theme.name
            );
        }
    }
}

#[test]
fn shipped_themes_are_whole() {
    for (name, _) in shipped::THEMES {
        let theme = shipped_theme(name);
        for role in ROLES {
            assert!(theme.roles.contains_key(role), "{name} lacks {role}");
        }
        assert!(
            theme
                .roles
                .keys()
                .all(|role| ROLES.contains(&role.as_str())),
            "{name}"
        );
    }
}

#[test]
fn words_are_legible_in_every_shipped_theme() {
    least_contrast(&shipped_theme("night"), 4.5);
    least_contrast(&shipped_theme("day"), 4.5);
    least_contrast(&shipped_theme("contrast"), 7.0);
    let theme = shipped_theme("contrast");
    let ground = theme.style("screen").bg.expect("a ground");
    for role in LINES {
        assert!(
            contrast(theme.style(role).fg.expect("a colour"), ground) >= 4.5,
            "{role}"
        );
    }
}

#[test]
fn the_plain_theme_has_no_colour_and_still_tells_things_apart() {
    let theme = shipped_theme(shipped::PLAIN_THEME);
    assert!(
        theme
            .roles
            .values()
            .all(|style| style.fg.is_none() && style.bg.is_none())
    );
    for (one, other) in [
        ("level.ok", "level.bad"),
        ("level.ok", "level.warn"),
        ("text", "selection"),
        ("border", "border.focus"),
        ("tab", "tab.active"),
    ] {
        assert_ne!(theme.style(one), theme.style(other), "{one} and {other}");
    }
}

#[test]
fn a_part_of_a_role_falls_back() {
    let theme = shipped_theme("night");
    assert_eq!(theme.style("level.warn.text"), theme.style("level.warn"));
    assert_eq!(theme.style("accent.some.thing"), theme.style("accent"));
    assert_eq!(theme.style("nothing"), Style::default());
}

/// A theme of the user called `mine`, and what is wrong.
fn mine(text: &str) -> (Theme, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine.toml"), text).expect("written");
    fs::write(folder.path().join("round.toml"), "inherits = \"mine\"").expect("written");
    let mut report = Report::default();
    let theme = load("mine", Some(folder.path()), &mut report);
    let shown = report
        .to_string()
        .replace(&format!("{}/", folder.path().display()), "");
    (theme, shown.lines().map(str::to_owned).collect())
}

#[test]
fn a_palette_alone_changes_all_that_uses_it() {
    let (theme, problems) =
        mine("inherits = \"night\"\n[palette]\naccent = \"bright-red\"\nwarn = 208\n");
    assert_eq!(problems, [""; 0]);
    assert_eq!(theme.name, "mine");
    assert_eq!(
        theme.style("accent").fg,
        Some(Colour::Named(Named::BrightRed))
    );
    assert_eq!(
        theme.style("border.focus").fg,
        Some(Colour::Named(Named::BrightRed))
    );
    assert_eq!(theme.style("level.warn").fg, Some(Colour::Indexed(208)));
}

#[test]
fn a_role_says_all_it_can() {
    let (theme, problems) = mine(
        "[roles]\n\"text\" = { fg = 7, bg = \"reset\", bold = true, dim = true, italic = true, underline = true, reverse = true }\n",
    );
    assert_eq!(problems, [""; 0]);
    let marks = Marks {
        bold: true,
        dim: true,
        italic: true,
        underline: true,
        reverse: true,
    };
    assert_eq!(
        theme.style("text"),
        Style {
            fg: Some(Colour::Indexed(7)),
            bg: Some(Colour::Reset),
            marks
        }
    );
}

#[test]
fn every_mistake_is_reported_with_its_line() {
    let cases: [(&str, &[&str]); 11] = [
        (
            "inherit = \"night\"\n",
            &["1: inherit: unknown field; did you mean \"inherits\"?"],
        ),
        (
            "inherits = \"nigt\"\n",
            &["1: inherits: no theme is called \"nigt\"; did you mean \"night\"?"],
        ),
        (
            "inherits = \"mine\"\n",
            &[
                "1: inherits: inherits \"mine\", which inherits this one again; take one of the two out",
            ],
        ),
        (
            "[palette]\na = \"#12\"\nb = 256\nc = true\nd = \"rad\"\n",
            &[
                "2: palette.a: must be # and six hexadecimal digits, such as \"#6cb6ff\"",
                "3: palette.b: must be from 0 to 255",
                "4: palette.c: must be a colour: \"#rrggbb\", a number from 0 to 255, or a name, not true or false",
                "5: palette.d: must be \"#rrggbb\", a number from 0 to 255, or a terminal colour such as \"bright-red\"",
            ],
        ),
        (
            "[palette]\nwarn = 3\n[roles]\naccent = \"wran\"\n",
            &["4: roles.\"accent\": no colour is called \"wran\"; did you mean \"warn\"?"],
        ),
        (
            "[roles]\n\"levle.ok\" = 2\n",
            &[
                "2: roles.\"levle.ok\": no part of the screen has this role; did you mean \"level.ok\"?",
            ],
        ),
        (
            "[roles]\nlevel.ok = 2\n",
            &[
                "2: roles.level: a role with a dot in its name is written in quotes, such as \"level.ok\"",
            ],
        ),
        (
            "[roles]\ntext = { fg = 2, blod = true }\n",
            &["2: roles.text.blod: unknown field; did you mean \"bold\"?"],
        ),
        (
            "[roles]\ntext = { fg = 2, bold = 1 }\n",
            &["2: roles.text.bold: must be true or false, not a whole number"],
        ),
        (
            "[roles]\ntext = [1]\n",
            &[
                "2: roles.text: must be a colour: \"#rrggbb\", a number from 0 to 255, or a name, not a list",
            ],
        ),
        (
            "[roles]\ntext = 1\ntext = 2\n",
            &["3: text is given twice here; keep one"],
        ),
    ];
    for (text, wanted) in cases {
        let (_, problems) = mine(text);
        let wanted: Vec<String> = wanted
            .iter()
            .map(|line| format!("mine.toml:{line}"))
            .collect();
        assert_eq!(problems, wanted, "{text}");
    }
}

#[test]
fn a_circle_of_two_is_found_and_the_usual_theme_serves_below() {
    let (theme, problems) = mine("inherits = \"round\"\n[roles]\nmoney = 3\n");
    assert_eq!(
        problems,
        [
            "round.toml:1: inherits: inherits \"mine\", which inherits this one again; take one of the two out"
        ]
    );
    assert_eq!(theme.style("money").fg, Some(Colour::Indexed(3)));
    assert!(theme.roles.contains_key("screen"));
}

#[test]
fn a_users_file_may_lie_above_the_shipped_one_of_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("night.toml"),
        "inherits = \"night\"\n[roles]\nmoney = 3\n",
    )
    .expect("written");
    let mut report = Report::default();
    let theme = load("night", Some(folder.path()), &mut report);
    assert_eq!(report.to_string(), "");
    assert_eq!(theme.style("money").fg, Some(Colour::Indexed(3)));
    assert!(theme.roles.contains_key("screen"));
    assert_eq!(
        available(Some(folder.path())),
        ["night", "day", "contrast", "plain"]
    );
}

#[test]
fn a_name_is_never_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("themes")).expect("a folder");
    fs::write(folder.path().join("x.toml"), "").expect("written");
    let mut report = Report::default();
    let theme = load("../x", Some(&folder.path().join("themes")), &mut report);
    assert_eq!(
        report.to_string(),
        "theme: no theme is called \"../x\"; there are night, day, contrast, plain"
    );
    assert_eq!(theme.name, "night");
}

proptest! {
    #[test]
    fn nothing_panics(
        text in "\\PC{0,200}|(\\[(roles|palette)\\]\n((text|accent|level\\.ok|x) = ('#?[0-9a-fé]{0,7}'|-?[0-9]{1,20}|\\{ (fg|bg) = 'x', bold = true \\}|\\[\\])\n){0,6}){0,3}"
    ) {
        let mut report = Report::default();
        let layers: Vec<_> = parse(&"mine.toml".into(), "mine", &text, &mut report).into_iter().collect();
        merge(&layers, &mut report);
    }
}
