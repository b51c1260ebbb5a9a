//! The DNS probe: asks for the addresses of a name, of one server or of the system's own (RFC 1035, RFC 3596).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::{Resolver, ResolverBuilder, TokioResolver};
use vocab::{ProbeDetail, ProbeTrouble, Text};

use super::dial;
use super::failure::{Failure, Found};

/// Resolves `name` as a full name, A and AAAA together, asking the network each time: no hosts file, no cache, one try.
pub async fn probe(
    name: &str,
    server: Option<&str>,
    expect: Option<&str>,
    timeout: Duration,
) -> Found {
    let asked = server.map_or_else(
        || "the system's name server".to_owned(),
        |server| format!("the name server {server}"),
    );
    let resolver = resolver(server, timeout).await?;
    let full = format!("{}.", name.trim_end_matches('.'));
    let lookup = match resolver.lookup_ip(full).await {
        Ok(lookup) => lookup,
        Err(error) => return Err(unanswered(name, &asked, &error).await),
    };
    let mut addresses: Vec<IpAddr> = lookup.iter().collect();
    addresses.sort_unstable();
    addresses.dedup();
    let shown: Vec<Text> = addresses
        .iter()
        .map(|address| Text::line(address.to_string()))
        .collect();
    if let Some(expect) = expect {
        let Ok(wanted) = expect.parse::<IpAddr>() else {
            return Err(Failure::new(
                ProbeTrouble::CouldNotTry,
                format!("\"{expect}\" is no address: expect must be one"),
            ));
        };
        if !addresses.contains(&wanted) {
            let got: Vec<&str> = shown.iter().map(Text::as_str).collect();
            return Err(Failure::new(
                ProbeTrouble::WrongAnswer,
                format!("{name} is {}, not {wanted}", got.join(", ")),
            ));
        }
    }
    Ok(ProbeDetail::Dns { addresses: shown })
}

/// A resolver for one question.
async fn resolver(server: Option<&str>, timeout: Duration) -> Result<TokioResolver, Failure> {
    let set_up = |error: NetError| {
        Failure::new(
            ProbeTrouble::CouldNotTry,
            format!("the system's name server is not known: look at /etc/resolv.conf ({error})"),
        )
    };
    let mut builder = match server {
        Some(server) => builder_for(server).await?,
        None => Resolver::builder_tokio().map_err(set_up)?,
    };
    let options = builder.options_mut();
    options.cache_size = 0;
    options.attempts = 1;
    options.timeout = timeout;
    options.use_hosts_file = ResolveHosts::Never;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    builder.build().map_err(set_up)
}

/// For `address:port`, `name:port`, or either without a port (53).
async fn builder_for(server: &str) -> Result<ResolverBuilder<TokioRuntimeProvider>, Failure> {
    let address = match server.parse::<SocketAddr>() {
        Ok(address) => address,
        Err(_) => match server.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => SocketAddr::new(address, 53),
            Err(_) => named(server).await?,
        },
    };
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
    let config = ResolverConfig::from_name_servers(vec![server]);
    Ok(Resolver::builder_with_config(
        config,
        TokioRuntimeProvider::default(),
    ))
}

/// The first address of a name server that is given by name.
async fn named(server: &str) -> Result<SocketAddr, Failure> {
    let with_port = if server.contains(':') {
        server.to_owned()
    } else {
        format!("{server}:53")
    };
    match tokio::net::lookup_host(&with_port).await {
        Ok(mut addresses) => addresses.next().ok_or_else(|| {
            Failure::new(
                ProbeTrouble::NameUnknown,
                format!("the name server {server} has no address"),
            )
        }),
        Err(error) => Err(Failure::unresolved(server, &error, dial::has_route().await)),
    }
}

