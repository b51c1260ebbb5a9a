//! What matters, from the first sign to the end: something real is stopped, becomes the first item, is mended by two keys or
//! by the autopilot, is looked at again, and leaves the list by itself.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{ENDS_AT_ONCE, Engine, Home, Sandbox, Serve, page, seconds, until};

/// How long the first start of a container may take, with images of servers and stand-ins that may have to be made first.
const FIRST: Duration = Duration::from_mins(10);

/// A site is visited this often.
const INTERVAL: Duration = seconds(30);

/// How long a fix, its look and the calm after it may take on a busy machine.
const MENDED: Duration = Duration::from_mins(2);

const DOMAIN: &str = "app.example.com";

/// The item of a site whose web server has nothing behind it.
const ITEM: &str = "site.wrong site/app.example.com";

/// The first item of the list, as the shell shows it; null when there is none.
fn first(home: &Home) -> Value {
    home.run(&["top", "--json"]).json()[0].clone()
}

/// The item of the site, wherever it stands; null when there is none. Other containers of this machine may have theirs.
fn about_site(home: &Home) -> Value {
    let all = home.run(&["top", "--json"]).json();
    let mut all = all.as_array().unwrap().iter();
    let found = all.find(|item| item["id"].to_string().contains(DOMAIN));
    found.cloned().unwrap_or_default()
}

