//! Figures of tokens and keys: when they end.

use vocab::Time;
use vocab::rule::Figure;

use super::Readings;
use crate::about::About;
use crate::world::World;

pub(super) fn read(world: &World, about: &About, now: Time, readings: &mut Readings) {
    let figure = Figure::TokenEndsIn;
    if world.token_ends.is_unknown(about) {
        readings.unknown(&[figure]);
    } else if let Some((what, ends)) = world.token_ends.of(about) {
        let left = (ends.0 - now.0) as f64 / 86_400_000.0;
        let words = if left > 0.0 {
            format!("{what} ends in {}", figure.unit().shown(left))
        } else {
            format!("{what} has ended")
        };
        readings.add(figure, left).words(words);
    }
}
