//! Block sparklines: one cell a column, eight heights, a dot where nothing was observed.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The course of a figure from 0 to `most`; what is observed but tiny still stands on the line. Never drawn without the
/// number beside it.
pub fn spark(columns: &[Option<f32>], most: f32) -> String {
    columns
        .iter()
        .map(|value| match value {
            None => '·',
            Some(value) if most > 0.0 => {
                let height = (value / most * 8.0).round().clamp(1.0, 8.0);
                BLOCKS[(height as usize).saturating_sub(1)]
            }
            Some(_) => BLOCKS[0],
        })
        .collect()
}

/// The greatest value, or `least` when all are smaller: a scale that does not make noise look like a storm.
pub fn scale(columns: &[Option<f32>], least: f32) -> f32 {
    columns
        .iter()
        .flatten()
        .fold(least, |most, value| most.max(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_and_gaps() {
        let columns = [
            None,
            Some(0.0),
            Some(50.0),
            Some(100.0),
            Some(180.0),
            Some(f32::NAN),
        ];
        assert_eq!(spark(&columns, 100.0), "·▁▄██▁");
        assert_eq!(spark(&[Some(0.0)], 0.0), "▁");
        assert!((scale(&[Some(3.0), None, Some(7.0)], 5.0) - 7.0).abs() < f32::EPSILON);
        assert!((scale(&[Some(3.0)], 5.0) - 5.0).abs() < f32::EPSILON);
    }
}
