//! The client against recorded shapes of the API.

use std::time::Duration;

use super::*;
use crate::provider::testing::{Server as Counterpart, json};
use crate::provider::{Answer, Fault};

/// In the shape of the API's own reference, with keys that are not read.
const SERVER: &str = r#"{"id":4711,"name":"shop-1","status":"running","created":"2026-11-21T05:00:00+00:00",
    "public_net":{"ipv4":{"id":1,"ip":"192.0.2.10","blocked":false,"dns_ptr":"x.example.com"},
    "ipv6":{"id":2,"ip":"2001:db8::/64","blocked":false,"dns_ptr":[]},"floating_ips":[],"firewalls":[{"id":9,"status":"applied"}]},
    "private_net":[],"server_type":{"id":114,"name":"cx23","cores":2},"location":{"id":1,"name":"fsn1"},"image":null,"iso":null,
    "rescue_enabled":false,"locked":false,"backup_window":null,"outgoing_traffic":null,"protection":{"delete":true,"rebuild":false},
    "labels":{"installation":"a1","empty":""},"volumes":[],"placement_group":null}"#;

async fn client(bodies: &[&str]) -> (Hetzner, Counterpart) {
    let steps = bodies.iter().map(|body| json(200, body)).collect();
    let counterpart = Counterpart::start(steps).await;
    (Hetzner::new(counterpart.access()).unwrap(), counterpart)
}

fn lines(counterpart: &Counterpart) -> Vec<String> {
    counterpart
        .seen()
        .into_iter()
        .map(|seen| seen.line)
        .collect()
}

#[tokio::test]
async fn a_server_is_read() {
    let (hetzner, _counterpart) = client(&[&format!(r#"{{"server":{SERVER}}}"#)]).await;
    let server = hetzner.server(4711).await.unwrap();
    assert_eq!(server.status, ServerStatus::Running);
    assert_eq!(server.ipv4(), Some([192, 0, 2, 10].into()));
    assert_eq!(server.public_net.ipv6.as_ref().unwrap().ip, "2001:db8::/64");
    assert_eq!(
        server.created.unwrap().to_string(),
        "2026-11-21T05:00:00.000Z"
    );
    assert_eq!(server.location.name, "fsn1");
    assert!(server.protection.delete);
    assert!(server.has_label("installation", "a1") && !server.has_label("installation", "a2"));
}

#[tokio::test]
async fn a_server_is_made_as_asked() {
    let created = format!(
        r#"{{"server":{SERVER},"action":{{"id":1,"command":"create_server","status":"running","progress":0,"started":"x",
        "finished":null,"resources":[{{"id":4711,"type":"server"}}],"error":null}},
        "next_actions":[{{"id":2,"command":"start_server","status":"running"}}],"root_password":"never-read"}}"#
    );
    let (hetzner, counterpart) = client(&[&created]).await;
    let new = NewServer {
        name: "shop-1".into(),
        server_type: "cx23".into(),
        image: "debian-12".into(),
        location: "fsn1".into(),
        ssh_keys: vec![5],
        firewalls: vec![9],
        labels: [("installation".into(), "a1".into())].into(),
        user_data: Some("#cloud-config\n".into()),
    };
    let answer = hetzner.create_server(&new).await;
    assert!(!format!("{answer:?}").contains("never-read"));
    assert_eq!(answer.done().unwrap().actions(), [1, 2]);
    let seen = counterpart.seen();
    assert_eq!(seen[0].line, "POST /v1/servers");
    let sent: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    let expected = serde_json::json!({
        "name": "shop-1", "server_type": "cx23", "image": "debian-12", "location": "fsn1", "ssh_keys": [5],
        "firewalls": [{ "firewall": 9 }], "labels": { "installation": "a1" }, "user_data": "#cloud-config\n",
        "start_after_create": true,
    });
    assert_eq!(sent, expected);

    let long = NewServer {
        user_data: Some("x".repeat(32 * 1024 + 1)),
        ..new
    };
    let answer = hetzner.create_server(&long).await;
    assert!(matches!(answer, Answer::Not(error) if error.fault == Fault::Invalid));
    assert_eq!(counterpart.seen().len(), 1, "what is too long is not sent");
}

