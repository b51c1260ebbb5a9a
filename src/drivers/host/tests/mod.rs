//! [`SshHost`] against a real sshd on loopback, with a client configuration of its own: `~/.ssh` is not touched.

mod sshd;

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use vocab::{LinkTrouble, Span};

use self::sshd::Sshd;
use super::{CommandLine, Host, SshHost, SshTarget};
use crate::error::Trouble;

fn host(sshd: &Sshd) -> SshHost {
    SshHost::new(SshTarget {
        config_file: Some(sshd.at("config")),
        ..SshTarget::new("node")
    })
    .unwrap()
}

fn command(words: &[&str]) -> CommandLine {
    CommandLine::new(words[0], words[1..].iter().copied())
}

/// Whether a command runs and succeeds; panics with the error of one that cannot be run.
async fn works(host: &SshHost) -> bool {
    let output = host.run(&command(&["true"]), b"", Span::seconds(5)).await;
    output.unwrap().status == Some(0)
}

/// Whether a process runs; it is one of ours, so its number is not reused within the test.
fn runs(pid: &str) -> bool {
    let pid: u32 = pid.trim().parse().expect("no process id");
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn ends_soon(pid: &str) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(5) {
        if !runs(pid) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn commands_run_with_input_output_and_status() {
    let Some(sshd) = Sshd::start() else { return };
    let host = host(&sshd);
    let limit = Span::seconds(10);
    let output = host
        .run(&command(&["cat"]), b"through", limit)
        .await
        .unwrap();
    assert_eq!(
        (output.status, &output.stdout[..]),
        (Some(0), &b"through"[..])
    );
    let odd = "it's $HOME `id`; \\ \"x\" !! \u{e9}";
    let output = host
        .run(&command(&["printf", "%s", odd]), b"", limit)
        .await
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        odd,
        "the remote shells change nothing"
    );
    let output = host
        .run(&command(&["sh", "-c", "echo bad >&2; exit 3"]), b"", limit)
        .await
        .unwrap();
    assert_eq!(
        (output.status, &output.stderr[..]),
        (Some(3), &b"bad\n"[..])
    );
    let error = host
        .run(&command(&["no-such-program"]), b"", limit)
        .await
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::NotFound);
    let big = vec![b'x'; 900_000];
    let output = host.run(&command(&["cat"]), &big, limit).await.unwrap();
    assert_eq!(output.stdout.len(), big.len());
    let begin = Instant::now();
    let hello = command(&["echo", "hello"]);
    let many = futures::future::join_all((0..30).map(|_| host.run(&hello, b"", limit))).await;
    assert!(
        many.iter().all(Result::is_ok),
        "more at once than the server has sessions for"
    );
    println!("30 commands at once: {:?}", begin.elapsed());
    let begin = Instant::now();
    host.run(&hello, b"", limit).await.unwrap();
    println!("one command: {:?}", begin.elapsed());
    host.close().await;
}

#[tokio::test]
async fn no_remote_command_outlives_its_caller() {
    let Some(sshd) = Sshd::start() else { return };
    let host = host(&sshd);
    host.connect().await.unwrap();
    let note = sshd.at("note");
    let script = format!("echo $$ > {}; exec sleep 300", note.display());
    let error = host
        .run(&command(&["sh", "-c", &script]), b"", Span::seconds(4))
        .await
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Timeout);
    assert!(
        ends_soon(&std::fs::read_to_string(&note).unwrap()).await,
        "lives on after its deadline"
    );

    let mut running = host
        .spawn(&command(&["sh", "-c", "echo $$; exec sleep 300"]))
        .await
        .unwrap();
    let mut pid = String::new();
    BufReader::new(&mut running.stdout)
        .read_line(&mut pid)
        .await
        .unwrap();
    assert!(runs(&pid));
    drop(running);
    assert!(ends_soon(&pid).await, "lives on after its owner");

    let mut running = host
        .spawn(&command(&["sh", "-c", "echo $$; exec sleep 300"]))
        .await
        .unwrap();
    let mut pid = String::new();
    BufReader::new(&mut running.stdout)
        .read_line(&mut pid)
        .await
        .unwrap();
    host.close().await;
    assert!(ends_soon(&pid).await, "lives on after the connection");
}

