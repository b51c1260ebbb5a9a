//! The way out, against every kind of answer there is.

use std::time::Duration;

use proptest::prelude::*;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::sleep;
use vocab::Time;

use super::exchange::ordered_wait;
use super::*;
use crate::clock;
use crate::provider::body;
use crate::provider::hetzner::{CreatedServer, NewServer, Server as HetznerServer};
use crate::provider::pace::{Allowance, BreakerPace};
use crate::provider::testing::{Seen, Server, Step, TOKEN, access, json, quick, raw, with};
use crate::provider::{Cloudflare, Hetzner, Provider, Stripe};

const SERVER: &str = r#"{"server":{"id":42,"name":"web-1","status":"running"}}"#;
const CREATED: &str = r#"{"server":{"id":42,"name":"web-1"},"action":{"id":7,"status":"running"}}"#;
const PAGE: &str = "<!DOCTYPE html><html><body>Bad gateway</body></html>";

/// The moment before which no call of a client goes out.
fn closed(client: &Hetzner) -> Option<Time> {
    client.transport().standing()?.closed_until
}

fn hetzner(server: &Server) -> Hetzner {
    Hetzner::new(server.access()).unwrap()
}

fn new_server() -> NewServer {
    NewServer {
        name: "web-1".into(),
        server_type: "cx23".into(),
        image: "debian-12".into(),
        location: "fsn1".into(),
        ssh_keys: vec![1],
        firewalls: vec![2],
        labels: [("installation".into(), "a1".into())].into(),
        user_data: None,
    }
}

fn refusal(status: u16, code: &str) -> Step {
    let body = format!(r#"{{"error":{{"code":"{code}","message":"words","details":null}}}}"#);
    json(status, &body)
}

fn lines(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|seen| seen.line.as_str()).collect()
}

#[tokio::test]
async fn a_request_is_complete() {
    let server = Server::start(vec![json(200, SERVER)]).await;
    let found = hetzner(&server).server(42).await.unwrap();
    assert_eq!((found.id, found.name.as_str()), (42, "web-1"));
    let seen = server.seen();
    assert_eq!(lines(&seen), ["GET /v1/servers/42"]);
    assert!(
        seen[0]
            .head
            .contains(&format!("authorization: bearer {TOKEN}"))
    );
    assert!(seen[0].head.contains("user-agent: wheelhouse/"));
    assert!(seen[0].head.contains("accept: application/json"));
}

/// What a create ends with, and how many requests it took.
async fn created(step: Step) -> (Answer<u64>, usize) {
    let server = Server::start(vec![step]).await;
    let answer = hetzner(&server).create_server(&new_server()).await;
    (answer.map(|created| created.server.id), server.seen().len())
}

