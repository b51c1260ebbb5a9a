//! What a line's text is searched for: a literal, a regular expression, or letters in order.

use std::ops::Range;

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};

use super::QueryError;
use crate::logs::buffer::Trigrams;

/// The most bytes a compiled regular expression may take.
const REGEX_LIMIT: usize = 1 << 20;

/// A compiled pattern. Upper-case letters in it make it heed case; without one it does not ("smart case").
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    matcher: Matcher,
    trigrams: Trigrams,
}

#[derive(Debug, Clone)]
enum Matcher {
    /// Found with the processor's wide instructions.
    Literal(Box<Finder<'static>>),
    /// `across` is whether a search over many lines at once finds what a search in each would.
    Regex { regex: Regex, across: bool },
    /// All of these, in order, with anything between.
    Fuzzy {
        letters: Box<[char]>,
        heed_case: bool,
    },
}

impl Pattern {
    /// A text that is looked for as it stands.
    pub(super) fn literal(text: &str) -> Result<Self, QueryError> {
        let trigrams = Trigrams::of_literal(text);
        let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic()) || !text.is_ascii();
        if heeds_case(text) || !letters {
            return Ok(Self {
                matcher: Matcher::Literal(Box::new(Finder::new(text).into_owned())),
                trigrams,
            });
        }
        // ASCII's case alone for an ASCII text: Unicode's would also match the Kelvin sign, which the trigrams lack.
        let flags = if text.is_ascii() { "(?i-u)" } else { "(?i)" };
        let regex = build(&format!("{flags}{}", regex::escape(text)), false)?;
        Ok(Self {
            matcher: Matcher::Regex {
                regex,
                across: true,
            },
            trigrams,
        })
    }

    /// A regular expression in the syntax of <https://docs.rs/regex>.
    pub(super) fn regex(text: &str) -> Result<Self, QueryError> {
        let regex = build(text, !heeds_case(&without_escapes(text)))?;
        let across = !text.contains(r"\A") && !text.contains(r"\z") && !text.contains("(?");
        Ok(Self {
            matcher: Matcher::Regex { regex, across },
            trigrams: Trigrams::default(),
        })
    }

    /// Letters in order, with anything between them.
    pub(super) fn fuzzy(text: &str) -> Self {
        let heed_case = heeds_case(text);
        let letters = text.chars().filter(|c| !c.is_whitespace()).collect();
        Self {
            matcher: Matcher::Fuzzy { letters, heed_case },
            trigrams: Trigrams::default(),
        }
    }

    /// The groups of letters without which nothing matches.
    pub(super) const fn trigrams(&self) -> &Trigrams {
        &self.trigrams
    }

    /// Whether a line matches.
    pub(super) fn is_match(&self, line: &str) -> bool {
        match &self.matcher {
            Matcher::Literal(finder) => finder.find(line.as_bytes()).is_some(),
            Matcher::Regex { regex, .. } => regex.is_match(line),
            Matcher::Fuzzy { letters, heed_case } => fuzzy(line, letters, *heed_case, &mut |_| ()),
        }
    }

    /// Hands on the byte at which a match begins in each matching line of `text` (lines ended by newlines), or any
    /// byte of such a line; `from` and what is handed on count from the beginning of `text`.
    pub(super) fn search(&self, text: &str, from: usize, mut take: impl FnMut(usize)) {
        let mut at = from;
        while at < text.len() {
            let found = match &self.matcher {
                Matcher::Literal(finder) => {
                    finder.find(&text.as_bytes()[at..]).map(|found| at + found)
                }
                Matcher::Regex {
                    regex,
                    across: true,
                } => regex.find_at(text, at).map(|found| found.start()),
                Matcher::Regex { across: false, .. } | Matcher::Fuzzy { .. } => Some(at),
            };
            // An empty match behind the last newline is in no line.
            let Some(found) = found.filter(|found| *found < text.len()) else {
                return;
            };
            let end = memchr::memchr(b'\n', &text.as_bytes()[found..])
                .map_or(text.len(), |end| found + end);
            if matches!(self.matcher, Matcher::Literal(_)) {
                take(found);
            } else {
                // A match over many lines may span two of them, or hang on what is before the line.
                let start = memchr::memrchr(b'\n', &text.as_bytes()[..found])
                    .map_or(0, |newline| newline + 1);
                if self.is_match(&text[start..end]) {
                    take(start);
                }
            }
            at = end + 1;
        }
    }

