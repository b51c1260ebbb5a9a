//! The removal of a site: what was made for it goes, the subscription first. Each step is the taking back of the one that
//! made it, with the same marks looked at.

use saga::{Facts, Object, Outcome, Undone};
use vocab::{Span, Text};

use super::{customer, object, record, server, subscription};
use crate::compose::Containers;
use crate::webserver::Trouble;
use crate::work::Work;

/// How long a server is waited for whose containers are to be removed.
const REACHED: Span = Span::seconds(10);

/// A step of a removal: done when nothing is left.
fn ended(undone: Undone, kind: &str, id: &str) -> Outcome {
    match undone {
        Undone::Done(_) => Outcome::Done(object(kind, id, "")),
        Undone::Not(why) => Outcome::Not(why),
        Undone::Unknown(why) => Outcome::Unknown(why),
    }
}

/// An object of the books; `None` when they name none.
fn booked(kind: &str, id: &str) -> Option<Object> {
    (!id.is_empty()).then(|| object(kind, id, ""))
}

/// The subscription, then its customer.
pub(crate) async fn subscription(work: &Work) -> Outcome {
    let objects = &work.order.site.objects;
    if let Some(object) = booked("subscription", &objects.subscription) {
        match subscription::undo(work, &object).await {
            Undone::Done(_) => {}
            other => return ended(other, "subscription", &objects.subscription),
        }
    }
    let undone = match booked("customer", &objects.customer) {
        Some(object) => customer::undo(work, &object).await,
        None => Undone::Done(Text::default()),
    };
    ended(undone, "subscription", &objects.subscription)
}

pub(crate) async fn record(work: &Work) -> Outcome {
    let id = &work.order.site.objects.record;
    let undone = match booked("record", id) {
        Some(object) => record::undo(work, &Facts::new(), &object).await,
        None => Undone::Done(Text::default()),
    };
    ended(undone, "record", id)
}

/// Containers, volumes and network. A server that is not reached takes them along when it is deleted.
pub(crate) async fn containers(work: &Work) -> Outcome {
    let removed = async {
        let there = work.there(&Facts::new()).await?;
        there.reached(REACHED).await?;
        Containers::of(&there, &work.order.site).down().await
    };
    let note = match removed.await {
        Ok(()) => String::new(),
        Err(Trouble::Not(why) | Trouble::Unknown(why)) => {
            format!("left to the end of the server: {why}")
        }
    };
    Outcome::Done(object("containers", &note, work.domain().as_str()))
}

pub(crate) async fn server(work: &Work) -> Outcome {
    let id = &work.order.site.objects.server;
    work.ends.machines.leave(&work.server_name()).await;
    let undone = match booked("server", id) {
        Some(object) => server::undo(work, &object).await,
        None => Undone::Done(Text::default()),
    };
    ended(undone, "server", id)
}

pub(crate) async fn book(work: &Work) -> Outcome {
    match work.book.remove(work.domain()).await {
        Ok(()) => Outcome::Done(object("site", "", work.domain().as_str())),
        Err(why) => Outcome::Unknown(why),
    }
}
