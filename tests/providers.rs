//! The clients of the providers against the sandbox, which knows nothing of them: the two share no type, only the
//! providers' documentation.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail like the tests themselves"
)]

use std::io::Write;
use std::time::Duration;

use drivers::provider::hetzner::{
    ActionStatus, Direction, NewFirewall, NewServer, Power, Rule, ServerStatus,
};
use drivers::provider::{Access, Answer, Fault, Hetzner, Pace};
use sandbox::{Options, Running};
use vocab::Secret;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqfTz5vyWwHjUQ2Gx1hUcE1BhGm0vB3lqk6u1Zr5m2d test@example.com";

/// A sandbox without real hosts, whose faults are a script in TOML, and a client of it.
async fn start(faults: &str) -> (Running, Hetzner) {
    let mut script = tempfile::NamedTempFile::new().unwrap();
    script.write_all(faults.as_bytes()).unwrap();
    let options = Options {
        faults: Some(script.path().to_owned()),
        hosts: false,
        latency: Duration::from_millis(20),
        ..Options::default()
    };
    let running = sandbox::start(options).await.unwrap();
    let access = &running.addresses().hetzner;
    let pace = Pace {
        answer: Duration::from_secs(1),
        first_wait: Duration::from_millis(5),
        first_look: Duration::from_millis(10),
        ..Pace::default()
    };
    let access = Access {
        url: access.url.clone(),
        token: Secret::new(access.token.clone()),
        pace,
    };
    let hetzner = Hetzner::new(access).unwrap();
    (running, hetzner)
}

fn server(name: &str) -> NewServer {
    NewServer {
        name: name.to_owned(),
        server_type: "cx23".into(),
        image: "debian-12".into(),
        location: "fsn1".into(),
        ssh_keys: Vec::new(),
        firewalls: Vec::new(),
        labels: [("installation".into(), "a1".into())].into(),
        user_data: None,
    }
}

fn done<T: std::fmt::Debug>(answer: Answer<T>) -> T {
    match answer {
        Answer::Done(value) => value,
        other => panic!("not done: {other:?}"),
    }
}

#[tokio::test]
async fn a_server_comes_and_goes() {
    let (running, hetzner) = start("").await;
    let labels = server("").labels;
    let key = done(hetzner.create_ssh_key("ops", KEY, &labels).await);
    let rule = Rule {
        direction: Direction::In,
        protocol: "tcp".into(),
        port: Some("443".into()),
        source_ips: vec!["0.0.0.0/0".into(), "::/0".into()],
        destination_ips: Vec::new(),
        description: Some("web".into()),
    };
    let firewall = NewFirewall {
        name: "web".into(),
        labels: labels.clone(),
        rules: vec![rule.clone()],
    };
    let firewall = done(hetzner.create_firewall(&firewall).await);
    assert_eq!(firewall.rules, [rule]);

    let new = NewServer {
        ssh_keys: vec![key.id],
        firewalls: vec![firewall.id],
        ..server("shop-1")
    };
    let created = done(hetzner.create_server(&new).await);
    let limit = Duration::from_secs(10);
    let actions = hetzner.wait_for(&created.actions(), limit).await.unwrap();
    assert!(
        actions
            .iter()
            .all(|action| action.status == ActionStatus::Success)
    );
    let id = created.server.id;
    let found = hetzner.server_by_name("shop-1").await.unwrap().unwrap();
    assert_eq!((found.id, &found.status), (id, &ServerStatus::Running));
    assert!(found.ipv4().is_some() && found.has_label("installation", "a1"));

    let again = hetzner.create_server(&server("shop-1")).await;
    assert!(matches!(again, Answer::Not(error) if error.fault == Fault::Conflict));
    let off = done(hetzner.power(id, Power::Off).await);
    hetzner.wait_for(&[off.id], limit).await.unwrap();
    assert_eq!(hetzner.server(id).await.unwrap().status, ServerStatus::Off);
    let relabelled = [("installation".into(), "a2".into())].into();
    done(hetzner.set_server_labels(id, &relabelled).await);
    assert!(
        hetzner
            .servers(Some("installation=a1"))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        hetzner
            .servers(Some("installation=a2"))
            .await
            .unwrap()
            .len(),
        1
    );

    let deletion = done(hetzner.delete_server(id).await);
    hetzner.wait_for(&[deletion.id], limit).await.unwrap();
    let gone = hetzner.delete_server(id).await;
    assert!(matches!(gone, Answer::Not(error) if error.fault == Fault::NotFound));
    done(hetzner.delete_firewall(firewall.id).await);
    done(hetzner.delete_ssh_key(key.id).await);
    assert!(hetzner.ssh_keys(None).await.unwrap().is_empty());
    let standing = hetzner.transport().standing().unwrap();
    assert!(standing.said && standing.quota.limit == 3600);
    running.stop().await;
}

