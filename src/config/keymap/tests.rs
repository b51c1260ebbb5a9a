//! Keymaps: the shipped ones, and what is wrong with others.

use std::fs;

use proptest::prelude::*;

use super::layers::parse;
use super::{Code, Keymap, Keys, load};
use crate::{Report, shipped};

fn keys(text: &str) -> Keys {
    Keys::parse(text).expect("keys")
}

fn shipped(name: &str) -> Keymap {
    let mut report = Report::default();
    let keymap = load(name, None, &mut report);
    assert_eq!(report.to_string(), "", "{name}");
    keymap
}

/// The default keymap with a user's file above it, and what is wrong.
fn above(text: &str) -> (Keymap, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keymap.toml");
    fs::write(&path, text).expect("written");
    let mut report = Report::default();
    let keymap = load("default", Some(&path), &mut report);
    let shown = report
        .to_string()
        .replace(&format!("{}/", folder.path().display()), "");
    (keymap, shown.lines().map(str::to_owned).collect())
}

#[test]
fn shipped_keymaps_have_no_problem_and_only_capitals_change_the_fleet() {
    for (name, _) in shipped::KEYMAPS {
        let keymap = shipped(name);
        assert_eq!(keymap.name, name);
        for (scope, bindings) in &keymap.scopes {
            for (keys, bound) in bindings
                .iter()
                .filter(|(_, bound)| bound.action.starts_with("change."))
            {
                let [chord] = keys.chords() else {
                    panic!("{scope} {keys} is a sequence")
                };
                assert!(!chord.ctrl && !chord.alt, "{scope} {keys}");
                assert!(
                    matches!(
                        chord.code,
                        Code::Char('R' | 'S' | 'U' | 'K' | 'F' | 'D' | 'B' | 'P')
                    ),
                    "{} on {keys}",
                    bound.action
                );
            }
        }
        for (key, action) in [
            ("R", "change.restart"),
            ("S", "change.stop"),
            ("U", "change.start"),
            ("K", "change.kill"),
            ("F", "change.fix"),
        ] {
            assert_eq!(
                keymap
                    .bound("global", &keys(key))
                    .map(|bound| &*bound.action),
                Some(action),
                "{name}"
            );
        }
    }
}

#[test]
fn flavours_differ_where_they_should() {
    let action = |keymap: &Keymap, scope: &str, key: &str| {
        keymap
            .bound(scope, &keys(key))
            .map(|bound| bound.action.clone())
    };
    let (vim, k9s) = (shipped("vim"), shipped("k9s"));
    assert_eq!(action(&vim, "list", "g"), None);
    assert_eq!(action(&vim, "list", "g g").as_deref(), Some("list.top"));
    assert_eq!(
        action(&vim, "list", "j").as_deref(),
        Some("list.down"),
        "inherited"
    );
    assert_eq!(action(&k9s, "list", "d").as_deref(), Some("list.open"));
    assert_eq!(
        action(&k9s, "list", "ctrl-d").as_deref(),
        Some("list.half-down")
    );
    assert_eq!(action(&k9s, "list", "ctrl-k"), None);
}

#[test]
fn a_users_file_lies_above() {
    let (keymap, problems) = above(
        "inherits = \"vim\"\n[list]\n\"ctrl-n\" = \"list.down\"\n\"d\" = \"list.half-down\"\n\"j\" = false\n[pane.nodes]\n\"c\" = \"jump.container\"\n",
    );
    assert_eq!(problems, [""; 0]);
    assert!(keymap.bound("list", &keys("g g")).is_some(), "of vim");
    assert!(keymap.bound("list", &keys("j")).is_none());
    let bound = keymap.bound("pane.nodes", &keys("c")).expect("bound");
    assert_eq!((&*bound.action, bound.line), ("jump.container", 7));
}

