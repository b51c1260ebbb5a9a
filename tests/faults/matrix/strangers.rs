//! F13, F14 and F21: what is not of this journal, not of this installation, not of this deployment.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use faults::judge::Left;
use faults::parts;
use faults::yard::{ANSWER, Stops, Yard, as_they_are};
use saga::End;
use serde_json::{Value, json};
use vocab::{RollbackLevel, RunId, Span};
use world::{Run, RunState};

use crate::scene::{check, for_each, gone, whole};

/// What the sweep tells, as `kind id`, when it is an hour later and these deployments are known.
async fn swept(yard: &Yard) -> BTreeSet<String> {
    let sites = yard.store.sites().await.unwrap();
    let known: BTreeSet<RunId> = sites.iter().map(|site| site.deployment).collect();
    let later = drivers::clock::now() + Span::hours(1);
    let orphans = hosting::sweep(&yard.ends, &known, later).await.unwrap();
    orphans
        .iter()
        .map(|orphan| format!("{} {}", orphan.kind, orphan.id))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_old_journal_was_restored_everything_unknown_is_told_and_nothing_deleted() {
    let mut yard = Yard::open().await.unwrap();
    yard.site("known.example.com").await.unwrap();
    yard.store.clone().close().await;
    let old = tempfile::tempdir().unwrap();
    copy(&yard.state(), old.path());
    yard.restart().await.unwrap();
    for domain in ["later.example.com", "newest.example.com"] {
        yard.site(domain).await.unwrap();
    }
    assert_eq!(swept(&yard).await, BTreeSet::new(), "all are in the books");
    let before = yard.providers.inventory().await.unwrap();

    yard.store.clone().close().await;
    fs::remove_dir_all(yard.state()).unwrap();
    copy(old.path(), &yard.state());
    yard.restart().await.unwrap();
    assert_eq!(yard.store.sites().await.unwrap().len(), 1);
    let told = swept(&yard).await;
    let unknown = |provider: &str, kind: &str, word: &str| -> BTreeSet<String> {
        let list = before[provider][kind].as_array().unwrap();
        list.iter()
            .filter(|object| {
                let text = object.to_string();
                text.contains("later") || text.contains("newest")
            })
            .map(|object| format!("{word} {}", object["id"].to_string().replace('"', "")))
            .collect()
    };
    let mut expected = unknown("hetzner", "servers", "server");
    expected.extend(unknown("cloudflare", "dns_records", "record"));
    expected.extend(unknown("stripe", "subscriptions", "subscription"));
    assert_eq!(expected.len(), 6, "{before}");
    assert_eq!(told, expected, "each of them is told");
    let calls = yard.providers.calls().await.unwrap();
    assert!(calls.iter().all(|call| call.method != "DELETE"));
    check(&yard.providers.left().await.unwrap(), 3, "all are there");

    // The domain of a site that the journal does not know is not taken for free.
    let wish = yard
        .deployment("later.example.com", RollbackLevel::Full)
        .unwrap();
    let refusal = yard.plan(&wish).await.unwrap_err();
    assert!(
        refusal.text.contains("has a DNS record already"),
        "{refusal}"
    );
    // What the journal knows is removed as ever, and touches nothing else.
    let removal = yard.removal("known.example.com").unwrap();
    assert_eq!(
        yard.fulfil(&removal).await.unwrap().state,
        RunState::Verified
    );
    check(&yard.providers.left().await.unwrap(), 2, "the others stay");
}

/// Two installations in one project: neither sees the other's as its own, in a sweep, a look or a removal.
#[tokio::test(flavor = "multi_thread")]
async fn two_installations_share_a_project_and_leave_each_other_alone() {
    let one = Yard::open().await.unwrap();
    let providers = Arc::clone(&one.providers);
    // A name that begins like the other's.
    let other = Yard::beside(providers, &parts::patience(ANSWER), "campaign2")
        .await
        .unwrap();
    one.site("one.example.com").await.unwrap();
    other.site("other.example.com").await.unwrap();
    assert_eq!(swept(&one).await, BTreeSet::new());
    assert_eq!(swept(&other).await, BTreeSet::new());
    // The same domain is free for one of them only.
    let wish = other
        .deployment("one.example.com", RollbackLevel::Full)
        .unwrap();
    assert!(other.plan(&wish).await.is_err());

    let removal = one.removal("one.example.com").unwrap();
    assert_eq!(
        one.fulfil(&removal).await.unwrap().state,
        RunState::Verified
    );
    // All that is left carries the other's mark, which holds the word of the first too.
    let left = one.providers.inventory().await.unwrap();
    for (provider, kind) in [("hetzner", "servers"), ("cloudflare", "dns_records")] {
        let all = left[provider][kind].as_array().unwrap();
        let marked = all
            .iter()
            .filter(|one| one.to_string().contains("campaign2"));
        assert_eq!(marked.count(), 1, "{kind}");
        assert!(
            all.iter()
                .all(|one| !one.to_string().contains("one.example.com"))
        );
    }
    // Each has a login key of its own by its own name.
    assert_eq!(left["hetzner"]["ssh_keys"].as_array().unwrap().len(), 2);
}

/// Strangers' objects by the dozen whose marks are almost ours: none is told, none is touched.
#[tokio::test(flavor = "multi_thread")]
async fn marks_that_are_almost_ours_are_not_ours() {
    let yard = Yard::open().await.unwrap();
    let stranger = RunId::made_at(drivers::clock::now());
    let zone = yard.providers.zone().await.unwrap();
    let almost = ["campaign2", "Campaign", "campaig", "campaign-", ""];
    for (index, installation) in almost.iter().cycle().take(150).enumerate() {
        let server = json!({
            "name": format!("near-{index}"), "server_type": "cx23", "image": "debian-12", "location": "nbg1",
            "labels": { "wheelhouse-installation": installation.trim_end_matches('-'), "wheelhouse-deployment": stranger.to_string() },
        });
        // So many servers as an account has at first; `campaign-` is no value of a label, and without its end it is ours.
        if index < 15 && *installation != "campaign-" {
            let body = server.to_string();
            yard.providers
                .ask("hetzner", "POST", "/servers", &body)
                .await
                .unwrap();
        }
        let comment = match index % 3 {
            0 => format!("wheelhouse {installation} {stranger}"),
            1 => format!("a note on wheelhouse campaign {stranger}"),
            _ => format!("wheelhousecampaign{installation} {stranger}"),
        };
        let record = json!({
            "type": "A", "name": format!("near-{index}.example.com"), "content": "192.0.2.9", "ttl": 60, "comment": comment,
        });
        let path = format!("/zones/{zone}/dns_records");
        yard.providers
            .ask("cloudflare", "POST", &path, &record.to_string())
            .await
            .unwrap();
    }
    let count = |inventory: &Value| {
        let servers = inventory["hetzner"]["servers"].as_array().unwrap().len();
        (
            servers,
            inventory["cloudflare"]["dns_records"]
                .as_array()
                .unwrap()
                .len(),
        )
    };
    let before = count(&yard.providers.inventory().await.unwrap());
    assert_eq!(swept(&yard).await, BTreeSet::new());
    yard.site("shop.example.com").await.unwrap();
    assert_eq!(swept(&yard).await, BTreeSet::new());
    let removal = yard.removal("shop.example.com").unwrap();
    assert_eq!(
        yard.fulfil(&removal).await.unwrap().state,
        RunState::Verified
    );
    assert_eq!(count(&yard.providers.inventory().await.unwrap()), before);
}

/// The name of the server that a run will make, and its marks.
fn server_of(run: &Run) -> (String, Value) {
    let order = run.plan.order().unwrap();
    let id = order.site.deployment.to_string();
    let domain = order.site.domain.as_str();
    let short = id.replace('-', "");
    let name = format!(
        "{}-{}",
        domain.replace('.', "-"),
        &short[short.len() - 12..]
    );
    let labels = json!({
        "wheelhouse-installation": faults::INSTALLATION,
        "wheelhouse-deployment": id,
        "wheelhouse-site": domain,
    });
    (name, labels)
}

/// The server's name is taken: ours is adopted, a stranger's is left alone and the run turns back.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_is_adopted_when_it_is_ours_and_left_alone_when_not() {
    for_each([true, false], |yard, ours| async move {
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        let (name, labels) = server_of(&run);
        let labels = if ours { labels } else { json!({ "owner": "stranger" }) };
        let server = json!({
            "name": name, "server_type": "cx23", "image": "debian-12", "location": "nbg1", "labels": labels,
        });
        yard.providers.ask("hetzner", "POST", "/servers", &server.to_string()).await.unwrap();
        let ended = yard.carry_on(&run, &Stops::default(), &as_they_are).await.unwrap();
        if ours {
            return whole(&yard, &ended, "ours").await;
        }
        let End::RolledBack { why, .. } = &ended.end else {
            panic!("{:?}", ended.end);
        };
        assert!(why.contains("not of this deployment"), "{why}");
        let expected = Left {
            foreign: Left::nothing().foreign + 1,
            ..Left::nothing()
        };
        assert_eq!(yard.providers.left().await.unwrap(), expected);
    })
    .await;
}

