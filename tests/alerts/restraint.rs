//! Channels that hold back: in quiet hours, and beyond their rate. What the receivers got is counted.

use std::time::Duration;

use serde_json::{Value, json};
use vocab::{Span, Time};

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
fn what_stays_wrong_is_told_again_after_the_interval_and_its_end_once() {
    let ground = ground("", "repeat = \"1m\"\n");
    let of_shop = |ground: &Ground, channel: &str, kind: &str| -> Vec<Value> {
        let fits = |one: &Value| {
            one["channel"] == channel
                && one["kind"] == kind
                && one["incident"].to_string().contains("shop")
        };
        ground.log().into_iter().filter(fits).collect()
    };
    let sent = |ground: &Ground, channel: &str, kind: &str| {
        let all = of_shop(ground, channel, kind);
        all.iter().filter(|one| one["state"] == "sent").count()
    };
    let serve = ground.serve();
    note(&ground, "shop");
    ground.until("both are told", |ground| {
        sent(ground, "phone", "opened") == 1 && sent(ground, "chat", "opened") == 1
    });
    // The repeat meets a receiver that refuses it at first, and comes through at the second attempt.
    let fault = json!({"faults": [{"provider": "ntfy", "kind": "status", "status": 503}]});
    ground.admin("POST", "/faults", &fault);
    ground.until("it is told again", |ground| {
        sent(ground, "phone", "repeated") == 1
    });
    let log = ground.log();
    let repeated = log.iter().filter(|one| one["kind"] == "repeated");
    let mut attempts: Vec<i64> = repeated
        .filter_map(|one| one["attempts"].as_i64())
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 2], "of both incidents: {log:#?}");
    // Who takes over counts from what was told, and does not begin anew.
    drop(serve);
    let _serve = ground.serve();
    ground.until("and once more", |ground| {
        sent(ground, "phone", "repeated") == 2
    });
    let moment = |one: &Value| {
        let text = one["at"].as_str().expect("a moment");
        Time::parse(text).expect("a moment")
    };
    let opened = of_shop(&ground, "phone", "opened").remove(0);
    let mut told = of_shop(&ground, "phone", "repeated");
    told.push(opened);
    told.sort_by_key(|one| moment(one));
    for pair in told.windows(2) {
        let apart = moment(&pair[1]).since(moment(&pair[0]));
        // Never sooner; how much later is the machine's affair.
        let due = Span::minutes(1)..Span::minutes(3);
        assert!(due.contains(&apart), "{apart}: {told:#?}");
    }
    let titles = ground.came("ntfy");
    let still = titles
        .iter()
        .filter(|one| one["title"].to_string().contains("still notice after"));
    assert_eq!(still.count(), 2, "{titles:#?}");

    let (said, well) = ground.said(&["note", "done", "uptime shop"]);
    assert!(well, "{said}");
    ground.until("both hear its end", |ground| {
        sent(ground, "phone", "recovered") == 1 && sent(ground, "chat", "recovered") == 1
    });
    std::thread::sleep(A_WHILE);
    assert_eq!(sent(&ground, "phone", "opened"), 1);
    assert_eq!(of_shop(&ground, "phone", "repeated").len(), 2);
    assert_eq!(of_shop(&ground, "chat", "repeated").len(), 0, "none wanted");
    assert_eq!(of_shop(&ground, "chat", "opened").len(), 1);
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
