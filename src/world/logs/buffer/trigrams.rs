//! Which groups of three bytes a block holds, roughly: a filter that lets a search skip most blocks unread.

/// Bits of the filter. A block of 64 KB of log text has some 5,000 different groups, which fills about a quarter of
/// these; a searched word of eight letters then finds a block that does not hold it in fewer than one of 1,000.
const BITS: u32 = 14;

/// A Bloom filter with one hash over the groups, upper-case ASCII folded to lower. 2 KB.
#[derive(Debug)]
pub(super) struct TrigramFilter(Box<[u64]>);

/// The groups a text must hold to match, as bit numbers of the filter.
#[derive(Debug, Clone, Default)]
pub struct Trigrams(Box<[u16]>);

impl TrigramFilter {
    /// The filter of a text.
    pub(super) fn new(text: &[u8]) -> Self {
        let mut words = vec![0_u64; 1 << (BITS - 6)].into_boxed_slice();
        let mut group = 0;
        for (index, byte) in text.iter().enumerate() {
            group = next(group, *byte);
            if index >= 2 {
                let bit = hash(group);
                words[usize::from(bit >> 6)] |= 1 << (bit & 63);
            }
        }
        Self(words)
    }

    /// `false` when a text with these groups is certainly not there.
    pub(super) fn may_hold(&self, trigrams: &Trigrams) -> bool {
        trigrams
            .0
            .iter()
            .all(|bit| self.0[usize::from(bit >> 6)] & (1 << (bit & 63)) != 0)
    }

    /// Bytes it takes on the heap.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

impl Trigrams {
    /// The groups of a literal text. Those with letters beyond ASCII are left out, since their case may differ.
    pub fn of_literal(literal: &str) -> Self {
        let bits = literal
            .as_bytes()
            .windows(3)
            .filter(|window| window.is_ascii());
        Self(
            bits.map(|window| hash(window.iter().fold(0, |group, byte| next(group, *byte))))
                .collect(),
        )
    }
}

const fn next(group: u32, byte: u8) -> u32 {
    (group << 8 | byte.to_ascii_lowercase() as u32) & 0x00ff_ffff
}

/// Fibonacci hashing: the high bits of a product with 2^32 over the golden ratio.
const fn hash(group: u32) -> u16 {
    (group.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_ruled_out() {
        let filter = TrigramFilter::new(b"GET /Checkout 200 in 84 ms\n");
        for held in ["checkout", "CHECKOUT", "GET /", "84 ms", "ms", "", "é"] {
            assert!(filter.may_hold(&Trigrams::of_literal(held)), "{held}");
        }
        assert!(!filter.may_hold(&Trigrams::of_literal("upstream")));
    }
}
