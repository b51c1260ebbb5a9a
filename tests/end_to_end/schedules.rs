//! What is done by itself: `serve` without a terminal, one executor at a time, a backup that nobody asked for.

use std::fs;
use std::time::Instant;

use serde_json::Value;

use super::support::{DEPLOYMENT, Home, Sandbox, Serve, seconds, until};

const DOMAIN: &str = "shop.example.com";

/// A command on this machine that is begun only when it is asked for.
const RARE: &str = "[[schedules]]\nname = \"rare\"\ndo = \"command\"\nevery = \"30d\"\nnodes = [\"here\"]\n\
    command = [\"true\"]\n";

fn schedule(home: &Home, name: &str) -> Value {
    let all = home.run(&["schedules", "--json"]).json();
    let mut all = all.as_array().unwrap().iter();
    all.find(|one| one["name"] == name).unwrap().clone()
}

#[test]
fn there_is_one_serve_and_the_next_takes_over_when_it_is_killed() {
    let home = Home::new();
    home.fleet(RARE);
    let first = Serve::begun(&home);
    let second = home.run(&["serve"]);
    assert_eq!(second.code, 5, "{second:?}");
    let pid = format!("serve (pid {})", first.process().0);
    assert!(second.err.contains(&pid), "{second:?}");
    // A console beside it says so, and runs nothing by itself.
    let mut console = home.live();
    console.wait_for(&format!("serve (pid {},", first.process().0));
    let asked = home.run(&["schedules", "run", "rare"]);
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(asked.err.contains(&format!("asked {pid}")), "{asked:?}");
    assert!(asked.out.contains("done"), "{asked:?}");
    let run = &home.runs()[0];
    assert_eq!(
        (&run["user"], &run["state"]),
        (&"schedule rare".into(), &"done".into())
    );
    assert_eq!(home.audited("schedule rare"), ["turn asked"]);

    let killed = Instant::now();
    first.process().signal("KILL");
    let mut third = Serve::start(&home);
    third.wait(seconds(10), "serve", "begun");
    assert!(killed.elapsed() < seconds(10), "{:?}", killed.elapsed());
    console.wait_for(&format!("serve (pid {},", third.process().0));
    assert_eq!(third.end(), 0, "told to end, it ends well");
    console.wait_gone("serve (pid");
    let listed = home.run(&["schedules"]);
    assert!(listed.err.contains("a console (pid"), "{listed:?}");
    assert_eq!(console.quit(), 0);
    let nobody = home.run(&["schedules"]);
    assert!(nobody.err.contains("wheelhouse serve"), "{nobody:?}");
    // Then it is begun where it is asked for.
    let here = home.run(&["schedules", "run", "rare"]);
    assert_eq!(here.code, 0, "{here:?}");
    assert!(here.err.contains("begun here"), "{here:?}");
}

#[test]
fn operators_pause_and_a_reload_is_followed() {
    let home = Home::new();
    home.fleet(RARE);
    let mut serve = Serve::begun(&home);
    assert_eq!(
        home.run(&["schedules", "pause", "rare", "--until", "2h"])
            .code,
        0
    );
    assert_eq!(schedule(&home, "rare")["state"], "paused");
    assert_eq!(home.run(&["schedules", "resume", "rare"]).code, 0);
    assert_eq!(schedule(&home, "rare")["state"], "waiting");
    assert_eq!(
        home.run(&["schedules", "resume", "rare"]).code,
        2,
        "it is not paused"
    );
    assert_eq!(
        home.run(&["schedules", "run", "rear"]).code,
        3,
        "there is none"
    );
    let verbs = home.audited("schedule rare");
    assert_eq!(verbs, ["paused", "resumed"]);

    let often = "[[schedules]]\nname = \"often\"\ndo = \"command\"\nevery = \"1m\"\nnodes = [\"here\"]\ncommand = [\"false\"]\n";
    home.fleet(&format!("{RARE}{often}"));
    serve.process().signal("HUP");
    serve.wait(seconds(20), "configuration", "done");
    until("the new one is known", seconds(20), || {
        let all = home.run(&["schedules", "--json"]).json();
        let met = all[0]["name"] == "often" && !all[0]["next"].is_null();
        met.then_some(())
    });
    // A whole interval after it is known, by itself; it fails, and says so.
    serve.wait(seconds(90), "often", "failed");
    let often = schedule(&home, "often");
    assert_eq!(
        (&often["state"], &often["last"]["result"]),
        (&"failed".into(), &"failed".into())
    );
    assert_eq!(serve.end(), 0);
    let read_only = home.run(&["serve", "--read-only"]);
    assert_eq!(read_only.code, 5, "{read_only:?}");
}

