//! Carrying a request out, or letting it go wrong as a rule says.

use std::time::Duration;

use super::write::Reply;
use super::{Request, Shared};
use crate::faults::{Effect, Kind, ProviderName};

/// How long a caller is kept waiting for an answer that never comes, when its own patience decides.
const LONGEST: Duration = Duration::from_mins(10);

/// Answers a request to a provider.
pub async fn answer(shared: &Shared, provider: ProviderName, request: &Request) -> Reply {
    let (fault, number) = {
        let mut house = shared.enter();
        let fault = house.faults.meet(provider, request);
        let told = fault.as_ref().map(Kind::to_string);
        let now = house.clock.now();
        let number = house.calls.came(now, provider, request, told);
        (fault, number)
    };
    let reply = match fault {
        None => Reply::Whole(shared.enter().carry_out(provider, request)),
        Some(kind) => meet(shared, provider, request, kind).await,
    };
    if let Reply::Whole(response) | Reply::Half(response) = &reply {
        shared.enter().calls.answered(number, response.status);
    }
    reply
}

async fn meet(shared: &Shared, provider: ProviderName, request: &Request, kind: Kind) -> Reply {
    let carry_out = || shared.enter().carry_out(provider, request);
    match kind {
        Kind::Status { status, effect } => {
            if effect == Effect::After {
                carry_out();
            }
            Reply::Whole(shared.enter().failure(provider, status))
        }
        Kind::Timeout { wait, effect } => {
            let _late = (effect == Effect::Late).then(|| Late {
                shared: shared.clone(),
                provider,
                request: request.clone(),
                wait,
            });
            if effect == Effect::After {
                carry_out();
            }
            let patience = if effect == Effect::Late {
                LONGEST
            } else {
                wait
            };
            tokio::time::sleep(patience).await;
            Reply::Nothing
        }
        Kind::Cut => Reply::Half(carry_out()),
        Kind::Slow(wait) => {
            let response = carry_out();
            tokio::time::sleep(wait).await;
            Reply::Whole(response)
        }
        Kind::Stale(lag) => {
            let lag = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
            Reply::Whole(shared.enter().look_back(provider, request, lag))
        }
        Kind::Duplicate => {
            let first = carry_out();
            carry_out();
            Reply::Whole(first)
        }
        Kind::Twist(twist) => Reply::Whole(shared.enter().twist(request, &twist)),
    }
}

/// An effect that comes after the caller has given up: its connection's task is dropped then, and this with it.
struct Late {
    shared: Shared,
    provider: ProviderName,
    request: Request,
    wait: Duration,
}

impl Drop for Late {
    fn drop(&mut self) {
        let (shared, provider, wait) = (self.shared.clone(), self.provider, self.wait);
        let request = self.request.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(wait).await;
                shared.enter().carry_out(provider, &request);
            });
        }
    }
}
