//! The type of the site's server. Its disk stays, so the old type fits it again; what the server itself says of its type
//! is what counts, whatever became of a request.

use drivers::provider::Answer;
use drivers::provider::hetzner::{Server, ServerStatus};
use saga::{Look, Object, Outcome, Undone};
use vocab::Text;

use super::{known, outcome, power};
use crate::growth;
use crate::webserver::Trouble;
use crate::work::Work;

fn made(work: &Work, server: &Server) -> Object {
    let name = &server.name;
    let mut object = known("server type", &server.server_type.name, name, "server_type");
    let growth = work.order.growth.as_ref();
    let monthly = growth.and_then(|growth| growth.to.monthly);
    object.monthly = monthly.map(|monthly| monthly.to_string());
    object
}

pub(crate) async fn look(work: &Work) -> Look {
    let growth = match growth::of(&work.order) {
        Ok(growth) => growth,
        Err(why) => return Look::Foreign(why),
    };
    let server = match power::server(work).await {
        Ok(server) => server,
        Err(look) => return look,
    };
    if let Err(why) = power::at_rest(&server) {
        return Look::Unclear(why);
    }
    let kind = &server.server_type.name;
    if *kind == growth.to.server_type {
        Look::Ours(made(work, &server))
    } else if *kind == growth.from.server_type {
        Look::Absent
    } else {
        Look::Foreign(Text::line(format!(
            "server {} is {kind}, not {}: somebody else has changed it",
            server.name, growth.from.server_type
        )))
    }
}

pub(crate) async fn perform(work: &Work) -> Outcome {
    let changed = async {
        let growth = growth::of(&work.order).map_err(Trouble::Not)?;
        let mut server = power::seen(power::server(work).await)?;
        // An earlier attempt may have come through after all.
        if server.server_type.name != growth.to.server_type {
            server = change(work, &server, &growth.to.server_type).await?;
        }
        Ok(made(work, &server))
    };
    outcome(changed.await)
}

/// Has it be of this type; the server as it is then.
async fn change(work: &Work, server: &Server, kind: &Text) -> Result<Server, Trouble> {
    let hetzner = &work.ends.hetzner;
    let action = match hetzner.change_type(server.id, kind).await {
        Answer::Done(action) => action,
        Answer::Not(error) => return Err(Trouble::Not(Text::line(error.to_string()))),
        Answer::Unknown(error) => return Err(power::unknown(&error)),
    };
    let longest = work.ends.waits.server.duration();
    let ended = hetzner.wait_for(&[action.id], longest).await;
    let ended = ended.map_err(|error| power::unknown(&error))?;
    let failed = ended.into_iter().find_map(|action| action.error);
    let server = power::seen(power::server(work).await)?;
    match failed {
        _ if server.server_type.name == *kind => Ok(server),
        // The action is over: nothing can still come of it.
        Some(error) => Err(Trouble::Not(error.message)),
        None => Err(Trouble::Unknown(Text::line(format!(
            "server {} is still {}",
            server.name, server.server_type.name
        )))),
    }
}

/// As it was before. A server that runs is not switched off for a type that cannot be had, and is on when it stays larger.
pub(crate) async fn undo(work: &Work) -> Undone {
    let from = match growth::of(&work.order) {
        Ok(growth) => &growth.from.server_type,
        Err(why) => return Undone::Done(why),
    };
    let server = match power::server(work).await {
        Ok(server) => server,
        Err(Look::Foreign(why)) => return Undone::Done(why),
        Err(Look::Unclear(why)) => return Undone::Unknown(why),
        Err(Look::Ours(_) | Look::Absent) => return Undone::Done(Text::default()),
    };
    if server.server_type.name == *from {
        return Undone::Done(Text::line(format!("it is {from}")));
    }
    let back = async {
        let status = power::at_rest(&server).map_err(Trouble::Unknown)?;
        if *status == ServerStatus::Running {
            can_be_had(work, &server, from).await?;
            power::off(work, &server).await?;
        }
        change(work, &server, from).await
    };
    match back.await {
        Ok(_) => Undone::Done(Text::line(format!("it is {from} again"))),
        Err(trouble) => {
            // The next attempt may be minutes away; the sites need not be away as long.
            if let Undone::Unknown(why) | Undone::Not(why) = power::undo(work).await {
                tracing::warn!(server = %server.name, %why, "a server is not on yet");
            }
            match trouble {
                Trouble::Not(why) => Undone::Not(why),
                Trouble::Unknown(why) => Undone::Unknown(why),
            }
        }
    }
}

/// Whether there is room for this type where the server stands.
async fn can_be_had(work: &Work, server: &Server, kind: &Text) -> Result<(), Trouble> {
    let types = work.ends.hetzner.server_types().await;
    let types = types.map_err(|error| power::unknown(&error))?;
    let place = &server.location.name;
    let mut same = types.iter().filter(|one| one.name == *kind);
    if same.any(|one| one.is_available(place)) {
        return Ok(());
    }
    Err(Trouble::Not(Text::line(format!(
        "{kind} is sold out in {place} at Hetzner just now, so server {} runs on as {}",
        server.name, server.server_type.name
    ))))
}
