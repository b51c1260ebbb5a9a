//! Backups made, tried and thinned out.

use vocab::Domain;
use world::SiteRequest;
use world::query::protection;

use super::{all, each};
use crate::act::ActOptions;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::Tone;

/// Which sites.
#[derive(Debug, clap::Args)]
pub(super) struct SitesOptions {
    /// The site
    #[arg(value_parser = crate::sites::domain, required_unless_present = "all")]
    domain: Option<Domain>,
    /// Every site, one after another
    #[arg(long, conflicts_with = "domain")]
    all: bool,
    /// Of --all only those whose last backup is older than `every` of the fleet file
    #[arg(long, requires = "all")]
    due: bool,
    #[command(flatten)]
    act: ActOptions,
}

/// Which backup is tried.
#[derive(Debug, clap::Args)]
pub(super) struct DrillOptions {
    /// The site
    #[arg(value_parser = crate::sites::domain, required_unless_present = "all")]
    domain: Option<Domain>,
    /// The backup, or the end of its id [default: the newest]
    #[arg(value_name = "BACKUP")]
    backup: Option<String>,
    /// The newest backup of every site, one after another
    #[arg(long, conflicts_with_all = ["domain", "backup"])]
    all: bool,
    #[command(flatten)]
    act: ActOptions,
}

impl SitesOptions {
    fn domains(&self, context: &Context) -> Vec<Domain> {
        let (world, now) = (context.watch.world(), context.watch.now());
        let every = world.backup_rules.as_ref().map(|rules| rules.every);
        let due = |domain: &Domain| {
            let newest = protection(world, domain, now).newest;
            !self.due
                || newest.is_none_or(|newest| every.is_none_or(|every| now.since(newest) >= every))
        };
        match &self.domain {
            Some(domain) => vec![domain.clone()],
            None => all(world).into_iter().filter(due).collect(),
        }
    }
}

/// Makes a backup of each.
pub(super) async fn make(options: &SitesOptions, context: &mut Context) -> Result<Exit> {
    let domains = options.domains(context);
    if domains.is_empty() {
        let nothing = "no site needs a backup now";
        context.console.err.say(Tone::Dim, nothing)?;
        return Ok(Exit::Fine);
    }
    let request = |domain: &Domain| SiteRequest::Backup {
        domain: domain.clone(),
    };
    each(&domains, request, &options.act, context).await
}

/// Deletes what no rule keeps of each.
pub(super) async fn prune(options: &SitesOptions, context: &mut Context) -> Result<Exit> {
    let request = |domain: &Domain| SiteRequest::Prune {
        domain: domain.clone(),
    };
    each(&options.domains(context), request, &options.act, context).await
}

/// Tries a backup of each.
pub(super) async fn drill(options: &DrillOptions, context: &mut Context) -> Result<Exit> {
    let domains = match &options.domain {
        Some(domain) => vec![domain.clone()],
        None => all(context.watch.world()),
    };
    let request = |domain: &Domain| SiteRequest::Drill {
        domain: domain.clone(),
        backup: options.backup.clone(),
    };
    each(&domains, request, &options.act, context).await
}
