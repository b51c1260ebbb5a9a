//! Notes written, listed, done and removed; reports of other systems, right and wrong.

use vocab::Currency;

use super::*;
use crate::testing::{said, scene, troubled};

#[test]
fn amounts_as_they_are_said() {
    let read = |text: &str| Money::said(text, Currency::EUR).map(|money| format!("{money:?}"));
    assert_eq!(read("500"), Ok("500 EUR".into()));
    assert_eq!(read("50,000.50"), Ok("50000.50 EUR".into()));
    assert_eq!(read("$500"), Ok("500 USD".into()));
    assert_eq!(read("500 chf"), Ok("500 CHF".into()));
    for wrong in ["", "-5", "lots", "5 DOLLARS", "$", "1e9"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_note_is_written_with_all_that_is_said_of_it() {
    let scene = scene();
    let command = scene.command.clone();
    let words = [
        "note", "call", "the", "bank", "--due", "friday", "--from", "monday", "--worth", "500",
        "--vip",
    ];
    let told = said(&words, scene).await;
    assert_eq!((told.exit, told.out.as_str()), (Exit::Fine, "note n1\n"));
    assert_eq!(
        command.asked(),
        [
            "note: call the bank, due 2026-11-27T23:59:00.000Z, from 2026-11-23T09:00:00.000Z, \
             worth 500 USD, vip, by an operator"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn other_systems_report_line_by_line() {
    let lines = [
        r#"{"system": "crm", "key": "deal-17", "text": "Acme renews", "worth": "50000 USD"}"#,
        "",
        r#"{"system": "crm", "text": "no key"}"#,
        r#"{"system": "crm", "key": "deal-16", "done": true}"#,
        "nonsense",
        r#"{"txt": "a slip"}"#,
    ];
    let scene = scene().answering(&lines);
    let command = scene.command.clone();
    let told = said(&["note", "--json-lines", "-"], scene).await;
    assert_eq!(told.exit, Exit::Wrong, "{}", told.all());
    assert_eq!(told.out, "crm deal-17\ncrm deal-16\n");
    for line in [
        "line 3: ",
        "line 5: it is no report",
        "line 6: it is no report",
    ] {
        assert!(told.err.contains(line), "{}", told.err);
    }
    assert_eq!(
        command.asked(),
        [
            "note: Acme renews, worth 50000 USD, by crm deal-17",
            "note: no key, by crm",
            "remove note: crm deal-16"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_too_large_is_refused_whole() {
    let scene = scene();
    let command = scene.command.clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reports.jsonl");
    let line = format!("{{\"text\": \"{}\"}}\n", "a".repeat(1 << 20));
    std::fs::write(&file, line.repeat(16)).unwrap();
    let told = said(&["note", "--json-lines", file.to_str().unwrap()], scene).await;
    assert_ne!(told.exit, Exit::Fine);
    assert!(told.err.contains("more than 16M"), "{}", told.err);
    assert_eq!(command.asked(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn notes_are_listed_ended_and_removed() {
    insta::assert_snapshot!("notes", said(&["note", "list"], troubled()).await.all());
    let json = said(&["note", "list", "--json"], troubled()).await.json();
    assert_eq!(json.as_array().map(Vec::len), Some(2));
    let scene = troubled();
    let command = scene.command.clone();
    let told = said(&["note", "done", "bank"], scene).await;
    assert_eq!(told.exit, Exit::Fine, "{}", told.err);
    assert_eq!(command.asked(), ["note n7: Done"]);
    let scene = troubled();
    let command = scene.command.clone();
    said(&["note", "remove", "crm deal-17"], scene).await;
    assert_eq!(command.asked(), ["remove note: crm deal-17"]);
    let none = said(&["note", "done", "nothing"], troubled()).await;
    assert_eq!(none.exit, Exit::NotFound);
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_sense_is_said_how_to_mend() {
    for (words, hint) in [
        (vec!["note", "x", "--due", "soon"], "write a span"),
        (vec!["note", "x", "--worth", "lots"], "write 500"),
        (
            vec!["note", "x", "--system", "a b", "--key", "1"],
            "write a word",
        ),
    ] {
        let told = said(&words, scene()).await;
        assert_eq!(told.exit, Exit::Usage);
        assert!(told.err.contains(hint), "{}", told.err);
    }
}
