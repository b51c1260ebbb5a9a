//! Pure parsers of what a Linux machine says of itself. They take any bytes: what is not understood is left out, never
//! guessed, and nothing in here fails or panics.
//!
//! Each takes the text of one kind of file or command; [`section::sections`] takes apart an answer that holds several.

pub mod cpu;
pub mod disk;
pub mod facts;
pub mod gpu;
pub mod load;
pub mod memory;
pub mod mesh;
pub mod network;
pub mod process;
pub mod section;
pub mod temperature;
pub mod units;

/// The lines of a text, without those that are not UTF-8.
fn lines(text: &[u8]) -> impl Iterator<Item = &str> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| str::from_utf8(line).ok())
}

/// A word as a number; zero when it is none.
fn number(word: Option<&str>) -> u64 {
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}
