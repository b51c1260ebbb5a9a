//! `wg show all dump` (wg(8)): tab-separated, a line of 5 fields for an interface, of 9 for a peer. Private and preshared
//! keys stand in it; they are stepped over and never kept.

use vocab::{Bytes, Mesh, Peer, Span, Text, Time};

use super::{lines, number};

/// Reads a dump that was taken at `now`.
pub fn parse(dump: &[u8], now: Time) -> Mesh {
    let mut mesh = Mesh::default();
    for line in lines(dump) {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            [interface, _private, public, _port, _mark] => {
                mesh.interfaces
                    .push((Text::line(interface), Text::line(public)));
            }
            [
                interface,
                public,
                _preshared,
                endpoint,
                allowed,
                handshake,
                received,
                sent,
                keepalive,
            ] => {
                mesh.peers.push(Peer {
                    interface: Text::line(interface),
                    public_key: Text::line(public),
                    endpoint: said(endpoint),
                    allowed: said(allowed).unwrap_or_else(|| Text::line("")),
                    handshake: handshake_time(number(Some(handshake)), now),
                    received: Bytes(number(Some(received))),
                    sent: Bytes(number(Some(sent))),
                    keepalive: keepalive
                        .parse()
                        .ok()
                        .filter(|seconds| *seconds > 0)
                        .map(Span::seconds),
                });
            }
            _ => {}
        }
    }
    mesh
}

fn said(word: &str) -> Option<Text> {
    (word != "(none)" && !word.is_empty()).then(|| Text::line(word))
}

/// When the last handshake was. The kernel gives seconds since 1970, 0 for never; userspace implementations have given
/// the seconds gone by since then (which reads as "55 years ago"), milliseconds and nanoseconds. A time that fits none
/// of these, or lies more than a day ahead, is not believed.
fn handshake_time(value: u64, now: Time) -> Option<Time> {
    const YEAR: u64 = 365 * 86_400;
    let value = i64::try_from(value).ok()?;
    let time = match value.unsigned_abs() {
        0 => return None,
        seconds if seconds < 20 * YEAR => Time(now.0.saturating_sub(value.saturating_mul(1000))),
        seconds if seconds < 1000 * YEAR => Time::from_seconds(value),
        millis if millis < 1000 * YEAR * 1000 => Time(value),
        micros if micros < 1000 * YEAR * 1_000_000 => Time(value / 1000),
        _ => Time(value / 1_000_000),
    };
    (time.0 > 0 && time.0 < now.0.saturating_add(86_400_000)).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_269_728_000);

    #[test]
    fn a_recorded_dump() {
        let text = b"wg0\tPRIVATE=\tPUBLIC=\t51820\toff\n\
            wg0\tPEER1=\tPRESHARED=\t192.0.2.7:51820\t192.0.2.2/32,2001:db8::/64\t1795269700\t1000\t2000\t25\n\
            wg0\tPEER2=\t(none)\t(none)\t(none)\t0\t0\t0\toff\nUnable to access interface wg1: Operation not permitted\n";
        let mesh = parse(text, NOW);
        assert_eq!(
            mesh.interfaces,
            [(Text::line("wg0"), Text::line("PUBLIC="))]
        );
        assert_eq!(mesh.peers.len(), 2);
        let peer = &mesh.peers[0];
        assert_eq!(peer.handshake, Some(Time(1_795_269_700_000)));
        assert_eq!(
            (peer.received, peer.sent, peer.keepalive),
            (Bytes(1000), Bytes(2000), Some(Span::seconds(25)))
        );
        assert_eq!(
            (
                &mesh.peers[1].handshake,
                &mesh.peers[1].endpoint,
                mesh.peers[1].keepalive
            ),
            (&None, &None, None)
        );
        let kept = format!("{mesh:?}");
        assert!(!kept.contains("PRIVATE") && !kept.contains("PRESHARED"));
    }

    #[test]
    fn odd_units_of_handshakes() {
        let at = |value| handshake_time(value, NOW);
        let expected = Some(Time(NOW.0 - 28_000));
        assert_eq!(at(1_795_269_700), expected);
        assert_eq!(at(28), expected, "seconds gone by");
        assert_eq!(at(1_795_269_700_000), expected);
        assert_eq!(at(1_795_269_700_000_000), expected);
        assert_eq!(at(1_795_269_700_000_000_000), expected);
        assert_eq!(at(2_795_269_700), None, "ahead of its time");
        assert_eq!(at(u64::MAX), None);
    }
}
