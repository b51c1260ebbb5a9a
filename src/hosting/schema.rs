//! Whether the database of a site is still the one that a kept release was served with.

use vocab::{SiteKind, Span, Text};
use world::{SiteOrder, SiteVerb};

use crate::compose::Containers;
use crate::names;
use crate::webserver::WebServer;
use crate::work::Ends;

/// How long asking the server may take before it is said that nobody knows.
const WITHIN: Span = Span::seconds(10);

/// The warning of a plan that goes back to a kept release: the database does not go back with it. `None` where there is no
/// database, or its schema is as it was.
pub(crate) async fn moved(ends: &Ends, order: &SiteOrder) -> Option<Text> {
    let site = &order.site;
    let goes_back = order.verb == SiteVerb::Release && order.files.is_none();
    if !goes_back || site.kind != SiteKind::WordPress {
        return None;
    }
    let release = site.releases.iter().find(|kept| kept.id == site.current)?;
    let then = release.schema.as_ref();
    let asked = tokio::time::timeout(WITHIN.duration(), now(ends, order)).await;
    let now = asked.ok().flatten();
    words(then, now.as_ref())
}

/// What is said of the schema then and now.
fn words(then: Option<&Text>, now: Option<&Text>) -> Option<Text> {
    match (then, now) {
        (Some(then), Some(now)) if then == now => None,
        (None, None) => None,
        (Some(then), Some(now)) => Some(Text::line(format!(
            "the database's schema has moved from {then} to {now} since that release was served, and does not go back with it"
        ))),
        (Some(then), None) => Some(Text::line(format!(
            "that release was served with schema {then} of the database; what it is now is not known"
        ))),
        (None, Some(now)) => Some(Text::line(format!(
            "that release was served before the database had a schema; it is {now} now"
        ))),
    }
}

async fn now(ends: &Ends, order: &SiteOrder) -> Option<Text> {
    let server = names::server_of(order);
    let login = ends
        .machines
        .login(&server, &order.site.objects.address)
        .await;
    let there = WebServer {
        host: login.ok()?,
        domain: order.site.domain.clone(),
    };
    let containers = Containers::of(&there, &order.site);
    containers.schema().await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_moved_or_is_not_known_is_said() {
        let text = |version: &str| Text::line(version);
        assert_eq!(words(Some(&text("1")), Some(&text("1"))), None);
        assert_eq!(words(None, None), None);
        let moved = words(Some(&text("1")), Some(&text("2"))).unwrap();
        assert!(moved.as_str().contains("from 1 to 2"), "{moved}");
        assert!(words(Some(&text("1")), None).is_some());
        assert!(words(None, Some(&text("2"))).is_some());
    }
}
