//! Masking of secrets in what is shown, stored or exported: environment values by their name, and known token
//! shapes inside any text.

use crate::text::Text;

/// What a masked value shows instead.
pub const MASK: &str = "••••••••";

/// Parts of a variable's name that say its value is a secret.
const SECRET_WORDS: [&str; 16] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
    "AUTH",
    "DSN",
    "SALT",
    "COOKIE",
    "SIGNING",
    "ENCRYPTION_KEY",
];

/// Prefixes that begin a token of a known provider, with the fewest characters that must follow.
const TOKEN_PREFIXES: [(&str, usize); 18] = [
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("rk_live_", 8),
    ("rk_test_", 8),
    ("whsec_", 8),
    ("sk-ant-", 8),
    ("sk-", 20),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghs_", 16),
    ("github_pat_", 16),
    ("glpat-", 12),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("AKIA", 16),
    ("AIza", 30),
    ("eyJ", 30),
    ("npm_", 20),
];

/// Words before a `=` or `:` that say a secret follows, lower case.
const KEY_WORDS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "private_key",
    "client_secret",
    "authorization",
];

/// Whether a variable's value must be masked, judged by its name.
pub fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.ends_with("_KEY")
        || upper.ends_with("_PASS")
        || upper == "PASS"
        || SECRET_WORDS.iter().any(|word| upper.contains(word))
}

/// An environment entry's value as it may be shown: masked by name, or with the secrets inside it masked.
pub fn environment_value(name: &str, value: &str) -> Text {
    if is_secret_name(name) && !value.is_empty() {
        Text::line(MASK)
    } else {
        Text::line(mask(value))
    }
}

/// Masks the secrets of known shape inside a text: tokens by prefix, `password=…` and the like, `Bearer …`, and the
/// password of a URL. Anything else passes unchanged; masking twice changes nothing.
pub fn mask(text: &str) -> String {
    let mut out = String::new();
    let mut copied = 0;
    let mut from = 0;
    // Most lines hold nothing of the kind: they are looked through once, byte by byte, and copied whole.
    while let Some(at) = next_candidate(text.as_bytes(), from) {
        from = at + 1;
        let boundary = !text[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_alphanumeric());
        if boundary && let Some((shown, hidden)) = secret_at(&text[at..]) {
            out.push_str(&text[copied..at + shown]);
            out.push_str(MASK);
            copied = at + shown + hidden;
            from = copied;
        }
    }
    out.push_str(&text[copied..]);
    if might_hold_password(&out) {
        mask_urls(&out)
    } else {
        out
    }
}

/// Whether [`mask`] would change a text, or nearly so: `false` is certain. A tenth of a microsecond for a usual line.
pub fn might_hold_secret(text: &str) -> bool {
    next_candidate(text.as_bytes(), 0).is_some() || might_hold_password(text)
}

/// Whether a URL has a user in it.
fn might_hold_password(text: &str) -> bool {
    text.contains('@') && text.contains("://")
}

/// First three letters of what [`secret_at`] knows, the lower five bits of each, as bit numbers: upper and lower case
/// are the same to it, and so are some other characters, which the words themselves tell apart.
static STARTS: [u64; 512] = {
    let mut set = [0_u64; 512];
    let mut index = 0;
    while index < TOKEN_PREFIXES.len() {
        set = with_start(set, TOKEN_PREFIXES[index].0);
        index += 1;
    }
    index = 0;
    while index < KEY_WORDS.len() {
        set = with_start(set, KEY_WORDS[index]);
        index += 1;
    }
    with_start(set, BEARER)
};

const fn with_start(mut set: [u64; 512], word: &str) -> [u64; 512] {
    let bytes = word.as_bytes();
    let bit = start_bit(start_bit(start_bit(0, bytes[0]), bytes[1]), bytes[2]);
    set[bit / 64] |= 1 << (bit % 64);
    set
}

/// The bit of the last three letters, from that of those before and the next one.
const fn start_bit(before: usize, letter: u8) -> usize {
    (before << 5 | letter as usize & 31) & 0x7fff
}

/// The next place at or behind `from` where one of the known words or prefixes begins.
fn next_candidate(bytes: &[u8], from: usize) -> Option<usize> {
    let mut bit = 0;
    for (index, byte) in bytes.iter().enumerate().skip(from) {
        bit = start_bit(bit, *byte);
        if STARTS[bit / 64] & (1 << (bit % 64)) != 0
            && index >= from + 2
            && begins_known_word(&bytes[index - 2..])
        {
            return Some(index - 2);
        }
    }
    None
}

