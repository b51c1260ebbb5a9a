//! What a visitor in the room must not read: mail addresses and whatever looks like a secret.

/// Stands for a mail address.
const ADDRESS: &str = "…@…";

/// Stands for an amount of money.
const AMOUNT: &str = "…";

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

/// The text without its amounts of money, as they are shown: `$15.00`, `-€3.10`, `CHF 3.10`.
pub fn without_money(text: &str) -> String {
    let is_number = |word: &str| {
        word.trim_start_matches('-')
            .starts_with(|c: char| c.is_ascii_digit())
    };
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_start_matches(['-', '(']);
        let signed = bare.strip_prefix(['$', '€', '£']).is_some_and(is_number);
        let code = |before: &&mut &str| {
            before.len() == 3 && before.bytes().all(|b| b.is_ascii_uppercase())
        };
        if signed {
            words.push(AMOUNT);
        } else if is_number(word)
            && let Some(before) = words.last_mut().filter(code)
        {
            *before = AMOUNT;
        } else {
            words.push(word);
        }
    }
    words.join(" ")
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

    #[test]
    fn amounts_can_be_left_out() {
        assert_eq!(
            without_money("$15.00 open, tried again in 2h; -€3.10, CHF 3.10 and 3 times"),
            "… open, tried again in 2h; … … and 3 times"
        );
        assert_eq!(
            without_money("answer 502 from acme.example"),
            "answer 502 from acme.example"
        );
    }
}
