//! The project as its callers see it.

use serde_json::{Value, json};

use super::testing::{KEY, ask, get, project, request};
use super::{Hetzner, Twist};
use crate::exchange::Provider as _;

fn server(name: &str) -> Value {
    json!({"name": name, "server_type": "cx23", "image": "debian-12", "location": "fsn1", "labels": {"role": "web"}})
}

/// Makes a server and waits until it runs. Its id.
fn running(project: &mut Hetzner, name: &str) -> u64 {
    let (status, body) = ask(project, 0, "POST", "/servers", &server(name));
    assert_eq!(status, 201, "{body}");
    body["server"]["id"].as_u64().unwrap()
}

fn code(body: &Value) -> &str {
    body["error"]["code"].as_str().unwrap_or_default()
}

#[test]
fn a_server_is_made_runs_and_goes() {
    let mut project = project();
    let (status, made) = ask(&mut project, 0, "POST", "/servers", &server("web-1"));
    assert_eq!(status, 201);
    assert_eq!(made["server"]["status"], "initializing");
    assert_eq!(made["server"]["locked"], true);
    assert_eq!(made["action"]["command"], "create_server");
    assert_eq!(made["next_actions"][0]["command"], "start_server");
    assert!(made["root_password"].is_string(), "there was no key");
    let id = made["server"]["id"].as_u64().unwrap();
    assert!(id > 1_000, "ids do not begin at 1");
    let path = format!("/servers/{id}");
    let at = |project: &mut Hetzner, now| ask(project, now, "GET", &path, &Value::Null);
    assert_eq!(at(&mut project, 1_000).1["server"]["status"], "starting");
    let (_, body) = at(&mut project, 1_400);
    assert_eq!(body["server"]["status"], "running");
    assert_eq!(body["server"]["locked"], false);
    let (status, gone) = ask(&mut project, 1_400, "DELETE", &path, &Value::Null);
    assert_eq!(
        (status, &gone["action"]["command"]),
        (200, &json!("delete_server"))
    );
    assert_eq!(at(&mut project, 1_500).1["server"]["status"], "deleting");
    let (status, body) = at(&mut project, 2_000);
    assert_eq!((status, code(&body)), (404, "not_found"));
    let action = format!("/actions/{}", gone["action"]["id"]);
    let (_, body) = ask(&mut project, 2_000, "GET", &action, &Value::Null);
    assert_eq!(body["action"]["status"], "success");
    assert_eq!(body["action"]["progress"], 100);
}

#[test]
fn a_busy_server_is_locked() {
    let mut project = project();
    let id = running(&mut project, "web-1");
    let off = format!("/servers/{id}/actions/poweroff");
    let (status, body) = ask(&mut project, 10, "POST", &off, &Value::Null);
    assert_eq!((status, code(&body)), (423, "locked"));
    assert_eq!(ask(&mut project, 2_000, "POST", &off, &Value::Null).0, 201);
    let (_, body) = ask(
        &mut project,
        3_000,
        "GET",
        "/servers?status=off",
        &Value::Null,
    );
    assert_eq!(body["servers"][0]["id"], id);
}

#[test]
fn a_server_that_is_off_becomes_another_type_and_keeps_its_disk() {
    let mut project = project();
    let id = running(&mut project, "web-1");
    let path = format!("/servers/{id}");
    let act = |project: &mut Hetzner, now, verb: &str, body: &Value| {
        let action = format!("{path}/actions/{verb}");
        ask(project, now, "POST", &action, body)
    };
    let to = |kind: &str, upgrades: bool| json!({"server_type": kind, "upgrade_disk": upgrades});
    let (status, body) = act(&mut project, 2_000, "change_type", &to("cx33", false));
    assert_eq!((status, code(&body)), (422, "server_not_stopped"));
    assert_eq!(
        act(&mut project, 2_000, "shutdown", &Value::Null).0,
        201,
        "an order without a body"
    );
    for (body, status, word) in [
        (to("cx22", false), 422, "invalid_input"),
        (to("cx23", false), 422, "invalid_server_type"),
        (to("cax21", false), 422, "invalid_server_type"),
        (to("cx53", false), 412, "resource_unavailable"),
        (json!({"server_type": "cx33"}), 422, "invalid_input"),
        (json!({"upgrade_disk": false}), 422, "invalid_input"),
    ] {
        let (seen, answer) = act(&mut project, 3_000, "change_type", &body);
        assert_eq!((seen, code(&answer)), (status, word), "{body} {answer}");
    }
    let (status, body) = act(&mut project, 3_000, "change_type", &to("cx33", false));
    assert_eq!(
        (status, &body["action"]["command"]),
        (201, &json!("change_server_type"))
    );
    let shown = |project: &mut Hetzner, now| ask(project, now, "GET", &path, &Value::Null).1;
    let body = shown(&mut project, 3_100);
    assert_eq!(body["server"]["status"], "migrating");
    assert_eq!(body["server"]["server_type"]["name"], "cx23");
    let (status, body) = act(&mut project, 3_100, "poweron", &Value::Null);
    assert_eq!((status, code(&body)), (423, "locked"));
    let body = shown(&mut project, 4_000);
    assert_eq!(body["server"]["status"], "off");
    assert_eq!(body["server"]["server_type"]["name"], "cx33");
    assert_eq!(body["server"]["primary_disk_size"], 40);

    // Back, and then with the disk: from there no smaller one fits.
    assert_eq!(
        act(&mut project, 4_000, "change_type", &to("cx23", false)).0,
        201
    );
    assert_eq!(
        act(&mut project, 5_000, "change_type", &to("cx33", true)).0,
        201
    );
    assert_eq!(
        shown(&mut project, 6_000)["server"]["primary_disk_size"],
        80
    );
    let (status, body) = act(&mut project, 6_000, "change_type", &to("cx23", false));
    assert_eq!((status, code(&body)), (422, "invalid_server_type"));
    let (_, body) = act(&mut project, 6_000, "poweron", &Value::Null);
    assert_eq!(body["action"]["command"], "start_server");
    assert_eq!(shown(&mut project, 7_000)["server"]["status"], "running");
}

