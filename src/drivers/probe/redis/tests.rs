//! The Redis probe against real servers, and the reading of INFO.

use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use vocab::{ProbeKind, ServiceSpec};

use super::*;
use crate::probe::testing::{free_port, http_server, spec};
use crate::probe::{Prober, run};

/// A server in a folder of its own, ended when dropped; `None` when it is not installed.
async fn server(arguments: &[&str]) -> Option<(u16, Child, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().await;
    let started = Command::new("redis-server")
        .args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--repl-diskless-sync-delay",
            "0",
        ])
        .arg("--port")
        .arg(port.to_string())
        .arg("--dir")
        .arg(folder.path())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(child) = started else {
        println!("left out: redis-server is not installed");
        return None;
    };
    for _ in 0..200 {
        if dial("127.0.0.1", port).await.is_ok() {
            return Some((port, child, folder));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("redis-server does not listen after 4 s");
}

async fn ask(port: u16, password: Option<&str>) -> Found {
    probe(
        "127.0.0.1",
        port,
        password.map(|word| Secret::new(word.to_owned())),
    )
    .await
}

/// Asks until what is found satisfies the wish, for 8 s at most.
async fn until(port: u16, wish: impl Fn(&Replica) -> bool) -> (Role, Replica) {
    for _ in 0..160 {
        if let Ok(ProbeDetail::Redis { role, replicas, .. }) = ask(port, None).await
            && let Some(replica) = replicas.into_iter().find(|replica| wish(replica))
        {
            return (role, replica);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not so within 8 s: {:?}", ask(port, None).await);
}

#[tokio::test]
async fn a_primary_alone() {
    let Some((port, _child, _folder)) = server(&[]).await else {
        return;
    };
    let found = ask(port, None).await;
    let Ok(ProbeDetail::Redis {
        role,
        version,
        memory,
        clients,
        replicas,
        ..
    }) = found
    else {
        panic!("{found:?}")
    };
    assert_eq!((role, replicas.len()), (Role::Primary, 0));
    assert!(
        version.starts_with(|c: char| c.is_ascii_digit()),
        "{version}"
    );
    assert!(
        memory > Bytes(100_000) && clients >= 1,
        "{memory} {clients}"
    );
}

#[tokio::test]
async fn a_password_is_asked_for_and_taken_from_the_environment() {
    let Some((port, _child, _folder)) = server(&["--requirepass", "open-sesame"]).await else {
        return;
    };
    let without = ask(port, None).await.unwrap_err();
    assert_eq!(without.trouble, ProbeTrouble::Denied, "{}", without.text);
    assert!(without.text.contains("password_env"), "{}", without.text);
    let wrong = ask(port, Some("guess")).await.unwrap_err();
    assert_eq!(wrong.trouble, ProbeTrouble::Denied, "{}", wrong.text);

    let kind = |variable: &str| ProbeKind::Redis {
        host: "127.0.0.1".into(),
        port,
        password_env: Some(variable.into()),
    };
    let prober = Prober {
        environment: |name| (name == "CACHE_PASSWORD").then(|| "open-sesame".to_owned()),
        ..Prober::default()
    };
    let outcome = run(&prober, &spec(kind("CACHE_PASSWORD"), Span::seconds(3))).await;
    assert!(outcome.result.is_ok(), "{outcome:?}");
    let found = ServiceSpec {
        discovered: true,
        ..spec(
            ProbeKind::Redis {
                host: "127.0.0.1".into(),
                port,
                password_env: None,
            },
            Span::seconds(3),
        )
    };
    assert_eq!(
        run(&prober, &found).await.result,
        Ok(ProbeDetail::Plain),
        "a discovered one that asks for a password lives"
    );
    let (trouble, text) = run(&prober, &spec(kind("OTHER"), Span::seconds(3)))
        .await
        .result
        .unwrap_err();
    assert_eq!(trouble, ProbeTrouble::CouldNotTry);
    assert!(
        text.contains("environment variable OTHER is not set"),
        "{text}"
    );
}

#[tokio::test]
async fn a_replica_and_its_cut_link() {
    let Some((primary, mut child, _folder)) = server(&[]).await else {
        return;
    };
    let Some((replica, _replica_child, _replica_folder)) =
        server(&["--replicaof", &format!("127.0.0.1 {primary}")]).await
    else {
        return;
    };
    let (role, follower) = until(primary, |replica| replica.connected).await;
    assert_eq!(
        (role, follower.name.as_str()),
        (Role::Primary, format!("127.0.0.1:{replica}").as_str())
    );
    assert!(follower.lag.is_some() && follower.lag_bytes.is_some());
    let (role, link) = until(replica, |link| link.connected).await;
    assert_eq!(
        (role, link.lag, link.state.as_str()),
        (Role::Replica, Some(Span::ZERO), "online")
    );

    child.kill().await.unwrap();
    let (_, cut) = until(replica, |link| !link.connected).await;
    assert_eq!(
        (cut.lag, cut.lag_bytes, cut.state.as_str()),
        (None, None, "link down")
    );
    assert_eq!(
        ask(primary, None).await.unwrap_err().trouble,
        ProbeTrouble::Refused
    );
}

#[tokio::test]
async fn what_is_no_redis_is_a_wrong_answer() {
    let server = http_server(vec!["HTTP/1.1 400 Bad Request\r\n\r\n".into()]).await;
    let failure = ask(server.port, None).await.unwrap_err();
    assert_eq!(
        failure.trouble,
        ProbeTrouble::WrongAnswer,
        "{}",
        failure.text
    );
}

#[test]
fn info_is_read_field_by_field() {
    let info = "# Server\r\nredis_version:7.2.4\r\n# Clients\r\nconnected_clients:12\r\n# Memory\r\nused_memory:1048576\r\n\
        # Stats\r\npubsub_channels:3\r\n# Replication\r\nrole:master\r\nconnected_slaves:2\r\n\
        slave0:ip=192.0.2.4,port=6379,state=online,offset=900,lag=1\r\n\
        slave1:ip=192.0.2.5,port=6379,state=wait_bgsave,offset=0,lag=0\r\nmaster_repl_offset:1000\r\n";
    let Ok(ProbeDetail::Redis {
        role,
        version,
        memory,
        clients,
        channels,
        replicas,
    }) = read(info)
    else {
        panic!("refused")
    };
    assert_eq!(
        (role, version.as_str(), memory, clients, channels),
        (Role::Primary, "7.2.4", Bytes(1 << 20), 12, 3)
    );
    assert_eq!(
        (replicas[0].lag, replicas[0].lag_bytes),
        (Some(Span::seconds(1)), Some(Bytes(100)))
    );
    assert_eq!(
        (replicas[1].lag, replicas[1].connected),
        (None, false),
        "a replica that is still being copied has no lag"
    );
    assert_eq!(
        read("# Nothing\r\n").unwrap_err().trouble,
        ProbeTrouble::WrongAnswer
    );
}

#[test]
fn a_link_that_went_silent_knows_no_lag() {
    let info = |ago: u32| {
        format!(
            "role:slave\r\nmaster_host:192.0.2.3\r\nmaster_port:6379\r\nmaster_link_status:up\r\n\
             master_last_io_seconds_ago:{ago}\r\nslave_read_repl_offset:500\r\nslave_repl_offset:500\r\n"
        )
    };
    let lag = |info: &str| match read(info) {
        Ok(ProbeDetail::Redis { replicas, .. }) => replicas[0].lag,
        other => panic!("{other:?}"),
    };
    assert_eq!(lag(&info(4)), Some(Span::ZERO));
    assert_eq!(lag(&info(50)), None);
}
