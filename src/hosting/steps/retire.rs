//! What served before is stopped and kept; what is not kept is removed. The site is served already: what cannot be stopped
//! now is left for the next release, and no reason to turn back.

use saga::{Facts, Outcome};

use super::object;
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let note = match retire(work, facts).await {
        Ok(()) => "stopped".to_owned(),
        Err(Trouble::Not(why) | Trouble::Unknown(why)) => format!("left running: {why}"),
    };
    Outcome::Done(object("release before", &note, work.domain().as_str()))
}

async fn retire(work: &Work, facts: &Facts) -> Result<(), Trouble> {
    let there = work.there(facts).await?;
    let site = &work.order.site;
    let containers = Containers::of(&there, site);
    let kept: Vec<_> = site.releases.iter().map(|release| &release.id).collect();
    containers.stop_all_but(&site.current).await?;
    containers.forget_all_but(&kept).await
}
