//! The figures of one object at a moment, read from the facts: one file for each part of the world.
//!
//! What is not read is right, unless it is said to be unknown: a figure whose source is old, or was never read.

mod console;
mod containers;
mod money;
mod nodes;
mod providers;
mod runs;
mod schedules;
mod services;
mod sites;
mod tokens;

use vocab::rule::Figure;
use vocab::{Text, Time};

use crate::about::About;
use crate::world::World;

/// What a figure came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Which figure.
    pub figure: Figure,
    /// Of which part of the object: a mount point, a unit, an invoice; empty for the whole.
    pub part: Text,
    /// The value, in the figure's unit.
    pub value: f64,
    /// Since when it is so, where the world knows; otherwise the moment of the reading serves.
    pub since: Option<Time>,
    /// What there is to say beside the number: an exit code, an error, what was seen where.
    pub words: Text,
    /// Whether only this machine sees it so, where others could.
    pub only_here: bool,
}

/// The figures of one object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readings {
    /// What was read.
    pub list: Vec<Reading>,
    /// What cannot be known now: a figure, of one part or of all.
    pub unknown: Vec<(Figure, Option<Text>)>,
}

impl Readings {
    fn add(&mut self, figure: Figure, value: f64) -> &mut Reading {
        let reading = Reading {
            figure,
            part: Text::default(),
            value,
            since: None,
            words: Text::default(),
            only_here: false,
        };
        self.list.push(reading);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// It is so.
    fn flag(&mut self, figure: Figure) -> &mut Reading {
        self.add(figure, 1.0)
    }

    fn unknown(&mut self, figures: &[Figure]) {
        self.unknown
            .extend(figures.iter().map(|figure| (*figure, None)));
    }

    /// Whether nothing can be said of a figure now.
    pub fn is_unknown(&self, figure: Figure, part: &Text) -> bool {
        self.unknown
            .iter()
            .any(|(known, of)| *known == figure && of.as_ref().is_none_or(|of| of == part))
    }
}

impl Reading {
    fn part(&mut self, part: &Text) -> &mut Self {
        self.part = part.clone();
        self
    }

    const fn since(&mut self, since: Time) -> &mut Self {
        self.since = Some(since);
        self
    }

    fn words(&mut self, words: impl Into<Text>) -> &mut Self {
        self.words = words.into();
        self
    }

    const fn only_here(&mut self, only_here: bool) -> &mut Self {
        self.only_here = only_here;
        self
    }
}

/// What is to be said of a failure: what was seen here, and what others say.
fn both(here: &Text, elsewhere: &Text) -> Text {
    match (here.is_empty(), elsewhere.is_empty()) {
        (_, true) => here.clone(),
        (true, false) => elsewhere.clone(),
        (false, false) => Text::line(format!("{here}; {elsewhere}")),
    }
}

/// All figures of an object at `now`; nothing at all of one that is not there.
pub fn read(world: &World, about: &About, now: Time) -> Readings {
    let mut readings = Readings::default();
    match about {
        About::Node(name) => {
            if let Some(node) = world.nodes.get(name) {
                nodes::read(world, node, now, &mut readings);
            }
        }
        About::Container(key) => {
            if let Some(tracked) = world.containers.get(key) {
                containers::read(world, tracked, now, &mut readings);
            }
        }
        About::Service(name) => {
            if let Some(service) = world.services.get(name) {
                services::read(world, service, now, &mut readings);
            }
        }
        About::Site(domain) => {
            if let Some(site) = world.sites.get(domain) {
                sites::read(world, site, now, &mut readings);
                money::of_site(world, site, now, &mut readings);
            }
        }
        About::Server(name) => sites::read_server(world, name, now, &mut readings),
        About::Region(region) => sites::read_region(world, *region, now, &mut readings),
        About::Run(id) => {
            if let Some(run) = world.runs.get(id) {
                runs::read(run, now, &mut readings);
            }
        }
        About::Schedule(name) => {
            if let Some(schedule) = world.schedules.iter().find(|known| known.name == *name) {
                schedules::read(schedule, &mut readings);
            }
        }
        About::Provider(provider) => {
            providers::read(world, *provider, now, &mut readings);
            if *provider == vocab::Provider::Stripe {
                money::of_nobody(world, now, &mut readings);
            }
        }
        About::Console(name) => console::read(world, name, now, &mut readings),
        About::Elsewhere(_) => {}
    }
    tokens::read(world, about, now, &mut readings);
    readings
}

/// Whether the world knows of the object.
pub(super) fn is_there(world: &World, about: &About) -> bool {
    match about {
        About::Node(name) => world.nodes.contains_key(name),
        About::Container(key) => world.containers.contains_key(key),
        About::Service(name) => world.services.contains_key(name),
        About::Site(domain) => world.sites.contains_key(domain),
        About::Server(name) => world
            .sites
            .values()
            .any(|site| site.objects.server_name == **name),
        About::Region(region) => world.sites.values().any(|site| site.region == *region),
        About::Run(id) => world.runs.contains_key(id),
        About::Schedule(name) => world.schedules.iter().any(|known| known.name == *name),
        About::Provider(_) | About::Console(_) => true,
        About::Elsewhere(_) => false,
    }
}
