//! What is wrong is said before anything is made: tokens, zones, domains, archives. One table, over the command line.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::support::{Home, Ran, Sandbox};

/// Writes a hostile archive to each of the names on its command line; what Python's own library takes no offence at.
const ARCHIVES: &str = r#"
import sys, zipfile, pathlib
out = pathlib.Path(sys.argv[1])
def archive(name, entries, kind=zipfile.ZIP_STORED):
    with zipfile.ZipFile(out / name, "w", kind) as file:
        file.writestr("index.html", "x")
        for entry, content in entries:
            file.writestr(entry, content)
def link(name, target):
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry, target
import warnings; warnings.simplefilter("ignore")
archive("slip.zip", [("../../escaped.txt", "x")])
archive("absolute.zip", [("/tmp/escaped.txt", "x")])
archive("windows.zip", [("C:\\escaped.txt", "x")])
archive("backslash.zip", [("..\\escaped.txt", "x")])
archive("link.zip", [link("link", "/etc/passwd")])
archive("twice.zip", [("a.txt", "x"), ("a.txt", "y")])
archive("case.zip", [("A.txt", "x"), ("a.txt", "y")])
archive("many.zip", [(f"{n}.txt", "") for n in range(20_001)])
archive("bomb.zip", [("zeros", b"\0" * 50_000_000)], zipfile.ZIP_DEFLATED)
(out / "text.zip").write_text("this is no archive")
(out / "empty.zip").write_bytes(b"")
whole = (out / "slip.zip").read_bytes()
(out / "cut.zip").write_bytes(whole[:len(whole) // 2])
"#;

struct Desk {
    home: Home,
    sandbox: Sandbox,
    fleet: String,
}

impl Desk {
    fn open() -> Self {
        let home = Home::new();
        let sandbox = Sandbox::start(&home, &["--no-hosts"]);
        let fleet = sandbox.fleet();
        home.fleet(&fleet);
        let site = home.at("site");
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("index.html"), "x").unwrap();
        Self {
            home,
            sandbox,
            fleet,
        }
    }

    fn deploy(&self, domain: &str, files: &Path) -> Ran {
        let path = files.display().to_string();
        self.home
            .run(&["deploy", domain, &path, "--affiliate", "harbor", "--yes"])
    }

    /// Deploys what is well in itself; only what was changed before is wrong.
    fn try_it(&self) -> Ran {
        self.deploy("shop.example.com", &self.home.at("site"))
    }

    /// The line with a provider's token in the fleet file.
    fn token_line(&self, provider: &str) -> &str {
        let section = self.fleet.split(&format!("[providers.{provider}]")).nth(1);
        let mut lines = section.unwrap().lines();
        lines.find(|line| line.starts_with("token")).unwrap()
    }

    /// That it was refused in these words, and that the providers have nothing.
    #[track_caller]
    fn refused(&self, case: &str, ran: &Ran, words: &str) {
        assert_ne!(ran.code, 0, "{case}: {ran:?}");
        assert!(ran.err.contains(words), "{case}: {words:?} in {ran:?}");
        assert!(!ran.err.contains("panicked"), "{case}: {ran:?}");
        let inventory = self.sandbox.inventory();
        for (provider, kind) in [
            ("hetzner", "servers"),
            ("hetzner", "ssh_keys"),
            ("cloudflare", "dns_records"),
            ("stripe", "customers"),
            ("stripe", "products"),
            ("stripe", "subscriptions"),
        ] {
            let objects = inventory[provider][kind].as_array().unwrap();
            assert!(objects.is_empty(), "{case}: {kind} {objects:?}");
        }
    }
}

const PROVIDERS: [&str; 3] = ["hetzner", "cloudflare", "stripe"];

#[test]
fn tokens_that_are_missing_or_wrong_or_may_not_write_are_told_before_anything_is_made() {
    let desk = Desk::open();
    for provider in PROVIDERS {
        let line = desk.token_line(provider);
        let token = line.split('"').nth(1).unwrap();
        let absent = desk.home.at("no-such-file").display().to_string();
        let wrong = "x".repeat(token.len());
        let reader = format!("token = \"readonly-{token}\"");
        let cases = [
            (
                "variable",
                "token_env = \"NO_SUCH_TOKEN\"".to_owned(),
                "NO_SUCH_TOKEN",
            ),
            ("file", format!("token_file = \"{absent}\""), "no-such-file"),
            (
                "wrong",
                format!("token = \"{wrong}\""),
                "does not accept the token",
            ),
            (
                "reader",
                reader,
                match provider {
                    "hetzner" => "lets this token only read",
                    _ => "forbids it",
                },
            ),
        ];
        for (name, given, words) in cases {
            desk.home.fleet(&desk.fleet.replace(line, &given));
            let ran = desk.try_it();
            let case = format!("{provider}, {name}");
            desk.refused(&case, &ran, words);
            assert!(!ran.err.contains(token), "{case}: the token is not shown");
            assert!(
                ran.err.to_lowercase().contains(provider),
                "{case}: whose token it is: {ran:?}"
            );
        }
        // The section is not there at all.
        let gone = desk
            .fleet
            .replace(&format!("[providers.{provider}]"), "[ignored]");
        desk.home.fleet(&gone);
        let ran = desk.try_it();
        desk.refused(provider, &ran, &format!("[providers.{provider}]"));
    }
}

#[test]
fn a_domain_that_cannot_be_served_is_refused_before_anything_is_made() {
    let desk = Desk::open();
    let site = desk.home.at("site");
    let long = format!("{}.example.com", "a".repeat(64));
    for (domain, words) in [
        (
            "shop.unknown.test",
            "no zone of the Cloudflare account holds",
        ),
        ("example", "domain"),
        ("-shop.example.com", "-"),
        ("shop..example.com", "domain"),
        ("shop.example.com;id", "domain"),
        ("$(id).example.com", "domain"),
        ("../../etc/passwd", "domain"),
        ("shop example.com", "domain"),
        ("shop.example.com/", "domain"),
        ("shop.example.com:443", "domain"),
        ("127.0.0.1", "domain"),
        ("\u{202e}shop.example.com", "domain"),
        (long.as_str(), "domain"),
    ] {
        desk.refused(domain, &desk.deploy(domain, &site), words);
    }
    // Two alphabets in one name: it is said in the plan, and nothing is done without a yes.
    let path = site.display().to_string();
    let look_alike = "sh\u{43e}p.example.com";
    let ran = desk
        .home
        .run(&["deploy", look_alike, &path, "--affiliate", "harbor"]);
    assert!(format!("{ran:?}").contains("mixes Latin and"), "{ran:?}");
    desk.refused(look_alike, &ran, "");
}

#[test]
fn a_hostile_archive_is_refused_whole_and_nothing_of_it_stays() {
    let desk = Desk::open();
    let folder = desk.home.at("archives");
    fs::create_dir_all(&folder).unwrap();
    let mut python = Command::new("python3");
    python.args(["-c", ARCHIVES]).arg(&folder);
    if !python.status().is_ok_and(|status| status.success()) {
        println!("left out: python3, which writes the hostile archives, is not installed");
        return;
    }
    for (name, words) in [
        ("slip.zip", ".."),
        ("absolute.zip", "/tmp/escaped.txt"),
        ("windows.zip", "escaped.txt"),
        ("backslash.zip", "escaped.txt"),
        ("link.zip", "link"),
        ("twice.zip", "a.txt"),
        ("case.zip", "a.txt"),
        ("many.zip", "20000"),
        ("bomb.zip", "zeros"),
        ("text.zip", "zip"),
        ("empty.zip", "zip"),
        ("cut.zip", "zip"),
        ("absent.zip", "absent.zip"),
    ] {
        let ran = desk.deploy("shop.example.com", &folder.join(name));
        desk.refused(name, &ran, words);
    }
    for place in ["/tmp/escaped.txt", "escaped.txt", "state/escaped.txt"] {
        let path = desk.home.at("").join(place);
        assert!(!path.exists(), "{}", path.display());
    }
    let releases = desk.home.state().join("releases");
    let left: Vec<_> = fs::read_dir(&releases)
        .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
        .unwrap_or_default();
    assert!(left.is_empty(), "nothing half unpacked: {left:?}");
    assert!(desk.home.runs().is_empty(), "no run was begun");
}
