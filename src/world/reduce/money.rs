//! What the providers said of money, prices, quotas and their tokens.

use vocab::{Provider, Time};

use crate::event::{Event, Fact};
use crate::world::World;

pub(super) fn reduce(world: &mut World, event: &Event) {
    match &event.fact {
        Fact::BillingRead(change) => {
            world.billing.apply(change);
            answered(world, Provider::Stripe, change.read);
        }
        Fact::ServersPriced(prices) => {
            if world
                .servers
                .as_ref()
                .is_none_or(|known| known.read <= prices.read)
            {
                world.servers = Some((**prices).clone());
            }
            answered(world, Provider::Hetzner, prices.read);
        }
        Fact::QuotaRead(quota) => {
            // The newest word counts: another process may have said it.
            let known = world.quotas.get(&quota.provider);
            if known.is_none_or(|known| known.at <= quota.at) {
                world.quotas.insert(quota.provider, *quota);
            }
        }
        Fact::TokenRead { provider, ends } => {
            world.token_ends.said.insert(*provider, *ends);
            answered(world, *provider, event.at);
        }
        Fact::TokensDeclared(ends) => {
            world.token_ends.declared.clone_from(ends);
        }
        Fact::ProviderFailed { provider, text } => {
            let since = world
                .unread
                .get(provider)
                .map_or(event.at, |(since, _)| *since);
            world.unread.insert(*provider, (since, text.clone()));
        }
        _ => {}
    }
}

/// An answer that came after the failure ends it.
fn answered(world: &mut World, provider: Provider, at: Time) {
    if world
        .unread
        .get(&provider)
        .is_some_and(|(since, _)| *since <= at)
    {
        world.unread.remove(&provider);
    }
}
