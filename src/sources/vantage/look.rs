//! One look from another machine: a command that is always the same, with names and ports as its arguments, and what its
//! end and output mean. What tells of that machine's own trouble says nothing.

use std::net::IpAddr;

use drivers::Host;
use drivers::host::{CommandLine, CommandOutput};
use vocab::{ProbeKind, Span, Text};
use world::signals::Seen;

use crate::keeper::SiteTarget;

/// How long one look may take, the command's own limit of 6 s included.
const WITHIN: Span = Span::seconds(10);

/// Seconds after which the machine that looks gives up by itself.
const GIVES_UP: &str = "6";

/// Connects (bash(1), "REDIRECTION": /dev/tcp), sends what it is given and prints as many bytes as it is told to wait for.
const TALK: &str = r#"exec 3<>"/dev/tcp/$1/$2" && printf '%b' "$3" >&3 && { [ "$4" = 0 ] || { IFS= read -r -t 4 -n "$4" said <&3; printf '%s' "$said"; }; }"#;

/// What a server of each protocol is sent, and how its answer begins.
struct Talk {
    send: &'static str,
    wait_for: &'static str,
    begins: &'static [&'static str],
}

/// RFC 4253, section 4.2.
const SSH: Talk = Talk {
    send: "",
    wait_for: "4",
    begins: &["SSH-"],
};

const REDIS: Talk = Talk {
    send: "PING\\r\\n",
    wait_for: "1",
    begins: &["+", "-"],
};

/// `SSLRequest`, which every server of PostgreSQL answers with one letter ("Message Formats").
const POSTGRES: Talk = Talk {
    send: "\\0000\\0000\\0000\\0010\\0004\\0322\\0026\\0057",
    wait_for: "1",
    begins: &["S", "N", "E"],
};

/// That it takes the connection is all there is to see.
const CONNECTS: Talk = Talk {
    send: "",
    wait_for: "0",
    begins: &[""],
};

/// What is asked of another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    command: CommandLine,
    input: Vec<u8>,
    begins: Option<&'static [&'static str]>,
}

/// Whether a login greets.
pub(super) fn login(host: &str, port: u16) -> Option<Question> {
    talk(host, port, &SSH)
}

/// Whether a site answers at its address with a certificate that is trusted: by the machine that looks, or by `authority`
/// (PEM) alone.
pub(super) fn site(
    target: &SiteTarget,
    by_name: bool,
    authority: Option<Vec<u8>>,
) -> Option<Question> {
    if is_here(&target.address) {
        return None;
    }
    let domain = target.site.as_str();
    let mut more = Vec::new();
    if !by_name {
        let address = if target.address.contains(':') {
            format!("[{}]", target.address)
        } else {
            target.address.clone()
        };
        more.extend(["--resolve".to_owned(), format!("{domain}:443:{address}")]);
    }
    if authority.is_some() {
        more.extend(["--cacert", "/dev/stdin"].map(str::to_owned));
    }
    let url = format!("https://{domain}/");
    Some(fetch(more, url, authority.unwrap_or_default()))
}

/// Whether a service answers; `None` for one that another machine cannot try.
pub(super) fn service(probe: &ProbeKind) -> Option<Question> {
    match probe {
        ProbeKind::Http { url, .. } => {
            let host = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            let name = match host.strip_prefix('[') {
                Some(rest) => rest.split(']').next()?,
                None => host.split(':').next()?,
            };
            (!is_here(name)).then(|| fetch(Vec::new(), url.to_string(), Vec::new()))
        }
        ProbeKind::Tcp { host, port } => talk(host, *port, &CONNECTS),
        ProbeKind::Redis { host, port, .. } => talk(host, *port, &REDIS),
        ProbeKind::Postgres { host, port, .. } => talk(host, *port, &POSTGRES),
        // That something takes the connection says nothing of certificates, and names have no way of their own.
        ProbeKind::Tls { .. } | ProbeKind::Dns { .. } => None,
    }
}

fn talk(host: &str, port: u16, talk: &Talk) -> Option<Question> {
    if is_here(host) {
        return None;
    }
    let port = port.to_string();
    let words = [
        GIVES_UP,
        "bash",
        "-c",
        TALK,
        "wheelhouse",
        host,
        &port,
        talk.send,
        talk.wait_for,
    ];
    Some(Question {
        command: CommandLine::new("timeout", words),
        input: Vec::new(),
        begins: Some(talk.begins),
    })
}

fn fetch(more: Vec<String>, url: String, input: Vec<u8>) -> Question {
    let fixed = [
        "--silent",
        "--show-error",
        "--globoff",
        "--max-time",
        GIVES_UP,
        "--noproxy",
        "*",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    ];
    let words = fixed.map(str::to_owned).into_iter().chain(more);
    Question {
        command: CommandLine::new("curl", words.chain(["--".to_owned(), url])),
        input,
        begins: None,
    }
}

/// An address of the loopback network is another one on every machine: nobody else can look at it.
fn is_here(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with('-')
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

impl Question {
    /// Asks it of a machine; `None` when that machine cannot look.
    pub async fn ask(&self, host: &dyn Host) -> Option<Seen> {
        let output = host.run(&self.command, &self.input, WITHIN).await.ok()?;
        match self.begins {
            Some(begins) => talked(&output, begins),
            None => fetched(&output),
        }
    }
}

/// timeout(1) ended what it ran; that of `BusyBox` lets the signal be seen.
const TIMED_OUT: [i32; 2] = [124, 143];

fn fails(words: &str) -> Seen {
    Seen::Fails(Text::line(words))
}

fn talked(output: &CommandOutput, begins: &[&str]) -> Option<Seen> {
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status? {
        0 => {
            let said = printed(&output.stdout);
            if begins.iter().any(|begin| said.starts_with(begin)) {
                Some(Seen::Answers)
            } else if said.is_empty() {
                Some(fails("takes the connection and says nothing"))
            } else {
                Some(fails("says something else than it should"))
            }
        }
        status if TIMED_OUT.contains(&status) => Some(fails("no answer")),
        1 => {
            let why = printed(&output.stderr);
            // A network or a name that is not known there, or a bash without /dev/tcp, says nothing of the other side.
            let known = [
                ("refused", "connection refused"),
                ("timed out", "no answer"),
                ("No route to host", "no route"),
                ("reset", "connection reset"),
            ];
            let (_, words) = known.iter().find(|(part, _)| why.contains(part))?;
            Some(fails(words))
        }
        _ => None,
    }
}

/// By curl(1), "EXIT CODES". What it says of names, certificates it does not know and its own options says nothing of the
/// site.
fn fetched(output: &CommandOutput) -> Option<Seen> {
    let code = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status? {
        0 => match code.parse::<u16>().ok()? {
            100..500 => Some(Seen::Answers),
            _ => Some(fails(&format!("answers {code}"))),
        },
        7 => Some(fails("no connection")),
        28 => Some(fails("no answer")),
        35 => Some(fails("no TLS")),
        52 | 56 => Some(fails("connection lost")),
        _ => None,
    }
}