/// Why no address came.
async fn unanswered(name: &str, asked: &str, error: &NetError) -> Failure {
    let code = match error {
        NetError::Dns(DnsError::ResponseCode(code)) => Some(*code),
        NetError::Dns(DnsError::NoRecordsFound(none)) => Some(none.response_code),
        _ => None,
    };
    match (error, code) {
        (_, Some(ResponseCode::NXDomain)) => Failure::new(
            ProbeTrouble::NameUnknown,
            format!("{asked} knows no {name}"),
        ),
        (_, Some(ResponseCode::NoError)) => Failure::new(
            ProbeTrouble::NameUnknown,
            format!("{asked} knows {name} but no address of it"),
        ),
        (_, Some(ResponseCode::Refused)) => Failure::new(
            ProbeTrouble::Denied,
            format!("{asked} refuses to answer this machine about {name}"),
        ),
        (_, Some(code)) => Failure::new(
            ProbeTrouble::WrongAnswer,
            format!("{asked} answers \"{code}\" to {name}"),
        ),
        (NetError::Io(io), None) => Failure::from_io(asked, io),
        // The resolver gives up on a server whose packets come back; that is told from a silent one by the route.
        (NetError::NoConnections | NetError::Timeout, None) if dial::has_route().await => {
            Failure::new(ProbeTrouble::Timeout, format!("{asked} does not answer"))
        }
        (NetError::NoConnections, None) => Failure::new(
            ProbeTrouble::CouldNotTry,
            format!("no way to {asked}: check this machine's network"),
        ),
        (NetError::Timeout, None) => {
            Failure::new(ProbeTrouble::Timeout, format!("{asked} does not answer"))
        }
        (other, None) => Failure::new(ProbeTrouble::Other, format!("{asked}: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::UdpSocket;
    use tokio::task::JoinHandle;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A name server that knows shop.example.com (A and AAAA), refuses `refused…`, fails on `broken…`, and nothing else.
    async fn responder() -> (String, JoinHandle<()>) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            let mut packet = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                socket
                    .send_to(&answer(&packet[..length]), from)
                    .await
                    .unwrap();
            }
        });
        (address, task)
    }

    /// RFC 1035 §4.1: header, the question again, and at most one answer that points back to the question's name.
    fn answer(question: &[u8]) -> Vec<u8> {
        let end = 12 + question[12..].iter().position(|&byte| byte == 0).unwrap() + 5;
        let name = String::from_utf8_lossy(&question[12..end - 4]).to_lowercase();
        let wants_six = question[end - 3] == 28;
        let code = match () {
            () if name.contains("shop") => 0,
            () if name.contains("refused") => 5,
            () if name.contains("broken") => 2,
            () => 3,
        };
        let mut out = vec![
            question[0],
            question[1],
            0x81,
            0x80 | code,
            0,
            1,
            0,
            u8::from(code == 0),
            0,
            0,
            0,
            0,
        ];
        out.extend_from_slice(&question[12..end]);
        if code == 0 {
            let data: Vec<u8> = if wants_six {
                "2001:db8::7"
                    .parse::<std::net::Ipv6Addr>()
                    .unwrap()
                    .octets()
                    .to_vec()
            } else {
                vec![192, 0, 2, 7]
            };
            out.extend_from_slice(&[
                0xc0,
                12,
                0,
                question[end - 3],
                0,
                1,
                0,
                0,
                0,
                60,
                0,
                u8::try_from(data.len()).unwrap(),
            ]);
            out.extend_from_slice(&data);
        }
        out
    }

    #[tokio::test]
    async fn answers_are_sorted_and_compared() {
        let (server, task) = responder().await;
        let found = probe("shop.example.com", Some(&server), Some("192.0.2.7"), SECOND).await;
        assert_eq!(
            found,
            Ok(ProbeDetail::Dns {
                addresses: vec!["192.0.2.7".into(), "2001:db8::7".into()]
            })
        );
        let other = probe("shop.example.com", Some(&server), Some("192.0.2.8"), SECOND)
            .await
            .unwrap_err();
        assert_eq!(other.trouble, ProbeTrouble::WrongAnswer);
        assert_eq!(
            other.text,
            "shop.example.com is 192.0.2.7, 2001:db8::7, not 192.0.2.8"
        );
        let no_address = probe("shop.example.com", Some(&server), Some("shop"), SECOND)
            .await
            .unwrap_err();
        assert_eq!(no_address.trouble, ProbeTrouble::CouldNotTry);
        task.abort();
    }

    #[tokio::test]
    async fn refusals_have_their_class() {
        let (server, task) = responder().await;
        for (name, trouble) in [
            ("nothing.example.com", ProbeTrouble::NameUnknown),
            ("refused.example.com", ProbeTrouble::Denied),
            ("broken.example.com", ProbeTrouble::WrongAnswer),
        ] {
            let failure = probe(name, Some(&server), None, SECOND).await.unwrap_err();
            assert_eq!(failure.trouble, trouble, "{}", failure.text);
            assert!(
                failure.text.contains(name) && failure.text.contains(&server),
                "{}",
                failure.text
            );
        }
        task.abort();
    }

    #[tokio::test]
    async fn a_silent_server_is_a_timeout() {
        let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let server = silent.local_addr().unwrap().to_string();
        let failure = probe(
            "shop.example.com",
            Some(&server),
            None,
            Duration::from_millis(200),
        )
        .await
        .unwrap_err();
        assert_eq!(failure.trouble, ProbeTrouble::Timeout, "{}", failure.text);
    }
}
