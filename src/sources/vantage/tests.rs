//! What other machines would see, with machines that say what they are told, and with this one really looking.

use std::sync::Mutex;

use drivers::host::{CommandOutput, LocalHost, SimulatedHost};
use drivers::provider::hetzner::Server;
use drivers::{Connection, EngineAddress};
use kit::queue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vocab::{LinkTrouble, Span};
use world::{Event, Interest};

use super::*;
use crate::Looks;

fn name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn output(status: i32, stdout: &str, stderr: &str) -> CommandOutput {
    CommandOutput {
        status: Some(status),
        stdout: stdout.as_bytes().to_vec(),
        stderr: stderr.as_bytes().to_vec(),
    }
}

/// What a machine whose command came to this says of a login.
async fn of_login(came_to: CommandOutput) -> Option<Seen> {
    let host = SimulatedHost::new("db", move |command, _| {
        assert_eq!(command.program, "timeout");
        came_to.clone()
    });
    look::login("192.0.2.7", 22).unwrap().ask(&host).await
}

fn fails(words: &str) -> Seen {
    Seen::Fails(words.into())
}

#[tokio::test]
async fn what_a_look_came_to_is_told_from_who_cannot_look() {
    let cases = [
        (output(0, "SSH-", ""), Some(Seen::Answers)),
        (
            output(0, "HTTP", ""),
            Some(fails("says something else than it should")),
        ),
        // The kernel there still takes connections, and nothing lives behind it.
        (
            output(0, "", ""),
            Some(fails("takes the connection and says nothing")),
        ),
        (output(124, "", ""), Some(fails("no answer"))),
        (
            output(1, "", "bash: connect: Connection refused"),
            Some(fails("connection refused")),
        ),
        (
            output(1, "", "bash: connect: No route to host"),
            Some(fails("no route")),
        ),
        (output(1, "", "bash: connect: Network is unreachable"), None),
        (output(1, "", "bash: web: Name or service not known"), None),
        (
            output(
                1,
                "",
                "bash: /dev/tcp/192.0.2.7/22: No such file or directory",
            ),
            None,
        ),
        (output(127, "", "bash: not found"), None),
    ];
    for (came_to, wanted) in cases {
        let shown = format!("{came_to:?}");
        assert_eq!(of_login(came_to).await, wanted, "{shown}");
    }
    let gone = SimulatedHost::new("db", |_, _| output(0, "SSH-", ""));
    gone.set_trouble(Some(LinkTrouble::Lost));
    let asked = look::login("192.0.2.7", 22).unwrap().ask(&gone).await;
    assert_eq!(asked, None, "a look that was cut says nothing");
}

#[tokio::test]
async fn what_curl_says_of_itself_says_nothing_of_the_site() {
    let target = SiteTarget {
        site: vocab::Domain::new("shop.example.com").unwrap(),
        server: "web-2".into(),
        address: "192.0.2.9".into(),
    };
    let cases = [
        (output(0, "200", ""), Some(Seen::Answers)),
        (output(0, "404", ""), Some(Seen::Answers)),
        (output(0, "502", ""), Some(fails("answers 502"))),
        (output(7, "000", ""), Some(fails("no connection"))),
        (output(28, "000", ""), Some(fails("no answer"))),
        // Its list of authorities may be old; its name server may be gone; it may have no curl.
        (output(60, "000", ""), None),
        (output(6, "000", ""), None),
        (output(127, "", ""), None),
    ];
    for (came_to, wanted) in cases {
        let shown = format!("{came_to:?}");
        let host = SimulatedHost::new("db", move |command, _| {
            let words = command.arguments.join(" ");
            assert!(
                words.contains("--resolve shop.example.com:443:192.0.2.9"),
                "{words}"
            );
            assert!(words.ends_with("-- https://shop.example.com/"), "{words}");
            came_to.clone()
        });
        let question = look::site(&target, false, None).unwrap();
        assert_eq!(question.ask(&host).await, wanted, "{shown}");
    }
    let here = SiteTarget {
        address: "127.77.0.3".into(),
        ..target
    };
    assert_eq!(
        look::site(&here, false, None),
        None,
        "loopback is another place there"
    );
}

