//! Which type a server becomes: the cheapest that is larger, or the one that is named, if it fits.

use drivers::provider::hetzner::{Server, ServerType};
use vocab::{Decimal, Domain};
use world::RefusalKind;

use super::{Result, refuse};

/// The server's type as it is, and the one that it becomes.
pub(super) fn choose<'a>(
    types: &'a [ServerType],
    server: &Server,
    to: Option<&str>,
    domain: &Domain,
) -> Result<(&'a ServerType, &'a ServerType)> {
    let now = &server.server_type.name;
    let Some(from) = types.iter().find(|kind| kind.name == *now) else {
        return refuse(
            RefusalKind::Invalid,
            format!(
                "Hetzner does not list {now}, the type of server {}, any more: `wheelhouse site move {domain} --new-server` \
                 leaves it",
                server.name
            ),
        );
    };
    let to = match to {
        Some(name) => named(types, from, server, name)?,
        None => larger(types, from, server, domain)?,
    };
    Ok((from, to))
}

/// Whether the server can be of this type at all: its programs run there, and its disk has room.
fn fits(kind: &ServerType, from: &ServerType, server: &Server) -> bool {
    kind.architecture == from.architecture && kind.disk >= server.primary_disk_size
}

/// What it costs where the server stands.
fn price(kind: &ServerType, server: &Server) -> Option<Decimal> {
    let price = kind.price(&server.location.name);
    price.map(|price| price.price_monthly.net)
}

/// Whether it exists where the server stands, sold out or not.
fn exists(kind: &ServerType, server: &Server) -> bool {
    let mut offers = kind.locations.iter();
    offers.any(|offer| offer.name == server.location.name)
}

/// The cheapest type with more processors and more memory that can be had where the server stands. One without a price is
/// none: nobody could say what it costs.
fn larger<'a>(
    types: &'a [ServerType],
    from: &ServerType,
    server: &Server,
    domain: &Domain,
) -> Result<&'a ServerType> {
    let place = &server.location.name;
    let larger = types.iter().filter(|kind| {
        fits(kind, from, server)
            && kind.cores > from.cores
            && kind.memory > from.memory
            && exists(kind, server)
            && price(kind, server).is_some()
    });
    let larger: Vec<&ServerType> = larger.collect();
    let there = larger.iter().filter(|kind| kind.is_available(place));
    if let Some(chosen) = there.min_by_key(|kind| price(kind, server)) {
        return Ok(chosen);
    }
    if larger.is_empty() {
        return refuse(
            RefusalKind::Invalid,
            format!(
                "Hetzner has nothing larger than {} in {place}: `wheelhouse site move {domain} --new-server` gives the site a \
                 server of its own",
                from.name
            ),
        );
    }
    refuse(
        RefusalKind::Unreachable,
        format!(
            "all that is larger than {} is sold out in {place} at Hetzner just now: try later, or `wheelhouse site move \
             {domain} --new-server`",
            from.name
        ),
    )
}