/// Somebody else is quicker: a record by the name appears after the plan was made.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_somebody_else_made_meanwhile_is_left_alone() {
    let yard = Yard::open().await.unwrap();
    let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
    let run = yard.begin(&wish.unwrap()).await.unwrap();
    let record = json!({
        "type": "A", "name": "shop.example.com", "content": "192.0.2.77", "ttl": 60, "comment": "made by hand",
    });
    let path = format!(
        "/zones/{}/dns_records",
        yard.providers.zone().await.unwrap()
    );
    yard.providers
        .ask("cloudflare", "POST", &path, &record.to_string())
        .await
        .unwrap();
    let ended = yard
        .carry_on(&run, &Stops::default(), &as_they_are)
        .await
        .unwrap();
    gone(&yard, &ended, "the record was there").await;
    let records = yard.providers.inventory().await.unwrap();
    assert!(
        records.to_string().contains("192.0.2.77"),
        "it is still there"
    );
}

/// The mark was taken off, or changed, by somebody: what no longer says that it is ours is not deleted.
#[tokio::test(flavor = "multi_thread")]
async fn what_lost_its_mark_is_not_deleted_and_an_operator_is_asked() {
    let mut yard = Yard::open().await.unwrap();
    yard.site("shop.example.com").await.unwrap();
    yard.pace.budget = Span::millis(150);
    let server = yard
        .providers
        .ours("hetzner", "servers")
        .await
        .unwrap()
        .remove(0);
    let path = format!("/servers/{}", server["id"]);
    let body = json!({ "labels": { "owner": "stranger" } }).to_string();
    yard.providers
        .ask("hetzner", "PUT", &path, &body)
        .await
        .unwrap();
    let removal = yard.removal("shop.example.com").unwrap();
    let ended = yard.fulfil(&removal).await.unwrap();
    assert_eq!(ended.state, RunState::NeedsOperator, "{:?}", ended.end);
    let End::NeedsOperator { why, .. } = &ended.end else {
        panic!("{:?}", ended.end);
    };
    assert!(why.contains("does not carry the labels"), "{why}");
    let inventory = yard.providers.inventory().await.unwrap();
    let servers = inventory["hetzner"]["servers"].as_array().unwrap();
    assert!(
        servers.iter().any(|one| one["id"] == server["id"]),
        "it is still there"
    );
}
