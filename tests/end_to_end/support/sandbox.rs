//! A sandbox of the providers, as a program of its own, with what a visitor sees of its sites.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{Home, PROGRAM};

/// How long a deployment may take here, with an image that may have to be made first.
pub const DEPLOYMENT: Duration = Duration::from_mins(4);

/// A running `wheelhouse sandbox`.
pub struct Sandbox {
    child: Child,
    addresses: Value,
}

impl Sandbox {
    /// Starts one with these arguments, on a free port.
    pub fn start(home: &Home, arguments: &[&str]) -> Self {
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

    /// Starts one that makes real servers; `None`, having said so, where there is no Docker to make them with.
    pub fn with_hosts(home: &Home) -> Option<Self> {
        let sandbox = Self::start(home, &[]);
        if !sandbox.has_hosts() {
            println!(
                "left out: the sandbox has no Docker to make servers with: {}",
                sandbox.inventory()["hosts"]
            );
            return None;
        }
        Some(sandbox)
    }

    /// The fleet file's sections for it. Nothing is backed up, tried or renewed by itself: tests say when.
    pub fn fleet(&self) -> String {
        let off = |work: &str| {
            format!("[[schedules]]\nname = \"{work}\"\ndo = \"{work}\"\nenabled = false\n")
        };
        let off = [
            "backups",
            "databases",
            "drill",
            "certificates",
            "deployments",
        ]
        .map(off)
        .concat();
        self.fleet_with_schedules() + &off
    }

    /// The same, with all that is done by itself.
    pub fn fleet_with_schedules(&self) -> String {
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
    pub fn inventory(&self) -> Value {
        let url = format!("{}/inventory", self.addresses["admin"].as_str().unwrap());
        let output = Command::new("curl").args(["-fsS", &url]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// From now on calls go wrong as these rules say.
    pub fn fail(&self, faults: &Value) {
        let url = format!("{}/faults", self.addresses["admin"].as_str().unwrap());
        let mut curl = Command::new("curl");
        curl.args(["-fsS", "-o", "/dev/null", "-d", &faults.to_string(), &url]);
        assert!(curl.status().unwrap().success(), "{faults}");
    }

    /// Whether any of them was met.
    pub fn met_a_fault(&self) -> bool {
        let url = format!("{}/faults", self.addresses["admin"].as_str().unwrap());
        let output = Command::new("curl").args(["-fsS", &url]).output().unwrap();
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rules = shown["faults"].as_array().unwrap();
        rules.iter().any(|rule| rule["met"] != 0)
    }

    /// How many of a kind there are.
    pub fn count(&self, provider: &str, kind: &str) -> usize {
        self.inventory()[provider][kind].as_array().unwrap().len()
    }

    /// Subscriptions that go on.
    pub fn subscriptions(&self) -> usize {
        let inventory = self.inventory();
        let all = inventory["stripe"]["subscriptions"]
            .as_array()
            .unwrap()
            .clone();
        all.iter().filter(|one| one["status"] != "canceled").count()
    }

    /// The server with this address, by its id.
    fn server(&self, address: &str) -> String {
        let inventory = self.inventory();
        let servers = inventory["hetzner"]["servers"].as_array().unwrap();
        let found = servers
            .iter()
            .find(|server| server["public_net"]["ipv4"]["ip"] == address);
        found.unwrap()["id"].to_string()
    }

    /// What a command prints on the server with this address.
    pub fn on(&self, address: &str, command: &[&str]) -> String {
        let inventory = self.inventory();
        let name = inventory["hosts"]["detail"].as_str().unwrap().to_owned();
        let output = Command::new("docker")
            .args(["exec", &format!("{name}-{}", self.server(address))])
            .args(command)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Turns a server off or on at the provider: `poweroff`, `poweron`.
    pub fn power(&self, address: &str, action: &str) {
        let text = |field: &str| {
            self.addresses["hetzner"][field]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let token = format!("Authorization: Bearer {}", text("token"));
        let server = self.server(address);
        let url = format!("{}/servers/{server}/actions/{action}", text("url"));
        let output = Command::new("curl")
            .args(["-fsS", "-X", "POST", "-H", &token, &url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Has the address record of a name lead elsewhere, as somebody may at the provider's console.
    pub fn lead(&self, name: &str, address: &str) {
        let text = |field: &str| {
            self.addresses["cloudflare"][field]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let token = format!("Authorization: Bearer {}", text("token"));
        let record = self.record(name);
        let inventory = self.inventory();
        let zones = inventory["cloudflare"]["zones"].as_array().unwrap();
        let zone = zones
            .iter()
            .find(|zone| zone["name"] == record["zone_name"]);
        let (zone, id) = (zone.unwrap()["id"].as_str(), record["id"].as_str());
        let url = format!(
            "{}/zones/{}/dns_records/{}",
            text("url"),
            zone.unwrap(),
            id.unwrap()
        );
        let body = serde_json::json!({ "content": address }).to_string();
        let output = Command::new("curl")
            .args(["-fsS", "-X", "PATCH", "-H", &token])
            .args(["-H", "Content-Type: application/json", "-d", &body, &url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// The record of a name.
    pub fn record(&self, name: &str) -> Value {
        let inventory = self.inventory();
        let records = inventory["cloudflare"]["dns_records"].as_array().unwrap();
        let found = records.iter().find(|record| record["name"] == name);
        found.unwrap().clone()
    }

    /// Deletes every server through the provider's API, as an operator may at its console.
    pub fn destroy_servers(&self) {
        let text = |field: &str| {
            self.addresses["hetzner"][field]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let token = format!("Authorization: Bearer {}", text("token"));
        let inventory = self.inventory();
        for server in inventory["hetzner"]["servers"].as_array().unwrap() {
            let url = format!("{}/servers/{}", text("url"), server["id"]);
            let output = Command::new("curl")
                .args(["-fsS", "-X", "DELETE", "-H", &token, &url])
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
        }
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
pub fn page(address: &str, domain: &str) -> String {
    let output = Command::new("curl")
        .args(["-sSk", "--max-time", "10", "--resolve"])
        .arg(format!("{domain}:443:{address}"))
        .arg(format!("https://{domain}/"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
