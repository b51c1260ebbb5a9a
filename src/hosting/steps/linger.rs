//! Waits until nobody can be sent to the old place any more: records are kept by others for as long as they say.

use saga::Outcome;

use super::object;
use crate::work::Work;

pub(crate) async fn perform(work: &Work) -> Outcome {
    let linger = work.ends.waits.linger;
    tokio::time::sleep(linger.duration()).await;
    Outcome::Done(object("wait", "", &linger.to_string()))
}
