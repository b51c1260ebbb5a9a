//! The names of objects.

use std::fmt;

/// A name: parts of small letters, digits, `.`, `-`, `_` and `T`, `Z` with `/` between; no part begins with a dot or is
/// longer than 200 bytes, and there are at most 8. It is a path in any file system and a key in any bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(String);

impl ObjectName {
    /// Parses by grammar; `None` when it is no such name.
    pub fn new(text: &str) -> Option<Self> {
        let byte = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_TZ".contains(&byte)
        };
        let part = |part: &str| {
            (1..=200).contains(&part.len()) && !part.starts_with('.') && part.bytes().all(byte)
        };
        let fits = text.split('/').count() <= 8 && text.split('/').all(part);
        // This ending is that of what is not finished.
        (fits && !text.ends_with(super::folder::UNFINISHED)).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_where_they_belong() {
        for good in [
            "a",
            "shop.example.com/2026-11-21T140208.112Z-019a/files",
            "a_b/c-1",
        ] {
            assert_eq!(
                ObjectName::new(good).as_ref().map(ObjectName::as_str),
                Some(good)
            );
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/..",
            ".hidden",
            "a\0b",
            "a b",
            "Ä",
            "a.part",
            "a/b/c/d/e/f/g/h/i",
            &"x".repeat(201),
        ] {
            assert_eq!(ObjectName::new(bad), None, "{bad:?}");
        }
    }
}