    /// Where a line matches: byte ranges, rising, at most 64.
    pub(super) fn ranges(&self, line: &str) -> Vec<Range<usize>> {
        match &self.matcher {
            Matcher::Literal(finder) => {
                let length = finder.needle().len();
                finder
                    .find_iter(line.as_bytes())
                    .map(|at| at..at + length)
                    .take(64)
                    .collect()
            }
            Matcher::Regex { regex, .. } => regex
                .find_iter(line)
                .map(|found| found.range())
                .filter(|range| !range.is_empty())
                .take(64)
                .collect(),
            Matcher::Fuzzy { letters, heed_case } => {
                let mut ranges = Vec::new();
                if fuzzy(line, letters, *heed_case, &mut |range| ranges.push(range)) {
                    ranges
                } else {
                    Vec::new()
                }
            }
        }
    }
}

fn build(text: &str, ignore_case: bool) -> Result<Regex, QueryError> {
    RegexBuilder::new(text)
        .case_insensitive(ignore_case)
        .multi_line(true)
        .size_limit(REGEX_LIMIT)
        .build()
        .map_err(|error| QueryError::regex(text, &error))
}

fn heeds_case(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

/// A regular expression without `\S`, `\W` and the like, whose capitals are not the operator's.
fn without_escapes(text: &str) -> String {
    let mut escaped = false;
    text.chars()
        .filter(|c| {
            let drop = escaped;
            escaped = !escaped && *c == '\\';
            !drop
        })
        .collect()
}

fn fuzzy(
    line: &str,
    letters: &[char],
    heed_case: bool,
    take: &mut dyn FnMut(Range<usize>),
) -> bool {
    let mut wanted = letters.iter();
    let mut next = wanted.next();
    for (at, c) in line.char_indices() {
        let Some(letter) = next else { break };
        if c == *letter || (!heed_case && c.to_lowercase().eq(letter.to_lowercase())) {
            take(at..at + c.len_utf8());
            next = wanted.next();
        }
    }
    next.is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines_found(pattern: &Pattern, text: &str) -> Vec<usize> {
        let mut lines = Vec::new();
        pattern.search(text, 0, |at| lines.push(text[..at].matches('\n').count()));
        lines
    }

    #[test]
    fn smart_case() {
        let found = |pattern: &str, line: &str| {
            Pattern::literal(pattern).is_ok_and(|pattern| pattern.is_match(line))
        };
        assert!(found("error", "an ERROR here"));
        assert!(!found("Error", "an ERROR here"));
        assert!(found("größe", "GRÖSSE GRÖßE"));
        assert!(found("1.3%", "wrote 214 buffers (1.3%)"));
        assert!(
            Pattern::regex(r"\S+ tim\w+")
                .is_ok_and(|pattern| pattern.is_match("upstream TIMED out"))
        );
    }

    #[test]
    fn fuzzy_wants_the_letters_in_order() {
        assert!(Pattern::fuzzy("upto").is_match("upstream timed out"));
        assert!(!Pattern::fuzzy("otpu").is_match("upstream"));
        assert_eq!(Pattern::fuzzy("pé").ranges("spé"), [1..2, 2..4]);
    }

    #[test]
    fn a_bad_expression_says_so() {
        let error = Pattern::regex("a(b")
            .map(|_| ())
            .map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("unclosed group")));
    }

    proptest! {
        /// A search over a whole block finds exactly the lines that match each by itself.
        #[test]
        fn over_many_lines_as_in_each(
            lines in proptest::collection::vec("[abAB ]{0,6}", 1..12),
            kind in prop_oneof![
                Just("a"), Just("Ab"), Just("^a"), Just("b$"), Just("a[^b]b"), Just(r"\s+a"), Just("a*"), Just(r"\Aa"),
                Just(r"b\z"), Just("^$"), Just("(?s)a.b"), Just(r"\n"),
            ],
            regex in any::<bool>(),
        ) {
            let pattern = if regex { Pattern::regex(kind) } else { Pattern::literal(kind) };
            let pattern = pattern.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            let each: Vec<usize> = (0..lines.len()).filter(|index| pattern.is_match(&lines[*index])).collect();
            prop_assert_eq!(lines_found(&pattern, &text), each);
        }
    }
}
