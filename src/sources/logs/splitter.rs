//! Cuts a stream of bytes into lines, in memory that does not grow with a line's length.

use vocab::styled::STYLED_LIMIT;

/// Room at the end of a cut line for the words that say how much was cut.
const CUT_WORDS: usize = 40;

/// Keeps the line that is not at its end yet.
#[derive(Debug)]
pub(super) struct Splitter {
    line: Vec<u8>,
    limit: usize,
    cut: usize,
}

impl Splitter {
    /// For lines that are shown: at most as long as may be shown, with a note of what was cut.
    pub(super) const fn new() -> Self {
        Self::with_limit(STYLED_LIMIT - CUT_WORDS)
    }

    /// For lines of at most `limit` bytes.
    pub(super) const fn with_limit(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            limit,
            cut: 0,
        }
    }

    /// Takes bytes in, and hands on each line that is at its end, without the newline.
    pub(super) fn push(&mut self, bytes: &[u8], mut take: impl FnMut(Vec<u8>)) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (part, ends) = part
                .strip_suffix(b"\n")
                .map_or((part, false), |part| (part, true));
            let kept = part.len().min(self.limit - self.line.len());
            self.line.extend_from_slice(&part[..kept]);
            self.cut += part.len() - kept;
            if ends {
                take(self.finish());
            }
        }
    }

    /// The line that has no end, if there is one: the rest of a file, or of what was there before it was replaced.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        (!self.line.is_empty()).then(|| self.finish())
    }

    fn finish(&mut self) -> Vec<u8> {
        let mut line = std::mem::take(&mut self.line);
        let cut = std::mem::take(&mut self.cut);
        if cut > 0 {
            line.extend_from_slice(format!(" … {cut} bytes cut").as_bytes());
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vocab::StyledText;

    use super::*;

    #[test]
    fn a_line_without_end_takes_no_more_than_it_may() {
        let mut splitter = Splitter::new();
        let mut lines = Vec::new();
        for _ in 0..1_000 {
            splitter.push(&[b'x'; 10_000], |line| lines.push(line));
            assert!(splitter.line.capacity() <= 2 * STYLED_LIMIT);
        }
        splitter.push(b"\nnext\n", |line| lines.push(line));
        let shown = StyledText::new(&lines[0]);
        let cut = 10_000_000 - (STYLED_LIMIT - CUT_WORDS);
        assert!(shown.as_str().ends_with(&format!("x … {cut} bytes cut")));
        assert_eq!(lines[1], b"next");
    }

    proptest! {
        #[test]
        fn however_the_bytes_arrive(text in "[a-c\n]{0,60}", size in 1_usize..9) {
            let mut splitter = Splitter::new();
            let mut lines = Vec::new();
            for part in text.as_bytes().chunks(size) {
                splitter.push(part, |line| lines.push(String::from_utf8_lossy(&line).into_owned()));
            }
            lines.extend(splitter.rest().map(|line| String::from_utf8_lossy(&line).into_owned()));
            let expected: Vec<String> = text.lines().map(str::to_owned).collect();
            prop_assert_eq!(lines, expected);
        }
    }
}
