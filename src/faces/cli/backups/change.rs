//! Backups made, tried and thinned out.

use vocab::{Domain, Span, Time};
use world::query::{Protection, protection};
use world::{BackupRules, Site, SiteRequest};

use super::{all, each};
use crate::act::ActOptions;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::Tone;

/// Of which sites backups are made, and of what of them.
#[derive(Debug, clap::Args)]
pub(super) struct MakeOptions {
    #[command(flatten)]
    sites: SitesOptions,
    /// Only this part of it: database, a dump by itself, kept for seven days beside the whole backups
    #[arg(long, value_name = "PART", value_parser = ["database"])]
    part: Option<String>,
}

/// Which sites.
#[derive(Debug, clap::Args)]
pub(super) struct SitesOptions {
    /// The site
    #[arg(value_parser = crate::sites::domain, required_unless_present = "all")]
    domain: Option<Domain>,
    /// Every site, one after another
    #[arg(long, conflicts_with = "domain")]
    all: bool,
    /// Of --all only those whose last backup, or dump of the database, is older than the fleet file says
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
    /// The backup, or the end of its id [default: the newest whole one]
    #[arg(value_name = "BACKUP")]
    backup: Option<String>,
    /// The newest whole backup of every site, one after another
    #[arg(long, conflicts_with_all = ["domain", "backup"])]
    all: bool,
    #[command(flatten)]
    act: ActOptions,
}

impl SitesOptions {
    /// The site that is named, or all of those that `fits`, with `--due` those whose newest one is too old.
    fn domains(
        &self,
        context: &Context,
        fits: impl Fn(&Site) -> bool,
        newest: impl Fn(Protection) -> Option<Time>,
        every: impl Fn(&BackupRules) -> Option<Span>,
    ) -> Vec<Domain> {
        let (world, now) = (context.watch.world(), context.watch.now());
        if let Some(domain) = &self.domain {
            return vec![domain.clone()];
        }
        let every = world.backup_rules.as_ref().and_then(every);
        let due = |domain: &Domain| {
            let newest = newest(protection(world, domain, now));
            !self.due
                || newest.is_none_or(|newest| every.is_none_or(|every| now.since(newest) >= every))
        };
        let sites = world.sites.values().filter(|site| fits(site));
        let domains = sites.map(|site| site.domain.clone());
        domains.filter(due).collect()
    }

    fn wholes(&self, context: &Context) -> Vec<Domain> {
        let every = |rules: &BackupRules| Some(rules.every);
        self.domains(context, |_| true, |found| found.newest, every)
    }

    fn databases(&self, context: &Context) -> Vec<Domain> {
        let fits = |site: &Site| site.kind.has_database();
        self.domains(context, fits, |found| found.dumped, |rules| rules.dumps)
    }
}

/// Makes a backup of each.
pub(super) async fn make(options: &MakeOptions, context: &mut Context) -> Result<Exit> {
    let alone = options.part.is_some();
    let (domains, nothing) = if alone {
        let nothing = "no site has a database to be dumped now";
        (options.sites.databases(context), nothing)
    } else {
        let nothing = "no site needs a backup now";
        (options.sites.wholes(context), nothing)
    };
    if domains.is_empty() {
        context.console.err.say(Tone::Dim, nothing)?;
        return Ok(Exit::Fine);
    }
    let request = |domain: &Domain| {
        let domain = domain.clone();
        if alone {
            SiteRequest::Dump { domain }
        } else {
            SiteRequest::Backup { domain }
        }
    };
    each(&domains, request, &options.sites.act, context).await
}

/// Deletes what no rule keeps of each.
pub(super) async fn prune(options: &SitesOptions, context: &mut Context) -> Result<Exit> {
    let request = |domain: &Domain| SiteRequest::Prune {
        domain: domain.clone(),
    };
    each(&options.wholes(context), request, &options.act, context).await
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
