//! An opinion of its own about what may reach a terminal, so that the sanitiser is not measured by itself.

use vocab::Text;

/// Asserts that text holds nothing a terminal would obey or a reader would not see.
pub fn assert_safe(text: &str, one_line: bool) {
    for c in text.chars() {
        let allowed = matches!(c, '\t' | '\n') && !one_line;
        assert!(allowed || !c.is_control(), "control {c:?} in {text:?}");
        let hidden = matches!(c,
            // Direction: marks, embeddings, overrides, isolates.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Width nought, and what ends lines behind a program's back.
            | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{2028}' | '\u{2029}'
            // Tags, and the variation selectors that can carry bytes.
            | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}' | '\u{fe00}'..='\u{fe0f}');
        assert!(!hidden, "hidden {c:?} in {text:?}");
    }
}

/// Asserts the same of one line.
pub fn assert_line(text: &Text) {
    assert_safe(text, true);
    assert!(
        text.chars().count() <= vocab::text::LINE_LIMIT + 1,
        "a line is bounded"
    );
}

/// Two parts of an input, cut at the first byte 0xff, which is in no UTF-8; the second is empty when there is none.
pub fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0xff) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}
