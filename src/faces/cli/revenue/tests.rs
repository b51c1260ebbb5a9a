//! What `revenue` and `affiliates` print.

use vocab::{Currency, Decimal, Domain, Money, Region, ReleaseId, RunId, SiteKind, Span};
use world::money::{
    BillingChange, Exchange, Invoice, InvoiceStatus, Movement, MovementKind, Subscription,
    SubscriptionStatus,
};
use world::{Event, Fact, Site, SiteObjects, SiteState};

use super::*;
use crate::testing::{NOW, Scene, ago, said, scene};

fn terms() -> Terms {
    let own = vocab::AffiliateName::new("lumen").unwrap();
    Terms {
        price: Money::from_smallest(1500, Currency::USD),
        server_cost: Money::from_smallest(1000, Currency::EUR),
        affiliate_share: Decimal::from(20),
        shares: [(own, Decimal::from(10))].into(),
        fee_percent: Decimal::new(29, 1),
        fee_fixed: Money::from_smallest(30, Currency::USD),
        exchange: Some(Exchange {
            from: Currency::EUR,
            rate: Decimal::new(110, 2),
            date: ago(Span::days(1)),
        }),
    }
}

fn site(name: &str, affiliate: &str, state: SiteState) -> Site {
    Site {
        domain: Domain::new(name).unwrap(),
        kind: SiteKind::Static,
        affiliate: vocab::AffiliateName::new(affiliate).unwrap(),
        region: Region::EuCentral,
        state,
        price: Money::from_smallest(1500, Currency::USD),
        cost: None,
        deployment: "0197a0000000700080000000000000aa".parse::<RunId>().unwrap(),
        created: ago(Span::days(40)),
        releases: Vec::new(),
        current: ReleaseId::of_digest(&[7; 32]),
        objects: SiteObjects {
            server_name: name.replace('.', "-"),
            subscription: "sub_1".to_owned(),
            ..SiteObjects::default()
        },
    }
}

/// Three sites of two affiliates, of which one is suspended.
fn hosted() -> Scene {
    let mut scene = scene();
    let facts = [
        Fact::TermsDeclared(Some(Box::new(terms()))),
        Fact::SiteBooked(Box::new(site("acme.example", "harbor", SiteState::Active))),
        Fact::SiteBooked(Box::new(site("beta.example", "lumen", SiteState::Active))),
        Fact::SiteBooked(Box::new(site(
            "gamma.example",
            "harbor",
            SiteState::Suspended,
        ))),
    ];
    for fact in facts {
        scene.watch.apply(&Event { at: NOW, fact });
    }
    scene
}

#[tokio::test]
async fn in_total_and_split() {
    insta::assert_snapshot!("revenue", said(&["revenue"], hosted()).await.all());
    insta::assert_snapshot!(
        "revenue_by_site",
        said(&["revenue", "--by", "site"], hosted()).await.all()
    );
    insta::assert_snapshot!(
        "revenue_by_affiliate",
        said(&["revenue", "--by", "affiliate"], hosted())
            .await
            .all()
    );
    insta::assert_snapshot!("affiliates", said(&["affiliates"], hosted()).await.all());
}

#[tokio::test]
async fn as_json_and_as_values() {
    let total = said(&["revenue", "--json"], hosted()).await.json();
    assert_eq!(total["mrr"], "30.00 USD");
    assert_eq!(total["exchange"]["rate"], "1.10");
    assert_eq!(total["net"], "-8.97 USD");
    let sites = said(&["revenue", "--by", "site", "--json"], hosted())
        .await
        .json();
    assert_eq!(sites[2]["net"], "-11.00 USD");
    let affiliates = said(&["affiliates", "--json"], hosted()).await.json();
    assert_eq!(affiliates[0]["sites"], 2);
    assert_eq!(affiliates[0]["paying"], 1);
    assert_eq!(affiliates[1]["share"], "1.50 USD");
    let csv = said(&["revenue", "--csv"], hosted()).await.out;
    assert_eq!(
        csv,
        "month,sites,gross,refunds,fees,servers,share,net,currency,estimated\r\n\
         2026-11,2,30.00,0,1.47,33.00,4.50,-8.97,USD,true\r\n"
    );
}

#[tokio::test]
async fn where_nothing_is_sold_it_says_how_to_begin() {
    let told = said(&["revenue"], scene()).await;
    assert_eq!(told.exit, Exit::NotFound);
    assert!(told.err.contains("[hosting]"), "{}", told.err);
    let none = said(&["affiliates"], scene()).await;
    assert_eq!(none.exit, Exit::Fine);
    assert!(none.out.contains("[[affiliates]]"), "{}", none.out);
}

