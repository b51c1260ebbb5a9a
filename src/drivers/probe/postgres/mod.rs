//! The PostgreSQL probe: role, connections, size and replication, for version 10 and later
//! (<https://www.postgresql.org/docs/current/monitoring-stats.html>).
//!
//! Reads: `pg_is_in_recovery()` first, because half of the other functions are errors in the other role. Asks in the
//! simple protocol, so that it also passes through a connection pooler. TLS is used when the server offers it, without
//! judging its certificate, as `sslmode=prefer` of libpq does.

mod replication;
mod tls;

use tokio::net::TcpStream;
use tokio_postgres::{Client, Config, Error, SimpleQueryMessage, SimpleQueryRow};
use vocab::{Bytes, ProbeDetail, ProbeTrouble, Role, Secret};

use super::dial::dial;
use super::failure::{Failure, Found, causes, root_words};
use super::trust::Trust;
use tls::Preferred;

/// Who asks, and where.
pub struct Login<'a> {
    /// The user.
    pub user: &'a str,
    /// The database.
    pub database: &'a str,
    /// The password, if the server wants one.
    pub password: Option<Secret>,
}

/// What is the same in both roles. `numbackends` needs no right to see other users' sessions.
const STATUS: &str = "select pg_is_in_recovery() as recovery, current_setting('server_version') as version, \
    current_setting('max_connections') as allowed, (select sum(numbackends) from pg_stat_database) as connections, \
    pg_database_size(current_database()) as size";

/// Asks the server how it is.
pub async fn probe(trust: &Trust, host: &str, port: u16, login: &Login<'_>) -> Found {
    let stream = dial(host, port).await?;
    let target = format!("{host}:{port}");
    let connector = Preferred::new(trust, host)?;
    talk(stream, connector, login)
        .await
        .unwrap_or_else(|error| Err(failed(&target, login, &error)))
}

/// Logs in and asks; the connection lives as long as this future.
async fn talk(stream: TcpStream, connector: Preferred, login: &Login<'_>) -> Result<Found, Error> {
    let mut config = Config::new();
    config
        .user(login.user)
        .dbname(login.database)
        .application_name("wheelhouse");
    if let Some(password) = &login.password {
        config.password(password.expose());
    }
    let (client, connection) = config.connect_raw(stream, connector).await?;
    let questions = ask(&client);
    tokio::pin!(questions, connection);
    tokio::select! {
        answer = &mut questions => answer,
        // The connection ends only when it breaks: the client is still here.
        ended = &mut connection => match ended {
            Err(error) => Err(error),
            Ok(()) => questions.await,
        },
    }
}

async fn ask(client: &Client) -> Result<Found, Error> {
    let Some(status) = rows(client, STATUS).await?.into_iter().next() else {
        return Ok(Err(Failure::new(
            ProbeTrouble::WrongAnswer,
            "it gives no row for its own state: is it PostgreSQL?",
        )));
    };
    let in_recovery = status.try_get("recovery")? == Some("t");
    let (role, replicas) = if in_recovery {
        (
            Role::Replica,
            vec![replication::link(
                &rows(client, replication::RECEIVER).await?,
            )?],
        )
    } else {
        (
            Role::Primary,
            replication::followers(&rows(client, replication::SENDERS).await?)?,
        )
    };
    Ok(Ok(ProbeDetail::Postgres {
        role,
        version: status.try_get("version")?.unwrap_or_default().into(),
        connections: (
            number(&status, "connections")?.unwrap_or_default(),
            number(&status, "allowed")?.unwrap_or_default(),
        ),
        size: Bytes(number(&status, "size")?.unwrap_or_default()),
        replicas,
    }))
}

/// The rows of one question.
async fn rows(client: &Client, question: &str) -> Result<Vec<SimpleQueryRow>, Error> {
    let messages = client.simple_query(question).await?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}

/// A column as a number; `None` for null, and for what is none.
fn number<T: std::str::FromStr>(row: &SimpleQueryRow, column: &str) -> Result<Option<T>, Error> {
    Ok(row.try_get(column)?.and_then(|text| text.parse().ok()))
}

/// Why there is no answer.
fn failed(target: &str, login: &Login<'_>, error: &Error) -> Failure {
    if let Some(db) = error.as_db_error() {
        let words = format!("{target} says: {}", db.message());
        // https://www.postgresql.org/docs/current/errcodes-appendix.html: class 28 is about the login, 42501 about a right.
        let denied = db.code().code().starts_with("28") || db.code().code() == "42501";
        return Failure::new(
            if denied {
                ProbeTrouble::Denied
            } else {
                ProbeTrouble::WrongAnswer
            },
            words,
        );
    }
    let words = root_words(error);
    if words.contains("password missing") {
        let text = format!(
            "{target} wants a password for {}: name its environment variable with password_env",
            login.user
        );
        return Failure::new(ProbeTrouble::Denied, text);
    }
    for cause in causes(error) {
        if cause.is::<rustls::Error>() {
            return Failure::new(
                ProbeTrouble::Tls,
                format!("the TLS handshake with {target} failed: {cause}"),
            );
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && io
                .get_ref()
                .is_none_or(|inner| !inner.is::<rustls::Error>())
        {
            return Failure::from_io(target, io);
        }
    }
    if error.is_closed() {
        return Failure::new(
            ProbeTrouble::WrongAnswer,
            format!("{target} cut the connection"),
        );
    }
    Failure::new(
        ProbeTrouble::WrongAnswer,
        format!("{target} does not answer as PostgreSQL should: {words}"),
    )
}

#[cfg(test)]
mod tests;
