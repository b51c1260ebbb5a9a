//! Many runs on sites at once: so many are driven as the fleet file allows, the others wait in their order, are shown to,
//! can be taken back, and are kept waiting by no dead one. Against a sandbox without real servers: a deployment whose turn
//! has come waits for its server's first login.

use std::fs;
use std::io::Read;
use std::process::Child;

use serde_json::Value;

use super::support::{Home, Process, Sandbox, ended, seconds, until};

struct Yard {
    home: Home,
    sandbox: Sandbox,
}

impl Yard {
    /// A fleet that drives one run on a site at a time.
    fn open() -> Self {
        let home = Home::new();
        let sandbox = Sandbox::start(&home, &["--no-hosts"]);
        let fleet = sandbox.fleet();
        home.fleet(&fleet.replace("[hosting]\n", "[hosting]\nat_once = 1\n"));
        let site = home.at("site");
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("index.html"), "x").unwrap();
        Self { home, sandbox }
    }

    /// A deployment in a process of its own.
    fn deploy(&self, name: &str) -> Child {
        let (domain, site) = (
            format!("{name}.example.com"),
            self.home.at("site").display().to_string(),
        );
        let arguments = [
            "deploy",
            &domain,
            &site,
            "--affiliate",
            "harbor",
            "--new-server",
            "--yes",
        ];
        self.home.command(&arguments).spawn().unwrap()
    }

    /// The run on a site of this name, by the journal.
    fn run(&self, name: &str) -> Value {
        let title = format!("deploy {name}.example.com");
        let mut runs = self.home.runs().into_iter();
        runs.find(|run| run["title"] == *title).unwrap_or_default()
    }

    /// Waits until a run waits for its turn, with so many before it.
    fn until_waits(&self, name: &str, before: u64) {
        until(&format!("{name} waits"), seconds(40), || {
            let run = self.run(name);
            (run["state"] == "queued" && run["runs_before"] == before).then_some(())
        });
    }

    fn until_servers(&self, count: usize) {
        until("the servers", seconds(60), || {
            (self.sandbox.count("hetzner", "servers") == count).then_some(())
        });
    }
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn runs_wait_in_their_order_are_taken_back_and_outlive_the_dead() {
    let yard = Yard::open();
    let first = yard.deploy("one");
    yard.until_servers(1);
    let second = yard.deploy("two");
    yard.until_waits("two", 1);
    let mut third = yard.deploy("three");
    yard.until_waits("three", 2);
    let fourth = yard.deploy("four");
    yard.until_waits("four", 3);

    // Everybody sees it: the shell, as words and as JSON, and a console.
    assert_eq!(yard.run("four")["waits"], "waits for 3 runs before it");
    let id = yard.run("four")["id"].as_str().unwrap().to_owned();
    let shown = yard.home.run(&["runs", &id]);
    assert!(
        shown.out.contains("waits for 3 runs before it"),
        "{shown:?}"
    );
    let mut console = yard.home.live();
    console
        .keys("5")
        .wait_line(seconds(20), &["deploy three.example.com", "2 before"]);
    assert_eq!(console.quit(), 0);

    // One that is taken back while it waits has made nothing, and the one behind it moves up.
    Process(third.id()).signal("INT");
    assert_eq!(ended(&mut third, seconds(20), "the third"), 130);
    assert_eq!(yard.run("three")["state"], "cancelled");
    let mut said = String::new();
    third.stderr.unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("waits for 2 runs before it"), "{said}");
    yard.until_waits("four", 2);
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);

    // A dead one that waited is a run that was left: nobody waits for it. A dead one that was driven leaves its turn.
    kill(second);
    yard.until_waits("four", 1);
    assert_eq!(yard.run("two")["state"], "queued");
    kill(first);
    yard.until_servers(2);
    until("the fourth is driven", seconds(20), || {
        (yard.run("four")["state"] == "running").then_some(())
    });

    // A console goes on with what was left, when its turn comes.
    let mut console = yard.home.live();
    console
        .keys("5")
        .wait_line(seconds(30), &["deploy one.example.com", "1 before"]);
    kill(fourth);
    yard.until_servers(2);
    until("the first goes on", seconds(30), || {
        (yard.run("one")["state"] == "running").then_some(())
    });
    yard.until_waits("two", 1);
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 2);
    Process(console.process().0).signal("TERM");
    console.exit_within(seconds(20));
    for run in yard.home.runs() {
        let state = run["state"].as_str().unwrap();
        assert!(["running", "queued", "cancelled"].contains(&state), "{run}");
    }
}

#[test]
fn a_run_that_was_left_is_taken_back_from_its_item() {
    let yard = Yard::open();
    // What is under way for any time at all is told, so that nobody waits here.
    let soon = "[[rule]]\nid = \"run.stuck\"\nwarning = \">= 0\"\n";
    yard.home.write("rules.toml", soon);
    let first = yard.deploy("one");
    yard.until_servers(1);
    until("its record", seconds(60), || {
        (yard.run("one")["state"] == "running").then_some(())
    });
    kill(first);
    let id = yard.run("one")["id"].as_str().unwrap().to_owned();
    let item = format!("run.stuck run/{id}");

    let planned = yard.home.run(&["item", "fix", &item, "--dry-run"]);
    assert_eq!(planned.code, 0, "{planned:?}");
    for words in ["take back deploy one.example.com", "taken back (full)"] {
        assert!(planned.out.contains(words), "{words}: {planned:?}");
    }
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);

    let fixed = yard
        .home
        .run_within(seconds(400), &["item", "fix", &item, "--yes"]);
    assert_eq!(fixed.code, 0, "{fixed:?}");
    assert_eq!(yard.run("one")["state"], "rolled back");
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 0);

    // What is over goes nowhere, and says so.
    let again = yard.home.run(&["runs", "roll-back", &id, "--yes"]);
    assert_ne!(again.code, 0);
    assert!(
        again.err.contains("is over: it is rolled back"),
        "{again:?}"
    );
}
