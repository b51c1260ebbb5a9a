//! Which objects an event may have changed the figures of.

use std::collections::BTreeSet;

use vocab::rule::Figure;
use vocab::{ContainerKey, NodeName, Provider, Text};

use crate::about::About;
use crate::event::Fact;
use crate::world::World;

/// The objects that a fact touches, after it was applied; those that it removed too.
pub(super) fn touched(world: &World, fact: &Fact) -> BTreeSet<About> {
    let mut found = BTreeSet::new();
    match fact {
        Fact::FleetDeclared { .. } | Fact::RulesDeclared(_) | Fact::MaintenanceDeclared(_) => {
            everything(world, &mut found);
        }
        Fact::ServicesDiscovered { node, .. } => {
            found.extend(known(world, |about| match about {
                About::Service(name) => world
                    .services
                    .get(name)
                    .is_none_or(|service| service.spec.node.as_ref() == Some(node)),
                _ => false,
            }));
            let here = world
                .services
                .values()
                .filter(|service| service.spec.node.as_ref() == Some(node));
            found.extend(here.map(|service| About::Service(service.spec.name.clone())));
        }
        Fact::NodeReached { node, .. }
        | Fact::NodeLost { node, .. }
        | Fact::EngineReached { node, .. }
        | Fact::EngineLost { node, .. }
        | Fact::ContainersListed { node, .. } => {
            found.insert(About::Node(node.clone()));
            containers(world, node, &mut found);
        }
        Fact::NodeConnecting { node, .. }
        | Fact::NodeDescribed { node, .. }
        | Fact::NodeSampled { node, .. }
        | Fact::NodeConditionRead { node, .. }
        | Fact::GpusSampled { node, .. }
        | Fact::MeshRead { node, .. } => {
            found.insert(About::Node(node.clone()));
        }
        Fact::ContainerInspected {
            node, container, ..
        } => {
            found.insert(About::Container(ContainerKey {
                node: node.clone(),
                id: container.id.clone(),
            }));
        }
        Fact::ContainerHappened { key, .. } => {
            found.insert(About::Container(key.clone()));
        }
        Fact::ServiceProbed { service, .. } => {
            found.insert(About::Service(service.clone()));
        }
        Fact::SignalsRecalled(signals) => {
            found.extend(signals.iter().map(|signal| signal.id.about.clone()));
        }
        Fact::SeenFrom { about, .. } => {
            found.insert(about.clone());
            server_of(world, about, &mut found);
            sites_on(world, about, &mut found);
        }
        Fact::SchedulesSeen(schedules) => {
            found.extend(known(world, |about| matches!(about, About::Schedule(_))));
            let names = schedules.iter().map(|schedule| schedule.name.clone());
            found.extend(names.map(About::Schedule));
        }
        Fact::Noticed(notice) => {
            found.insert(About::Console(notice.subject.clone()));
        }
        Fact::NoticeCleared { subject, .. } => {
            found.insert(About::Console(subject.clone()));
        }
        Fact::AlertsDeclared(_) | Fact::DeliveriesSeen(_) => {
            found.extend(known(world, |about| about.as_alert_channel().is_some()));
            let channels = world.alerts.channels.iter();
            found.extend(channels.map(|channel| About::alert_channel(&channel.name)));
        }
        Fact::RunRecorded(_) | Fact::RunMoved { .. } | Fact::StepMoved { .. } => {
            runs(fact, &mut found);
        }
        _ => business(world, fact, &mut found),
    }
    found
}

/// Those of runs.
fn runs(fact: &Fact, found: &mut BTreeSet<About>) {
    match fact {
        Fact::RunRecorded(run) => {
            found.insert(About::Run(run.id()));
            found.insert(About::runs());
        }
        Fact::RunMoved { run, .. } => {
            found.insert(About::Run(*run));
            found.insert(About::runs());
        }
        Fact::StepMoved { run, .. } => {
            found.insert(About::Run(*run));
        }
        _ => {}
    }
}

