//! Income by the books: what counts, what costs all the same, what is in danger.

use vocab::{
    Access, AffiliateName, Currency, Decimal, ProbeDetail, ProbeOutcome, ProbeTrouble, Region,
    ReleaseId, RunId, ServiceName, ServiceSpec, SiteKind, Span,
};

use super::*;
use crate::event::{Event, Fact};
use crate::money::Exchange;
use crate::site::SiteObjects;

const NOW: Time = Time(1_795_269_731_000);

fn apply(world: &mut World, fact: Fact) {
    world.apply(&Event { at: NOW, fact });
}

fn site(number: usize) -> Site {
    let digest = ReleaseId::of_digest(&[7; 32]);
    Site {
        domain: Domain::new(&format!("site-{number}.example")).expect("a domain"),
        kind: SiteKind::Static,
        affiliate: AffiliateName::new(["harbor", "lumen"][number % 2]).expect("a name"),
        region: Region::EuCentral,
        state: SiteState::Active,
        price: Money::from_smallest(1500, Currency::USD),
        cost: None,
        deployment: "0197a0000000700080000000000000aa"
            .parse::<RunId>()
            .expect("an id"),
        created: NOW - Span::days(40),
        releases: Vec::new(),
        current: digest,
        objects: SiteObjects {
            server: number.to_string(),
            server_name: format!("site-{number}"),
            subscription: format!("sub_{number}"),
            ..SiteObjects::default()
        },
    }
}

fn terms() -> Terms {
    Terms {
        price: Money::from_smallest(1500, Currency::USD),
        server_cost: Money::from_smallest(1000, Currency::EUR),
        affiliate_share: Decimal::from(20),
        shares: BTreeMap::new(),
        fee_percent: Decimal::new(29, 1),
        fee_fixed: Money::from_smallest(30, Currency::USD),
        exchange: Some(Exchange {
            from: Currency::EUR,
            rate: Decimal::new(110, 2),
            date: NOW,
        }),
    }
}

fn world(sites: impl IntoIterator<Item = Site>, terms: Terms) -> World {
    let mut world = World::default();
    apply(&mut world, Fact::TermsDeclared(Some(Box::new(terms))));
    for site in sites {
        apply(&mut world, Fact::SiteBooked(Box::new(site)));
    }
    world
}

fn net(world: &World) -> Option<String> {
    let income = income(world, NOW)?.expect("one currency");
    income.total.net().map(|net| net.to_string())
}

#[test]
fn fifty_sites_leave_what_the_fees_leave() {
    let world = world((0..50).map(site), terms());
    let income = income(&world, NOW).expect("terms").expect("one currency");
    assert_eq!(
        (income.paying, income.total.gross.to_string()),
        (50, "$750.00".into())
    );
    assert_eq!(net(&world).as_deref(), Some("$13.25"));
    assert_eq!(
        income.price,
        Some(Money::from_smallest(1500, Currency::USD))
    );
    assert!(income.at_risk.amount.is_zero());
    let revenue = revenue(&world, NOW).expect("terms").expect("one currency");
    assert_eq!((revenue.by_site.len(), revenue.by_affiliate.len()), (50, 2));
    assert!(revenue.by_affiliate.values().all(|(sites, _)| *sites == 25));
}

#[test]
fn a_suspended_site_earns_nothing_and_costs_its_server() {
    let mut second = site(1);
    second.state = SiteState::Suspended;
    let suspended = second.domain.clone();
    let world = world([site(0), second], terms());
    let revenue = revenue(&world, NOW).expect("terms").expect("one currency");
    let statement = &revenue.by_site[&suspended];
    assert!(statement.gross.amount.is_zero() && statement.fees.amount.is_zero());
    assert_eq!(
        statement.net().map(|net| net.to_string()).as_deref(),
        Some("-$11.00")
    );
    assert_eq!(revenue.income.paying, 1);
}

#[test]
fn an_affiliate_with_its_own_share_gets_that() {
    let mut own = terms();
    own.shares.insert(
        AffiliateName::new("lumen").expect("a name"),
        Decimal::from(10),
    );
    let world = world([site(0), site(1)], own);
    let revenue = revenue(&world, NOW).expect("terms").expect("one currency");
    let shares: Vec<String> = revenue
        .by_affiliate
        .values()
        .map(|(_, statement)| statement.shares.to_string())
        .collect();
    assert_eq!(shares, ["$3.00", "$1.50"]);
}

#[test]
fn without_a_rate_the_net_is_unknown() {
    let world = world(
        [site(0)],
        Terms {
            exchange: None,
            ..terms()
        },
    );
    assert_eq!(net(&world), None);
    let income = income(&world, NOW).expect("terms").expect("one currency");
    assert_eq!(income.total.missing_rate, Some(Currency::EUR));
}

#[test]
fn values_separated_by_commas() {
    let mut second = site(1);
    second.state = SiteState::Suspended;
    let world = world([site(0), second], terms());
    let revenue = revenue(&world, NOW).expect("terms").expect("one currency");
    assert_eq!(
        csv::sites(&revenue, &world),
        "site,affiliate,state,gross,fees,servers,share,net,currency,estimated\r\n\
         site-0.example,harbor,active,15.00,0.74,11.00,3.00,0.26,USD,true\r\n\
         site-1.example,lumen,suspended,0,0,11.00,0,-11.00,USD,true\r\n"
    );
    assert!(csv::affiliates(&revenue).contains("harbor,1,15.00"));
    assert!(csv::total(&revenue).contains("\r\n1,15.00"));
}

#[test]
fn no_terms_and_no_sites_are_no_income() {
    assert!(income(&world([], terms()), NOW).is_none());
    let mut known = world([site(0)], terms());
    apply(&mut known, Fact::TermsDeclared(None));
    assert!(income(&known, NOW).is_none());
}

#[test]
fn a_site_that_is_down_puts_its_price_at_risk() {
    let mut world = world([site(0), site(1)], terms());
    let name = ServiceName::new("shop").expect("a name");
    let spec = ServiceSpec {
        name: name.clone(),
        node: None,
        container: None,
        probe: ProbeKind::Http {
            url: "https://site-0.example/start".into(),
            status: None,
            contains: None,
        },
        access: Access::Public,
        every: Span::seconds(10),
        timeout: Span::seconds(5),
        slow: Span::seconds(1),
        failures: 1,
        window: 1,
        discovered: false,
    };
    apply(
        &mut world,
        Fact::FleetDeclared {
            name: "f".into(),
            demo: false,
            nodes: Vec::new(),
            services: vec![spec],
        },
    );
    let probed = |result: Result<ProbeDetail, (ProbeTrouble, Text)>| Fact::ServiceProbed {
        service: name.clone(),
        outcome: Box::new(ProbeOutcome {
            millis: 8.0,
            result,
        }),
    };
    let risk = |world: &World| {
        let income = income(world, NOW).expect("terms").expect("one currency");
        income.at_risk.to_string()
    };
    assert_eq!(
        risk(&world),
        "$0.00",
        "what nobody looked at is not at risk"
    );
    let refused = (ProbeTrouble::Refused, "refused".into());
    apply(&mut world, probed(Err(refused)));
    assert_eq!(risk(&world), "$0.02");
    assert_eq!(
        standings(&world, NOW)[&site(0).domain],
        Standing::Dead,
        "by the name in the probe's address"
    );
    assert_eq!(standings(&world, NOW)[&site(1).domain], Standing::Unknown);
}
