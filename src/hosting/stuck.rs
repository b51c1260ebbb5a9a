//! What a run could not see to: what of it is shown, and an operator's ways out, with what they have to prove.

use std::sync::Arc;

use saga::stuck::Left;
use saga::{Forward, Journal, Look, Object, Record, Step};
use vocab::Text;
use world::{LeftOver, Plan, Refusal, RefusalKind, SiteOrder, SiteStep, WayOut};

/// What a stuck step has left, as far as its record and the order say.
pub(crate) fn left_by(order: &SiteOrder, step: SiteStep, record: &Record) -> Option<LeftOver> {
    if let Forward::Done(object) = &record.forward {
        return Some(left_over(object));
    }
    let site = match step {
        SiteStep::EndOldPlace | SiteStep::EndOldServer | SiteStep::EndOldRecord => {
            order.was.as_deref()?
        }
        _ => &order.site,
    };
    let objects = &site.objects;
    let (kind, id, name, monthly) = match step {
        SiteStep::EndServer | SiteStep::EndOldServer => (
            "server",
            &objects.server,
            &objects.server_name,
            site.cost.map(|cost| cost.to_string()),
        ),
        SiteStep::EndPlace | SiteStep::EndOldPlace => {
            ("site files", &objects.server, &objects.server_name, None)
        }
        SiteStep::EndRecord | SiteStep::EndOldRecord => {
            ("record", &objects.record, &site.domain.to_string(), None)
        }
        SiteStep::EndSubscription => (
            "subscription",
            &objects.subscription,
            &site.domain.to_string(),
            Some(site.price.to_string()),
        ),
        _ => return None,
    };
    Some(LeftOver {
        kind: Text::line(kind),
        id: Text::line(id),
        name: Text::line(name),
        monthly: monthly.map(Text::line),
    })
}

fn left_over(object: &Object) -> LeftOver {
    LeftOver {
        kind: Text::line(&object.kind),
        id: Text::line(&object.id),
        name: Text::line(&object.name),
        monthly: object.monthly.as_ref().map(Text::line),
    }
}

/// Looks whether a way out may be taken, and says what would be kept by it. Changes nothing.
pub async fn may_leave(
    plan: &Plan,
    steps: &[Arc<dyn Step>],
    journal: &dyn Journal,
    way: &WayOut,
) -> Result<Vec<LeftOver>, Refusal> {
    let refuse = |kind, words: String| Err(Refusal::new(kind, words));
    if let WayOut::Keep(why) = way
        && why.trim().is_empty()
    {
        return refuse(
            RefusalKind::Invalid,
            "what is kept is kept for a reason: say it with --reason".to_owned(),
        );
    }
    if *way == WayOut::Retry {
        return Ok(Vec::new());
    }
    let left = match saga::stuck::left(plan.id, steps, journal).await {
        Ok(left) => left,
        Err(error) => return refuse(RefusalKind::Journal, error.0.to_string()),
    };
    if *way == WayOut::Removed {
        return match left.iter().find_map(still_there) {
            Some((kind, words)) => refuse(kind, words),
            None => Ok(Vec::new()),
        };
    }
    let there = left.iter().filter(|left| left.look != Look::Absent);
    Ok(there
        .filter_map(|left| left.object.as_ref())
        .map(left_over)
        .collect())
}

/// Why "I removed it" is not believed.
fn still_there(left: &Left) -> Option<(RefusalKind, String)> {
    match &left.look {
        Look::Absent | Look::Foreign(_) => None,
        Look::Ours(object) => Some((
            RefusalKind::Conflict,
            format!(
                "{} {} ({}) is still there: remove it at its provider first, or keep it and say why",
                object.kind, object.name, object.id
            ),
        )),
        Look::Unclear(why) => Some((
            RefusalKind::Unreachable,
            format!("whether it is gone could not be seen: {why}"),
        )),
    }
}

/// The saga's word for a way out.
pub fn way(way: &WayOut) -> saga::stuck::WayOut {
    match way {
        WayOut::Retry => saga::stuck::WayOut::Retry,
        WayOut::Removed => saga::stuck::WayOut::Removed,
        WayOut::Keep(why) => saga::stuck::WayOut::Keep(why.clone()),
    }
}
