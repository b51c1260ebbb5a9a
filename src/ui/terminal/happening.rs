//! What can happen to the terminal or the program while a face draws.

use signal_hook::consts::SIGHUP;

/// Something the face's loop must answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The terminal is gone: closed window, dropped connection. End; nothing can be drawn or read any more.
    HungUp,
    /// A signal asks the program to end: SIGTERM, SIGINT, SIGQUIT or SIGHUP.
    Signal(i32),
    /// SIGTSTP asks the program to stop: answer with [`super::Guard::suspend`].
    Stop,
    /// The program goes on after it was stopped: answer with [`super::Guard::resume`].
    Continued,
    /// The terminal has taken the rest of a frame; what was not drawn meanwhile can be drawn now.
    Writable,
}

impl Happening {
    /// The exit code of a program that ends because of this, by the shell's convention 128 + signal; `None` when it is no
    /// reason to end. A vanished terminal counts as SIGHUP.
    pub fn exit_code(self) -> Option<u8> {
        let signal = match self {
            Self::HungUp => SIGHUP,
            Self::Signal(number) => number,
            Self::Stop | Self::Continued | Self::Writable => return None,
        };
        u8::try_from(128 + signal).ok()
    }
}

#[cfg(test)]
mod tests {
    use signal_hook::consts::SIGTERM;

    use super::*;

    #[test]
    fn exit_codes_follow_the_shell() {
        assert_eq!(Happening::HungUp.exit_code(), Some(129));
        assert_eq!(Happening::Signal(SIGTERM).exit_code(), Some(143));
        assert_eq!(Happening::Stop.exit_code(), None);
    }
}