fn page(ids: &[u64], next: &str) -> String {
    let servers: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"id":{id},"name":"s-{id}"}}"#))
        .collect();
    let servers = servers.join(",");
    format!(r#"{{"servers":[{servers}],"meta":{{"pagination":{{"page":1,"next_page":{next}}}}}}}"#)
}

#[tokio::test]
async fn lists_are_walked_to_their_end() {
    let (hetzner, counterpart) = client(&[&page(&[1, 2], "2"), &page(&[3], "null")]).await;
    let servers = hetzner
        .servers(Some("installation=a1,role in (a,b)"))
        .await
        .unwrap();
    assert_eq!(servers.len(), 3);
    let selector = "label_selector=installation%3Da1%2Crole+in+%28a%2Cb%29";
    assert_eq!(
        lines(&counterpart),
        [
            format!("GET /v1/servers?{selector}&page=1&per_page=50"),
            format!("GET /v1/servers?{selector}&page=2&per_page=50"),
        ]
    );
}

#[tokio::test]
async fn a_list_without_end_is_refused() {
    let (hetzner, counterpart) = client(&[&page(&[1], "1")]).await;
    let error = hetzner.servers(None).await.unwrap_err();
    assert_eq!(error.fault, Fault::Unreadable);
    assert_eq!(counterpart.seen().len(), 1);
    let (hetzner, _counterpart) = client(&[r#"{"volumes":[]}"#]).await;
    assert_eq!(
        hetzner.servers(None).await.unwrap_err().fault,
        Fault::Unreadable
    );
}

#[tokio::test]
async fn a_name_is_compared_again() {
    // Whoever adopts by name must not be handed what a filter was too generous with.
    let (hetzner, _counterpart) = client(&[&page(&[1, 2], "null")]).await;
    assert_eq!(hetzner.server_by_name("s-2").await.unwrap().unwrap().id, 2);
    assert_eq!(hetzner.server_by_name("s-").await.unwrap(), None);
}

#[tokio::test]
async fn actions_are_waited_for_together() {
    let action = |id, status| {
        format!(r#"{{"id":{id},"command":"create_server","status":"{status}","error":null}}"#)
    };
    let answer = |first, second| {
        format!(
            r#"{{"actions":[{},{}]}}"#,
            action(1, first),
            action(2, second)
        )
    };
    let failed = r#"{"actions":[{"id":2,"command":"start_server","status":"error","error":{"code":"action_failed","message":"no"}}]}"#;
    let (hetzner, counterpart) = client(&[
        &answer("running", "running"),
        "not JSON",
        &answer("success", "running"),
        failed,
    ])
    .await;
    let over = hetzner
        .wait_for(&[1, 2], Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(over[0].status, ActionStatus::Success);
    assert_eq!(over[1].error.as_ref().unwrap().code, "action_failed");
    let asked = lines(&counterpart);
    assert_eq!(asked[0], "GET /v1/actions?per_page=50&id=1&id=2");
    assert_eq!(
        asked.last().unwrap(),
        "GET /v1/actions?per_page=50&id=2",
        "only what is open"
    );
}

#[tokio::test]
async fn an_action_that_never_ends_has_a_deadline() {
    let (hetzner, _counterpart) = client(&[r#"{"actions":[]}"#]).await;
    let error = hetzner
        .wait_for(&[1], Duration::from_millis(50))
        .await
        .unwrap_err();
    assert_eq!(error.fault, Fault::Deadline);
    assert_eq!(hetzner.wait_for(&[], Duration::ZERO).await.unwrap(), []);
}

#[tokio::test]
async fn a_type_is_changed_and_the_disk_stays() {
    let started = r#"{"action":{"id":7,"command":"change_server_type","status":"running","progress":0,"error":null}}"#;
    let (hetzner, counterpart) = client(&[started]).await;
    let action = hetzner.change_type(4711, "cx33").await.done().unwrap();
    assert_eq!((action.id, action.is_over()), (7, false));
    let seen = counterpart.seen();
    assert_eq!(seen[0].line, "POST /v1/servers/4711/actions/change_type");
    let sent: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(
        sent,
        serde_json::json!({ "server_type": "cx33", "upgrade_disk": false })
    );
}

#[tokio::test]
async fn a_server_is_waited_for_until_nothing_is_at_work_on_it() {
    let server = |status: &str, locked: bool| {
        format!(r#"{{"server":{{"id":1,"name":"s","status":"{status}","locked":{locked}}}}}"#)
    };
    let (hetzner, counterpart) = client(&[
        &server("running", false),
        "not JSON",
        &server("off", true),
        &server("off", false),
    ])
    .await;
    let longest = Duration::from_secs(5);
    let off = hetzner
        .wait_for_status(1, &ServerStatus::Off, longest)
        .await;
    assert_eq!(off.unwrap().status, ServerStatus::Off);
    assert_eq!(counterpart.seen().len(), 4);

    let (hetzner, _counterpart) = client(&[&server("running", false)]).await;
    let longest = Duration::from_millis(50);
    let error = hetzner
        .wait_for_status(1, &ServerStatus::Off, longest)
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.fault, Fault::Deadline);
    assert!(error.to_string().contains("not off yet"), "{error}");
}

#[tokio::test]
async fn prices_are_decimals() {
    let types = r#"{"server_types":[{"id":114,"name":"cx23","cores":2,"memory":4.0,"disk":40,"architecture":"x86",
        "prices":[{"location":"fsn1","price_hourly":{"net":"0.0056000000","gross":"0.0066640000000000"},
        "price_monthly":{"net":"3.4900000000","gross":"4.1531000000000000"},"included_traffic":21990232555520,
        "price_per_tb_traffic":{"net":"1.0000000000","gross":"1.1900000000000000"}}],
        "locations":[{"id":1,"name":"fsn1","deprecation":null,"available":true,"recommended":true},
        {"id":2,"name":"nbg1","available":false}]}]}"#;
    let (hetzner, _counterpart) = client(&[types]).await;
    let kind = hetzner.server_types().await.unwrap().remove(0);
    assert!(kind.is_available("fsn1") && !kind.is_available("nbg1") && !kind.is_available("hel1"));
    assert_eq!(
        kind.price("fsn1").unwrap().price_monthly.net,
        "3.49".parse().unwrap()
    );

    let pricing = r#"{"pricing":{"currency":"EUR","vat_rate":"19.000000","server_types":[],"primary_ips":[{"type":"ipv4","prices":
        [{"location":"fsn1","price_hourly":{"net":"0.0008","gross":"0.00095"},"price_monthly":{"net":"0.50","gross":"0.595"}}]}]}}"#;
    let (hetzner, _counterpart) = client(&[pricing]).await;
    let pricing = hetzner.pricing().await.unwrap();
    assert_eq!(pricing.currency, vocab::Currency::EUR);
    assert_eq!(
        pricing.primary_ips[0].prices[0].price_monthly.net,
        "0.5".parse().unwrap()
    );
}

#[tokio::test]
async fn firewalls_name_what_they_guard() {
    let (hetzner, counterpart) = client(&[r#"{"actions":[{"id":3,"status":"success"}]}"#]).await;
    assert_eq!(
        hetzner
            .apply_firewall(9, &[1, 2])
            .await
            .done()
            .unwrap()
            .len(),
        1
    );
    hetzner.remove_firewall(9, &[1]).await.done().unwrap();
    let seen = counterpart.seen();
    assert_eq!(
        seen[0].line,
        "POST /v1/firewalls/9/actions/apply_to_resources"
    );
    assert_eq!(
        seen[0].body,
        r#"{"apply_to":[{"server":{"id":1},"type":"server"},{"server":{"id":2},"type":"server"}]}"#
    );
    assert_eq!(
        seen[1].body,
        r#"{"remove_from":[{"server":{"id":1},"type":"server"}]}"#
    );
}
