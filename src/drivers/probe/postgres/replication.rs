//! PostgreSQL replication, from either side, without the trap of the common recipe: a replica that is cut from its primary
//! has replayed all it received, so "received = replayed" must not read as "0 behind" unless the link lives.

use tokio_postgres::{Error, SimpleQueryRow};
use vocab::{Bytes, Replica, Span, Text};

use super::number;

/// A replica's view. There is a row in `pg_stat_wal_receiver` only while the receiver is connected; a user without
/// `pg_monitor` sees only its pid. `to_jsonb` gives null for columns that an older version does not have.
/// `latest_end_lsn` is how far the primary had written when it last spoke.
pub const RECEIVER: &str = "select r.j ->> 'status' as state, r.j ->> 'sender_host' as host, r.j ->> 'sender_port' as port, \
    r.j is not null as connected, \
    extract(epoch from now() - (r.j ->> 'last_msg_receipt_time')::timestamptz) as silent, \
    pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), (r.j ->> 'latest_end_lsn')::pg_lsn), pg_last_wal_replay_lsn()) as bytes, \
    extract(epoch from now() - pg_last_xact_replay_timestamp()) as replayed \
    from (values (1)) one left join lateral (select to_jsonb(w) as j from pg_stat_wal_receiver w) r on true";

/// A primary's view: those who follow now, and the replication slots of those who should and do not, for whom the
/// primary keeps its log. Base backups stream too and follow nothing.
pub const SENDERS: &str = "select coalesce(nullif(application_name, ''), host(client_addr), 'pid ' || pid) as name, state, \
    extract(epoch from replay_lag) as lag, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) as bytes, true as connected \
    from pg_stat_replication where state is distinct from 'backup' \
    union all \
    select slot_name, 'slot not in use', null, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), false \
    from pg_replication_slots where not active and not temporary \
    order by 1";

/// Both sides talk at least every 30 s by default (half of `wal_receiver_timeout`); a receiver that has heard nothing
/// for twice as long does not know what it misses.
const LIVE_LINK: f64 = 60.0;

/// A replica's link to its primary.
pub fn link(rows: &[SimpleQueryRow]) -> Result<Replica, Error> {
    let Some(row) = rows.first() else {
        return Ok(View::default().judged());
    };
    let host = row.try_get("host")?.unwrap_or_default();
    let view = View {
        // Who the primary is, only a privileged user may see, and nobody while the link is down.
        name: if host.is_empty() {
            "primary".into()
        } else {
            format!("{host}:{}", row.try_get("port")?.unwrap_or_default()).into()
        },
        state: row.try_get("state")?.unwrap_or_default().into(),
        connected: row.try_get("connected")? == Some("t"),
        silent: number(row, "silent")?,
        bytes: number(row, "bytes")?,
        replayed: number(row, "replayed")?,
    };
    Ok(view.judged())
}

/// What a replica says of itself, before it is judged.
#[derive(Debug, Clone, Default)]
struct View {
    name: Text,
    state: Text,
    connected: bool,
    /// Seconds since the primary last spoke, where the user may see it.
    silent: Option<f64>,
    /// Bytes received, or known to be written, and not yet replayed.
    bytes: Option<i64>,
    /// Seconds since the last transaction that was replayed was committed.
    replayed: Option<f64>,
}

impl View {
    /// Caught up over a live link is zero behind, however long the primary has been idle; behind is as old as the last
    /// transaction replayed; without a live link nothing is known.
    fn judged(self) -> Replica {
        let live = self.connected && self.silent.is_none_or(|silent| silent < LIVE_LINK);
        let lag = match self.bytes {
            Some(..=0) => Some(Span::ZERO),
            Some(_) => self.replayed.map(seconds),
            None => None,
        };
        let state = if self.connected {
            self.state
        } else {
            "not connected".into()
        };
        Replica {
            name: self.name,
            state,
            lag: lag.filter(|_| live),
            lag_bytes: self.bytes.filter(|_| live).map(bytes),
            connected: self.connected,
        }
    }
}

/// A primary's replicas. `replay_lag` is null both when a replica is caught up and idle, and when it has not reported.
pub fn followers(rows: &[SimpleQueryRow]) -> Result<Vec<Replica>, Error> {
    let one = |row: &SimpleQueryRow| {
        let connected = row.try_get("connected")? == Some("t");
        let behind: Option<i64> = number(row, "bytes")?;
        let measured: Option<f64> = number(row, "lag")?;
        let lag = if behind == Some(0) {
            Some(Span::ZERO)
        } else {
            measured.map(seconds)
        };
        Ok(Replica {
            name: row.try_get("name")?.unwrap_or_default().into(),
            state: row.try_get("state")?.unwrap_or_default().into(),
            lag: lag.filter(|_| connected),
            lag_bytes: behind.map(bytes),
            connected,
        })
    };
    rows.iter().map(one).collect()
}

/// Clocks of two machines differ: what would be negative is zero.
fn seconds(seconds: f64) -> Span {
    Span::millis((seconds.max(0.0) * 1000.0) as i64)
}

fn bytes(count: i64) -> Bytes {
    Bytes(count.max(0).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught_up() -> View {
        View {
            name: "192.0.2.4:5432".into(),
            state: "streaming".into(),
            connected: true,
            silent: Some(3.0),
            bytes: Some(0),
            replayed: Some(7200.0),
        }
    }

    #[test]
    fn idle_is_not_behind() {
        let replica = caught_up().judged();
        assert_eq!(
            (replica.lag, replica.lag_bytes, replica.connected),
            (Some(Span::ZERO), Some(Bytes(0)), true)
        );
        let unprivileged = View {
            silent: None,
            state: Text::default(),
            ..caught_up()
        }
        .judged();
        assert_eq!(unprivileged.lag, Some(Span::ZERO));
    }

    #[test]
    fn cut_off_is_never_zero() {
        let cut = View {
            connected: false,
            ..caught_up()
        }
        .judged();
        assert_eq!((cut.lag, cut.lag_bytes, cut.connected), (None, None, false));
        let silent = View {
            silent: Some(300.0),
            ..caught_up()
        }
        .judged();
        assert_eq!(
            (silent.lag, silent.connected),
            (None, true),
            "a receiver that hears nothing knows nothing"
        );
    }

    #[test]
    fn behind_is_as_old_as_what_was_replayed_last() {
        let behind = View {
            bytes: Some(4096),
            replayed: Some(12.5),
            ..caught_up()
        }
        .judged();
        assert_eq!(
            (behind.lag, behind.lag_bytes),
            (Some(Span::millis(12_500)), Some(Bytes(4096)))
        );
        let fresh = View {
            bytes: Some(4096),
            replayed: None,
            ..caught_up()
        }
        .judged();
        assert_eq!(fresh.lag, None, "nothing replayed yet has no age");
        let clocks = View {
            bytes: Some(1),
            replayed: Some(-3.0),
            ..caught_up()
        }
        .judged();
        assert_eq!(clocks.lag, Some(Span::ZERO));
    }
}
