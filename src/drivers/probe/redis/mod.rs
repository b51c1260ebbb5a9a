//! The Redis probe: PING, then INFO (<https://redis.io/docs/latest/commands/info/>): role, memory, replicas. Valkey and
//! `KeyDB` answer the same.

use std::collections::HashMap;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, RedisConnectionInfo, RedisError, ServerErrorKind};
use tokio::net::TcpStream;
use vocab::{Bytes, ProbeDetail, ProbeTrouble, Replica, Role, Secret, Span, Text};

use super::dial::dial;
use super::failure::{Failure, Found, causes};

/// A replica whose primary has been silent for longer cannot say how far it is behind. A primary pings its replicas
/// every 10 s (`repl-ping-replica-period`).
const LIVE_LINK: Span = Span::seconds(25);

/// Asks the server how it is.
pub async fn probe(host: &str, port: u16, password: Option<Secret>) -> Found {
    let stream = dial(host, port).await?;
    let target = format!("{host}:{port}");
    let info = talk(stream, password)
        .await
        .map_err(|error| failed(&target, &error))?;
    read(&info)
}

/// Logs in, pings and asks; the connection lives as long as this future.
async fn talk(stream: TcpStream, password: Option<Secret>) -> Result<String, RedisError> {
    let mut login = RedisConnectionInfo::default().set_skip_set_lib_name();
    if let Some(password) = &password {
        login = login.set_password(password.expose());
    }
    // The caller's deadline holds; the client's own default of half a second would hide a slow server.
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    let (mut connection, driver) =
        MultiplexedConnection::new_with_config(&login, stream, config).await?;
    let questions = async move {
        redis::cmd("PING")
            .query_async::<()>(&mut connection)
            .await?;
        redis::cmd("INFO")
            .query_async::<String>(&mut connection)
            .await
    };
    tokio::pin!(questions, driver);
    tokio::select! {
        answer = &mut questions => answer,
        // The driver ends when the connection does; what it still handed over is in the questions.
        () = &mut driver => questions.await,
    }
}

/// Why there is no INFO.
fn failed(target: &str, error: &RedisError) -> Failure {
    let words = error
        .detail()
        .map_or_else(|| error.to_string(), ToOwned::to_owned);
    let denied = error.kind() == ErrorKind::AuthenticationFailed
        || error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm)
        || matches!(
            error.code(),
            Some("NOAUTH" | "WRONGPASS" | "NOPERM" | "DENIED")
        );
    if denied {
        let cure = "name its password's environment variable with password_env";
        return Failure::new(
            ProbeTrouble::Denied,
            format!("{target} refuses the login: {words}; {cure}"),
        );
    }
    if error.kind() == ErrorKind::Server(ServerErrorKind::BusyLoading) {
        return Failure::new(
            ProbeTrouble::WrongAnswer,
            format!("{target} is still loading its data"),
        );
    }
    if let Some(io) = causes(error).find_map(|cause| cause.downcast_ref::<std::io::Error>()) {
        return Failure::from_io(target, io);
    }
    Failure::new(
        ProbeTrouble::WrongAnswer,
        format!("{target} does not answer as Redis should: {words}"),
    )
}

/// Reads INFO: lines of `key:value` under headings with `#`.
fn read(info: &str) -> Found {
    let lines = info
        .lines()
        .filter_map(|line| line.trim_end().split_once(':'));
    let fields: HashMap<&str, &str> = lines.collect();
    let number = |key: &str| {
        fields
            .get(key)
            .and_then(|value| value.parse::<u64>().ok())
            .unwrap_or_default()
    };
    let (role, replicas) = match fields.get("role").copied() {
        Some("master") => (Role::Primary, followers(&fields)),
        Some("slave" | "replica") => (Role::Replica, vec![link(&fields)]),
        _ => {
            return Err(Failure::new(
                ProbeTrouble::WrongAnswer,
                "its INFO names no role: is it a Redis server?",
            ));
        }
    };
    let version = fields
        .get("valkey_version")
        .or_else(|| fields.get("redis_version"));
    Ok(ProbeDetail::Redis {
        role,
        version: version.copied().unwrap_or_default().into(),
        memory: Bytes(number("used_memory")),
        clients: number("connected_clients"),
        channels: number("pubsub_channels"),
        replicas,
    })
}

/// A primary's replicas: `slave0:ip=…,port=…,state=online,offset=…,lag=…`, lag in seconds since the last acknowledgement.
fn followers(fields: &HashMap<&str, &str>) -> Vec<Replica> {
    let written = fields
        .get("master_repl_offset")
        .and_then(|value| value.parse::<u64>().ok());
    let one = |place: u32| {
        let line = fields.get(format!("slave{place}").as_str())?;
        let parts: HashMap<&str, &str> = line
            .split(',')
            .filter_map(|part| part.split_once('='))
            .collect();
        let state = parts.get("state").copied().unwrap_or_default();
        let connected = state == "online";
        let number = |key: &str| parts.get(key).and_then(|value| value.parse::<u64>().ok());
        let lag = number("lag")
            .and_then(|seconds| i64::try_from(seconds).ok())
            .map(Span::seconds);
        Some(Replica {
            name: format!(
                "{}:{}",
                parts.get("ip").unwrap_or(&"?"),
                parts.get("port").unwrap_or(&"?")
            )
            .into(),
            state: state.into(),
            lag: lag.filter(|_| connected),
            lag_bytes: written
                .zip(number("offset"))
                .map(|(written, got)| Bytes(written.saturating_sub(got)))
                .filter(|_| connected),
            connected,
        })
    };
    (0..).map_while(one).collect()
}

/// A replica's link to its primary. What is behind is known only while the link lives: a replica that is cut off has
/// applied all it received.
fn link(fields: &HashMap<&str, &str>) -> Replica {
    let number = |key: &str| fields.get(key).and_then(|value| value.parse::<i64>().ok());
    let connected = fields.get("master_link_status") == Some(&"up");
    let copying = number("master_sync_in_progress") == Some(1);
    let live = connected
        && number("master_last_io_seconds_ago")
            .is_some_and(|ago| (0..=LIVE_LINK.as_seconds()).contains(&ago));
    let applied = number("slave_repl_offset").unwrap_or_default();
    // Servers before 7.0 do not say what they have read but not applied; they apply as they read.
    let behind = (number("slave_read_repl_offset").unwrap_or(applied) - applied).max(0);
    Replica {
        name: format!(
            "{}:{}",
            fields.get("master_host").unwrap_or(&"?"),
            fields.get("master_port").unwrap_or(&"?")
        )
        .into(),
        state: Text::from(if copying {
            "copying"
        } else if connected {
            "online"
        } else {
            "link down"
        }),
        lag: (live && behind == 0).then_some(Span::ZERO),
        lag_bytes: connected.then(|| Bytes(behind.unsigned_abs())),
        connected,
    }
}

#[cfg(test)]
mod tests;
