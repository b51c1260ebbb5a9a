//! Colours of a block's lines as bytes, for compression with the block.
//!
//! A line with colours is: line number u16, count u16, and for each change its offset u16, a byte of flags, and the
//! bytes of its colours; all little-endian. Only this module reads or writes it, and never outside the process.

use vocab::ansi::{Colour, Pen};

/// Where the pen changes within a line: byte offset and what to write with from there.
pub(super) type Pens = Box<[(u32, Pen)]>;

const BOLD: u8 = 1;
const DIM: u8 = 2;
const ITALIC: u8 = 4;
const UNDERLINE: u8 = 8;

/// Appends the colours of line `line`, if it has any.
pub(super) fn encode(line: usize, pens: &[(u32, Pen)], out: &mut Vec<u8>) {
    if pens.is_empty() {
        return;
    }
    let count = pens.len().min(usize::from(u16::MAX));
    out.extend((line as u16).to_le_bytes());
    out.extend((count as u16).to_le_bytes());
    for (at, pen) in &pens[..count] {
        out.extend((*at as u16).to_le_bytes());
        let mut flags = 0;
        for (set, bit) in [
            (pen.bold, BOLD),
            (pen.dim, DIM),
            (pen.italic, ITALIC),
            (pen.underline, UNDERLINE),
        ] {
            flags |= if set { bit } else { 0 };
        }
        out.push(flags | kind(pen.foreground) << 4 | kind(pen.background) << 6);
        for colour in [pen.foreground, pen.background].into_iter().flatten() {
            match colour {
                Colour::Indexed(index) => out.push(index),
                Colour::Rgb(r, g, b) => out.extend([r, g, b]),
            }
        }
    }
}

const fn kind(colour: Option<Colour>) -> u8 {
    match colour {
        None => 0,
        Some(Colour::Indexed(_)) => 1,
        Some(Colour::Rgb(..)) => 2,
    }
}

/// Puts the colours back beside their lines.
pub(super) fn decode(mut bytes: &[u8], lines: &mut [Pens]) {
    while let Some((line, pens)) = decode_line(&mut bytes) {
        if let Some(slot) = lines.get_mut(line) {
            *slot = pens.into();
        }
    }
}

fn decode_line(bytes: &mut &[u8]) -> Option<(usize, Vec<(u32, Pen)>)> {
    let line = take_u16(bytes)?;
    let count = take_u16(bytes)?;
    let mut pens = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let at = take_u16(bytes)?;
        let [flags] = take(bytes)?;
        pens.push((
            u32::from(at),
            Pen {
                foreground: take_colour(flags >> 4 & 3, bytes)?,
                background: take_colour(flags >> 6, bytes)?,
                bold: flags & BOLD != 0,
                dim: flags & DIM != 0,
                italic: flags & ITALIC != 0,
                underline: flags & UNDERLINE != 0,
            },
        ));
    }
    Some((usize::from(line), pens))
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*head)
}

fn take_u16(bytes: &mut &[u8]) -> Option<u16> {
    take(bytes).map(u16::from_le_bytes)
}

#[expect(
    clippy::option_option,
    reason = "outer: whether the bytes are there; inner: whether the pen has a colour"
)]
fn take_colour(kind: u8, bytes: &mut &[u8]) -> Option<Option<Colour>> {
    Some(match kind {
        0 => None,
        1 => {
            let [index] = take(bytes)?;
            Some(Colour::Indexed(index))
        }
        _ => {
            let [r, g, b] = take(bytes)?;
            Some(Colour::Rgb(r, g, b))
        }
    })
}

#[cfg(test)]
mod tests {
    use vocab::StyledText;

    use super::*;

    #[test]
    fn colours_come_back_to_their_lines() {
        let lines = [
            StyledText::new(b"plain"),
            StyledText::new(b"\x1b[1;31mERROR\x1b[0m disk \x1b[3;4;2;38;2;1;2;3;48;5;200mfull"),
            StyledText::new(b"\x1b[42mok\x1b[m"),
        ];
        let mut bytes = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            encode(index, line.pens(), &mut bytes);
        }
        let mut back: Vec<Pens> = vec![Pens::default(); lines.len()];
        decode(&bytes, &mut back);
        for (line, pens) in lines.iter().zip(&back) {
            assert_eq!(line.pens(), &**pens);
        }
        for cut in 0..bytes.len() {
            decode(&bytes[..cut], &mut back);
        }
    }
}
