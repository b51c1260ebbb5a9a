//! Quotes a word for the login shell that sshd puts between us and every remote command.

/// One word as a POSIX shell reads it back unchanged; also what fish and csh read, but for newlines in csh.
pub(super) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=/,.+:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for c in word.chars() {
        // `!` too: csh and interactive bash expand it within quotes.
        if c == '\'' || c == '!' {
            quoted.push_str("'\\");
            quoted.push(c);
            quoted.push('\'');
        } else {
            quoted.push(c);
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_comes_back_from_a_shell() {
        let words = [
            "plain",
            "",
            "two words",
            "$HOME `id` $(id) \\",
            "it's",
            "!!",
            "a\nb",
            "*?[",
            "~",
            "-n",
            "é;|&<>",
            "''",
        ];
        for word in words {
            let script = format!("printf '<%s>' {}", quote(word));
            let output = std::process::Command::new("sh")
                .arg("-c")
                .arg(script)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), format!("<{word}>"));
        }
        assert_eq!(quote("/usr/bin/tail"), "/usr/bin/tail");
    }
}