/// A listener that greets everybody with these bytes once it was sent so many.
async fn greets(after: usize, with: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut read = vec![0; after];
                if socket.read_exact(&mut read).await.is_ok() {
                    drop(socket.write_all(with).await);
                    drop(socket.read(&mut [0]).await);
                }
            });
        }
    });
    port
}

/// An address of this machine that is not of the loopback network, as another machine's is.
fn own_address() -> Option<String> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: only the way is looked up.
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| address.to_string())
}

#[tokio::test]
async fn a_real_machine_really_looks() {
    let tools = std::process::Command::new("timeout")
        .arg("--version")
        .output();
    let (Some(address), Ok(_)) = (own_address(), tools) else {
        println!("left out: no address but loopback, or no timeout(1)");
        return;
    };
    let host = LocalHost;
    let ask = async |question: Option<look::Question>| question.unwrap().ask(&host).await;
    let ssh = greets(0, b"SSH-2.0-OpenSSH_9.9\r\n").await;
    assert_eq!(ask(look::login(&address, ssh)).await, Some(Seen::Answers));
    let redis = greets(6, b"-NOAUTH Authentication required.\r\n").await;
    let probe = |port| ProbeKind::Redis {
        host: Text::line(&address),
        port,
        password_env: None,
    };
    assert_eq!(ask(look::service(&probe(redis))).await, Some(Seen::Answers));
    let postgres = greets(8, b"N").await;
    let probe = ProbeKind::Postgres {
        host: Text::line(&address),
        port: postgres,
        user: "watch".into(),
        database: "postgres".into(),
        password_env: None,
    };
    assert_eq!(ask(look::service(&probe)).await, Some(Seen::Answers));
    // Half open: it takes the connection and never says a word.
    let silent = greets(1, b"").await;
    let half = ask(look::login(&address, silent)).await;
    assert_eq!(half, Some(fails("takes the connection and says nothing")));
    let closed = {
        let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    assert_eq!(
        ask(look::login(&address, closed)).await,
        Some(fails("connection refused"))
    );
    let page = greets(
        16,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    )
    .await;
    let probe = ProbeKind::Http {
        url: Text::line(format!("http://{address}:{page}/?a=$(id)")),
        status: None,
        contains: None,
    };
    if std::process::Command::new("curl")
        .arg("--version")
        .output()
        .is_ok()
    {
        assert_eq!(ask(look::service(&probe)).await, Some(Seen::Answers));
    }
}

/// A world of one source: what it sends, and how often the machines were asked.
struct Bench {
    view: watch::Sender<View>,
    events: queue::Receiver<Event>,
    asked: Arc<Mutex<Vec<String>>>,
    cancel: CancellationToken,
}

fn bench(greeting: &'static str) -> Bench {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let mut connections = Connections::new();
    for machine in ["db", "edge"] {
        let (note, machine_name) = (asked.clone(), machine.to_owned());
        let host = SimulatedHost::new(machine, move |_, _| {
            note.lock().unwrap().push(machine_name.clone());
            output(0, greeting, "")
        });
        let connection = Connection::new(Arc::new(host), EngineAddress::None);
        connections.insert(name(machine), Arc::new(connection));
    }
    let (sender, events) = queue::channel(64);
    let cancel = CancellationToken::new();
    let context = Context {
        events: sender,
        interest: watch::channel(Interest::default()).1,
        looks: Looks::default(),
        cancel: cancel.clone(),
        refresh: Span::seconds(2),
    };
    let ways = Ways {
        connections: Arc::new(RwLock::new(Arc::new(connections))),
        doors: None,
        hetzner: None,
    };
    let (view, seen) = watch::channel(View::default());
    tokio::spawn(watch(context, ways, seen));
    Bench {
        view,
        events,
        asked,
        cancel,
    }
}

fn cache() -> Missing {
    Missing {
        about: About::Service(vocab::ServiceName::new("cache").unwrap()),
        trial: Trial::Service(ProbeKind::Redis {
            host: "192.0.2.7".into(),
            port: 6379,
            password_env: None,
        }),
        not_from: BTreeSet::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_at_rest_and_everybody_once_a_minute_while_something_is_missing() {
    let mut bench = bench("+");
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(bench.asked.lock().unwrap().is_empty());
    let view = View {
        missing: vec![cache()],
        nodes: vec![name("db"), name("edge")],
        servers: Vec::new(),
    };
    bench.view.send_replace(view.clone());
    for _ in 0..2 {
        let event = bench.events.recv().await.unwrap();
        let Fact::SeenFrom { about, from, seen } = event.fact else {
            panic!("{event:?}")
        };
        assert_eq!((about, seen), (cache().about, Seen::Answers));
        assert!(["db", "edge"].contains(&from.as_str()));
    }
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert_eq!(bench.asked.lock().unwrap().len(), 2);
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(bench.asked.lock().unwrap().len(), 4);
    bench.view.send_replace(View::default());
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(bench.asked.lock().unwrap().len(), 4);
    // What stands on a node proves nothing from there.
    let mut near = view;
    near.missing[0].not_from = BTreeSet::from([name("db"), name("edge")]);
    bench.view.send_replace(near);
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(bench.asked.lock().unwrap().len(), 4);
    bench.cancel.cancel();
}

fn server(name: &str, address: &str, status: &str) -> Server {
    serde_json::from_value(serde_json::json!({
        "id": 7, "name": name, "status": status,
        "public_net": { "ipv4": { "id": 1, "ip": address } },
    }))
    .unwrap()
}

#[test]
fn the_providers_word_is_of_what_it_has() {
    let servers = [
        server("web-1", "192.0.2.1", "running"),
        server("web-2", "192.0.2.2", "off"),
        server("web-3", "192.0.2.3", "migrating"),
    ];
    let login = |node: &str, address: Option<&str>| Missing {
        about: About::Node(name(node)),
        trial: Trial::Login {
            node: name(node),
            address: address.map(Text::line),
        },
        not_from: BTreeSet::new(),
    };
    let site = |server: &str, made_for_it| Missing {
        about: About::Site(vocab::Domain::new("shop.example.com").unwrap()),
        trial: Trial::Site {
            target: SiteTarget {
                site: vocab::Domain::new("shop.example.com").unwrap(),
                server: server.into(),
                address: "192.0.2.99".into(),
            },
            by_name: false,
            made_for_it,
        },
        not_from: BTreeSet::new(),
    };
    let word = |missing: Missing| {
        let said = provider::words(&servers, &[missing]);
        said.into_iter().next().map(|(about, from, seen)| {
            assert_eq!(from, "Hetzner");
            (about.to_string(), seen)
        })
    };
    let off = |words: &str| Seen::Off(words.into());
    assert_eq!(
        word(login("web-1", None)),
        Some(("node/web-1".into(), Seen::Runs))
    );
    let by_address = login("aurora", Some("192.0.2.2"));
    assert_eq!(
        word(by_address),
        Some(("node/aurora".into(), off("is off")))
    );
    assert_eq!(word(login("web-3", None)), None, "on its way somewhere");
    assert_eq!(word(login("elsewhere", None)), None, "another provider's");
    assert_eq!(
        word(site("web-2", true)),
        Some(("server/web-2".into(), off("is off")))
    );
    assert_eq!(
        word(site("gone-1", true)),
        Some(("server/gone-1".into(), off("is not there")))
    );
    assert_eq!(
        word(site("aurora", false)),
        None,
        "a node of the fleet is not to be there"
    );
}
