//! Figures of providers: quotas, and whether they can be read.

use vocab::rule::Figure;
use vocab::{Provider, Time};

use super::Readings;
use crate::world::World;

pub(super) fn read(world: &World, provider: Provider, now: Time, readings: &mut Readings) {
    match world.quotas.get(&provider) {
        Some(quota) => {
            let used = quota.used_percent(now);
            readings
                .add(Figure::QuotaUsed, f64::from(used))
                .words(format!(
                    "{} of {} left, full in {}",
                    quota.left(now),
                    quota.limit,
                    quota.refill(now)
                ));
            if let Some(until) = quota.closed(now) {
                let what = if quota.failing {
                    "fails again and again"
                } else {
                    "takes no more requests"
                };
                readings
                    .flag(Figure::ProviderClosed)
                    .since(quota.at)
                    .words(format!("{what}: asked again in {}", until.since(now)));
            }
        }
        None => readings.unknown(&[Figure::QuotaUsed, Figure::ProviderClosed]),
    }
    if let Some((since, text)) = world.unread.get(&provider) {
        readings
            .add(Figure::ProviderUnread, now.since(*since).as_seconds_f64())
            .since(*since)
            .words(text.clone());
    }
}
