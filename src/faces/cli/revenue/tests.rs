//! What `revenue` and `affiliates` print.

use vocab::{Currency, Decimal, Domain, Money, Region, ReleaseId, RunId, SiteKind, Span};
use world::money::Exchange;
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
