//! A site of `WordPress` with what only it has, on real servers in containers: backed up, damaged and brought back in parts,
//! onto a new server when its own is gone, moved, renamed, and served from the next region by its backup.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::support::{Home, Sandbox, Serve, page, seconds, until};

const BLOG: &str = "blog.example.com";

/// What it is called later: of another length, so that what counts lengths must be counted anew.
const JOURNAL: &str = "the-journal.example.com";

/// How long a run may take, with images of servers and stand-ins that may have to be made first.
const RUN: Duration = Duration::from_mins(10);

/// Runs a command that must end well.
fn well(home: &Home, arguments: &[&str]) {
    let ran = home.run_within(RUN, arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// What a page of a site says, over HTTPS, with more words for the client.
fn fetch(address: &str, domain: &str, path: &str, more: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["-sSkL", "--max-time", "60", "--resolve"])
        .arg(format!("{domain}:443:{address}"))
        .args(more)
        .arg(format!("https://{domain}/{path}"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The site and its sandbox.
struct Yard {
    home: Home,
    sandbox: Sandbox,
}

impl Yard {
    fn address(&self, domain: &str) -> String {
        let site = self.home.run(&["sites", domain, "--json"]).json();
        site["address"].as_str().unwrap().to_owned()
    }

    /// What the site's database answers.
    fn sql(&self, domain: &str, statement: &str) -> String {
        let client = "docker exec \"$(docker ps --filter name=database --format '{{.Names}}')\" sh -c \
            'MYSQL_PWD=\"$MARIADB_PASSWORD\" mariadb --user=\"$MARIADB_USER\" --skip-column-names --batch \
            --execute=\"$0\" \"$MARIADB_DATABASE\"' \"$0\"";
        let address = self.address(domain);
        self.sandbox.on(&address, &["sh", "-c", client, statement])
    }

    fn name(&self, domain: &str) -> String {
        self.sql(
            domain,
            "SELECT option_value FROM wp_options WHERE option_name = 'blogname'",
        )
    }

    fn call_it(&self, domain: &str, name: &str) {
        let statement =
            format!("UPDATE wp_options SET option_value = '{name}' WHERE option_name = 'blogname'");
        self.sql(domain, &statement);
        assert_eq!(self.name(domain), name);
    }

    /// A file of the uploads as visitors get it.
    fn logo(&self, domain: &str) -> String {
        let address = self.address(domain);
        fetch(&address, domain, "wp-content/uploads/logo.txt", &[])
    }

    fn page(&self, domain: &str) -> String {
        page(&self.address(domain), domain)
    }
}

/// The fleet with a place for backups.
fn fleet_of(home: &Home, sandbox: &Sandbox) -> String {
    let backups = home.at("backups");
    let place = format!("[backup]\nfolder = \"{}\"\n", backups.display());
    sandbox.fleet() + &place
}

/// A site that the first visitor has installed, with a theme that says its name.
fn ground() -> Option<Yard> {
    let home = Home::new();
    let sandbox = Sandbox::with_hosts(&home)?;
    home.fleet(&fleet_of(&home, &sandbox));
    let theme = home.at("theme");
    for (path, text) in [
        (
            "wp-content/themes/harbor/style.css",
            "/*\nTheme Name: Harbor\n*/\n",
        ),
        (
            "wp-content/themes/harbor/index.php",
            "<?php echo get_bloginfo('name');",
        ),
        ("wp-content/uploads/logo.txt", "a logo"),
    ] {
        let path = theme.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let theme = theme.display().to_string();
    well(
        &home,
        &["deploy", BLOG, &theme, "--affiliate", "harbor", "--yes"],
    );
    let yard = Yard { home, sandbox };
    let answers = "weblog_title=Harbor&user_name=keeper&admin_password=correct-horse&admin_password2=correct-horse\
                   &pw_weak=on&admin_email=keeper%40blog.example.com&blog_public=0&language=";
    let install = "wp-admin/install.php?step=2";
    let done = fetch(&yard.address(BLOG), BLOG, install, &["--data", answers]);
    assert!(done.contains("keeper"), "{done}");
    yard.sql(
        BLOG,
        "UPDATE wp_options SET option_value = 'harbor' WHERE option_name IN ('template', 'stylesheet')",
    );
    // What plugins keep: addresses in PHP's serialisation, in JSON, and one that only begins like the site's.
    yard.sql(
        BLOG,
        "INSERT INTO wp_options (option_name, option_value, autoload) VALUES \
         ('kept', 'a:2:{s:3:\"url\";s:26:\"https://blog.example.com/a\";i:0;s:4:\"left\";}', 'no'), \
         ('json', '{\"url\":\"https:\\\\/\\\\/blog.example.com\\\\/a\"}', 'no'), \
         ('other', 'https://blog.example.com.au/ and keeper@blog.example.com', 'no')",
    );
    assert_eq!(yard.page(BLOG), "Harbor");
    Some(yard)
}

/// The database is dumped alone, by hand and on its own clock; a dump is brought back by itself, and is taken for no whole
/// backup. It is left as it was found.
fn dumped_by_itself(yard: &Yard) {
    let home = &yard.home;
    let backups = || home.run(&["backup", "list", BLOG, "--json"]).json()[0]["backups"].clone();
    let whole = backups()[0]["id"].clone();
    yard.call_it(BLOG, "Dumped");
    well(home, &["backup", BLOG, "--part", "database"]);
    let dump = backups()[0].clone();
    assert_eq!(
        (&dump["what"], &dump["files"]),
        (&"database".into(), &0.into())
    );
    let id = dump["id"].as_str().unwrap();
    well(home, &["backup", "drill", BLOG, id]);
    let listed = home.run(&["backup", "list", BLOG, "--json"]).json();
    assert_eq!(listed[0]["newest"], listed[0]["backups"][1]["at"]);
    yard.call_it(BLOG, "Since");
    let refused = home.run_within(RUN, &["restore", BLOG, id, "--yes", "--name", BLOG]);
    assert!(refused.err.contains("--part database"), "{refused:?}");
    let planned = home.run_within(RUN, &["restore", BLOG, "--dry-run"]);
    assert!(
        planned.out.contains("the database was dumped since"),
        "{planned:?}"
    );
    let typed = [
        "restore", BLOG, id, "--part", "database", "--yes", "--name", BLOG,
    ];
    well(home, &typed);
    assert_eq!(yard.name(BLOG), "Dumped");

    // The schedule does it where a process stays; what was just dumped is not dumped again.
    let clock = "[[schedules]]\nname = \"dumps\"\ndo = \"databases\"\nevery = \"1m\"\n";
    home.fleet(&(fleet_of(home, &yard.sandbox) + clock));
    let serve = Serve::begun(home);
    until("a dump that nobody asked for", seconds(150), || {
        (backups()[0]["id"] != id).then_some(())
    });
    assert_eq!(serve.end(), 0);
    home.fleet(&fleet_of(home, &yard.sandbox));
    let by: Vec<_> = home.runs().iter().map(|run| run["user"].clone()).collect();
    assert_eq!(by[0], "schedule dumps", "{by:?}");
    assert_eq!(backups()[0]["what"], "database");
    let whole = whole.as_str().unwrap();
    let typed = [
        "restore", BLOG, whole, "--part", "database", "--yes", "--name", BLOG,
    ];
    well(home, &typed);
    assert_eq!(yard.name(BLOG), "Harbor");
}

#[test]
#[ignore = "four minutes and more: tests/places"]
fn a_wordpress_site_is_brought_back_in_parts_and_whole() {
    let Some(yard) = ground() else {
        return;
    };
    let home = &yard.home;
    well(home, &["backup", BLOG]);
    well(home, &["backup", "drill", BLOG]);

    yard.call_it(BLOG, "Sunk");
    yard.sql(BLOG, "CREATE TABLE wp_rubbish (id INT PRIMARY KEY)");
    let overwrite = "v=$(docker volume ls --quiet --filter name=uploads); \
        m=$(docker volume inspect --format '{{.Mountpoint}}' $v); echo spoilt > $m/logo.txt; echo more > $m/more.txt";
    let spoil = || {
        yard.sandbox
            .on(&yard.address(BLOG), &["sh", "-c", overwrite])
    };
    spoil();
    assert_eq!(yard.logo(BLOG), "spoilt");

    let part = |part: &str| {
        let typed = ["restore", BLOG, "--part", part, "--yes", "--name", BLOG];
        well(home, &typed);
    };
    part("database");
    assert_eq!(yard.name(BLOG), "Harbor");
    dumped_by_itself(&yard);
    assert_eq!(yard.sql(BLOG, "SHOW TABLES LIKE 'wp_rubbish'"), "");
    assert_eq!(yard.logo(BLOG), "spoilt", "the files are as they were");
    part("files");
    assert_eq!(yard.logo(BLOG), "a logo");
    yard.call_it(BLOG, "Sunk again");
    part("files");
    assert_eq!(yard.page(BLOG), "Sunk again", "the database is as it was");
    spoil();
    well(home, &["restore", BLOG, "--yes", "--name", BLOG]);
    assert_eq!(
        (yard.page(BLOG).as_str(), yard.logo(BLOG).as_str()),
        ("Harbor", "a logo")
    );

    yard.sandbox.destroy_servers();
    until("the server is gone", seconds(30), || {
        (yard.sandbox.count("hetzner", "servers") == 0).then_some(())
    });
    well(home, &["restore", BLOG, "--yes", "--name", BLOG]);
    assert_eq!(
        (yard.page(BLOG).as_str(), yard.logo(BLOG).as_str()),
        ("Harbor", "a logo")
    );
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);

    well(home, &["delete", BLOG, "--yes", "--name", BLOG]);
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 0);
    assert_eq!(yard.sandbox.subscriptions(), 0);
}

#[test]
#[ignore = "four minutes and more: tests/places"]
fn a_wordpress_site_moves_is_renamed_and_stands_in_for_by_its_backup() {
    let Some(yard) = ground() else {
        return;
    };
    let home = &yard.home;
    let old = yard.address(BLOG);
    let moved = ["site", "move", BLOG, "--region", "us-east", "--yes"];
    well(home, &moved);
    assert_ne!(yard.address(BLOG), old);
    assert_eq!(
        (yard.page(BLOG).as_str(), yard.logo(BLOG).as_str()),
        ("Harbor", "a logo")
    );
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);
    // It takes writes there.
    yard.call_it(BLOG, "Moved");

    well(home, &["site", "rename", BLOG, JOURNAL, "--yes"]);
    assert_eq!(yard.page(JOURNAL), "Moved");
    assert_eq!(yard.logo(JOURNAL), "a logo");
    let option = |name: &str| {
        yard.sql(
            JOURNAL,
            &format!("SELECT option_value FROM wp_options WHERE option_name = '{name}'"),
        )
    };
    assert_eq!(option("siteurl"), format!("https://{JOURNAL}"));
    assert_eq!(option("home"), format!("https://{JOURNAL}"));
    let kept = format!("a:2:{{s:3:\"url\";s:33:\"https://{JOURNAL}/a\";i:0;s:4:\"left\";}}");
    assert_eq!(option("kept"), kept);
    assert!(option("json").contains(JOURNAL), "{}", option("json"));
    assert_eq!(
        option("other"),
        "https://blog.example.com.au/ and keeper@blog.example.com"
    );

    let none = home.run(&["site", "failover", JOURNAL, "--yes"]);
    assert!(none.err.contains("there is no backup"), "{none:?}");
    well(home, &["backup", JOURNAL]);
    yard.call_it(JOURNAL, "Since");
    let rehearsed = ["site", "failover", JOURNAL, "--rehearse", "--yes"];
    well(home, &rehearsed);
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 1);
    assert_eq!(yard.page(JOURNAL), "Since");
    let down = yard.address(JOURNAL);
    yard.sandbox.power(&down, "poweroff");
    until("the server is off", seconds(40), || {
        page(&down, JOURNAL).is_empty().then_some(())
    });
    well(home, &["site", "failover", JOURNAL, "--yes"]);
    assert_eq!(
        (yard.page(JOURNAL).as_str(), yard.logo(JOURNAL).as_str()),
        ("Moved", "a logo")
    );
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 2);

    well(home, &["delete", JOURNAL, "--yes", "--name", JOURNAL]);
    assert_eq!(yard.sandbox.count("hetzner", "servers"), 0);
    assert_eq!(yard.sandbox.count("cloudflare", "dns_records"), 0);
    assert_eq!(yard.sandbox.subscriptions(), 0);
}
