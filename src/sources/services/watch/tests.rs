//! The probing of services against listeners on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};

use kit::queue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vocab::{Access, ProbeKind, ProbeTrouble, Span};
use world::{Event, Interest};

use super::*;

fn spec(name: &str, probe: ProbeKind, every: i64) -> ServiceSpec {
    ServiceSpec {
        name: ServiceName::new(name).unwrap(),
        node: None,
        container: None,
        probe,
        access: Access::Internal,
        every: Span::millis(every),
        timeout: Span::seconds(2),
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: false,
    }
}

fn http(port: u16) -> ProbeKind {
    ProbeKind::Http {
        url: format!("http://127.0.0.1:{port}/").into(),
        status: None,
        contains: None,
    }
}

/// Ends the source when dropped.
struct Running {
    specs: watch::Sender<Vec<ServiceSpec>>,
    looks: looks::Looks,
    events: queue::Receiver<Event>,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(specs: Vec<ServiceSpec>) -> Self {
        let (sender, events) = queue::channel(1024);
        let (specs, wanted) = watch::channel(specs);
        let cancel = CancellationToken::new();
        let interest = watch::channel(Interest::default()).1;
        let looks = looks::Looks::default();
        let context = Context {
            events: sender,
            interest,
            cancel: cancel.clone(),
            looks: looks.clone(),
            refresh: Span::seconds(1),
        };
        let task = tokio::spawn(watch(context, Prober::new(), wanted));
        Self {
            specs,
            looks,
            events,
            cancel,
            task,
        }
    }

    async fn next(&mut self) -> (ServiceName, Result<(), ProbeTrouble>) {
        let event = tokio::time::timeout(Duration::from_secs(5), self.events.recv())
            .await
            .expect("an event within 5 s");
        let Some(Event {
            fact: Fact::ServiceProbed { service, outcome },
            ..
        }) = event
        else {
            panic!("{event:?}")
        };
        (
            service,
            outcome.result.map(drop).map_err(|(trouble, _)| trouble),
        )
    }
}

/// Answers each request after a while; counts requests, and the most that were under way together.
struct SlowServer {
    port: u16,
    asked: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

async fn slow_server(takes: Duration) -> SlowServer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, now, most) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
    );
    let server = SlowServer {
        port,
        asked: Arc::clone(&asked),
        most: Arc::clone(&most),
    };
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (asked, now, most) = (Arc::clone(&asked), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                asked.fetch_add(1, Ordering::SeqCst);
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                sleep(takes).await;
                now.fetch_sub(1, Ordering::SeqCst);
                let _ = stream
                    .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                    .await;
            });
        }
    });
    server
}

#[tokio::test]
async fn services_are_probed_again_and_again() {
    let server = slow_server(Duration::ZERO).await;
    let dead = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut running = Running::start(vec![
        spec("shop", http(server.port), 100),
        spec(
            "cache",
            ProbeKind::Tcp {
                host: "127.0.0.1".into(),
                port: dead,
            },
            100,
        ),
    ]);
    let (mut shop, mut cache) = (0, 0);
    while shop < 3 || cache < 3 {
        match running.next().await {
            (name, Ok(())) if name.as_str() == "shop" => shop += 1,
            (name, Err(ProbeTrouble::Refused)) if name.as_str() == "cache" => cache += 1,
            other => panic!("{other:?}"),
        }
    }
    running.cancel.cancel();
    tokio::time::timeout(Duration::from_secs(2), running.task)
        .await
        .expect("ends when cancelled")
        .unwrap();
}

#[tokio::test]
async fn a_slow_service_is_never_probed_twice_at_a_time() {
    let server = slow_server(Duration::from_millis(250)).await;
    let mut running = Running::start(vec![spec("slow", http(server.port), 100)]);
    for _ in 0..3 {
        assert_eq!(running.next().await.1, Ok(()));
    }
    assert_eq!(server.most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn no_more_than_the_allowed_number_run_together() {
    let server = slow_server(Duration::from_millis(400)).await;
    let many = MOST_AT_ONCE + 20;
    let specs = (0..many)
        .map(|n| spec(&format!("s{n}"), http(server.port), 100))
        .collect();
    let mut running = Running::start(specs);
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < many {
        let (name, result) = running.next().await;
        assert_eq!(result, Ok(()));
        seen.insert(name);
    }
    let most = server.most.load(Ordering::SeqCst);
    assert!(most <= MOST_AT_ONCE && most > MOST_AT_ONCE / 2, "{most}");
}

#[tokio::test]
async fn a_changed_spec_restarts_its_task_only_and_a_removed_one_ends_it() {
    let (first, second, other) = (
        slow_server(Duration::ZERO).await,
        slow_server(Duration::ZERO).await,
        slow_server(Duration::ZERO).await,
    );
    let stays = spec("stays", http(other.port), 60_000);
    let mut running = Running::start(vec![spec("moves", http(first.port), 100), stays.clone()]);
    while first.asked.load(Ordering::SeqCst) == 0 || other.asked.load(Ordering::SeqCst) == 0 {
        assert_eq!(running.next().await.1, Ok(()));
    }
    running
        .specs
        .send(vec![spec("moves", http(second.port), 100), stays])
        .unwrap();
    while second.asked.load(Ordering::SeqCst) < 2 {
        assert_eq!(running.next().await.1, Ok(()));
    }
    assert_eq!(
        other.asked.load(Ordering::SeqCst),
        1,
        "the other was not disturbed"
    );
    let before = first.asked.load(Ordering::SeqCst);

    running.specs.send(Vec::new()).unwrap();
    sleep(Duration::from_millis(150)).await;
    let after = second.asked.load(Ordering::SeqCst);
    sleep(Duration::from_millis(300)).await;
    assert_eq!(
        (
            first.asked.load(Ordering::SeqCst),
            second.asked.load(Ordering::SeqCst)
        ),
        (before, after)
    );
}

#[test]
fn places_are_spread_and_steady() {
    let places: Vec<f64> = (0..200)
        .map(|n| place(&ServiceName::new(&format!("node-{n}/app")).unwrap()))
        .collect();
    let quarter = |from: f64| {
        places
            .iter()
            .filter(|place| (from..from + 0.25).contains(*place))
            .count()
    };
    assert!(
        [0.0, 0.25, 0.5, 0.75]
            .into_iter()
            .all(|from| quarter(from) > 25),
        "{places:?}"
    );
    assert!((places[7] - place(&ServiceName::new("node-7/app").unwrap())).abs() < f64::EPSILON);
}

#[tokio::test]
async fn what_is_asked_for_is_probed_at_once_until_it_answers_for_sure() {
    let server = slow_server(Duration::ZERO).await;
    let other = slow_server(Duration::ZERO).await;
    let mut running = Running::start(vec![
        spec("shop", http(server.port), 3_600_000),
        spec("other", http(other.port), 3_600_000),
    ]);
    for _ in 0..2 {
        assert_eq!(running.next().await.1, Ok(()));
    }
    let shop = ServiceName::new("shop").unwrap();
    running
        .looks
        .ask(std::collections::BTreeSet::from([About::Service(
            shop.clone(),
        )]));
    for _ in 0..looks::CONVINCED {
        assert_eq!(running.next().await, (shop.clone(), Ok(())));
    }
    let asked = [&server, &other].map(|server| server.asked.load(Ordering::SeqCst));
    assert_eq!(asked, [4, 1], "the other one waits for its turn");
}
