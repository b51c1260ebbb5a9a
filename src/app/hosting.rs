//! From the fleet file to the open ends of hosting: the providers' clients, the keys, the books' place.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use config::Fleet;
use config::fleet::{Certificates, Credential, Hosting, Provider};
use drivers::provider::{Access, Cloudflare, Hetzner, Stripe, cloudflare, hetzner, stripe};
use hosting::{Acme, Affiliate, Ends, FromHere, Keys, Offer, SshMachines, Waits};
use kit::files;
use vocab::{Secret, Text};
use world::money::{Exchange, Terms};

use super::backups;

/// What sites are made with, or why they cannot be and how to mend it.
pub fn ends(fleet: &Fleet, state: &Path) -> Result<Arc<Ends>, Text> {
    let terms = terms(fleet)?;
    let providers = &fleet.providers;
    let keys = Keys::new(state.join("keys"));
    let name_server = terms
        .dns
        .as_ref()
        .map(|address| {
            address.parse::<SocketAddr>().map_err(|_| {
                Text::line(format!("[hosting] dns = \"{address}\" is no address:port"))
            })
        })
        .transpose()?;
    let refused = |error: drivers::provider::ProviderError| Text::line(error.to_string());
    let hetzner = access("hetzner", providers.hetzner.as_ref(), hetzner::URL)?;
    let cloudflare = access("cloudflare", providers.cloudflare.as_ref(), cloudflare::URL)?;
    let mut stripe = access("stripe", providers.stripe.as_ref(), stripe::URL)?;
    // Its official clients are given the address without the version.
    if !stripe.url.ends_with("/v1") {
        stripe.url.push_str("/v1");
    }
    Ok(Arc::new(Ends {
        hetzner: Hetzner::new(hetzner).map_err(refused)?,
        cloudflare: Cloudflare::new(cloudflare).map_err(refused)?,
        stripe: Stripe::new(stripe).map_err(refused)?,
        machines: Arc::new(SshMachines::new(keys.clone())),
        keys,
        visits: Arc::new(FromHere),
        backups: backups::vault(fleet, state),
        witnesses: Vec::new(),
        offer: offer(fleet, terms, state)?,
        installation: installation(fleet, state)?,
        name_server,
        waits: Waits::default(),
    }))
}

/// What hosting is sold for.
fn terms(fleet: &Fleet) -> Result<&Hosting, Text> {
    fleet.hosting.as_ref().ok_or_else(|| {
        Text::line(
            "sites need [providers.hetzner], [providers.cloudflare], [providers.stripe] and [hosting] in the fleet file; \
             `wheelhouse sandbox` shows values to try it with",
        )
    })
}

/// Whether the fleet file names all providers that sites are made with.
pub const fn are_providers_named(fleet: &Fleet) -> bool {
    let providers = &fleet.providers;
    fleet.hosting.is_some()
        && providers.hetzner.is_some()
        && providers.cloudflare.is_some()
        && providers.stripe.is_some()
}

/// The terms of the ledger. Affiliates with a share of their own keep it.
pub fn declared_terms(fleet: &Fleet) -> Option<Terms> {
    let hosting = fleet.hosting.as_ref()?;
    let shares = fleet.affiliates.iter();
    Some(Terms {
        price: hosting.price,
        server_cost: hosting.server_cost,
        affiliate_share: hosting.affiliate_share,
        shares: shares
            .filter_map(|affiliate| Some((affiliate.name.clone(), affiliate.share?)))
            .collect(),
        fee_percent: hosting.fee.percent,
        fee_fixed: hosting.fee.fixed,
        exchange: hosting.exchange.map(|exchange| Exchange {
            from: hosting.server_cost.currency,
            rate: exchange.rate,
            date: exchange.date,
        }),
    })
}

fn access(name: &str, provider: Option<&Provider>, url: &str) -> Result<Access, Text> {
    let provider = provider.ok_or_else(|| {
        Text::line(format!(
            "sites need [providers.{name}] in the fleet file, with token_file or token_env"
        ))
    })?;
    let url = provider.url.as_deref().map_or(url, |url| url);
    Ok(Access::new(url, token(name, &provider.token)?))
}

/// The token, from where the fleet file says.
fn token(name: &str, credential: &Credential) -> Result<Secret, Text> {
    secret(&format!("the token of {name}"), credential)
}

/// A secret, from where the fleet file says; `what` is how it is called.
pub fn secret(what: &str, credential: &Credential) -> Result<Secret, Text> {
    let token = match credential {
        Credential::Inline(token) => token.to_string(),
        Credential::Environment(variable) => std::env::var(variable.as_str()).map_err(|_| {
            Text::line(format!(
                "the environment variable {variable} with {what} is not set"
            ))
        })?,
        Credential::File(path) => std::fs::read_to_string(path).map_err(|error| {
            Text::line(format!(
                "{what} cannot be read from {}: {error}",
                path.display()
            ))
        })?,
    };
    match token.trim() {
        "" => Err(Text::line(format!("{what} is empty"))),
        token => Ok(Secret::new(token.to_owned())),
    }
}

/// What tells this installation's objects from others': the fleet file's word, or one that is made once and kept.
pub fn installation(fleet: &Fleet, state: &Path) -> Result<String, Text> {
    let terms = terms(fleet)?;
    if let Some(named) = &terms.installation {
        return Ok(named.to_string());
    }
    let path = state.join("installation");
    let io =
        |error: std::io::Error| Text::line(format!("{} cannot be kept: {error}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(kept) if !kept.trim().is_empty() => return Ok(kept.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(io(error)),
    }
    files::make_private_folder(state).map_err(io)?;
    let made = uuid::Uuid::now_v7().simple().to_string()[20..].to_owned();
    std::fs::write(&path, format!("{made}\n")).map_err(io)?;
    Ok(made)
}

/// What is offered, as the fleet file says.
fn offer(fleet: &Fleet, terms: &Hosting, state: &Path) -> Result<Offer, Text> {
    let affiliates = fleet.affiliates.iter();
    Ok(Offer {
        price: terms.price,
        server_cost: terms.server_cost,
        server_type: terms.server_type.clone(),
        image: terms.image.clone(),
        certificates: Text::line(match terms.certificates {
            Certificates::Acme => "acme",
            Certificates::Internal => "internal",
        }),
        acme: acme(terms)?,
        ports: terms.port_range.clone(),
        keep_releases: usize::from(terms.keep_releases),
        sites_per_node: usize::from(terms.sites_per_node),
        at_once: usize::from(terms.at_once),
        affiliates: affiliates
            .map(|affiliate| Affiliate {
                name: affiliate.name.clone(),
                region: affiliate.region,
                email: affiliate.email.clone(),
            })
            .collect(),
        releases: state.join("releases"),
    })
}

/// Who is asked for certificates, when it is not one of those that the web server knows of itself.
fn acme(terms: &Hosting) -> Result<Option<Acme>, Text> {
    let Some(directory) = &terms.acme else {
        return Ok(None);
    };
    let authority = terms.acme_ca_file.as_ref().map(|path| {
        std::fs::read(path).map_err(|error| {
            Text::line(format!(
                "[hosting] acme_ca_file cannot be read from {}: {error}",
                path.display()
            ))
        })
    });
    Ok(Some(Acme {
        directory: directory.clone(),
        authority: authority.transpose()?,
    }))
}
