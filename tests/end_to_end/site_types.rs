//! Sites that run in containers: on real servers of the sandbox, each with a Docker of its own that pulls the sandbox's
//! stand-ins.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::support::{DEPLOYMENT, Home, Sandbox, page};

/// How long the deployment of a site with a database may take, with an image that may have to be made first.
const WITH_DATABASE: Duration = Duration::from_mins(10);

/// A sandbox with real servers and a fleet file for it; `None` where there is no Docker.
fn ground(ports: &str) -> Option<(Home, Sandbox)> {
    let home = Home::new();
    let sandbox = Sandbox::start(&home, &[]);
    if !sandbox.has_hosts() {
        println!(
            "left out: the sandbox has no Docker to make servers with: {}",
            sandbox.inventory()["hosts"]
        );
        return None;
    }
    home.fleet(&with_ports(&sandbox, ports));
    Some((home, sandbox))
}

fn with_ports(sandbox: &Sandbox, ports: &str) -> String {
    let more = format!("[hosting]\nport_range = \"{ports}\"\n");
    sandbox.fleet().replace("[hosting]\n", &more)
}

/// A folder with files.
fn files(home: &Home, name: &str, files: &[(&str, &str)]) -> String {
    let folder = home.at(name);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder.display().to_string()
}

/// What a command prints on the one server that there is.
fn there(sandbox: &Sandbox, command: &[&str]) -> String {
    let inventory = sandbox.inventory();
    let name = inventory["hosts"]["detail"].as_str().unwrap().to_owned();
    let server = &inventory["hetzner"]["servers"][0]["id"];
    let output = Command::new("docker")
        .args(["exec", &format!("{name}-{server}")])
        .args(command)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn address(sandbox: &Sandbox) -> String {
    let inventory = sandbox.inventory();
    let server = &inventory["hetzner"]["servers"][0];
    server["public_net"]["ipv4"]["ip"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A program that answers with a text.
fn program(answer: &str) -> String {
    format!("require('http').createServer((_, out) => out.end({answer})).listen(process.env.PORT);")
}

const DOMAIN: &str = "app.example.com";

#[test]
fn a_node_site_is_served_changed_kept_and_taken_back() {
    let Some((home, sandbox)) = ground("3002-3003") else {
        return;
    };
    let idle = files(&home, "idle", &[("package.json", "{\"scripts\":{}}")]);
    let deploy = |path: &str, more: &[&str]| {
        let arguments = ["deploy", DOMAIN, path, "--affiliate", "harbor", "--yes"];
        home.run_within(DEPLOYMENT, &[&arguments, more].concat())
    };
    let refused = deploy(&idle, &["--type", "node"]);
    assert!(refused.err.contains("start script"), "{refused:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);

    let one = files(&home, "one", &[("server.js", &program("'first edition'"))]);
    let deployed = deploy(&one, &[]);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    assert!(deployed.out.contains("node on port 3002"), "{deployed:?}");
    let address = address(&sandbox);
    assert_eq!(page(&address, DOMAIN), "first edition");

    let limits = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.CapDrop}} \
                  {{.HostConfig.SecurityOpt}} {{.HostConfig.Privileged}} {{.HostConfig.ReadonlyRootfs}}";
    let container = there(&sandbox, &["docker", "ps", "--quiet"]);
    let inspect = ["docker", "inspect", "--format", limits, &container];
    assert_eq!(
        there(&sandbox, &inspect),
        "536870912 500000000 [ALL] [no-new-privileges:true] false true"
    );
    let published = there(&sandbox, &["docker", "port", &container]);
    assert_eq!(published, "3000/tcp -> 127.0.0.1:3002");

    // What the lock file names is installed on the server.
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"words":"file:words"}},
        "node_modules/words":{"resolved":"words","link":true},"words":{}}}"#;
    let two = files(
        &home,
        "two",
        &[
            (
                "package.json",
                r#"{"scripts":{"start":"node main.js"},"dependencies":{"words":"file:words"}}"#,
            ),
            ("package-lock.json", lock),
            ("words/index.js", "module.exports = 'second edition';"),
            ("main.js", &program("require('words')")),
        ],
    );
    let released = home.run_within(DEPLOYMENT, &["release", DOMAIN, &two, "--yes"]);
    assert_eq!(released.code, 0, "{released:?}");
    assert_eq!(page(&address, DOMAIN), "second edition");
    let running = there(&sandbox, &["docker", "ps", "--quiet"]);
    assert_eq!(running.lines().count(), 1, "the one before is stopped");

    let broken = files(
        &home,
        "broken",
        &[("server.js", "throw new Error('no such table');")],
    );
    let turned = home.run_within(DEPLOYMENT, &["release", DOMAIN, &broken, "--yes"]);
    assert_ne!(turned.code, 0, "{turned:?}");
    assert!(turned.out.contains("no such table"), "{turned:?}");
    assert_eq!(page(&address, DOMAIN), "second edition");
    let kept = there(&sandbox, &["docker", "ps", "--all", "--quiet"]);
    assert_eq!(kept.lines().count(), 2, "nothing of the broken one is left");

    let back = home.run_within(DEPLOYMENT, &["rollback", DOMAIN, "--yes"]);
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(page(&address, DOMAIN), "first edition");

    home.fleet(&with_ports(&sandbox, "3002-3002"));
    let full = home.run(&["release", DOMAIN, &broken, "--yes"]);
    assert_ne!(full.code, 0, "{full:?}");
    assert!(full.err.contains("port_range"), "{full:?}");
    assert_eq!(page(&address, DOMAIN), "first edition");

    let removed = home.run_within(DEPLOYMENT, &["delete", DOMAIN, "--yes", "--name", DOMAIN]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(sandbox.subscriptions(), 0);
}
