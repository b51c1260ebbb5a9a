//! Every call of every client against a corpus of answers that no documentation knows: none panics, none takes a change
//! that may have happened for one that did not, none shows what it should not.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use vocab::{Currency, Money, Time};

use super::cloudflare::{NewRecord, RecordChange, RecordFilter, RecordKind};
use super::hetzner::{NewFirewall, NewServer, Power, ServerStatus};
use super::stripe::{
    BalanceFilter, Collection, InvoiceFilter, NewCustomer, NewPrice, NewSubscription,
};
use super::testing::{Server, Step, TOKEN, access, quick, raw, with};
use super::{
    Allowance, Answer, BreakerPace, Cloudflare, Hetzner, IdempotencyKey, ObjectId, Pace,
    ProviderError, Read, Stripe,
};

/// What a call came to: for a change `done`, `not` or `unknown`, for a look `read` or `unread`.
type Came = (&'static str, Option<ProviderError>);

type Called = BoxFuture<'static, Came>;

fn looked<T>(read: Read<T>) -> Came {
    match read {
        Ok(_) => ("read", None),
        Err(error) => ("unread", Some(error)),
    }
}

fn changed<T>(answer: Answer<T>) -> Came {
    match answer {
        Answer::Done(_) => ("done", None),
        Answer::Not(error) => ("not", Some(error)),
        Answer::Unknown(error) => ("unknown", Some(error)),
    }
}

/// One attempt for each call, as many calls as there are answers.
fn eager() -> Pace {
    Pace {
        attempts: 1,
        allowance: Some(Allowance {
            per_second: 100_000.0,
            burst: 10_000.0,
        }),
        breaker: BreakerPace {
            failures: usize::MAX,
            ..quick().breaker
        },
        first_wait: Duration::ZERO,
        deadline: Duration::from_secs(8),
        answer: Duration::from_secs(4),
        ..quick()
    }
}

/// A call with its name, to be made again and again.
struct Named {
    name: &'static str,
    call: Box<dyn Fn() -> Called>,
}

/// Lists the calls of a client: how each ends, its name, and the call itself.
macro_rules! calls {
    ($client:ident: $($kind:ident $name:ident($($argument:expr),*);)*) => {
        vec![$(Named {
            name: stringify!($name),
            call: {
                let client = $client.clone();
                Box::new(move || {
                    let client = client.clone();
                    Box::pin(async move { $kind(client.$name($($argument),*).await) })
                })
            },
        }),*]
    };
}

fn id() -> ObjectId {
    ObjectId::new("x_1").unwrap()
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new("k").unwrap()
}

fn hetzner(server: &Server) -> Vec<Named> {
    let client = Arc::new(Hetzner::new(access(server.port, eager())).unwrap());
    let new = || NewServer {
        name: "web-1".into(),
        server_type: "cx23".into(),
        image: "debian-12".into(),
        location: "fsn1".into(),
        ssh_keys: Vec::new(),
        firewalls: Vec::new(),
        labels: [].into(),
        user_data: None,
    };
    let wall = || NewFirewall {
        name: "web".into(),
        labels: [].into(),
        rules: Vec::new(),
    };
    calls! { client:
        changed create_server(&new());
        looked server(1);
        looked server_by_name("web-1");
        looked servers(None);
        changed delete_server(1);
        changed set_server_labels(1, &[].into());
        changed power(1, Power::Off);
        changed change_type(1, "cx33");
        looked wait_for_status(1, &ServerStatus::Off, Duration::ZERO);
        looked action(1);
        looked actions(&[1, 2]);
        looked wait_for(&[1], Duration::ZERO);
        looked locations();
        looked server_types();
        looked pricing();
        changed create_ssh_key("ops", "ssh-ed25519 AAAA", &[].into());
        looked ssh_key_by_name("ops");
        looked ssh_keys(None);
        changed delete_ssh_key(1);
        changed create_firewall(&wall());
        looked firewall_by_name("web");
        looked firewalls(None);
        changed delete_firewall(1);
        changed apply_firewall(1, &[1]);
        changed remove_firewall(1, &[1]);
    }
}

fn cloudflare(server: &Server) -> Vec<Named> {
    let client = Arc::new(Cloudflare::new(access(server.port, eager())).unwrap());
    let new = || NewRecord {
        name: "shop.example.com".into(),
        kind: RecordKind::A,
        content: "192.0.2.1".into(),
        ttl: 60,
        proxied: false,
        comment: "c".into(),
        priority: None,
    };
    calls! { client:
        looked verify_token();
        looked zones(None);
        looked zone(&id());
        changed create_zone("example.com", &id());
        looked records(&id(), &RecordFilter::default());
        looked may_change_records(&id());
        changed create_record(&id(), &new());
        changed update_record(&id(), &id(), &RecordChange::default());
        changed delete_record(&id(), &id());
    }
}

fn stripe(server: &Server) -> Vec<Named> {
    let client = Arc::new(Stripe::new(access(server.port, eager())).unwrap());
    let customer = || NewCustomer {
        email: "a@example.com".into(),
        name: "a".into(),
        metadata: [].into(),
    };
    let price = || NewPrice {
        product: id(),
        amount: Money::from_smallest(1_500, Currency::USD),
        lookup_key: "k".into(),
    };
    let subscription = || NewSubscription {
        customer: id(),
        price: id(),
        collection: Collection::Invoice { days_until_due: 7 },
        description: None,
        metadata: [].into(),
    };
    calls! { client:
        changed create_customer(&key(), &customer());
        looked may_change_customers();
        looked customer(&id());
        looked customers_noted(None, "k", "v");
        changed delete_customer(&id());
        changed attach_payment_method(&key(), &id(), &id());
        changed set_default_payment_method(&key(), &id(), &id());
        changed create_product(&key(), &id(), "p");
        looked product(&id());
        changed create_price(&key(), &price());
        looked price_by_lookup_key("k");
        changed create_subscription(&key(), &subscription());
        looked subscription(&id());
        looked subscriptions(None);
        changed cancel_subscription(&id());
        looked invoices(&InvoiceFilter::default());
        looked invoice(&id());
        changed pay_invoice(&key(), &id());
        looked balance_transactions(&BalanceFilter::default());
        looked events(Time::default());
    }
}

/// What an answer may be taken for, by those who wait for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum May {
    /// Done, when it can be understood, or else unknown.
    HaveHappened,
    /// Refused, unless the provider says that it failed itself.
    BeRefused,
    /// A good status around words of refusal: who has such an envelope goes by it, the others do not know.
    BeEither,
    /// Nothing can be said.
    BeNothing,
}

