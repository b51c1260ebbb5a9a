//! What an operator is told of a server that becomes another type, before it is begun.

use vocab::{NodeName, Text};
use world::{Growth, GrowthStep, Intent, PlanObject, SiteOrder, SiteRequest, Size};

use crate::names;

/// What the run makes of the site's server.
pub(crate) fn detail(order: &SiteOrder) -> String {
    order.growth.as_ref().map_or_else(String::new, |growth| {
        format!(
            "its server becomes {} instead of {}; its disk stays",
            growth.to.words(),
            growth.from.words()
        )
    })
}

/// The server with what it costs, and the sites that are away with it.
pub(crate) fn objects(order: &SiteOrder) -> Vec<PlanObject> {
    let (Some(growth), Ok(node)) = (
        &order.growth,
        NodeName::new(&order.site.objects.server_name),
    ) else {
        return Vec::new();
    };
    let server = PlanObject {
        node: node.clone(),
        kind: Text::line("server"),
        name: Text::line(&order.site.objects.server_name),
        detail: Text::line(format!(
            "{} instead of {}: {}",
            growth.to.server_type,
            growth.from.server_type,
            cost(growth)
        )),
    };
    let beside = growth.beside.iter().map(|domain| PlanObject {
        node: node.clone(),
        kind: Text::line("site"),
        name: Text::line(domain.as_str()),
        detail: Text::line("stands there too, and is away meanwhile"),
    });
    std::iter::once(server).chain(beside).collect()
}

/// What it costs more or less, by the provider's list of prices.
fn cost(growth: &Growth) -> String {
    let (Some(from), Some(to), Some(more)) =
        (growth.from.monthly, growth.to.monthly, growth.costs_more())
    else {
        return "at an unknown price".to_owned();
    };
    let change = if more.is_negative() {
        let less = from.checked_sub(to).unwrap_or(more);
        format!("{less} a month less")
    } else {
        format!("{more} a month more")
    };
    format!("{change} ({to} instead of {from})")
}

/// What the operator should know first.
pub(crate) fn warnings(order: &SiteOrder) -> Vec<String> {
    let Some(growth) = &order.growth else {
        return Vec::new();
    };
    let away = match growth.beside.len() {
        0 => "it does not answer".to_owned(),
        1 => "it and the other site there do not answer".to_owned(),
        count => format!("it and the other {count} sites there do not answer"),
    };
    let mut warnings = vec![format!(
        "{away} while the server is off: one to three minutes; when a step fails it is {} again, and on",
        growth.from.server_type
    )];
    let shrinks = growth.to.memory < growth.from.memory || growth.to.cores < growth.from.cores;
    if shrinks {
        warnings.push(format!(
            "that is less than it has: look first whether {} of memory and {} processors are enough",
            growth.to.memory, growth.to.cores
        ));
    }
    warnings
}

/// The way back: what it was fits its disk.
pub(crate) fn inverse(order: &SiteOrder) -> Option<Intent> {
    let growth = order.growth.as_ref()?;
    let back = SiteRequest::Grow {
        domain: order.site.domain.clone(),
        to: Some(growth.from.server_type.clone()),
    };
    Some(back.into())
}

/// What a step does.
pub(crate) fn title(step: GrowthStep, order: &SiteOrder) -> String {
    match step {
        GrowthStep::Standing => format!(
            "server {} is {}; which sites answer",
            names::server_of(order),
            kind(order, |growth| &growth.from)
        ),
        GrowthStep::PowerOff => "shut it down; after 60 s its power is cut".to_owned(),
        GrowthStep::Resize => format!(
            "{} becomes {}, the disk stays",
            kind(order, |growth| &growth.from),
            kind(order, |growth| &growth.to)
        ),
        GrowthStep::PowerOn => "switch it on".to_owned(),
        GrowthStep::AllAnswer => "every site there that answered answers again".to_owned(),
        GrowthStep::Cost => "what it costs now".to_owned(),
    }
}

/// The call that does it.
pub(crate) fn exact(step: GrowthStep, order: &SiteOrder) -> String {
    let server = format!("/servers/{}", order.site.objects.server);
    match step {
        GrowthStep::Standing => format!("GET {server}"),
        GrowthStep::PowerOff => format!("POST {server}/actions/shutdown; poweroff"),
        GrowthStep::Resize => format!(
            "POST {server}/actions/change_type {}, upgrade_disk: false",
            kind(order, |growth| &growth.to)
        ),
        GrowthStep::PowerOn => format!("POST {server}/actions/poweron"),
        GrowthStep::AllAnswer => {
            let urls = order.domains().into_iter();
            let urls: Vec<String> = urls.map(|domain| format!("https://{domain}/")).collect();
            format!("GET {}", urls.join(", "))
        }
        GrowthStep::Cost => "the sites and prices in the books".to_owned(),
    }
}

/// A type of the order's server.
fn kind(order: &SiteOrder, of: fn(&Growth) -> &Size) -> &str {
    let growth = order.growth.as_ref();
    growth.map_or("", |growth| &of(growth).server_type)
}
