//! The one type for text from outside that may be shown: [`Text`].

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_width::UnicodeWidthStr;

use crate::ansi::{Scanner, Token};

/// Stands where something was taken out: a run of dropped characters is one mark.
pub const MARK: char = '\u{fffd}';

/// The most characters a line keeps; what is cut is marked with an ellipsis.
pub const LINE_LIMIT: usize = 4096;

/// The most characters a block (an error text, a file's excerpt) keeps.
pub const BLOCK_LIMIT: usize = 64 * 1024;

/// Text that is safe to draw, print, store and export: no control characters but (in blocks) tab and newline, no
/// escape sequence, no bidirectional override, no zero-width character, valid UTF-8. What was taken out leaves [`MARK`].
///
/// There is no way to make one without sanitising; sanitising twice changes nothing. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Text(Arc<str>);

impl Text {
    /// One line from outside: tabs and newlines become spaces, at most [`LINE_LIMIT`] characters.
    pub fn line(bytes: impl AsRef<[u8]>) -> Self {
        Self(sanitise(bytes.as_ref(), LINE_LIMIT, true).into())
    }

    /// Several lines from outside: tabs and newlines stay, at most [`BLOCK_LIMIT`] characters.
    pub fn block(bytes: impl AsRef<[u8]>) -> Self {
        Self(sanitise(bytes.as_ref(), BLOCK_LIMIT, false).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Terminal cells the text takes when drawn on one line.
    pub fn width(&self) -> usize {
        UnicodeWidthStr::width(&*self.0)
    }
}

/// Takes out what must not reach a terminal, up to `limit` characters; `one_line` turns tab and newline into a space.
pub fn sanitise(bytes: &[u8], limit: usize, one_line: bool) -> String {
    // Plain printable ASCII is by far the most frequent and needs no scanner.
    if bytes.len() <= limit && bytes.iter().all(|b| (0x20..0x7f).contains(b)) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut out = String::with_capacity(bytes.len().min(limit * 2));
    let mut marked = false;
    for (count, token) in Scanner::new(bytes)
        .filter(|t| !matches!(t, Token::Sgr(_)))
        .enumerate()
    {
        if count == limit {
            out.push('…');
            break;
        }
        match token {
            Token::Char('\t' | '\n') if one_line => {
                out.push(' ');
                marked = false;
            }
            Token::Char(c) => {
                out.push(c);
                marked = c == MARK;
            }
            Token::Dropped | Token::Sgr(_) => {
                if !marked {
                    out.push(MARK);
                }
                marked = true;
            }
        }
    }
    out
}

impl Default for Text {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// One line, as [`Text::line`].
impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::line(text)
    }
}

/// One line, as [`Text::line`].
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::line(text)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// What is read back from a file or a wire is text from outside like any other.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::block(String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_what_it_takes() {
        assert_eq!(Text::line("plain"), "plain");
        assert_eq!(Text::line("a\x1b]52;c;aGk=\x07b"), "a\u{fffd}b");
        assert_eq!(Text::line("a\x1b[2J\x1b[Hb\r\nc"), "a\u{fffd}b\u{fffd} c");
        assert_eq!(Text::block("a\tb\nc"), "a\tb\nc");
        assert_eq!(
            Text::line("\x1b[31mred\x1b[0m"),
            "red",
            "colour alone leaves no mark"
        );
        assert_eq!(
            Text::line(vec![b'x'; 10_000]).chars().count(),
            LINE_LIMIT + 1
        );
    }

    proptest! {
        #[test]
        fn nothing_unsafe_survives(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let once = sanitise(&bytes, BLOCK_LIMIT, false);
            prop_assert!(once.chars().all(crate::ansi::is_showable));
            prop_assert_eq!(&sanitise(once.as_bytes(), BLOCK_LIMIT, false), &once);
            let line = sanitise(&bytes, LINE_LIMIT, true);
            prop_assert!(!line.contains(['\n', '\t', '\x1b']));
        }

        #[test]
        fn hostile_text_is_harmless(text in "[\\x1b\\x07\\x9b\\]\\[P;0-9mhABc\u{202e}\u{200b}\u{fffd}]{0,40}") {
            let once = sanitise(text.as_bytes(), LINE_LIMIT, true);
            prop_assert!(once.chars().all(crate::ansi::is_showable));
            prop_assert_eq!(&sanitise(once.as_bytes(), LINE_LIMIT, true), &once);
        }
    }
}
