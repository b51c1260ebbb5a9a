//! From the bytes of a line to what may be shown: sanitised, secrets masked, its level recognised.

use vocab::ansi::Pen;
use vocab::mask::{mask, might_hold_secret};
use vocab::{Level, LogItem, LogLine, Output, StyledText, Text, Time};
use world::logs::level;

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawLine {
    /// When it was written, as far as is known.
    pub(super) at: Time,
    /// Which output.
    pub(super) output: Output,
    /// How grave, where the source says so itself.
    pub(super) level: Option<Level>,
    /// Its bytes without the newline, at most as long as [`vocab::styled::STYLED_LIMIT`].
    pub(super) bytes: Vec<u8>,
}

/// What waits in an outbox.
#[derive(Debug)]
pub(super) enum RawItem {
    Line(RawLine),
    Gap { at: Time, reason: Text },
}

impl RawItem {
    /// Bytes it takes, about.
    pub(super) const fn bytes(&self) -> usize {
        match self {
            Self::Line(line) => line.bytes.len() + size_of::<RawLine>(),
            Self::Gap { .. } => size_of::<Self>(),
        }
    }

    /// As it is delivered.
    pub(super) fn finish(self) -> LogItem {
        match self {
            Self::Gap { at, reason } => LogItem::Gap { at, reason },
            Self::Line(line) => {
                let bytes = line.bytes.strip_suffix(b"\r").unwrap_or(&line.bytes);
                let text = masked(StyledText::new(bytes));
                let level = line
                    .level
                    .unwrap_or_else(|| level::recognise(text.as_str()));
                LogItem::Line(LogLine {
                    at: line.at,
                    output: line.output,
                    level,
                    text,
                })
            }
        }
    }
}

/// With the secrets in it masked. Colours before the first and behind the last secret stay where they were; those
/// between begin behind it.
fn masked(text: StyledText) -> StyledText {
    if !might_hold_secret(text.as_str()) {
        return text;
    }
    let shown = mask(text.as_str());
    if shown == text.as_str() {
        return text;
    }
    let (old, new) = (text.as_str().as_bytes(), shown.as_bytes());
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(room)
        .take_while(|(a, b)| a == b)
        .count();
    let moved = |(at, pen): &(u32, Pen)| {
        let at = *at as usize;
        let at = if at <= head {
            at
        } else {
            new.len() - tail + at.saturating_sub(old.len() - tail)
        };
        (at as u32, *pen)
    };
    StyledText::from_parts(&shown, text.pens().iter().map(moved).collect())
}

#[cfg(test)]
mod tests {
    use vocab::ansi::Colour;

    use super::*;

    fn finished(bytes: &[u8]) -> LogLine {
        let line = RawLine {
            at: Time(1),
            output: Output::Out,
            level: None,
            bytes: bytes.to_vec(),
        };
        match RawItem::Line(line).finish() {
            LogItem::Line(line) => line,
            LogItem::Gap { .. } => panic!("a line stays a line"),
        }
    }

    #[test]
    fn secrets_go_and_colours_stay() {
        let line = finished(b"\x1b[31mERROR\x1b[0m login with password=\x1b[1mhunter2\x1b[0m \x1b[32mfailed\x1b[0m\r");
        assert_eq!(
            line.text.as_str(),
            "ERROR login with password=•••••••• failed"
        );
        assert_eq!(line.level, Level::Error);
        let coloured: Vec<_> = line
            .text
            .pieces()
            .filter_map(|(pen, text)| pen.foreground.map(|colour| (colour, text)))
            .collect();
        assert_eq!(
            coloured,
            [
                (Colour::Indexed(1), "ERROR"),
                (Colour::Indexed(2), "failed")
            ]
        );
    }

    #[test]
    fn a_usual_line_passes() {
        let line = finished("GET /größe 200".as_bytes());
        assert_eq!(
            (line.text.as_str(), line.level),
            ("GET /größe 200", Level::Unknown)
        );
    }
}