/// The same, with what Stripe said: a paid invoice of one, a failed one of the other, and part of the first given back.
fn billed() -> Scene {
    let mut scene = hosted();
    let subscription = |name: &str, customer: &str, status| Subscription {
        id: Text::line(format!("sub_{customer}")),
        customer: customer.into(),
        site: Domain::new(name).ok(),
        affiliate: vocab::AffiliateName::new("harbor").ok(),
        status,
        monthly: usd(1500),
        started: ago(Span::days(40)),
        ended: None,
    };
    let invoice = |id: &str, customer: &str, status, paid: i64| Invoice {
        id: id.into(),
        number: Some(Text::line(format!("=A-{id}"))),
        customer: customer.into(),
        status,
        due: usd(1500),
        paid: usd(paid),
        elsewhere: usd(0),
        created: ago(Span::days(2)),
        paid_at: (paid > 0).then(|| ago(Span::days(2))),
        due_at: None,
        attempts: if paid > 0 { 1 } else { 2 },
        next_attempt: None,
    };
    let movement = |id: &str, kind, cents, fee| Movement {
        id: id.into(),
        kind,
        gross: usd(cents),
        fee: usd(fee),
        charge: "ch_1".into(),
        customer: "cus_1".into(),
        at: ago(Span::days(2)),
    };
    let change = BillingChange {
        subscriptions: vec![
            subscription("acme.example", "cus_1", SubscriptionStatus::Active),
            subscription("beta.example", "cus_2", SubscriptionStatus::PastDue),
        ],
        invoices: vec![
            invoice("in_1", "cus_1", InvoiceStatus::Paid, 1500),
            invoice("in_2", "cus_2", InvoiceStatus::Open, 0),
        ],
        movements: vec![
            movement("txn_1", MovementKind::Charge, 1500, 74),
            movement("txn_2", MovementKind::Refund, 500, 0),
        ],
        since: Some(ago(Span::days(300))),
        read: ago(Span::minutes(3)),
    };
    let fact = Fact::BillingRead(Box::new(change));
    scene.watch.apply(&Event { at: NOW, fact });
    scene
}

fn usd(cents: i64) -> Money {
    Money::from_smallest(cents, Currency::USD)
}

#[tokio::test]
async fn what_stripe_said_is_told_from_what_is_reckoned() {
    insta::assert_snapshot!("revenue_billed", said(&["revenue"], billed()).await.all());
    insta::assert_snapshot!(
        "revenue_by_invoice",
        said(&["revenue", "--by", "invoice"], billed()).await.all()
    );
    let total = said(&["revenue", "--json"], billed()).await.json();
    assert_eq!(total["sources"]["refunds"], "known");
    assert_eq!(total["sources"]["servers"], "estimated");
    assert_eq!(total["past_due"], "15.00 USD");
    assert_eq!(total["refunds"], "5.00 USD");
    let months = said(&["revenue", "--by", "month", "--json"], billed())
        .await
        .json();
    let months = months.as_array().unwrap().clone();
    assert_eq!(months.len(), 12);
    assert_eq!(months[11]["refunds"], "5.00 USD");
    assert_eq!(months[0]["gross"], "0 USD");
    let nodes = said(&["revenue", "--by", "node", "--csv"], billed())
        .await
        .out;
    assert!(
        nodes.contains("acme-example,15.00,5.00,0.74,11.00,2.00,-3.74,USD,true"),
        "{nodes}"
    );
    let invoices = said(&["revenue", "--by", "invoice", "--csv"], billed())
        .await
        .out;
    // A spreadsheet must not take a number that begins with = for a formula.
    assert!(
        invoices.contains("\"'=A-in_1\",acme.example,harbor,paid,15.00,15.00,0.74,USD"),
        "{invoices}"
    );
    let other = said(
        &["revenue", "--by", "invoice", "--month", "2020-01"],
        billed(),
    )
    .await;
    assert!(other.out.contains("no invoices"), "{}", other.out);
    let wrong = ["wheelhouse", "revenue", "--month", "2020-13"];
    assert!(<crate::Arguments as clap::Parser>::try_parse_from(wrong).is_err());
}

#[tokio::test]
async fn quotas_are_shown_and_a_scarce_one_is_a_signal() {
    let none = said(&["quota"], scene()).await;
    assert_eq!(none.exit, Exit::NotFound);
    let quota = |provider, left, failing: bool| world::Quota {
        provider,
        limit: 3600,
        left,
        full_at: NOW + Span::minutes(50),
        said: true,
        closed_until: failing.then(|| NOW + Span::seconds(30)),
        failing,
        at: ago(Span::seconds(20)),
    };
    let with = |left, failing| {
        let mut scene = scene();
        let fact = Fact::QuotaRead(quota(Provider::Hetzner, left, failing));
        scene.watch.apply(&Event { at: NOW, fact });
        scene
    };
    let fine = said(&["quota", "--json"], with(3500, false)).await;
    assert_eq!(fine.exit, Exit::Fine);
    let rows = fine.json();
    assert_eq!(rows[0]["left"], 3500);
    assert_eq!(rows[0]["source"], "provider");
    assert_eq!(
        rows[1]["limit"],
        serde_json::Value::Null,
        "never asked is not full"
    );
    assert_eq!(said(&["quota"], with(600, false)).await.exit, Exit::Wrong);
    let failing = said(&["quota"], with(3600, true)).await;
    assert_eq!(failing.exit, Exit::Wrong);
    insta::assert_snapshot!("quota", failing.all());
}
