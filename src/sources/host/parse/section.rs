//! Takes apart an answer that holds several files, each after a line `==> name <==` as `head` writes it (POSIX head(1)).

/// One file of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'a> {
    /// The file's path, or the name that was given to a command's output.
    pub name: &'a str,
    /// Its content.
    pub body: &'a [u8],
}

/// The files of an answer in their order. A file may hold a line that looks like a header; the parsers of the files
/// then see a part of it and a file they did not ask for, which misleads about that file and no other.
pub fn sections(answer: &[u8]) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    let mut begin = 0;
    let mut position = 0;
    for line in answer.split_inclusive(|byte| *byte == b'\n') {
        let next = position + line.len();
        if let Some(name) = header(line) {
            if let Some(last) = found.last_mut() {
                last.body = &answer[begin..position];
            }
            begin = next;
            found.push(Section { name, body: &[] });
        }
        position = next;
    }
    if let Some(last) = found.last_mut() {
        last.body = &answer[begin..];
    }
    found
}

fn header(line: &[u8]) -> Option<&str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    str::from_utf8(line.strip_prefix(b"==> ")?.strip_suffix(b" <==")?).ok()
}

/// The files of an answer in which every line has its file's path before it (`path:line`, as `grep -H` writes), each put
/// together again; a file that begins anew later is the same file.
pub fn prefixed(answer: &[u8]) -> Vec<(&str, Vec<u8>)> {
    let mut found: Vec<(&str, Vec<u8>)> = Vec::new();
    for line in super::lines(answer) {
        let Some((name, content)) = line
            .split_once(':')
            .filter(|(name, _)| name.starts_with('/'))
        else {
            continue;
        };
        let index = found
            .iter()
            .rposition(|(known, _)| *known == name)
            .unwrap_or_else(|| {
                found.push((name, Vec::new()));
                found.len() - 1
            });
        found[index].1.extend_from_slice(content.as_bytes());
        found[index].1.push(b'\n');
    }
    found
}

/// The content of the first file of that name; empty when there is none.
pub fn body<'a>(sections: &[Section<'a>], name: &str) -> &'a [u8] {
    sections
        .iter()
        .find(|section| section.name == name)
        .map_or(&[], |section| section.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart() {
        let found = sections(
            b"noise\n==> /proc/a <==\none\ntwo\n\n==> /proc/b <==\n==> /proc/c <==\nthree",
        );
        let names: Vec<&str> = found.iter().map(|section| section.name).collect();
        assert_eq!(names, ["/proc/a", "/proc/b", "/proc/c"]);
        assert_eq!(body(&found, "/proc/a"), b"one\ntwo\n\n");
        assert_eq!(body(&found, "/proc/b"), b"");
        assert_eq!(body(&found, "/proc/c"), b"three");
        assert_eq!(body(&found, "/proc/d"), b"");
        assert!(sections(b"").is_empty());
    }

    #[test]
    fn lines_with_their_paths_are_put_together() {
        let found = prefixed(b"== begin\n/proc/a:x: 1\n/proc/a:y\n/proc/b:\nnoise: 2\n/proc/a:z");
        assert_eq!(
            found,
            [
                ("/proc/a", b"x: 1\ny\nz\n".to_vec()),
                ("/proc/b", b"\n".to_vec())
            ]
        );
    }
}
