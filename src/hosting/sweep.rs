//! The sweep: what carries this installation's mark at the providers and belongs to no site and no run. It is told, never
//! deleted: what a run left is the run's to take back, and what no journal knows a person must judge.

use std::collections::BTreeSet;

use drivers::provider::ProviderError;
use drivers::provider::cloudflare::RecordFilter;
use vocab::{RunId, Span, Text, Time};

use crate::names;
use crate::work::Ends;

/// Younger objects may belong to a run that is not written down here yet.
const OLD_ENOUGH: Span = Span::minutes(30);

/// Something of ours that nobody owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// `server`, `record`, `subscription`.
    pub kind: &'static str,
    /// Its id at the provider.
    pub id: Text,
    /// Its name there.
    pub name: Text,
    /// When it was made, when that is known.
    pub made: Option<Time>,
}

impl Orphan {
    /// What it is and what can be done, in a sentence.
    pub fn words(&self) -> Text {
        let cost = match self.kind {
            "server" => "; it costs by the hour",
            "subscription" => "; it bills its customer",
            _ => "",
        };
        Text::line(format!(
            "{} {} ({}) carries this installation's mark and belongs to no site and no run{cost}: delete it at the \
             provider, or find out who made it",
            self.kind, self.name, self.id
        ))
    }
}

/// Looks at all three providers, in the background's half of their quotas. `known` are the deployments of sites and of runs
/// under way.
pub async fn sweep(
    ends: &Ends,
    known: &BTreeSet<RunId>,
    now: Time,
) -> Result<Vec<Orphan>, ProviderError> {
    let installation = ends.installation.as_str();
    let owned = |deployment: Option<&str>| {
        deployment
            .and_then(|text| text.parse::<RunId>().ok())
            .is_some_and(|deployment| known.contains(&deployment))
    };
    let old = |made: Option<Time>| made.is_none_or(|made| now.since(made) >= OLD_ENOUGH);
    let mut orphans = Vec::new();
    let servers = ends.hetzner.for_background();
    let selector = names::selector(installation);
    for server in servers.servers(Some(&selector)).await? {
        let deployment = server.labels.get(names::DEPLOYMENT_LABEL);
        if !owned(deployment.map(Text::as_str)) && old(server.created) {
            orphans.push(Orphan {
                kind: "server",
                id: Text::line(server.id.to_string()),
                name: server.name,
                made: server.created,
            });
        }
    }
    let names = ends.cloudflare.for_background();
    for zone in names.zones(None).await? {
        for record in names.records(&zone.id, &RecordFilter::default()).await? {
            let comment = record.comment.as_deref().unwrap_or_default();
            let Some(deployment) = names::deployment_of(comment, installation) else {
                continue;
            };
            if !owned(Some(deployment)) {
                orphans.push(Orphan {
                    kind: "record",
                    id: Text::line(record.id.as_str()),
                    name: record.name,
                    made: None,
                });
            }
        }
    }
    let money = ends.stripe.for_background();
    for subscription in money.subscriptions(None).await? {
        let notes = &subscription.metadata;
        let ours = notes
            .get(names::INSTALLATION_NOTE)
            .is_some_and(|note| note.as_str() == installation);
        let deployment = notes.get(names::DEPLOYMENT_NOTE);
        if ours
            && !subscription.status.is_over()
            && !owned(deployment.map(Text::as_str))
            && old(subscription.created)
        {
            orphans.push(Orphan {
                kind: "subscription",
                id: Text::line(subscription.id.as_str()),
                name: notes.get("wheelhouse_site").cloned().unwrap_or_default(),
                made: subscription.created,
            });
        }
    }
    Ok(orphans)
}
