//! What the server costs now, in the books: of every site that stands there, and in what the provider's prices come to.

use saga::{Outcome, Undone};
use vocab::{NodeName, Text};
use world::Size;

use super::object;
use crate::growth;
use crate::work::Work;

pub(crate) async fn perform(work: &Work) -> Outcome {
    let growth = match growth::of(&work.order) {
        Ok(growth) => growth,
        Err(why) => return Outcome::Not(why),
    };
    match note(work, &growth.from, &growth.to).await {
        Ok(()) => Outcome::Done(object("cost", "", &work.server_name())),
        Err(why) => Outcome::Unknown(why),
    }
}

pub(crate) async fn undo(work: &Work) -> Undone {
    let growth = match growth::of(&work.order) {
        Ok(growth) => growth,
        Err(why) => return Undone::Done(why),
    };
    match note(work, &growth.to, &growth.from).await {
        Ok(()) => Undone::Done(Text::line("the books say what it cost before")),
        Err(why) => Undone::Unknown(why),
    }
}

/// Notes that the server is no more this large but that. Noting it again changes nothing.
async fn note(work: &Work, before: &Size, now: &Size) -> Result<(), Text> {
    let name = work.server_name();
    for mut site in work.book.all().await? {
        if site.objects.server_name == name && now.monthly.is_some() && site.cost != now.monthly {
            site.cost = now.monthly;
            work.book.put(&site).await?;
        }
    }
    let Some(mut prices) = work.book.prices().await? else {
        return Ok(());
    };
    let listed = NodeName::new(&name)
        .ok()
        .and_then(|name| prices.servers.get_mut(&name));
    // Who has read the list since then knows it better.
    let Some(listed) = listed.filter(|listed| listed.kind == before.server_type) else {
        return Ok(());
    };
    let (Some(more), Some(less)) = (now.monthly, before.monthly) else {
        return Ok(());
    };
    let sum = listed.monthly.checked_add(more);
    let sum = sum.and_then(|sum| sum.checked_sub(less));
    listed.monthly = sum.map_err(|error| Text::line(error.to_string()))?;
    listed.kind = now.server_type.clone();
    work.book.put_prices(&prices).await
}