/// Those of sites, their backups and their money.
fn business(world: &World, fact: &Fact, found: &mut BTreeSet<About>) {
    match fact {
        Fact::SiteBooked(site) => {
            found.insert(About::Site(site.domain.clone()));
            found.insert(About::Provider(Provider::Stripe));
            server_of(world, &About::Site(site.domain.clone()), found);
        }
        Fact::SiteGone(domain) => {
            found.insert(About::Site(domain.clone()));
            found.insert(About::Provider(Provider::Stripe));
            found.extend(known(world, |about| {
                matches!(about, About::Server(_) | About::Region(_))
            }));
        }
        Fact::ReleaseSeen { site, .. } => {
            found.insert(About::Site(site.clone()));
        }
        Fact::SiteVisited { site, .. } => {
            found.insert(About::Site(site.clone()));
            server_of(world, &About::Site(site.clone()), found);
        }
        Fact::TermsDeclared(_)
        | Fact::BillingRead(_)
        | Fact::ServersPriced(_)
        | Fact::BackupsDeclared(_) => {
            found.extend(world.sites.keys().cloned().map(About::Site));
            found.insert(About::Provider(Provider::Stripe));
            found.insert(About::Provider(Provider::Hetzner));
        }
        Fact::BackupBooked(backup) => {
            found.insert(About::Site(backup.domain.clone()));
        }
        // Of a backup that is gone the world does not know any more whose it was.
        Fact::BackupGone(_) => found.extend(world.sites.keys().cloned().map(About::Site)),
        Fact::QuotaRead(quota) => {
            found.insert(About::Provider(quota.provider));
        }
        Fact::ProviderFailed { provider, .. } | Fact::TokenRead { provider, .. } => {
            found.insert(About::Provider(*provider));
        }
        Fact::TokensDeclared(ends) => {
            found.extend(ends.iter().map(|end| end.about.clone()));
            // Those of which it is not said any more, too.
            let signals = world.signals.keys();
            found.extend(
                signals
                    .filter(|id| world.signals[*id].figure == Figure::TokenEndsIn)
                    .map(|id| id.about.clone()),
            );
        }
        _ => {}
    }
}

/// Whatever there is, and whatever there was.
fn everything(world: &World, found: &mut BTreeSet<About>) {
    found.extend(known(world, |_| true));
    found.extend(world.nodes.keys().cloned().map(About::Node));
    found.extend(world.containers.keys().cloned().map(About::Container));
    found.extend(world.services.keys().cloned().map(About::Service));
    found.extend(world.sites.keys().cloned().map(About::Site));
    let servers = world.sites.values().map(|site| &site.objects.server_name);
    found.extend(
        servers
            .filter(|name| !name.is_empty())
            .map(|name| About::Server(Text::line(name))),
    );
    let regions = world.sites.values().map(|site| site.region);
    found.extend(regions.map(About::Region));
    found.extend(world.runs.keys().copied().map(About::Run));
    let schedules = world.schedules.iter();
    found.extend(schedules.map(|schedule| About::Schedule(schedule.name.clone())));
    found.extend(world.quotas.keys().copied().map(About::Provider));
    found.extend(world.unread.keys().copied().map(About::Provider));
    let subjects = world.notices.values().map(|notice| notice.subject.clone());
    found.extend(subjects.map(About::Console));
    let channels = world.alerts.channels.iter();
    found.extend(channels.map(|channel| About::alert_channel(&channel.name)));
    let declared = world.token_ends.declared.iter();
    found.extend(declared.map(|end| end.about.clone()));
    found.extend([About::network(), About::runs(), About::maintenance()]);
}

/// What depends on whether anything can be seen from this machine at all.
pub(super) fn seen_from_here(world: &World, found: &mut BTreeSet<About>) {
    found.insert(About::network());
    found.extend(world.nodes.keys().cloned().map(About::Node));
    found.extend(world.services.keys().cloned().map(About::Service));
    found.extend(world.sites.keys().cloned().map(About::Site));
    found.extend(known(world, |about| {
        matches!(about, About::Server(_) | About::Region(_))
    }));
}

fn known(world: &World, wanted: impl Fn(&About) -> bool) -> Vec<About> {
    let objects = world.tracking.objects.keys();
    objects.filter(|about| wanted(about)).cloned().collect()
}

fn containers(world: &World, node: &NodeName, found: &mut BTreeSet<About>) {
    found.extend(known(
        world,
        |about| matches!(about, About::Container(key) if key.node == *node),
    ));
    let there = world.containers_of(node);
    found.extend(there.map(|tracked| About::Container(tracked.key.clone())));
}

pub(super) fn server_of(world: &World, about: &About, found: &mut BTreeSet<About>) {
    let About::Site(domain) = about else { return };
    if let Some(site) = world.sites.get(domain)
        && !site.objects.server_name.is_empty()
    {
        found.insert(About::Server(Text::line(&site.objects.server_name)));
        found.insert(About::Region(site.region));
    }
}

/// The sites on a server.
fn sites_on(world: &World, about: &About, found: &mut BTreeSet<About>) {
    let About::Server(name) = about else { return };
    let there = world.sites.values();
    let there = there.filter(|site| site.objects.server_name == **name);
    found.extend(there.map(|site| About::Site(site.domain.clone())));
}
