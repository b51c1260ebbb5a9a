//! Curves that look like the load of real machines and are the same for the same seed and moment.

use kit::backoff::mix;
use vocab::Time;

/// A number of 0 to 1 that depends on everything given and on nothing else.
pub fn chance(seed: u64, salt: u64, number: u64) -> f32 {
    let mixed = mix(mix(seed ^ salt.rotate_left(17)) ^ number);
    (mixed >> 40) as f32 / (1_u64 << 24) as f32
}

/// A value of about 0 to 1 that wanders: three waves of different length and a little noise.
pub fn wander(seed: u64, salt: u64, at: Time) -> f32 {
    let seconds = at.0 as f64 / 1000.0;
    let wave = |length: f64, number: u64| {
        let phase = f64::from(chance(seed, salt, number)) * std::f64::consts::TAU;
        (seconds / length * std::f64::consts::TAU + phase).sin() as f32
    };
    let noise = chance(seed, salt, at.0.unsigned_abs() / 2000) - 0.5;
    let value =
        0.5 + 0.22 * wave(311.0, 1) + 0.13 * wave(73.0, 2) + 0.08 * wave(19.0, 3) + 0.16 * noise;
    value.clamp(0.0, 1.0)
}

/// A salt from a name.
pub fn salt(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_plays_the_same() {
        let course = |seed| {
            (0..100)
                .map(|n| wander(seed, 3, Time(n * 2000)))
                .collect::<Vec<_>>()
        };
        assert_eq!(course(1), course(1));
        assert_ne!(course(1), course(2));
        assert!(course(1).iter().all(|value| (0.0..=1.0).contains(value)));
    }
}
