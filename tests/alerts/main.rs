//! Alerts end to end: the program with a fleet file, against the sandbox's webhook, topics, text messages and mail server.

#![expect(clippy::expect_used, reason = "a test ends where its ground gives way")]

mod ground;
mod mail;
mod restraint;
mod tokens;

use serde_json::{Value, json};

use ground::Ground;

const RECEIVERS: [&str; 4] = ["discord", "ntfy", "twilio", "mail"];

#[test]
fn every_channel_delivers_its_test_and_says_what_came_back() {
    let ground = Ground::new();
    let (text, well) = ground.said(&["alerts", "test", "--json"]);
    assert!(well, "{text}");
    let tested: Value = serde_json::from_str(&text).expect("JSON");
    for one in tested.as_array().expect("a list") {
        assert_eq!(one["state"], "sent", "{one}");
    }
    for receiver in RECEIVERS {
        assert_eq!(ground.came(receiver).len(), 1, "{receiver}");
    }
    let chat = &ground.came("discord")[0];
    assert_eq!(chat["allowed_mentions"], json!({"parse": []}));
    assert_eq!(ground.came("twilio")[0]["to"], "+15005550009");
    let mail = ground.came("mail")[0]["data"].to_string();
    for part in [
        "Subject: [aurora] test of mail",
        "Message-ID: <",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let (text, _) = ground.said(&["alerts", "--json"]);
    let channels: Value = serde_json::from_str(&text).expect("JSON");
    for channel in channels.as_array().expect("a list") {
        assert_eq!(channel["state"], "fine", "{channel}");
    }
    let (text, well) = ground.said(&["alerts", "test", "fone"]);
    assert!(!well, "{text}");
    let (text, _) = ground.said(&["doctor"]);
    for name in ["chat", "phone", "sms", "mail"] {
        assert!(text.contains(&format!("alert channel {name}")), "{text}");
    }
    for secret in [
        "/discord/url",
        "/ntfy/token",
        "/twilio/token",
        "/smtp/password",
    ] {
        let secret = ground.addresses.pointer(secret).and_then(Value::as_str);
        let secret = secret
            .and_then(|text| text.rsplit('/').next())
            .expect("a secret");
        let all = ground.said(&["alerts", "log"]).0 + &text;
        assert!(!all.contains(secret), "a secret is shown");
        let store = ground.folder.path().join("state/wheelhouse/history.sqlite");
        let kept = std::fs::read(store).expect("the store");
        let found = kept
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "a secret is kept");
    }
}

#[test]
fn an_incident_is_told_by_all_whatever_fails_at_first_and_so_is_its_end() {
    let ground = Ground::new();
    let faults = json!({"faults": [
        {"provider": "discord", "method": "POST", "kind": "status", "status": 429},
        {"provider": "ntfy", "kind": "cut"},
        {"provider": "twilio", "method": "POST", "kind": "cut"},
        {"provider": "mail", "kind": "status", "status": 503},
    ]});
    ground.admin("POST", "/faults", &faults);
    let _serve = ground.serve();
    let note = [
        "note",
        "--system",
        "uptime",
        "--key",
        "shop",
        "shop is slow",
    ];
    let (text, well) = ground.said(&note);
    assert!(well, "{text}");
    let all_sent = |kind: &str, ground: &Ground| {
        let log = ground.log();
        let sent = log
            .iter()
            .filter(|one| one["kind"] == kind && one["state"] == "sent");
        sent.count() == RECEIVERS.len()
    };
    ground.until("all are told", |ground| all_sent("opened", ground));
    for one in ground.log() {
        assert_eq!(one["attempts"], 2, "{one}");
    }
    assert_eq!(ground.came("discord").len(), 1);
    assert_eq!(
        ground.came("twilio").len(),
        1,
        "the account's list was asked first"
    );
    let phone = ground.came("ntfy");
    assert_eq!(phone.len(), 2, "the answer of the first was lost");
    assert_eq!(phone[0]["sequence_id"], phone[1]["sequence_id"]);
    let mails = ground.came("mail");
    let reports = mails
        .iter()
        .filter(|mail| mail["data"].to_string().contains("text/html"));
    assert!(reports.count() <= 1, "one report a day");

    let (text, well) = ground.said(&["note", "done", "uptime shop"]);
    assert!(well, "{text}");
    ground.until("all hear its end", |ground| all_sent("recovered", ground));
    let last = ground.came("discord").pop().expect("a message");
    let content = last["content"].as_str().expect("a text");
    assert!(content.contains("recovered after"), "{content}");
    assert_eq!(ground.log().len(), 2 * RECEIVERS.len());
}

#[test]
fn a_process_that_is_killed_while_it_sends_leaves_nothing_untold() {
    let ground = Ground::new();
    let fault = json!({"faults": [
        {"provider": "ntfy", "kind": "timeout", "effect": "after", "seconds": 60.0},
    ]});
    ground.admin("POST", "/faults", &fault);
    let serve = ground.serve();
    ground.said(&[
        "note",
        "--system",
        "uptime",
        "--key",
        "shop",
        "shop is slow",
    ]);
    ground.until("it is being sent", |ground| ground.came("ntfy").len() == 1);
    // SIGKILL between what was sent and the note of it.
    drop(serve);
    let of_phone = |ground: &Ground| {
        let mut log = ground.log();
        log.retain(|one| one["channel"] == "phone");
        log
    };
    assert_eq!(of_phone(&ground)[0]["state"], "failed");
    let _serve = ground.serve();
    ground.until("it is sent again", |ground| {
        of_phone(ground)[0]["state"] == "sent"
    });
    let came = ground.came("ntfy");
    assert_eq!(came.len(), 2);
    assert_eq!(came[0]["sequence_id"], came[1]["sequence_id"]);
    assert_eq!(of_phone(&ground).len(), 1, "and is one message");
}
