//! A site of Node.js whose region goes down, on real servers in containers: it is served from the next one, comes back,
//! gets another name, and nothing of it is left anywhere.

use std::fs;
use std::time::Duration;

use super::support::{Home, Sandbox, page, seconds, until};

const DOMAIN: &str = "app.example.com";

/// How long a run may take, with images of servers and stand-ins that may have to be made first.
const RUN: Duration = Duration::from_mins(10);

/// Runs a command that must end well.
fn well(home: &Home, arguments: &[&str]) {
    let ran = home.run_within(RUN, arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn site(home: &Home, domain: &str) -> serde_json::Value {
    home.run(&["sites", domain, "--json"]).json()
}

fn address(home: &Home, domain: &str) -> String {
    site(home, domain)["address"].as_str().unwrap().to_owned()
}

/// A release that answers with these words, from a module that its lock file names.
fn release(home: &Home, words: &str) -> String {
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"words":"file:words"}},
        "node_modules/words":{"resolved":"words","link":true},"words":{}}}"#;
    let main = "require('http').createServer((_, out) => out.end(require('words'))).listen(process.env.PORT);";
    let folder = home.at(words);
    fs::create_dir_all(folder.join("words")).unwrap();
    let module = format!("module.exports = '{words}';");
    for (path, text) in [
        (
            "package.json",
            r#"{"scripts":{"start":"node main.js"},"dependencies":{"words":"file:words"}}"#,
        ),
        ("package-lock.json", lock),
        ("words/index.js", &module),
        ("main.js", main),
    ] {
        fs::write(folder.join(path), text).unwrap();
    }
    folder.display().to_string()
}

/// Where the name leads to.
fn record(sandbox: &Sandbox) -> String {
    let inventory = sandbox.inventory();
    let record = &inventory["cloudflare"]["dns_records"][0]["content"];
    record.as_str().unwrap().to_owned()
}

#[test]
fn a_node_site_is_served_from_the_next_region_and_comes_back() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    home.fleet(&sandbox.fleet());
    let first = release(&home, "first");
    well(
        &home,
        &["deploy", DOMAIN, &first, "--affiliate", "harbor", "--yes"],
    );
    let old = address(&home, DOMAIN);
    assert_eq!(page(&old, DOMAIN), "first");

    // Its server is off, and nobody answers there.
    sandbox.power(&old, "poweroff");
    until("the server is off", seconds(40), || {
        page(&old, DOMAIN).is_empty().then_some(())
    });
    well(&home, &["site", "failover", DOMAIN, "--yes"]);
    let stand_by = address(&home, DOMAIN);
    assert_ne!(stand_by, old);
    assert_eq!(site(&home, DOMAIN)["region"], "asia-pacific");
    assert_eq!(record(&sandbox), stand_by);
    assert_eq!(page(&stand_by, DOMAIN), "first");
    assert_eq!(sandbox.count("hetzner", "servers"), 2, "the old one stays");

    // It comes back to its region: another server there, and both old places are tidied up, the one that was off too.
    sandbox.power(&old, "poweron");
    let back = ["site", "move", DOMAIN, "--region", "eu-central", "--yes"];
    well(&home, &back);
    let home_again = address(&home, DOMAIN);
    assert_eq!(record(&sandbox), home_again);
    assert_eq!(page(&home_again, DOMAIN), "first");
    assert_eq!(sandbox.count("hetzner", "servers"), 1);
    assert!(site(&home, DOMAIN)["left_behind"].is_null());

    // Another name, with what it could be taken back to.
    let second = release(&home, "second");
    well(&home, &["release", DOMAIN, &second, "--yes"]);
    let renamed = "web.example.com";
    well(&home, &["site", "rename", DOMAIN, renamed, "--yes"]);
    assert_eq!(page(&home_again, renamed), "second");
    assert!(page(&home_again, DOMAIN).is_empty(), "the old name is gone");
    let folders = sandbox.on(&home_again, &["ls", "/srv/sites"]);
    assert_eq!(folders, renamed);
    well(&home, &["rollback", renamed, "--yes"]);
    assert_eq!(page(&home_again, renamed), "first");

    well(&home, &["delete", renamed, "--yes", "--name", renamed]);
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(sandbox.subscriptions(), 0);
    assert_eq!(home.run(&["sites", "--json"]).out.trim(), "[]");
}
