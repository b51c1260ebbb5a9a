//! F15: too many requests, with and without an order to wait.

use std::sync::Arc;
use std::time::Duration;

use drivers::provider::Pace;
use faults::providers::{Call, Providers};
use faults::yard::{ANSWER, Stops, Yard, as_they_are};
use faults::{INSTALLATION, parts};
use serde_json::json;
use vocab::RollbackLevel;
use world::RunState;

use crate::scene::{check, whole};

const PROVIDERS: [&str; 3] = ["hetzner", "cloudflare", "stripe"];

/// Calls of a deployment and a removal that nothing disturbs.
async fn undisturbed() -> usize {
    let yard = Yard::open().await.unwrap();
    lived(&yard).await;
    counted(&yard.providers.calls().await.unwrap())
}

/// How many calls there were, but for looks at what is under way: their number is a matter of time.
fn counted(calls: &[Call]) -> usize {
    let polls = |call: &&Call| call.path.starts_with("/actions");
    calls.len() - calls.iter().filter(polls).count()
}

async fn lived(yard: &Yard) {
    let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
    let ended = yard.fulfil(&wish.unwrap()).await.unwrap();
    whole(yard, &ended, "deployed").await;
    let removal = yard.removal("shop.example.com").unwrap();
    let ended = yard.fulfil(&removal).await.unwrap();
    assert_eq!(ended.state, RunState::Verified, "{:?}", ended.end);
    check(&yard.providers.left().await.unwrap(), 0, "removed");
}

/// Each provider refuses its calls now and then, looks and changes alike. Every refusal costs one call, and no call comes
/// before the time that was given.
#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_waited_out_by_all_who_share_the_token() {
    let calls_alone = undisturbed().await;
    let cases = PROVIDERS
        .iter()
        .flat_map(|provider| ["GET", "POST", "DELETE"].map(|method| (*provider, method)));
    crate::scene::for_each(cases, |yard, (provider, method)| async move {
        let case = format!("{provider} {method}");
        let fault = json!([{
            "provider": provider, "method": method, "kind": "status", "status": 429, "effect": "before", "after": 1,
        }]);
        yard.providers.fail(&fault).await.unwrap();
        lived(&yard).await;
        let met = yard.providers.faults_met().await.unwrap();
        let calls = yard.providers.calls().await.unwrap();
        assert!(
            counted(&calls) * 10 <= (calls_alone + met as usize) * 11,
            "{case}: {} calls for {calls_alone}, {met} refused",
            counted(&calls)
        );
        let refused = calls.iter().position(|call| call.status == Some(429));
        // A provider that has not so many calls of the kind refuses none.
        let Some(refused) = refused else {
            return assert_eq!(met, 0, "{case}");
        };
        let next = calls[refused + 1..]
            .iter()
            .find(|call| call.provider == provider)
            .unwrap();
        // Cloudflare orders a second here; the others say nothing, and the whole first wait of our own pace holds.
        let least = if provider == "cloudflare" {
            1_000
        } else {
            parts::patience(ANSWER).first_wait.as_millis() as i64
        };
        let waited = next.at - calls[refused].at;
        assert!(waited >= least - 1, "{case}: asked again after {waited} ms");
    })
    .await;
}

/// A limit that lasts beyond the patience of a call is said, with the moment it ends, and takes everything back when it has
/// ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_lasts_turns_the_run_back_and_leaves_nothing() {
    crate::scene::for_each(PROVIDERS, |mut yard, provider| async move {
        yard.pace.budget = vocab::Span::seconds(10);
        let fault = json!([{
            "provider": provider, "method": "POST", "kind": "status", "status": 429, "effect": "before", "times": 20,
        }]);
        let wish = yard.deployment("shop.example.com", RollbackLevel::Full);
        let run = yard.begin(&wish.unwrap()).await.unwrap();
        yard.providers.fail(&fault).await.unwrap();
        let ended = yard.carry_on(&run, &Stops::default(), &as_they_are).await;
        let ended = ended.unwrap();
        let saga::End::RolledBack { why, .. } = &ended.end else {
            panic!("{provider}: {:?}", ended.end);
        };
        assert!(why.contains("takes no more requests until"), "{provider}: {why}");
        crate::scene::gone(&yard, &ended, provider).await;
    })
    .await;
}

/// Many runs at once share one limiter: together they stay within what the provider grants.
#[tokio::test(flavor = "multi_thread")]
async fn runs_side_by_side_share_one_allowance() {
    let providers = Arc::new(Providers::open(Duration::from_millis(5)).await.unwrap());
    // Nothing fails here: who waits for a permit, or for a busy machine, has the time to.
    let patience = Pace {
        deadline: Duration::from_secs(90),
        ..parts::patience(Duration::from_secs(30))
    };
    let mut yard = Yard::beside(providers, &patience, INSTALLATION)
        .await
        .unwrap();
    yard.pace.budget = vocab::Span::minutes(3);
    let domains: Vec<String> = (0..12).map(|n| format!("site-{n}.example.com")).collect();
    let sites = domains.iter().map(|domain| yard.site(domain));
    for made in futures::future::join_all(sites).await {
        made.unwrap();
    }
    check(&yard.providers.left().await.unwrap(), 12, "all of them");
    let calls = yard.providers.calls().await.unwrap();
    let refused = calls.iter().filter(|call| call.status == Some(429));
    assert_eq!(refused.count(), 0, "no refusal of our own making");
    // Those who ask for the account's own objects at once share them.
    let inventory = yard.providers.inventory().await.unwrap();
    let count = |provider: &str, kind: &str| inventory[provider][kind].as_array().unwrap().len();
    assert_eq!(count("hetzner", "ssh_keys"), 1);
    assert_eq!(
        (count("stripe", "products"), count("stripe", "prices")),
        (1, 1)
    );
}
