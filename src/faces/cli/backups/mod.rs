//! `wheelhouse backup` and `wheelhouse restore`: backups of sites made, listed, tried, thinned out and brought back.

mod change;
mod list;
mod restore;

use vocab::Domain;
use world::{SiteRequest, World};

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;

pub use restore::Options as RestoreOptions;
pub(crate) use restore::run as restore;

/// Options of making a backup, and what else is done with backups.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Options {
    #[command(flatten)]
    make: change::MakeOptions,
    #[command(subcommand)]
    other: Option<Other>,
}

/// What else is done with backups.
#[derive(Debug, clap::Subcommand)]
enum Other {
    /// List the backups: of what, age, size, by which rule they are kept, when they were last seen to be whole
    List(list::ListOptions),
    /// Bring a backup back into a scratch place and compare every byte; the site is not touched
    #[command(after_long_help = crate::exit::HELP)]
    Drill(change::DrillOptions),
    /// Delete the backups that no rule keeps
    #[command(after_long_help = crate::exit::HELP)]
    Prune(change::SitesOptions),
}

/// Does it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    match &options.other {
        None => change::make(&options.make, context).await,
        Some(Other::List(list)) => list::run(list, context).await,
        Some(Other::Drill(drill)) => change::drill(drill, context).await,
        Some(Other::Prune(prune)) => change::prune(prune, context).await,
    }
}

/// One run after another, for each site; the last bad end is the end of all. A site that is refused does not keep the next
/// from its turn.
async fn each(
    domains: &[Domain],
    request: impl Fn(&Domain) -> SiteRequest,
    options: &ActOptions,
    context: &mut Context,
) -> Result<Exit> {
    if let [domain] = domains {
        return act::change(context, request(domain).into(), options).await;
    }
    let mut worst = Exit::Fine;
    for domain in domains {
        let exit = match act::change(context, request(domain).into(), options).await {
            Err(Error::Refused(refusal)) => {
                let words = crate::print::piece(crate::print::Tone::Bad, refusal.to_string());
                context.console.err.line(&[words])?;
                Exit::Wrong
            }
            ended => ended?,
        };
        if exit != Exit::Fine {
            worst = exit;
        }
    }
    Ok(worst)
}

/// All sites of the books.
fn all(world: &World) -> Vec<Domain> {
    world.sites.keys().cloned().collect()
}