/// What became of an item, in words, the oldest first.
fn history(home: &Home, item: &str) -> Vec<String> {
    let shown = home.run(&["item", item, "--json"]).json();
    let rows = shown["history"].as_array().unwrap();
    rows.iter()
        .map(|row| row["what"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits until an item is over again and what became of it is written down: it came up, somebody began a fix, the fix is
/// known to have helped, and it was looked at and is right. What is known in the same moment comes in either order.
fn until_mended(home: &Home, item: &str, raised: &str, by: &str) {
    let wanted = [raised, by];
    let mut said = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < MENDED {
        said = history(home, item);
        let mut left = said.iter();
        let in_order = wanted
            .iter()
            .all(|word| left.any(|line| line.contains(word)));
        let rest: Vec<&String> = left.collect();
        let has = |word: &str| rest.iter().any(|line| line.contains(word));
        if in_order && has("fix closed") && has("was looked at again") {
            return;
        }
        std::thread::sleep(seconds(1));
    }
    panic!("not mended within {MENDED:?}: {said:?}");
}

/// A command on the server that the sandbox has made.
fn there(sandbox: &Sandbox, command: &[&str]) -> String {
    let inventory = sandbox.inventory();
    let name = inventory["hosts"]["detail"].as_str().unwrap();
    let server = &inventory["hetzner"]["servers"][0]["id"];
    let output = Command::new("docker")
        .args(["exec", &format!("{name}-{server}")])
        .args(command)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The policy that lets some fixes run by themselves from the first time on.
fn policy(fixes: &str) -> String {
    format!(
        "[autopilot]\nmode = \"on\"\n[[autopilot.allow]]\nfix = [{fixes}]\nstart = \"0.9\"\ndisruptive = true\n"
    )
}

#[test]
fn a_stopped_site_is_mended_by_two_keys_and_then_by_itself() {
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
    let folder = home.at("app");
    fs::create_dir_all(&folder).unwrap();
    let program =
        "require('http').createServer((_, out) => out.end('here')).listen(process.env.PORT);";
    fs::write(folder.join("server.js"), program).unwrap();
    let path = folder.display().to_string();
    let deploy = ["deploy", DOMAIN, &path, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(FIRST, &deploy);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    let site = home.run(&["sites", DOMAIN, "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    let container = there(&sandbox, &["docker", "ps", "--quiet"]);
    assert_eq!(about_site(&home), Value::Null, "a new site is well");

    // It is seen within two intervals, and stands first, with what it earns in an hour.
    let mut console = home.live();
    there(&sandbox, &["docker", "stop", "--time", "1", &container]);
    let stopped = Instant::now();
    console
        .keys("1")
        .wait_line(INTERVAL * 2 + seconds(5), &[DOMAIN, "502"]);
    println!("seen after {:?}", stopped.elapsed());
    let item = first(&home);
    assert_eq!(
        (&item["id"], &item["quadrant"]),
        (&ITEM.into(), &"Q1".into())
    );
    assert_eq!(item["fix"], "restart site");
    let earned = item["at_risk_per_hour"].as_str().unwrap();
    // 15 dollars a month, in one of its 730 hours.
    assert!(
        earned.starts_with("0.0205") && earned.ends_with("USD"),
        "{earned}"
    );

    let planned = home.run(&["item", "fix", ITEM, "--dry-run"]);
    let planned = format!("{}{}", planned.out, planned.err);
    assert!(planned.contains("restart app.example.com"), "{planned}");

    // The plan, its letter, and it leaves the list when a visit has found it well.
    console.keys("F").wait_within(seconds(20), "disruptive");
    console.read_plan().keys("r");
    console.wait_screen(MENDED, "it has left the list", |screen| {
        !screen.contains("502") && !screen.contains("disruptive")
    });
    assert_eq!(page(&address, DOMAIN), "here");
    until_mended(&home, ITEM, "came up", "fix begun by operator");
    // Several processes have seen it, and it is written down once.
    let told = history(&home, ITEM);
    let begun = told.iter().filter(|line| line.contains("fix begun"));
    assert_eq!(begun.count(), 1, "{told:?}");
    assert_eq!(console.quit(), 0);

    // The same again, and nobody presses a key.
    home.fleet(&(sandbox.fleet() + &policy("\"restart-site\"")));
    let serve = Serve::begun(&home);
    there(&sandbox, &["docker", "stop", "--time", "1", &container]);
    until_mended(&home, ITEM, "came up again", "fix begun by autopilot");
    assert_eq!(page(&address, DOMAIN), "here");
    // The list of another process is as young as what was written down last.
    until("it has left the list", seconds(20), || {
        about_site(&home).is_null().then_some(())
    });
    let run = home.runs()[0].clone();
    assert_eq!(
        (&run["user"], &run["state"]),
        (&"autopilot".into(), &"verified".into())
    );
    assert_eq!(serve.end(), 0);
}

#[test]
fn a_dead_container_is_started_by_itself_and_a_person_is_asked_when_that_does_not_help() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let mut home = Home::new();
    home.docker(&engine.socket);
    let name = engine.run("dies", ENDS_AT_ONCE);
    let only = format!("only = [\"{name}\"]\n");
    let dry = policy("\"start-container\"").replace("\"on\"", "\"dry-run\"");
    home.fleet(&(dry + &only));
    let mut serve = Serve::begun(&home);
    engine.docker(&["kill", &name]);

    // A dry run says what it would do, and does nothing.
    let would = || home.run(&["autopilot", "would", "--json"]).json();
    let decided = |word: &str| {
        let all = would();
        let mut all = all.as_array().unwrap().iter();
        all.any(|one| {
            one["item"].as_str().unwrap().contains("container.dead") && one["decision"] == word
        })
    };
    until("the dry run says that it would", seconds(60), || {
        decided("run").then_some(())
    });
    assert_eq!(engine.state(&name).as_deref(), Some("exited"));
    assert!(home.runs().is_empty(), "nothing was done");

    // The switch is stronger than the policy.
    assert_eq!(home.run(&["autopilot", "stop"]).code, 0);
    home.fleet(&(policy("\"start-container\"") + &only));
    serve.process().signal("HUP");
    serve.wait(seconds(20), "configuration", "done");
    std::thread::sleep(seconds(5));
    assert_eq!(
        engine.state(&name).as_deref(),
        Some("exited"),
        "it is stopped"
    );
    assert!(decided("ask"));

    assert_eq!(home.run(&["autopilot", "start"]).code, 0);
    engine.wait_state(&name, "running");
    until("it is known to have helped", seconds(60), || {
        let all = home.run(&["autopilot", "--json"]).json();
        (all["attempts"][0]["outcome"] == "closed").then_some(())
    });
    let run = home.runs()[0].clone();
    assert_eq!(run["user"], "autopilot");
    let audited = home.audited("autopilot");
    assert_eq!(audited, ["autopilot stopped", "autopilot let go on"]);

    // What dies again and again is not mended by starting it: a person is asked, and nothing more begins by itself.
    engine.docker(&["kill", &name]);
    engine.wait_state(&name, "exited");
    until("it is started again", seconds(100), || {
        (engine.state(&name).as_deref() == Some("running")).then_some(())
    });
    engine.docker(&["kill", &name]);
    let item = until("a person is asked", seconds(60), || {
        let all = home.run(&["top", "--json"]).json();
        let mut all = all.as_array().unwrap().iter();
        let item = all.find(|item| item["id"].to_string().contains("container.loop"));
        item.cloned()
    });
    assert!(item["title"].as_str().unwrap().contains(&name), "{item}");
    assert_eq!(
        (&item["level"], &item["fix"]),
        (&"human".into(), &Value::Null)
    );
    std::thread::sleep(seconds(5));
    assert_eq!(engine.state(&name).as_deref(), Some("exited"), "{item}");
    assert_eq!(serve.end(), 0);
}

#[test]
fn a_name_that_leads_elsewhere_is_set_right_from_its_item() {
    const ELSEWHERE: &str = "site.elsewhere site/app.example.com";
    let home = Home::new();
    let sandbox = Sandbox::start(&home, &[]);
    if !sandbox.has_hosts() {
        println!("left out: the sandbox has no Docker to make servers with");
        return;
    }
    home.fleet(&sandbox.fleet());
    let folder = home.at("app");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "here").unwrap();
    let path = folder.display().to_string();
    let deploy = ["deploy", DOMAIN, &path, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(FIRST, &deploy);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    let address = sandbox.record(DOMAIN)["content"].clone();

    // Nothing listens there, so that the look at it ends at once.
    sandbox.lead(DOMAIN, "127.0.0.9");
    let serve = Serve::begun(&home);
    until("it is told", MENDED * 2, || {
        (about_site(&home)["id"] == ELSEWHERE).then_some(())
    });
    let item = about_site(&home);
    assert_eq!(item["fix"], "re-resolve", "{item}");
    let planned = home.run(&["item", "fix", ELSEWHERE, "--dry-run"]);
    assert!(
        planned.out.contains("only the record of this deployment"),
        "{planned:?}"
    );

    let fixed = home.run_within(MENDED, &["item", "fix", ELSEWHERE, "--yes"]);
    assert_eq!(fixed.code, 0, "{fixed:?}");
    assert_eq!(sandbox.record(DOMAIN)["content"], address);
    until("it has left the list", MENDED, || {
        about_site(&home).is_null().then_some(())
    });
    assert_eq!(serve.end(), 0);
}
