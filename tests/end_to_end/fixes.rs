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
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
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
    let home = Home::watching(&engine);
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
fn a_name_that_leads_elsewhere_and_a_server_that_is_off_are_seen_to_from_their_items() {
    const ELSEWHERE: &str = "site.elsewhere site/app.example.com";
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
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

    // Its server is switched off: that is what is told, and the site goes on in the next region by the keys on that.
    let old = address.as_str().unwrap();
    sandbox.power(old, "poweroff");
    let mut console = home.live();
    console
        .keys("1/server<enter>")
        .wait_line(MENDED, &["server", "is down", "off"]);
    console.keys("<enter>").wait_for("failover app.example.com");
    console.keys("F").wait_within(seconds(20), "disruptive");
    console.read_plan().keys("f").wait_gone("disruptive");
    let new = until("the name leads elsewhere", MENDED, || {
        let record = sandbox.record(DOMAIN)["content"].clone();
        (record != address).then_some(record)
    });
    until("it answers there", MENDED, || {
        (page(new.as_str().unwrap(), DOMAIN) == "here").then_some(())
    });
    console.wait_within(MENDED, "was looked at again, and is right");
    let run = home.runs()[0].clone();
    assert_eq!(
        (&run["user"], &run["state"]),
        (&"operator".into(), &"verified".into())
    );
    until("nothing of it is on the list", MENDED, || {
        about_site(&home).is_null().then_some(())
    });
    assert_eq!(console.quit(), 0);
    assert_eq!(serve.end(), 0);
}

/// A script that is well from its start on, until somebody takes the sign of it away. Docker looks by a shell.
const WELL: &str = "/bin/busybox ln -s busybox /bin/sh; echo > /well; trap 'exit 0' TERM; \
                    while :; do /bin/busybox sleep 0.1; done";

/// Looks every second whether it is well.
const CHECKED: [&str; 6] = [
    "--health-cmd",
    "/bin/busybox test -e /well",
    "--health-interval",
    "1s",
    "--health-retries",
    "1",
];

/// Takes the sign away by which a container is well.
fn sicken(engine: &Engine, name: &str) {
    engine.docker(&["exec", name, "/bin/busybox", "rm", "/well"]);
}

/// The item of a container, wherever it stands; null when there is none.
fn about_container(home: &Home, title: &str) -> Value {
    let all = home.run(&["top", "--all", "--json"]).json();
    let mut all = all.as_array().unwrap().iter();
    let found = all.find(|item| item["title"].as_str().unwrap().contains(title));
    found.cloned().unwrap_or_default()
}

/// What the autopilot would do about a container's item, and why.
fn decision(home: &Home, title: &str) -> Option<(String, String)> {
    let all = home.run(&["autopilot", "would", "--json"]).json();
    let mut all = all.as_array().unwrap().iter();
    let found = all.find(|one| one["title"].as_str().unwrap().contains(title))?;
    let word = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    Some((word("decision"), word("why")))
}

#[test]
fn an_item_is_mended_from_its_own_page() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let home = Home::watching(&engine);
    let name = engine.run_with("sick", WELL, &CHECKED);
    let mut console = home.live();
    sicken(&engine, &name);
    let title = format!("{name} is unhealthy");
    console
        .keys("1/")
        .keys(&name)
        .keys("<enter>")
        .wait_line(seconds(40), &[&title]);
    console.keys("<enter>").wait_for("F shows its plan");
    console.keys("F").wait_within(seconds(20), "disruptive");
    console.read_plan().keys("r");
    console.wait_within(MENDED, "was looked at again, and is right");
    assert_eq!(
        engine.inspect(&name, "{{.State.Health.Status}}").as_deref(),
        Some("healthy")
    );
    let run = home.runs()[0].clone();
    assert_eq!(
        (&run["user"], &run["state"]),
        (&"operator".into(), &"verified".into())
    );
    // The list of another process is as young as what was written down last.
    until("it has left the list", seconds(20), || {
        about_container(&home, &title).is_null().then_some(())
    });
    assert_eq!(console.quit(), 0);
}

