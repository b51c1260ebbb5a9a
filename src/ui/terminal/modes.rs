//! The terminal's private modes: what is sent to take the screen over and to give it back.
//!
//! Numbers from <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html> (DECSET).

/// What a face wants of the terminal beyond raw input, the alternate screen and a hidden cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    /// Pasted text arrives as one event and is never taken for keys.
    pub paste: bool,
    /// The terminal says when its window gets and loses the focus.
    pub focus: bool,
    /// Clicks, drags and the wheel are events; the terminal's own selection then needs shift.
    pub mouse: bool,
}

/// Begins a frame: the terminal shows nothing of it until [`FRAME_END`] (synchronised output, mode 2026; terminals that
/// do not know it ignore it).
pub(super) const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";

/// Ends a frame.
pub(super) const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Presses, drags and releases in the form without a limit of columns. Not mode 1003: it wakes the program for every cell
/// the mouse crosses.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

impl Modes {
    /// What takes the screen over: alternate screen first, so that nothing else touches the one before.
    pub(super) fn on(self) -> Vec<u8> {
        let mut bytes = b"\x1b[?1049h\x1b[?25l".to_vec();
        if self.paste {
            bytes.extend_from_slice(b"\x1b[?2004h");
        }
        if self.focus {
            bytes.extend_from_slice(b"\x1b[?1004h");
        }
        if self.mouse {
            bytes.extend_from_slice(MOUSE_ON);
        }
        bytes
    }

    /// What gives the screen back, in the reverse order. CAN first: a frame may have been cut in mid-sequence.
    pub(super) fn off(self) -> Vec<u8> {
        let mut bytes = vec![0x18];
        bytes.extend_from_slice(FRAME_END);
        if self.mouse {
            bytes.extend_from_slice(MOUSE_OFF);
        }
        if self.focus {
            bytes.extend_from_slice(b"\x1b[?1004l");
        }
        if self.paste {
            bytes.extend_from_slice(b"\x1b[?2004l");
        }
        bytes.extend_from_slice(b"\x1b[0m\x1b[?1049l\x1b[?25h");
        bytes
    }

    /// What turns the mouse on or off.
    pub(super) const fn mouse(on: bool) -> &'static [u8] {
        if on { MOUSE_ON } else { MOUSE_OFF }
    }

    /// Whether the terminal may have sent reports that nobody has read, which would be typed into the shell.
    pub(super) const fn reports(self) -> bool {
        self.mouse || self.focus
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private modes a text sets (`h`) and resets (`l`).
    fn switched(bytes: &[u8], to: char) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let mut modes: Vec<String> = text
            .split("\x1b[?")
            .filter_map(|part| part.split_once(to).map(|(number, _)| number.to_owned()))
            .filter(|number| number.chars().all(|c| c.is_ascii_digit()))
            .collect();
        modes.sort();
        modes
    }

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn whatever_is_turned_on_is_turned_off() {
        for bits in 0..8 {
            let modes = Modes {
                paste: bits & 1 > 0,
                focus: bits & 2 > 0,
                mouse: bits & 4 > 0,
            };
            let (mut on, off) = (switched(&modes.on(), 'h'), switched(&modes.off(), 'l'));
            // A frame may be open at the end; it is not opened here.
            on.push("2026".to_owned());
            on.sort();
            assert_eq!(off, on);
            assert!(contains(&modes.on(), b"\x1b[?25l"), "the cursor is hidden");
            assert!(contains(&modes.off(), b"\x1b[?25h"), "and shown again");
        }
    }
}
