//! Braille graphs: two columns and four heights in each cell, filled below the line.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Dots of the left and the right column of a cell, from the lowest up (Unicode block "Braille Patterns").
const LEFT: [u32; 4] = [0x40, 0x04, 0x02, 0x01];
const RIGHT: [u32; 4] = [0x80, 0x20, 0x10, 0x08];

/// How many columns a graph of so many cells shows.
pub const fn columns(width: usize) -> usize {
    width * 2
}

/// Values from 0 to `most` as `rows` lines of `width` cells, the newest at the right end. A gap stays empty but for a dot
/// on the ground, drawn in the second style. Never drawn without the number beside it.
pub fn graph(
    values: &[Option<f32>],
    most: f32,
    (width, rows): (usize, usize),
    (ink, ground): (Style, Style),
) -> Vec<Line<'static>> {
    let heights: Vec<Option<u32>> = values
        .iter()
        .map(|value| value.map(|value| height(value, most, rows)))
        .collect();
    let (given, shown) = (heights.len(), columns(width));
    let at = |column: usize| {
        (column + given)
            .checked_sub(shown)
            .and_then(|index| heights.get(index).copied())
            .flatten()
    };
    (0..rows)
        .map(|row| {
            let floor = (rows - 1 - row) as u32 * 4;
            let mut spans: Vec<Span<'static>> = Vec::new();
            for cell in 0..width {
                let (left, right) = (at(cell * 2), at(cell * 2 + 1));
                let bits = bits(left, floor, LEFT) | bits(right, floor, RIGHT);
                let (symbol, style) = match bits {
                    0 if floor == 0 && left.is_none() && right.is_none() => ('·', ground),
                    0 => (' ', ground),
                    bits => (char::from_u32(0x2800 + bits).unwrap_or(' '), ink),
                };
                match spans.last_mut() {
                    Some(last) if last.style == style => last.content.to_mut().push(symbol),
                    _ => spans.push(Span::styled(symbol.to_string(), style)),
                }
            }
            Line::from(spans)
        })
        .collect()
}

fn height(value: f32, most: f32, rows: usize) -> u32 {
    let whole = rows as u32 * 4;
    if most > 0.0 {
        ((value / most * whole as f32).round() as u32)
            .max(1)
            .min(whole)
    } else {
        1
    }
}

fn bits(height: Option<u32>, floor: u32, dots: [u32; 4]) -> u32 {
    let over = height.unwrap_or(0).saturating_sub(floor).min(4) as usize;
    dots.iter().take(over).sum()
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    fn drawn(values: &[Option<f32>], most: f32, size: (usize, usize)) -> Vec<String> {
        let styles = (Style::new().fg(Color::Blue), Style::new());
        graph(values, most, size, styles)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn fills_from_the_ground() {
        let values = [Some(100.0), Some(50.0), Some(1.0), None];
        assert_eq!(drawn(&values, 100.0, (3, 2)), [" ⡇ ", "·⣿⡀"]);
        assert_eq!(
            drawn(&[Some(9.0), Some(1.0), Some(2.0)], 4.0, (1, 1)),
            ["⣠"],
            "what is too old is left out"
        );
    }

    #[test]
    fn no_room_and_no_scale_are_no_trouble() {
        assert_eq!(drawn(&[Some(1.0); 40], 0.0, (1, 1)), ["⣀"]);
        assert_eq!(drawn(&[Some(f32::NAN)], 1.0, (1, 1)), ["⢀"]);
        assert!(drawn(&[Some(1.0)], 1.0, (4, 0)).is_empty());
        assert_eq!(drawn(&[Some(1.0)], 1.0, (0, 1)), [""]);
    }
}
