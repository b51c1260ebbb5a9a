//! Places for backups, by one contract: a folder, and a bucket of a real server that speaks S3 (moto, a program in Python).
//! The bucket is left out where Python or the server cannot be had.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where its ground gives way, and says what it leaves out"
)]

use std::ffi::OsString;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use drivers::Trouble;
use drivers::storage::{BucketAccess, BucketStorage, FolderStorage, ObjectName, Storage, Stored};
use vocab::Secret;

/// The server.
const PACKAGE: &str = "moto[s3,server]==5.2.5";

/// Longer than one piece of an object in pieces.
const LONG: usize = 35 << 20;

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

/// A server of its own with an empty bucket; ended when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Nothing when it cannot be had.
    fn start() -> Option<Self> {
        let program = server()?;
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            address: format!("127.0.0.1:{port}"),
        };
        let begun = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "it starts");
            std::thread::sleep(Duration::from_millis(50));
        }
        let url = format!("http://{}/backups", server.address);
        let made = Command::new("curl")
            .args(["-fsS", "-X", "PUT", &url])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        Some(server)
    }

    fn storage(&self, bucket: &str) -> BucketStorage {
        let access = BucketAccess {
            url: format!("http://{}", self.address).as_str().into(),
            bucket: bucket.into(),
            region: "us-east-1".into(),
            key: Secret::new("MADEUPKEY".to_owned()),
            secret: Secret::new("made up".to_owned()),
        };
        BucketStorage::new(&access).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The server's program, kept between runs.
fn server() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto-5.2.5");
    let program = folder.join("bin/moto_server");
    let is_complete = folder.join("complete");
    if is_complete.exists() {
        return Some(program);
    }
    let python = folder.join("bin/python");
    let venv = ["-m", "venv", "--clear"].map(Into::into);
    run(
        "python3".into(),
        &[&venv[..], &[folder.into_os_string()]].concat(),
    )?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PACKAGE,
    ];
    run(python.into(), &install.map(Into::into))?;
    std::fs::write(is_complete, "").ok()?;
    Some(program)
}

fn run(program: OsString, arguments: &[OsString]) -> Option<()> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success().then_some(())
}

async fn put(storage: &dyn Storage, at: &str, content: &[u8]) -> drivers::error::Result<()> {
    let mut writing = storage.write(&name(at)).await?;
    for piece in content.chunks(1 << 20) {
        writing.push(Bytes::copy_from_slice(piece)).await?;
    }
    writing.finish().await
}

async fn got(storage: &dyn Storage, at: &str) -> drivers::error::Result<Vec<u8>> {
    let mut reading = storage.read(&name(at)).await?;
    let mut all = Vec::new();
    while let Some(bytes) = reading.next().await? {
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

/// What every place keeps to.
async fn keeps_the_contract(storage: &dyn Storage) {
    assert_eq!(storage.list(None).await.unwrap(), [], "empty at first");
    let long: Vec<u8> = (0..LONG).map(|at| (at * 31 % 251) as u8).collect();
    for (at, content) in [
        ("site/one/empty", &b""[..]),
        ("site/one/short", b"hello"),
        ("site/one/long", &long),
    ] {
        assert!(!storage.has(&name(at)).await.unwrap());
        put(storage, at, content).await.unwrap();
        assert!(storage.has(&name(at)).await.unwrap());
        assert!(got(storage, at).await.unwrap() == content, "{at}");
        let again = put(storage, at, b"other").await.unwrap_err();
        assert_eq!(again.trouble, Trouble::Conflict, "never overwritten");
    }

    // Begun at the same time by two: one of them is there, whole.
    let (mut one, mut two) = (
        storage.write(&name("site/race")).await.unwrap(),
        storage.write(&name("site/other")).await.unwrap(),
    );
    one.push(Bytes::from_static(b"one")).await.unwrap();
    two.push(Bytes::from_static(b"two")).await.unwrap();
    assert!(
        !storage.has(&name("site/race")).await.unwrap(),
        "half of it"
    );
    one.finish().await.unwrap();
    two.abandon().await;
    assert!(!storage.has(&name("site/other")).await.unwrap());
    let mut large = storage.write(&name("site/large")).await.unwrap();
    for piece in long.chunks(5 << 20) {
        large.push(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    large.abandon().await;

    put(storage, "sites/two", b"neighbour").await.unwrap();
    let found = storage.list(Some(&name("site"))).await.unwrap();
    let stored = |at: &str, bytes: usize| Stored {
        name: name(at),
        bytes: bytes as u64,
    };
    let whole = [
        stored("site/one/empty", 0),
        stored("site/one/long", LONG),
        stored("site/one/short", 5),
        stored("site/race", 3),
    ];
    assert_eq!(found, whole, "what was let go is not there");
    assert_eq!(storage.list(None).await.unwrap().len(), 5);

    for one in storage.list(None).await.unwrap() {
        storage.delete(&one.name).await.unwrap();
        storage.delete(&one.name).await.unwrap();
    }
    assert_eq!(storage.list(None).await.unwrap(), []);
    let gone = got(storage, "site/one/short").await.unwrap_err();
    assert_eq!(gone.trouble, Trouble::NotFound);
}

#[tokio::test]
async fn a_folder_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    keeps_the_contract(&FolderStorage::new(folder.path().join("backups"))).await;
}

#[tokio::test]
async fn a_bucket_keeps_the_contract() {
    let Some(server) = Server::start() else {
        eprintln!("left out: {PACKAGE}, a server that speaks S3, cannot be installed");
        return;
    };
    keeps_the_contract(&server.storage("backups")).await;
    let nowhere = server.storage("no-such-bucket");
    let refused = nowhere.list(None).await.unwrap_err();
    assert_eq!(refused.trouble, Trouble::NotFound, "{refused}");
    assert!(!refused.text.contains("MADEUPKEY"), "{refused}");
    let address = server.address.clone();
    drop(server);
    let access = BucketAccess {
        url: format!("http://{address}").as_str().into(),
        bucket: "backups".into(),
        region: "us-east-1".into(),
        key: Secret::new("MADEUPKEY".to_owned()),
        secret: Secret::new("made up".to_owned()),
    };
    let gone = BucketStorage::new(&access).unwrap();
    let refused = gone.has(&name("site/one/short")).await.unwrap_err();
    assert!(refused.effect_unknown(), "{refused:?}");
}
