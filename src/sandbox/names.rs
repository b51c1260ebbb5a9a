//! The name servers of the Cloudflare zones: one port of loopback, over UDP and TCP.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpListener, UdpSocket};

use crate::dns;
use crate::house::Shared;

/// Ports tried until one is free for both.
const TRIES: u32 = 16;

/// Both sockets, on one port.
#[derive(Debug)]
pub struct Sockets {
    datagrams: UdpSocket,
    streams: TcpListener,
}

impl Sockets {
    /// Takes a port that is free for both.
    pub async fn bind(address: IpAddr) -> io::Result<Self> {
        let mut last = None;
        for _ in 0..TRIES {
            let datagrams = UdpSocket::bind((address, 0)).await?;
            match TcpListener::bind(datagrams.local_addr()?).await {
                Ok(streams) => return Ok(Self { datagrams, streams }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    /// Where they are.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.datagrams.local_addr()
    }

    /// Answers questions for as long as it is polled.
    pub async fn serve(self, shared: Shared) {
        let other = shared.clone();
        let ended = tokio::try_join!(
            dns::serve(self.datagrams, move |name, kind| shared
                .enter()
                .resolve(name, kind)),
            dns::serve_streams(self.streams, move |name, kind| {
                other.enter().resolve(name, kind)
            }),
        );
        if let Err(error) = ended {
            tracing::warn!(%error, "names are no longer answered");
        }
    }
}
