//! A scanner for terminal output: printable characters, colours (SGR), and everything else, which is dropped whole.
//!
//! Source of the grammar: ECMA-48 (control sequences), the xterm control sequences page, and the state machine of
//! <https://vt100.net/emu/dec_ansi_parser>. Both the sanitiser and the log colours are built on it, so that there is
//! one opinion of what an escape sequence is.

use serde::{Deserialize, Serialize};

/// What the scanner found, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A character that may be shown.
    Char(char),
    /// A colour or weight change (CSI … m) with its parameters; at most 16, each capped at 65535.
    Sgr(Vec<u16>),
    /// Something that must not reach a terminal: a control character, a whole escape sequence, invalid UTF-8, a
    /// bidirectional override or a zero-width character.
    Dropped,
}

/// Whether a decoded character may be shown as it is.
///
/// Refused: C0 and DEL (tab and newline pass), C1, bidirectional controls (they reorder what a reader sees),
/// zero-width and other invisible format characters, line and paragraph separators, private tags.
pub fn is_showable(c: char) -> bool {
    match c {
        '\t' | '\n' => true,
        // Controls.
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        // Invisible: soft hyphen, joiners, fillers, variation selectors, shorthand and musical controls, tags.
        | '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
        // Direction, zero width, line and paragraph separators.
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' => false,
        _ => true,
    }
}

/// Scans bytes into tokens; never fails, whatever it is fed. Each call starts in the ground state.
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// A scanner over `bytes`, which need not be UTF-8.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Decodes one character at the current place; `None` when the bytes there are not UTF-8 (one byte is skipped).
    fn decode(&mut self) -> Option<char> {
        let rest = &self.bytes[self.at..];
        let window = &rest[..rest.len().min(4)];
        let valid = match std::str::from_utf8(window) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
        };
        if let Some(c) = valid.chars().next() {
            self.at += c.len_utf8();
            Some(c)
        } else {
            self.at += 1;
            None
        }
    }

    /// After ESC: the whole sequence that follows.
    fn escape(&mut self) -> Token {
        match self.bytes.get(self.at) {
            Some(b'[') => {
                self.at += 1;
                self.control_sequence()
            }
            Some(b']' | b'P' | b'X' | b'^' | b'_') => {
                self.at += 1;
                self.string();
                Token::Dropped
            }
            Some(0x20..=0x2f) => {
                while matches!(self.bytes.get(self.at), Some(0x20..=0x2f)) {
                    self.at += 1;
                }
                if matches!(self.bytes.get(self.at), Some(0x30..=0x7e)) {
                    self.at += 1;
                }
                Token::Dropped
            }
            Some(0x30..=0x7e) => {
                self.at += 1;
                Token::Dropped
            }
            _ => Token::Dropped,
        }
    }

    /// After CSI: parameters, intermediates and the final byte. A sequence broken off by another control ends there.
    fn control_sequence(&mut self) -> Token {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(0x20..=0x3f)) {
            self.at += 1;
        }
        let parameters = &self.bytes[start..self.at];
        match self.bytes.get(self.at) {
            Some(b'm') => {
                self.at += 1;
                if parameters
                    .iter()
                    .all(|b| b.is_ascii_digit() || matches!(b, b';' | b':'))
                {
                    Token::Sgr(numbers(parameters))
                } else {
                    Token::Dropped
                }
            }
            Some(0x40..=0x7e) => {
                self.at += 1;
                Token::Dropped
            }
            _ => Token::Dropped,
        }
    }

    /// A string sequence (OSC, DCS, SOS, PM, APC) up to BEL, ST, a lone ESC or the end.
    fn string(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                0x07 | 0x18 | 0x1a => {
                    self.at += 1;
                    return;
                }
                0x1b => {
                    if self.bytes.get(self.at + 1) == Some(&b'\\') {
                        self.at += 2;
                    }
                    return;
                }
                // C1 string terminator as UTF-8 (0xc2 0x9c).
                0xc2 if self.bytes.get(self.at + 1) == Some(&0x9c) => {
                    self.at += 2;
                    return;
                }
                // A string never spans lines here: what follows a newline is text again, so that an unfinished
                // sequence in one line of a log cannot swallow the lines behind it.
                b'\n' => return,
                _ => self.at += 1,
            }
        }
    }
}

