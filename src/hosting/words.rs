//! The words of each step in a plan: what it does, the exact call, how long it may take.

use vocab::{SiteKind, Span};
use world::{SiteOrder, SiteStep};

use crate::backup;
use crate::names;

/// What a step does.
pub(crate) fn title(step: SiteStep, order: &SiteOrder) -> String {
    let site = &order.site;
    let machine = &order.machine;
    match step {
        SiteStep::SshKey => "our SSH key at Hetzner".to_owned(),
        SiteStep::Server => format!("server {} in {}", machine.server_type, machine.location),
        SiteStep::HostKey => "first login, and a host key of its own".to_owned(),
        SiteStep::Base if site.kind == SiteKind::Static => "web server and folders".to_owned(),
        SiteStep::Base => "web server, Docker and folders".to_owned(),
        SiteStep::Upload => format!("upload release {}", site.current),
        SiteStep::Database => "database with a volume and a password of its own".to_owned(),
        SiteStep::Container => format!(
            "container of release {} on port {}, 512 MB and half a processor a site",
            site.current,
            site.objects.port.unwrap_or_default()
        ),
        SiteStep::Switch => format!("serve release {}", site.current),
        SiteStep::Route => format!("Caddy route with TLS ({})", order.certificates),
        SiteStep::Record => "DNS record".to_owned(),
        SiteStep::Resolves => "wait until the name resolves".to_owned(),
        SiteStep::Answers => "health check, 3 looks".to_owned(),
        SiteStep::Customer => format!("customer {} at Stripe", site.affiliate),
        SiteStep::Subscription => format!("subscription, {} a month", site.price),
        SiteStep::Book => "active".to_owned(),
        SiteStep::Retire => "stop the release before".to_owned(),
        SiteStep::EndSubscription => "end the subscription".to_owned(),
        SiteStep::EndRecord => "delete the DNS record".to_owned(),
        SiteStep::EndContainers => "remove containers, volumes and network".to_owned(),
        SiteStep::EndServer => format!("delete server {}", names::server_of(order)),
        SiteStep::EndBook => "gone".to_owned(),
        SiteStep::Backup(step) => backup::title(step, order),
    }
}

/// The call or command that does it.
pub(crate) fn exact(step: SiteStep, order: &SiteOrder) -> String {
    let (site, objects) = (&order.site, &order.site.objects);
    let (domain, server) = (&site.domain, names::server_of(order));
    match step {
        SiteStep::SshKey => format!("POST /ssh_keys {}", names::ssh_key(&order.installation)),
        SiteStep::Server => format!("POST /servers {server}"),
        SiteStep::HostKey => format!("ssh root@{server}: ssh-keygen"),
        SiteStep::Base => "cloud-init status --wait".to_owned(),
        SiteStep::Upload => format!("tar -x -C /srv/sites/{domain}/releases/{}", site.current),
        SiteStep::Database => format!(
            "docker compose -p {}-database up -d",
            names::containers(site.deployment)
        ),
        SiteStep::Container => format!(
            "docker compose -p {}-{} up -d",
            names::containers(site.deployment),
            site.current
        ),
        SiteStep::Switch => format!("mv -T current.new /srv/sites/{domain}/current"),
        SiteStep::Route => "caddy reload --config /etc/caddy/Caddyfile".to_owned(),
        SiteStep::Record => format!("POST /zones/{}/dns_records A {domain}", objects.zone),
        SiteStep::Resolves => format!("A {domain}?"),
        SiteStep::Answers => format!("GET https://{domain}/"),
        SiteStep::Customer => "POST /v1/customers".to_owned(),
        SiteStep::Subscription => "POST /v1/subscriptions".to_owned(),
        SiteStep::Book => "the site in the books".to_owned(),
        SiteStep::Retire => format!("docker stop {}-*", names::containers(site.deployment)),
        SiteStep::EndSubscription => format!("DELETE /v1/subscriptions/{}", objects.subscription),
        SiteStep::EndRecord => {
            format!(
                "DELETE /zones/{}/dns_records/{}",
                objects.zone, objects.record
            )
        }
        SiteStep::EndContainers => format!(
            "docker rm, volume rm, network rm {}-*",
            names::containers(site.deployment)
        ),
        SiteStep::EndServer => format!("DELETE /servers/{}", objects.server),
        SiteStep::EndBook => "the site out of the books".to_owned(),
        SiteStep::Backup(step) => backup::exact(step, order),
    }
}

/// How long it may take.
pub(crate) const fn deadline(step: SiteStep) -> Span {
    match step {
        SiteStep::Backup(step) => backup::deadline(step),
        SiteStep::Upload => Span::minutes(10),
        SiteStep::Container => Span::minutes(20),
        SiteStep::Database => Span::minutes(14),
        SiteStep::Base => Span::minutes(11),
        SiteStep::Retire | SiteStep::Server | SiteStep::EndContainers | SiteStep::EndServer => {
            Span::minutes(5)
        }
        SiteStep::HostKey => Span::minutes(4),
        SiteStep::Book | SiteStep::EndBook => Span::seconds(30),
        SiteStep::SshKey
        | SiteStep::Switch
        | SiteStep::Route
        | SiteStep::Record
        | SiteStep::Resolves
        | SiteStep::Answers
        | SiteStep::Customer
        | SiteStep::Subscription
        | SiteStep::EndSubscription
        | SiteStep::EndRecord => Span::minutes(1),
    }
}
