//! Keys by name: `jjR<enter>`, as the bytes a terminal sends for them.

/// Keys that are written between `<` and `>`.
const NAMED: [(&str, &[u8]); 12] = [
    ("enter", b"\r"),
    ("esc", b"\x1b"),
    ("tab", b"\t"),
    ("shift-tab", b"\x1b[Z"),
    ("backspace", b"\x7f"),
    ("space", b" "),
    ("up", b"\x1b[A"),
    ("down", b"\x1b[B"),
    ("pagedown", b"\x1b[6~"),
    ("pageup", b"\x1b[5~"),
    ("end", b"\x1b[F"),
    ("lt", b"<"),
];

/// Each key's bytes in order.
pub fn bytes(keys: &str) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((name, behind)) = named {
            sent.push(of(name));
            rest = behind;
        } else {
            sent.push(first.to_string().into_bytes());
            rest = &rest[first.len_utf8()..];
        }
    }
    sent
}

fn of(name: &str) -> Vec<u8> {
    if let Some(letter) = name.strip_prefix("ctrl-") {
        return vec![letter.as_bytes()[0] & 0x1f];
    }
    let known = NAMED.iter().find(|(known, _)| *known == name);
    known
        .unwrap_or_else(|| panic!("no key is called <{name}>"))
        .1
        .to_vec()
}

/// Pasted text as a terminal with bracketed paste sends it.
pub fn pasted(text: &str) -> Vec<u8> {
    [b"\x1b[200~", text.as_bytes(), b"\x1b[201~"].concat()
}
