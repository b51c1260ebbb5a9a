//! The grammars of single values: hosts, destinations, users, paths, URLs, addresses. Each error says what is wanted.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use vocab::Text;

use super::DockerAddress;

/// The port a DNS server listens on (RFC 1035).
const DNS_PORT: u16 = 53;

/// A host's name or address, without a port. Names are letters, digits, `-`, `_` and `.`, at most 253 (RFC 1035), not
/// beginning with `-`, so that no program takes one for an option.
pub(super) fn host(text: &str) -> Result<Text, &'static str> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    if bare.parse::<IpAddr>().is_ok() {
        return Ok(Text::line(bare));
    }
    let word = (1..=253).contains(&text.len())
        && !text.starts_with(['-', '.'])
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if word {
        Ok(Text::line(text))
    } else if text.contains("://") {
        Err("must be a name or an address, not a URL")
    } else if text.contains(':') {
        Err("must be a name or an address alone; write the port in a field of its own")
    } else {
        Err("must be a name or an address: letters, digits, '-', '_' and '.', or an IP address")
    }
}

/// What ssh(1) is given as its destination: a host of the `ssh_config`, a name or an address, perhaps with `user@`.
pub(super) fn destination(text: &str) -> Result<Text, &'static str> {
    const WANTED: &str = "must be a host of your ssh_config, a name or an address, such as \"web-1\" or \"deploy@192.0.2.10\"";
    let (name, host) = text
        .split_once('@')
        .map_or((None, text), |(user, host)| (Some(user), host));
    if name.is_some_and(|name| user(name).is_err()) {
        return Err(WANTED);
    }
    if host.contains(':') && host.parse::<Ipv6Addr>().is_err() {
        return Err("must not hold a port or a scheme; write the port in the field port");
    }
    // Aliases of an `ssh_config` may hold more than a host's name does.
    let word = (1..=253).contains(&host.len())
        && !host.starts_with('-')
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:+/".contains(&b));
    if word {
        Ok(Text::line(text))
    } else {
        Err(WANTED)
    }
}

/// The name of a user on a node.
pub(super) fn user(text: &str) -> Result<Text, &'static str> {
    let word = (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.$\\+".contains(&b));
    if word {
        Ok(Text::line(text))
    } else {
        Err("must be a user's name: letters, digits, '-', '_' and '.'")
    }
}

/// A file on this machine: an absolute path, or one that begins with `~/`.
pub(super) fn path(text: &str) -> Result<PathBuf, &'static str> {
    if text.contains('\0') {
        return Err("must not hold a zero byte");
    }
    match text.strip_prefix("~/") {
        Some(rest) => std::env::home_dir()
            .map(|home| home.join(rest))
            .ok_or("the home folder is not known here; write an absolute path"),
        None if text.starts_with('/') => Ok(PathBuf::from(text)),
        None => Err("must be an absolute path, or begin with ~/"),
    }
}

/// A file on a node: an absolute path that can be shown.
pub(super) fn remote_path(text: &str) -> Result<Text, &'static str> {
    let shown = Text::line(text);
    if !text.starts_with('/') || text.ends_with('/') {
        Err("must be the absolute path of a file, such as \"/var/log/syslog\"")
    } else if shown == *text {
        Ok(shown)
    } else {
        Err("holds line breaks, control or invisible characters; take them out")
    }
}

/// Where Docker listens: `unix:///path` or `tcp://host:port`.
pub(super) fn docker(text: &str) -> Result<DockerAddress, &'static str> {
    const WANTED: &str = "must be true, false, \"unix:///path\" or \"tcp://host:port\"";
    if let Some(path) = text.strip_prefix("unix://") {
        let shown = Text::line(path) == *path;
        return if path.starts_with('/') && shown {
            Ok(DockerAddress::Unix(path.into()))
        } else {
            Err(WANTED)
        };
    }
    if text.starts_with("ssh://") {
        return Err(
            "must not be an ssh URL; write reach = \"ssh\", and Docker is asked over the same connection",
        );
    }
    let (name, port) = text
        .strip_prefix("tcp://")
        .and_then(|rest| rest.trim_end_matches('/').rsplit_once(':'))
        .ok_or(WANTED)?;
    let port = port.parse().ok().filter(|port| *port > 0).ok_or(WANTED)?;
    Ok(DockerAddress::Tcp {
        host: host(name).map_err(|_| WANTED)?,
        port,
    })
}

/// A URL to probe: `http://` or `https://`, a host, no credentials, nothing that cannot be shown.
pub(super) fn url(text: &str) -> Result<Text, &'static str> {
    let lower = text.to_ascii_lowercase();
    let after = ["http://", "https://"]
        .into_iter()
        .find_map(|scheme| lower.strip_prefix(scheme));
    let Some(after) = after else {
        return Err("must begin with http:// or https://");
    };
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must not hold a user or password; the file is shown and shared");
    }
    let closed = authority.rfind(']').map_or(0, |at| at + 1);
    let (name, port) = match authority[closed..].rfind(':') {
        Some(colon) => (
            &authority[..closed + colon],
            Some(&authority[closed + colon + 1..]),
        ),
        None => (authority, None),
    };
    if host(name).is_err()
        || port.is_some_and(|port| port.parse().map_or(true, |port: u16| port == 0))
    {
        return Err("has no valid host and port behind its http:// or https://");
    }
    if text.bytes().all(|b| (0x21..0x7f).contains(&b)) && text.len() <= 2000 {
        Ok(Text::line(text))
    } else {
        Err(
            "holds spaces or other characters that a URL must write as %20 and the like, or is longer than 2000",
        )
    }
}

/// A DNS server: an address, with or without a port; the port is 53 unless given.
pub(super) fn dns_server(text: &str) -> Result<Text, &'static str> {
    let with_port = text.parse::<SocketAddr>();
    let address = with_port.or_else(|_| {
        text.parse::<IpAddr>()
            .map(|address| SocketAddr::new(address, DNS_PORT))
    });
    address
        .map(|address| Text::line(address.to_string()))
        .map_err(
            |_| "must be the server's IP address, such as \"192.0.2.53\" or \"192.0.2.53:5353\"",
        )
}

/// An IP address, in its usual form.
pub(super) fn address(text: &str) -> Result<Text, &'static str> {
    text.parse::<IpAddr>()
        .map(|address| Text::line(address.to_string()))
        .map_err(|_| "must be an IP address, such as \"192.0.2.10\" or \"2001:db8::10\"")
}

/// The name of an environment variable. The error never repeats what was given: it may be the password itself.
pub(super) fn variable(text: &str) -> Result<Text, &'static str> {
    let word = (1..=128).contains(&text.len())
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if word {
        Ok(Text::line(text))
    } else {
        Err(
            "must be the name of an environment variable that holds the password, such as \"SHOP_DB_PASSWORD\"; never the password itself",
        )
    }
}
