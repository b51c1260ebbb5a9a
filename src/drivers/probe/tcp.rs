//! The TCP probe: the port takes a connection and keeps it.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use vocab::{ProbeDetail, ProbeTrouble};

use super::dial::dial;
use super::failure::{Failure, Found};

/// What stands before a dead program (Docker's own proxy, a load balancer) takes the connection and cuts it as soon as
/// it finds nobody behind; on the same machine or in the same network that is known within this time.
const HOLD: Duration = Duration::from_millis(30);

/// Connects, and sees that the connection holds for a moment, which is not counted: `answered` is when it stood.
pub async fn probe(host: &str, port: u16, answered: &mut Option<Instant>) -> Found {
    let stream = dial(host, port).await?;
    *answered = Some(Instant::now());
    match tokio::time::timeout(HOLD, cut(&stream)).await {
        Ok(true) => {
            let text = format!(
                "{host}:{port} takes the connection and cuts it at once: nothing may run behind it"
            );
            Err(Failure::new(ProbeTrouble::WrongAnswer, text))
        }
        Ok(false) | Err(_) => Ok(ProbeDetail::Plain),
    }
}

/// Waits for the first sign of the other side: whether it is the end. A greeting is not.
async fn cut(stream: &TcpStream) -> bool {
    stream.peek(&mut [0]).await.map_or(true, |read| read == 0)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use vocab::{ProbeKind, ProbeTrouble, Span};

    use super::*;
    use crate::probe::testing::spec;
    use crate::probe::{Prober, run};

    #[tokio::test]
    async fn an_open_port_and_a_closed_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let kind = ProbeKind::Tcp {
            host: "localhost".into(),
            port,
        };
        let outcome = run(&Prober::new(), &spec(kind.clone(), Span::seconds(2))).await;
        assert_eq!(outcome.result, Ok(ProbeDetail::Plain));
        assert!(outcome.millis > 0.0 && outcome.millis < 2000.0);

        drop(listener);
        let (trouble, text) = run(&Prober::new(), &spec(kind, Span::seconds(2)))
            .await
            .result
            .unwrap_err();
        assert_eq!(trouble, ProbeTrouble::Refused);
        assert!(
            text.contains(&format!("127.0.0.1:{port} refuses connections")),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_proxy_with_nobody_behind_is_no_service() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        let failure = probe("127.0.0.1", port, &mut None).await.unwrap_err();
        assert_eq!(failure.trouble, ProbeTrouble::WrongAnswer);
        assert!(failure.text.contains("cuts it at once"), "{}", failure.text);
        proxy.abort();
    }

    #[tokio::test]
    async fn the_hold_is_not_part_of_the_latency() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let begun = Instant::now();
        let mut answered = None;
        probe(
            "127.0.0.1",
            listener.local_addr().unwrap().port(),
            &mut answered,
        )
        .await
        .unwrap();
        assert!(begun.elapsed() >= answered.unwrap() - begun + HOLD);
    }

    #[tokio::test]
    async fn ipv6_in_brackets() {
        let Ok(listener) = TcpListener::bind("[::1]:0").await else {
            println!("left out: this machine has no IPv6 loopback");
            return;
        };
        assert_eq!(
            probe("[::1]", listener.local_addr().unwrap().port(), &mut None).await,
            Ok(ProbeDetail::Plain)
        );
    }

    #[tokio::test]
    async fn an_impossible_name_is_unknown_or_untried() {
        let failure = probe("no-such-host.invalid", 80, &mut None)
            .await
            .unwrap_err();
        assert!(
            matches!(
                failure.trouble,
                ProbeTrouble::NameUnknown | ProbeTrouble::CouldNotTry
            ),
            "{failure:?}"
        );
        assert!(
            failure
                .text
                .contains("no-such-host.invalid cannot be resolved"),
            "{failure:?}"
        );
    }

    #[tokio::test]
    async fn a_full_backlog_is_a_timeout() {
        // A listener that never accepts, its backlog of one filled, answers no further connection: like a hung service.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut held = Vec::new();
        while let Ok(Ok(stream)) = tokio::time::timeout(
            Duration::from_millis(100),
            TcpStream::connect(("127.0.0.1", port)),
        )
        .await
        {
            held.push(stream);
        }
        let kind = ProbeKind::Tcp {
            host: "127.0.0.1".into(),
            port,
        };
        let outcome = run(&Prober::new(), &spec(kind, Span::millis(150))).await;
        let (trouble, text) = outcome.result.unwrap_err();
        assert_eq!(
            (trouble, text.as_str()),
            (ProbeTrouble::Timeout, "no answer within 150ms")
        );
        assert!(outcome.millis >= 150.0 && outcome.millis < 1500.0);
    }
}
