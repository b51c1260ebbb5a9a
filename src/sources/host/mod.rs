//! Machines: this one and those over SSH, each watched by one task that connects, samples, and connects again for ever.
//!
//! May import: what the room may; nothing of other sources.
//!
//! Flow: [`run`] → `local` (reads /proc here) or `remote` (link, then `sampler`, one shell script there) → `watch` (what
//! is due when, the same for both) → `parse` and `counters` (pure) → events. `extras` asks for GPUs and the mesh apart, as
//! a sick GPU may hold its own tool for ever.

mod counters;
mod extras;
mod local;
pub mod parse;
mod processes;
mod remote;
mod sampler;
#[cfg(test)]
mod tests;
mod watch;

use crate::{Context, NodeTarget};

/// Watches a node until the context is cancelled or the engine is gone.
pub async fn run(context: Context, target: NodeTarget) {
    let cancel = context.cancel.clone();
    tokio::select! {
        () = cancel.cancelled() => {}
        () = async { if target.local { local::run(&context, &target).await } else { remote::run(&context, &target).await } } => {}
    }
    target.connection.host.close().await;
}