#[test]
fn a_backup_is_made_without_a_console_and_finished_after_a_signal() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    let backups = home.at("backups");
    let place = format!("[backup]\nfolder = \"{}\"\n", backups.display());
    home.fleet(&(sandbox.fleet() + &place));
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    // Not to be packed: long enough to be met in the middle.
    let noise: Vec<u8> = (0..16_u64 << 17)
        .flat_map(|number| {
            let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed.rotate_left(29).to_le_bytes()
        })
        .collect();
    fs::write(folder.join("noise.bin"), noise).unwrap();
    fs::write(folder.join("index.html"), "first edition").unwrap();
    let path = folder.display().to_string();
    let deploy = ["deploy", DOMAIN, &path, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(DEPLOYMENT, &deploy);
    assert_eq!(deployed.code, 0, "{deployed:?}");

    // Backups are switched on, and nobody asks for one.
    let usual = sandbox.fleet_with_schedules();
    let drills = "[[schedules]]\nname = \"drill\"\ndo = \"drill\"\nevery = \"1m\"\n";
    home.fleet(&(usual + &place + drills));
    let mut serve = Serve::begun(&home);
    serve.wait(seconds(90), "backups", "begun");
    until("the backup is under way", seconds(30), || {
        let runs = home.runs();
        let met = runs[0]["user"] == "schedule backups" && runs[0]["state"] == "running";
        met.then_some(())
    });
    assert_eq!(serve.end(), 0, "in the middle of a run");
    let run = home.runs()[0].clone();
    assert_eq!(run["user"], "schedule backups");

    let again = Serve::begun(&home);
    until("the backup is whole", seconds(180), || {
        let all = home.run(&["backup", "list", DOMAIN, "--json"]).json();
        (!all[0]["backups"].as_array().unwrap().is_empty()).then_some(())
    });
    until("its run is over", seconds(30), || {
        let runs = home.runs();
        let met = runs.iter().find(|known| known["id"] == run["id"]);
        met.is_some_and(|run| run["state"] == "verified")
            .then_some(())
    });
    until("what is unproven is tried", seconds(120), || {
        let all = home.run(&["backup", "list", DOMAIN, "--json"]).json();
        (!all[0]["backups"][0]["verified"].is_null()).then_some(())
    });
    assert_eq!(again.end(), 0);
}

/// The visits to sites are a schedule that shows what they came to: round after round, and at once when one is asked for.
fn health_is_shown_and_steered(home: &Home) {
    let begun = || {
        schedule(home, "health")["last"]["begun"]
            .as_str()
            .map(str::to_owned)
    };
    let first = until("a round is over", seconds(30), begun);
    let health = schedule(home, "health");
    assert_eq!(
        (&health["when"], &health["last"]["words"]),
        (
            &"every 30s".into(),
            &"eu-central 1 of 1 sites answer".into()
        )
    );
    assert!(health["next"].is_string(), "{health}");
    let next = until("the next round is over by itself", seconds(90), || {
        begun().filter(|next| *next != first)
    });
    let asked = home.run_within(seconds(100), &["schedules", "run", "health"]);
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(asked.out.contains("1 of 1 sites answer"), "{asked:?}");
    assert!(begun() > Some(next));
    let paused = home.run(&["schedules", "pause", "health"]);
    assert_eq!(paused.code, 2, "{paused:?}");
    assert!(paused.err.contains("cannot be paused"), "{paused:?}");
}

#[test]
fn a_server_that_serves_something_else_is_found_and_told() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    let look = "[[schedules]]\nname = \"look\"\ndo = \"deployments\"\nevery = \"30d\"\n";
    home.fleet(&sandbox.fleet().replace(
        "[[schedules]]\nname = \"deployments\"\ndo = \"deployments\"\nenabled = false\n",
        look,
    ));
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "first edition").unwrap();
    let path = folder.display().to_string();
    let deploy = ["deploy", DOMAIN, &path, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(DEPLOYMENT, &deploy);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    let site = home.run(&["sites", DOMAIN, "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    let serve = Serve::begun(&home);
    health_is_shown_and_steered(&home);
    let looked = home.run(&["schedules", "run", "look"]);
    assert!(looked.out.contains("1 site looked at"), "{looked:?}");
    let told = || {
        let items = home.run(&["top", "--all", "--json"]).json();
        let mut items = items.as_array().unwrap().clone();
        items.retain(|item| item["id"] == format!("site.other-release site/{DOMAIN}"));
        items
    };
    assert!(told().is_empty(), "{:?}", told());

    // Somebody had another hand in it.
    let link = format!("/srv/sites/{DOMAIN}/current");
    let before = sandbox.on(&address, &["readlink", &link]);
    assert!(before.starts_with("releases/"), "{before}");
    let releases = format!("/srv/sites/{DOMAIN}/releases");
    let (from, to) = (
        format!("/srv/sites/{DOMAIN}/{before}"),
        format!("{releases}/elsewhere"),
    );
    sandbox.on(&address, &["cp", "-a", &from, &to]);
    sandbox.on(&address, &["ln", "-sfn", "releases/elsewhere", &link]);
    assert_eq!(home.run(&["schedules", "run", "look"]).code, 0);
    until("it is told", seconds(30), || {
        let met = told().pop()?;
        let title = met["title"].as_str().unwrap().to_owned();
        title.contains("elsewhere instead of").then_some(())
    });
    sandbox.on(&address, &["ln", "-sfn", &before, &link]);
    assert_eq!(home.run(&["schedules", "run", "look"]).code, 0);
    until("and that it is over", seconds(30), || {
        told().is_empty().then_some(())
    });
    assert_eq!(serve.end(), 0);
}
