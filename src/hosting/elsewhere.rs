//! Looking at a site from another machine than this one: a node of the fleet, or another server of ours.

use std::net::IpAddr;
use std::sync::Arc;

use drivers::Host;
use drivers::host::CommandLine;
use vocab::{Domain, Span, Text};

use crate::work::Work;

/// How long one look may take.
const WITHIN: Span = Span::seconds(15);

/// The most machines that are asked until one can look.
const ASKED: usize = 3;

/// curl(1) could not be found, by the shell's exit status.
const NOT_FOUND: i32 = 127;

/// A machine that may look.
pub(crate) struct Witness {
    /// What it is called.
    pub name: Text,
    host: Arc<dyn Host>,
}

/// What a witness has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The site answers: how.
    Answers(Text),
    /// It does not: why.
    Fails(Text),
    /// It cannot look: it is not reached, or has no curl.
    Blind,
}

/// Who may look at an address: nodes of the fleet first, then other servers of ours. An address of the loopback network
/// is another one on every machine: nobody else can look at it.
pub(crate) async fn witnesses(work: &Work, address: &str) -> Vec<Witness> {
    if is_loopback(address) {
        return Vec::new();
    }
    let nodes = work.ends.witnesses.iter().map(|(name, host)| Witness {
        name: name.clone(),
        host: host.clone(),
    });
    let mut witnesses: Vec<Witness> = nodes.take(ASKED).collect();
    // Without the books there are only the nodes.
    for site in work.book.all().await.unwrap_or_default() {
        let objects = &site.objects;
        let known = witnesses
            .iter()
            .any(|witness| witness.name == objects.server_name.as_str());
        if witnesses.len() >= ASKED || known || objects.address == address {
            continue;
        }
        let login = work
            .ends
            .machines
            .login(&objects.server_name, &objects.address);
        if let Ok(host) = login.await {
            witnesses.push(Witness {
                name: Text::line(&objects.server_name),
                host,
            });
        }
    }
    witnesses
}

fn is_loopback(address: &str) -> bool {
    address
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback())
}

impl Witness {
    /// One look at a site at an address, by curl(1). The certificate must be trusted: by that machine, or by `authority`
    /// (PEM) alone when one is given.
    pub async fn look(&self, domain: &Domain, address: &str, authority: Option<&[u8]>) -> Seen {
        let at = format!("{domain}:443:{address}");
        let url = format!("https://{domain}/");
        let mut arguments = vec![
            "--silent",
            "--show-error",
            "--max-time",
            "10",
            "--noproxy",
            "*",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code}",
            "--resolve",
            &at,
        ];
        if authority.is_some() {
            arguments.extend(["--cacert", "/dev/stdin"]);
        }
        arguments.push(&url);
        let command = CommandLine::new("curl", arguments);
        let looked = self
            .host
            .run(&command, authority.unwrap_or_default(), WITHIN);
        let Ok(output) = looked.await else {
            return Seen::Blind;
        };
        let code = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match output.status {
            Some(0) if code.starts_with('2') || code.starts_with('3') => {
                Seen::Answers(Text::line(code))
            }
            Some(0) => Seen::Fails(Text::line(format!("https://{domain}/ answers {code}"))),
            Some(NOT_FOUND) | None => Seen::Blind,
            Some(_) => {
                let said = String::from_utf8_lossy(&output.stderr);
                Seen::Fails(Text::line(said.trim()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivers::host::LocalHost;

    #[test]
    fn nobody_else_can_look_at_loopback() {
        assert!(is_loopback("127.77.0.3") && is_loopback("::1"));
        assert!(!is_loopback("192.0.2.7") && !is_loopback("rubbish"));
    }

    #[tokio::test]
    async fn what_does_not_answer_is_told_from_one_who_cannot_look() {
        let witness = |host: Arc<dyn Host>| Witness {
            name: "here".into(),
            host,
        };
        let domain = Domain::new("shop.example.com").unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        drop(listener);
        // Nothing listens at this address of the loopback network.
        let seen = witness(Arc::new(LocalHost))
            .look(&domain, "127.255.255.254", None)
            .await;
        assert!(
            matches!(&seen, Seen::Fails(why) if why.contains("curl")),
            "{seen:?}"
        );
    }
}
