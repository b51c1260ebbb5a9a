//! The canvas: text in plain cells, or in letters of four by four cells for grids that are too fine to be read from afar.
//!
//! Big letters are made of quadrants only; fonts often lack the finer blocks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_big_text::{BigText, PixelSize};
use ui::Styles;
use ui::widgets::text::{fit, put};
use unicode_width::UnicodeWidthStr;

/// From so many columns and rows on, letters are big.
const FINE: (u16, u16) = (101, 30);

/// Columns and rows of a big letter.
const BIG: u16 = 4;

/// Where a frame is drawn.
pub struct Canvas<'a> {
    /// The cells.
    pub buffer: &'a mut Buffer,
    /// The theme.
    pub styles: &'a Styles,
    /// Columns and rows of one letter: 1, or 4 on a fine grid.
    pub unit: u16,
}

impl<'a> Canvas<'a> {
    /// A canvas over a whole grid.
    pub fn new(buffer: &'a mut Buffer, styles: &'a Styles) -> Self {
        let fine = buffer.area.width >= FINE.0 && buffer.area.height >= FINE.1;
        Self {
            buffer,
            styles,
            unit: if fine { BIG } else { 1 },
        }
    }

    /// Cells that a text takes.
    pub fn width(&self, text: &str) -> u16 {
        let letters = u16::try_from(text.width()).unwrap_or(u16::MAX);
        if self.unit > 1 && is_drawable(text) {
            letters.saturating_mul(self.unit)
        } else {
            letters
        }
    }

    /// Writes a text in at most `width` cells; returns the column behind it. What no big letter exists for is written
    /// plainly, in the middle row.
    pub fn text(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        if self.unit == 1 {
            return self.small(x, y, width, text, style);
        }
        if !is_drawable(text) {
            return self.small(x, y + self.unit / 2, width, text, style);
        }
        let text = fit(text, usize::from(width / self.unit)).replace('…', ".");
        let area = Rect::new(x, y, self.width(&text), self.unit).intersection(self.buffer.area);
        let line: Line<'_> = Span::raw(text).into();
        BigText::builder()
            .pixel_size(PixelSize::Quadrant)
            .style(style)
            .lines(vec![line])
            .build()
            .render(area, self.buffer);
        area.right()
    }

    /// Writes a text that ends before column `end`; returns where it begins.
    pub fn text_before(&mut self, end: u16, y: u16, text: &str, style: Style) -> u16 {
        let width = self.width(text);
        let x = end.saturating_sub(width);
        self.text(x, y, width, text, style);
        x
    }

    /// Writes in plain cells, whatever the grid.
    pub fn small(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        put(
            self.buffer,
            x,
            y,
            width,
            Span::styled(text.to_owned(), style),
        )
    }

    /// Writes in plain cells a text that ends before column `end`; returns where it begins.
    pub fn small_before(&mut self, end: u16, y: u16, text: &str, style: Style) -> u16 {
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let x = end.saturating_sub(width);
        self.small(x, y, width, text, style);
        x
    }

    /// Writes a shape: one cell, or drawn.
    pub fn shape(&mut self, x: u16, y: u16, glyph: &'static str, style: Style) {
        match picture(glyph).filter(|_| self.unit > 1) {
            None => {
                self.small(x, y + self.unit / 2, 1, glyph, style);
            }
            Some(bitmap) => {
                for (row, line) in (y..).zip(quadrants(bitmap)) {
                    self.small(x, row, BIG, &line, style);
                }
            }
        }
    }

    /// A thin rule.
    pub fn rule(&mut self, x: u16, y: u16, width: u16, style: Style) {
        self.small(x, y, width, &"━".repeat(usize::from(width)), style);
    }

    /// Brings everything nearer to the ground, for the night.
    pub fn dim(&mut self) {
        for cell in &mut self.buffer.content {
            match (cell.fg, cell.bg) {
                (Color::Rgb(red, green, blue), Color::Rgb(r, g, b)) => {
                    cell.fg = Color::Rgb(nearer(red, r), nearer(green, g), nearer(blue, b));
                }
                _ => cell.modifier |= Modifier::DIM,
            }
        }
    }
}

/// A third of the way from ink to ground: what is dim by day must still be read.
const fn nearer(ink: u8, ground: u8) -> u8 {
    ((ink as u16 * 2 + ground as u16) / 3) as u8
}

/// Whether there is a big letter for all of it.
fn is_drawable(text: &str) -> bool {
    text.chars()
        .all(|letter| matches!(letter, ' '..='~' | '…' | '\u{a1}'..='\u{ff}'))
}

/// The bitmap of a sign, eight rows of eight points, the leftmost in the highest bit.
const fn picture(glyph: &str) -> Option<[u8; 8]> {
    Some(match glyph.as_bytes() {
        b"\xe2\x97\x8f" => [0x3c, 0x7e, 0xff, 0xff, 0xff, 0xff, 0x7e, 0x3c],
        b"\xe2\x97\x8b" => [0x3c, 0x66, 0xc3, 0x81, 0x81, 0xc3, 0x66, 0x3c],
        b"\xe2\x97\x90" => [0x3c, 0x7a, 0xf1, 0xf1, 0xf1, 0xf1, 0x7a, 0x3c],
        b"\xe2\x97\x8c" => [0x18, 0x42, 0x00, 0x81, 0x81, 0x00, 0x42, 0x18],
        b"\xe2\x97\x86" => [0x18, 0x3c, 0x7e, 0xff, 0xff, 0x7e, 0x3c, 0x18],
        b"\xe2\x96\xb2" => [0x18, 0x18, 0x3c, 0x3c, 0x7e, 0x7e, 0xff, 0xff],
        b"\xc3\x97" => [0xc3, 0xe7, 0x7e, 0x3c, 0x3c, 0x7e, 0xe7, 0xc3],
        b"\xe2\x80\xa2" => [0x00, 0x00, 0x3c, 0x3c, 0x3c, 0x3c, 0x00, 0x00],
        b"\xe2\x9c\x93" => [0x00, 0x03, 0x06, 0x0c, 0xd8, 0x70, 0x20, 0x00],
        _ => return None,
    })
}

/// Four lines of four quadrant blocks.
fn quadrants(bitmap: [u8; 8]) -> [String; 4] {
    const BLOCKS: [char; 16] = [
        ' ', '▗', '▖', '▄', '▝', '▐', '▞', '▟', '▘', '▚', '▌', '▙', '▀', '▜', '▛', '█',
    ];
    std::array::from_fn(|row| {
        let (upper, lower) = (bitmap[row * 2], bitmap[row * 2 + 1]);
        let block = |column: usize| {
            let pair = |bits: u8| usize::from(bits >> (6 - column * 2) & 3);
            BLOCKS[pair(upper) << 2 | pair(lower)]
        };
        (0..4).map(block).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_round() {
        let circle = picture("●").expect("drawn");
        assert_eq!(quadrants(circle), ["▗██▖", "████", "████", "▝██▘"]);
        assert!(picture("日").is_none());
    }

    #[test]
    fn what_has_no_big_letter_is_still_written() {
        let styles = Styles::new(&config::Theme::default());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 160, 45));
        let mut canvas = Canvas::new(&mut buffer, &styles);
        assert_eq!((canvas.width("web"), canvas.width("日本")), (12, 4));
        canvas.text(0, 0, 40, "日本", Style::default());
        assert_eq!(buffer[(0, 2)].symbol(), "日");
    }
}
