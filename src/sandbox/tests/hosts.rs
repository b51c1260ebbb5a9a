//! Real hosts: made, entered, found, and gone.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::Command;

use super::client::ask;
use crate::{Health, Options, Running, start};

/// What a command prints, when it succeeds.
async fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = ended(program, arguments).await?;
    output.status.success().then(|| text(&output.stdout))
}

/// A command that has ended within 20 seconds.
async fn ended(program: &str, arguments: &[&str]) -> Option<Output> {
    let command = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = tokio::time::timeout(Duration::from_secs(20), command).await;
    output.ok()?.ok()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// Waits until `look` sees something, at most so many seconds.
async fn wait_for<T>(seconds: u64, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed().as_secs() < seconds, "it does not come");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn status_of(running: &Running, server: &Value) -> Option<String> {
    let path = format!("/hetzner/v1/servers/{server}");
    let (_, body) = ask(running, "GET", &path, &Value::Null).await;
    body["server"]["status"].as_str().map(str::to_owned)
}

/// A sandbox with real hosts, and a filter for what it has in Docker. Nothing where there are none.
async fn real() -> Option<(Running, String)> {
    let running = start(Options::default()).await.unwrap();
    match running.health() {
        Health::Real(name) => {
            let filter = format!("name={name}");
            Some((running, filter))
        }
        Health::ApiAlone(why) => {
            eprintln!("left out: real hosts: {why}");
            running.stop().await;
            None
        }
    }
}

/// Makes a server and waits until it runs. Its id and its address.
async fn create(running: &Running, body: &Value) -> (Value, String) {
    let (status, made) = ask(running, "POST", "/hetzner/v1/servers", body).await;
    assert_eq!(status, 201, "{made}");
    let id = made["server"]["id"].clone();
    // The first time the image is made.
    let status = wait_for(900, async || {
        let status = status_of(running, &id).await;
        status.filter(|status| !["initializing", "starting"].contains(&status.as_str()))
    })
    .await;
    assert_eq!(status, "running");
    let address = made["server"]["public_net"]["ipv4"]["ip"].as_str();
    (id, address.unwrap().to_owned())
}

/// A key pair that opens the servers of a sandbox.
struct Login(tempfile::TempDir);

impl Login {
    async fn register(running: &Running) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let login = Self(folder);
        let path = login.path();
        let made = output(
            "ssh-keygen",
            &["-q", "-t", "ed25519", "-N", "", "-f", &path],
        )
        .await;
        assert!(made.is_some(), "ssh-keygen is there");
        let public_key = std::fs::read_to_string(format!("{path}.pub")).unwrap();
        let body = json!({"name": "operator", "public_key": public_key});
        ask(running, "POST", "/hetzner/v1/ssh_keys", &body).await;
        login
    }

    fn path(&self) -> String {
        self.0.path().join("key").to_str().unwrap().to_owned()
    }

    /// What a command prints on a server, when it succeeds there. A login that fails is tried again for a minute: a busy
    /// machine may take longer for one than it is waited for.
    async fn run(&self, address: &str, command: &str) -> Option<String> {
        let path = self.path();
        let mut arguments = vec!["-F", "none", "-i", &path];
        for option in [
            "-oIdentitiesOnly=yes",
            "-oBatchMode=yes",
            "-oConnectTimeout=5",
            "-oStrictHostKeyChecking=no",
            "-oUserKnownHostsFile=/dev/null",
        ] {
            arguments.push(option);
        }
        let target = format!("root@{address}");
        arguments.extend([target.as_str(), command]);
        let there = wait_for(60, async || {
            let output = ended("ssh", &arguments).await?;
            // The status by which ssh says that it did not get there: ssh(1), EXIT STATUS.
            if output.status.code() == Some(255) {
                eprintln!("no login: {}", text(&output.stderr));
                return None;
            }
            Some(output)
        });
        let output = there.await;
        output.status.success().then(|| text(&output.stdout))
    }
}

#[tokio::test]
async fn a_server_is_a_host_that_does_its_user_data() {
    let Some((running, _)) = real().await else {
        return;
    };
    let login = Login::register(&running).await;
    let user_data = "#cloud-config\nwrite_files:\n  - path: /srv/hello\n    content: from user data\nruncmd:\n  - [touch, /srv/done]\n";
    let body = json!({
        "name": "web-1", "server_type": "cx23", "image": "debian-12",
        "ssh_keys": ["operator"], "user_data": user_data,
    });
    let (id, address) = create(&running, &body).await;
    let run = async |command: &str| wait_for(60, async || login.run(&address, command).await).await;
    assert_eq!(run("cat /srv/hello").await, "from user data");
    assert_eq!(run("hostname").await, "web-1");
    run("ls /srv/done").await;

    let url = format!("http://{address}/");
    let fetch = async || output("curl", &["-sf", &url]).await;
    let page = wait_for(60, fetch).await;
    assert!(page.contains("Caddy"), "{page}");
    let change = "printf ':80 {\\n respond \"mine\"\\n}\\n' > /etc/caddy/Caddyfile && caddy reload --config /etc/caddy/Caddyfile";
    run(change).await;
    let changed = async || fetch().await.filter(|page| page == "mine");
    wait_for(60, changed).await;

    let act = async |verb: &str, body: Value| {
        let path = format!("/hetzner/v1/servers/{id}/actions/{verb}");
        // What was asked for before may not have ended: it answers before its action is told to be over.
        let taken = wait_for(60, async || {
            let (status, _) = ask(&running, "POST", &path, &body).await;
            (status != 423).then_some(status)
        });
        assert_eq!(taken.await, 201, "{verb}");
    };
    act("reboot", Value::Null).await;
    wait_for(30, async || fetch().await.is_none().then_some(())).await;
    assert_eq!(wait_for(60, fetch).await, "mine", "what was changed stays");
    assert!(run("ls /srv/done").await.contains("done"));

    // Off, another type, and on: at the same address with what was on its disk.
    let is = async |wanted: &str| {
        wait_for(60, async || {
            (status_of(&running, &id).await? == wanted).then_some(())
        })
        .await;
    };
    act("shutdown", Value::Null).await;
    is("off").await;
    assert_eq!(fetch().await, None, "nobody answers");
    let larger = json!({"server_type": "cx33", "upgrade_disk": false});
    act("change_type", larger).await;
    is("off").await;
    act("poweron", Value::Null).await;
    is("running").await;
    assert_eq!(wait_for(60, fetch).await, "mine", "the disk stays");
    let path = format!("/hetzner/v1/servers/{id}");
    let (_, body) = ask(&running, "GET", &path, &Value::Null).await;
    assert_eq!(body["server"]["server_type"]["name"], "cx33");
    running.stop().await;
}

