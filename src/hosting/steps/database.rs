//! The site's database, in a container with a volume of its own. It goes with its server, or with the site's removal: never
//! with a release.

use saga::{Facts, Outcome};

use super::{container, object, outcome};
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let started = async {
        let there = work.there(facts).await?;
        let containers = Containers::of(&there, &work.order.site);
        let up = containers.database_up().await;
        if matches!(up, Err(Trouble::Not(_))) {
            container::leave_nothing(work, &containers).await?;
        }
        up
    };
    outcome(
        started
            .await
            .map(|()| object("database", "", work.domain().as_str())),
    )
}
