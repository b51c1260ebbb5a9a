//! Diagnosis: what is found on this machine for a first fleet file, and whether everything the fleet needs is there.
//!
//! Flow: `found` → `wheelhouse init`; [`examine`] → `wheelhouse doctor`. Everything is looked at side by side, and
//! every look has a deadline: a dead host costs its own line and no more.

mod alerts;
mod backups;
mod found;
mod here;
mod nodes;
mod providers;
mod services;
mod ssh_config;

use std::future::Future;
use std::time::Duration;

use cli::Arguments;
use cli::doctor::Check;
use config::fleet::Reach;
use tokio::task::JoinSet;

pub use found::found;

use super::{boot, fabric};

/// How long one look may take.
const DEADLINE: Duration = Duration::from_secs(8);

/// Looks at everything the fleet of this command line needs, one line each.
pub async fn examine(arguments: &Arguments) -> Vec<Check> {
    let loaded = boot::configuration(arguments);
    let fleet = &loaded.config.fleet;
    let over_ssh = fleet
        .nodes_to_watch(&fabric::host_name())
        .iter()
        .any(|node| matches!(node.reach, Reach::Ssh(_)));
    let (fabric, left_out) = fabric::of(&loaded.config, &boot::state_folder().unwrap_or_default());
    let mut checks = vec![here::terminal()];
    checks.extend(here::configuration(&loaded.paths, &loaded.report));
    checks.extend(left_out.iter().map(|notice| {
        Check::missing(
            &notice.subject,
            &notice.text,
            "correct it in the fleet file",
        )
    }));
    let (state, programs, nodes, services, providers, backups, alerts) = tokio::join!(
        here::state(),
        here::programs(over_ssh),
        nodes::examine(fabric.nodes),
        services::examine(&fleet.services),
        providers::examine(fleet, fabric.hosting),
        backups::examine(fleet),
        alerts::examine(fabric.alerts),
    );
    checks.push(state);
    checks.extend(programs);
    checks.extend(nodes);
    checks.extend(services);
    checks.extend(providers);
    checks.extend(backups);
    checks.extend(alerts);
    checks
}

/// Runs looks side by side and gives their results in order. One that fails inside is left out.
async fn side_by_side<T, F>(looks: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (index, look) in looks.into_iter().enumerate() {
        running.spawn(async move { (index, look.await) });
    }
    let mut done = Vec::new();
    while let Some(ended) = running.join_next().await {
        done.extend(ended.ok());
    }
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn looks_go_side_by_side_and_keep_their_order() {
        let begun = tokio::time::Instant::now();
        let looks = [3, 1, 2].map(|seconds| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            seconds
        });
        assert_eq!(side_by_side(looks).await, [3, 1, 2]);
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
}
