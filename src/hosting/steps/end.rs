//! The removal of a site, or of the part of it that is not needed any more: what was made for it goes, the subscription
//! first, the server only when no other site stands on it. Each step looks at the same marks as the one that made it.

use drivers::provider::{Fault, ObjectId};
use saga::{Facts, Look, Object, Outcome, Undone};
use vocab::{Domain, Span, Text};
use world::{Place, SiteStep, SiteVerb};

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

/// The site whose record goes: the one that is removed, or the one of the old domain.
fn of_record(work: &Work, step: SiteStep) -> Option<(&Domain, &str, &str)> {
    let site = match step {
        SiteStep::EndOldRecord => work.order.was.as_deref()?,
        _ => &work.order.site,
    };
    let objects = &site.objects;
    Some((&site.domain, &objects.zone, &objects.record))
}

pub(crate) async fn record(work: &Work, step: SiteStep) -> Outcome {
    let Some((domain, zone, id)) = of_record(work, step).filter(|(_, _, id)| !id.is_empty()) else {
        return Outcome::Done(object("record", "", ""));
    };
    let Some(zone) = ObjectId::new(zone) else {
        return Outcome::Not(Text::line(format!("{zone:?} is no id of a zone")));
    };
    ended(record::delete(work, &zone, domain, id).await, "record", id)
}

/// The domain and the places that a step empties.
fn places(work: &Work, step: SiteStep, facts: &Facts) -> (Domain, Vec<Place>) {
    let order = &work.order;
    match step {
        SiteStep::EndOldContainers | SiteStep::EndOldPlace | SiteStep::EndOldServer => {
            let was = order.was.as_ref().map(|was| was.domain.clone());
            let domain = was.unwrap_or_else(|| order.site.domain.clone());
            (domain, work.old_places())
        }
        _ => {
            let behind = order.site.objects.left_behind.as_deref().cloned();
            // A rehearsal only ends what it has made.
            let behind = behind.filter(|_| order.verb == SiteVerb::Delete);
            let places = std::iter::once(work.place(facts)).chain(behind);
            let there = places.filter(|place| !place.server.is_empty());
            (order.site.domain.clone(), there.collect())
        }
    }
}

/// Takes the site off its servers. One that goes anyway need not answer.
pub(crate) async fn place(work: &Work, step: SiteStep, facts: &Facts) -> Outcome {
    let (domain, places) = places(work, step, facts);
    for place in &places {
        let others = match others(work, step, place).await {
            Ok(others) => others,
            Err(why) => return Outcome::Unknown(why),
        };
        match off(work, place, &domain).await {
            Ok(()) => {}
            Err(_) if others == 0 => {}
            Err(Trouble::Not(why)) => return Outcome::Not(why),
            Err(Trouble::Unknown(why)) => return Outcome::Unknown(why),
        }
    }
    Outcome::Done(object("site files", "", domain.as_str()))
}

/// How many other sites keep a server there.
async fn others(work: &Work, step: SiteStep, place: &Place) -> Result<usize, Text> {
    let others = work.others_on(&place.server_name).await?.len();
    let order = &work.order;
    // A server that was there before a rehearsal, or serves the same site by another domain, stays too.
    let stays = (order.verb == SiteVerb::Rehearse && !order.makes_server())
        || (step == SiteStep::EndOldPlace && order.verb == SiteVerb::Rename);
    Ok(others + usize::from(stays))
}

/// Containers, volumes and network. A server that goes anyway need not answer: it takes them along.
pub(crate) async fn containers(work: &Work, step: SiteStep, facts: &Facts) -> Outcome {
    let (_, places) = places(work, step, facts);
    for place in &places {
        let others = match others(work, step, place).await {
            Ok(others) => others,
            Err(why) => return Outcome::Unknown(why),
        };
        let removed = async {
            let there = work.web(place, work.domain()).await?;
            there.reached(REACHED).await?;
            Containers::of(&there, &work.order.site).down().await
        };
        match removed.await {
            Ok(()) => {}
            Err(_) if others == 0 => {}
            Err(Trouble::Not(why)) => return Outcome::Not(why),
            Err(Trouble::Unknown(why)) => return Outcome::Unknown(why),
        }
    }
    Outcome::Done(object("containers", "", work.domain().as_str()))
}

/// Takes a site off one server.
pub(crate) async fn off(work: &Work, place: &Place, domain: &Domain) -> Result<(), Trouble> {
    let there = work.web(place, domain).await?;
    there.unroute().await?;
    there.clear().await
}

/// Deletes the servers that no other site stands on, by the books as they are at this moment. The run holds them, so that
/// no other site can come.
pub(crate) async fn server(work: &Work, step: SiteStep, facts: &Facts) -> Outcome {
    let (_, places) = places(work, step, facts);
    let mut left = object("server", "", "");
    for place in &places {
        match others(work, step, place).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(why) => return Outcome::Unknown(why),
        }
        match server::delete(work, place).await {
            Undone::Done(_) => left.id.clone_from(&place.server),
            other => return ended(other, "server", &place.server),
        }
    }
    Outcome::Done(left)
}

