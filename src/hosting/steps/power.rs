//! The power of the site's server: it is asked to shut down before it is cut, and never left off.

use drivers::provider::hetzner::{Power, Server, ServerStatus};
use drivers::provider::{Answer, Fault};
use saga::{Look, Object, Outcome, Undone};
use vocab::Text;

use super::{object, outcome, server};
use crate::webserver::Trouble;
use crate::work::Work;

/// The server that the order is about, when it is there and ours; else what looking shows.
pub(super) async fn server(work: &Work) -> Result<Server, Look> {
    let place = work.order.site.place();
    let foreign =
        |words: &str| Look::Foreign(Text::line(format!("server {} {words}", place.server_name)));
    let Some(id) = server::number(&place.server) else {
        return Err(foreign("is not known by an id"));
    };
    match work.ends.hetzner.server(id).await {
        Ok(server) if server::ours(work, &server, place.made_by) => Ok(server),
        Ok(_) => Err(foreign(
            "does not carry the labels of the run that made it any more, so it is not touched",
        )),
        Err(error) if error.fault == Fault::NotFound => Err(foreign("is not at Hetzner any more")),
        Err(error) => Err(Look::Unclear(Text::line(error.to_string()))),
    }
}

/// Whether nothing is at work on it: what it is doing, or why that says nothing yet.
pub(super) fn at_rest(server: &Server) -> Result<&ServerStatus, Text> {
    match &server.status {
        status @ (ServerStatus::Off | ServerStatus::Running) if !server.locked => Ok(status),
        status => Err(Text::line(format!(
            "server {} is {status}, and something is at work on it",
            server.name
        ))),
    }
}

fn made(server: &Server) -> Object {
    object("server", &server.id.to_string(), &server.name)
}

/// Whether it is off, or with `on` whether it is on.
pub(crate) async fn look(work: &Work, on: bool) -> Look {
    let server = match server(work).await {
        Ok(server) => server,
        Err(look) => return look,
    };
    match at_rest(&server) {
        Ok(status) if (*status == ServerStatus::Running) == on => Look::Ours(made(&server)),
        Ok(_) => Look::Absent,
        Err(why) => Look::Unclear(why),
    }
}

pub(crate) async fn perform(work: &Work, on: bool) -> Outcome {
    let switched = async {
        let server = seen(server(work).await)?;
        match server.status {
            // An earlier attempt came through after all.
            ServerStatus::Running if on => {}
            ServerStatus::Off if !on => {}
            _ if on => self::on(work, &server).await?,
            _ => off(work, &server).await?,
        }
        Ok(made(&server))
    };
    outcome(switched.await)
}

/// On again, whatever became of it.
pub(crate) async fn undo(work: &Work) -> Undone {
    let server = match server(work).await {
        Ok(server) => server,
        Err(Look::Unclear(why)) => return Undone::Unknown(why),
        // Nobody of ours stands on it any more.
        Err(Look::Foreign(why)) => return Undone::Done(why),
        Err(Look::Ours(_) | Look::Absent) => return Undone::Done(Text::default()),
    };
    match at_rest(&server) {
        Ok(ServerStatus::Running) => Undone::Done(Text::line("it runs")),
        Ok(_) => super::undone(on(work, &server).await, "it is on again"),
        Err(why) => Undone::Unknown(why),
    }
}

/// What looking has shown, for who needs the server itself.
pub(super) fn seen(found: Result<Server, Look>) -> Result<Server, Trouble> {
    found.map_err(|look| match look {
        Look::Foreign(why) => Trouble::Not(why),
        Look::Unclear(why) => Trouble::Unknown(why),
        Look::Ours(_) | Look::Absent => Trouble::Unknown(Text::default()),
    })
}

/// Switches it off: it is asked, and cut when it has not shut down in time.
pub(super) async fn off(work: &Work, server: &Server) -> Result<(), Trouble> {
    let waits = &work.ends.waits;
    let hetzner = &work.ends.hetzner;
    // A connection that stands would only be found dead later.
    work.ends.machines.leave(&server.name).await;
    switch(work, server, Power::Shutdown).await?;
    let is_off = |longest| hetzner.wait_for_status(server.id, &ServerStatus::Off, longest);
    match is_off(waits.shut_down.duration()).await {
        Ok(_) => return Ok(()),
        Err(error) if error.fault == Fault::Deadline => {}
        Err(error) => return Err(unknown(&error)),
    }
    // It was asked already, and may yet shut down: from here on a refusal says nothing of how it is.
    switch(work, server, Power::Off)
        .await
        .map_err(|trouble| match trouble {
            Trouble::Not(why) | Trouble::Unknown(why) => Trouble::Unknown(why),
        })?;
    let off = is_off(waits.server.duration()).await;
    off.map(drop).map_err(|error| unknown(&error))
}

/// Switches it on, and waits until it runs.
pub(super) async fn on(work: &Work, server: &Server) -> Result<(), Trouble> {
    switch(work, server, Power::On).await?;
    let longest = work.ends.waits.server.duration();
    let status = &ServerStatus::Running;
    let hetzner = &work.ends.hetzner;
    let running = hetzner.wait_for_status(server.id, status, longest).await;
    running.map(drop).map_err(|error| unknown(&error))
}

async fn switch(work: &Work, server: &Server, power: Power) -> Result<(), Trouble> {
    let action = match work.ends.hetzner.power(server.id, power).await {
        Answer::Done(action) => action,
        Answer::Not(error) => return Err(Trouble::Not(Text::line(error.to_string()))),
        Answer::Unknown(error) => return Err(unknown(&error)),
    };
    let longest = work.ends.waits.server.duration();
    let ended = work.ends.hetzner.wait_for(&[action.id], longest).await;
    let ended = ended.map_err(|error| unknown(&error))?;
    match ended.into_iter().find_map(|action| action.error) {
        None => Ok(()),
        Some(error) => Err(Trouble::Unknown(error.message)),
    }
}

pub(super) fn unknown(error: &drivers::provider::ProviderError) -> Trouble {
    Trouble::Unknown(Text::line(error.to_string()))
}