#[tokio::test]
async fn what_may_have_happened_is_unknown_and_never_sent_again() {
    let huge = format!(
        "HTTP/1.1 201 Created\r\ncontent-length: 10000000\r\n\r\n{}",
        " ".repeat(10_000_000)
    );
    let long = format!("HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n{CREATED}");
    for (name, step, expected) in [
        ("500", refusal(500, "server_error"), Fault::Unavailable),
        ("502 page", with(502, &[], PAGE), Fault::Unavailable),
        ("503", refusal(503, "unavailable"), Fault::Unavailable),
        ("504", refusal(504, "timeout"), Fault::Unavailable),
        (
            "422 within",
            refusal(422, "service_error"),
            Fault::Unavailable,
        ),
        ("408", with(408, &[], ""), Fault::Unavailable),
        (
            "302",
            with(302, &[("location", "/v1/elsewhere")], ""),
            Fault::Unreadable,
        ),
        (
            "page",
            with(200, &[("content-type", "text/html")], PAGE),
            Fault::Unreadable,
        ),
        (
            "wrong type",
            json(201, r#"{"server":[1],"action":"x"}"#),
            Fault::Unreadable,
        ),
        ("null", json(201, "null"), Fault::Unreadable),
        (
            "204",
            raw("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
            Fault::Unreadable,
        ),
        ("cut body", raw(long), Fault::Unreadable),
        ("10 MB", raw(huge), Fault::Unreadable),
        (
            "bad gzip",
            with(201, &[("content-encoding", "gzip")], CREATED),
            Fault::Unreadable,
        ),
        ("cut head", raw("HTTP/1.1 201 Cre"), Fault::Unreachable),
        (
            "no HTTP",
            raw("SSH-2.0-OpenSSH_9.2\r\n"),
            Fault::Unreachable,
        ),
        ("closed", raw(""), Fault::Unreachable),
        ("silence", Step::Hang, Fault::Deadline),
    ] {
        let (answer, requests) = created(step).await;
        assert!(answer.is_unknown(), "{name}: {answer:?}");
        assert_eq!(answer.error().unwrap().fault, expected, "{name}");
        assert_eq!(requests, 1, "{name}");
    }
}

#[tokio::test]
async fn what_was_refused_did_not_happen() {
    for (name, step, expected) in [
        ("taken", refusal(409, "uniqueness_error"), Fault::Conflict),
        (
            "sold out",
            refusal(412, "resource_unavailable"),
            Fault::SoldOut,
        ),
        (
            "no such type",
            refusal(422, "invalid_input"),
            Fault::Invalid,
        ),
        ("read-only", refusal(401, "token_readonly"), Fault::ReadOnly),
        ("revoked", refusal(401, "unauthorized"), Fault::Unauthorized),
        (
            "limit",
            refusal(403, "resource_limit_exceeded"),
            Fault::LimitReached,
        ),
        ("locked", refusal(423, "locked"), Fault::Locked),
        ("page", with(403, &[], PAGE), Fault::Forbidden),
        (
            "cut",
            raw("HTTP/1.1 404 No\r\ncontent-length: 90\r\n\r\n{"),
            Fault::NotFound,
        ),
    ] {
        let (answer, requests) = created(step).await;
        assert!(!answer.is_unknown(), "{name}");
        assert_eq!(answer.error().unwrap().fault, expected, "{name}");
        assert_eq!(requests, 1, "{name}");
    }
}

#[tokio::test]
async fn what_happened_is_done() {
    assert_eq!(created(json(201, CREATED)).await, (Answer::Done(42), 1));
    let twice = format!(
        "HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n{CREATED}",
        CREATED.len()
    );
    assert_eq!(created(raw(twice.repeat(2))).await, (Answer::Done(42), 1));
    let gone = Server::start(vec![raw(
        "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
    )])
    .await;
    assert_eq!(hetzner(&gone).delete_ssh_key(1).await, Answer::Done(()));
}

#[tokio::test]
async fn without_a_connection_nothing_happened() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let hetzner = Hetzner::new(access(port, quick())).unwrap();
    let answer = hetzner.create_server(&new_server()).await;
    assert!(
        matches!(&answer, Answer::Not(error) if error.fault == Fault::Unreachable),
        "{answer:?}"
    );
    // Three attempts of five failures: the breaker opens within the second call.
    let _ = hetzner.server(1).await;
    assert!(matches!(
        hetzner.server(1).await.unwrap_err().fault,
        Fault::BreakerOpen { .. }
    ));
}

#[tokio::test]
async fn a_change_is_sent_again_after_a_429_only() {
    let server = Server::start(vec![
        refusal(429, "rate_limit_exceeded"),
        refusal(429, "rate_limit_exceeded"),
        json(201, CREATED),
    ])
    .await;
    assert!(
        hetzner(&server)
            .create_server(&new_server())
            .await
            .done()
            .is_some()
    );
    let bodies: Vec<String> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]));

    let (answer, requests) = created(refusal(429, "rate_limit_exceeded")).await;
    assert!(
        matches!(answer, Answer::Not(error) if matches!(error.fault, Fault::RateLimited { .. }))
    );
    assert_eq!(requests, 3);
}

