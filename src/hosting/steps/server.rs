//! The server: by a name that is this deployment's alone, and with its labels.

use std::str::FromStr;

use drivers::provider::hetzner::{Labels, NewServer, Server};
use drivers::provider::{Answer, Fault, ProviderError};
use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::{RunId, Text};
use world::Place;

use super::{known, refused, undone_by};
use crate::names;
use crate::user_data::cloud_config;
use crate::work::Work;

fn made(work: &Work, server: &Server) -> Object {
    let mut object = known(
        "server",
        &server.id.to_string(),
        server.name.as_str(),
        "server",
    );
    object.monthly = work.order.site.cost.map(|cost| cost.to_string());
    if let Some(address) = &server.public_net.ipv4 {
        object
            .facts
            .insert("address".to_owned(), address.ip.to_string());
    }
    object
}

/// Whether a server carries the mark of the run that made the place.
pub(crate) fn ours(work: &Work, server: &Server, made_by: RunId) -> bool {
    names::is_made_by(&server.labels, &work.order.installation, made_by)
}

fn labels(work: &Work) -> Labels {
    names::labels(&work.order.installation, work.domain(), work.made_by())
}

pub(crate) async fn look(work: &Work) -> Look {
    let name = work.server_name();
    match work.ends.hetzner.server_by_name(&name).await {
        Ok(Some(server)) if ours(work, &server, work.made_by()) => Look::Ours(made(work, &server)),
        Ok(Some(_)) => Look::Foreign(Text::line(format!(
            "a server {name} is there that is not of this deployment; it is not touched"
        ))),
        Ok(None) => Look::Absent,
        Err(error) => Look::Unclear(said(&error)),
    }
}

pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let name = work.server_name();
    let user_data = async {
        let (private, public) = work.ends.keys.bootstrap(&name).await?;
        Ok(cloud_config(
            &private,
            &public,
            &work.ends.keys.login_public().await?,
            work.has_containers(),
        ))
    };
    let user_data: Result<String, crate::keys::KeyError> = user_data.await;
    let user_data = match user_data {
        Ok(user_data) => user_data,
        Err(error) => return Outcome::Not(error.0),
    };
    let machine = &work.order.machine;
    let new = NewServer {
        name,
        server_type: machine.server_type.clone(),
        image: machine.image.clone(),
        location: machine.location.clone(),
        ssh_keys: number(&work.fact(facts, "ssh_key")).into_iter().collect(),
        firewalls: Vec::new(),
        labels: labels(work),
        user_data: Some(user_data),
    };
    match work.ends.hetzner.create_server(&new).await {
        Answer::Done(created) => {
            let actions = created.actions();
            let longest = work.ends.waits.server.duration();
            match work.ends.hetzner.wait_for(&actions, longest).await {
                Ok(ended) => match ended.iter().find_map(|action| action.error.as_ref()) {
                    None => Outcome::Done(made(work, &created.server)),
                    // It exists and costs, so it is not "not done"; whether it is of use is seen at the first login.
                    Some(error) => Outcome::Unknown(error.message.clone()),
                },
                Err(error) => Outcome::Unknown(said(&error)),
            }
        }
        // An earlier attempt of ours came through after all.
        Answer::Not(error) if error.fault == Fault::Conflict => match look(work).await {
            Look::Ours(server) => Outcome::Done(server),
            Look::Foreign(why) => Outcome::Not(why),
            Look::Unclear(why) => Outcome::Unknown(why),
            Look::Absent => Outcome::Unknown(said(&error)),
        },
        other => refused(other),
    }
}

/// Only a server that the run itself has made; no other site can stand on it yet, for the run holds it.
pub(crate) async fn undo(work: &Work, facts: &Facts, object: &Object) -> Undone {
    let place = Place {
        server: object.id.clone(),
        ..work.place(facts)
    };
    delete(work, &place).await
}

/// The mark is looked at right before: what was not made by the run that the books name is not deleted, whatever its id.
pub(crate) async fn delete(work: &Work, place: &Place) -> Undone {
    let Some(id) = number(&place.server) else {
        return Undone::Not(Text::line(format!(
            "{:?} is no id of a server",
            place.server
        )));
    };
    work.ends.machines.leave(&place.server_name).await;
    match work.ends.hetzner.server(id).await {
        Ok(server) if ours(work, &server, place.made_by) => {}
        Ok(_) => {
            return Undone::Not(Text::line(format!(
                "server {id} does not carry the labels of the run that made it any more, so it is not deleted"
            )));
        }
        // A look may lag behind: only the deletion itself knows, and the id was ours.
        Err(error) if error.fault == Fault::NotFound => {}
        Err(error) => return Undone::Unknown(said(&error)),
    }
    let deleting = match work.ends.hetzner.delete_server(id).await {
        Answer::Done(deleting) => deleting,
        Answer::Not(error) if error.fault == Fault::NotFound => return gone(work, place),
        refused => return undone_by(refused, "deleted"),
    };
    // It is there, and costs, until the provider says that it is gone.
    let longest = work.ends.waits.server.duration();
    match work.ends.hetzner.wait_for(&[deleting.id], longest).await {
        Ok(ended) => match ended.iter().find_map(|action| action.error.as_ref()) {
            None => gone(work, place),
            Some(error) => Undone::Unknown(error.message.clone()),
        },
        Err(error) => Undone::Unknown(said(&error)),
    }
}

/// The keys of a server that is gone are of no use.
fn gone(work: &Work, place: &Place) -> Undone {
    work.ends.keys.forget(&place.server_name);
    Undone::Done(Text::line("deleted"))
}

/// An id of the provider's.
pub(crate) fn number(text: &str) -> Option<u64> {
    u64::from_str(text).ok()
}

fn said(error: &ProviderError) -> Text {
    Text::line(error.to_string())
}
