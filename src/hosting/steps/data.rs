//! What only the site itself has, carried from its old place to its new one: the old database takes no writes from before the
//! copy until the site is gone there, so that none is lost, and pages are served all the while.

use saga::{Facts, Look, Outcome, Undone};
use vocab::Text;
use world::Site;

use super::{object, outcome, seen, undone};
use crate::backup::{Told, across, giving, is_given, parts_of, taking};
use crate::compose::Containers;
use crate::webserver::{Trouble, WebServer};
use crate::work::Work;

/// The old place, with the site as it was there.
async fn old(work: &Work) -> Result<(WebServer, &Site), Trouble> {
    let Some(was) = &work.order.was else {
        return Err(Trouble::Not(Text::line("it stands nowhere yet")));
    };
    Ok((work.web(&was.place(), &was.domain).await?, was))
}

async fn set(work: &Work, frozen: bool) -> Result<(), Trouble> {
    let (there, was) = old(work).await?;
    Containers::of(&there, was).freeze(frozen).await
}

pub(crate) async fn look_frozen(work: &Work) -> Look {
    let frozen = async {
        let (there, was) = old(work).await?;
        Containers::of(&there, was).is_frozen().await
    };
    seen(frozen.await, || {
        object("database", "takes no writes", work.domain().as_str())
    })
}

pub(crate) async fn freeze(work: &Work) -> Outcome {
    let frozen = set(work, true).await;
    outcome(frozen.map(|()| object("database", "takes no writes", work.domain().as_str())))
}

pub(crate) async fn thaw(work: &Work) -> Undone {
    undone(set(work, false).await, "it takes writes again")
}

/// The database and the volumes, in the place of what there may be at the new one: half of it is replaced by the next try.
pub(crate) async fn copy(work: &Work, facts: &Facts, told: &Told) -> Outcome {
    let copied = carry(work, facts, told).await;
    outcome(copied.map(|bytes| {
        let bytes = vocab::Bytes(bytes).to_string();
        object("data", &bytes, work.domain().as_str())
    }))
}

async fn carry(work: &Work, facts: &Facts, told: &Told) -> Result<u64, Trouble> {
    let (from, was) = old(work).await?;
    let (to, site) = (work.there(facts).await?, &work.order.site);
    let mut bytes = 0;
    for part in parts_of(site).into_iter().filter(|part| is_given(*part)) {
        let missing = || Trouble::Not(Text::line(format!("the site has no {}", part.word())));
        let gives = taking(&from, was, part).ok_or_else(missing)?;
        let takes = giving(&to, site, part).ok_or_else(missing)?;
        bytes += across((&*from.host, &gives), (&*to.host, &takes), told).await?;
    }
    let (then, now) = (
        Containers::of(&from, was).schema().await?,
        Containers::of(&to, site).schema().await?,
    );
    if then == now {
        return Ok(bytes);
    }
    let said = |schema: Option<Text>| schema.unwrap_or_else(|| Text::line("none"));
    Err(Trouble::Not(Text::line(format!(
        "the copy of the database has schema {}, and the database {}",
        said(now),
        said(then)
    ))))
}

/// Whether the database says the new domain.
pub(crate) async fn look_readdressed(work: &Work, facts: &Facts) -> Look {
    let address = async {
        let there = work.there(facts).await?;
        let containers = Containers::of(&there, &work.order.site);
        containers.address().await
    };
    let says = address.await.map(|address| {
        let address = address.unwrap_or_default();
        let host = address.split("//").nth(1).unwrap_or_default();
        host.split(['/', ':']).next() == Some(work.domain().as_str())
    });
    seen(says, || object("address", "", work.domain().as_str()))
}

async fn say(work: &Work, facts: &Facts, new: bool) -> Result<String, Trouble> {
    let Some(was) = &work.order.was else {
        return Err(Trouble::Not(Text::line("it has no other domain")));
    };
    let there = work.there(facts).await?;
    let containers = Containers::of(&there, &work.order.site);
    let (from, to) = if new {
        (&was.domain, work.domain())
    } else {
        (work.domain(), &was.domain)
    };
    containers
        .readdress(&work.order.site.current, from, to)
        .await
}

/// Every address of the old domain in the database becomes one of the new domain.
pub(crate) async fn readdress(work: &Work, facts: &Facts) -> Outcome {
    let said = say(work, facts, true).await;
    outcome(said.map(|count| {
        let values = format!("{count} values");
        object("address", &values, work.domain().as_str())
    }))
}

pub(crate) async fn readdress_back(work: &Work, facts: &Facts) -> Undone {
    let said = say(work, facts, false).await;
    undone(said.map(drop), "the database says the old domain again")
}