#[tokio::test]
async fn hosts_come_and_go_with_their_servers() {
    let Some((running, filter)) = real().await else {
        return;
    };
    let body = |name| json!({"name": name, "server_type": "cx23", "image": "debian-12"});
    let (first, _) = create(&running, &body("web-1")).await;
    let begun = Instant::now();
    create(&running, &body("web-2")).await;
    eprintln!("the second server ran after {:?}", begun.elapsed());
    let path = format!("/hetzner/v1/servers/{first}");
    assert_eq!(ask(&running, "DELETE", &path, &Value::Null).await.0, 200);
    wait_for(30, async || {
        status_of(&running, &first).await.is_none().then_some(())
    })
    .await;
    let left = async |list: &[&str]| {
        let list = [list, &["--quiet", "--filter", &filter]].concat();
        output("docker", &list).await.unwrap().lines().count()
    };
    assert_eq!(left(&["ps", "--all"]).await, 1, "the deleted one is gone");
    running.stop().await;
    assert_eq!(left(&["ps", "--all"]).await, 0);
    assert_eq!(left(&["network", "ls"]).await, 0);
}

#[tokio::test]
async fn what_a_killed_sandbox_left_is_removed_by_the_next() {
    let name = format!("wheelhouse-sandbox-left-{}", std::process::id());
    let labels = [
        "wheelhouse.sandbox=left",
        "wheelhouse.sandbox.owner=4294967295-7",
    ];
    let [sandbox, owner] = labels;
    let create = [
        "network", "create", "--label", sandbox, "--label", owner, &name,
    ];
    let made = output("docker", &create).await;
    let Some((running, _)) = real().await else {
        return;
    };
    assert!(made.is_some(), "Docker makes networks");
    let filter = format!("name={name}");
    let left = output("docker", &["network", "ls", "--quiet", "--filter", &filter]).await;
    assert_eq!(left.unwrap(), "");
    running.stop().await;
}

#[tokio::test]
async fn a_host_runs_containers_of_stand_ins_within_their_limits() {
    let Some((running, _)) = real().await else {
        return;
    };
    let login = Login::register(&running).await;
    let body = json!({
        "name": "web-1", "server_type": "cx23", "image": "debian-12", "ssh_keys": ["operator"],
    });
    let (_, address) = create(&running, &body).await;
    wait_for(60, async || login.run(&address, "true").await).await;
    let unasked = login.run(&address, "pgrep -x dockerd || echo none").await;
    assert_eq!(
        unasked.unwrap(),
        "none",
        "Docker waits until it is asked for"
    );

    // The first time the image is made: longer than a command may take.
    let pull = "nohup docker pull node:22-alpine > /root/pull.log 2>&1 &";
    assert!(login.run(&address, pull).await.is_some());
    let pulled = "docker image inspect --format '{{.Os}}' node:22-alpine";
    let pulled = wait_for(900, async || login.run(&address, pulled).await).await;
    assert_eq!(pulled, "linux");
    let start = "docker run --detach --name site --memory 64m --cpus 0.5 --cap-drop ALL --user node \
                 --publish 127.0.0.1:3000:3000 node:22-alpine node -e \
                 'require(\"http\").createServer((_, answer) => answer.end(\"from within\")).listen(3000)'";
    assert!(login.run(&address, start).await.is_some());
    let page = "curl -sf http://127.0.0.1:3000/";
    let page = wait_for(60, async || login.run(&address, page).await).await;
    assert_eq!(page, "from within");
    let limit = "cat /sys/fs/cgroup/memory/docker/*/memory.limit_in_bytes \
                 /sys/fs/cgroup/docker/*/memory.max 2> /dev/null";
    let limit = login.run(&address, &format!("{limit}; true")).await;
    assert_eq!(limit.unwrap(), (64 << 20).to_string());
    let missing = login
        .run(&address, "docker pull nothing-of-this-name")
        .await;
    assert_eq!(missing, None, "only the stand-ins are there");
    running.stop().await;
}
