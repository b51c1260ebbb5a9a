//! From the fleet file to the ends of tokens and keys that it tells.

use config::Fleet;
use config::fleet::BackupTarget;
use vocab::{Provider, Text};
use world::{About, TokenEnd};

/// The ends that the fleet file tells: of providers' tokens, of the key of the backups' bucket, of what alerts are sent
/// with, and of the keys that nodes are reached with.
pub fn ends(fleet: &Fleet) -> Vec<TokenEnd> {
    let providers = &fleet.providers;
    let of_providers = [
        (Provider::Hetzner, &providers.hetzner),
        (Provider::Cloudflare, &providers.cloudflare),
        (Provider::Stripe, &providers.stripe),
    ];
    let of_providers = of_providers.into_iter().filter_map(|(provider, spec)| {
        let ends = spec.as_ref()?.expires?;
        Some((About::Provider(provider), "API token", ends))
    });
    let of_backups = fleet.backup.iter().filter_map(|backup| {
        let BackupTarget::Bucket(bucket) = &backup.target else {
            return None;
        };
        let ends = bucket.expires?;
        Some((About::Console(Text::line("backup bucket")), "key", ends))
    });
    let of_channels = fleet.alerts.iter().filter_map(|channel| {
        let ends = channel.expires?;
        Some((About::alert_channel(&channel.name), "token", ends))
    });
    let of_nodes = fleet.nodes.iter().filter_map(|node| {
        let ends = node.expires?;
        Some((About::Node(node.name.clone()), "SSH key", ends))
    });
    of_providers
        .chain(of_backups)
        .chain(of_channels)
        .chain(of_nodes)
        .map(|(about, what, ends)| TokenEnd {
            about,
            what: Text::line(what),
            ends,
        })
        .collect()
}
