//! A server that becomes another type: whatever goes wrong on the way, it runs in the end, as large as it is to be or as it
//! was, and the books say what it costs.

use std::sync::Arc;

use faults::yard::{Ended, Stops, Yard, as_they_are};
use saga::Step;
use serde_json::{Value, json};
use vocab::{Domain, NodeName, RollbackLevel, Span, Text};
use world::{
    Actor, DeployRequest, Face, Intent, Placement, Refusal, RefusalKind, RunState, ServerPrice,
    ServerPrices, SiteRequest, World,
};

use crate::bent::{Bend, Bent, Hand, only};
use crate::scene::for_each;

const SHOP: &str = "shop.example.com";

const BLOG: &str = "blog.example.com";

/// The steps, as the journal names them, in order.
const GROW: [&str; 7] = [
    "standing",
    "power off",
    "resize",
    "power on",
    "all answer",
    "answers",
    "cost",
];

/// The calls that change something.
const CALLS: [&str; 3] = ["shutdown", "change_type", "poweron"];

fn grow(to: Option<&str>) -> SiteRequest {
    SiteRequest::Grow {
        domain: Domain::new(SHOP).unwrap(),
        to: to.map(Text::line),
    }
}

/// A yard with two sites on one server, whose price was read.
async fn ground(yard: &Yard) {
    yard.site(SHOP).await.unwrap();
    let wish = yard.deployment(BLOG, RollbackLevel::Full).unwrap();
    let SiteRequest::Deploy(wish) = wish else {
        panic!("{wish:?}")
    };
    let beside = SiteRequest::Deploy(DeployRequest {
        placement: Placement::Room,
        ..wish
    });
    let ended = yard.fulfil(&beside).await.unwrap();
    assert_eq!(ended.state, RunState::Verified, "{:?}", ended.end);
    let server = &yard.providers.ours("hetzner", "servers").await.unwrap()[0];
    let name = NodeName::new(server["name"].as_str().unwrap()).unwrap();
    let price = ServerPrice {
        id: Text::line(server["id"].to_string()),
        name: name.clone(),
        kind: "cx23".into(),
        location: "nbg1".into(),
        // With its address.
        monthly: "3.49 EUR".parse().unwrap(),
        created: None,
    };
    let prices = ServerPrices {
        servers: std::iter::once((name, price)).collect(),
        read: drivers::clock::now(),
    };
    yard.store.put_server_prices(&prices).await.unwrap();
}

/// The one server runs and is of this type, and the books say so.
async fn is(yard: &Yard, kind: &str, case: &str) {
    let servers = yard.providers.ours("hetzner", "servers").await.unwrap();
    let [server] = servers.as_slice() else {
        panic!("{case}: {servers:?}")
    };
    assert_eq!(server["status"], "running", "{case}");
    assert_eq!(server["server_type"]["name"], kind, "{case}");
    assert_eq!(server["primary_disk_size"], 40, "{case}");
    let prices = yard.store.server_prices().await.unwrap().unwrap();
    let price = prices.servers.values().next().unwrap();
    assert_eq!(price.kind.as_str(), kind, "{case}");
    let (listed, booked) = match kind {
        "cx33" => ("€5.49", "€4.99"),
        _ => ("€3.49", "€2.99"),
    };
    assert_eq!(price.monthly.to_string(), listed, "{case}");
    for site in yard.store.sites().await.unwrap() {
        assert_eq!(site.cost.unwrap().to_string(), booked, "{case}");
    }
}

/// All or nothing.
async fn is_one(yard: &Yard, ended: &Ended, case: &str) {
    match ended.state {
        RunState::Verified => is(yard, "cx33", case).await,
        RunState::RolledBack => is(yard, "cx23", case).await,
        _ => panic!("{case}: {:?}", ended.end),
    }
}

