//! The books of the providers, read in the background: what became of subscriptions, invoices and payments, and what
//! servers cost.
//!
//! Flow: due → is what another process kept young enough? → else ask (events since the last look, then only the objects
//! they name; everything now and then, since an event may be missed) → keep → [`Fact`]s. What cannot be read is told, and
//! what was known stays with its age.

mod ask;
mod mark;
mod read;
mod servers;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use drivers::provider::{Hetzner, ProviderError, Stripe};
use kit::Backoff;
use vocab::{Provider, Span, Text, Time};
use world::Fact;

use crate::Context;
use crate::keeper::Keeper;

/// How often the payment provider is asked what happened: one request, when nothing did.
pub const EVERY: Span = Span::seconds(60);

/// How often it is asked whether the servers and their prices are as they were.
const SERVERS_EVERY: Span = Span::minutes(15);

/// Between two attempts at a provider that cannot be read, at the longest.
const LONGEST: Duration = Duration::from_mins(10);

/// The account at the payment provider, and by which notes what is ours is told from what is not.
#[derive(Clone)]
pub struct Account {
    /// The payment provider.
    pub stripe: Stripe,
    /// The provider of servers.
    pub hetzner: Hetzner,
    /// The note that names the installation, and its value.
    pub installation: (&'static str, String),
    /// The note that names the site.
    pub site: &'static str,
    /// The note that names the affiliate.
    pub affiliate: &'static str,
    /// The selector of our servers.
    pub selector: String,
}

impl Account {
    /// The same for work nobody waits for: at most half of the quotas.
    #[must_use]
    pub fn for_background(&self) -> Self {
        Self {
            stripe: self.stripe.for_background(),
            hetzner: self.hetzner.for_background(),
            ..self.clone()
        }
    }
}

/// Why a turn came to nothing.
#[derive(Debug)]
enum Trouble {
    /// The provider's answer.
    Provider(ProviderError),
    /// What is remembered cannot be read or written.
    Memory(Text),
}

impl From<ProviderError> for Trouble {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl Trouble {
    fn words(&self) -> Text {
        match self {
            Self::Provider(error) => Text::line(error.to_string()),
            Self::Memory(words) => words.clone(),
        }
    }
}

/// Reads both until it is cancelled.
pub async fn watch(context: Context, account: Account, keeper: Arc<dyn Keeper>) {
    let account = account.for_background();
    let cancel = context.cancel.clone();
    let payments = repeat(&context, Provider::Stripe, EVERY, || async {
        ask::turn(&account, keeper.as_ref(), drivers::clock::now())
            .await
            .map(|change| change.map(|change| Fact::BillingRead(Box::new(change))))
    });
    let prices = repeat(&context, Provider::Hetzner, SERVERS_EVERY, || async {
        servers::turn(&account, keeper.as_ref(), drivers::clock::now())
            .await
            .map(|prices| prices.map(|prices| Fact::ServersPriced(Box::new(prices))))
    });
    tokio::select! {
        () = cancel.cancelled() => {}
        () = payments => {}
        () = prices => {}
    }
}

/// Takes a turn every so often, later and later while it fails; ends when nobody takes events any more.
async fn repeat<F: Future<Output = Result<Option<Fact>, Trouble>>>(
    context: &Context,
    provider: Provider,
    every: Span,
    turn: impl Fn() -> F,
) {
    let mut backoff = Backoff::new(
        every.duration(),
        LONGEST.max(every.duration()),
        provider as u64,
    );
    loop {
        let (fact, wait) = match turn().await {
            Ok(fact) => {
                backoff = Backoff::new(
                    every.duration(),
                    LONGEST.max(every.duration()),
                    provider as u64,
                );
                (fact, drivers::clock::now().about(every).duration())
            }
            Err(trouble) => {
                let text = trouble.words();
                tracing::warn!(%provider, %text, "a provider's books cannot be read");
                (
                    Some(Fact::ProviderFailed { provider, text }),
                    backoff.next_wait(),
                )
            }
        };
        if let Some(fact) = fact
            && !context.send(fact).await
        {
            return;
        }
        tokio::time::sleep(wait).await;
    }
}

/// Whether what was read then is still young enough, by the interval it is read at.
fn is_young(read: Option<Time>, every: Span, now: Time) -> bool {
    // Of two processes that take turns, the one that comes a little early must not ask again.
    read.is_some_and(|read| read <= now && now.since(read) < Span(every.0 * 9 / 10))
}
