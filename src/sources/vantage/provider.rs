//! The provider's word: whether the server that something stands on is switched on.

use std::time::Duration;

use drivers::provider::Hetzner;
use drivers::provider::hetzner::{Server, ServerStatus};
use tokio::time::timeout;
use vocab::{Provider, Text};
use world::About;
use world::signals::Seen;

use super::{Looked, Missing, Trial, View};

/// How long the list of servers may take.
const WITHIN: Duration = Duration::from_secs(20);

/// Whether the provider may have something to say.
pub(super) fn may_know(view: &View) -> bool {
    let mut missing = view.missing.iter();
    missing.any(|one| matches!(one.trial, Trial::Login { .. } | Trial::Site { .. }))
}

/// Asks once for all that is missing. What cannot be read is said by whoever watches the provider.
pub(super) async fn look(hetzner: &Hetzner, missing: Vec<Missing>) -> Looked {
    let hetzner = hetzner.for_background();
    let said = match timeout(WITHIN, hetzner.servers(None)).await {
        Ok(Ok(servers)) => words(&servers, &missing),
        _ => Vec::new(),
    };
    (About::Provider(Provider::Hetzner), said)
}

/// What the list of servers says of what is missing.
pub(super) fn words(servers: &[Server], missing: &[Missing]) -> Vec<(About, Text, Seen)> {
    let place = Text::line(Provider::Hetzner.to_string());
    let mut said: Vec<(About, Text, Seen)> = Vec::new();
    for one in missing {
        let (about, seen) = match &one.trial {
            Trial::Login { node, address } => {
                let found = find(servers, node.as_str(), address.as_deref());
                (one.about.clone(), found.and_then(word))
            }
            Trial::Site {
                target,
                made_for_it,
                ..
            } => {
                let found = find(servers, &target.server, Some(&target.address));
                let seen = match found {
                    Some(server) => word(server),
                    None if *made_for_it => Some(Seen::Off(Text::line("is not there"))),
                    None => None,
                };
                (About::Server(Text::line(&target.server)), seen)
            }
            Trial::Service(_) => continue,
        };
        if let Some(seen) = seen
            && !said.iter().any(|(known, _, _)| *known == about)
        {
            said.push((about, place.clone(), seen));
        }
    }
    said
}

fn find<'s>(servers: &'s [Server], name: &str, address: Option<&str>) -> Option<&'s Server> {
    let has = |server: &Server| {
        server
            .ipv4()
            .is_some_and(|ip| address == Some(ip.to_string().as_str()))
    };
    let mut by_name = servers.iter();
    by_name
        .find(|server| server.name == *name)
        .or_else(|| servers.iter().find(|server| has(server)))
}

/// A server on its way from one state to another says nothing yet.
fn word(server: &Server) -> Option<Seen> {
    match server.status {
        ServerStatus::Running => Some(Seen::Runs),
        ServerStatus::Off | ServerStatus::Stopping => Some(Seen::Off(Text::line("is off"))),
        ServerStatus::Deleting => Some(Seen::Off(Text::line("is being deleted"))),
        ServerStatus::Rebuilding => Some(Seen::Off(Text::line("is being rebuilt"))),
        _ => None,
    }
}