/// The decimal parameters of a control sequence; an empty one is 0.
fn numbers(parameters: &[u8]) -> Vec<u16> {
    parameters
        .split(|b| matches!(b, b';' | b':'))
        .take(16)
        .map(|digits| {
            digits.iter().fold(0_u16, |n, d| {
                n.saturating_mul(10).saturating_add(u16::from(d - b'0'))
            })
        })
        .collect()
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if self.at >= self.bytes.len() {
            return None;
        }
        Some(match self.decode() {
            Some('\u{1b}') => self.escape(),
            Some('\u{9b}') => self.control_sequence(),
            Some('\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}') => {
                self.string();
                Token::Dropped
            }
            Some(c) if is_showable(c) => Token::Char(c),
            Some(_) | None => Token::Dropped,
        })
    }
}

/// A colour as a program asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Colour {
    /// One of the terminal's 256 palette entries.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The pen that text is written with: what SGR has set so far.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the attributes of a terminal are independent of each other"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Pen {
    /// Foreground; `None` is the terminal's own.
    pub foreground: Option<Colour>,
    /// Background; `None` is the terminal's own.
    pub background: Option<Colour>,
    /// Bold.
    pub bold: bool,
    /// Faint.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
}

impl Pen {
    /// Applies one SGR sequence. Blink, conceal and reverse are ignored: text must not blink or hide.
    pub fn apply(&mut self, parameters: &[u16]) {
        let mut rest = parameters;
        while let Some((&code, tail)) = rest.split_first() {
            rest = tail;
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                30..=37 => self.foreground = Some(Colour::Indexed((code - 30) as u8)),
                38 => self.foreground = extended(&mut rest).or(self.foreground),
                39 => self.foreground = None,
                40..=47 => self.background = Some(Colour::Indexed((code - 40) as u8)),
                48 => self.background = extended(&mut rest).or(self.background),
                49 => self.background = None,
                90..=97 => self.foreground = Some(Colour::Indexed((code - 90 + 8) as u8)),
                100..=107 => self.background = Some(Colour::Indexed((code - 100 + 8) as u8)),
                _ => {}
            }
        }
    }
}

/// The colour after 38 or 48: `5;n` or `2;r;g;b`; out of range is no colour.
fn extended(rest: &mut &[u16]) -> Option<Colour> {
    let byte = |n: u16| u8::try_from(n).ok();
    match **rest {
        [5, n, ..] => {
            *rest = &rest[2..];
            Some(Colour::Indexed(byte(n)?))
        }
        [2, r, g, b, ..] => {
            *rest = &rest[4..];
            Some(Colour::Rgb(byte(r)?, byte(g)?, byte(b)?))
        }
        _ => {
            *rest = &[];
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        Scanner::new(bytes)
            .filter_map(|t| {
                if let Token::Char(c) = t {
                    Some(c)
                } else {
                    None
                }
            })
            .collect()
    }

    #[test]
    fn sequences_go_whole() {
        assert_eq!(shown(b"a\x1b]52;c;aGk=\x07b"), "ab");
        assert_eq!(
            shown(b"a\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\b"),
            "alinkb"
        );
        assert_eq!(shown(b"a\x1bP1$r0m\x1b\\b\x1b[2J\x1b[?25l\x1b(Bc"), "abc");
        assert_eq!(shown("a\u{9b}31mb\u{202e}c\u{200b}d".as_bytes()), "abcd");
        assert_eq!(shown(b"a\x1b]0;unfinished\nnext"), "a\nnext");
        assert_eq!(shown(b"a\xff\xfe\xc3b\x1b"), "ab");
    }

    #[test]
    fn colours_are_followed() {
        let mut pen = Pen::default();
        for token in Scanner::new(b"\x1b[1;31;48;5;20m") {
            if let Token::Sgr(parameters) = token {
                pen.apply(&parameters);
            }
        }
        assert_eq!(pen.foreground, Some(Colour::Indexed(1)));
        assert_eq!(pen.background, Some(Colour::Indexed(20)));
        assert!(pen.bold);
        pen.apply(&[38, 2, 1, 2, 3]);
        assert_eq!(pen.foreground, Some(Colour::Rgb(1, 2, 3)));
        pen.apply(&[38, 5]);
        assert_eq!(
            pen.foreground,
            Some(Colour::Rgb(1, 2, 3)),
            "a broken sequence changes nothing"
        );
        pen.apply(&[0]);
        assert_eq!(pen, Pen::default());
    }
}
