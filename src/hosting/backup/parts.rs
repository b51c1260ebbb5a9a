//! What there is of a site to be backed up, and by which commands on its server it is given, taken and tried. Every name that
//! varies is an argument of its own.

use drivers::host::CommandLine;
use vocab::SiteKind;
use world::{Site, SiteOrder, SitePart, SiteVerb};

use crate::compose::Containers;
use crate::webserver::WebServer;

/// Gives a release's files, without what was installed there from its lock file: that is installed again.
pub(crate) const FILES: &str = "r=$1; set --; [ ! -e \"$r.installed\" ] || set -- --exclude ./node_modules; \
    exec tar -c -f - -C \"$r\" \"$@\" .";

/// Gives what a volume holds. Files that change while they are read are of no matter: the next backup has them.
const VOLUME: &str = "m=$(docker volume inspect --format '{{.Mountpoint}}' \"$1\") || exit 2; \
    tar -c -f - --numeric-owner -C \"$m\" .; s=$?; [ $s -le 1 ]";

/// Makes a volume hold what comes, and nothing else.
const REFILL: &str = "set -e; m=$(docker volume inspect --format '{{.Mountpoint}}' \"$1\"); [ -d \"$m\" ]; \
    find \"$m\" -mindepth 1 -delete; exec tar -x -f - --numeric-owner -C \"$m\"";

/// The parts that a site has.
pub(crate) fn parts_of(site: &Site) -> Vec<SitePart> {
    match site.kind {
        SiteKind::Static | SiteKind::Node => vec![SitePart::Files, SitePart::Configuration],
        SiteKind::WordPress => SitePart::ALL.to_vec(),
    }
}

/// The parts that an order to make a backup takes.
pub(crate) fn to_take(order: &SiteOrder) -> Vec<SitePart> {
    match order.verb {
        SiteVerb::Dump => vec![SitePart::Database],
        _ => parts_of(&order.site),
    }
}

/// Whether a part is put back into the running site by a command; files come as a release, and the route is made anew.
pub(crate) const fn is_given(part: SitePart) -> bool {
    matches!(part, SitePart::Volumes | SitePart::Database)
}

/// The command that gives a part of the site as a stream; `None` for what it has not.
pub(crate) fn taking(there: &WebServer, site: &Site, part: SitePart) -> Option<CommandLine> {
    let containers = Containers::of(there, site);
    match part {
        SitePart::Files => {
            let folder = there.release(&site.current);
            Some(CommandLine::new("sh", ["-c", FILES, "files", &folder]))
        }
        SitePart::Configuration => {
            let route = format!("{}.caddy", site.domain);
            let arguments = ["-c", "-f", "-", "-C", "/etc/caddy/sites", "--", &route];
            Some(CommandLine::new("tar", arguments))
        }
        SitePart::Volumes => {
            let volume = containers.volumes().into_iter().next()?;
            Some(CommandLine::new("sh", ["-c", VOLUME, "volume", &volume]))
        }
        SitePart::Database => containers.dump(),
    }
}

/// The command that takes a part into the running site; `None` for what none takes.
pub(crate) fn giving(there: &WebServer, site: &Site, part: SitePart) -> Option<CommandLine> {
    let containers = Containers::of(there, site);
    match part {
        SitePart::Files | SitePart::Configuration => None,
        SitePart::Volumes => {
            let volume = containers.volumes().into_iter().next()?;
            Some(CommandLine::new("sh", ["-c", REFILL, "volume", &volume]))
        }
        SitePart::Database => containers.load(),
    }
}

/// The command that takes a database into a scratch one beside the site's own, which goes again; `None` without one.
pub(crate) fn trying(there: &WebServer, site: &Site, part: SitePart) -> Option<CommandLine> {
    match part {
        SitePart::Database => Containers::of(there, site).load_scratch(),
        SitePart::Files | SitePart::Volumes | SitePart::Configuration => None,
    }
}

/// What gives a part, in a few words for a plan.
pub(crate) fn described(site: &Site, part: SitePart) -> String {
    match part {
        SitePart::Files => format!(
            "tar -c -C /srv/sites/{}/releases/{} .",
            site.domain, site.current
        ),
        SitePart::Volumes => "tar -c of the volume with uploads".to_owned(),
        SitePart::Database => "mariadb-dump --single-transaction".to_owned(),
        SitePart::Configuration => {
            format!("tar -c -C /etc/caddy/sites {}.caddy", site.domain)
        }
    }
}

/// How a part's file is called when it is laid into a folder for looking.
pub(crate) const fn ending(part: SitePart) -> &'static str {
    match part {
        SitePart::Files | SitePart::Volumes | SitePart::Configuration => "tar",
        SitePart::Database => "sql",
    }
}
