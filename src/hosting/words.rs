//! The words of each step in a plan: what it does, the exact call, how long it may take.

use vocab::{SiteKind, Span};
use world::{SiteObjects, SiteOrder, SiteStep, SiteVerb};

use crate::backup;
use crate::growth;
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
        SiteStep::Book if order.verb == SiteVerb::Suspend => "suspended".to_owned(),
        SiteStep::Book => "active".to_owned(),
        SiteStep::Retire => "stop the release before".to_owned(),
        SiteStep::EndContainers => "remove containers, volumes and network".to_owned(),
        SiteStep::EndSubscription => "end the subscription".to_owned(),
        SiteStep::EndRecord => "delete the DNS record".to_owned(),
        SiteStep::EndServer => format!(
            "delete server {}, when no other site stands there",
            names::server_of(order)
        ),
        SiteStep::EndBook => "gone".to_owned(),
        SiteStep::Backup(step) => backup::title(step, order),
        SiteStep::EndPlace => format!("take it off server {}", names::server_of(order)),
        SiteStep::Place => format!("room on server {}", names::server_of(order)),
        SiteStep::Copy => format!(
            "copy the releases (kept: {}) from {}",
            site.releases.len(),
            old(order)
        ),
        SiteStep::CopyHere => format!("copy the releases (kept: {})", site.releases.len()),
        SiteStep::ContainerHere => format!(
            "container of release {} from there; the one that serves gives way to it",
            site.current
        ),
        SiteStep::Freeze => format!("database on {} takes no writes", old(order)),
        SiteStep::CopyData => format!("copy the database and the uploads from {}", old(order)),
        SiteStep::Readdress => "the database says the new domain".to_owned(),
        SiteStep::Trial => "Caddy route with its own certificate, for a look".to_owned(),
        SiteStep::Ready => "health check before the name leads there".to_owned(),
        SiteStep::Repoint => format!("the name leads to {}", names::server_of(order)),
        SiteStep::Linger => "wait until nobody is sent to the old place".to_owned(),
        SiteStep::EndOldContainers => {
            format!("remove containers, volumes and network on {}", old(order))
        }
        SiteStep::EndOldPlace => format!("take it off {}", old(order)),
        SiteStep::EndOldServer => format!(
            "delete server {}, when no other site stands there",
            old(order)
        ),
        SiteStep::EndOldRecord => "delete the old DNS record".to_owned(),
        SiteStep::EndOldBook => "the old name is gone".to_owned(),
        SiteStep::Closed => "Caddy route to the page of a suspended site".to_owned(),
        SiteStep::AnswersClosed => "visitors get that page".to_owned(),
        SiteStep::Pause => format!("suspend the billing of {} a month", site.price),
        SiteStep::Unpause => format!("bill {} a month again", site.price),
        SiteStep::Reload if site.kind != SiteKind::Static => {
            format!("container of release {} and Caddy begin anew", site.current)
        }
        SiteStep::Reload => "Caddy reads its configuration anew".to_owned(),
        SiteStep::Collect => "have Stripe collect what is open".to_owned(),
        SiteStep::Certificate => "which certificate is served".to_owned(),
        SiteStep::Renew => format!("fetch another certificate ({})", order.certificates),
        SiteStep::Renewed => "another certificate is served".to_owned(),
        SiteStep::Note => format!("the subscription says {}", site.domain),
        SiteStep::Grow(step) => growth::title(step, order),
    }
}