#[test]
fn what_fails_three_times_by_itself_asks_a_person() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let home = Home::watching(&engine);
    // What it is started with is gone: it cannot be started, however often that is tried.
    let needed = home.at("needed");
    fs::write(&needed, "here").unwrap();
    let mount = format!("type=bind,source={},target=/needed", needed.display());
    let name = engine.run_with("broken", ENDS_AT_ONCE, &["--mount", &mount]);
    let other = engine.run("sound", ENDS_AT_ONCE);
    let only = format!("only = [\"{name}\", \"{other}\"]\n");
    home.fleet(&(policy("\"start-container\"") + &only));
    let serve = Serve::begun(&home);
    fs::remove_file(&needed).unwrap();
    engine.docker(&["kill", &name]);

    // A minute lies between two tries, and each is looked at before the next.
    let tried = || {
        let all = home.run(&["autopilot", "--json"]).json();
        let all = all["attempts"].as_array().unwrap().clone();
        let failed = all.iter().filter(|one| one["outcome"] == "still wrong");
        (all.len(), failed.count())
    };
    until("it was tried three times", Duration::from_mins(6), || {
        (tried() == (3, 3)).then_some(())
    });
    let item = about_container(&home, &name);
    assert_eq!(item["level"], "human", "{item}");
    let detail = item["detail"].as_str().unwrap();
    assert!(detail.contains("the autopilot tried 3 times"), "{detail}");
    let (word, why) = decision(&home, &name).unwrap();
    assert_eq!(word, "ask", "{why}");

    // What the same line of the policy allows is asked for from now on, though it would help.
    engine.docker(&["kill", &other]);
    let (word, why) = until("the other one is an item", seconds(60), || {
        decision(&home, &other)
    });
    assert_eq!(word, "ask", "{why}");
    assert!(why.contains("failed 3 times within 24h"), "{why}");
    std::thread::sleep(seconds(5));
    assert_eq!(engine.state(&other).as_deref(), Some("exited"));
    assert_eq!(tried(), (3, 3), "nothing more is tried");

    // To let it go on forgives the failures, and the record still says that it does not help; trust has it tried again.
    assert_eq!(home.run(&["autopilot", "start"]).code, 0);
    let why = until("the record is what is left", seconds(20), || {
        let (_, why) = decision(&home, &other)?;
        why.contains("closed 0 of 3 times").then_some(why)
    });
    assert!(why.contains("trusted 0.20 of the"), "{why}");
    assert_eq!(home.run(&["autopilot", "trust", "nothing"]).code, 3);
    let fix = "start-container";
    assert_eq!(
        home.run(&["autopilot", "trust", fix, "--withdraw"]).code,
        2,
        "it is not trusted"
    );
    let id = about_container(&home, &other)["id"].clone();
    let trusted = home.run(&["autopilot", "trust", id.as_str().unwrap()]);
    assert_eq!(trusted.code, 0, "{trusted:?}");
    engine.wait_state(&other, "running");
    until("it is known to have helped", seconds(60), || {
        let all = home.run(&["autopilot", "--json"]).json();
        (all["attempts"][0]["outcome"] == "closed").then_some(())
    });
    let standing = home.run(&["autopilot", "--json"]).json();
    let trust = &standing["trusted"][0];
    assert_eq!(
        (&trust["what"], &trust["by"], &trust["failed_since"]),
        (&id, &"operator".into(), &0.into())
    );
    assert_eq!(
        home.audited("autopilot"),
        ["autopilot let go on", "trusted"]
    );
    let (word, why) = decision(&home, &name).unwrap();
    assert_eq!(word, "ask", "trust in one is not in another: {why}");
    assert_eq!(serve.end(), 0);
}

