//! Two sites on one real server, which becomes larger under them: off, another type, on, and both answer as before, the one
//! in its container too; back again by the way that its plan tells.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use super::support::{Home, Sandbox, page};

const SHOP: &str = "shop.example.com";

const APP: &str = "app.example.com";

/// How long a run may take, with images of servers and stand-ins that may have to be made first.
const RUN: Duration = Duration::from_mins(10);

fn deploy(home: &Home, domain: &str, file: &str, text: &str) {
    let folder = home.at(domain);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(file), text).unwrap();
    let path = folder.display().to_string();
    let arguments = ["deploy", domain, &path, "--affiliate", "harbor", "--yes"];
    let ran = home.run_within(RUN, &arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// The one server: its type, its status and the size of its disk.
fn server(sandbox: &Sandbox) -> (String, String, u64) {
    let inventory = sandbox.inventory();
    let servers = inventory["hetzner"]["servers"].as_array().unwrap();
    let [server] = servers.as_slice() else {
        panic!("{servers:?}")
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&server["server_type"]["name"]),
        text(&server["status"]),
        server["primary_disk_size"].as_u64().unwrap(),
    )
}

fn is(kind: &str) -> (String, String, u64) {
    (kind.to_owned(), "running".to_owned(), 40)
}

/// What the one server costs a month, by the ledger of the books.
fn cost(home: &Home) -> String {
    let nodes = home.run(&["revenue", "--by", "node", "--json"]).json();
    let cost = &nodes[0]["servers"];
    cost.as_str()
        .unwrap_or_else(|| panic!("{nodes}"))
        .to_owned()
}

#[test]
fn a_server_grows_under_its_sites_and_goes_back() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    let exchange = "[hosting]\nexchange = { rate = \"1\", date = 2026-11-20 }\n";
    home.fleet(&sandbox.fleet().replace("[hosting]\n", exchange));
    deploy(&home, SHOP, "index.html", "the shop");
    let program =
        "require('http').createServer((_, out) => out.end('the app')).listen(process.env.PORT);";
    deploy(&home, APP, "server.js", program);
    let site = home.run(&["sites", SHOP, "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    assert_eq!(server(&sandbox), is("cx23"));
    let before = cost(&home);

    let planned = home.run(&["site", "grow", SHOP, "--dry-run"]);
    let planned = format!("{}{}", planned.out, planned.err);
    for words in [
        "cx33 (4 processors, 8.0G of memory) instead of cx23",
        "€2.00 a month more (€4.99 instead of €2.99)",
        APP,
        "its disk stays",
        "change_type cx33, upgrade_disk: false",
        "taken back by: wheelhouse site grow shop.example.com --to cx23",
    ] {
        assert!(planned.contains(words), "{words}: {planned}");
    }
    assert_eq!(server(&sandbox), is("cx23"), "only planned");

    let grown = home.run_within(RUN, &["site", "grow", SHOP, "--yes"]);
    assert_eq!(grown.code, 0, "{grown:?}");
    assert_eq!(server(&sandbox), is("cx33"));
    assert_eq!(page(&address, SHOP), "the shop");
    assert_eq!(page(&address, APP), "the app");
    assert_ne!(cost(&home), before);

    let back = ["site", "grow", APP, "--to", "cx23", "--yes"];
    let back = home.run_within(RUN, &back);
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(server(&sandbox), is("cx23"));
    assert_eq!(page(&address, APP), "the app");
    assert_eq!(cost(&home), before);
}
