//! Tells apart why the OpenSSH client failed, by what it writes to its log: it has no other way to say so.
//!
//! The texts are those of ssh.c, sshconnect.c, sshconnect2.c and clientloop.c of OpenSSH, in the C locale.

use vocab::LinkTrouble;

/// Marks in the order they decide by: a changed key before everything, the way to the host after what the host said.
const MARKS: [(&str, LinkTrouble); 26] = [
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        LinkTrouble::HostKeyChanged,
    ),
    ("REVOKED HOST KEY", LinkTrouble::HostKeyChanged),
    ("POSSIBLE DNS SPOOFING", LinkTrouble::HostKeyChanged),
    ("key is known for", LinkTrouble::HostKeyUnknown),
    ("Host key verification failed", LinkTrouble::HostKeyUnknown),
    ("Permission denied (", LinkTrouble::AuthenticationFailed),
    (
        "Too many authentication failures",
        LinkTrouble::AuthenticationFailed,
    ),
    (
        "No more authentication methods",
        LinkTrouble::AuthenticationFailed,
    ),
    ("Could not resolve hostname", LinkTrouble::NameUnknown),
    ("Name or service not known", LinkTrouble::NameUnknown),
    ("Connection refused", LinkTrouble::Refused),
    ("kex_exchange_identification", LinkTrouble::Refused),
    ("ssh_exchange_identification", LinkTrouble::Refused),
    ("banner exchange: Connection to", LinkTrouble::Timeout),
    ("Connection timed out", LinkTrouble::Timeout),
    ("Operation timed out", LinkTrouble::Timeout),
    ("No route to host", LinkTrouble::Timeout),
    ("Network is unreachable", LinkTrouble::Timeout),
    ("Host is down", LinkTrouble::Timeout),
    ("not responding", LinkTrouble::Lost),
    ("Connection reset", LinkTrouble::Lost),
    ("Broken pipe", LinkTrouble::Lost),
    ("Connection closed by", LinkTrouble::Lost),
    ("Connection to", LinkTrouble::Lost),
    ("Received disconnect", LinkTrouble::Lost),
    ("Disconnected from", LinkTrouble::Lost),
];

/// The class of a failure by ssh's own words.
pub(super) fn classify(log: &str) -> LinkTrouble {
    let hit = MARKS.iter().find(|(mark, _)| log.contains(mark));
    hit.map_or(LinkTrouble::Other, |(_, trouble)| *trouble)
}

/// In words for the operator: what is wrong with the way to `destination`, and how to mend it.
pub(super) fn words(trouble: LinkTrouble, destination: &str, log: &str) -> String {
    let said = last_line(log);
    match trouble {
        LinkTrouble::Timeout => format!("nothing answers at {destination} ({said})"),
        LinkTrouble::Refused => {
            format!("{destination} refuses the connection: is sshd running, on this port? ({said})")
        }
        LinkTrouble::NameUnknown => {
            format!(
                "the name {destination} is not known: check it, your ssh configuration and DNS ({said})"
            )
        }
        LinkTrouble::HostKeyUnknown => {
            format!(
                "the host key of {destination} is not known yet: run `ssh {destination}` once and check the fingerprint"
            )
        }
        LinkTrouble::HostKeyChanged => format!(
            "THE HOST KEY OF {destination} IS ANOTHER than the one known: somebody may be in between, or the machine was \
             made anew. Nothing is sent to it. Ask whoever runs it for the new fingerprint; only then take the old one \
             out of known_hosts{}",
            offending(log)
        ),
        LinkTrouble::AuthenticationFailed => format!(
            "{destination} lets none of your keys in: a key must be in the running agent (`ssh-add -l`) or have no \
             passphrase, as nothing can be asked here ({said})"
        ),
        LinkTrouble::Lost => format!("the connection to {destination} was lost ({said})"),
        LinkTrouble::Other => format!("ssh cannot reach {destination}: {said}"),
    }
}

/// Where the offending key stands: `Offending ED25519 key in /home/…/known_hosts:12`.
fn offending(log: &str) -> String {
    let line = log
        .lines()
        .find_map(|line| line.trim().strip_prefix("Offending "))
        .and_then(|line| line.split_once(" in "));
    line.map(|(_, place)| format!(" ({})", place.trim()))
        .unwrap_or_default()
}