const PAGE: &str =
    "<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>";

/// Bodies that no documentation knows.
fn bodies() -> Vec<String> {
    let deep = "[".repeat(100_000);
    let nested = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    vec![
        String::new(),
        "null".into(),
        "[]".into(),
        "{}".into(),
        "\"\\u0000\\u001b[2J\"".into(),
        "1e999".into(),
        "{\"id\":".into(),
        PAGE.into(),
        deep,
        nested,
        "\u{feff}{}".into(),
        r#"{"error":null,"errors":null,"result":null,"data":null,"success":true}"#.into(),
        r#"{"error":{"code":1,"message":[]},"errors":[{"code":"x"}],"success":false}"#.into(),
        format!(r#"{{"error":{{"code":"{TOKEN}","message":"{TOKEN}\u001b]52;c;aGk=\u0007"}},"errors":[{{"code":1,"message":"{TOKEN}"}}],"success":false}}"#),
        r#"{"server":null,"servers":null,"action":null,"id":null,"object":"x","data":[null],"result":[null],"has_more":true,"meta":{"pagination":{"next_page":-1}}}"#.into(),
        r#"{"server":{"id":1e400,"name":7},"action":{"id":-1},"id":"../../x","data":[{"id":""}],"result":{"id":"a/b"},"has_more":"yes"}"#.into(),
    ]
}

const STATUSES: [u16; 15] = [
    200, 201, 202, 302, 400, 401, 402, 404, 409, 418, 422, 429, 500, 503, 599,
];

/// Answers that are no well-formed answer at all.
fn wild() -> Vec<Step> {
    let bomb = || {
        // Two bytes of an empty stored block and no end: half a stream of gzip.
        let mut bytes =
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n".to_vec();
        bytes.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48]);
        bytes
    };
    let body = "{\"id\":\"x_1\"}";
    let whole = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut steps = vec![
        raw(""),
        raw("\r\n\r\n"),
        raw("HTTP/1.1"),
        raw("HTTP/1.1 2"),
        raw("HTTP/9.9 200 OK\r\n\r\n{}"),
        raw("HTTP/1.1 099 Low\r\n\r\n{}"),
        raw("HTTP/1.1 99999 High\r\n\r\n{}"),
        raw("HTTP/1.1 100 Continue\r\n\r\n".repeat(50)),
        raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
        raw("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}"),
        raw("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"),
        raw("HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n{}"),
        raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\n{}"),
        raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
        raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        raw(bomb()),
        raw(format!(
            "HTTP/1.1 200 OK\r\nx: {}\r\n\r\n{{}}",
            "y".repeat(2_000_000)
        )),
        raw(format!(
            "HTTP/1.1 200 OK\r\n{}\r\n{{}}",
            "x: y\r\n".repeat(5_000)
        )),
        raw("HTTP/1.1 200 OK\r\nx: \x1b[2J\x07\r\nconnection: close\r\n\r\n{}"),
        raw(
            b"HTTP/1.1 200 OK\r\nx-correlation-id: \xff\xfe\r\nconnection: close\r\n\r\n\xff\xfe"
                .to_vec(),
        ),
        raw("SSH-2.0-OpenSSH_9.2\r\n"),
        raw(*b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        raw("220 mail.example.com ESMTP\r\n"),
        // The answer twice over, and the answer cut at each of its quarters.
        raw(whole.repeat(2)),
    ];
    let quarters = (1..4).map(|part| raw(&whole.as_bytes()[..whole.len() * part / 4]));
    steps.extend(quarters);
    for headers in [
        [("retry-after", "-1")],
        [("retry-after", "99999999999999999999")],
        [("ratelimit-limit", "x")],
        [("ratelimit-remaining", "-5")],
        [("ratelimit-reset", "99999999999999999999")],
        [("ratelimit", "\"default\";r=;t=")],
        [("ratelimit-policy", ";;;;=\"")],
        [("location", "http://192.0.2.1/")],
        [("content-encoding", "br, gzip, x")],
        [("content-type", "\u{7f}")],
    ] {
        steps.push(with(200, &headers, "{}"));
    }
    steps
}

