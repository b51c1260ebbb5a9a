//! The client against recorded shapes of the API.

use super::*;
use crate::provider::testing::{Server, json};
use crate::provider::{Answer, Fault, ObjectId};

const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const RECORD: &str = "372e67954025e0ba6aaa6d586b9e0b59";

fn id(text: &str) -> ObjectId {
    ObjectId::new(text).unwrap()
}

fn record(id: &str, name: &str, comment: &str) -> String {
    format!(
        r#"{{"id":"{id}","name":"{name}","type":"A","content":"192.0.2.10","ttl":60,"proxied":false,"proxiable":true,
        "comment":{comment},"tags":[],"settings":{{}},"meta":{{}},"created_on":"2026-11-21T05:00:00.1Z","modified_on":"2026-11-21T05:00:00.1Z"}}"#
    )
}

fn good(result: &str) -> String {
    format!(r#"{{"success":true,"errors":[],"messages":[],"result":{result}}}"#)
}

fn listed(result: &str, pages: u32) -> String {
    format!(
        r#"{{"success":true,"errors":[],"messages":[],"result":[{result}],
        "result_info":{{"page":1,"per_page":100,"count":1,"total_count":1,"total_pages":{pages}}}}}"#
    )
}

async fn client(answers: &[(u16, &str)]) -> (Cloudflare, Server) {
    let steps = answers
        .iter()
        .map(|(status, body)| json(*status, body))
        .collect();
    let server = Server::start(steps).await;
    (Cloudflare::new(server.access()).unwrap(), server)
}

fn new_record() -> NewRecord {
    NewRecord {
        name: "shop.example.com".into(),
        kind: RecordKind::A,
        content: "192.0.2.10".into(),
        ttl: 60,
        proxied: false,
        comment: "wheelhouse a1 d7".into(),
        priority: None,
    }
}

#[tokio::test]
async fn a_record_is_made_as_asked() {
    let made = good(&record(RECORD, "shop.example.com", "\"wheelhouse a1 d7\""));
    let (cloudflare, server) = client(&[(200, &made)]).await;
    let record = cloudflare
        .create_record(&id(ZONE), &new_record())
        .await
        .done()
        .unwrap();
    assert_eq!((record.id.as_str(), record.kind), (RECORD, RecordKind::A));
    assert_eq!(record.comment.as_deref(), Some("wheelhouse a1 d7"));
    let seen = server.seen();
    assert_eq!(seen[0].line, format!("POST /v1/zones/{ZONE}/dns_records"));
    assert_eq!(
        seen[0].body,
        r#"{"name":"shop.example.com","type":"A","content":"192.0.2.10","ttl":60,"proxied":false,"comment":"wheelhouse a1 d7"}"#
    );
}

#[tokio::test]
async fn a_record_that_is_there_is_a_conflict() {
    for code in [81053, 81057, 81058] {
        let body = format!(
            r#"{{"success":false,"errors":[{{"code":{code},"message":"An identical record already exists."}}],"messages":[],"result":null}}"#
        );
        // The status is not what tells: some answers of this kind came with 200.
        for status in [400, 200] {
            let (cloudflare, _server) = client(&[(status, &body)]).await;
            let answer = cloudflare.create_record(&id(ZONE), &new_record()).await;
            let Answer::Not(error) = answer else {
                panic!("{code} {status}: {answer:?}")
            };
            assert_eq!(
                (error.fault, error.code.as_str()),
                (Fault::Conflict, code.to_string().as_str())
            );
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_result_is_unknown() {
    let (cloudflare, _server) = client(&[(200, &good("null"))]).await;
    assert!(
        cloudflare
            .create_record(&id(ZONE), &new_record())
            .await
            .is_unknown()
    );
    let other = good(r#"{"id":"0000"}"#);
    let (cloudflare, _server) = client(&[(200, &other)]).await;
    assert!(
        cloudflare
            .delete_record(&id(ZONE), &id(RECORD))
            .await
            .is_unknown()
    );
    let this = good(&format!(r#"{{"id":"{RECORD}"}}"#));
    let (cloudflare, server) = client(&[(200, &this)]).await;
    assert_eq!(
        cloudflare.delete_record(&id(ZONE), &id(RECORD)).await,
        Answer::Done(())
    );
    assert_eq!(
        server.seen()[0].line,
        format!("DELETE /v1/zones/{ZONE}/dns_records/{RECORD}")
    );
}

#[tokio::test]
async fn records_are_filtered_on_both_sides() {
    let ours = record(RECORD, "Shop.example.com", "\"wheelhouse a1 d7\"");
    let theirs = record("ffff", "shop.example.com", "null");
    let (cloudflare, server) =
        client(&[(200, &listed(&ours, 2)), (200, &listed(&theirs, 2))]).await;
    let filter = RecordFilter {
        name: Some("shop.example.com".into()),
        kind: Some(RecordKind::A),
        content: None,
        comment: Some("wheelhouse a1 d7".into()),
    };
    let found = cloudflare.records(&id(ZONE), &filter).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id.as_str(), RECORD);
    let lines: Vec<String> = server.seen().into_iter().map(|seen| seen.line).collect();
    let query = "name.exact=shop.example.com&type=A&comment.exact=wheelhouse+a1+d7";
    assert_eq!(
        lines,
        [1, 2].map(|page| format!(
            "GET /v1/zones/{ZONE}/dns_records?{query}&page={page}&per_page=100"
        ))
    );
}

#[tokio::test]
async fn a_list_ends_with_an_empty_page() {
    let zone = format!(
        r#"{{"id":"{ZONE}","name":"example.com","status":"pending","name_servers":["a.example.net"]}}"#
    );
    let without_count = good(&format!("[{zone}]"));
    let (cloudflare, server) = client(&[(200, &without_count), (200, &good("[]"))]).await;
    let zones = cloudflare.zones(Some("example.com")).await.unwrap();
    assert_eq!((zones.len(), &zones[0].status), (1, &ZoneStatus::Pending));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn only_what_is_said_is_changed() {
    let changed = good(&record(RECORD, "shop.example.com", "null"));
    let (cloudflare, server) = client(&[(200, &changed)]).await;
    let change = RecordChange {
        content: Some("192.0.2.11".into()),
        ..RecordChange::default()
    };
    let answer = cloudflare
        .update_record(&id(ZONE), &id(RECORD), &change)
        .await;
    assert!(answer.done().is_some());
    let seen = server.seen();
    assert!(seen[0].line.starts_with("PATCH "));
    assert_eq!(seen[0].body, r#"{"content":"192.0.2.11"}"#);
}

#[tokio::test]
async fn an_id_that_is_none_is_not_taken() {
    let (cloudflare, _server) =
        client(&[(200, &good(r#"{"id":"../zones","status":"active"}"#))]).await;
    assert_eq!(
        cloudflare.verify_token().await.unwrap_err().fault,
        Fault::Unreadable
    );
}
