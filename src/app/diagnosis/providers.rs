//! The providers that sites are made with: one harmless question to each, with the token that the runs would use.

use std::sync::Arc;

use cli::doctor::Check;
use config::Fleet;
use drivers::provider::{Fault, ProviderError, Read};
use hosting::Ends;
use vocab::Text;

/// Asks each over the ends that were made of the fleet file; nothing when the file has none of them.
pub async fn examine(fleet: &Fleet, ends: Result<Arc<Ends>, Text>) -> Vec<Check> {
    let declared = &fleet.providers;
    if declared.hetzner.is_none() && declared.cloudflare.is_none() && declared.stripe.is_none() {
        return Vec::new();
    }
    let ends = match ends {
        Ok(ends) => ends,
        Err(why) => {
            return vec![Check::missing(
                "hosting",
                why,
                "sites cannot be made until it is there",
            )];
        }
    };
    let (servers, names, money) = tokio::join!(
        ends.hetzner.locations(),
        ends.cloudflare.zones(None),
        ends.stripe.price_by_lookup_key("wheelhouse"),
    );
    vec![
        check("hetzner", servers, |places| {
            format!("{} locations", places.len())
        }),
        check("cloudflare", names, |zones| match zones.as_slice() {
            [] => "the token is good, but it sees no zone".to_owned(),
            zones => {
                let names: Vec<&str> = zones
                    .iter()
                    .map(|zone| zone.name.as_str())
                    .take(5)
                    .collect();
                format!("{} zones: {}", zones.len(), names.join(", "))
            }
        }),
        check("stripe", money, |_| "the key is good".to_owned()),
    ]
}

fn check<T>(name: &str, answer: Read<T>, words: impl FnOnce(&T) -> String) -> Check {
    let name = format!("provider {name}");
    match answer {
        Ok(found) => Check::ok(name, words(&found)),
        Err(error) if error.fault.is_passing() => {
            Check::warning(name, said(&error), "try again later")
        }
        Err(error) => Check::missing(name, said(&error), mend(error.fault)),
    }
}

fn said(error: &ProviderError) -> Text {
    Text::line(error.to_string())
}

const fn mend(fault: Fault) -> &'static str {
    match fault {
        Fault::Unauthorized => "put the right token where the fleet file says it is",
        Fault::ReadOnly | Fault::Forbidden => "give the token the rights that sites need",
        _ => "see the provider's console",
    }
}
