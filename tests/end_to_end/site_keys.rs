//! A site's whole life from the keyboard alone: the form, the plan and its letter, new files, a kept release, the typed name.

use std::fs;
use std::time::Duration;

use crate::support::{DEPLOYMENT, Home, Sandbox, page, seconds, until};

#[test]
fn a_site_lives_and_goes_by_keys() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    home.fleet(&sandbox.fleet());
    let folder = home.at("shop");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "first edition").unwrap();
    let mut pty = home.live();

    pty.keys("7").wait_for("D deploys one");
    pty.keys("D").wait_for("deploy a site");
    pty.keys("shop.example.com<tab>")
        .keys(&folder.display().to_string());
    // The folder's name is offered as soon as its parent was read.
    pty.wait_for("shop/");
    pty.keys("<enter>")
        .wait_within(seconds(20), "$15.00 a month  of which");
    assert_eq!(
        sandbox.count("hetzner", "servers"),
        0,
        "nothing is made before the letter"
    );
    pty.read_plan().keys("d");
    pty.wait_line(DEPLOYMENT, &["shop.example.com", "active"]);
    let site = home.run(&["sites", "shop.example.com", "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    assert_eq!(page(&address, "shop.example.com"), "first edition");

    fs::write(folder.join("index.html"), "second edition").unwrap();
    pty.keys("<enter>").wait_for("one of 1 kept");
    pty.keys("D").wait_for("release to shop.example.com");
    pty.paste(&folder.display().to_string()).wait_for("shop/");
    pty.keys("<enter>").wait_within(seconds(20), "disruptive");
    pty.read_plan().keys("r");
    pty.wait_within(AWHILE, "one of 2 kept");
    assert_eq!(page(&address, "shop.example.com"), "second edition");

    pty.keys("B").wait_for("which release");
    pty.keys("<enter>").wait_within(seconds(20), "disruptive");
    pty.read_plan().keys("r");
    until("the first edition is served again", AWHILE, || {
        (page(&address, "shop.example.com") == "first edition").then_some(())
    });
    pty.keys("5")
        .wait_line(AWHILE, &["deploy", "verified"])
        .wait_gone("◐ release");

    pty.keys("7<esc>K").wait_within(seconds(20), "irreversible");
    pty.read_plan()
        .keys("<tab>shop.example.com<enter>")
        .wait_within(AWHILE, "D deploys one");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(sandbox.subscriptions(), 0);
    assert_eq!(pty.quit(), 0);
}

/// How long a change of a site that stands may take here.
const AWHILE: Duration = Duration::from_mins(1);
