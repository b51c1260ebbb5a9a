//! `wheelhouse sites`: what is hosted for whom, and where; or one site with its releases.

use serde::Serialize;
use vocab::{Bytes, Domain, Text, Time};
use world::{Release, Site, SiteState, World};

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::print::words::rfc3339;
use crate::print::{Cell, Pairs, Stream, Table, Tone};

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Show this one in full, with its releases
    #[arg(value_parser = super::domain)]
    domain: Option<Domain>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A site as JSON.
#[derive(Debug, Serialize)]
struct Row {
    domain: String,
    state: &'static str,
    kind: String,
    affiliate: String,
    region: String,
    price: String,
    server: String,
    address: String,
    subscription: String,
    deployment: String,
    created: String,
    /// The port on its server that its program answers on.
    port: Option<u16>,
    current: String,
    releases: Vec<ReleaseRow>,
    /// The run that works on it now.
    run: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReleaseRow {
    id: String,
    at: String,
    age_ms: i64,
    files: u64,
    bytes: u64,
    source: Text,
    /// The version of the database's schema when it was last put in service or out of it.
    schema: Option<Text>,
    served: bool,
}

fn row(world: &World, site: &Site, now: Time) -> Row {
    Row {
        domain: site.domain.to_string(),
        state: site.state.word(),
        kind: site.kind.to_string(),
        affiliate: site.affiliate.to_string(),
        region: site.region.to_string(),
        price: site.price.to_string(),
        server: site.objects.server_name.clone(),
        address: site.objects.address.clone(),
        subscription: site.objects.subscription.clone(),
        deployment: site.deployment.to_string(),
        created: rfc3339(site.created),
        port: site.objects.port,
        current: site.current.to_string(),
        releases: site
            .releases
            .iter()
            .map(|release| ReleaseRow {
                id: release.id.to_string(),
                at: rfc3339(release.at),
                age_ms: now.since(release.at).0,
                files: release.files,
                bytes: release.bytes,
                source: release.source.clone(),
                schema: release.schema.clone(),
                served: release.id == site.current,
            })
            .collect(),
        run: world.run_on(&site.domain).map(|run| run.id().to_string()),
    }
}

/// Prints what the books hold.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    let (world, now) = (context.watch.world(), context.watch.now());
    let out = &mut context.console.out;
    match &options.domain {
        Some(domain) => {
            let site = world.site(domain)?;
            if options.json {
                out.json(&row(world, site, now))?;
            } else {
                print_one(world, site, now, out)?;
            }
        }
        None if options.json => out.json(
            &world
                .sites
                .values()
                .map(|site| row(world, site, now))
                .collect::<Vec<_>>(),
        )?,
        None => print_all(world, now, out)?,
    }
    Ok(Exit::Fine)
}

fn print_all(world: &World, now: Time, out: &mut Stream) -> Result<()> {
    if world.sites.is_empty() {
        return out.say(
            Tone::Dim,
            "no sites yet: `wheelhouse deploy DOMAIN PATH --affiliate NAME` makes one",
        );
    }
    let mut table = Table::new(&[
        "DOMAIN",
        "STATE",
        "AFFILIATE",
        "REGION",
        "PRICE",
        "ADDRESS",
        "RELEASE",
        "AGE",
        "DOING",
    ]);
    for site in world.sites.values() {
        table.row(vec![
            Cell::of(site.domain.as_str()),
            Cell::of(site.state.word()).tone(tone(site)),
            Cell::of(site.affiliate.as_str()),
            Cell::of(site.region.word()),
            Cell::figure(Some(site.price)),
            Cell::of(&site.objects.address),
            Cell::of(site.current.as_str()),
            Cell::figure(Some(now.since(site.created))),
            Cell::of(doing(world, &site.domain)),
        ]);
    }
    table.print(out, 0)
}

const fn tone(site: &Site) -> Tone {
    match site.state {
        SiteState::Active => Tone::Good,
        SiteState::Suspended => Tone::Warn,
        SiteState::Broken => Tone::Bad,
    }
}

/// What is being done to a site now: the run and its step.
fn doing(world: &World, domain: &Domain) -> String {
    world.run_on(domain).map_or_else(String::new, |run| {
        let (over, all) = run.progress();
        format!("{} {over}/{all}", run.plan.title)
    })
}

fn print_one(world: &World, site: &Site, now: Time, out: &mut Stream) -> Result<()> {
    let mut pairs = Pairs::default();
    pairs.add("domain", site.domain.as_str());
    pairs.toned("state", tone(site), site.state.word());
    let port = site.objects.port;
    let port = port.map_or_else(String::new, |port| format!(" on port {port}"));
    pairs.add("type", format!("{}{port}", site.kind));
    pairs.add("affiliate", site.affiliate.as_str());
    pairs.add("region", site.region.word());
    pairs.add("price", format!("{} a month", site.price));
    pairs.add("server", &site.objects.server_name);
    pairs.add("address", &site.objects.address);
    pairs.add("subscription", &site.objects.subscription);
    pairs.add("made", rfc3339(site.created));
    if world.run_on(&site.domain).is_some() {
        pairs.add("doing", doing(world, &site.domain));
    }
    pairs.print(out)?;
    let mut table = Table::new(&["RELEASE", "AGE", "FILES", "SIZE", "FROM", ""]);
    for release in &site.releases {
        table.row(vec![
            Cell::of(release.id.as_str()),
            Cell::figure(Some(now.since(release.at))),
            Cell::figure(Some(release.files)),
            Cell::figure(Some(Bytes(release.bytes))),
            Cell::of(&release.source),
            Cell::of(marks(release, site)),
        ]);
    }
    out.line(&[])?;
    table.print(out, 0)
}

/// What is to be known of a release before going back to it.
fn marks(release: &Release, site: &Site) -> String {
    let served = (release.id == site.current).then(|| "served".to_owned());
    let schema = release.schema.as_ref();
    let schema = schema.map(|schema| format!("schema {schema}"));
    let all: Vec<String> = served.into_iter().chain(schema).collect();
    all.join(", ")
}
