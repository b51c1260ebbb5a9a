//! The filter's text, taken apart.
//!
//! ```text
//! connection refused        a text, as it stands, spaces included; heeds case when it has a capital
//! /time(d )?out/            a regular expression
//! ~ctmout                   letters in order
//! !healthz  !/GET \d+/      not this (the text ends with the word)
//! level:warn  level=error   at least, exactly
//! status=502  dur>30        a field of JSON or logfmt; msg="disk full" with spaces
//! @caddy                    a source whose name holds this
//! "level:warn"              quoted: a text
//! ```
//! Several terms must all hold; words that follow each other are one text.

use vocab::{Level, Text};

use super::field::{FieldTerm, Relation};
use super::pattern::Pattern;
use super::{LevelTerm, Query, QueryError, SourceTerm, TextTerm};

/// Parses a filter's text.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    let mut query = Query {
        shown: Text::line(text.trim()),
        ..Query::default()
    };
    let mut phrase = String::new();
    for token in tokens(text) {
        let plain = token.kind == TokenKind::Word && !token.inverse && !is_term(&token.text);
        if plain {
            if !phrase.is_empty() {
                phrase.push_str(token.gap);
            }
            phrase.push_str(&token.text);
            continue;
        }
        push_phrase(&mut query, &mut phrase)?;
        push_token(&mut query, &token)?;
    }
    push_phrase(&mut query, &mut phrase)?;
    Ok(query)
}

fn push_phrase(query: &mut Query, phrase: &mut String) -> Result<(), QueryError> {
    if !phrase.is_empty() {
        query.texts.push(TextTerm {
            pattern: Pattern::literal(phrase)?,
            inverse: false,
        });
        phrase.clear();
    }
    Ok(())
}

fn push_token(query: &mut Query, token: &Token<'_>) -> Result<(), QueryError> {
    let inverse = token.inverse;
    if token.text.is_empty() {
        return Ok(());
    }
    let pattern = match token.kind {
        TokenKind::Quoted => Pattern::literal(&token.text)?,
        TokenKind::Regex => Pattern::regex(&token.text)?,
        TokenKind::Fuzzy => Pattern::fuzzy(&token.text),
        TokenKind::Word => {
            if let Some(name) = source_of(&token.text) {
                query.sources.push(SourceTerm {
                    name: name.to_lowercase(),
                    inverse,
                });
                return Ok(());
            }
            if let Some(level) = level_of(&token.text) {
                query.levels.push((level, inverse));
                return Ok(());
            }
            if let Some((name, relation, value)) = field_of(&token.text) {
                query
                    .fields
                    .push(FieldTerm::new(name, relation, value, inverse)?);
                return Ok(());
            }
            Pattern::literal(&token.text)?
        }
    };
    query.texts.push(TextTerm { pattern, inverse });
    Ok(())
}

fn is_term(word: &str) -> bool {
    source_of(word).is_some() || level_of(word).is_some() || field_of(word).is_some()
}

fn source_of(word: &str) -> Option<&str> {
    word.strip_prefix('@').filter(|name| !name.is_empty())
}

fn level_of(word: &str) -> Option<LevelTerm> {
    let rest = word.strip_prefix("level")?;
    let (exact, name) = match rest.strip_prefix(':').or_else(|| rest.strip_prefix(">=")) {
        Some(name) => (false, name),
        None => (true, rest.strip_prefix('=')?),
    };
    let level = match name.to_ascii_lowercase().as_str() {
        "trace" => Level::Trace,
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warn" | "warning" => Level::Warn,
        "error" | "err" => Level::Error,
        "fatal" | "critical" => Level::Fatal,
        _ => return None,
    };
    Some(if exact {
        LevelTerm::Exactly(level)
    } else {
        LevelTerm::AtLeast(level)
    })
}

/// The longer signs first.
const RELATIONS: [(&str, Relation); 5] = [
    (">=", Relation::NotBelow),
    ("<=", Relation::NotAbove),
    ("=", Relation::Is),
    (">", Relation::Above),
    ("<", Relation::Below),
];

fn field_of(word: &str) -> Option<(&str, Relation, &str)> {
    let at = word
        .find(|c: char| !c.is_ascii_alphanumeric() && !"_-.@".contains(c))
        .filter(|at| *at > 0)?;
    let (name, rest) = word.split_at(at);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let (relation, value) = RELATIONS
        .iter()
        .find_map(|(sign, relation)| rest.strip_prefix(sign).map(|value| (*relation, value)))?;
    let fits = !value.is_empty()
        && (relation == Relation::Is || value.parse::<f64>().is_ok_and(f64::is_finite));
    fits.then_some((name, relation, value))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenKind {
    Word,
    Quoted,
    Regex,
    Fuzzy,
}

struct Token<'a> {
    kind: TokenKind,
    text: String,
    inverse: bool,
    /// The space before it.
    gap: &'a str,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let gap = &rest[..rest.len() - trimmed.len()];
        rest = trimmed;
        if rest.is_empty() {
            return out;
        }
        let inverse =
            rest.len() > 1 && rest.starts_with('!') && !rest[1..].starts_with(char::is_whitespace);
        rest = &rest[usize::from(inverse)..];
        let (kind, taken, tail) = token(rest);
        rest = tail;
        out.push(Token {
            kind,
            text: taken,
            inverse,
            gap,
        });
    }
}

/// One token and what follows it.
fn token(text: &str) -> (TokenKind, String, &str) {
    if let Some(body) = text.strip_prefix('"') {
        let (taken, tail) = body.split_once('"').unwrap_or((body, ""));
        return (TokenKind::Quoted, taken.to_owned(), tail);
    }
    if let Some(body) = text.strip_prefix('/')
        && let Some((taken, tail)) = until_slash(body)
    {
        return (TokenKind::Regex, taken.replace(r"\/", "/"), tail);
    }
    let (word, tail) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    if let Some((name, value)) = text
        .split_once("=\"")
        .filter(|(name, _)| name.len() < word.len())
    {
        let (value, tail) = value.split_once('"').unwrap_or((value, ""));
        return (TokenKind::Word, format!("{name}={value}"), tail);
    }
    match word.strip_prefix('~').filter(|letters| !letters.is_empty()) {
        Some(letters) => (TokenKind::Fuzzy, letters.to_owned(), tail),
        None => (TokenKind::Word, word.to_owned(), tail),
    }
}

/// Up to a slash that ends a word and is not escaped; a path such as `/api/users` has none.
fn until_slash(body: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        let tail = &body[at + c.len_utf8()..];
        if c == '/'
            && !escaped
            && at > 0
            && (tail.is_empty() || tail.starts_with(char::is_whitespace))
        {
            return Some((&body[..at], tail));
        }
        escaped = c == '\\' && !escaped;
    }
    None
}
