//! What is left of the providers' quotas: looked at where their answers put it, without a request of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use drivers::provider::{Standing, Transport};
use vocab::{Provider, Span};
use world::{Fact, Quota};

use crate::Context;
use crate::keeper::Keeper;

/// How often it is looked.
const EVERY: Span = Span::seconds(2);

/// Tells and keeps each provider's quota whenever an answer said something of it, and once more at the end, so that the
/// next command knows what this one used.
pub async fn watch(
    context: Context,
    providers: Vec<(Provider, Transport)>,
    keeper: Arc<dyn Keeper>,
) {
    let mut told: BTreeMap<Provider, Standing> = BTreeMap::new();
    loop {
        let over = tokio::select! {
            () = context.cancel.cancelled() => true,
            () = tokio::time::sleep(drivers::clock::now().about(EVERY).duration()) => false,
        };
        for (provider, transport) in &providers {
            let Some(standing) = transport.standing() else {
                continue;
            };
            if told
                .get(provider)
                .is_some_and(|told| is_same(told, &standing))
            {
                continue;
            }
            told.insert(*provider, standing);
            let quota = quota(*provider, &standing);
            if let Err(why) = keeper.keep_quota(quota).await {
                tracing::warn!(%provider, %why, "a quota is not kept");
            }
            if !context.send(Fact::QuotaRead(quota)).await {
                return;
            }
        }
        if over {
            return;
        }
    }
}

/// Whether nothing was asked and nothing closed since; what refills by itself is no news.
fn is_same(one: &Standing, other: &Standing) -> bool {
    (one.at, one.failing, one.closed_until.is_some())
        == (other.at, other.failing, other.closed_until.is_some())
}

fn quota(provider: Provider, standing: &Standing) -> Quota {
    Quota {
        provider,
        limit: standing.quota.limit,
        left: standing.quota.remaining,
        full_at: standing.quota.resets,
        said: standing.said,
        closed_until: standing.closed_until,
        failing: standing.failing,
        at: standing.at,
    }
}