#[test]
fn a_change_of_type_that_fails_leaves_the_server_as_it_was() {
    let mut project = project();
    let id = running(&mut project, "web-1");
    let off = format!("/servers/{id}/actions/poweroff");
    ask(&mut project, 2_000, "POST", &off, &Value::Null);
    let change = request(
        "POST",
        &format!("/servers/{id}/actions/change_type"),
        &json!({"server_type": "cx33", "upgrade_disk": false}),
    );
    let sold_out = project.handle_with(&change, 3_000, &Twist::SoldOut);
    assert_eq!(sold_out.status, 412);
    let error = Twist::ActionError {
        code: "action_failed".into(),
        message: "Action failed".into(),
    };
    assert_eq!(project.handle_with(&change, 3_000, &error).status, 201);
    let path = format!("/servers/{id}");
    let (_, body) = ask(&mut project, 4_000, "GET", &path, &Value::Null);
    assert_eq!(body["server"]["server_type"]["name"], "cx23");
    assert_eq!(body["server"]["status"], "off");
}

#[test]
fn refusals_are_those_of_the_documentation() {
    let mut project = project();
    running(&mut project, "web-1");
    let wrong = |field: &str, value: Value| {
        let mut body = server("web-2");
        body[field] = value;
        body
    };
    for (body, status, word) in [
        (server("web-1"), 409, "uniqueness_error"),
        (server("web_2"), 422, "invalid_input"),
        (wrong("server_type", json!("cx22")), 422, "invalid_input"),
        (wrong("location", json!("sin")), 422, "invalid_input"),
        (
            wrong("server_type", json!("cx53")),
            412,
            "resource_unavailable",
        ),
        (wrong("image", json!("plan9")), 422, "invalid_input"),
        (
            wrong("datacenter", json!("fsn1-dc14")),
            422,
            "invalid_input",
        ),
        (
            wrong("user_data", json!("x".repeat(32_769))),
            422,
            "invalid_input",
        ),
        (wrong("labels", json!({"a b": "c"})), 422, "invalid_input"),
        (wrong("ssh_keys", json!(["nobody"])), 422, "invalid_input"),
        (
            wrong("firewalls", json!([{"firewall": 1}])),
            404,
            "not_found",
        ),
        (json!({}), 422, "invalid_input"),
    ] {
        let (seen, answer) = ask(&mut project, 0, "POST", "/servers", &body);
        assert_eq!((seen, code(&answer)), (status, word), "{body} {answer}");
    }
    for (method, path, status, word) in [
        ("GET", "/servers/1", 404, "not_found"),
        ("PATCH", "/servers", 405, "method_not_allowed"),
        ("GET", "/datacenters", 410, "deprecated_api_endpoint"),
        ("GET", "/actions", 422, "invalid_input"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/servers?label_selector=-", 422, "invalid_input"),
    ] {
        let (seen, answer) = ask(&mut project, 0, method, path, &Value::Null);
        assert_eq!((seen, code(&answer)), (status, word), "{method} {path}");
    }
    let mut broken = request("POST", "/servers", &Value::Null);
    broken.body = b"{".to_vec();
    assert_eq!(project.handle(&broken, 0).status, 400);
    broken.headers.clear();
    assert_eq!(project.handle(&broken, 0).status, 401);
}

#[test]
fn every_answer_tells_the_limit() {
    let mut project = project();
    let header = |response: &crate::exchange::Response, name: &str| {
        let found = response.headers.iter().find(|(key, _)| key == name);
        found.unwrap().1.clone()
    };
    let mut stranger = get("/servers");
    stranger.headers.clear();
    let refused = project.handle(&stranger, 1_000);
    assert_eq!(header(&refused, "RateLimit-Remaining"), "3599");
    assert_eq!(header(&refused, "RateLimit-Limit"), "3600");
    assert_eq!(header(&refused, "RateLimit-Reset"), "2");
    for _ in 0..3_599 {
        project.handle(&get("/locations/1"), 1_000);
    }
    let last = project.handle(&get("/servers"), 1_000);
    assert_eq!(last.status, 429);
    assert_eq!(header(&last, "RateLimit-Remaining"), "0");
    assert_eq!(project.handle(&get("/servers"), 2_000).status, 200);
}

#[test]
fn labels_and_firewalls_follow_servers() {
    let mut project = project();
    let id = running(&mut project, "web-1");
    let rule = json!({"direction": "in", "protocol": "tcp", "port": "443", "source_ips": ["0.0.0.0/0", "::/0"]});
    let body = json!({
        "name": "web",
        "rules": [rule],
        "apply_to": [{"type": "label_selector", "label_selector": {"selector": "role=web"}}],
    });
    let (status, made) = ask(&mut project, 2_000, "POST", "/firewalls", &body);
    assert_eq!(status, 201, "{made}");
    let firewall = &made["firewall"];
    assert_eq!(firewall["rules"][0]["description"], Value::Null);
    assert_eq!(firewall["rules"][0]["destination_ips"], json!([]));
    assert_eq!(
        firewall["applied_to"][0]["applied_to_resources"][0]["server"]["id"],
        id
    );
    let path = format!("/servers/{id}");
    let (_, body) = ask(&mut project, 2_000, "GET", &path, &Value::Null);
    assert_eq!(
        body["server"]["public_net"]["firewalls"][0]["id"],
        firewall["id"]
    );
    let (_, body) = ask(
        &mut project,
        2_000,
        "PUT",
        &path,
        &json!({"labels": {"role": "db"}}),
    );
    assert_eq!(body["server"]["public_net"]["firewalls"], json!([]));
    let path = format!("/firewalls/{}", firewall["id"]);
    let (status, body) = ask(&mut project, 2_000, "DELETE", &path, &Value::Null);
    assert_eq!((status, code(&body)), (422, "resource_in_use"));
    let bad = json!({"name": "bad", "rules": [{"direction": "in", "protocol": "icmp", "port": "1", "source_ips": ["::/0"]}]});
    assert_eq!(ask(&mut project, 2_000, "POST", "/firewalls", &bad).0, 422);
}

#[test]
fn a_key_is_one_of_a_kind() {
    let mut project = project();
    let key = |name: &str| json!({"name": name, "public_key": KEY});
    let (status, made) = ask(&mut project, 0, "POST", "/ssh_keys", &key("a"));
    assert_eq!(status, 201);
    let (status, body) = ask(&mut project, 0, "POST", "/ssh_keys", &key("b"));
    assert_eq!((status, code(&body)), (409, "uniqueness_error"));
    let mut with_key = server("web-1");
    with_key["ssh_keys"] = json!(["a"]);
    let (_, body) = ask(&mut project, 0, "POST", "/servers", &with_key);
    assert_eq!(body["root_password"], Value::Null);
    let deleted = project.handle(
        &request(
            "DELETE",
            &format!("/ssh_keys/{}", made["ssh_key"]["id"]),
            &Value::Null,
        ),
        0,
    );
    assert_eq!((deleted.status, deleted.body), (204, None));
}

#[test]
fn twists_are_of_their_own_shape() {
    let mut project = project();
    let create = request("POST", "/servers", &server("web-1"));
    let sold_out = project.handle_with(&create, 0, &Twist::SoldOut);
    assert_eq!(sold_out.status, 412);
    assert_eq!(project.handle_with(&create, 0, &Twist::Locked).status, 423);
    let error = Twist::ActionError {
        code: "action_failed".into(),
        message: "Action failed".into(),
    };
    let made = project.handle_with(&create, 0, &error).body.unwrap();
    let path = format!(
        "/actions?id={}&id={}",
        made["action"]["id"], made["next_actions"][0]["id"]
    );
    let (_, body) = ask(&mut project, 5_000, "GET", &path, &Value::Null);
    let ended = body["actions"].as_array().unwrap();
    assert_eq!(ended.len(), 2);
    assert!(
        ended
            .iter()
            .all(|action| action["error"]["code"] == "action_failed")
    );
    assert_eq!(
        ask(&mut project, 5_000, "POST", "/servers", &server("web-2")).0,
        201
    );
}
