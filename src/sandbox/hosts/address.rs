//! Loopback addresses for hosts: 127.77.0.0/16, one each.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use crate::random;

/// Addresses tried before one is taken unseen.
const TRIES: u32 = 64;

/// The ports that a host has there.
pub const PORTS: [u16; 3] = [22, 80, 443];

/// An address that is not `used` and on whose ports nobody listens, not even another sandbox.
pub fn free_address(used: impl Fn(Ipv4Addr) -> bool) -> Ipv4Addr {
    let draw = || {
        let [third, fourth] = [random::below(256), 1 + random::below(254)];
        Ipv4Addr::new(127, 77, third as u8, fourth as u8)
    };
    (0..TRIES)
        .map(|_| draw())
        .find(|address| !used(*address) && !is_taken(*address))
        .unwrap_or_else(draw)
}

/// Whether somebody listens on one of the ports. Who may not look is told no.
fn is_taken(address: Ipv4Addr) -> bool {
    PORTS.iter().any(|port| {
        TcpListener::bind((address, *port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_loopback_and_differ() {
        let first = free_address(|_| false);
        assert_eq!(first.octets()[..2], [127, 77]);
        assert_ne!(free_address(|address| address == first), first);
    }
}