#[tokio::test]
async fn deadlines_at_any_moment_leave_nothing_behind_and_the_connection_whole() {
    let Some(sshd) = Sshd::start() else { return };
    let host = host(&sshd);
    host.connect().await.unwrap();
    let mark = format!("300.{}", sshd.port);
    let sleep = command(&["sleep", &mark]);
    let all =
        futures::future::join_all((1..60).map(|n| host.run(&sleep, b"", Span::millis(n * 11))))
            .await;
    assert!(all.iter().all(Result::is_err));
    let left = || {
        let all = sshd::descendants(1);
        let is = |pid: &u32| {
            std::fs::read_to_string(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|text| text == format!("sleep\0{mark}\0"))
        };
        all.into_iter().filter(is).count()
    };
    let begin = Instant::now();
    while left() > 0 && begin.elapsed() < Duration::from_secs(15) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(left(), 0, "commands live on");
    assert!(works(&host).await);
    host.close().await;
}

#[tokio::test]
async fn a_spawned_command_talks_and_many_leave_room_for_others() {
    let Some(sshd) = Sshd::start() else { return };
    let host = host(&sshd);
    let mut all = Vec::new();
    for _ in 0..6 {
        let mut running = host.spawn(&command(&["cat"])).await.unwrap();
        running.stdin.write_all(b"ping").await.unwrap();
        let mut back = [0; 4];
        running.stdout.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"ping");
        all.push(running);
    }
    assert!(works(&host).await);
    let error = host.spawn(&command(&["cat"])).await.err().unwrap();
    assert!(error.text.as_str().contains("close one"), "{error}");
    host.close().await;
}