fn twice(_: usize, inner: Arc<dyn Step>) -> Arc<dyn Step> {
    let bend = Bend::Twice;
    Arc::new(Bent { inner, bend })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_grows_and_goes_back_by_the_way_that_its_plan_tells() {
    let yard = Yard::open().await.unwrap();
    ground(&yard).await;
    let run = yard.begin(&grow(None)).await.unwrap();
    let names: Vec<&str> = run
        .plan
        .objects
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!((names[0], names[2]), (SHOP, BLOG), "who is away");
    let server = run.plan.objects[1].detail.as_str();
    assert_eq!(
        server,
        "cx33 instead of cx23: €2.00 a month more (€4.99 instead of €2.99)"
    );
    let Some(Intent::SiteRequest(back)) = run.plan.inverse.clone() else {
        panic!("{:?}", run.plan.inverse)
    };
    assert_eq!(*back, grow(Some("cx23")));
    let ended = yard
        .carry_on(&run, &Stops::default(), &twice)
        .await
        .unwrap();
    assert_eq!(ended.state, RunState::Verified, "{:?}", ended.end);
    is(&yard, "cx33", "grown, with everything done twice").await;
    let ended = yard.fulfil(&back).await.unwrap();
    assert_eq!(ended.state, RunState::Verified, "{:?}", ended.end);
    is(&yard, "cx23", "back").await;
}

/// Each step refused in its turn, so that all before it, which were done twice, are taken back twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_refused_leaves_it_as_it_was_and_on() {
    for_each(0..GROW.len(), |yard, refused| async move {
        ground(&yard).await;
        let run = yard.begin(&grow(None)).await.unwrap();
        let around = |index: usize, inner: Arc<dyn Step>| {
            assert_eq!(inner.name(), GROW[index]);
            if index == refused {
                only(index, Bend::Refused)(index, inner)
            } else {
                twice(index, inner)
            }
        };
        let ended = yard.carry_on(&run, &Stops::default(), &around).await;
        let ended = ended.unwrap();
        assert_eq!(ended.state, RunState::RolledBack, "{:?}", ended.end);
        is(&yard, "cx23", GROW[refused]).await;
    })
    .await;
}

/// Every call with every failure, before or after the effect, late, or accepted and failed afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_goes_wrong_ends_with_one_of_the_two() {
    let failures = [
        json!({ "kind": "status", "status": 503, "effect": "before", "times": 2 }),
        json!({ "kind": "status", "status": 503, "effect": "after", "times": 2 }),
        json!({ "kind": "timeout", "effect": "late", "seconds": 0.15 }),
        json!({ "kind": "timeout", "effect": "after", "seconds": 0.9 }),
        json!({ "kind": "cut" }),
        json!({ "kind": "locked" }),
        json!({ "kind": "action_error", "code": "action_failed", "message": "Action failed" }),
    ];
    let cases = CALLS.into_iter().flat_map(|call| {
        failures.clone().map(|failure| {
            let mut rule = json!({
                "provider": "hetzner", "method": "POST", "path": format!("*/actions/{call}"),
            });
            for (name, value) in failure.as_object().into_iter().flatten() {
                rule[name] = value.clone();
            }
            Value::Array(vec![rule])
        })
    });
    for_each(cases, |yard, faults| async move {
        ground(&yard).await;
        let run = yard.begin(&grow(None)).await.unwrap();
        yard.providers.fail(&faults).await.unwrap();
        let ended = yard.carry_on(&run, &Stops::default(), &as_they_are).await;
        let ended = ended.unwrap();
        assert!(yard.providers.faults_met().await.unwrap() > 0, "{faults}");
        is_one(&yard, &ended, &faults.to_string()).await;
    })
    .await;
}