pub(crate) async fn book(work: &Work, step: SiteStep) -> Outcome {
    let domain = match (step, &work.order.was) {
        (SiteStep::EndOldBook, Some(was)) => &was.domain,
        _ => work.domain(),
    };
    match work.book.remove(domain).await {
        Ok(()) => Outcome::Done(object("site", "", domain.as_str())),
        Err(why) => Outcome::Unknown(why),
    }
}

/// What is left of what a step of a removal is to end.
pub(crate) async fn left(work: &Work, step: SiteStep, facts: &Facts) -> Look {
    match step {
        SiteStep::EndSubscription => left_billing(work).await,
        SiteStep::EndRecord | SiteStep::EndOldRecord => left_record(work, step).await,
        SiteStep::EndPlace | SiteStep::EndOldPlace => left_files(work, step, facts).await,
        SiteStep::EndServer | SiteStep::EndOldServer => left_server(work, step, facts).await,
        _ => Look::Absent,
    }
}

async fn left_billing(work: &Work) -> Look {
    let objects = &work.order.site.objects;
    let stripe = &work.ends.stripe;
    if let Some(id) = ObjectId::new(&objects.subscription) {
        match stripe.subscription(&id).await {
            Ok(found) if !found.status.is_over() => {
                let mut object = object("subscription", id.as_str(), work.domain().as_str());
                object.monthly = Some(work.order.site.price.to_string());
                return Look::Ours(object);
            }
            Err(error) if error.fault != Fault::NotFound => return unclear(&error),
            _ => {}
        }
    }
    let Some(id) = ObjectId::new(&objects.customer) else {
        return Look::Absent;
    };
    match stripe.customer(&id).await {
        Ok(found) if !found.deleted => {
            let name = work.order.site.affiliate.as_str();
            Look::Ours(object("customer", id.as_str(), name))
        }
        Err(error) if error.fault != Fault::NotFound => unclear(&error),
        _ => Look::Absent,
    }
}

async fn left_record(work: &Work, step: SiteStep) -> Look {
    let found = of_record(work, step)
        .and_then(|(domain, zone, id)| Some((domain, ObjectId::new(zone)?, ObjectId::new(id)?)));
    let Some((domain, zone, id)) = found else {
        return Look::Absent;
    };
    match record::records(work, &zone, domain).await {
        Ok(records) if records.iter().any(|record| record.id == id) => {
            Look::Ours(object("record", id.as_str(), domain.as_str()))
        }
        Ok(_) => Look::Absent,
        Err(error) => unclear(&error),
    }
}

async fn left_server(work: &Work, step: SiteStep, facts: &Facts) -> Look {
    for place in places(work, step, facts).1 {
        match others(work, step, &place).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(why) => return Look::Unclear(why),
        }
        match is_there(work, &place).await {
            Ok(true) => return Look::Ours(on(&place)),
            Ok(false) => {}
            Err(look) => return look,
        }
    }
    Look::Absent
}

async fn left_files(work: &Work, step: SiteStep, facts: &Facts) -> Look {
    let (domain, places) = places(work, step, facts);
    for place in &places {
        match left_at(work, place, &domain).await {
            Look::Absent => {}
            look => return look,
        }
    }
    Look::Absent
}

/// What of the site lies where the run was to put it.
pub(crate) async fn left_here(work: &Work, facts: &Facts) -> Look {
    left_at(work, &work.place(facts), work.domain()).await
}

/// What of a site lies at a place.
async fn left_at(work: &Work, place: &Place, domain: &Domain) -> Look {
    match is_there(work, place).await {
        Ok(true) => {}
        Ok(false) => return Look::Absent,
        Err(look) => return look,
    }
    let holds = async { work.web(place, domain).await?.holds_any().await };
    match holds.await {
        Ok(true) => {
            let mut left = on(place);
            "site files".clone_into(&mut left.kind);
            left.monthly = None;
            Look::Ours(left)
        }
        Ok(false) => Look::Absent,
        Err(Trouble::Not(why) | Trouble::Unknown(why)) => Look::Unclear(why),
    }
}

fn on(place: &Place) -> Object {
    let mut left = object("server", &place.server, &place.server_name);
    left.monthly = place.cost.map(|cost| cost.to_string());
    left
}

async fn is_there(work: &Work, place: &Place) -> Result<bool, Look> {
    let Some(id) = server::number(&place.server) else {
        return Ok(false);
    };
    match work.ends.hetzner.server(id).await {
        Ok(_) => Ok(true),
        Err(error) if error.fault == Fault::NotFound => Ok(false),
        Err(error) => Err(unclear(&error)),
    }
}

fn unclear(error: &drivers::provider::ProviderError) -> Look {
    Look::Unclear(Text::line(error.to_string()))
}
