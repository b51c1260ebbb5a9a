//! Why a probe failed, from the errors of the operating system and of the libraries: a class and words.

use std::error::Error;
use std::io;

use vocab::{ProbeDetail, ProbeTrouble, Text, mask};

/// A failed probe: its class, and what came back in words, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The class; the cure differs by it.
    pub trouble: ProbeTrouble,
    /// In words, lower case.
    pub text: Text,
}

/// What a probe ends with.
pub type Found = Result<ProbeDetail, Failure>;

impl Failure {
    /// A failure of a class with its words.
    pub fn new(trouble: ProbeTrouble, text: impl AsRef<str>) -> Self {
        Self {
            trouble,
            text: Text::line(mask::mask(text.as_ref())),
        }
    }

    /// From an error of the operating system while talking to `target`, such as `db.example.com:5432`.
    pub fn from_io(target: &str, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        // Too many open files (EMFILE, ENFILE) has no kind of its own.
        let out_of_files = matches!(error.raw_os_error(), Some(23 | 24));
        let (trouble, text) = match error.kind() {
            Kind::ConnectionRefused => (
                ProbeTrouble::Refused,
                format!("{target} refuses connections: nothing listens there"),
            ),
            Kind::TimedOut => (ProbeTrouble::Timeout, format!("{target} does not answer")),
            Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => (
                ProbeTrouble::CouldNotTry,
                format!("this machine has no route to {target}: check its own network"),
            ),
            Kind::PermissionDenied => (
                ProbeTrouble::CouldNotTry,
                format!("this machine's own rules forbid a connection to {target}"),
            ),
            Kind::HostUnreachable => (
                ProbeTrouble::Other,
                format!("no host answers for {target}: it is off, or a route is missing"),
            ),
            Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::UnexpectedEof => (
                ProbeTrouble::WrongAnswer,
                format!("{target} cut the connection"),
            ),
            // A library made it, about what it read.
            _ if error.get_ref().is_some() => (
                ProbeTrouble::WrongAnswer,
                format!("{target} answers in another protocol: {error}"),
            ),
            _ if out_of_files => (
                ProbeTrouble::CouldNotTry,
                "this machine has too many open files: raise its limit (ulimit -n)".to_owned(),
            ),
            _ => (ProbeTrouble::Other, format!("{target}: {error}")),
        };
        Self::new(trouble, text)
    }

    /// From the failure to resolve `host`. The resolver says "try again" both when this machine is cut off and when the
    /// domain's own servers are dead; `has_route` tells the two apart.
    pub fn unresolved(host: &str, error: &io::Error, has_route: bool) -> Self {
        let words = error.to_string();
        let again = words.contains("Temporary failure") || words.contains("Try again");
        if again && !has_route {
            return Self::new(
                ProbeTrouble::CouldNotTry,
                format!(
                    "{host} cannot be resolved: this machine has no network, or no route out of it"
                ),
            );
        }
        let why = if again {
            "its name servers give no answer"
        } else {
            "there is no such name"
        };
        Self::new(
            ProbeTrouble::NameUnknown,
            format!("{host} cannot be resolved: {why}"),
        )
    }
}

/// An error and everything beneath it, also what an `io::Error` carries, which its `source` skips.
pub fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next: Option<&'a (dyn Error + 'static)> = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        next = match current
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => current.source(),
        };
        Some(current)
    })
}

/// The innermost words of an error: the outer ones only say that something failed.
pub fn root_words(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operating_systems_errors_have_their_class() {
        let class = |code| {
            Failure::from_io("db.example.com:5432", &io::Error::from_raw_os_error(code)).trouble
        };
        let (refused, unreachable_net, unreachable_host, timed_out, reset, files) =
            (111, 101, 113, 110, 104, 24);
        assert_eq!(class(refused), ProbeTrouble::Refused);
        assert_eq!(
            class(unreachable_net),
            ProbeTrouble::CouldNotTry,
            "our own network says nothing of the service"
        );
        assert_eq!(class(unreachable_host), ProbeTrouble::Other);
        assert_eq!(class(timed_out), ProbeTrouble::Timeout);
        assert_eq!(class(reset), ProbeTrouble::WrongAnswer);
        assert_eq!(class(files), ProbeTrouble::CouldNotTry);
    }

    #[test]
    fn a_dead_resolver_is_no_unknown_name() {
        let again = io::Error::other(
            "failed to lookup address information: Temporary failure in name resolution",
        );
        assert_eq!(
            Failure::unresolved("x.example.com", &again, false).trouble,
            ProbeTrouble::CouldNotTry
        );
        assert_eq!(
            Failure::unresolved("x.example.com", &again, true).trouble,
            ProbeTrouble::NameUnknown
        );
        let unknown =
            io::Error::other("failed to lookup address information: Name or service not known");
        assert_eq!(
            Failure::unresolved("x.example.com", &unknown, false).trouble,
            ProbeTrouble::NameUnknown
        );
    }

    #[test]
    fn what_an_io_error_carries_is_a_cause() {
        let inner = io::Error::other(rustls::Error::HandshakeNotComplete);
        let outer = io::Error::other(inner);
        assert!(causes(&outer).any(<dyn Error>::is::<rustls::Error>));
    }
}
