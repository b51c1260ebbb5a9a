//! Domains: which are taken, which are refused, and which look like others.

use proptest::prelude::*;

use super::{Domain, LookAlike};

#[test]
fn one_spelling_for_one_name() {
    for (given, kept) in [
        ("example.com", "example.com"),
        ("EXAMPLE.Com", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("r3---sn.example.com", "r3---sn.example.com"),
        ("4u.co.uk", "4u.co.uk"),
    ] {
        let domain = Domain::new(given).expect(given);
        assert_eq!(domain.as_str(), kept);
        assert_eq!(Domain::new(&domain.unicode()), Ok(domain));
    }
    assert_eq!(
        Domain::new("xn--bcher-kva.example")
            .expect("good")
            .unicode(),
        "bücher.example"
    );
    let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
    assert_eq!(longest.len(), 253);
    assert!(Domain::new(&longest).is_ok());
    assert!(Domain::new(&format!("{longest}b")).is_err());
}

#[test]
fn what_is_no_domain() {
    for text in [
        "",
        ".",
        "com",
        "localhost",
        "example.com.",
        ".example.com",
        "a..com",
        "-a.com",
        "a-.com",
        "a.-com",
        "*.example.com",
        "_dmarc.example.com",
        "a_b.com",
        "a b.com",
        "a\tb.com",
        "a\n.com",
        "a\0.com",
        "example.com:80",
        "http://example.com",
        "example.com/",
        "user@example.com",
        "192.0.2.1",
        "192.0.2",
        "0x7f.1",
        "1.0x7f",
        "[::1]",
        "2001:db8::1",
        "127。0。0。1",
        "example。com",
        "ex\u{ff41}mple.com",
        "a\u{200b}.com",
        "a\u{ad}b.com",
        "a\u{202e}b.com",
        "a.c",
        "a.1",
        "a.c0m",
        "xn--.com",
        "xn--a.com",
        "xn--zzzzzz99999.com",
        "$(id).com",
        "a;b.com",
        "../a.com",
        "%65.com",
        "xn--bcher-kva.BÜCHER。example",
    ] {
        assert!(Domain::new(text).is_err(), "{text:?}");
    }
    assert!(Domain::new(&format!("{}.com", "a".repeat(64))).is_err());
    assert!(Domain::new(&"a.".repeat(100_000)).is_err());
}

#[test]
fn names_that_look_like_others_are_told() {
    let told = |name: &str| {
        Domain::new(name)
            .expect(name)
            .look_alike()
            .map(|warning| warning.to_string())
    };
    assert_eq!(
        told("pаypal.com").as_deref(),
        Some("\"pаypal\" mixes Latin and Cyrillic letters")
    );
    assert_eq!(
        told("аррӏе.com").as_deref(),
        Some("\"аррӏе\" reads as \"apple\" and is another name")
    );
    assert!(matches!(
        Domain::new("www.xn--80ak6aa92e.com")
            .expect("good")
            .look_alike(),
        Some(LookAlike::ReadsAs { .. })
    ));
    assert!(told("ɡoogle.com").is_some());
    for honest in [
        "example.com",
        "bücher.example",
        "пример.com",
        "例え.テスト",
        "tokyo東京.jp",
        "παράδειγμα.gr",
        "web2go.com",
    ] {
        assert_eq!(told(honest), None, "{honest}");
    }
}

/// Texts of a pattern in which `LABEL` stands for a label of the grammar.
fn texts(pattern: &str) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&pattern.replace("LABEL", LABEL)).expect("a pattern")
}

/// A label of the grammar.
const LABEL: &str = "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?";

/// Whether a made label is none by another rule than its characters: `xn--` must be real Punycode.
fn claims_punycode(name: &str) -> bool {
    name.split('.').any(|label| label.starts_with("xn--"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn ten_thousand_good_names_are_taken(name in texts("(LABEL\\.){1,6}[a-z]{2,12}")) {
        prop_assume!(!claims_punycode(&name));
        let domain = Domain::new(&name);
        prop_assert_eq!(domain.as_ref().map(Domain::as_str), Ok(&*name));
    }

    #[test]
    fn ten_thousand_hostile_names_are_refused(
        before in texts("(LABEL\\.){0,2}"),
        hostile in "(-[a-z]{1,5}|[a-z]{1,5}-|[a-z]{0,3}[ _*/:;@#?%$`'\"\\\\()<>|&!~^{}\\[\\]\\x00-\\x1f\\x7f\\u{200b}-\\u{200f}\\u{202a}-\\u{202e}\\u{2060}\\u{feff}\\u{ad}\\u{ff0e}\\u{3002}\\u{ff41}-\\u{ff5a}][a-z]{0,3}|[a-z]{64,80}|\\.|[0-9]{1,3}\\.[0-9]{1,3}|xn--[a-z]{1,3}-|😀\\u{200d})",
        after in "\\.[a-z]{2,6}",
    ) {
        // A label of digits is good before letters; as the end of a name it is an address.
        let name = if hostile.starts_with(|c: char| c.is_ascii_digit()) { format!("{before}{hostile}") } else { format!("{before}{hostile}{after}") };
        prop_assert!(Domain::new(&name).is_err(), "{:?}", name);
    }

    #[test]
    fn whatever_is_taken_obeys_the_grammar(text in "(\\PC|[a-z.-]){0,30}\\.[a-zа-я]{2,4}") {
        if let Ok(domain) = Domain::new(&text) {
            let kept = domain.as_str();
            prop_assert!(kept.len() <= 253 && kept.split('.').count() >= 2);
            for label in kept.split('.') {
                prop_assert!((1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'));
                prop_assert!(label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            }
            prop_assert_eq!(Domain::new(kept).ok(), Some(domain.clone()));
            let _ = domain.look_alike();
        }
    }
}