/// Where the site was, by its server's name, or by its domain where only that changes.
fn old(order: &SiteOrder) -> &str {
    order.was.as_ref().map_or("the old place", |was| {
        if was.domain == order.site.domain {
            &was.objects.server_name
        } else {
            was.domain.as_str()
        }
    })
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
        SiteStep::Container | SiteStep::ContainerHere => format!(
            "docker compose -p {}-{} up -d",
            names::containers(site.deployment),
            site.current
        ),
        SiteStep::Retire => format!("docker stop {}-*", names::containers(site.deployment)),
        SiteStep::EndContainers | SiteStep::EndOldContainers => format!(
            "docker rm, volume rm, network rm {}-*",
            names::containers(site.deployment)
        ),
        SiteStep::Switch => format!("mv -T current.new /srv/sites/{domain}/current"),
        SiteStep::Reload if site.kind != SiteKind::Static => format!(
            "docker stop, docker start {}-{}; caddy reload --config /etc/caddy/Caddyfile",
            names::containers(site.deployment),
            site.current
        ),
        SiteStep::Route | SiteStep::Reload => {
            "caddy reload --config /etc/caddy/Caddyfile".to_owned()
        }
        SiteStep::Record => format!("POST /zones/{}/dns_records A {domain}", objects.zone),
        SiteStep::Resolves => format!("A {domain}?"),
        SiteStep::Answers | SiteStep::AnswersClosed => format!("GET https://{domain}/"),
        SiteStep::Customer => "POST /v1/customers".to_owned(),
        SiteStep::Subscription => "POST /v1/subscriptions".to_owned(),
        SiteStep::Book => "the site in the books".to_owned(),
        SiteStep::EndSubscription => format!("DELETE /v1/subscriptions/{}", objects.subscription),
        SiteStep::EndRecord => format!("DELETE {}", dns_record(objects)),
        SiteStep::EndServer => format!("DELETE /servers/{}", objects.server),
        SiteStep::EndBook => "the site out of the books".to_owned(),
        SiteStep::Backup(step) => backup::exact(step, order),
        SiteStep::EndPlace => format!("rm -rf /srv/sites/{domain}; caddy reload"),
        SiteStep::Place => format!("GET /servers/{}", objects.server),
        SiteStep::Copy => format!("tar -c | tar -x -C /srv/sites/{domain}/releases"),
        SiteStep::CopyHere => format!("cp -a /srv/sites/{} /srv/sites/{domain}", old(order)),
        SiteStep::Freeze => "SET GLOBAL read_only = 1".to_owned(),
        SiteStep::CopyData => "mariadb-dump | mariadb; tar -c | tar -x of uploads".to_owned(),
        SiteStep::Readdress => format!("//{} becomes //{domain} in all texts", old(order)),
        SiteStep::Trial => format!("tls internal; caddy reload on {server}"),
        SiteStep::Ready => format!("GET https://{domain}/ at {server}"),
        SiteStep::Repoint => format!("PATCH {}", dns_record(objects)),
        SiteStep::Linger => "sleep 65".to_owned(),
        SiteStep::EndOldPlace => format!("rm -rf /srv/sites; caddy reload for {}", old(order)),
        SiteStep::EndOldServer => {
            format!("DELETE /servers/{}", was(order, |objects| &objects.server))
        }
        SiteStep::EndOldRecord => format!(
            "DELETE /zones/{}/dns_records/{}",
            was(order, |objects| &objects.zone),
            was(order, |objects| &objects.record)
        ),
        SiteStep::EndOldBook => "the old name out of the books".to_owned(),
        SiteStep::Closed => "respond 503; caddy reload".to_owned(),
        SiteStep::Pause | SiteStep::Unpause => format!(
            "POST /v1/subscriptions/{} pause_collection",
            objects.subscription
        ),
        SiteStep::Certificate | SiteStep::Renewed => format!("TLS handshake with {domain}"),
        SiteStep::Renew => "caddy reload --force".to_owned(),
        SiteStep::Collect => format!("POST /v1/invoices/*/pay of {}", objects.subscription),
        SiteStep::Note => format!("POST /v1/subscriptions/{} metadata", objects.subscription),
        SiteStep::Grow(step) => growth::exact(step, order),
    }
}

/// The path of a site's record.
fn dns_record(objects: &SiteObjects) -> String {
    format!("/zones/{}/dns_records/{}", objects.zone, objects.record)
}

/// What was made for the site as it was before.
fn was(order: &SiteOrder, of: fn(&SiteObjects) -> &String) -> &str {
    order.was.as_ref().map_or("", |was| of(&was.objects))
}

/// How long it may take.
pub(crate) const fn deadline(step: SiteStep) -> Span {
    match step {
        SiteStep::Backup(step) => backup::deadline(step),
        SiteStep::Grow(step) => growth::deadline(step),
        SiteStep::Upload | SiteStep::Copy | SiteStep::CopyHere | SiteStep::Readdress => {
            Span::minutes(10)
        }
        SiteStep::Linger => Span::minutes(2),
        SiteStep::CopyData => Span::minutes(60),
        SiteStep::Container | SiteStep::ContainerHere => Span::minutes(20),
        SiteStep::Database => Span::minutes(14),
        SiteStep::Base => Span::minutes(11),
        SiteStep::Retire
        | SiteStep::Reload
        | SiteStep::Server
        | SiteStep::EndContainers
        | SiteStep::EndOldContainers
        | SiteStep::EndServer
        | SiteStep::EndOldServer => Span::minutes(5),
        SiteStep::HostKey => Span::minutes(4),
        SiteStep::Book | SiteStep::EndBook | SiteStep::EndOldBook => Span::seconds(30),
        _ => Span::minutes(1),
    }
}