#[tokio::test]
async fn a_read_is_repeated_while_the_trouble_may_pass() {
    let cut = raw("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{");
    let server = Server::start(vec![with(503, &[], PAGE), cut, json(200, SERVER)]).await;
    assert!(hetzner(&server).server(42).await.is_ok());
    assert_eq!(server.seen().len(), 3);
    let server = Server::start(vec![refusal(404, "not_found")]).await;
    assert_eq!(
        hetzner(&server).server(42).await.unwrap_err().fault,
        Fault::NotFound
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_ordered_wait_holds_back_every_call_of_the_token() {
    let limited = with(429, &[("retry-after", "1")], "");
    let server = Server::start(vec![limited, json(200, SERVER)]).await;
    let one = hetzner(&server);
    let other = one.for_background();
    let (first, second) = tokio::join!(one.server(42), async {
        while closed(&other).is_none() {
            sleep(Duration::from_millis(5)).await;
        }
        other.server(42).await
    });
    assert!(first.is_ok() && second.is_ok());
    let seen = server.seen();
    let ordered = Duration::from_millis(990);
    assert!(
        seen[1..]
            .iter()
            .all(|later| later.at - seen[0].at >= ordered)
    );
}

#[tokio::test]
async fn a_long_ordered_wait_is_told_and_not_waited_for() {
    let limited = with(429, &[("retry-after", "86400")], "");
    let server = Server::start(vec![limited]).await;
    let client = hetzner(&server);
    let before = clock::now();
    for _ in 0..3 {
        let error = client.server(42).await.unwrap_err();
        let Fault::RateLimited { until } = error.fault else {
            panic!("{error}")
        };
        let wait = until.since(before).as_seconds();
        assert!((295..=301).contains(&wait), "cut to five minutes: {wait}");
    }
    assert_eq!(server.seen().len(), 1);
    assert!(closed(&client).is_some());
}

#[test]
fn orders_to_wait_are_read() {
    let wait = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        ordered_wait(&headers)
    };
    assert_eq!(wait("120"), Some(Duration::from_mins(2)));
    assert_eq!(wait("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
    assert!(wait("Sun, 21 Oct 2096 07:28:00 GMT").unwrap() > Duration::from_hours(24));
    assert_eq!(wait("soon"), None);
    assert_eq!(wait("-1"), None);
}

#[tokio::test]
async fn a_failing_provider_is_left_alone() {
    let mut steps = vec![refusal(500, "server_error"); 5];
    steps.push(json(200, SERVER));
    let server = Server::start(steps).await;
    let client = hetzner(&server);
    for _ in 0..5 {
        assert!(client.create_server(&new_server()).await.is_unknown());
    }
    for _ in 0..20 {
        let answer = client.create_server(&new_server()).await;
        assert!(
            matches!(answer, Answer::Not(error) if matches!(error.fault, Fault::BreakerOpen { .. }))
        );
    }
    assert_eq!(server.seen().len(), 5);
    sleep(Duration::from_millis(160)).await;
    assert!(client.server(42).await.is_ok());
    assert!(client.server(42).await.is_ok());
    assert_eq!(closed(&client), None);
    assert!(!client.transport().standing().unwrap().failing);
}

#[tokio::test]
async fn repetitions_are_a_tenth_of_the_calls() {
    let server = Server::start(vec![refusal(503, "unavailable")]).await;
    let breaker = BreakerPace {
        failures: usize::MAX,
        ..quick().breaker
    };
    let allowance = Some(Allowance {
        per_second: 10_000.0,
        burst: 1000.0,
    });
    let pace = Pace {
        breaker,
        allowance,
        ..quick()
    };
    let client = Hetzner::new(access(server.port, pace)).unwrap();
    for _ in 0..100 {
        assert!(client.server(42).await.is_err());
    }
    let requests = server.seen().len();
    assert!((110..=113).contains(&requests), "{requests}");
}

#[tokio::test]
async fn requests_are_spread_by_the_allowance() {
    let server = Server::start(vec![json(200, SERVER)]).await;
    let allowance = Some(Allowance {
        per_second: 50.0,
        burst: 2.0,
    });
    let client = Hetzner::new(access(
        server.port,
        Pace {
            allowance,
            ..quick()
        },
    ))
    .unwrap();
    let calls = (0..10).map(|_| client.server(42));
    let begin = Instant::now();
    assert!(
        futures::future::join_all(calls)
            .await
            .iter()
            .all(Result::is_ok)
    );
    assert!(
        begin.elapsed() >= Duration::from_millis(155),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn the_quota_is_told() {
    let headers = [
        ("ratelimit-limit", "3600"),
        ("ratelimit-remaining", "0"),
        ("ratelimit-reset", "1795269728"),
        ("x-correlation-id", "7f1"),
    ];
    let server = Server::start(vec![with(404, &headers, "")]).await;
    let client = Hetzner::new(access(
        server.port,
        Pace {
            deadline: Duration::from_millis(300),
            ..quick()
        },
    ))
    .unwrap();
    assert_eq!(client.transport().standing(), None, "nothing was asked yet");
    let error = client.server(42).await.unwrap_err();
    assert_eq!(error.request_id.as_deref(), Some("7f1"));
    let standing = client.transport().standing().unwrap();
    assert!(standing.said);
    let quota = standing.quota;
    assert_eq!((quota.limit, quota.remaining), (3600, 0));
    assert_eq!(quota.resets.seconds(), 1_795_269_728);
    let error = client.server(42).await.unwrap_err();
    assert!(
        matches!(error.fault, Fault::RateLimited { .. }),
        "nothing is left: {error}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn the_token_is_in_no_error() {
    let body =
        format!(r#"{{"error":{{"code":"x{TOKEN}","message":"your {TOKEN}\u001b[2J is bad"}}}}"#);
    let server = Server::start(vec![
        with(401, &[("x-correlation-id", TOKEN)], &body),
        json(200, &format!("\"{TOKEN}\"")),
    ])
    .await;
    let client = hetzner(&server);
    for _ in 0..2 {
        let error = client.server(42).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
        assert!(!error.to_string().contains('\x1b'));
    }
}

#[test]
fn calls_may_run_in_tasks_of_their_own() {
    fn sendable<T: Send>(_: &T) {}
    let port = 9;
    let hetzner = Hetzner::new(access(port, quick())).unwrap();
    sendable(&hetzner.create_server(&new_server()));
    sendable(&hetzner.servers(None));
    sendable(&hetzner.wait_for(&[1], Duration::ZERO));
    sendable(&Cloudflare::new(access(port, quick())).unwrap().zones(None));
    sendable(
        &Stripe::new(access(port, quick()))
            .unwrap()
            .subscriptions(None),
    );
}

#[test]
fn a_token_must_fit_into_a_header() {
    let access = Access {
        token: Secret::new("a\r\nb".to_owned()),
        ..access(9, quick())
    };
    let Err(error) = Hetzner::new(access) else {
        panic!("taken")
    };
    assert_eq!(
        (error.provider, error.fault),
        (Provider::Hetzner, Fault::Invalid)
    );
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200), status in 400_u16..600) {
        let _ = body::decode::<HetznerServer>(&body);
        for transport in [
            Hetzner::new(access(9, quick())).unwrap().transport(),
            Cloudflare::new(access(9, quick())).unwrap().transport(),
            Stripe::new(access(9, quick())).unwrap().transport(),
        ] {
            let refusal = (transport.shared.dialect.refusal)(status, &body);
            prop_assert!(status < 500 || refusal.unclear);
        }
    }

    #[test]
    fn no_damaged_body_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut body = CREATED.as_bytes().to_vec();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = body::decode::<CreatedServer>(&body);
        body.truncate(cut.index(body.len()));
        prop_assert!(body::decode::<CreatedServer>(&body).is_err(), "a part is never the whole");
    }

    #[test]
    fn no_answer_panics_and_none_is_taken_for_a_refusal(bytes in proptest::collection::vec(any::<u8>(), 0..200), head in 0..3) {
        let head = ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"][head as usize];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (answer, requests) = runtime.block_on(created(raw([head.as_bytes(), &bytes].concat())));
        prop_assert!(answer.is_unknown(), "{:?}", answer);
        prop_assert_eq!(requests, 1);
    }
}
