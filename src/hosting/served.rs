//! What a site's server serves, asked of the server itself.

use vocab::{SiteKind, Text};
use world::Site;

use crate::compose::Containers;
use crate::webserver::{Trouble, WebServer};
use crate::work::Ends;

/// The release that a site's server serves: the one its files are those of, and for a site in containers only while its
/// container runs. `None` when it serves none. Fails with the reason when the server cannot be asked.
pub async fn served(ends: &Ends, site: &Site) -> Result<Option<String>, Text> {
    let objects = &site.objects;
    let login = ends.machines.login(&objects.server_name, &objects.address);
    let there = WebServer {
        host: login.await?,
        domain: site.domain.clone(),
    };
    let asked = async {
        let current = there.current().await?;
        if site.kind == SiteKind::Static {
            return Ok(current);
        }
        let running = Containers::of(&there, site).running().await?;
        Ok(current.filter(|release| running.iter().any(|name| name.contains(release.as_str()))))
    };
    asked.await.map_err(|trouble: Trouble| match trouble {
        Trouble::Not(why) | Trouble::Unknown(why) => why,
    })
}
