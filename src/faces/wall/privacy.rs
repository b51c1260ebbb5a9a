//! What a visitor in the room must not read: mail addresses and whatever looks like a secret.

/// Stands for a mail address.
const ADDRESS: &str = "…@…";

/// The text as it may hang on a wall. Secrets were masked where they entered; this is the second look.
pub fn public(text: &str) -> String {
    let text = vocab::mask::mask(text);
    if !text.contains('@') {
        return text;
    }
    text.split(' ')
        .map(|word| if is_address(word) { ADDRESS } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Something before an @, and a name with a dot behind it.
fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(before, behind)| {
        !before.is_empty()
            && behind
                .trim_end_matches(|c: char| !c.is_alphanumeric())
                .contains('.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_secrets_are_not_shown() {
        assert_eq!(
            public("payment of jane@example.com failed"),
            "payment of …@… failed"
        );
        assert_eq!(public("(jane@example.com), twice"), "…@… twice");
        assert_eq!(
            public("timer@weekly failed"),
            "timer@weekly failed",
            "a systemd unit is no address"
        );
        assert!(!public("login with password=hunter22 refused").contains("hunter22"));
        assert_eq!(
            public("acme.example answers 502"),
            "acme.example answers 502"
        );
    }
}