/// Files and what is wrong with them.
const MISTAKES: [(&str, &[&str]); 12] = [
    (
        "[lists]\n",
        &["1: lists: unknown field; did you mean \"list\"?"],
    ),
    (
        "[pane.container]\n[pane.contianers]\n",
        &["2: pane.contianers: unknown field; did you mean \"containers\"?"],
    ),
    (
        "[list]\n\"G\" = \"list.top\"\n\"shift-g\" = \"list.up\"\n",
        &["3: list.shift-g: is the key of line 2 by another spelling, \"G\"; keep one"],
    ),
    (
        "[list]\n\"c\" = \"list.top\"\n\"c\" = \"list.up\"\n",
        &["3: \"c\" is given twice here; keep one"],
    ),
    (
        "[logs]\n\"c\" = \"list.top\"\n\"c c\" = \"list.up\"\n",
        &[
            "3: logs.\"c c\": clashes with \"c\" in line 2: one begins with the other and would hide it; keep one",
        ],
    ),
    (
        "[list]\nc = 5\nd = true\n",
        &[
            "2: list.c: must be an action such as \"list.down\", or false to unbind the key, not a whole number",
            "3: list.d: must be an action such as \"list.down\", or false to unbind the key, not true or false",
        ],
    ),
    (
        "[list]\nc = \"Down\"\n",
        &[
            "2: list.c: must be an action such as \"list.page-down\": two words in lower case with a dot between, or false to unbind the key",
        ],
    ),
    (
        "[list]\n\"ctrl-b\" = \"list.page-up\"\n",
        &[
            "2: list.ctrl-b: \"ctrl-b\" is the prefix key of screen or tmux and may never arrive; choose another key",
        ],
    ),
    (
        "[global]\nr = \"change.restart\"\n",
        &[
            "2: global.r: change.restart changes the fleet, and this is no capital letter; a slip of the fingers would do it; choose a capital",
        ],
    ),
    (
        "[list]\nz = false\n",
        &[
            "2: list.\"z\": unbinds a key that is not bound here; take the line out, or move it to the right scope",
        ],
    ),
    (
        "[global]\n\"o\" = \"view.last\"\n\"o n\" = false\n\"o c\" = false\n\"o s\" = false\n",
        &[
            "2: global.\"o\": hides \"o l\" = \"jump.logs\" of keymaps/default.toml:LINE, because one begins with the other; write \"o l\" = false beside it if that is meant",
        ],
    ),
    (
        "[global]\n\"?\" = false\nf1 = \"app.help\"\n",
        &[
            "3: global.\"f1\": app.help has no other key, and not every terminal sends this one; bind a key without alt that is no F key as well",
        ],
    ),
];

#[test]
fn every_mistake_is_reported_with_its_line() {
    let line = shipped::KEYMAPS[0]
        .1
        .lines()
        .position(|line| line.starts_with("\"o l\""))
        .expect("bound")
        + 1;
    for (text, wanted) in MISTAKES {
        let (keymap, problems) = above(text);
        let wanted: Vec<String> = wanted
            .iter()
            .map(|wanted| format!("keymap.toml:{}", wanted.replace("LINE", &line.to_string())))
            .collect();
        assert_eq!(problems, wanted, "{text}");
        assert!(
            keymap.bound("global", &keys("q")).is_some(),
            "the rest is used"
        );
    }
}

#[test]
fn a_keymap_that_does_not_exist_is_the_default() {
    let (keymap, problems) = above("inherits = \"emacs\"\n");
    assert_eq!(
        problems,
        ["keymap.toml: no keymap is called \"emacs\"; there are default, vim, k9s"]
    );
    assert!(keymap.bound("list", &keys("j")).is_some());
}

/// Whether in each scope every key can be reached.
fn is_free_of_clashes(keymap: &Keymap) -> bool {
    keymap.scopes.values().all(|bindings| {
        bindings
            .keys()
            .all(|keys| bindings.keys().all(|other| !keys.is_prefix_of(other)))
    })
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,200}") {
        parse(&"keymap.toml".into(), "keymap", &text, &mut Report::default());
        drop(Keys::parse(&text));
    }

    #[test]
    fn whatever_is_bound_every_key_can_be_reached(
        lines in proptest::collection::vec(("(ctrl-|alt-|shift-|)([a-gG]|tab|-|f1)( [a-c]){0,2}", "'list.up'|'change.stop'|false"), 0..12)
    ) {
        let lines: Vec<String> = lines.iter().map(|(key, action)| format!("\"{key}\" = {action}\n")).collect();
        let text = lines.concat();
        let (keymap, _) = above(&format!("[global]\n{text}[list]\n{text}"));
        prop_assert!(is_free_of_clashes(&keymap));
    }
}
