//! The PostgreSQL probe against a real primary and a streaming replica, started in temporary folders.

use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use vocab::{Replica, Span};

use super::*;
use crate::probe::testing::{Authority, free_port, http_server};

/// Everybody's password here.
const PASSWORD: &str = "open-sesame";

/// Where the programs of the newest installed version are, by Debian's lay-out.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    versions
        .into_iter()
        .rev()
        .find(|bin| bin.join("initdb").exists())
}

/// PostgreSQL refuses to run as root: then its own user, by uid and gid.
fn other_user() -> Option<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let fields: Vec<&str> = passwd
        .lines()
        .find(|line| line.starts_with("postgres:"))?
        .split(':')
        .collect();
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nUid:\t0\t"))
}

/// A server in a folder of its own, stopped when dropped.
struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Server {
    async fn new(programs: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let (uid, gid) = other_user().unwrap();
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        Self {
            folder,
            programs: programs.to_owned(),
            port: free_port().await,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file that only the server's user may read.
    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        if is_root() {
            let (uid, gid) = other_user().unwrap();
            chown(&path, Some(uid), Some(gid)).unwrap();
        }
        path
    }

    fn try_run<S: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> bool {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(self.programs.join(program));
        command
            .args(arguments)
            .env("PGPASSWORD", PASSWORD)
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path());
        // The server inherits the outputs, so they must not be pipes that somebody waits for.
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if is_root() {
            let (uid, gid) = other_user().unwrap();
            command.uid(uid).gid(gid);
        }
        command.status().is_ok_and(|status| status.success())
    }

    fn run<S: AsRef<OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = S>) {
        let done = self.try_run(program, arguments);
        assert!(
            done,
            "{program} failed: {}",
            std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
        );
    }

    fn start(&self, settings: &str) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off {settings}",
            self.port
        );
        let data = self.data();
        self.run(
            "pg_ctl",
            [
                OsStr::new("start"),
                OsStr::new("-w"),
                OsStr::new("-D"),
                data.as_os_str(),
                OsStr::new("-o"),
                OsStr::new(&options),
            ],
        );
    }

    fn stop(&self) -> bool {
        let data = self.data();
        self.try_run(
            "pg_ctl",
            [
                OsStr::new("stop"),
                OsStr::new("-w"),
                OsStr::new("-m"),
                OsStr::new("immediate"),
                OsStr::new("-D"),
                data.as_os_str(),
            ],
        )
    }

    async fn ask(&self, user: &str, password: Option<&str>, database: &str) -> Found {
        let password = password.map(|word| Secret::new(word.to_owned()));
        let login = Login {
            user,
            database,
            password,
        };
        let deadline = Duration::from_secs(5);
        tokio::time::timeout(
            deadline,
            probe(&Trust::default(), "127.0.0.1", self.port, &login),
        )
        .await
        .expect("an answer within 5 s")
    }

    /// Role and replicas as a user sees them, asked until they are as wished, for 10 s at most.
    async fn until(&self, user: &str, wish: impl Fn(&[Replica]) -> bool) -> (Role, Vec<Replica>) {
        for _ in 0..100 {
            if let Ok(ProbeDetail::Postgres { role, replicas, .. }) =
                self.ask(user, Some(PASSWORD), "postgres").await
                && wish(&replicas)
            {
                return (role, replicas);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!(
            "not so within 10 s: {:?}",
            self.ask(user, Some(PASSWORD), "postgres").await
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A primary that takes logins by password, over TLS only but for replication.
async fn primary(programs: &Path) -> Server {
    let server = Server::new(programs).await;
    let data = server.data();
    let password = server.write("password", PASSWORD);
    let mut password_file = std::ffi::OsString::from("--pwfile=");
    password_file.push(&password);
    let fixed = [
        "--username=postgres",
        "--auth=scram-sha-256",
        "--no-sync",
        "--no-locale",
        "--encoding=UTF8",
        "-D",
    ]
    .map(OsStr::new);
    server.run(
        "initdb",
        fixed
            .into_iter()
            .chain([data.as_os_str(), password_file.as_os_str()]),
    );
    let (certificate, key) = Authority::self_signed("localhost").pem;
    let (certificate, key) = (
        server.write("certificate.pem", &certificate),
        server.write("key.pem", &key),
    );
    let rules = server.write(
        "rules",
        "hostssl all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n",
    );
    let show = |path: &Path| path.to_str().unwrap().to_owned();
    server.start(&format!(
        "-c ssl=on -c ssl_cert_file={} -c ssl_key_file={} -c hba_file={}",
        show(&certificate),
        show(&key),
        show(&rules)
    ));
    let address = format!(
        "host=127.0.0.1 port={} user=postgres dbname=postgres",
        server.port
    );
    let role = format!("create role watcher login password '{PASSWORD}'");
    server.run("psql", ["-v", "ON_ERROR_STOP=1", "-c", &role, &address]);
    server
}

/// A streaming replica of it, through a slot, which takes logins without TLS.
async fn replica(programs: &Path, primary: &Server) -> Server {
    let server = Server::new(programs).await;
    let data = server.data();
    let port = primary.port.to_string();
    let fixed = [
        "-h",
        "127.0.0.1",
        "-p",
        &port,
        "-U",
        "postgres",
        "-R",
        "-C",
        "-S",
        "replica_one",
        "--checkpoint=fast",
        "--no-sync",
        "-D",
    ];
    server.run(
        "pg_basebackup",
        fixed.into_iter().map(OsStr::new).chain([data.as_os_str()]),
    );
    let rules = server.write("rules", "hostnossl all all 127.0.0.1/32 scram-sha-256\n");
    server.start(&format!(
        "-c ssl=off -c hba_file={} -c wal_retrieve_retry_interval=500",
        rules.to_str().unwrap()
    ));
    server
}

async fn logins(server: &Server) {
    let found = server.ask("postgres", Some(PASSWORD), "postgres").await;
    let Ok(ProbeDetail::Postgres {
        role,
        version,
        connections: (open, allowed),
        size,
        replicas,
    }) = found
    else {
        panic!("{found:?}")
    };
    assert_eq!((role, allowed, replicas.len()), (Role::Primary, 100, 0));
    assert!(
        open >= 1 && size > Bytes(1 << 20) && !version.is_empty(),
        "{open} {size} {version}"
    );

    let wrong = server
        .ask("postgres", Some("guess"), "postgres")
        .await
        .unwrap_err();
    assert_eq!(wrong.trouble, ProbeTrouble::Denied, "{}", wrong.text);
    let none = server.ask("postgres", None, "postgres").await.unwrap_err();
    assert_eq!(none.trouble, ProbeTrouble::Denied, "{}", none.text);
    assert!(none.text.contains("password_env"), "{}", none.text);
    let elsewhere = server
        .ask("postgres", Some(PASSWORD), "nowhere")
        .await
        .unwrap_err();
    assert_eq!(elsewhere.trouble, ProbeTrouble::WrongAnswer);
    assert!(
        elsewhere.text.contains("\"nowhere\" does not exist"),
        "{}",
        elsewhere.text
    );
}

#[tokio::test]
async fn a_primary_its_replica_and_their_cut_link() {
    let Some(programs) = programs().filter(|_| !is_root() || other_user().is_some()) else {
        println!("left out: PostgreSQL is not installed");
        return;
    };
    let primary = primary(&programs).await;
    logins(&primary).await;

    let replica = replica(&programs, &primary).await;
    let (role, followers) = primary
        .until("postgres", |all| all.len() == 1 && all[0].lag.is_some())
        .await;
    assert_eq!(role, Role::Primary);
    assert!(
        followers[0].connected && followers[0].state == "streaming",
        "{followers:?}"
    );
    for user in ["postgres", "watcher"] {
        let (role, links) = replica
            .until(user, |all| all[0].lag == Some(Span::ZERO))
            .await;
        assert_eq!(
            (role, links[0].connected, links[0].lag_bytes),
            (Role::Replica, true, Some(Bytes(0)))
        );
    }
    let (_, links) = replica.until("postgres", |all| all[0].connected).await;
    assert_eq!(
        links[0].name,
        format!("127.0.0.1:{}", primary.port).as_str()
    );

    assert!(primary.stop());
    for user in ["postgres", "watcher"] {
        let (_, cut) = replica.until(user, |all| !all[0].connected).await;
        assert_eq!(
            (cut[0].lag, cut[0].lag_bytes),
            (None, None),
            "a cut replica has replayed all it received and is not \"0 behind\""
        );
    }
    assert_eq!(
        primary
            .ask("postgres", Some(PASSWORD), "postgres")
            .await
            .unwrap_err()
            .trouble,
        ProbeTrouble::Refused
    );

    assert!(replica.stop());
    primary.start("");
    // Started without its settings of TLS and logins, it goes by its own file, which asks for the password too.
    let (_, missing) = primary
        .until("watcher", |all| all.len() == 1 && !all[0].connected)
        .await;
    assert_eq!(
        (missing[0].name.as_str(), missing[0].state.as_str()),
        ("replica_one", "slot not in use")
    );
    assert_eq!(missing[0].lag, None);
}

#[tokio::test]
async fn what_is_no_postgres_is_a_wrong_answer() {
    let server = http_server(vec!["HTTP/1.1 400 Bad Request\r\n\r\n".into()]).await;
    let login = Login {
        user: "postgres",
        database: "postgres",
        password: None,
    };
    let failure = probe(&Trust::default(), "127.0.0.1", server.port, &login)
        .await
        .unwrap_err();
    assert_eq!(
        failure.trouble,
        ProbeTrouble::WrongAnswer,
        "{}",
        failure.text
    );
}
