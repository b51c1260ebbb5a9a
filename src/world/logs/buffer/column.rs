//! Columns of numbers in as few bytes as they need: times, arrivals and sources of a sealed block.

/// Numbers that are near each other, or rise by one, as those of a block nearly always do.
#[derive(Debug)]
pub(super) enum Column {
    /// `first`, `first + step`, `first + 2 * step` …
    Run {
        /// The first one.
        first: i64,
        /// 0 when all are the same, 1 when they rise by one.
        step: i64,
    },
    /// Each as its distance from the least, in one, two or four bytes.
    Near {
        /// The least one.
        least: i64,
        /// Bytes of a distance.
        width: usize,
        /// Distances, little-endian.
        offsets: Box<[u8]>,
    },
    /// Each in full.
    Far(Box<[i64]>),
}

impl Column {
    /// Packs numbers.
    pub(super) fn new(numbers: &[i64]) -> Self {
        let first = numbers.first().copied().unwrap_or_default();
        for step in [0, 1] {
            let expected =
                |index: usize| first.checked_add((index.cast_signed() as i64).checked_mul(step)?);
            if numbers
                .iter()
                .enumerate()
                .all(|(index, number)| expected(index) == Some(*number))
            {
                return Self::Run { first, step };
            }
        }
        let least = numbers.iter().copied().min().unwrap_or_default();
        let greatest = numbers.iter().copied().max().unwrap_or_default();
        let width = match greatest.checked_sub(least) {
            Some(0..=0xff) => 1,
            Some(0..=0xffff) => 2,
            Some(0..=0xffff_ffff) => 4,
            _ => return Self::Far(numbers.into()),
        };
        let offsets = numbers
            .iter()
            .flat_map(|number| (number - least).to_le_bytes().into_iter().take(width))
            .collect();
        Self::Near {
            least,
            width,
            offsets,
        }
    }

    /// The number at `index`; out of range is the first or least.
    pub(super) fn get(&self, index: usize) -> i64 {
        match self {
            Self::Run { first, step } => first + index.cast_signed() as i64 * step,
            Self::Near {
                least,
                width,
                offsets,
            } => {
                let bytes = offsets
                    .get(index * width..(index + 1) * width)
                    .unwrap_or_default();
                least
                    + bytes
                        .iter()
                        .rev()
                        .fold(0, |number, byte| number << 8 | i64::from(*byte))
            }
            Self::Far(numbers) => numbers.get(index).copied().unwrap_or_default(),
        }
    }

    /// Bytes it takes on the heap.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Run { .. } => 0,
            Self::Near { offsets, .. } => offsets.len(),
            Self::Far(numbers) => size_of_val(&**numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_cost_nothing_and_neighbours_little() {
        assert_eq!(Column::new(&[7, 7, 7]).bytes(), 0);
        assert_eq!(Column::new(&[7, 8, 9]).bytes(), 0);
        assert_eq!(Column::new(&[7, 5, 9]).bytes(), 3);
        assert_eq!(Column::new(&[7, 5, 900]).bytes(), 6);
        assert_eq!(Column::new(&[7, 5, 90_000]).bytes(), 12);
        assert_eq!(Column::new(&[i64::MIN, i64::MAX]).bytes(), 16);
    }

    proptest! {
        #[test]
        fn gives_back_what_it_got(
            numbers in prop_oneof![
                proptest::collection::vec(any::<i64>(), 0..40),
                proptest::collection::vec(1_000_i64..1_050, 0..40),
            ]
        ) {
            let column = Column::new(&numbers);
            let back: Vec<i64> = (0..numbers.len()).map(|index| column.get(index)).collect();
            prop_assert_eq!(back, numbers);
        }
    }
}
