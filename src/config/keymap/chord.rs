//! The names of keys: `g`, `G`, `ctrl-d`, `shift-tab`, `pageup`, and sequences of them such as `g g`.
//!
//! A letter is typed as it is written, capitals included. Two spellings of one key (`shift-g` and `G`, `hyphen` and `-`)
//! become the same [`Chord`], whose text is the shortest of them.

use std::fmt;

/// The most keys of a sequence.
const LONGEST: usize = 4;

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A character as it is typed: a capital letter is a capital here, without shift.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab; with shift it is what terminals call back-tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1 to F12.
    Function(u8),
}

/// The named keys, each by the name it is shown with; a second name of the same key comes behind it.
const NAMED: [(&str, Code); 21] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("del", Code::Delete),
    ("insert", Code::Insert),
    ("ins", Code::Insert),
    ("left", Code::Left),
    ("right", Code::Right),
    ("up", Code::Up),
    ("down", Code::Down),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("space", Code::Char(' ')),
    ("hyphen", Code::Char('-')),
    ("minus", Code::Char('-')),
    ("return", Code::Enter),
    ("escape", Code::Esc),
];

/// One key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// With control.
    pub ctrl: bool,
    /// With alt.
    pub alt: bool,
    /// With shift; never for a character, which says it itself.
    pub shift: bool,
    /// The key.
    pub code: Code,
}

impl Chord {
    /// Parses one key's name; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut chord = Self {
            ctrl: false,
            alt: false,
            shift: false,
            code: Code::Esc,
        };
        let mut rest = text;
        while let Some((modifier, after)) = rest
            .split_once('-')
            .filter(|(modifier, after)| !modifier.is_empty() && !after.is_empty())
        {
            let flag = match modifier {
                "ctrl" => &mut chord.ctrl,
                "alt" => &mut chord.alt,
                "shift" => &mut chord.shift,
                _ => return Err(unknown(text, modifier, &["ctrl", "alt", "shift"])),
            };
            if std::mem::replace(flag, true) {
                return Err(format!("\"{text}\" names {modifier} twice"));
            }
            rest = after;
        }
        if rest == "backtab" {
            chord.shift = true;
            rest = "tab";
        }
        chord.code = code(text, rest)?;
        chord.settle(text)
    }

    /// Brings the spellings of one key to the same value.
    fn settle(mut self, text: &str) -> Result<Self, String> {
        let Code::Char(c) = self.code else {
            return Ok(self);
        };
        if self.ctrl {
            // Terminals send the same for both cases of a letter with control.
            self.code = Code::Char(c.to_ascii_lowercase());
            if self.shift {
                return Err(format!(
                    "\"{text}\" cannot be told from ctrl without shift by most terminals; leave shift out"
                ));
            }
        } else if self.shift && c.is_ascii_alphabetic() {
            self.code = Code::Char(c.to_ascii_uppercase());
        } else if self.shift {
            return Err(format!(
                "\"{text}\" depends on the keyboard's layout; write the character that is typed"
            ));
        }
        self.shift = false;
        Ok(self)
    }

    /// Why this key is a bad choice, whatever it is bound to; `None` when it is not.
    pub fn caution(&self) -> Option<&'static str> {
        let Code::Char(c) = self.code else {
            return None;
        };
        if !self.ctrl {
            return None;
        }
        match c {
            'a' | 'b' => Some("is the prefix key of screen or tmux and may never arrive"),
            'h' | 'j' | 'k' | 'l' | '\\' => {
                Some("moves between panes in many tmux set-ups and may never arrive")
            }
            's' | 'q' => Some("stops and resumes the output of many terminals"),
            'z' => Some("suspends the program"),
            ' ' => Some("switches input methods and may never arrive"),
            'i' => Some("is the same as tab for a terminal"),
            'm' => Some("is the same as enter for a terminal"),
            '[' => Some("is the same as esc for a terminal"),
            'c' => Some("cancels, and twice in a row quits, whatever it is bound to"),
            _ => None,
        }
    }

    /// Whether some terminals or keyboards cannot send it, so that its action needs another key as well.
    pub const fn is_uncertain(&self) -> bool {
        self.alt || matches!(self.code, Code::Function(_))
    }
}

fn code(text: &str, name: &str) -> Result<Code, String> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return if c.is_control() || c.is_whitespace() || vocab::Text::line(name) != *name {
            Err(
                "holds a character that cannot be typed; write \"space\" or \"tab\" for those keys"
                    .to_owned(),
            )
        } else {
            Ok(Code::Char(c))
        };
    }
    if let Some((_, code)) = NAMED.iter().find(|(named, _)| *named == name) {
        return Ok(*code);
    }
    let number = name
        .strip_prefix('f')
        .filter(|number| !number.starts_with('0'))
        .and_then(|number| number.parse().ok());
    if let Some(number @ 1..=12) = number {
        return Ok(Code::Function(number));
    }
    let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
    Err(unknown(text, name, &names))
}

