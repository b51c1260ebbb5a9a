//! What is read, what is refused where, and what is in force.

use vocab::Span;

use crate::fleet::tests::parsed;

const HOSTING: &str = "[hosting]\nprice = \"15 USD\"\nserver_cost = \"10 USD\"\naffiliate_share = 20\n\
    [hosting.fee]\npercent = 2.9\nfixed = \"0.30 USD\"\n[backup]\nfolder = \"/srv/backups\"\n";

/// The schedules in force, each in a line.
fn in_force(text: &str) -> Vec<String> {
    let (fleet, report) = parsed(text);
    assert_eq!(report, "");
    let all = fleet.schedules_in_force().into_iter();
    all.map(|schedule| {
        format!(
            "{}: {}, {}",
            schedule.name,
            schedule.work.words(),
            schedule.rule
        )
    })
    .collect()
}

#[test]
fn without_a_word_what_hosting_needs_is_done() {
    assert!(in_force("").is_empty());
    assert_eq!(
        in_force(HOSTING),
        [
            "backups: back up the sites that are due, every 1h",
            "certificates: renew certificates that end within 30 days, every 7d",
            "databases: dump the databases of sites, every 1d",
            "deployments: look whether servers serve what the books say, every 5m",
            "drill: try the backup unproven for longest, every 1h",
            "health: visit sites, and judge servers and regions by that, every 30s",
            "sweep: look for orphans at the providers, every 15m",
        ]
    );
}

#[test]
fn what_is_declared_stands_in_its_place_or_beside_it() {
    let declared = r#"
[[nodes]]
name = "web-1"
reach = "ssh"
ssh = "web-1"
[[schedules]]
name = "nightly"
do = "backups"
cron = "0 3 * * *"
timezone = "Europe/Berlin"
jitter = "10m"
missed = "skip"
[[schedules]]
name = "sweep"
do = "sweep"
enabled = false
[[schedules]]
name = "packages"
do = "command"
every = "1d"
nodes = ["web-1"]
command = ["apt-get", "update"]
[[schedules]]
name = "dumps"
do = "databases"
every = "6h"
[[schedules]]
name = "images"
do = "prune-images"
cron = "30 4 * * sun"
"#;
    assert_eq!(
        in_force(&format!("{HOSTING}{declared}")),
        [
            "certificates: renew certificates that end within 30 days, every 7d",
            "deployments: look whether servers serve what the books say, every 5m",
            "drill: try the backup unproven for longest, every 1h",
            "dumps: dump the databases of sites, every 6h",
            "health: visit sites, and judge servers and regions by that, every 30s",
            "images: remove unused images on every node, Sun at 04:30 UTC",
            "nightly: back up the sites that are due, daily at 03:00 Europe/Berlin within 10m",
            "packages: run apt-get update on web-1, every 1d",
        ]
    );
    let (fleet, _) = parsed(declared);
    let nightly = fleet.schedules[0].rule.clone().unwrap();
    assert_eq!(
        (nightly.jitter, nightly.missed),
        (Span::minutes(10), schedule::Missed::Skip)
    );
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    for (fields, line, word) in [
        ("do = \"backups\"", "schedules[0]", "says no time"),
        (
            "do = \"backup\"\nevery = \"1d\"",
            "schedules[0].do",
            "did you mean \"backups\"?",
        ),
        ("every = \"1d\"", "schedules[0].do", "missing"),
        (
            "do = \"sweep\"\nevery = \"1s\"",
            "schedules[0].every",
            "must be from 1m to 366d",
        ),
        (
            "do = \"sweep\"\ncron = \"0 3 * *\"",
            "schedules[0].cron",
            "five fields",
        ),
        (
            "do = \"sweep\"\ncron = \"0 3 * * *\"\ntimezone = \"Mars\"",
            "schedules[0].timezone",
            "no such time zone",
        ),
        (
            "do = \"sweep\"\nevery = \"1d\"\ntimezone = \"UTC\"",
            "schedules[0].timezone",
            "belongs to cron",
        ),
        (
            "do = \"sweep\"\nevery = \"1d\"\ncron = \"0 3 * * *\"",
            "schedules[0].cron",
            "keep one",
        ),
        (
            "do = \"command\"\nevery = \"1d\"\nnodes = [\"web-9\"]\ncommand = [\"true\"]",
            "schedules[0].nodes",
            "no node is called \"web-9\"",
        ),
        (
            "do = \"command\"\nevery = \"1d\"\ncommand = \"true\"",
            "schedules[0].command",
            "a list of texts",
        ),
        (
            "do = \"sweep\"\nevery = \"1d\"\ncommand = [\"true\"]",
            "schedules[0].command",
            "belongs to do = \"command\"",
        ),
    ] {
        let (fleet, report) = parsed(&format!("[[schedules]]\nname = \"one\"\n{fields}\n"));
        assert!(
            report.contains(line) && report.contains(word),
            "{fields}: {report}"
        );
        assert!(fleet.schedules.is_empty(), "{fields}");
    }
    let (_, report) = parsed("[[schedules]]\nname = \"sweep\"\ndo = \"drill\"\nevery = \"1d\"\n");
    assert!(report.contains("is kept for do = \"sweep\""), "{report}");
    let (_, report) = parsed("[[schedules]]\nname = \"health\"\ndo = \"drill\"\nevery = \"1d\"\n");
    assert!(report.contains("is kept for the visits"), "{report}");
}
