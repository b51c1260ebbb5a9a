//! The web server's route to the site: to its files, or to the port of its container. Setting it again costs nothing, and a
//! file that is there may not have been read yet: so it is never looked for, only set.

use saga::{Facts, Outcome, Undone};
use vocab::Text;
use world::SiteVerb;

use super::{closed, object, outcome, undone};
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

/// With certificates as the order says; `trial` with the server's own, which it has at once.
pub(crate) async fn perform(work: &Work, facts: &Facts, trial: bool) -> Outcome {
    let routed = async {
        if work.order.verb == SiteVerb::Resume {
            start(work, facts).await?;
        }
        set(work, facts, trial, work.order.site.objects.port).await
    };
    outcome(
        routed
            .await
            .map(|()| object("route", "", work.domain().as_str())),
    )
}

async fn set(work: &Work, facts: &Facts, trial: bool, port: Option<u16>) -> Result<(), Trouble> {
    let signer = work.signer(trial);
    work.there(facts).await?.route(signer, port).await
}

/// Starts what serves the site, where that is a container.
async fn start(work: &Work, facts: &Facts) -> Result<(), Trouble> {
    if !work.has_containers() {
        return Ok(());
    }
    let there = work.there(facts).await?;
    let containers = Containers::of(&there, &work.order.site);
    containers.start(&work.order.site.current).await
}

/// Has the web server read all routes anew, and the site's container begin anew.
pub(crate) async fn reload(work: &Work, facts: &Facts) -> Outcome {
    let reloaded = async {
        let there = work.there(facts).await?;
        if work.has_containers() {
            let release = &work.order.site.current;
            let containers = Containers::of(&there, &work.order.site);
            containers.stop(release).await?;
            containers.start(release).await?;
        }
        there.reload().await
    };
    outcome(
        reloaded
            .await
            .map(|()| object("web server", "", &work.server_name())),
    )
}

/// As it was before: what served before, the page of a suspended site, or nothing.
pub(crate) async fn undo(work: &Work, facts: &Facts) -> Undone {
    match work.order.verb {
        _ if work.order.before.is_some() => {
            let back = set(work, facts, false, work.order.port_before);
            undone(back.await, "as it was before")
        }
        SiteVerb::Resume => undone(closed::close(work, facts).await, "suspended again"),
        SiteVerb::Suspend => {
            let back = async {
                start(work, facts).await?;
                set(work, facts, false, work.order.site.objects.port).await
            };
            undone(back.await, "served again")
        }
        _ if work.order.makes_server() => Undone::Done(Text::line("it went with its server")),
        _ => {
            let gone = async { work.there(facts).await?.unroute().await };
            undone(gone.await, "not served any more")
        }
    }
}
