//! What stands on the site's server: looked at before it is switched off, and until all of it answers when it is on again.

use std::collections::BTreeSet;

use futures::future::join_all;
use saga::{Facts, Outcome};
use tokio::time::Instant;
use vocab::Text;
use world::{Site, SiteState};

use super::answers::authority;
use super::{object, outcome, power};
use crate::growth;
use crate::webserver::Trouble;
use crate::work::Work;

/// The fact that names the sites that answered, with blanks between them.
const ANSWERING: &str = "answering";

/// That the server is as the plan says and at rest, that nobody has come to stand there since, and who answers.
pub(crate) async fn perform(work: &Work, facts: &Facts) -> Outcome {
    let looked = async {
        let growth = growth::of(&work.order).map_err(Trouble::Not)?;
        let server = power::seen(power::server(work).await)?;
        power::at_rest(&server).map_err(Trouble::Not)?;
        let kind = &server.server_type.name;
        if *kind != growth.from.server_type {
            return Err(Trouble::Not(Text::line(format!(
                "server {} is {kind} by now, not {}: plan again",
                server.name, growth.from.server_type
            ))));
        }
        let sites = there(work).await?;
        let planned = work.order.domains();
        if let Some(new) = sites.iter().find(|site| !planned.contains(&site.domain)) {
            return Err(Trouble::Not(Text::line(format!(
                "{} has come to stand on server {} since the plan was made: plan again",
                new.domain, server.name
            ))));
        }
        let seen = join_all(sites.iter().map(|site| visit(work, facts, site))).await;
        let answering = sites.iter().zip(seen).filter(|(_, seen)| seen.is_ok());
        let answering: Vec<&str> = answering.map(|(site, _)| site.domain.as_str()).collect();
        let mut found = object("server", &server.id.to_string(), &server.name);
        let answering = answering.join(" ");
        found.facts.insert(ANSWERING.to_owned(), answering);
        Ok(found)
    };
    outcome(looked.await)
}

/// The sites that stand on the server, by the books as they are now.
async fn there(work: &Work) -> Result<Vec<Site>, Trouble> {
    let mut sites = work.book.all().await.map_err(Trouble::Unknown)?;
    let name = work.server_name();
    sites.retain(|site| site.objects.server_name == name);
    Ok(sites)
}

/// A look at a site as its visitors see it: itself, or the page of a suspended one.
async fn visit(work: &Work, facts: &Facts, site: &Site) -> Result<Text, Text> {
    let internal = work.order.certificates == "internal";
    let authority = authority(work, facts, internal).await;
    let authority = authority.map_err(|(Trouble::Not(why) | Trouble::Unknown(why))| why)?;
    let (visits, address) = (&work.ends.visits, &site.objects.address);
    let authority = authority.as_deref();
    if site.state == SiteState::Suspended {
        visits.closed(&site.domain, address, authority).await
    } else {
        visits.answers(&site.domain, address, authority).await
    }
}

/// Every site that answered before, and the run's own, answers again: systems and containers take their time to start.
pub(crate) async fn all_answer(work: &Work, facts: &Facts) -> Outcome {
    let within = work.ends.waits.login;
    let answered = async {
        work.there(facts).await?.reached(within).await?;
        let before = work.fact(facts, ANSWERING);
        let before: BTreeSet<&str> = before.split_whitespace().collect();
        let mut sites = there(work).await?;
        sites.retain(|site| site.domain == *work.domain() || before.contains(site.domain.as_str()));
        let ends = Instant::now() + within.duration();
        let all = sites.iter().map(|site| until(work, facts, site, ends));
        join_all(all)
            .await
            .into_iter()
            .collect::<Result<(), Text>>()
            .map_err(Trouble::Not)?;
        let words = format!("{} of {}", sites.len(), sites.len());
        Ok(object("answers", &words, &work.server_name()))
    };
    match answered.await {
        // It has had its time: the larger server goes back, rather than being waited for again and again.
        Err(Trouble::Unknown(why)) => Outcome::Not(why),
        other => outcome(other),
    }
}

async fn until(work: &Work, facts: &Facts, site: &Site, ends: Instant) -> Result<(), Text> {
    // Its visitors wait: it is looked at oftener than one that has answered and is made sure of.
    let pause = work.ends.waits.answer.duration() / 5;
    loop {
        let Err(why) = visit(work, facts, site).await else {
            return Ok(());
        };
        if Instant::now() >= ends {
            return Err(Text::line(format!(
                "{} does not answer again: {why}",
                site.domain
            )));
        }
        tokio::time::sleep(pause).await;
    }
}
