//! The first login: with the host key the server was made with, and never again.

use saga::{Facts, Outcome};

use super::{object, outcome};
use crate::keys::KeyError;
use crate::webserver::Trouble;
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let exchanged = exchange(work, facts).await;
    // The next step begins with a connection that was checked against what is trusted now.
    work.ends.machines.leave(&work.server_name()).await;
    outcome(exchanged.map(|()| object("host key", "", &work.server_name())))
}

/// Both keys are trusted while the server changes from one to the other, so that it can be gone on with from anywhere.
async fn exchange(work: &Work, facts: &Facts) -> Result<(), Trouble> {
    let (server, address) = (work.server_name(), work.fact(facts, "address"));
    let keys = &work.ends.keys;
    let refused = |error: KeyError| Trouble::Not(error.0);
    if !keys.replaced(&server) {
        let (_, made_with) = keys.bootstrap(&server).await.map_err(refused)?;
        if !keys.known_hosts(&server).exists() {
            keys.trust(&server, &address, &[&made_with])
                .map_err(refused)?;
        }
        let there = work.there(facts).await?;
        there.reached(work.ends.waits.login).await?;
        let own = there.own_key().await?;
        keys.trust(&server, &address, &[&made_with, &own])
            .map_err(refused)?;
        there.use_own_key().await?;
        work.ends.machines.leave(&server).await;
        keys.trust(&server, &address, &[&own]).map_err(refused)?;
    }
    let there = work.there(facts).await?;
    there.reached(work.ends.waits.login).await?;
    keys.forget_bootstrap(&server);
    Ok(())
}
