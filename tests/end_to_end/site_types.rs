//! Sites that run in containers: on real servers of the sandbox, each with a Docker of its own that pulls the sandbox's
//! stand-ins.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::support::{DEPLOYMENT, Home, Sandbox, page};

/// How long the first start of a container may take, with images of servers and stand-ins that may have to be made first.
const FIRST: Duration = Duration::from_mins(10);

/// A sandbox with real servers and a fleet file for it; `None` where there is no Docker.
fn ground(ports: &str) -> Option<(Home, Sandbox)> {
    let home = Home::new();
    let sandbox = Sandbox::with_hosts(&home)?;
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
        home.run_within(FIRST, &[&arguments, more].concat())
    };
    let refused = deploy(&idle, &["--type", "node"]);
    assert!(refused.err.contains("start script"), "{refused:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);

    let one = files(&home, "one", &[("server.js", &program("'first edition'"))]);
    let deployed = deploy(&one, &[]);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    assert!(deployed.err.contains("node on port 3002"), "{deployed:?}");
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

    let rule = "iptables -C DOCKER-USER -d 169.254.169.254 -j DROP && echo dropped";
    let metadata = there(&sandbox, &["sh", "-c", rule]);
    assert_eq!(
        metadata, "dropped",
        "no container asks for the server's metadata"
    );

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
    assert!(turned.err.contains("no such table"), "{turned:?}");
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

/// A theme of two files.
fn theme(home: &Home, name: &str, words: &str) -> String {
    let page = format!("<?php echo '{words}';");
    files(
        home,
        name,
        &[
            (
                "wp-content/themes/harbor/style.css",
                "/*\nTheme Name: Harbor\n*/\n",
            ),
            ("wp-content/themes/harbor/index.php", &page),
            ("wp-content/uploads/logo.txt", "a logo"),
        ],
    )
}

#[test]
fn a_wordpress_site_has_a_database_that_releases_do_not_touch() {
    let Some((home, sandbox)) = ground("20000-20999") else {
        return;
    };
    let blog = "blog.example.com";
    let one = theme(&home, "one", "first words");
    let deploy = ["deploy", blog, &one, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(FIRST, &deploy);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    let address = address(&sandbox);
    let logo = format!("https://{blog}/wp-content/uploads/logo.txt");
    assert_eq!(fetch(&address, blog, &logo, &[]), "a logo");

    // The first visitor installs it; from then on the theme of the release answers.
    let install = format!("https://{blog}/wp-admin/install.php");
    let form = fetch(&address, blog, &install, &[]);
    assert!(form.contains("WordPress"), "{form}");
    let answers = "weblog_title=Harbor&user_name=keeper&admin_password=correct-horse&admin_password2=correct-horse\
                   &pw_weak=on&admin_email=keeper%40example.com&blog_public=0&language=";
    let second = format!("{install}?step=2");
    let done = fetch(&address, blog, &second, &["--data", answers]);
    assert!(done.contains("keeper"), "{done}");
    let choose = "UPDATE wp_options SET option_value = 'harbor' WHERE option_name IN ('template', 'stylesheet')";
    sql(&sandbox, choose);
    assert_eq!(page(&address, blog), "first words");

    let two = theme(&home, "two", "second words");
    let released = home.run_within(FIRST, &["release", blog, &two, "--yes"]);
    assert_eq!(released.code, 0, "{released:?}");
    assert_eq!(page(&address, blog), "second words", "the database stayed");

    sql(
        &sandbox,
        "UPDATE wp_options SET option_value = '999999' WHERE option_name = 'db_version'",
    );
    let plan = home.run(&["rollback", blog, "--dry-run"]);
    let said = format!("{}{}", plan.out, plan.err);
    assert!(said.contains("to 999999"), "{said}");

    let secrets = [
        "stat",
        "--format",
        "%a %U",
        "/srv/sites/blog.example.com/database.env",
    ];
    assert_eq!(there(&sandbox, &secrets), "600 root");
    let removed = home.run_within(DEPLOYMENT, &["delete", blog, "--yes", "--name", blog]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
}

/// What a page of a site says, over HTTPS, with more words for the client.
fn fetch(address: &str, domain: &str, url: &str, more: &[&str]) -> String {
    let resolve = format!("{domain}:443:{address}");
    let output = Command::new("curl")
        .args(["-sSkL", "--max-time", "60", "--resolve", &resolve])
        .args(more)
        .arg(url)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Has the site's database do something.
fn sql(sandbox: &Sandbox, statement: &str) {
    let filter = [
        "docker",
        "ps",
        "--filter",
        "name=database",
        "--format",
        "{{.Names}}",
    ];
    let container = there(sandbox, &filter);
    let client = "MYSQL_PWD=\"$MARIADB_PASSWORD\" mariadb --user=\"$MARIADB_USER\" --execute=\"$0\" \"$MARIADB_DATABASE\" \
                  && echo done";
    let done = there(
        sandbox,
        &["docker", "exec", &container, "sh", "-c", client, statement],
    );
    assert_eq!(done, "done");
}
