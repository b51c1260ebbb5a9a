//! Names that look like others: mixed alphabets, and letters of one alphabet that pass for those of another.
//!
//! A part of Unicode's rules (UTS 39, <https://www.unicode.org/reports/tr39/>): the alphabets and letters that have been
//! used to deceive. A name it is silent about can still be a deception; one it warns of can be honest.

use std::fmt;

use crate::text::Text;

/// Why a domain could be taken for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookAlike {
    /// A label mixes alphabets that no language mixes.
    Mixed {
        /// The label, in its own alphabets.
        label: Text,
        /// Two of them.
        scripts: [&'static str; 2],
    },
    /// A label can be read as plain letters it is not made of.
    ReadsAs {
        /// The label, in its own alphabet.
        label: Text,
        /// What it reads as.
        plain: Text,
    },
}

impl fmt::Display for LookAlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mixed {
                label,
                scripts: [one, other],
            } => write!(f, "\"{label}\" mixes {one} and {other} letters"),
            Self::ReadsAs { label, plain } => {
                write!(f, "\"{label}\" reads as \"{plain}\" and is another name")
            }
        }
    }
}

/// The alphabets that are told apart, by their ranges.
const SCRIPTS: [(&str, &[(u32, u32)]); 14] = [
    (
        "Latin",
        &[
            (0x61, 0x7a),
            (0xaa, 0xaa),
            (0xba, 0xba),
            (0xdf, 0xf6),
            (0xf8, 0x2b8),
            (0x1e00, 0x1eff),
            (0xa720, 0xa7ff),
            (0xab30, 0xab64),
        ],
    ),
    ("Greek", &[(0x370, 0x3ff), (0x1f00, 0x1fff)]),
    (
        "Cyrillic",
        &[
            (0x400, 0x52f),
            (0x1c80, 0x1c8f),
            (0x2de0, 0x2dff),
            (0xa640, 0xa69f),
        ],
    ),
    ("Armenian", &[(0x530, 0x58f)]),
    ("Hebrew", &[(0x590, 0x5ff)]),
    ("Arabic", &[(0x600, 0x6ff), (0x750, 0x77f), (0x8a0, 0x8ff)]),
    ("Devanagari", &[(0x900, 0x97f)]),
    ("Thai", &[(0xe00, 0xe7f)]),
    (
        "Georgian",
        &[(0x10a0, 0x10ff), (0x1c90, 0x1cbf), (0x2d00, 0x2d2f)],
    ),
    ("Cherokee", &[(0x13a0, 0x13ff), (0xab70, 0xabbf)]),
    ("Kana", &[(0x3041, 0x30ff), (0x31f0, 0x31ff)]),
    ("Bopomofo", &[(0x3100, 0x312f), (0x31a0, 0x31bf)]),
    ("Hangul", &[(0x1100, 0x11ff), (0xac00, 0xd7af)]),
    (
        "Han",
        &[
            (0x3005, 0x3007),
            (0x3400, 0x4dbf),
            (0x4e00, 0x9fff),
            (0xf900, 0xfaff),
            (0x20000, 0x3ffff),
        ],
    ),
];

/// Sets of alphabets that are written together (UTS 39, "highly restrictive").
const TOGETHER: [&[&str]; 3] = [
    &["Latin", "Han", "Kana"],
    &["Latin", "Han", "Bopomofo"],
    &["Latin", "Han", "Hangul"],
];

/// Letters that pass for a plain one (<https://www.unicode.org/Public/security/latest/confusables.txt>).
const PASSES_FOR: [(char, &str); 26] = [
    ('a', "аɑα"),
    ('b', "ƅьЬ"),
    ('c', "сϲᴄ"),
    ('d', "ԁɗ"),
    ('e', "еҽ"),
    ('f', "ƒ"),
    ('g', "ɡƍց"),
    ('h', "һհ"),
    ('i', "іıɩι"),
    ('j', "јϳ"),
    ('k', "ĸκк"),
    ('l', "ӏǀ"),
    ('m', "м"),
    ('n', "ոռ"),
    ('o', "оοօ"),
    ('p', "рρ"),
    ('q', "ԛգ"),
    ('r', "гᴦ"),
    ('s', "ѕƽ"),
    ('t', "тτ"),
    ('u', "υսʋ"),
    ('v', "ѵνᴠ"),
    ('w', "ԝѡա"),
    ('x', "хχ"),
    ('y', "уγү"),
    ('z', "ᴢ"),
];

/// Why one label, in its own alphabet, could be taken for another.
pub(super) fn judge(label: &str) -> Option<LookAlike> {
    if label.is_ascii() {
        return None;
    }
    let mut scripts: Vec<&'static str> = Vec::new();
    for script in label.chars().filter_map(script) {
        if !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    let together = TOGETHER
        .iter()
        .any(|set| scripts.iter().all(|script| set.contains(script)));
    if let [one, other, ..] = scripts[..]
        && !together
    {
        return Some(LookAlike::Mixed {
            label: label.into(),
            scripts: [one, other],
        });
    }
    let plain: Option<String> = label.chars().map(plain).collect();
    plain.map(|plain| LookAlike::ReadsAs {
        label: label.into(),
        plain: plain.into(),
    })
}

/// The alphabet of a letter. Digits and `-` have none; those of alphabets not listed count as one of their own.
fn script(letter: char) -> Option<&'static str> {
    let within = |(low, high): &(u32, u32)| (*low..=*high).contains(&u32::from(letter));
    let known = SCRIPTS
        .iter()
        .find(|(_, ranges)| ranges.iter().any(within))
        .map(|(name, _)| *name);
    known.or_else(|| letter.is_alphabetic().then_some("other"))
}

/// The plain letter or digit a letter passes for; itself when it is plain.
fn plain(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return Some(letter);
    }
    PASSES_FOR
        .iter()
        .find(|(_, others)| others.contains(letter))
        .map(|(plain, _)| *plain)
}
