//! The clipboard by OSC 52, which works over SSH and, wrapped, through tmux (xterm control sequences, "Operating System
//! Commands"; tmux(1), `allow-passthrough`).

use std::io;

use ui::Role;
use ui::terminal::Screen;
use vocab::Text;

use crate::app::Message;

/// Terminals drop longer sequences, some of them silently.
const LONGEST: usize = 74_994;

/// Puts text into the clipboard; the message says when that cannot be done.
pub fn copy(text: &str, screen: &Screen) -> io::Result<Option<Message>> {
    let encoded = base64(text.as_bytes());
    if encoded.len() > LONGEST {
        let words = format!(
            "not copied: {} bytes are more than terminals take ({LONGEST} encoded)",
            text.len()
        );
        return Ok(Some(Message::Said(Text::line(words), Role::Warn)));
    }
    screen.send(sequence(&encoded, std::env::var_os("TMUX").is_some()).as_bytes())?;
    Ok(None)
}

fn sequence(encoded: &str, tmux: bool) -> String {
    let plain = format!("\x1b]52;c;{encoded}\x07");
    if tmux {
        format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b"))
    } else {
        plain
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let value = chunk
            .iter()
            .fold(0_u32, |value, byte| value << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (value >> (18 - 6 * digit) & 63) as usize;
            out.push(if digit <= chunk.len() {
                char::from(ALPHABET[index])
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_as_the_standard_says() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }

    #[test]
    fn wraps_for_tmux() {
        assert_eq!(sequence("Zm9v", false), "\x1b]52;c;Zm9v\x07");
        assert_eq!(
            sequence("Zm9v", true),
            "\x1bPtmux;\x1b\x1b]52;c;Zm9v\x07\x1b\\"
        );
    }
}
