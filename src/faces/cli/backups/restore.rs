//! `wheelhouse restore`: a site, or a part of it, from a backup.

use std::path::PathBuf;

use vocab::Domain;
use world::{RestoreRequest, SiteRequest, Wanted};

use crate::act::{self, ActOptions};
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The site; one whose server is gone gets a new one, and keeps its customer and subscription
    #[arg(value_parser = crate::sites::domain)]
    domain: Domain,
    /// The backup, or the end of its id [default: the newest that has the part]
    #[arg(value_name = "BACKUP")]
    backup: Option<String>,
    /// Which of it: files, database or all
    #[arg(long, value_name = "PART", value_parser = wanted, default_value = "all")]
    part: Wanted,
    /// Lay it into this folder for looking; the site is not touched
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    #[command(flatten)]
    act: ActOptions,
}

fn wanted(text: &str) -> std::result::Result<Wanted, String> {
    Wanted::WORDS
        .into_iter()
        .find(|(word, _)| *word == text)
        .map(|(_, wanted)| wanted)
        .ok_or_else(|| "a part is files, database or all".to_owned())
}

/// Plans, asks and follows the run to its end.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let to = options.to.as_deref().map(crate::sites::absolute);
    let request = SiteRequest::Restore(RestoreRequest {
        domain: options.domain.clone(),
        backup: options.backup.clone(),
        wanted: options.part,
        to: to.transpose()?,
    });
    act::change(context, request.into(), &options.act).await
}
