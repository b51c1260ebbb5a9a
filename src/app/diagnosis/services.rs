//! The declared services: the password each needs, and one probe.

use std::sync::Arc;

use cli::doctor::Check;
use drivers::probe::{self, Prober};
use vocab::{ProbeKind, ProbeTrouble, ServiceSpec, Text};

use super::side_by_side;

/// Probes all of them once, side by side. Each probe keeps its own timeout.
pub async fn examine(services: &[ServiceSpec]) -> Vec<Check> {
    let prober = Arc::new(Prober::new());
    let looks = services.iter().cloned().map(|spec| {
        let prober = prober.clone();
        async move { service(&prober, &spec).await }
    });
    side_by_side(looks).await
}

async fn service(prober: &Prober, spec: &ServiceSpec) -> Check {
    let name = format!("service {}", spec.name);
    if let Some(variable) = password_variable(spec)
        && std::env::var_os(&**variable).is_none_or(|value| value.is_empty())
    {
        let text = format!("the environment variable {variable} is not set: it cannot be probed");
        return Check::missing(
            name,
            text,
            format!("export {variable} where this program starts"),
        );
    }
    let target = format!("{} {}", spec.probe.word(), spec.probe.target());
    let outcome = probe::run(prober, spec).await;
    match outcome.result {
        Ok(_) => Check::ok(
            name,
            format!("{target} answers in {:.0} ms", outcome.millis),
        ),
        Err((ProbeTrouble::CouldNotTry, text)) => Check::missing(
            name,
            text,
            "mend this machine's side; nothing is known of the service",
        ),
        Err((trouble, text)) => Check::warning(name, format!("{target}: {text}"), cure(trouble)),
    }
}

const fn password_variable(spec: &ServiceSpec) -> Option<&Text> {
    match &spec.probe {
        ProbeKind::Redis { password_env, .. } | ProbeKind::Postgres { password_env, .. } => {
            password_env.as_ref()
        }
        _ => None,
    }
}

/// How to mend a service that does not do well.
const fn cure(trouble: ProbeTrouble) -> &'static str {
    match trouble {
        ProbeTrouble::Timeout => "check its address and the firewall between",
        ProbeTrouble::Refused => "start it, or correct its port",
        ProbeTrouble::NameUnknown => "correct its name, or the DNS of this machine",
        ProbeTrouble::LeadsElsewhere => "correct where its name leads",
        ProbeTrouble::Tls => "renew or correct its certificate",
        ProbeTrouble::WrongAnswer => "look at its log, or correct what is expected of it",
        ProbeTrouble::Denied => {
            "correct user and password: name the variable that holds it in password_env"
        }
        ProbeTrouble::CouldNotTry | ProbeTrouble::Other => "look at its log",
    }
}

#[cfg(test)]
mod tests {
    use cli::doctor::State;
    use vocab::{Access, ServiceName, Span};

    use super::*;

    fn spec(probe: ProbeKind) -> ServiceSpec {
        ServiceSpec {
            name: ServiceName::new("x").unwrap(),
            node: None,
            container: None,
            probe,
            access: Access::Internal,
            every: Span::seconds(15),
            timeout: Span::seconds(2),
            slow: Span::seconds(1),
            failures: 2,
            window: 3,
            discovered: false,
        }
    }

    #[tokio::test]
    async fn a_password_that_is_not_there_and_a_port_that_is_closed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let host = Text::line("127.0.0.1");
        let open = spec(ProbeKind::Tcp {
            host: host.clone(),
            port,
        });
        let unset = Some(Text::line("WHEELHOUSE_TEST_NO_SUCH_PASSWORD"));
        let secret = spec(ProbeKind::Redis {
            host,
            port,
            password_env: unset,
        });
        let states = |checks: Vec<Check>| {
            checks
                .into_iter()
                .map(|check| check.state)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            states(examine(&[open.clone(), secret]).await),
            [State::Ok, State::Missing]
        );
        drop(listener);
        assert_eq!(
            states(examine(&[open]).await),
            [State::Warning],
            "a service that is down is no missing part"
        );
    }
}
