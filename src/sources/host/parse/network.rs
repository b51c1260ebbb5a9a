//! /proc/net/dev (`proc_net_dev(5))`: bytes and errors of each network interface since boot.

use super::{lines, number};

/// One interface's counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceCounters {
    /// Its name.
    pub name: String,
    /// Bytes received.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
    /// Errors and drops, both ways.
    pub errors: u64,
}

/// Names that begin so are the ends of containers and virtual machines on this side, or tunnels nobody set up.
const VIRTUAL: [&str; 16] = [
    "veth", "docker", "br-", "virbr", "vnet", "cali", "cni", "flannel", "lxc", "lxdbr", "dummy",
    "ifb", "sit", "ip6tnl", "tunl", "gre",
];

/// Whether an interface carries the machine's own traffic.
fn is_own(name: &str) -> bool {
    name != "lo"
        && !VIRTUAL
            .iter()
            .any(|virtual_name| name.starts_with(virtual_name))
}

/// The machine's own interfaces: not the loopback, not containers' virtual ends.
pub fn parse(dev: &[u8]) -> Vec<InterfaceCounters> {
    lines(dev)
        .filter_map(line)
        .filter(|interface| is_own(&interface.name))
        .collect()
}

/// One line; also what the sources of containers read in a container's own network namespace.
fn line(line: &str) -> Option<InterfaceCounters> {
    let (name, counters) = line.split_once(':')?;
    let values: Vec<u64> = counters
        .split_ascii_whitespace()
        .map(|word| number(Some(word)))
        .collect();
    // Received: bytes packets errors drops fifo frame compressed multicast; sent: bytes packets errors drops …
    let at = |index: usize| values.get(index).copied();
    Some(InterfaceCounters {
        name: name.trim().to_owned(),
        received: at(0)?,
        sent: at(8)?,
        errors: [2, 3, 10, 11]
            .into_iter()
            .filter_map(at)
            .fold(0, u64::saturating_add),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_interfaces_only() {
        let text = b"Inter-|   Receive                                                |  Transmit\n \
            face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    \
            lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n  eth0:1234567 10 1 2 0 0 0 0 7654321 20 3 4 0 0 0 0\n\
            vethab12: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n wg0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n eth9: 1 2 3\n";
        let found = parse(text);
        let names: Vec<&str> = found
            .iter()
            .map(|interface| interface.name.as_str())
            .collect();
        assert_eq!(names, ["eth0", "wg0"]);
        assert_eq!(
            (found[0].received, found[0].sent, found[0].errors),
            (1_234_567, 7_654_321, 10)
        );
    }
}
