//! A site from a folder to an invoice and back: against a sandbox of the providers with real servers in containers, a real
//! Caddy, real SSH and real DNS.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::support::{Home, PROGRAM};

/// How long a deployment may take here, with an image that may have to be made first.
const DEPLOYMENT: Duration = Duration::from_mins(4);

/// A running `wheelhouse sandbox`.
struct Sandbox {
    child: Child,
    addresses: Value,
}

impl Sandbox {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["sandbox", "--json", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env_clear()
            .envs(home.environment())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let addresses =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, addresses }
    }

    /// The fleet file's sections for it.
    fn fleet(&self) -> String {
        let provider = |name: &str| {
            let text = |field: &str| self.addresses[name][field].as_str().unwrap().to_owned();
            format!(
                "[providers.{name}]\nurl = \"{}\"\ntoken = \"{}\"\n",
                text("url"),
                text("token")
            )
        };
        format!(
            "{}{}{}[hosting]\nprice = \"15.00 USD\"\ncertificates = \"internal\"\ndns = {}\ninstallation = \"yard\"\n\
             [[affiliates]]\nname = \"harbor\"\nregion = \"eu-central\"\nemail = \"harbor@example.com\"\n",
            provider("hetzner"),
            provider("cloudflare"),
            provider("stripe"),
            self.addresses["dns"]
        )
    }

    /// What exists at the providers.
    fn inventory(&self) -> Value {
        let url = format!("{}/inventory", self.addresses["admin"].as_str().unwrap());
        let output = Command::new("curl").args(["-fsS", &url]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// How many of a kind there are.
    fn count(&self, provider: &str, kind: &str) -> usize {
        self.inventory()[provider][kind].as_array().unwrap().len()
    }

    /// Subscriptions that go on.
    fn subscriptions(&self) -> usize {
        let inventory = self.inventory();
        let all = inventory["stripe"]["subscriptions"]
            .as_array()
            .unwrap()
            .clone();
        all.iter().filter(|one| one["status"] != "canceled").count()
    }

    /// Whether its servers are real ones.
    fn has_hosts(&self) -> bool {
        self.inventory()["hosts"]
            .to_string()
            .to_lowercase()
            .contains("real")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Asked, so that it takes its containers away; killed when it does not end.
        let id = self.child.id().to_string();
        drop(Command::new("kill").args(["-TERM", &id]).status());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a visitor gets, over HTTPS, whoever signed the certificate.
fn page(address: &str, domain: &str) -> String {
    let output = Command::new("curl")
        .args(["-sSk", "--max-time", "10", "--resolve"])
        .arg(format!("{domain}:443:{address}"))
        .arg(format!("https://{domain}/"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_site_is_made_changed_taken_back_and_removed() {
    let home = Home::new();
    let sandbox = Sandbox::start(&home, &[]);
    if !sandbox.has_hosts() {
        println!(
            "left out: the sandbox has no Docker to make servers with: {}",
            sandbox.inventory()["hosts"]
        );
        return;
    }
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
