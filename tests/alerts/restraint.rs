//! Channels that hold back: in quiet hours, and beyond their rate. What the receivers got is counted.

use std::time::Duration;

use crate::ground::Ground;

/// A webhook and a topic, each with something of its own.
fn ground(of_chat: &str, of_phone: &str) -> Ground {
    Ground::with(|of| {
        format!(
            "[providers.hetzner]\nurl = \"{}\"\ntoken = \"{}\"\nexpires = 2026-01-31\n\
             [[alerts]]\nname = \"chat\"\nkind = \"discord\"\nurl = \"{}\"\nlevel = \"notice\"\n\
             wait = \"0s\"\n{of_chat}\
             [[alerts]]\nname = \"phone\"\nkind = \"ntfy\"\nurl = \"{}\"\ntoken = \"{}\"\nlevel = \"notice\"\n\
             wait = \"0s\"\n{of_phone}",
            of("/hetzner/url"),
            of("/hetzner/token"),
            of("/discord/url"),
            of("/ntfy/url"),
            of("/ntfy/token"),
        )
    })
}

fn note(ground: &Ground, key: &str) {
    let text = format!("{key} is slow");
    let words = ["note", "--system", "uptime", "--key", key, &text];
    let (said, well) = ground.said(&words);
    assert!(well, "{said}");
}

/// Longer than a message takes that is due.
const A_WHILE: Duration = Duration::from_secs(4);

#[test]
fn in_quiet_hours_only_what_is_excepted_is_told() {
    let ground = ground("", "quiet = \"00:00-24:00\"\nquiet_except = \"critical\"\n");
    let _serve = ground.serve();
    note(&ground, "shop");
    ground.until("the one without hours tells both", |ground| {
        ground.came("discord").len() == 2
    });
    ground.until("what is critical is told", |ground| {
        !ground.came("ntfy").is_empty()
    });
    std::thread::sleep(A_WHILE);
    let phone = ground.came("ntfy");
    assert_eq!(phone.len(), 1, "{phone:#?}");
    let title = phone[0]["title"].to_string();
    assert!(title.contains("Hetzner: API token has ended"), "{title}");
}

#[test]
fn beyond_its_rate_a_channel_waits() {
    let ground = ground("rate = \"2/h\"\n", "");
    let _serve = ground.serve();
    for key in ["shop", "blog", "mail"] {
        note(&ground, key);
    }
    ground.until("the one with room tells all four", |ground| {
        ground.came("ntfy").len() == 4
    });
    ground.until("the other as many as it may", |ground| {
        ground.came("discord").len() == 2
    });
    std::thread::sleep(A_WHILE);
    assert_eq!(ground.came("discord").len(), 2);
    assert_eq!(ground.came("ntfy").len(), 4, "and nothing twice");
}
