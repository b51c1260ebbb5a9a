//! Several at one site, and deployments that are killed or told to end: one winner, the others told by whom and since when,
//! and nothing twice. Against a sandbox without real servers: the deployment waits for its server's first login.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Home, Process, Ran, Sandbox, seconds, until};

const DOMAIN: &str = "shop.example.com";

/// How many press at once.
const OPERATORS: usize = 8;

struct Yard {
    home: Home,
    sandbox: Sandbox,
}

impl Yard {
    fn open() -> Self {
        let home = Home::new();
        let sandbox = Sandbox::start(&home, &["--no-hosts"]);
        home.fleet(&sandbox.fleet());
        let site = home.at("site");
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("index.html"), "x").unwrap();
        Self { home, sandbox }
    }

    fn arguments(&self) -> Vec<String> {
        let site = self.home.at("site").display().to_string();
        ["deploy", DOMAIN, &site, "--affiliate", "harbor", "--yes"]
            .map(str::to_owned)
            .to_vec()
    }

    /// A deployment in a process of its own.
    fn spawn(&self) -> Child {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.home.command(&arguments).spawn().unwrap()
    }

    fn deploy(&self) -> Ran {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.home.run(&arguments)
    }

    /// Waits until a deployment has made its server.
    fn until_server(&self) {
        until("the server", seconds(30), || {
            (self.sandbox.count("hetzner", "servers") > 0).then_some(())
        });
    }

    fn state(&self) -> String {
        let runs = self.home.runs();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs[0]["state"].as_str().unwrap().to_owned()
    }
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn of_many_operators_at_one_site_one_wins_and_the_others_are_told_by_whom() {
    let yard = Yard::open();
    let begun = Instant::now();
    let mut waiting: Vec<Child> = (0..OPERATORS).map(|_| yard.spawn()).collect();
    let mut told = Vec::new();
    until("all but one are told", seconds(40), || {
        waiting.retain_mut(|child| {
            let Some(status) = child.try_wait().unwrap() else {
                return true;
            };
            assert_eq!(status.code(), Some(5), "refused");
            told.push(begun.elapsed());
            false
        });
        (waiting.len() <= 1).then_some(())
    });
    assert_eq!((waiting.len(), told.len()), (1, OPERATORS - 1));
    println!(
        "{OPERATORS} processes at once on one site: the losers were told after {:?} to {:?}",
        told[0],
        told[told.len() - 1]
    );

    yard.until_server();
    let asked = Instant::now();
    let late = yard.deploy();
    println!("one that comes later is told after {:?}", asked.elapsed());
    assert_eq!(late.code, 5, "{late:?}");
    for words in [
        "is held by operator (shell)",
        " since 2",
        "wait for it or cancel it",
    ] {
        assert!(late.err.contains(words), "{words}: {late:?}");
    }
    assert_eq!(yard.state(), "running");
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);
    kill(waiting.remove(0));
}

#[test]
fn a_killed_deployment_holds_no_command_up_and_a_console_goes_on_with_it() {
    let yard = Yard::open();
    let deploying = yard.spawn();
    yard.until_server();
    kill(deploying);
    let asked = Instant::now();
    let sites = yard.home.run(&["sites", "--json"]);
    assert_eq!((sites.code, sites.out.trim()), (0, "[]"), "{sites:?}");
    let took = asked.elapsed();
    assert!(
        took < seconds(8),
        "a list begins nothing and waits for nothing: {took:?}"
    );
    assert_eq!(yard.state(), "running", "it is still there for who stays");
    let again = yard.deploy();
    assert_eq!(again.code, 5, "{again:?}");
    assert!(again.err.contains("its process has ended"), "{again:?}");

    // A console takes it over; told to end in the middle it lets go in time, and the next one has it again.
    for _ in 0..2 {
        let mut console = yard.home.live();
        console
            .keys("5")
            .wait_line(seconds(20), &["deploy", DOMAIN, "/13"]);
        // It shows the run from the books before it has it.
        until("the console has it", seconds(30), || {
            let again = yard.deploy();
            again.err.contains("wait for it or cancel it").then_some(())
        });
        let asked = Instant::now();
        console.process().signal("TERM");
        // What is under way has ten seconds, and who closes after it two.
        console.exit_within(seconds(20));
        println!(
            "told to end in the middle, it ended after {:?}",
            asked.elapsed()
        );
        assert_eq!(yard.state(), "running");
        assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);
    }
    assert_eq!(yard.sandbox.count("hetzner", "ssh_keys"), 1);
}

#[test]
fn a_run_that_is_left_while_a_console_looks_on_is_taken_over_by_it() {
    let yard = Yard::open();
    let mut console = yard.home.live();
    let deploying = yard.spawn();
    yard.until_server();
    kill(deploying);
    until("the console has it", seconds(30), || {
        let again = yard.deploy();
        again.err.contains("wait for it or cancel it").then_some(())
    });
    console
        .keys("5")
        .wait_line(seconds(5), &["deploy", DOMAIN, "/13"]);
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);
}

#[test]
fn a_deployment_that_is_told_to_end_is_taken_back_before_it_does() {
    let yard = Yard::open();
    let slow = json!({ "faults": [{
        "provider": "hetzner", "method": "POST", "path": "/servers", "kind": "slow", "milliseconds": 2_000,
    }]});
    yard.sandbox.fail(&slow);
    let mut deploying = yard.spawn();
    until("the call is out", seconds(20), || {
        yard.sandbox.met_a_fault().then_some(())
    });
    let asked = Instant::now();
    Process(deploying.id()).signal("TERM");
    let status = until("its end", seconds(30), || deploying.try_wait().unwrap());
    assert!(
        asked.elapsed() < Duration::from_secs(20),
        "{:?}",
        asked.elapsed()
    );
    assert!(!status.success(), "{status}");
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 0);
    assert_eq!(yard.sandbox.subscriptions(), 0);
    assert_eq!(yard.state(), "rolled back");
}