#[tokio::test]
async fn what_was_lost_on_the_way_is_found_by_its_name() {
    for kind in [
        "kind = 'status'\nstatus = 500\neffect = 'after'",
        "kind = 'timeout'\nseconds = 2.0\neffect = 'after'",
        "kind = 'cut'",
    ] {
        let script = format!(
            "[[faults]]\nprovider = 'hetzner'\nmethod = 'POST'\npath = '/servers'\n{kind}\n"
        );
        let (running, hetzner) = start(&script).await;
        let answer = hetzner.create_server(&server("shop-1")).await;
        assert!(answer.is_unknown(), "{kind}: {answer:?}");
        assert!(
            hetzner.server_by_name("shop-1").await.unwrap().is_some(),
            "{kind}"
        );
        assert_eq!(
            hetzner.servers(None).await.unwrap().len(),
            1,
            "{kind}: it was sent once"
        );
        running.stop().await;
    }
}

#[tokio::test]
async fn what_did_not_happen_is_told_as_far_as_it_is_known() {
    let script = |kind: &str| {
        format!("[[faults]]\nprovider = 'hetzner'\nmethod = 'POST'\npath = '/servers'\n{kind}\n")
    };
    let before = script("kind = 'status'\nstatus = 503\neffect = 'before'");
    let (running, hetzner) = start(&before).await;
    assert!(hetzner.create_server(&server("shop-1")).await.is_unknown());
    assert_eq!(hetzner.server_by_name("shop-1").await.unwrap(), None);
    running.stop().await;

    let (running, hetzner) = start(&script("kind = 'sold_out'")).await;
    let answer = hetzner.create_server(&server("shop-1")).await;
    assert!(matches!(answer, Answer::Not(error) if error.fault == Fault::SoldOut));
    running.stop().await;

    let limited = script("kind = 'status'\nstatus = 429\neffect = 'before'");
    let (running, hetzner) = start(&limited).await;
    done(hetzner.create_server(&server("shop-1")).await);
    running.stop().await;
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let (running, _hetzner) = start("").await;
    let url = running.addresses().hetzner.url.clone();
    let access = Access::new(url, Secret::new("x".repeat(64)));
    let error = Hetzner::new(access)
        .unwrap()
        .servers(None)
        .await
        .unwrap_err();
    assert_eq!(error.fault, Fault::Unauthorized);
    running.stop().await;
}

#[tokio::test]
async fn the_catalogue_is_read() {
    let (running, hetzner) = start("").await;
    assert!(
        hetzner
            .locations()
            .await
            .unwrap()
            .iter()
            .any(|place| place.name == "fsn1")
    );
    let kinds = hetzner.server_types().await.unwrap();
    let kind = kinds.iter().find(|kind| kind.name == "cx23").unwrap();
    assert!(kind.is_available("fsn1"));
    let pricing = hetzner.pricing().await.unwrap();
    assert_eq!(pricing.currency, vocab::Currency::EUR);
    assert!(kind.price("fsn1").unwrap().price_monthly.net > vocab::Decimal::ZERO);
    running.stop().await;
}
