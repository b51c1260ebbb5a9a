//! The visit to a hosted site: its name is looked up, and `https://name/` asked for where that leads.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use vocab::{ProbeDetail, ProbeOutcome, ProbeTrouble};

use super::failure::{Failure, Found};
use super::{Prober, dns, http};

/// How long a visit may take.
const WITHIN: Duration = Duration::from_secs(10);

/// How a site is visited where that is not the system's own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Way<'a> {
    /// The name server that is asked for its address.
    pub name_server: Option<SocketAddr>,
    /// The authority (PEM) that its certificate must be of.
    pub authority: Option<&'a [u8]>,
}

/// Visits `https://name/` once. The answer's time does not include the look-up of the name.
pub async fn visit_site(prober: &Prober, name: &str, way: Way<'_>) -> ProbeOutcome {
    let mut begun = Instant::now();
    let visit = async {
        let url = format!("https://{name}/");
        let wanted = http::Wanted::Page {
            status: None,
            contains: None,
        };
        if way == Way::default() {
            return http::probe(prober, &url, &wanted).await;
        }
        let address = look_up(name, way.name_server).await?;
        begun = Instant::now();
        http::probe_at(&url, SocketAddr::new(address, 443), way.authority, &wanted).await
    };
    let found = tokio::time::timeout(WITHIN, visit).await;
    let found = found.unwrap_or_else(|_| {
        let words = format!("{name} does not answer within {} s", WITHIN.as_secs());
        Err(Failure::new(ProbeTrouble::Timeout, words))
    });
    ProbeOutcome {
        millis: begun.elapsed().as_secs_f32() * 1000.0,
        result: found.map_err(|failure| (failure.trouble, failure.text)),
    }
}

/// The first address of a name.
async fn look_up(name: &str, server: Option<SocketAddr>) -> Result<IpAddr, Failure> {
    let server = server.map(|server| server.to_string());
    let found: Found = dns::probe(name, server.as_deref(), None, WITHIN).await;
    let ProbeDetail::Dns { addresses } = found? else {
        return Err(no_address(name));
    };
    let first = addresses.iter().find_map(|address| address.parse().ok());
    first.ok_or_else(|| no_address(name))
}

fn no_address(name: &str) -> Failure {
    Failure::new(ProbeTrouble::NameUnknown, format!("{name} has no address"))
}
