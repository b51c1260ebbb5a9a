//! When the token of a provider ends, asked of the provider itself: Cloudflare alone says it
//! (<https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/>).

use std::time::Duration;

use drivers::provider::Cloudflare;
use drivers::provider::cloudflare::TokenStatus;
use kit::Backoff;
use vocab::{Provider, Span};
use world::Fact;

use crate::Context;

/// How often it is asked: ends are days.
const EVERY: Span = Span::hours(6);

/// Between two attempts at a provider that does not answer, at the shortest.
const SOON: Duration = Duration::from_mins(1);

/// Asks until it is cancelled; a token that is not taken is told as a provider that cannot be read.
pub async fn watch(context: Context, cloudflare: Cloudflare) {
    let cloudflare = cloudflare.for_background();
    let provider = Provider::Cloudflare;
    let new = || Backoff::new(SOON, EVERY.duration(), provider as u64);
    let mut backoff = new();
    loop {
        let answer = tokio::select! {
            () = context.cancel.cancelled() => return,
            answer = cloudflare.verify_token() => answer,
        };
        let now = drivers::clock::now();
        let (fact, wait) = match answer {
            Ok(token) => {
                backoff = new();
                let ends = match token.status {
                    // What is switched off is at its end, whatever day it says.
                    TokenStatus::Disabled | TokenStatus::Expired => Some(now),
                    _ => token.expires_on,
                };
                (
                    Fact::TokenRead { provider, ends },
                    now.about(EVERY).duration(),
                )
            }
            Err(error) => {
                tracing::warn!(%provider, %error, "a token cannot be verified");
                let text = error.to_string().into();
                (Fact::ProviderFailed { provider, text }, backoff.next_wait())
            }
        };
        if !context.send(fact).await {
            return;
        }
        tokio::select! {
            () = context.cancel.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
