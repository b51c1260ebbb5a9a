//! What went wrong with an engine, in this program's classes and in words that say how to mend it.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::time::Duration;

use bollard::errors::Error;

use super::connect::{Address, socket_group};
use crate::error::{DriverError, Result, Trouble};

/// How long a call may take unless it says otherwise.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Waits for a call at most so long; `what` reads after "cannot".
pub async fn within<T>(
    deadline: Duration,
    address: &Address,
    what: &str,
    call: impl Future<Output = std::result::Result<T, Error>> + Send,
) -> Result<T> {
    match tokio::time::timeout(deadline, call).await {
        Ok(answer) => answer.map_err(|error| from_client(&error, address, what)),
        Err(_) => Err(timed_out(deadline, address, what)),
    }
}

/// No answer in time.
pub fn timed_out(deadline: Duration, address: &Address, what: &str) -> DriverError {
    DriverError::new(
        Trouble::Timeout,
        format!(
            "cannot {what}: the docker engine at {address} did not answer within {} s",
            deadline.as_secs()
        ),
    )
}

/// From the client's error.
pub fn from_client(error: &Error, address: &Address, what: &str) -> DriverError {
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => from_status(*status_code, message, what),
        Error::SocketNotFoundError(_) => absent(address, what),
        Error::RequestTimeoutError => timed_out(DEADLINE, address, what),
        Error::JsonDataError { .. }
        | Error::JsonSerdeError { .. }
        | Error::StrParseError { .. } => garbled(address, what, &error.to_string()),
        Error::HyperLegacyError { err } if err.is_connect() => {
            from_io(io_cause(err), address, what)
        }
        Error::DockerStreamError { error } => {
            DriverError::new(Trouble::Refused, format!("cannot {what}: {error}"))
        }
        other => DriverError::new(
            Trouble::Broken,
            format!(
                "cannot {what}: the connection to the docker engine at {address} broke: {}",
                root(other)
            ),
        ),
    }
}

/// From a failure to connect; `None` when the cause has no number.
pub fn from_io(error: Option<&io::Error>, address: &Address, what: &str) -> DriverError {
    match error.map(io::Error::kind) {
        Some(io::ErrorKind::PermissionDenied) => forbidden(address, what),
        Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) | None => {
            absent(address, what)
        }
        Some(io::ErrorKind::TimedOut) => timed_out(DEADLINE, address, what),
        Some(_) => {
            let why = error.map(ToString::to_string).unwrap_or_default();
            DriverError::new(
                Trouble::Absent,
                format!("cannot {what}: no way to the docker engine at {address}: {why}"),
            )
        }
    }
}

/// From an answer with a status that is no success (<https://docs.docker.com/reference/api/engine/>, "Errors").
pub fn from_status(status: u16, message: &str, what: &str) -> DriverError {
    let trouble = match status {
        404 => Trouble::NotFound,
        // 304 is "already so" where that is no success.
        304 | 409 => Trouble::Conflict,
        _ if message.contains("is too old") || message.contains("is too new") => {
            Trouble::TooOld(vocab::Text::default())
        }
        _ => Trouble::Refused,
    };
    let said = if message.is_empty() {
        "no reason given"
    } else {
        message
    };
    DriverError::new(
        trouble,
        format!("cannot {what}: the docker engine says ({status}): {said}"),
    )
}

/// An answer that makes no sense.
pub fn garbled(address: &Address, what: &str, why: &str) -> DriverError {
    DriverError::new(
        Trouble::Garbled,
        format!(
            "cannot {what}: the answer of the docker engine at {address} is not understood: {why}"
        ),
    )
}

fn absent(address: &Address, what: &str) -> DriverError {
    let mend = match address {
        Address::Socket(_) => {
            "start it (systemctl start docker), or name its socket with DOCKER_HOST=unix:///path"
        }
        Address::Http(_) | Address::Ssh(_) => "start it, or check the address and the firewall",
    };
    DriverError::new(
        Trouble::Absent,
        format!("cannot {what}: no docker engine listens at {address}; {mend}"),
    )
}

fn forbidden(address: &Address, what: &str) -> DriverError {
    let group = match address {
        Address::Socket(path) => socket_group(path),
        Address::Http(_) | Address::Ssh(_) => vocab::Text::default(),
    };
    let mend = match group.as_str() {
        "" | "root" => "run this as the user the engine belongs to".to_owned(),
        name => format!(
            "it belongs to the group {name}: sudo usermod -aG {name} \"$USER\", then log in again"
        ),
    };
    DriverError::new(
        Trouble::Forbidden(group),
        format!("cannot {what}: no permission on {address}; {mend}"),
    )
}

/// The error of the system below an error, if there is one.
fn io_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// The deepest cause, which says most.
fn root(error: &(dyn StdError + 'static)) -> String {
    let mut at = error;
    while let Some(below) = at.source() {
        at = below;
    }
    at.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::Socket("/nowhere/docker.sock".into())
    }

    #[test]
    fn statuses_become_classes() {
        let class = |status, message: &str| from_status(status, message, "stop web").trouble;
        assert_eq!(class(404, "No such container: web"), Trouble::NotFound);
        assert_eq!(class(409, "container is paused"), Trouble::Conflict);
        assert_eq!(class(500, "driver failed"), Trouble::Refused);
        assert!(matches!(
            class(400, "client version 1.53 is too new"),
            Trouble::TooOld(_)
        ));
        assert_eq!(
            from_status(500, "", "stop web").text.as_str(),
            "cannot stop web: the docker engine says (500): no reason given"
        );
    }

    #[test]
    fn the_system_s_refusals_are_told_apart() {
        let class =
            |kind: io::ErrorKind| from_io(Some(&io::Error::from(kind)), &address(), "list").trouble;
        assert_eq!(class(io::ErrorKind::NotFound), Trouble::Absent);
        assert_eq!(class(io::ErrorKind::ConnectionRefused), Trouble::Absent);
        assert!(matches!(
            class(io::ErrorKind::PermissionDenied),
            Trouble::Forbidden(_)
        ));
        assert_eq!(class(io::ErrorKind::TimedOut), Trouble::Timeout);
        assert_eq!(class(io::ErrorKind::HostUnreachable), Trouble::Absent);
    }

    #[test]
    fn secrets_in_what_an_engine_says_are_masked() {
        let error = from_status(
            500,
            "pull failed: https://ci:hunter2@registry.example.com",
            "start web",
        );
        assert!(!error.text.contains("hunter2"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_engine_ends_in_a_timeout() {
        let silent = std::future::pending::<std::result::Result<(), Error>>();
        let error = within(DEADLINE, &address(), "list containers", silent)
            .await
            .expect_err("silent");
        assert_eq!(error.trouble, Trouble::Timeout);
        assert!(error.effect_unknown());
    }
}