fn begins_known_word(bytes: &[u8]) -> bool {
    let begins = |word: &&str| {
        let start = bytes.get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    TOKEN_PREFIXES
        .iter()
        .any(|(prefix, _)| bytes.starts_with(prefix.as_bytes()))
        || KEY_WORDS.iter().any(begins)
        || begins(&BEARER)
}

/// Before a token in an HTTP header.
const BEARER: &str = "bearer ";

/// A secret that begins here: how many bytes stay shown, and how many after them are hidden.
fn secret_at(rest: &str) -> Option<(usize, usize)> {
    for (prefix, least) in TOKEN_PREFIXES {
        if let Some(tail) = rest.strip_prefix(prefix) {
            let length = token_length(tail);
            if length >= least {
                return Some((prefix.len(), length));
            }
        }
    }
    if rest.len() > 7 && rest.is_char_boundary(7) && rest[..7].eq_ignore_ascii_case("bearer ") {
        let length = token_length(&rest[7..]);
        return (length > 0).then_some((7, length));
    }
    for word in KEY_WORDS {
        if rest.len() > word.len()
            && rest.is_char_boundary(word.len())
            && rest[..word.len()].eq_ignore_ascii_case(word)
        {
            return value_after(rest, word.len());
        }
    }
    None
}

/// The value behind a key word: `="…"`, `: …`, `":"…"`; `None` when no separator follows.
fn value_after(rest: &str, word: usize) -> Option<(usize, usize)> {
    let bytes = rest.as_bytes();
    let skip = |mut at: usize, wanted: &[u8]| {
        while bytes.get(at).is_some_and(|byte| wanted.contains(byte)) {
            at += 1;
        }
        at
    };
    let quoted = |at: usize| matches!(bytes.get(at), Some(b'"' | b'\''));
    // A quote may be escaped: JSON inside a text of JSON.
    let escaped = |at: usize| bytes.get(at) == Some(&b'\\') && quoted(at + 1);
    let mut at = word + usize::from(escaped(word));
    at = skip(at + usize::from(quoted(at)), b" ");
    if !matches!(bytes.get(at), Some(b'=' | b':')) {
        return None;
    }
    at = skip(at + 1, b" ");
    let is_escaped = escaped(at);
    at += usize::from(is_escaped);
    let quote = bytes.get(at).copied().filter(|_| quoted(at));
    at += usize::from(quote.is_some());
    let tail = &rest[at..];
    if tail.len() > 7 && tail.is_char_boundary(7) && tail[..7].eq_ignore_ascii_case("bearer ") {
        let length = token_length(&tail[7..]);
        return (length > 0).then_some((at + 7, length));
    }
    let length = match quote {
        Some(_) if is_escaped => tail.find('\\').unwrap_or(tail.len()),
        Some(quote) => quoted_length(tail, quote),
        None => unquoted_length(tail),
    };
    if quote.is_some() && is_quoted_label(tail, length) {
        return None;
    }
    (length > 0 && !tail.starts_with(MASK)).then_some((at, length))
}

/// Words before the secret itself: the schemes of an `Authorization` header, RFC 9110 §11.
const SCHEMES: [&str; 6] = ["basic", "bearer", "digest", "negotiate", "token", "apikey"];

/// Bytes up to the closing quote; one behind a backslash closes nothing.
fn quoted_length(tail: &str, quote: u8) -> usize {
    let mut escaped = false;
    let end = tail.bytes().position(|byte| {
        let closes = byte == quote && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.unwrap_or(tail.len())
}

/// Bytes of a value without quotes. A scheme (`Basic …`) and a second label (`secret: password: …`) are followed by what
/// is to be hidden, and are hidden with it.
fn unquoted_length(tail: &str) -> usize {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '"' | '\'' | ')' | '}' | ']');
    let mut length = 0;
    loop {
        let rest = &tail[length..];
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        length += word.len();
        let behind = &tail[length..];
        let next = behind.trim_start_matches(' ');
        let spaces = behind.len() - next.len();
        let leads = is_label(word)
            || SCHEMES
                .iter()
                .any(|scheme| word.eq_ignore_ascii_case(scheme))
            || matches!(word, ":" | "=")
            || next.starts_with([':', '=']) && ends_in_key_word(word);
        if !leads {
            return length;
        }
        match next.bytes().next() {
            Some(quote @ (b'"' | b'\'')) => {
                let quoted = quoted_length(&next[1..], quote);
                let another = is_quoted_label(&next[1..], quoted);
                return if another {
                    length
                } else {
                    length + spaces + 1 + quoted
                };
            }
            Some(_) if spaces > 0 && !next.starts_with(ends) => length += spaces,
            _ => return length,
        }
    }
}

/// Whether `length` bytes up to a closing quote are a label themselves: in `token: "api_key": "…"` the secret comes later.
fn is_quoted_label(tail: &str, length: usize) -> bool {
    let behind = tail
        .get(length + 1..)
        .unwrap_or_default()
        .trim_start_matches(' ');
    behind.starts_with([':', '=']) && ends_in_key_word(&tail[..length])
}

/// Whether a word is `password:`, `db_token=` and the like. Base64 may end in `=` too.
fn is_label(word: &str) -> bool {
    word.strip_suffix([':', '=']).is_some_and(ends_in_key_word)
}

fn ends_in_key_word(name: &str) -> bool {
    KEY_WORDS.iter().any(|key| {
        let start = name.len().checked_sub(key.len());
        start
            .and_then(|start| name.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(key))
    })
}

/// Bytes of a token: letters, digits and the characters of base64 and JWTs.
fn token_length(text: &str) -> usize {
    text.bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || b"-_.+/=".contains(b))
        .count()
}

/// Masks the password in `scheme://user:password@host`.
fn mask_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\''))
            .unwrap_or(tail.len());
        let authority = &tail[..end];
        match authority
            .rfind('@')
            .and_then(|host| authority[..host].find(':').map(|colon| (colon, host)))
        {
            Some((colon, host)) if host > colon + 1 => {
                out.push_str(&authority[..=colon]);
                out.push_str(MASK);
                out.push_str(&authority[host..]);
            }
            _ => out.push_str(authority),
        }
        rest = &tail[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names() {
        for name in [
            "DB_PASSWORD",
            "stripe_secret",
            "GITHUB_TOKEN",
            "API_KEY",
            "MYSQL_PASS",
            "AUTHORIZATION",
            "SENTRY_DSN",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["PATH", "HOME", "KEYBOARD", "PORT", "MONKEY", "COMPASS"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn shapes() {
        let cases = [
            (
                "charge with sk_live_abcdefgh12345678 done",
                "charge with sk_live_•••••••• done",
            ),
            (
                "postgres://app:hunter2@db:5432/x",
                "postgres://app:••••••••@db:5432/x",
            ),
            (
                "Authorization: Bearer abc.def.ghi",
                "Authorization: Bearer ••••••••",
            ),
            (r#"{"password":"hun\"ter"}"#, r#"{"password":"••••••••"}"#),
            (
                "Authorization: Basic YXBwOmh1bnRlcjI= x",
                "Authorization: •••••••• x",
            ),
            ("authorization=token abc123 x", "authorization=•••••••• x"),
            ("secret: password: hunter2 x", "secret: •••••••• x"),
            (r#"secret: password: "hunter2" x"#, r#"secret: ••••••••" x"#),
            (
                r#"token= "api_key":"abc" x"#,
                r#"token= "api_key":"••••••••" x"#,
            ),
            ("token= client_secret='abc' x", "token= ••••••••' x"),
            ("secret: password = abc x", "secret: •••••••• x"),
            ("password='hunter2': failed", "password='••••••••': failed"),
            ("{'password': 'hunter2'}", "{'password': '••••••••'}"),
            (
                r#"{\"password\":\"hunter2\",\"a\":1}"#,
                r#"{\"password\":\"••••••••\",\"a\":1}"#,
            ),
            ("password=•hunter2 x", "password=•••••••• x"),
            ("password=hunter2&x=1", "password=••••••••&x=1"),
            ("the token expired", "the token expired"),
            ("task-5 sk-8", "task-5 sk-8"),
            (
                "GET http://example.com:80/a@b",
                "GET http://example.com:80/a@b",
            ),
        ];
        for (given, shown) in cases {
            assert_eq!(mask(given), shown);
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "(password|token|=|:|\"|bearer |sk_live_|a|1|é| |://|@|eyJ|/){0,30}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once);
        }
    }
}