fn unknown(text: &str, part: &str, names: &[&str]) -> String {
    let lower = part.to_lowercase();
    match kit::nearest::nearest(&lower, names.iter().copied()) {
        Some(name) => format!(
            "\"{text}\" is no key; did you mean \"{}\"?",
            text.replacen(part, name, 1)
        ),
        None => format!(
            "\"{text}\" is no key; write a character, ctrl-d, shift-tab, enter, esc, space, pageup, f5 or the like"
        ),
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [
            (self.ctrl, "ctrl-"),
            (self.alt, "alt-"),
            (self.shift, "shift-"),
        ] {
            if held {
                f.write_str(name)?;
            }
        }
        if let Code::Function(number) = self.code {
            return write!(f, "f{number}");
        }
        match (self.code, NAMED.iter().find(|(_, code)| *code == self.code)) {
            // "-" alone reads better than its name, which only a modifier in front needs.
            (Code::Char('-'), _) if !(self.ctrl || self.alt) => f.write_str("-"),
            (_, Some((name, _))) => f.write_str(name),
            (Code::Char(c), None) => write!(f, "{c}"),
            (_, None) => Ok(()),
        }
    }
}

/// One key, or a sequence of up to four that are pressed one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keys(Vec<Chord>);

impl Keys {
    /// Parses names of keys with one space between them; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("names no key; write \"space\" for the space bar".to_owned());
        }
        let chords: Vec<Chord> = text
            .split(' ')
            .filter(|part| !part.is_empty())
            .map(Chord::parse)
            .collect::<Result<_, _>>()?;
        match chords.len() {
            0 => Err("names no key; write \"space\" for the space bar".to_owned()),
            1..=LONGEST => Ok(Self(chords)),
            _ => Err(format!("is longer than {LONGEST} keys")),
        }
    }

    /// The keys in order, at least one.
    pub fn chords(&self) -> &[Chord] {
        &self.0
    }

    /// Whether these keys come first in `other`, which is longer.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        self.0.len() < other.0.len() && other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, chord) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            chord.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_key_are_the_same() {
        let cases = [
            ("g", "g"),
            ("G", "G"),
            ("shift-g", "G"),
            ("shift-G", "G"),
            ("ctrl-D", "ctrl-d"),
            ("ctrl-d", "ctrl-d"),
            ("-", "-"),
            ("hyphen", "-"),
            ("minus", "-"),
            ("ctrl--", "ctrl-hyphen"),
            ("alt-hyphen", "alt-hyphen"),
            ("shift-tab", "shift-tab"),
            ("backtab", "shift-tab"),
            ("del", "delete"),
            ("return", "enter"),
            ("space", "space"),
            ("f12", "f12"),
            ("alt-ctrl-x", "ctrl-alt-x"),
            ("g g", "g g"),
            ("o  n", "o n"),
            ("ctrl-up", "ctrl-up"),
            ("é", "é"),
            ("shift-f1", "shift-f1"),
        ];
        for (given, shown) in cases {
            assert_eq!(
                Keys::parse(given).map(|keys| keys.to_string()),
                Ok(shown.to_owned()),
                "{given}"
            );
            assert_eq!(
                Keys::parse(shown),
                Keys::parse(given),
                "{shown} is read back"
            );
        }
    }

    #[test]
    fn what_is_no_key_says_so() {
        let cases = [
            ("", "names no key; write \"space\" for the space bar"),
            (" ", "names no key; write \"space\" for the space bar"),
            ("pageupp", "\"pageupp\" is no key; did you mean \"pageup\"?"),
            ("Enter", "\"Enter\" is no key; did you mean \"enter\"?"),
            (
                "contrl-d",
                "\"contrl-d\" is no key; did you mean \"ctrl-d\"?",
            ),
            ("ctrl-ctrl-d", "\"ctrl-ctrl-d\" names ctrl twice"),
            (
                "shift-1",
                "\"shift-1\" depends on the keyboard's layout; write the character that is typed",
            ),
            ("a b c d e", "is longer than 4 keys"),
            (
                "f13",
                "\"f13\" is no key; write a character, ctrl-d, shift-tab, enter, esc, space, pageup, f5 or the like",
            ),
            (
                "\u{200b}",
                "holds a character that cannot be typed; write \"space\" or \"tab\" for those keys",
            ),
        ];
        for (given, error) in cases {
            assert_eq!(Keys::parse(given), Err(error.to_owned()), "{given:?}");
        }
    }
}
