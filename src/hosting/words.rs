//! The words of each step in a plan: what it does, the exact call, how long it may take.

use vocab::Span;
use world::{SiteOrder, SiteStep};

use crate::names;

/// Title, exact call and deadline of a step.
pub(crate) fn words(step: SiteStep, order: &SiteOrder) -> (String, String, Span) {
    let site = &order.site;
    let domain = &site.domain;
    let server = names::server_of(order);
    let release = &site.current;
    match step {
        SiteStep::SshKey => (
            "our SSH key at Hetzner".to_owned(),
            format!("POST /ssh_keys {}", names::ssh_key(&order.installation)),
            Span::minutes(1),
        ),
        SiteStep::Server => (
            format!(
                "server {} in {}",
                order.machine.server_type, order.machine.location
            ),
            format!("POST /servers {server}"),
            Span::minutes(5),
        ),
        SiteStep::HostKey => (
            "first login, and a host key of its own".to_owned(),
            format!("ssh root@{server}: ssh-keygen"),
            Span::minutes(4),
        ),
        SiteStep::Base => (
            "web server and folders".to_owned(),
            "cloud-init status --wait".to_owned(),
            Span::minutes(6),
        ),
        SiteStep::Upload => (
            format!("upload release {release}"),
            format!("tar -x -C /srv/sites/{domain}/releases/{release}"),
            Span::minutes(10),
        ),
        SiteStep::Switch => (
            format!("serve release {release}"),
            format!("mv -T current.new /srv/sites/{domain}/current"),
            Span::minutes(1),
        ),
        SiteStep::Route => (
            format!("Caddy route with TLS ({})", order.certificates),
            "caddy reload --config /etc/caddy/Caddyfile".to_owned(),
            Span::minutes(1),
        ),
        SiteStep::Record => (
            "DNS record".to_owned(),
            format!("POST /zones/{}/dns_records A {domain}", site.objects.zone),
            Span::minutes(1),
        ),
        SiteStep::Resolves => (
            "wait until the name resolves".to_owned(),
            format!("A {domain}?"),
            Span::seconds(60),
        ),
        SiteStep::Answers => (
            "health check, 3 looks".to_owned(),
            format!("GET https://{domain}/"),
            Span::minutes(1),
        ),
        SiteStep::Customer
        | SiteStep::Subscription
        | SiteStep::Book
        | SiteStep::EndSubscription
        | SiteStep::EndRecord
        | SiteStep::EndServer
        | SiteStep::EndBook => business(step, order, &server),
    }
}

/// The words of the steps that bill, book and remove.
fn business(step: SiteStep, order: &SiteOrder, server: &str) -> (String, String, Span) {
    let site = &order.site;
    match step {
        SiteStep::Customer => (
            format!("customer {} at Stripe", site.affiliate),
            "POST /v1/customers".to_owned(),
            Span::minutes(1),
        ),
        SiteStep::Subscription => (
            format!("subscription, {} a month", site.price),
            "POST /v1/subscriptions".to_owned(),
            Span::minutes(1),
        ),
        SiteStep::Book => (
            "active".to_owned(),
            "the site in the books".to_owned(),
            Span::seconds(30),
        ),
        SiteStep::EndSubscription => (
            "end the subscription".to_owned(),
            format!("DELETE /v1/subscriptions/{}", site.objects.subscription),
            Span::minutes(1),
        ),
        SiteStep::EndRecord => (
            "delete the DNS record".to_owned(),
            format!(
                "DELETE /zones/{}/dns_records/{}",
                site.objects.zone, site.objects.record
            ),
            Span::minutes(1),
        ),
        SiteStep::EndServer => (
            format!("delete server {server}"),
            format!("DELETE /servers/{}", site.objects.server),
            Span::minutes(5),
        ),
        SiteStep::EndBook => (
            "gone".to_owned(),
            "the site out of the books".to_owned(),
            Span::seconds(30),
        ),
        // The other steps have their words above.
        _ => (String::new(), String::new(), Span::ZERO),
    }
}
