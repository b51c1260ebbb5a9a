//! `wheelhouse site …`: the rest of a site's life, between its making and its end.

use vocab::{Domain, Region, Text};
use world::{Placement, Site, SiteRequest, SiteState};

use super::{deploy::PlacementOptions, deploy::region, domain, removal};
use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::{self, Exit};

/// What can be done to a site that is there.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Have a site stand elsewhere, without a moment in which it does not answer
    #[command(after_long_help = exit::HELP)]
    Move(MoveOptions),
    /// Serve the sites of a region, or one site, from the next region
    #[command(after_long_help = exit::HELP)]
    Failover(FailoverOptions),
    /// Serve and bill a site no more, for the time being: visitors get a page that says so
    #[command(after_long_help = exit::HELP)]
    Suspend(OneOptions),
    /// Serve and bill a suspended site again
    #[command(after_long_help = exit::HELP)]
    Resume(OneOptions),
    /// Have the web server read a site's part anew, and its container begin anew
    #[command(after_long_help = exit::HELP)]
    Restart(OneOptions),
    /// Have a site serve a new certificate
    #[command(after_long_help = exit::HELP)]
    Renew(OneOptions),
    /// Have a site's own address record lead to its server again
    #[command(after_long_help = exit::HELP)]
    Repoint(OneOptions),
    /// Have the open invoices of a site's subscription paid now
    #[command(after_long_help = exit::HELP)]
    Collect(OneOptions),
    /// Make the server that a site stands on larger: more processors and memory, the same address and disk
    #[command(after_long_help = exit::HELP)]
    Grow(GrowOptions),
    /// Give a site another domain
    #[command(after_long_help = exit::HELP)]
    Rename(RenameOptions),
    /// Remove a site: as `wheelhouse delete`
    #[command(after_long_help = exit::HELP)]
    Delete(removal::Options),
}

#[derive(Debug, clap::Args)]
struct OneOptions {
    /// The site
    #[arg(value_parser = domain)]
    domain: Domain,
    #[command(flatten)]
    act: ActOptions,
}

#[derive(Debug, clap::Args)]
struct MoveOptions {
    /// The site
    #[arg(value_parser = domain)]
    domain: Domain,
    /// Where it is to stand [default: its own region]
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<Region>,
    #[command(flatten)]
    placement: PlacementOptions,
    #[command(flatten)]
    act: ActOptions,
}

#[derive(Debug, clap::Args)]
struct FailoverOptions {
    /// A region, for all sites that stand there; or one site
    #[arg(value_name = "REGION|DOMAIN", value_parser = which)]
    which: Which,
    /// Do all of it but the change of name, see whether it would work, and take it back
    #[arg(long)]
    rehearse: bool,
    #[command(flatten)]
    act: ActOptions,
}

#[derive(Debug, clap::Args)]
struct GrowOptions {
    /// The site
    #[arg(value_parser = domain)]
    domain: Domain,
    /// Hetzner's name of the type, also of the one it was [default: the cheapest with more of both]
    #[arg(long, value_name = "TYPE")]
    to: Option<String>,
    #[command(flatten)]
    act: ActOptions,
}

#[derive(Debug, clap::Args)]
struct RenameOptions {
    /// The site
    #[arg(value_parser = domain)]
    domain: Domain,
    /// Its new domain
    #[arg(value_name = "NEW", value_parser = domain)]
    to: Domain,
    #[command(flatten)]
    act: ActOptions,
}

/// What is to be failed over.
#[derive(Debug, Clone)]
enum Which {
    Region(Region),
    Site(Domain),
}

fn which(text: &str) -> std::result::Result<Which, String> {
    region(text).map(Which::Region).or_else(|_| {
        domain(text).map(Which::Site).map_err(|error| {
            format!("neither us-east, eu-central or asia-pacific nor a domain: {error}")
        })
    })
}

/// Plans, asks and follows the run to its end.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let (request, act) = match &options.verb {
        Verb::Failover(options) => return failover(options, context).await,
        Verb::Delete(options) => return removal::run(options, context).await,
        Verb::Move(options) => (
            SiteRequest::Move {
                domain: options.domain.clone(),
                region: options.region,
                placement: Placement::from(&options.placement),
            },
            &options.act,
        ),
        Verb::Suspend(one) => (
            SiteRequest::Suspend {
                domain: one.domain.clone(),
            },
            &one.act,
        ),
        Verb::Resume(one) => (
            SiteRequest::Resume {
                domain: one.domain.clone(),
            },
            &one.act,
        ),
        Verb::Restart(one) => (
            SiteRequest::Restart {
                domain: one.domain.clone(),
            },
            &one.act,
        ),
        Verb::Renew(one) => (
            SiteRequest::Renew {
                domain: one.domain.clone(),
            },
            &one.act,
        ),
        Verb::Repoint(one) => (
            SiteRequest::Repoint {
                domain: one.domain.clone(),
            },
            &one.act,
        ),
        Verb::Collect(one) => (
            SiteRequest::Collect {
                domain: one.domain.clone(),
            },
            &one.act,
        ),
        Verb::Grow(options) => (
            SiteRequest::Grow {
                domain: options.domain.clone(),
                to: options.to.as_ref().map(Text::line),
            },
            &options.act,
        ),
        Verb::Rename(options) => (
            SiteRequest::Rename {
                domain: options.domain.clone(),
                to: options.to.clone(),
            },
            &options.act,
        ),
    };
    act::change(context, request.into(), act).await
}

/// One site after another, so that the next ones find room on the servers that were made for the first. One that fails
/// does not keep the others from being saved; the exit code is the first one that is not fine.
async fn failover(options: &FailoverOptions, context: &mut Context) -> Result<Exit> {
    let domains = match &options.which {
        Which::Site(domain) => vec![domain.clone()],
        Which::Region(region) => of_region(context, *region)?,
    };
    let mut exit = Exit::Fine;
    for domain in domains {
        let request = SiteRequest::Failover {
            domain,
            rehearse: options.rehearse,
        };
        let ended = match act::change(context, request.into(), &options.act).await {
            // One plan that cannot be made says nothing of the others.
            Err(error @ Error::Refused(_)) if matches!(options.which, Which::Region(_)) => {
                context.console.say_error(&error)?;
                error.exit()
            }
            other => other?,
        };
        if exit == Exit::Fine {
            exit = ended;
        }
    }
    Ok(exit)
}

fn of_region(context: &Context, region: Region) -> Result<Vec<Domain>> {
    let sites = context.watch.world().sites.values();
    let there = |site: &&Site| site.region == region && site.state != SiteState::Suspended;
    let domains: Vec<Domain> = sites
        .filter(there)
        .map(|site| site.domain.clone())
        .collect();
    if domains.is_empty() {
        return Err(Error::NotFound(Text::line(format!(
            "no site is served from {region}: `wheelhouse sites` lists them"
        ))));
    }
    Ok(domains)
}