/// The type by this name, larger or not: a server may also become what it was.
fn named<'a>(
    types: &'a [ServerType],
    from: &ServerType,
    server: &Server,
    name: &str,
) -> Result<&'a ServerType> {
    let place = &server.location.name;
    let invalid = |words: String| refuse(RefusalKind::Invalid, words);
    let fitting = types
        .iter()
        .filter(|kind| fits(kind, from, server) && exists(kind, server));
    let Some(kind) = types.iter().find(|kind| kind.name == name) else {
        let names = fitting.map(|kind| kind.name.as_str());
        let hint = kit::nearest::nearest(name, names).map_or_else(
            || "leave --to out for the next larger one".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        return invalid(format!("Hetzner has no server type {name}: {hint}"));
    };
    if kind.name == from.name {
        return refuse(
            RefusalKind::Conflict,
            format!("server {} is {name} already", server.name),
        );
    }
    if kind.architecture != from.architecture {
        return invalid(format!(
            "{name} is {}, and what is on server {} was made for {}: choose another type",
            kind.architecture, server.name, from.architecture
        ));
    }
    if kind.disk < server.primary_disk_size {
        return invalid(format!(
            "the disk of server {} has {} GB, {name} only {}: a disk never shrinks; choose a larger type",
            server.name, server.primary_disk_size, kind.disk
        ));
    }
    if !exists(kind, server) {
        return invalid(format!(
            "{name} does not exist in {place} at Hetzner: choose another type"
        ));
    }
    if !kind.is_available(place) {
        return refuse(
            RefusalKind::Unreachable,
            format!(
                "{name} is sold out in {place} at Hetzner just now: try later, or another --to"
            ),
        );
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type of so many processors, GB of memory and 20 GB of disk each, for so many cents in `nbg1`.
    fn kind(
        name: &str,
        (cores, memory): (u32, u32),
        cents: u32,
        there: Option<bool>,
    ) -> ServerType {
        let architecture = if name.starts_with("cax") {
            "arm"
        } else {
            "x86"
        };
        let offers = there.map_or_else(String::new, |available| {
            format!(r#"{{"id":1,"name":"nbg1","available":{available}}}"#)
        });
        serde_json::from_str(&format!(
            r#"{{"id":1,"name":"{name}","cores":{cores},"memory":{memory},"disk":{},"architecture":"{architecture}",
                "prices":[{{"location":"nbg1","price_hourly":{{"net":"0.01","gross":"0.01"}},
                "price_monthly":{{"net":"{}.{:02}","gross":"9.00"}}}}],"locations":[{offers}]}}"#,
            cores * 20,
            cents / 100,
            cents % 100
        ))
        .unwrap()
    }

    fn types() -> Vec<ServerType> {
        vec![
            kind("cx23", (2, 4), 299, Some(true)),
            kind("cpx12", (1, 2), 199, Some(true)),
            // More memory alone is not larger, nor is another architecture.
            kind("ccx13", (2, 8), 300, Some(true)),
            kind("cax21", (4, 8), 301, Some(true)),
            kind("cpx32", (4, 8), 1_099, Some(true)),
            kind("cx33", (4, 8), 499, Some(true)),
            kind("cx43", (8, 16), 399, Some(false)),
            kind("cx63", (32, 64), 302, None),
        ]
    }

    fn server(kind: &str, disk: u64) -> Server {
        serde_json::from_str(&format!(
            r#"{{"id":7,"name":"web","server_type":{{"id":1,"name":"{kind}"}},"location":{{"id":2,"name":"nbg1"}},
                "primary_disk_size":{disk}}}"#
        ))
        .unwrap()
    }

    fn chosen(types: &[ServerType], server: &Server, to: Option<&str>) -> Result<String> {
        let domain = Domain::new("shop.example.com").unwrap();
        choose(types, server, to, &domain).map(|(_, to)| to.name.to_string())
    }

    #[test]
    fn the_cheapest_that_is_larger_in_both_and_can_be_had_there() {
        let types = types();
        let small = server("cx23", 40);
        assert_eq!(chosen(&types, &small, None).unwrap(), "cx33");
        let wide = server("cx23", 100);
        let sold_out = chosen(&types, &wide, None).unwrap_err();
        assert!(sold_out.text.contains("sold out in nbg1"), "{sold_out:?}");
        let largest = chosen(&types, &server("cx43", 160), None).unwrap_err();
        assert!(largest.text.contains("--new-server"), "{largest:?}");
        let unknown = chosen(&types, &server("cx22", 40), None).unwrap_err();
        assert!(unknown.text.contains("does not list cx22"), "{unknown:?}");
    }

    #[test]
    fn a_named_type_must_fit_and_may_be_smaller() {
        let types = types();
        let server = server("cx33", 40);
        assert_eq!(chosen(&types, &server, Some("cx23")).unwrap(), "cx23");
        for (name, says) in [
            ("cx33", "already"),
            ("cx34", "did you mean cx33?"),
            ("cax21", "made for x86"),
            ("cpx12", "a disk never shrinks"),
            ("cx63", "does not exist in nbg1"),
            ("cx43", "sold out"),
        ] {
            let refused = chosen(&types, &server, Some(name)).unwrap_err();
            assert!(refused.text.contains(says), "{name}: {refused:?}");
        }
    }
}