/// Some 280 answers, with what each may be taken for.
fn corpus() -> Vec<(String, Step, May)> {
    let mut answers = Vec::new();
    for status in STATUSES {
        let may = match status {
            400..500 => May::BeRefused,
            _ => May::HaveHappened,
        };
        for (index, body) in bodies().into_iter().enumerate() {
            let may = if status < 300 && body.contains(r#""success":false"#) {
                May::BeEither
            } else {
                may
            };
            let step = with(status, &[("content-type", "application/json")], &body);
            answers.push((format!("{status} with body {index}"), step, may));
        }
    }
    for (index, step) in wild().into_iter().enumerate() {
        answers.push((format!("wild {index}"), step, May::BeNothing));
    }
    let long = format!("[{}]", " ".repeat(10_000_000));
    answers.push(("10 MB".into(), with(200, &[], &long), May::HaveHappened));
    answers.push((
        "10 MB of error".into(),
        with(500, &[], &long),
        May::HaveHappened,
    ));
    answers
}

fn judge(call: &str, answer: &str, may: May, (came, error): &Came) {
    let told = format!("{call} on {answer}: {came} {error:?}");
    if *came == "not" {
        assert!(matches!(may, May::BeRefused | May::BeEither), "{told}");
    }
    if *came == "done" {
        assert_ne!(may, May::BeRefused, "{told}");
    }
    if let Some(error) = error {
        let words = format!("{error} {error:?}");
        assert!(!words.contains(TOKEN), "{told}");
        assert!(!words.contains(char::is_control), "{told}");
        assert!(
            words.len() < 8_000,
            "{} bytes: {call} on {answer}",
            words.len()
        );
    }
}

/// Each client's calls, one after another, against each answer.
async fn bears(calls: fn(&Server) -> Vec<Named>) {
    let corpus = corpus();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    for index in 0.. {
        let steps = corpus.iter().map(|(_, step, _)| step.clone()).collect();
        let server = Server::start(steps).await;
        let mut calls = calls(&server);
        if index >= calls.len() {
            break;
        }
        let Named { name, call } = calls.swap_remove(index);
        for (position, (answer, _, may)) in corpus.iter().enumerate() {
            let came = call().await;
            judge(name, answer, *may, &came);
            // One call, one request: whatever the answer was, nothing was sent again on the quiet.
            assert_eq!(server.seen().len(), position + 1, "{name} on {answer}");
        }
    }
}

#[tokio::test]
async fn every_call_to_hetzner_bears_every_answer() {
    bears(hetzner).await;
}

#[tokio::test]
async fn every_call_to_cloudflare_bears_every_answer() {
    bears(cloudflare).await;
}

#[tokio::test]
async fn every_call_to_stripe_bears_every_answer() {
    bears(stripe).await;
}
