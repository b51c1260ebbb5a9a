//! A site from a folder to an invoice and back: against a sandbox of the providers with real servers in containers, a real
//! Caddy, real SSH and real DNS.

use std::fs;

use super::support::{DEPLOYMENT, Home, Sandbox, page};

#[test]
fn a_site_is_made_changed_taken_back_and_removed() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    home.fleet(&sandbox.fleet());
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "first edition").unwrap();
    let path = folder.display().to_string();

    let deployed = home.run_within(
        DEPLOYMENT,
        &[
            "deploy",
            "shop.example.com",
            &path,
            "--affiliate",
            "harbor",
            "--yes",
        ],
    );
    assert_eq!(deployed.code, 0, "{deployed:?}");
    let site = home.run(&["sites", "shop.example.com", "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    assert!(address.starts_with("127.77."), "{site}");
    assert_eq!(page(&address, "shop.example.com"), "first edition");
    assert_eq!(sandbox.count("hetzner", "servers"), 1);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 1);
    assert_eq!(sandbox.subscriptions(), 1);

    let again = home.run(&[
        "deploy",
        "shop.example.com",
        &path,
        "--affiliate",
        "harbor",
        "--yes",
    ]);
    assert_ne!(again.code, 0, "the domain is taken: {again:?}");

    fs::write(folder.join("index.html"), "second edition").unwrap();
    let released = home.run(&["release", "shop.example.com", &path, "--yes"]);
    assert_eq!(released.code, 0, "{released:?}");
    assert_eq!(page(&address, "shop.example.com"), "second edition");

    let back = home.run(&["rollback", "shop.example.com", "--yes"]);
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(page(&address, "shop.example.com"), "first edition");

    let unnamed = home.run(&["delete", "shop.example.com", "--yes"]);
    assert_ne!(unnamed.code, 0, "a removal wants the name: {unnamed:?}");
    let removed = home.run(&[
        "delete",
        "shop.example.com",
        "--yes",
        "--name",
        "shop.example.com",
    ]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(sandbox.subscriptions(), 0);
    assert_eq!(home.run(&["sites", "--json"]).out.trim(), "[]");
}

#[test]
fn what_is_missing_is_said_before_anything_is_made() {
    let home = Home::new();
    let bare = home.run(&[
        "deploy",
        "shop.example.com",
        ".",
        "--affiliate",
        "harbor",
        "--yes",
    ]);
    assert!(bare.err.contains("[providers.hetzner]"), "{bare:?}");

    let sandbox = Sandbox::start(&home, &["--no-hosts"]);
    home.fleet(&sandbox.fleet());
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "x").unwrap();
    let path = folder.display().to_string();
    let deploy = |domain: &str, affiliate: &str| {
        home.run(&["deploy", domain, &path, "--affiliate", affiliate, "--yes"])
    };
    assert!(
        deploy("shop.example.com", "harbor")
            .err
            .contains("index.html"),
        "nothing to serve"
    );
    fs::write(folder.join("index.html"), "x").unwrap();
    assert!(
        deploy("shop.example.com", "habor")
            .err
            .contains("did you mean harbor?")
    );
    assert!(
        deploy("shop.unknown.example", "harbor")
            .err
            .contains("no zone")
    );
    assert!(
        deploy("../etc", "harbor").code == 2,
        "a domain has a grammar"
    );
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link")).unwrap();
    assert!(deploy("shop.example.com", "harbor").err.contains("link"));
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("hetzner", "ssh_keys"), 0);
}
