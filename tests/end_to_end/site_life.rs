//! The rest of a site's life, on real servers in containers: two on one server, one that moves to another region, rests,
//! gets a new certificate and another name; and nothing of it is left.

use std::fs;
use std::time::Duration;

use super::support::{DEPLOYMENT, Home, Sandbox, page};

/// How long a move may take: a server is made, and a minute waited until nobody is sent to the old place.
const MOVE: Duration = Duration::from_mins(5);

/// Runs a command that must end well.
fn well(home: &Home, within: Duration, arguments: &[&str]) {
    let ran = home.run_within(within, arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// How long anything else may take on a busy machine.
const SOON: Duration = Duration::from_mins(2);

fn address(home: &Home, domain: &str) -> String {
    let site = home.run(&["sites", domain, "--json"]).json();
    site["address"].as_str().unwrap().to_owned()
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one life, from its first day to its last"
)]
fn a_site_shares_a_server_moves_rests_and_is_renamed() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    home.fleet(&sandbox.fleet());
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.display().to_string();
    for domain in ["shop.example.com", "blog.example.com"] {
        fs::write(folder.join("index.html"), domain).unwrap();
        let deploy = ["deploy", domain, &path, "--affiliate", "harbor", "--yes"];
        well(&home, DEPLOYMENT, &deploy);
    }
    let shared = address(&home, "shop.example.com");
    assert_eq!(address(&home, "blog.example.com"), shared);
    assert_eq!(sandbox.count("hetzner", "servers"), 1);

    // The one that made the server goes away from it; the other stays there and is served.
    let moved = [
        "site",
        "move",
        "shop.example.com",
        "--region",
        "us-east",
        "--yes",
    ];
    well(&home, MOVE, &moved);
    let there = address(&home, "shop.example.com");
    assert_ne!(there, shared);
    assert_eq!(page(&there, "shop.example.com"), "shop.example.com");
    assert_eq!(page(&shared, "blog.example.com"), "blog.example.com");
    assert!(
        page(&shared, "shop.example.com").is_empty(),
        "it is gone there"
    );
    assert_eq!(sandbox.count("hetzner", "servers"), 2);

    let paused = || {
        let all = sandbox.inventory()["stripe"]["subscriptions"].clone();
        let all = all.as_array().unwrap().clone();
        all.iter()
            .filter(|one| !one["pause_collection"].is_null())
            .count()
    };
    well(
        &home,
        SOON,
        &["site", "suspend", "shop.example.com", "--yes"],
    );
    assert!(page(&there, "shop.example.com").contains("suspended"));
    assert_eq!(paused(), 1);
    let refused = home.run(&["site", "renew", "shop.example.com", "--yes"]);
    assert!(refused.err.contains("site resume"), "{refused:?}");
    well(
        &home,
        SOON,
        &["site", "resume", "shop.example.com", "--yes"],
    );
    assert_eq!(page(&there, "shop.example.com"), "shop.example.com");
    assert_eq!(paused(), 0);

    well(
        &home,
        SOON,
        &["site", "restart", "shop.example.com", "--yes"],
    );
    well(&home, SOON, &["site", "renew", "shop.example.com", "--yes"]);

    let rename = [
        "site",
        "rename",
        "blog.example.com",
        "notes.example.com",
        "--yes",
    ];
    well(&home, MOVE, &rename);
    assert_eq!(page(&shared, "notes.example.com"), "blog.example.com");
    assert!(
        page(&shared, "blog.example.com").is_empty(),
        "the old name is gone"
    );
    let inventory = sandbox.inventory();
    assert!(
        inventory["stripe"]["subscriptions"]
            .to_string()
            .contains("notes.example.com")
    );

    for domain in ["shop.example.com", "notes.example.com"] {
        well(
            &home,
            SOON,
            &["site", "delete", domain, "--yes", "--name", domain],
        );
    }
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(sandbox.subscriptions(), 0);
    assert_eq!(home.run(&["sites", "--json"]).out.trim(), "[]");
}

#[test]
fn a_server_that_cannot_take_a_site_is_refused_before_anything_is_made() {
    let home = Home::new();
    let sandbox = Sandbox::start(&home, &["--no-hosts"]);
    home.fleet(&sandbox.fleet());
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "x").unwrap();
    let path = folder.display().to_string();
    let deploy = |more: &[&str]| {
        let base = [
            "deploy",
            "shop.example.com",
            &path,
            "--affiliate",
            "harbor",
            "--yes",
        ];
        home.run(&[&base, more].concat())
    };
    let unknown = deploy(&["--on", "nowhere"]);
    assert!(
        unknown.err.contains("no site stands on a server nowhere"),
        "{unknown:?}"
    );
    let both = deploy(&["--on", "nowhere", "--new-server"]);
    assert_eq!(both.code, 2, "{both:?}");
    for (server_type, says) in [
        ("cx99", "no server type cx99"),
        ("cpx32", "sold out in sin"),
    ] {
        let fleet = sandbox.fleet().replace(
            "[hosting]\n",
            &format!("[hosting]\nserver_type = \"{server_type}\"\n"),
        );
        home.fleet(&fleet);
        let refused = deploy(&["--region", "asia-pacific"]);
        assert!(refused.err.contains(says), "{refused:?}");
    }
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("hetzner", "ssh_keys"), 0);
}
