//! What a site is made of, carried from where it lies to where it is to lie.

use saga::{Facts, Outcome, Undone};
use vocab::Text;

use super::{object, outcome, undone};
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

/// All releases that are kept, and the certificate: with it the new place can answer before the name leads there.
pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    outcome(
        carry(work, facts)
            .await
            .map(|()| object("site files", "", work.domain().as_str())),
    )
}

async fn carry(work: &Work, facts: &Facts) -> Result<(), Trouble> {
    let Some(was) = &work.order.was else {
        return Err(Trouble::Not(Text::line("it lies nowhere yet")));
    };
    let from = work.web(&was.place(), &was.domain).await?;
    let to = work.there(facts).await?;
    let current = &work.order.site.current;
    to.carry(&from, current).await?;
    let kept = work.order.site.releases.iter().map(|release| &release.id);
    for release in kept.filter(|release| *release != current) {
        // Of those that are not served one may have been swept away on the server.
        if from.has(release).await? {
            to.carry(&from, release).await?;
        }
    }
    if work.order.certificates != "internal" {
        to.carry_certificate(&from).await?;
    }
    Ok(())
}

/// The same releases on the same server, under the new domain.
pub(crate) async fn perform_here(work: &Work, facts: &Facts) -> Outcome {
    let Some(was) = &work.order.was else {
        return Outcome::Not(Text::line("it has no other domain"));
    };
    let copied = async { work.there(facts).await?.copy_from(&was.domain).await };
    outcome(
        copied
            .await
            .map(|()| object("site files", "", work.domain().as_str())),
    )
}

/// What serves the release, from the new domain's folder. The one of the old domain gives way to it: they are one container.
pub(crate) async fn container_here(work: &Work, facts: &Facts) -> Outcome {
    let Some(port) = work.order.site.objects.port else {
        return Outcome::Not(Text::line("the order names no port for the site"));
    };
    let started = async {
        let there = work.there(facts).await?;
        let containers = Containers::of(&there, &work.order.site);
        containers.up(&work.order.site.current, port).await
    };
    let release = work.order.site.current.as_str();
    outcome(
        started
            .await
            .map(|()| object("container", &format!("on port {port}"), release)),
    )
}

/// Has what serves the release run from the old domain's folder, whatever became of it, and then takes the new one's away.
pub(crate) async fn undo_here(work: &Work, facts: &Facts) -> Undone {
    let back = async {
        let there = work.there(facts).await?;
        if let (true, Some(was)) = (work.has_containers(), &work.order.was)
            && let Some(port) = was.objects.port
        {
            let old = work.web(&was.place(), &was.domain).await?;
            Containers::of(&old, was).up(&was.current, port).await?;
        }
        there.clear().await
    };
    undone(back.await, "as it was under the old domain")
}

/// Takes away what a run has put on a server that stays; what went with its server is gone. With the containers, for one
/// that was begun and never known to be there.
pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    if work.order.makes_server() {
        return Undone::Done(Text::line("it went with its server"));
    }
    let cleared = async {
        let there = work.there(facts).await?;
        if work.has_containers() {
            Containers::of(&there, &work.order.site).down().await?;
        }
        there.clear().await
    };
    undone(cleared.await, "deleted on the server")
}
