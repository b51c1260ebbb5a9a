//! Backups of a site on a real server of the sandbox: made, killed in the middle, tried, damaged, and brought back after the
//! server is gone.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::support::{DEPLOYMENT, Home, Sandbox, page, seconds, until};

const DOMAIN: &str = "shop.example.com";

/// How long a run may take here, where nothing is optimised.
const RUN: Duration = Duration::from_mins(2);

/// How long a run that was killed may take to come to its end in another process.
const RESUMED: Duration = Duration::from_mins(3);

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn ends_with(path: &Path, word: &str) -> bool {
    path.file_name().is_some_and(|name| name == word)
}

/// The backups of the site by the books.
fn listed(home: &Home) -> Vec<Value> {
    let all = home.run(&["backup", "list", DOMAIN, "--json"]).json();
    all[0]["backups"].as_array().unwrap().clone()
}

fn address(home: &Home) -> String {
    let site = home.run(&["sites", DOMAIN, "--json"]).json();
    site["address"].as_str().unwrap().to_owned()
}

/// Begins a command, kills it as soon as `when` is so, and has a console go on with its run to its end.
fn killed(home: &Home, arguments: &[&str], when: impl FnMut() -> bool) {
    let mut when = when;
    let mut child = home.command(arguments).spawn().unwrap();
    until("the moment to be killed at", seconds(90), || {
        let met = when();
        if let Some(status) = child.try_wait().unwrap() {
            let mut said = String::new();
            let mut stderr = child.stderr.take().unwrap();
            stderr.read_to_string(&mut said).unwrap();
            panic!("it ended before, with {status}: {said}");
        }
        met.then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(home.runs()[0]["state"], "running", "left in the middle");
    let mut console = home.live();
    until("the end of what was killed", RESUMED, || {
        (home.runs()[0]["state"] == "verified").then_some(())
    });
    assert_eq!(console.quit(), 0);
}

/// A site that is deployed, changed and taken back, with a place for backups; `None` where there is no Docker.
fn ground() -> Option<(Home, Sandbox)> {
    let home = Home::new();
    let sandbox = Sandbox::with_hosts(&home)?;
    let backups = home.at("backups");
    let place = format!("[backup]\nfolder = \"{}\"\n", backups.display());
    home.fleet(&(sandbox.fleet() + &place));
    let folder = home.at("site");
    fs::create_dir_all(folder.join("pictures")).unwrap();
    // Not to be packed: long enough to be met in the middle.
    let noise: Vec<u8> = (0..16_u64 << 17)
        .flat_map(|number| {
            number
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(29)
                .to_le_bytes()
        })
        .collect();
    fs::write(folder.join("pictures/noise.bin"), noise).unwrap();
    fs::write(folder.join("index.html"), "first edition").unwrap();
    let path = folder.display().to_string();
    let deploy = ["deploy", DOMAIN, &path, "--affiliate", "harbor", "--yes"];
    let deployed = home.run_within(DEPLOYMENT, &deploy);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    fs::write(folder.join("index.html"), "second edition").unwrap();
    let released = home.run_within(DEPLOYMENT, &["release", DOMAIN, &path, "--yes"]);
    assert_eq!(released.code, 0, "{released:?}");
    let back = home.run(&["rollback", DOMAIN, "--yes"]);
    assert_eq!(back.code, 0, "{back:?}");
    Some((home, sandbox))
}

#[test]
fn a_site_outlives_its_server_and_the_program() {
    let Some((home, sandbox)) = ground() else {
        return;
    };
    let backups = home.at("backups");

    // Killed while the files are under way: half of a backup is none, and the run is finished by whoever comes next.
    let half = || {
        let met = files(&backups);
        met.iter().any(|path| ends_with(path, "files.part"))
    };
    killed(&home, &["backup", DOMAIN], half);
    let made = listed(&home);
    assert_eq!(made.len(), 1, "{made:?}");
    let found = files(&backups);
    assert_eq!(found.len(), 3, "two parts and a manifest: {found:?}");
    assert_eq!(made[0]["verified"], Value::Null);
    let key = fs::metadata(home.state().join("backup.key")).unwrap();
    assert_eq!(key.len(), 32);

    let drilled = home.run_within(RUN, &["backup", "drill", DOMAIN]);
    assert_eq!(drilled.code, 0, "{drilled:?}");
    assert!(listed(&home)[0]["verified"].is_string());
    let looked = home.at("look");
    let to = looked.display().to_string();
    let laid = home.run_within(RUN, &["restore", DOMAIN, "--to", &to]);
    assert_eq!(laid.code, 0, "{laid:?}");
    let release = made[0]["release"].as_str().unwrap();
    let page_there = fs::read_to_string(looked.join(release).join("index.html"));
    assert_eq!(page_there.unwrap(), "first edition");

    // A second one, damaged where it lies: the drill finds it, and the restore does not touch the site.
    let second = home.run_within(RUN, &["backup", DOMAIN]);
    assert_eq!(second.code, 0, "{second:?}");
    let newest = listed(&home)[0]["id"].as_str().unwrap().to_owned();
    let damaged = files(&backups)
        .into_iter()
        .find(|path| ends_with(path, "files") && path.to_string_lossy().contains(&newest))
        .unwrap();
    let mut bytes = fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let drilled = home.run_within(RUN, &["backup", "drill", DOMAIN]);
    assert_eq!(drilled.code, 1, "{drilled:?}");
    assert!(drilled.err.contains("damaged"), "{drilled:?}");

    // The server is gone: a new one is made, and the domain, the customer and the subscription stay.
    let before = sandbox.inventory();
    sandbox.destroy_servers();
    until("the server is gone", seconds(30), || {
        (sandbox.count("hetzner", "servers") == 0).then_some(())
    });
    let files_alone = home.run(&["restore", DOMAIN, "--part", "files", "--yes"]);
    assert!(files_alone.err.contains("is gone"), "{files_alone:?}");
    let damaged = home.run_within(RUN, &["restore", DOMAIN, "--yes"]);
    assert_eq!(damaged.code, 1, "{damaged:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0, "nothing was made");
    let oldest = made[0]["id"].as_str().unwrap();
    let half_made = || sandbox.count("hetzner", "servers") == 1;
    killed(&home, &["restore", DOMAIN, oldest, "--yes"], half_made);
    assert_eq!(page(&address(&home), DOMAIN), "first edition");
    let after = sandbox.inventory();
    assert_eq!(sandbox.count("hetzner", "servers"), 1);
    for kept in ["customers", "subscriptions"] {
        assert_eq!(before["stripe"][kept], after["stripe"][kept], "{kept}");
    }
    let record = |inventory: &Value| inventory["cloudflare"]["dns_records"][0]["id"].clone();
    assert_eq!(record(&before), record(&after));
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 1);

    // All that is made afterwards is as on the first server.
    let third = home.run_within(RUN, &["backup", DOMAIN]);
    assert_eq!(third.code, 0, "{third:?}");
    let removed = home.run(&["delete", DOMAIN, "--yes", "--name", DOMAIN]);
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(sandbox.count("hetzner", "servers"), 0);
    assert_eq!(sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(sandbox.subscriptions(), 0);
    // Of a day the last one stays, and beside it the one that was proven.
    let left: Vec<Value> = listed(&home)
        .iter()
        .map(|one| one["kept"].clone())
        .collect();
    assert_eq!(left.len(), 2, "backups outlive their site: {left:?}");
    assert_eq!(left[1], serde_json::json!(["proven"]));
}

#[test]
fn what_is_missing_for_a_backup_is_said() {
    let home = Home::new();
    let sandbox = Sandbox::start(&home, &["--no-hosts"]);
    home.fleet(&sandbox.fleet());
    let nowhere = home.run_within(RUN, &["restore", DOMAIN, "--yes"]);
    assert!(nowhere.err.contains("[backup]"), "{nowhere:?}");
    let place = format!("[backup]\nfolder = \"{}\"\n", home.at("b").display());
    home.fleet(&(sandbox.fleet() + &place));
    let nothing = home.run_within(RUN, &["restore", DOMAIN, "--yes"]);
    assert!(nothing.err.contains("there is no backup of"), "{nothing:?}");
    let unknown = home.run_within(RUN, &["backup", DOMAIN]);
    assert!(unknown.err.contains("there is no site"), "{unknown:?}");
    assert_eq!(home.run(&["backup"]).code, 2, "which site");
    assert_eq!(home.run(&["restore", DOMAIN, "--part", "mail"]).code, 2);
    let all = home.run(&["backup", "--all"]);
    assert_eq!(all.code, 0, "no sites, nothing to do: {all:?}");
}