/// It has grown, does not do, and what it was cannot be had any more: it runs on, larger, and an operator is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_go_back_runs_on() {
    let mut yard = Yard::open().await.unwrap();
    ground(&yard).await;
    yard.pace.budget = Span::millis(150);
    let run = yard.begin(&grow(None)).await.unwrap();
    let providers = yard.providers.clone();
    let sold_out: Hand = Arc::new(move || {
        let providers = providers.clone();
        Box::pin(async move {
            let faults = json!([{
                "provider": "hetzner", "method": "POST", "path": "*/change_type", "times": 0,
                "kind": "sold_out",
            }]);
            providers.fail(&faults).await.unwrap();
        })
    });
    let around = |index: usize, inner: Arc<dyn Step>| match GROW[index] {
        "power on" => only(index, Bend::Before(sold_out.clone()))(index, inner),
        "answers" => only(index, Bend::Refused)(index, inner),
        _ => inner,
    };
    let ended = yard
        .carry_on(&run, &Stops::default(), &around)
        .await
        .unwrap();
    assert_eq!(ended.state, RunState::NeedsOperator, "{:?}", ended.end);
    let server = &yard.providers.ours("hetzner", "servers").await.unwrap()[0];
    assert_eq!(server["status"], "running");
    assert_eq!(server["server_type"]["name"], "cx33");
}

/// Why there is no plan.
async fn refused(yard: &Yard, world: &World, wish: SiteRequest) -> Refusal {
    let by = Actor {
        user: Text::line("operator"),
        face: Face::Internal,
    };
    let now = drivers::clock::now();
    let plan = hosting::plan(world, &yard.ends, &wish, by, now).await;
    plan.map(|plan| plan.title).unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_switched_off() {
    let yard = Yard::open().await.unwrap();
    ground(&yard).await;
    let mut world = World::default();
    for site in yard.store.sites().await.unwrap() {
        world.sites.insert(site.domain.clone(), site);
    }
    let says = |refusal: Refusal, kind, words: &str| {
        assert!(refusal.text.contains(words), "{refusal:?}");
        assert_eq!(refusal.kind, kind, "{refusal:?}");
    };

    // A neighbour that would be away is worked on.
    let release = yard.release(BLOG).unwrap();
    let run = yard.begin(&release).await.unwrap();
    let mut busy = world.clone();
    busy.runs.insert(run.id(), run.clone());
    says(
        refused(&yard, &busy, grow(None)).await,
        RefusalKind::Conflict,
        "blog.example.com, which stands on server",
    );
    // So it is where another process has begun that since: the journal keeps both from each other.
    let held = yard.begin(&grow(None)).await.unwrap_err();
    assert!(held.contains(BLOG), "{held}");
    yard.carry_on(&run, &Stops::default(), &as_they_are)
        .await
        .unwrap();

    let server = &yard.providers.ours("hetzner", "servers").await.unwrap()[0];
    let (id, name) = (&server["id"], server["name"].as_str().unwrap());
    let act = |verb: &'static str| {
        let path = format!("/servers/{id}/actions/{verb}");
        let providers = yard.providers.clone();
        async move { providers.ask("hetzner", "POST", &path, "").await.unwrap() }
    };
    act("poweroff").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    says(
        refused(&yard, &world, grow(None)).await,
        RefusalKind::Conflict,
        "is off, not running",
    );
    act("poweron").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    says(
        refused(&yard, &world, grow(Some("cx23"))).await,
        RefusalKind::Conflict,
        "is cx23 already",
    );

    // It is another one by the time that the run begins.
    let run = yard.begin(&grow(None)).await.unwrap();
    let other = yard.begin(&grow(None)).await.unwrap_err();
    assert!(other.contains(BLOG), "{other}");
    act("poweroff").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let ended = yard.carry_on(&run, &Stops::default(), &as_they_are).await;
    let ended = ended.unwrap();
    assert!(
        ended.state == RunState::Verified || ended.state == RunState::RolledBack,
        "{:?}",
        ended.end
    );
    is_one(&yard, &ended, "switched off by somebody else").await;

    // Somebody has deleted it.
    let path = format!("/servers/{id}");
    yard.providers
        .ask("hetzner", "DELETE", &path, "")
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    says(
        refused(&yard, &world, grow(None)).await,
        RefusalKind::NotFound,
        &format!("server {name} is not at Hetzner any more"),
    );
}
