//! Opening a TCP connection: every address of a name gets its chance, and the error that tells most is kept.

use std::net::SocketAddr;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::net::{TcpStream, UdpSocket};
use vocab::ProbeTrouble;

use super::failure::Failure;

/// The next address is tried after so long without an answer, so that one black hole does not eat the whole time
/// (RFC 8305 §5).
const STAGGER: Duration = Duration::from_millis(250);

/// No more addresses than these are tried.
const MOST_ADDRESSES: usize = 8;

/// Connects to a name or an address (an IPv6 one may be in brackets). Has no deadline of its own: the caller's holds.
pub async fn dial(host: &str, port: u16) -> Result<TcpStream, Failure> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<SocketAddr> = match tokio::net::lookup_host((bare, port)).await {
        Ok(addresses) => addresses.take(MOST_ADDRESSES).collect(),
        Err(error) => return Err(Failure::unresolved(bare, &error, has_route().await)),
    };
    let mut attempts: FuturesUnordered<_> = addresses
        .into_iter()
        .zip(0..)
        .map(|(address, place)| attempt(address, place))
        .collect();
    let mut failure: Option<Failure> = None;
    while let Some(attempted) = attempts.next().await {
        match attempted {
            Ok(stream) => return Ok(stream),
            // A machine without IPv6 cannot try the IPv6 address of a name; what IPv4 says counts more.
            Err(other)
                if failure
                    .as_ref()
                    .is_none_or(|known| known.trouble == ProbeTrouble::CouldNotTry) =>
            {
                failure = Some(other);
            }
            Err(_) => {}
        }
    }
    Err(failure.unwrap_or_else(|| {
        Failure::new(ProbeTrouble::NameUnknown, format!("{bare} has no address"))
    }))
}

/// One connection, begun after its place in the row.
async fn attempt(address: SocketAddr, place: u32) -> Result<TcpStream, Failure> {
    tokio::time::sleep(STAGGER * place).await;
    TcpStream::connect(address)
        .await
        .map_err(|error| Failure::from_io(&address.to_string(), &error))
}

/// Whether the kernel knows a way out of this machine. Connecting a UDP socket asks the routing table and sends
/// nothing (udp(7)); the addresses are for documentation (RFC 5737, RFC 3849).
pub async fn has_route() -> bool {
    for (local, remote) in [
        ("0.0.0.0:0", "192.0.2.1:53"),
        ("[::]:0", "[2001:db8::1]:53"),
    ] {
        if let Ok(socket) = UdpSocket::bind(local).await
            && socket.connect(remote).await.is_ok()
        {
            return true;
        }
    }
    false
}
