//! The HTTP probe against servers on loopback, plain and over TLS.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::*;
use crate::probe::testing::{Authority, free_port, http_server, https_server, trusting};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\nhello there";

fn redirect(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

async fn ask(answers: Vec<String>, status: Option<u16>, contains: Option<&str>) -> Found {
    let server = http_server(answers).await;
    let url = format!("http://127.0.0.1:{}/health", server.port);
    probe(&Prober::new(), &url, &Wanted::Page { status, contains }).await
}

const ANY_PAGE: Wanted<'static> = Wanted::Page {
    status: None,
    contains: None,
};

#[tokio::test]
async fn status_and_body_are_judged() {
    let plain = ProbeDetail::Http {
        status: 200,
        body: Bytes(11),
        certificate: None,
    };
    assert_eq!(ask(vec![OK.into()], None, Some("there")).await, Ok(plain));
    let missing = ask(vec![OK.into()], None, Some("ready")).await.unwrap_err();
    assert_eq!(missing.trouble, ProbeTrouble::WrongAnswer);
    assert_eq!(
        missing.text,
        "answers 200 but \"ready\" is not in the 11 bytes read of its body"
    );
    let other = ask(vec![OK.into()], Some(204), None).await.unwrap_err();
    assert_eq!(other.text, "answers 200 OK, not 204");
    let bad = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert_eq!(
        ask(vec![bad.into()], None, None).await.unwrap_err().text,
        "answers 502 Bad Gateway, not 2xx or 3xx"
    );
    assert!(ask(vec![bad.into()], Some(502), None).await.is_ok());
    let login = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert_eq!(
        ask(vec![login.into()], None, None)
            .await
            .unwrap_err()
            .trouble,
        ProbeTrouble::Denied
    );
}

#[tokio::test]
async fn redirects_are_followed_three_times() {
    let three = vec![redirect("/a"), redirect("/b"), redirect("/c"), OK.into()];
    assert!(matches!(
        ask(three, None, None).await,
        Ok(ProbeDetail::Http { status: 200, .. })
    ));
    let four = ask(vec![redirect("/a"); 4], None, None).await.unwrap_err();
    assert_eq!(four.trouble, ProbeTrouble::WrongAnswer);
    assert!(
        four.text.contains("redirects more than 3 times"),
        "{}",
        four.text
    );
    let asked_for = ask(vec![redirect("/a"), OK.into()], Some(302), None).await;
    assert!(
        matches!(asked_for, Ok(ProbeDetail::Http { status: 302, .. })),
        "{asked_for:?}"
    );
    let away = ask(vec![redirect("file:///etc/passwd")], None, None)
        .await
        .unwrap_err();
    assert!(away.text.contains("is no http://"), "{}", away.text);
}

#[tokio::test]
async fn any_answer_is_enough_where_nothing_was_declared() {
    let asked = async |answer: String| {
        let server = http_server(vec![answer]).await;
        probe(
            &Prober::new(),
            &format!("http://127.0.0.1:{}/", server.port),
            &Wanted::AnyAnswer,
        )
        .await
    };
    let lost = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert!(matches!(
        asked(lost.into()).await,
        Ok(ProbeDetail::Http { status: 404, .. })
    ));
    let away = asked(redirect("https://shop.example.com/")).await;
    assert!(
        matches!(away, Ok(ProbeDetail::Http { status: 302, .. })),
        "it is not followed to elsewhere: {away:?}"
    );
    let broken =
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert_eq!(
        asked(broken.into()).await.unwrap_err().text,
        "answers 503 Service Unavailable"
    );
}

#[tokio::test]
async fn a_huge_body_is_read_in_part() {
    let huge = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n{}",
        "x".repeat(200_000)
    );
    let Ok(ProbeDetail::Http { body, .. }) = ask(vec![huge], None, None).await else {
        panic!("refused")
    };
    assert_eq!(body, Bytes(MOST_BODY as u64));
}

/// What is said of a server that hangs up on the first words of a handshake, whether it has read them or not: it resets the
/// connection where it has not.
async fn hung_up(reads: bool) -> Failure {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.readable().await.unwrap();
            if reads {
                assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            }
        }
    });
    let url = format!("https://127.0.0.1:{port}/");
    let failure = probe(&Prober::new(), &url, &ANY_PAGE).await.unwrap_err();
    server.abort();
    failure
}

#[tokio::test]
async fn who_hangs_up_before_a_request_has_not_answered() {
    for reads in [true, false] {
        let failure = hung_up(reads).await;
        assert_eq!(failure.trouble, ProbeTrouble::Other, "{}", failure.text);
    }
}

#[tokio::test]
async fn what_is_no_http_is_a_wrong_answer() {
    let failure = ask(vec!["SSH-2.0-OpenSSH_9.2\r\n".into()], None, None)
        .await
        .unwrap_err();
    assert_eq!(
        failure.trouble,
        ProbeTrouble::WrongAnswer,
        "{}",
        failure.text
    );
    let cut = ask(vec![String::new()], None, None).await.unwrap_err();
    assert_eq!(cut.trouble, ProbeTrouble::WrongAnswer, "{}", cut.text);
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nonly this";
    let failure = ask(vec![short.into()], None, None).await.unwrap_err();
    assert!(
        failure.text.contains("breaks off in the body"),
        "{}",
        failure.text
    );
}

#[tokio::test]
async fn a_closed_port_and_a_bad_address() {
    let port = free_port().await;
    let failure = probe(
        &Prober::new(),
        &format!("http://127.0.0.1:{port}/"),
        &ANY_PAGE,
    )
    .await
    .unwrap_err();
    assert_eq!(failure.trouble, ProbeTrouble::Refused);
    let failure = probe(&Prober::new(), "http://no-such-host.invalid/", &ANY_PAGE)
        .await
        .unwrap_err();
    assert!(
        failure.text.contains("cannot be resolved"),
        "{}",
        failure.text
    );
    let failure = probe(&Prober::new(), "ftp://example.com/", &ANY_PAGE)
        .await
        .unwrap_err();
    assert_eq!(failure.trouble, ProbeTrouble::CouldNotTry);
}

#[tokio::test]
async fn https_tells_of_its_certificate() {
    let authority = Authority::new();
    let prober = trusting(&authority);
    let good = https_server(&authority.issue("localhost", -1..9), vec![OK.into()]).await;
    let found = probe(
        &prober,
        &format!("https://localhost:{}/", good.port),
        &ANY_PAGE,
    )
    .await;
    let Ok(ProbeDetail::Http {
        certificate: Some(certificate),
        ..
    }) = found
    else {
        panic!("{found:?}")
    };
    assert!(certificate.trusted && certificate.names == ["localhost"]);

    let expired = https_server(&authority.issue("localhost", -9..-3), vec![OK.into()]).await;
    let failure = probe(
        &prober,
        &format!("https://localhost:{}/", expired.port),
        &ANY_PAGE,
    )
    .await
    .unwrap_err();
    assert_eq!(failure.trouble, ProbeTrouble::Tls);
    assert!(
        failure.text.contains("expired on") && failure.text.contains("3d ago"),
        "{}",
        failure.text
    );

    let other = https_server(&authority.issue("shop.example.com", -1..9), vec![OK.into()]).await;
    let failure = probe(
        &prober,
        &format!("https://localhost:{}/", other.port),
        &ANY_PAGE,
    )
    .await
    .unwrap_err();
    assert!(
        failure
            .text
            .contains("is for shop.example.com, not for localhost"),
        "{}",
        failure.text
    );
}
