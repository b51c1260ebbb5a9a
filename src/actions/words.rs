//! Words that several plans share: counts, lists, command lines.

use drivers::host::CommandLine;
use vocab::Text;

/// `1 container`, `3 containers`.
pub(crate) fn count(number: usize, singular: &str) -> String {
    if number == 1 {
        format!("1 {singular}")
    } else {
        format!("{number} {singular}s")
    }
}

/// The first `most` of them with `between` between, and how many more there are.
pub(crate) fn list<'a>(
    items: impl IntoIterator<Item = &'a str>,
    most: usize,
    between: &str,
) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    let shown = items
        .iter()
        .take(most)
        .copied()
        .collect::<Vec<_>>()
        .join(between);
    if items.len() > most {
        format!("{shown}{between}{} more", items.len() - most)
    } else {
        shown
    }
}

/// A command as it would be typed into a POSIX shell, for showing only: masked, safe, on one line.
pub(crate) fn command_line<'a>(words: impl IntoIterator<Item = &'a str>) -> Text {
    let quoted: Vec<String> = words.into_iter().map(quoted).collect();
    Text::line(vocab::mask::mask(&quoted.join(" ")))
}

/// The same of a driver's command line.
pub(crate) fn of(command: &CommandLine) -> Text {
    command_line(
        std::iter::once(command.program.as_str())
            .chain(command.arguments.iter().map(String::as_str)),
    )
}

/// Cut to `most` characters, with an ellipsis where something is missing.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(std::iter::once('…'))
        .collect()
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_counts() {
        assert_eq!(count(1, "node"), "1 node");
        assert_eq!(count(3, "node"), "3 nodes");
        assert_eq!(list(["a", "b"], 2, ", "), "a, b");
        assert_eq!(list(["a", "b", "c", "d"], 2, ", "), "a, b, 2 more");
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }

    #[test]
    fn command_lines_read_as_typed_and_hide_secrets() {
        assert_eq!(
            command_line(["ls", "-l", "a b", "it's", ""]),
            r"ls -l 'a b' 'it'\''s' ''"
        );
        assert!(!command_line(["curl", "https://ci:hunter2@example.com"]).contains("hunter2"));
        assert_eq!(command_line(["echo", "\x1b[2J"]), "echo '\u{fffd}'");
    }
}