#[tokio::test]
async fn a_socket_of_the_node_is_reached() {
    let Some(sshd) = Sshd::start() else { return };
    let there = sshd.at("echo.sock");
    let listener = UnixListener::bind(&there).unwrap();
    let echo = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut read, mut write) = stream.split();
            drop(tokio::io::copy(&mut read, &mut write).await);
        }
    });
    let host = host(&sshd);
    let forward = host.forward_socket(there.to_str().unwrap()).await.unwrap();
    let mut stream = UnixStream::connect(&forward.path).await.unwrap();
    stream.write_all(b"over there").await.unwrap();
    let mut back = [0; 10];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"over there");
    let path = forward.path.clone();
    drop((stream, forward));
    for _ in 0..100 {
        if !path.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!path.exists(), "the way is closed with its guard");
    echo.abort();
    host.close().await;
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one sshd serves all the ways to be kept out"
)]
async fn what_keeps_us_out_is_told_apart() {
    let Some(mut sshd) = Sshd::start() else {
        return;
    };
    let trouble = async |target: SshTarget| {
        let error = SshHost::new(target).unwrap().connect().await.unwrap_err();
        let Trouble::Link(trouble) = error.trouble else {
            panic!("{error:?}")
        };
        println!("{trouble:?}: {error}");
        (trouble, error.text)
    };
    let target = || SshTarget {
        config_file: Some(sshd.at("config")),
        ..SshTarget::new("node")
    };
    let stranger = SshTarget {
        identity: Some(sshd.at("stranger")),
        config_file: Some("none".into()),
        ..target()
    };
    let stranger = SshTarget {
        destination: "127.0.0.1".into(),
        port: Some(sshd.port),
        known_hosts: Some(sshd.at("known")),
        ..stranger
    };
    assert_eq!(trouble(stranger).await.0, LinkTrouble::AuthenticationFailed);
    std::fs::write(sshd.at("known"), "").unwrap();
    let (unknown, text) = trouble(target()).await;
    assert_eq!(unknown, LinkTrouble::HostKeyUnknown);
    assert!(
        text.as_str()
            .contains("run `ssh node` once and check the fingerprint")
    );
    assert_eq!(
        std::fs::read(sshd.at("known")).unwrap(),
        b"",
        "nothing is learnt by itself"
    );
    sshd.know("other-host");
    let (changed, text) = trouble(target()).await;
    assert_eq!(changed, LinkTrouble::HostKeyChanged);
    assert!(text.as_str().contains("known:1"), "{text}");
    let nowhere = SshTarget {
        destination: "no-such-host.invalid".into(),
        ..target()
    };
    assert_eq!(trouble(nowhere).await.0, LinkTrouble::NameUnknown);
    let config = sshd.at("config");
    let behind = "Host far\n  HostName 127.0.0.1\n  ProxyJump node\n";
    std::fs::write(&config, std::fs::read_to_string(&config).unwrap() + behind).unwrap();
    std::fs::write(sshd.at("known"), "").unwrap();
    let far = || SshTarget {
        destination: "far".into(),
        ..target()
    };
    assert_eq!(
        trouble(far()).await.0,
        LinkTrouble::HostKeyUnknown,
        "of the jump host"
    );
    sshd.know("other-host");
    assert_eq!(
        trouble(far()).await.0,
        LinkTrouble::HostKeyChanged,
        "of the jump host"
    );
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let nobody = SshTarget {
        destination: "127.0.0.1".into(),
        port: Some(port),
        ..target()
    };
    let begin = Instant::now();
    assert_eq!(trouble(nobody).await.0, LinkTrouble::Timeout);
    assert!(begin.elapsed() < Duration::from_secs(10));
    sshd.kill();
    let refused = SshTarget {
        config_file: Some(config),
        ..SshTarget::new("node")
    };
    assert_eq!(trouble(refused).await.0, LinkTrouble::Refused);
}

#[tokio::test]
async fn a_killed_server_is_noticed_at_once_and_healed_by_the_next_call() {
    let Some(mut sshd) = Sshd::start() else {
        return;
    };
    let host = host(&sshd);
    let mut running = host.spawn(&command(&["cat"])).await.unwrap();
    let sleeping = command(&["sleep", "60"]);
    let (lost, ended) = tokio::join!(host.run(&sleeping, b"", Span::seconds(30)), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        sshd.kill();
        let begin = Instant::now();
        let end = running.stdout.read(&mut [0; 16]).await;
        assert!(begin.elapsed() < Duration::from_secs(3));
        end
    });
    assert_eq!(lost.unwrap_err().trouble, Trouble::Link(LinkTrouble::Lost));
    assert_eq!(ended.unwrap(), 0);
    let error = host
        .run(&command(&["true"]), b"", Span::seconds(5))
        .await
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Link(LinkTrouble::Refused));
    sshd.restart();
    assert!(works(&host).await);
    // A connection that died unseen costs the next command one attempt, not an error.
    sshd.kill();
    sshd.restart();
    assert!(works(&host).await);
    host.close().await;
}

#[tokio::test]
async fn a_connection_gone_silent_is_noticed_within_twenty_seconds() {
    let Some(sshd) = Sshd::start() else { return };
    let host = host(&sshd);
    let mut running = host.spawn(&command(&["cat"])).await.unwrap();
    sshd.signal("STOP", false);
    let begin = Instant::now();
    let end =
        tokio::time::timeout(Duration::from_secs(25), running.stdout.read(&mut [0; 16])).await;
    println!("silent connection noticed after {:?}", begin.elapsed());
    assert_eq!(end.expect("never noticed").unwrap(), 0);
    assert!(begin.elapsed() < Duration::from_secs(21));
    // The server itself still listens: a new connection works beside the frozen one.
    assert!(works(&host).await);
    host.close().await;
}
