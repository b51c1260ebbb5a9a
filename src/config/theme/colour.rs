//! Colours as theme files write them: `#6cb6ff`, an index of the 256-colour table, a name of the terminal's sixteen.

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Red, green and blue.
    Rgb(u8, u8, u8),
    /// An index of the 256-colour table of xterm.
    Indexed(u8),
    /// One of the sixteen the terminal's own palette decides.
    Named(Named),
    /// The terminal's own text or background colour.
    Reset,
}

/// The sixteen colours every terminal has (ECMA-48 and the bright ones of aixterm), in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Named {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

/// The words of a theme file.
pub(super) const NAMES: [(&str, Colour); 17] = [
    ("black", Colour::Named(Named::Black)),
    ("red", Colour::Named(Named::Red)),
    ("green", Colour::Named(Named::Green)),
    ("yellow", Colour::Named(Named::Yellow)),
    ("blue", Colour::Named(Named::Blue)),
    ("magenta", Colour::Named(Named::Magenta)),
    ("cyan", Colour::Named(Named::Cyan)),
    ("white", Colour::Named(Named::White)),
    ("bright-black", Colour::Named(Named::BrightBlack)),
    ("bright-red", Colour::Named(Named::BrightRed)),
    ("bright-green", Colour::Named(Named::BrightGreen)),
    ("bright-yellow", Colour::Named(Named::BrightYellow)),
    ("bright-blue", Colour::Named(Named::BrightBlue)),
    ("bright-magenta", Colour::Named(Named::BrightMagenta)),
    ("bright-cyan", Colour::Named(Named::BrightCyan)),
    ("bright-white", Colour::Named(Named::BrightWhite)),
    ("reset", Colour::Reset),
];

impl Colour {
    /// Parses `#rrggbb` or a name; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('#') {
            Some(digits) => hexadecimal(digits),
            None => NAMES
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, colour)| *colour),
        }
    }
}

fn hexadecimal(digits: &str) -> Option<Colour> {
    // from_str_radix would take a sign, too.
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some(Colour::Rgb(red, green, blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours() {
        assert_eq!(
            Colour::parse("#6cb6fF"),
            Some(Colour::Rgb(0x6c, 0xb6, 0xff))
        );
        assert_eq!(
            Colour::parse("bright-red"),
            Some(Colour::Named(Named::BrightRed))
        );
        assert_eq!(Colour::parse("reset"), Some(Colour::Reset));
        for text in [
            "", "#", "#fff", "#+12345", "#6cb6ff0", "#6cb6fé", "Red", "6cb6ff",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
