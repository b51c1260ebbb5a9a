//! Logs of servers that are no nodes of the fleet: a site's item shows the lines of its container, the web server's of plain
//! files come by name, and a server that is off is told in one line with what to do.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use super::support::{Home, Sandbox, Serve, page, seconds, until};

/// How long the first start of a container may take, with images that may have to be made first.
const FIRST: Duration = Duration::from_mins(10);

/// How long it may take on a busy machine until what is wrong is seen.
const SEEN: Duration = Duration::from_mins(3);

const APP: &str = "app.example.com";
const PLAIN: &str = "plain.example.com";

/// A program that says what it does on both outputs.
const PROGRAM: &str = "console.log('the order desk is open'); console.error('no paper in the printer'); \
    require('http').createServer((_, out) => out.end('here')).listen(process.env.PORT);";

/// Deploys a folder with one file.
fn deploy(home: &Home, domain: &str, name: &str, text: &str) {
    let folder = home.at(domain);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
    let path = folder.display().to_string();
    let words = ["deploy", domain, &path, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(FIRST, &words);
    assert_eq!(deployed.code, 0, "{deployed:?}");
}

/// The log that shows the item with this beginning, once there is one.
fn log_of(home: &Home, item: &str) -> Value {
    until(item, SEEN, || {
        let all = home.run(&["top", "--all", "--json"]).json();
        let all = all.as_array().unwrap().iter();
        let mut ids = all.filter_map(|one| one["id"].as_str());
        let id = ids.find(|id| id.starts_with(item))?.to_owned();
        let shown = home.run(&["item", &id, "--json"]);
        (shown.code == 0).then(|| shown.json()["evidence"]["log"].clone())
    })
}

#[test]
fn the_item_of_a_site_shows_what_its_server_wrote() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    home.fleet(&sandbox.fleet());
    deploy(&home, APP, "server.js", PROGRAM);
    deploy(&home, PLAIN, "index.html", "plain");
    let site = home.run(&["sites", APP, "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    assert!(page(&address, PLAIN).contains("plain"));

    // By name: the container of the one, the web server's log of the other, which knows who was there.
    let said = home.run(&["logs", APP]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("the order desk is open"), "{said:?}");
    assert!(said.out.contains("no paper in the printer"), "{said:?}");
    until("the visit is in the log", SEEN, || {
        let said = home.run(&["logs", PLAIN, "--grep", "curl/"]);
        (said.code == 0 && said.out.contains("\"status\":200")).then_some(())
    });

    // It fails, and its item has the lines of the container that does not run any more.
    let serve = Serve::begun(&home);
    let container = sandbox.on(&address, &["docker", "ps", "--quiet"]);
    sandbox.on(&address, &["docker", "stop", "--time", "1", &container]);
    let log = log_of(&home, "site.wrong site/app.example.com");
    let source = log["source"].as_str().unwrap();
    assert!(source.ends_with(":app.example.com container"), "{log}");
    assert_eq!(log["why_none"], Value::Null, "{log}");
    let lines = log["lines"].to_string();
    assert!(lines.contains("the order desk is open"), "{log}");
    assert!(lines.contains("no paper in the printer"), "{log}");

    // The whole server is off: one line says so, and what to do.
    sandbox.power(&address, "poweroff");
    until("the item says that the server is silent", SEEN, || {
        let log = log_of(&home, "server.down");
        let why = log["why_none"].as_str()?.to_owned();
        assert_eq!(log["lines"], Value::Array(Vec::new()), "{log}");
        (why.contains(&address) && why.contains("see in Hetzner's console")).then_some(())
    });
    let silent = home.run_within(seconds(60), &["logs", APP]);
    assert_ne!(silent.code, 0, "{silent:?}");
    assert_eq!(serve.end(), 0);
}
