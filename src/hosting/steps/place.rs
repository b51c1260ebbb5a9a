//! The server that the plan has chosen: there, ours, and with room. The run holds it, so that what is counted stays so.

use saga::{Facts, Outcome};
use vocab::Text;

use super::{object, server};
use crate::work::Work;

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let place = work.place(facts);
    let name = &place.server_name;
    let Some(id) = server::number(&place.server) else {
        return Outcome::Not(Text::line(format!(
            "{:?} is no id of a server",
            place.server
        )));
    };
    match work.ends.hetzner.server(id).await {
        Ok(server) if server::ours(work, &server, place.made_by) => {}
        Ok(_) => {
            return Outcome::Not(Text::line(format!(
                "server {name} does not carry the labels of the run that made it any more, so no site is put on it"
            )));
        }
        Err(error) => return Outcome::Not(Text::line(error.to_string())),
    }
    let most = work.ends.offer.sites_per_node;
    match work.others_on(name).await {
        Ok(others) if others.len() < most => Outcome::Done(object("server", &place.server, name)),
        Ok(others) => Outcome::Not(Text::line(format!(
            "server {name} is full by now: {} of {most} sites",
            others.len()
        ))),
        Err(why) => Outcome::Unknown(why),
    }
}