/// The last line that says something; ssh puts the cause last, but for a closing line that only repeats it.
fn last_line(log: &str) -> &str {
    let said = |line: &&str| !line.is_empty() && *line != "Host key verification failed.";
    log.lines()
        .rev()
        .map(str::trim)
        .find(said)
        .unwrap_or("ssh gave no reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from OpenSSH 9.2, but for names and addresses.
    const RECORDED: [(&str, LinkTrouble); 17] = [
        (
            "ssh: connect to host 192.0.2.9 port 22: Connection timed out\r\n",
            LinkTrouble::Timeout,
        ),
        (
            "ssh: connect to host 192.0.2.9 port 22: No route to host\r\n",
            LinkTrouble::Timeout,
        ),
        (
            "Connection timed out during banner exchange\r\nConnection to 192.0.2.9 port 22 timed out\r\n",
            LinkTrouble::Timeout,
        ),
        (
            "ssh: connect to host 127.0.0.1 port 9: Connection refused\r\n",
            LinkTrouble::Refused,
        ),
        (
            "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 192.0.2.9 port 22\r\n",
            LinkTrouble::Refused,
        ),
        (
            "kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 192.0.2.9 port 22\r\n",
            LinkTrouble::Refused,
        ),
        (
            "ssh: Could not resolve hostname aurora.example.com: Name or service not known\r\n",
            LinkTrouble::NameUnknown,
        ),
        (
            "ssh: Could not resolve hostname aurora.example.com: Temporary failure in name resolution\r\n",
            LinkTrouble::NameUnknown,
        ),
        (
            "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.\r\n\
             Host key verification failed.\r\n",
            LinkTrouble::HostKeyUnknown,
        ),
        (
            "Host key verification failed.\r\n",
            LinkTrouble::HostKeyUnknown,
        ),
        (
            "@@@@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@@@@@@@\r\n\
             IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\nAdd correct host key in /k/known to get rid of this \
             message.\r\nOffending ED25519 key in /k/known:1\r\n\
             Host key for [127.0.0.1]:2222 has changed and you have requested strict checking.\r\n\
             Host key verification failed.\r\n",
            LinkTrouble::HostKeyChanged,
        ),
        (
            "root@127.0.0.1: Permission denied (publickey,password).\r\n",
            LinkTrouble::AuthenticationFailed,
        ),
        (
            "Received disconnect from 192.0.2.9 port 22:2: Too many authentication failures\r\n\
             Disconnected from 192.0.2.9 port 22\r\n",
            LinkTrouble::AuthenticationFailed,
        ),
        (
            "Timeout, server 127.0.0.1 not responding.\r\n",
            LinkTrouble::Lost,
        ),
        (
            "client_loop: send disconnect: Broken pipe\r\n",
            LinkTrouble::Lost,
        ),
        (
            "Connection to 127.0.0.1 closed by remote host.\r\n",
            LinkTrouble::Lost,
        ),
        (
            "/k/config: line 3: Bad configuration option: hostnme\r\n",
            LinkTrouble::Other,
        ),
    ];

    #[test]
    fn what_ssh_says_is_told_apart() {
        for (log, trouble) in RECORDED {
            assert_eq!(classify(log), trouble, "{log}");
        }
        assert_eq!(classify(""), LinkTrouble::Other);
    }

    #[test]
    fn the_words_say_how_to_mend_it() {
        let told = |trouble| {
            let log = RECORDED
                .iter()
                .find(|(_, t)| *t == trouble)
                .map_or("", |(log, _)| log);
            words(trouble, "aurora", log)
        };
        assert!(told(LinkTrouble::HostKeyUnknown).contains("run `ssh aurora` once"));
        assert!(told(LinkTrouble::HostKeyChanged).contains("(/k/known:1)"));
        assert!(told(LinkTrouble::AuthenticationFailed).contains("ssh-add -l"));
        assert!(told(LinkTrouble::Refused).ends_with("port 9: Connection refused)"));
        assert!(told(LinkTrouble::Other).contains("Bad configuration option"));
        assert_eq!(
            words(LinkTrouble::Other, "aurora", "\r\n"),
            "ssh cannot reach aurora: ssh gave no reason"
        );
    }
}
