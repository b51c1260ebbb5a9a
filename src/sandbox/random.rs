//! What must not be guessable or in sequence: tokens, ids, addresses.

use uuid::Uuid;

/// A number below `bound`, which is at least 1.
pub fn below(bound: u64) -> u64 {
    let (_, low) = Uuid::new_v4().as_u64_pair();
    // The two highest bits are the variant and always the same.
    (low & (u64::MAX >> 2)) % bound.max(1)
}

/// A token of `length` lower-case hexadecimal digits.
pub fn token(length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        text.push_str(&Uuid::new_v4().simple().to_string());
    }
    text.truncate(length);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_length_and_differ() {
        assert_eq!(token(64).len(), 64);
        assert_ne!(token(40), token(40));
    }

    #[test]
    fn numbers_stay_below_the_bound() {
        assert!((0..100).all(|_| below(7) < 7));
        assert_eq!(below(1), 0);
    }
}
