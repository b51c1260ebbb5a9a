//! The filter of a list: plain text, `!` for the inverse, `~` for fuzzy.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// A filter as it is typed. Several words must all occur; upper-case letters in a word make it count case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    text: String,
}

impl Filter {
    /// Takes what was typed.
    pub fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.text.trim_start_matches(['!', '~']).trim().is_empty()
    }

    /// The texts it lets through, in their order: a test to be asked for each. Made once for a whole list, because a
    /// fuzzy match needs room of its own.
    pub fn test(&self) -> Test {
        let (inverse, rest) = match self.text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, self.text.as_str()),
        };
        let kind = match rest.strip_prefix('~') {
            _ if self.is_empty() => Kind::Everything,
            Some(fuzzy) => Kind::Fuzzy(Box::new(Fuzzy::new(fuzzy))),
            None => Kind::Words(rest.split_whitespace().map(Word::new).collect()),
        };
        Test { inverse, kind }
    }
}

/// A filter made ready; see [`Filter::test`].
pub struct Test {
    inverse: bool,
    kind: Kind,
}

enum Kind {
    Everything,
    Words(Vec<Word>),
    Fuzzy(Box<Fuzzy>),
}

struct Word {
    text: String,
    case: bool,
}

impl Word {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            case: text.chars().any(char::is_uppercase),
        }
    }

    fn is_in(&self, text: &str, lower: &str) -> bool {
        if self.case {
            text.contains(&self.text)
        } else {
            lower.contains(&self.text)
        }
    }
}

impl Test {
    /// Whether the filter lets this text through.
    pub fn passes(&mut self, text: &str) -> bool {
        let hit = match &mut self.kind {
            Kind::Everything => return true,
            Kind::Words(words) => {
                let lower = text.to_lowercase();
                words.iter().all(|word| word.is_in(text, &lower))
            }
            Kind::Fuzzy(fuzzy) => fuzzy.score(text).is_some(),
        };
        hit != self.inverse
    }
}

/// A fuzzy search, for the palette as well.
pub struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    room: Vec<char>,
}

impl Fuzzy {
    /// Searches for this.
    pub fn new(text: &str) -> Self {
        Self {
            pattern: Pattern::parse(text, CaseMatching::Smart, Normalization::Smart),
            matcher: Matcher::new(Config::DEFAULT),
            room: Vec::new(),
        }
    }

    /// How well a text fits, greater is better; `None` when it does not.
    pub fn score(&mut self, text: &str) -> Option<u32> {
        self.pattern
            .score(Utf32Str::new(text, &mut self.room), &mut self.matcher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(filter: &str, text: &str) -> bool {
        let mut made = Filter::default();
        made.set(filter);
        made.test().passes(text)
    }

    #[test]
    fn words_inverse_and_fuzzy() {
        assert!(passes("", "anything"));
        assert!(
            passes("!", "anything"),
            "an inverse of nothing yet lets all through while typing"
        );
        assert!(passes("app acme", "acme/app on aurora"));
        assert!(!passes("app beta", "acme/app on aurora"));
        assert!(passes("ACME", "ACME/app") && !passes("ACME", "acme/app"));
        assert!(passes("!postgres", "redis") && !passes("!postgres", "postgres"));
        assert!(passes("~opwb", "open-webui") && !passes("~opwb", "postgres"));
        assert!(!passes("!~opwb", "open-webui"));
    }
}