#[test]
fn what_runs_by_itself_is_stopped_in_its_middle_and_taken_back() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let home = Home::watching(&engine);
    let name = engine.run("dies", ENDS_AT_ONCE);
    let only = format!("only = [\"{name}\"]\n");
    home.fleet(&(policy("\"start-container\"") + &only));
    // Who stays is who runs it: the console itself, with its keys.
    let mut console = home.live();
    engine.docker(&["kill", &name]);
    let state = |wanted: &str| {
        let runs = home.runs();
        let newest = runs.first()?;
        let by_itself = newest["user"] == "autopilot" && newest["state"] == wanted;
        by_itself.then_some(())
    };

    // In its grace it is stopped by a key of the console, and is as if it had never been.
    until("it is about to be started", seconds(60), || {
        state("waiting")
    });
    console.keys("<ctrl-x>");
    until("it is taken back", seconds(10), || state("cancelled"));
    std::thread::sleep(seconds(8));
    assert_eq!(engine.state(&name).as_deref(), Some("exited"));
    assert_eq!(home.run(&["autopilot", "--json"]).json()["mode"], "on");

    // The same from a shell, in another process.
    assert_eq!(home.run(&["autopilot", "start"]).code, 0);
    until("it is about to be started again", seconds(100), || {
        state("waiting")
    });
    assert_eq!(home.run(&["autopilot", "stop"]).code, 0);
    until("it is taken back again", seconds(10), || state("cancelled"));
    assert_eq!(engine.state(&name).as_deref(), Some("exited"));

    // What it did is undone by the key that undoes what a person did.
    assert_eq!(home.run(&["autopilot", "start"]).code, 0);
    engine.wait_state(&name, "running");
    until("it is known to have helped", seconds(60), || {
        let all = home.run(&["autopilot", "--json"]).json();
        (all["attempts"][0]["outcome"] == "closed").then_some(())
    });
    assert_eq!(home.run(&["autopilot", "stop"]).code, 0);
    console.keys("0u").wait_within(seconds(20), "disruptive");
    console.read_plan().keys("s");
    engine.wait_state(&name, "exited");
    let undone = until("the stop is verified", seconds(20), || {
        let run = home.runs()[0].clone();
        (run["state"] == "verified").then_some(run)
    });
    assert_eq!(undone["user"], "operator", "{undone}");
    assert_eq!(console.quit(), 0);
}

#[test]
fn what_runs_by_itself_begins_no_further_step_once_it_is_stopped() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let home = Home::watching(&engine);
    // It does not end when it is asked to: its restart takes the ten seconds that Docker waits.
    let slow = WELL.replace("'exit 0'", "''");
    let name = engine.run_with("slow", &slow, &CHECKED);
    home.fleet(&(policy("\"restart-container\"") + &format!("only = [\"{name}\"]\n")));
    let serve = Serve::begun(&home);
    let started = engine.started(&name);
    sicken(&engine, &name);
    let newest = || home.runs().first().cloned();
    until("it is in its middle", seconds(60), || {
        newest().filter(|run| run["user"] == "autopilot" && run["state"] == "running")
    });
    assert_eq!(home.run(&["autopilot", "stop"]).code, 0);
    assert_eq!(engine.started(&name), started, "it was still in its middle");
    // What Docker was asked for is seen to its end; what comes after it is not begun.
    let run = until("it is stopped", seconds(30), || {
        newest().filter(|run| run["state"] != "running" && run["state"] != "cancelling")
    });
    assert_eq!(run["state"], "cancelled", "{run}");
    assert_ne!(engine.started(&name), started);
    let id = run["id"].as_str().unwrap();
    let whole = home.run(&["runs", id, "--json"]).json();
    let steps = whole["objects"][0]["steps"].as_array().unwrap().clone();
    let states: Vec<&str> = steps
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["done", "skipped"], "{whole}");
    assert_eq!(serve.end(), 0);
}
