//! The steps, one file each: look, do, take back.

pub(crate) mod answers;
pub(crate) mod backup;
pub(crate) mod base;
pub(crate) mod billing;
pub(crate) mod book;
pub(crate) mod certificate;
pub(crate) mod closed;
pub(crate) mod container;
pub(crate) mod copy;
pub(crate) mod cost;
pub(crate) mod customer;
pub(crate) mod data;
pub(crate) mod database;
pub(crate) mod end;
pub(crate) mod grow;
pub(crate) mod host_key;
pub(crate) mod linger;
pub(crate) mod place;
pub(crate) mod power;
pub(crate) mod record;
pub(crate) mod repoint;
pub(crate) mod resize;
pub(crate) mod resolves;
pub(crate) mod restore;
pub(crate) mod retire;
pub(crate) mod route;
pub(crate) mod server;
pub(crate) mod ssh_key;
pub(crate) mod standing;
pub(crate) mod subscription;
pub(crate) mod switch;
pub(crate) mod upload;

use drivers::provider::{Answer, Fault};
use saga::{Look, Object, Outcome, Undone};
use vocab::Text;

use crate::webserver::Trouble;

/// An object with its kind, id and name, and nothing to say to later steps.
fn object(kind: &str, id: &str, name: &str) -> Object {
    Object {
        kind: kind.to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        ..Object::default()
    }
}

/// An object that later steps know by `fact`.
fn known(kind: &str, id: &str, name: &str, fact: &str) -> Object {
    let mut object = object(kind, id, name);
    object.facts.insert(fact.to_owned(), id.to_owned());
    object
}

/// What a command on a server came to.
fn outcome(result: Result<Object, Trouble>) -> Outcome {
    match result {
        Ok(object) => Outcome::Done(object),
        Err(Trouble::Not(why)) => Outcome::Not(why),
        Err(Trouble::Unknown(why)) => Outcome::Unknown(why),
    }
}

/// What taking back on a server came to.
fn undone(result: Result<(), Trouble>, note: &str) -> Undone {
    match result {
        Ok(()) => Undone::Done(Text::line(note)),
        Err(Trouble::Not(why)) => Undone::Not(why),
        Err(Trouble::Unknown(why)) => Undone::Unknown(why),
    }
}

/// What looking on a server shows.
fn seen(result: Result<bool, Trouble>, object: impl FnOnce() -> Object) -> Look {
    match result {
        Ok(true) => Look::Ours(object()),
        Ok(false) => Look::Absent,
        Err(Trouble::Not(why) | Trouble::Unknown(why)) => Look::Unclear(why),
    }
}

/// What a provider's answer to a change comes to, when it is not done.
fn refused<T>(answer: Answer<T>) -> Outcome {
    match answer {
        Answer::Not(error) => Outcome::Not(Text::line(error.to_string())),
        Answer::Unknown(error) => Outcome::Unknown(Text::line(error.to_string())),
        Answer::Done(_) => Outcome::Unknown(Text::line("done, and not looked at")),
    }
}

/// What a provider's answer to a deletion comes to: what is not there any more is as good as deleted.
fn undone_by<T>(answer: Answer<T>, note: &str) -> Undone {
    match answer {
        Answer::Done(_) => Undone::Done(Text::line(note)),
        Answer::Not(error) if error.fault == Fault::NotFound => {
            Undone::Done(Text::line("it was gone already"))
        }
        Answer::Not(error) => Undone::Not(Text::line(error.to_string())),
        Answer::Unknown(error) => Undone::Unknown(Text::line(error.to_string())),
    }
}
