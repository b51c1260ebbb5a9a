//! Text from outside whose colours are kept, and nothing else of what a terminal would obey.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ansi::{Pen, Scanner, Token};
use crate::text::{MARK, Text};

/// The most bytes a line keeps; what is cut leaves a mark that says how much.
pub const STYLED_LIMIT: usize = 16 * 1024;

/// Room for the words that say how much was cut.
const CUT_NOTE: usize = 48;

/// One line, sanitised as [`Text`] is, with colour changes kept beside it as (byte offset, pen) pairs. It never holds an
/// escape character, so it is as safe to print as [`Text`].
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct StyledText {
    text: Box<str>,
    pens: Box<[(u32, Pen)]>,
}

impl StyledText {
    /// Sanitises one line of at most [`STYLED_LIMIT`] bytes; tabs become two spaces.
    pub fn new(bytes: &[u8]) -> Self {
        Self::within(bytes, STYLED_LIMIT)
    }

    fn within(bytes: &[u8], limit: usize) -> Self {
        if bytes.len() <= limit && bytes.iter().all(|b| (0x20..0x7f).contains(b)) {
            return Self {
                text: String::from_utf8_lossy(bytes).into(),
                pens: Box::default(),
            };
        }
        let cut = bytes.len().saturating_sub(limit);
        let mut text = String::with_capacity(bytes.len().min(limit + 32));
        let mut pens = Vec::new();
        let mut pen = Pen::default();
        for token in Scanner::new(&bytes[..bytes.len() - cut]) {
            match token {
                Token::Char('\t') => text.push_str("  "),
                Token::Char('\n') => text.push(' '),
                Token::Char(c) => text.push(c),
                Token::Sgr(parameters) => {
                    let before = pen;
                    pen.apply(&parameters);
                    if pen != before {
                        push_pen(&mut pens, text.len() as u32, pen);
                    }
                }
                Token::Dropped if text.ends_with(MARK) => {}
                Token::Dropped => text.push(MARK),
            }
        }
        if cut > 0 {
            if pen != Pen::default() {
                push_pen(&mut pens, text.len() as u32, Pen::default());
            }
            text.push_str(" … ");
            text.push_str(&cut.to_string());
            text.push_str(" bytes cut");
        }
        Self {
            text: text.into(),
            pens: pens.into(),
        }
    }

    /// From parts that were taken from another one; pens out of order, out of range or inside a character are dropped,
    /// and the text is sanitised again, so a damaged store cannot forge one.
    pub fn from_parts(text: &str, pens: Vec<(u32, Pen)>) -> Self {
        // Tabs and marks make a text longer than the bytes it came from, and one that was cut has a note behind it.
        let mut clean = Self::within(text.as_bytes(), 3 * STYLED_LIMIT + CUT_NOTE);
        if *clean.text == *text {
            let mut last = 0;
            clean.pens = pens
                .into_iter()
                .filter(|(at, _)| {
                    let right = *at >= last && text.is_char_boundary(*at as usize);
                    if right {
                        last = *at;
                    }
                    right
                })
                .collect();
        }
        clean
    }

    /// The text without its colours.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the pen changes: byte offsets into [`Self::as_str`], rising.
    pub fn pens(&self) -> &[(u32, Pen)] {
        &self.pens
    }

    /// The text in pieces of one pen each, in order.
    pub fn pieces(&self) -> impl Iterator<Item = (Pen, &str)> {
        let starts = std::iter::once((0_u32, Pen::default())).chain(self.pens.iter().copied());
        let ends = self
            .pens
            .iter()
            .map(|(at, _)| *at)
            .chain(std::iter::once(self.text.len() as u32));
        starts
            .zip(ends)
            .filter_map(|((start, pen), end)| {
                self.text
                    .get(start as usize..end as usize)
                    .map(|piece| (pen, piece))
            })
            .filter(|(_, piece)| !piece.is_empty())
    }

    /// Without colours, as the type everything else shows.
    pub fn plain(&self) -> Text {
        Text::line(&*self.text)
    }
}

fn push_pen(pens: &mut Vec<(u32, Pen)>, at: u32, pen: Pen) {
    match pens.last_mut() {
        Some(last) if last.0 == at => last.1 = pen,
        _ => pens.push((at, pen)),
    }
}

impl fmt::Debug for StyledText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for StyledText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<&str> for StyledText {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl<'de> Deserialize<'de> for StyledText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Parts {
            text: String,
            pens: Vec<(u32, Pen)>,
        }
        let parts = Parts::deserialize(deserializer)?;
        Ok(Self::from_parts(&parts.text, parts.pens))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ansi::{Colour, is_showable};

    #[test]
    fn colours_stay_and_commands_go() {
        let line = StyledText::new(b"\x1b[31mERROR\x1b[0m disk \x1b[2Jfull\x1b]0;x\x07");
        assert_eq!(line.as_str(), "ERROR disk \u{fffd}full\u{fffd}");
        let pieces: Vec<_> = line
            .pieces()
            .map(|(pen, text)| (pen.foreground, text))
            .collect();
        assert_eq!(
            pieces,
            [
                (Some(Colour::Indexed(1)), "ERROR"),
                (None, " disk \u{fffd}full\u{fffd}")
            ]
        );
    }

    #[test]
    fn a_huge_line_is_cut_and_says_so() {
        let line = StyledText::new(&vec![b'x'; 10_000_000]);
        assert!(line.as_str().len() < STYLED_LIMIT + 40);
        assert!(line.as_str().ends_with("… 9983616 bytes cut"));
    }

    #[test]
    fn parts_make_the_same_line_again() {
        for bytes in [
            b"\x1b[31mERROR\x1b[0m disk \xff\tfull".to_vec(),
            vec![b'x'; 20_000],
            vec![0xff; 20_000],
            vec![b'\t'; 20_000],
        ] {
            let line = StyledText::new(&bytes);
            assert_eq!(
                StyledText::from_parts(line.as_str(), line.pens().to_vec()),
                line
            );
        }
    }

    proptest! {
        #[test]
        fn safe_whatever_comes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let line = StyledText::new(&bytes);
            prop_assert!(line.as_str().chars().all(|c| is_showable(c) && c != '\n' && c != '\t'));
            let joined: String = line.pieces().map(|(_, piece)| piece).collect();
            prop_assert_eq!(joined, line.as_str());
        }
    }
}
