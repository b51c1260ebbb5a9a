//! Income by the books: what counts, what costs all the same, what is in danger.

use vocab::{
    Access, AffiliateName, Currency, Decimal, ProbeDetail, ProbeOutcome, ProbeTrouble, ServiceName,
    ServiceSpec, Span,
};

use super::*;
use crate::event::{Event, Fact};
use crate::money::Exchange;
use crate::site::SiteState;
use crate::testing::{self, titles};

const NOW: Time = Time(1_795_269_731_000);

fn apply(world: &mut World, fact: Fact) {
    world.apply(&Event { at: NOW, fact });
}

fn site(number: usize) -> Site {
    let name = format!("site-{number}");
    let mut site = testing::site(&format!("{name}.example"), &name, "15.00 USD");
    site.affiliate = AffiliateName::new(["harbor", "lumen"][number % 2]).expect("a name");
    site.objects.server = number.to_string();
    site
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
        "site,affiliate,state,gross,refunds,fees,servers,share,net,currency,estimated\r\n\
         site-0.example,harbor,active,15.00,0,0.74,11.00,3.00,0.26,USD,true\r\n\
         site-1.example,lumen,suspended,0,0,0,11.00,0,-11.00,USD,true\r\n"
    );
    assert!(csv::affiliates(&revenue).contains("harbor,1,15.00"));
    assert!(csv::total(&revenue).contains("\r\n2026-11,1,15.00"));
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

/// The subscription of a site, begun forty days ago.
fn subscribed(number: usize, status: SubscriptionStatus) -> Subscription {
    Subscription {
        customer: format!("cus_{number}").as_str().into(),
        status,
        ..subscription(&site(number))
    }
}

fn invoice(number: usize, status: money::InvoiceStatus, created: Time) -> money::Invoice {
    let paid = status == money::InvoiceStatus::Paid;
    let price = site(number).price;
    money::Invoice {
        id: format!("in_{number}_{}", created.0).as_str().into(),
        number: None,
        customer: format!("cus_{number}").as_str().into(),
        status,
        due: price,
        paid: if paid {
            price
        } else {
            Money::zero(price.currency)
        },
        elsewhere: Money::zero(price.currency),
        created,
        paid_at: paid.then_some(created),
        due_at: Some(created + Span::days(7)),
        attempts: 0,
        next_attempt: None,
    }
}

fn movement(
    number: usize,
    kind: money::MovementKind,
    cents: i64,
    fee: i64,
    at: Time,
) -> money::Movement {
    money::Movement {
        id: format!("txn_{number}_{kind:?}_{}", at.0).as_str().into(),
        kind,
        gross: Money::from_smallest(cents, Currency::USD),
        fee: Money::from_smallest(fee, Currency::USD),
        charge: "ch_1".into(),
        customer: format!("cus_{number}").as_str().into(),
        at,
    }
}

fn read(change: money::BillingChange) -> Fact {
    let since = change.since.or(Some(NOW - Span::days(365)));
    Fact::BillingRead(Box::new(money::BillingChange {
        since,
        read: NOW,
        ..change
    }))
}

fn certainty(statement: &Statement, kind: money::EntryKind) -> &'static str {
    statement
        .sure(kind)
        .map_or("nothing", money::Certainty::word)
}

#[test]
fn fifty_dollars_are_really_thirteen_by_what_stripe_kept() {
    use money::{EntryKind, MovementKind};
    let mut world = world((0..50).map(site), terms());
    let movements =
        (0..50).map(|number| movement(number, MovementKind::Charge, 1500, 74, NOW - Span::days(2)));
    let change = money::BillingChange {
        subscriptions: (0..50)
            .map(|number| subscribed(number, SubscriptionStatus::Active))
            .collect(),
        movements: movements.collect(),
        ..money::BillingChange::default()
    };
    apply(&mut world, read(change));
    let found = income(&world, NOW).expect("terms").expect("one currency");
    // 750 - 550 for servers - 150 for affiliates = 50, less fifty times $0.74.
    assert_eq!(net(&world).as_deref(), Some("$13.00"));
    assert_eq!(certainty(&found.total, EntryKind::Fee), "known");
    assert_eq!(certainty(&found.total, EntryKind::ServerCost), "estimated");
    assert_eq!(
        (found.recurring.mrr.to_string(), found.paying),
        ("$750.00".into(), 50)
    );
    // The provider of servers says what they cost: half of them EUR 1 less.
    let price = |number: usize| crate::ServerPrice {
        id: number.to_string().as_str().into(),
        name: NodeName::new(&format!("site-{number}")).expect("a name"),
        kind: "cx23".into(),
        location: "nbg1".into(),
        monthly: Money::from_smallest(900, Currency::EUR),
        created: None,
    };
    let prices = crate::ServerPrices {
        servers: (0..25)
            .map(price)
            .map(|price| (price.name.clone(), price))
            .collect(),
        read: NOW,
    };
    apply(&mut world, Fact::ServersPriced(Box::new(prices)));
    let found = income(&world, NOW).expect("terms").expect("one currency");
    assert_eq!(net(&world).as_deref(), Some("$40.50"));
    assert_eq!(
        certainty(&found.total, EntryKind::ServerCost),
        "partly known"
    );
}

#[test]
fn each_month_has_what_was_paid_in_it() {
    use money::MovementKind::{Charge, Refund};
    let before = NOW - Span::days(31);
    let mut world = world([site(0), site(1)], terms());
    let change = money::BillingChange {
        subscriptions: vec![
            subscribed(0, SubscriptionStatus::Active),
            subscribed(1, SubscriptionStatus::Active),
        ],
        movements: vec![
            movement(0, Charge, 1500, 74, before),
            movement(0, Refund, 1500, 0, NOW - Span::days(1)),
        ],
        ..money::BillingChange::default()
    };
    apply(&mut world, read(change));
    let trend = trend(&world, NOW, 3).expect("terms").expect("one currency");
    let shown: Vec<(String, String)> = trend
        .iter()
        .map(|(_, month)| (month.gross.to_string(), month.refunds.to_string()))
        .collect();
    // Nothing was paid the month before last. Last month one of two paid. In this one both are still expected: what was
    // given back of an earlier charge is no payment of this one.
    assert_eq!(
        shown,
        [
            ("$0.00", "$0.00"),
            ("$15.00", "$0.00"),
            ("$30.00", "$15.00")
        ]
        .map(|(gross, refunds)| (gross.to_owned(), refunds.to_owned()))
    );
    let present = &trend[2].1;
    // Two shares of $3 for what is expected, one taken back.
    assert_eq!(
        (present.shares.to_string(), present.fees.to_string()),
        ("$3.00".into(), "$1.47".into())
    );
    // A month nobody was asked about is estimated, and says so.
    let unread = revenue_of(&world, Month::of(before), NOW)
        .expect("terms")
        .expect("one currency");
    assert!(!unread.by_site[&site(0).domain].gross.amount.is_zero());
    assert_eq!(unread.by_node.len(), 2);
}

#[test]
fn what_was_paid_elsewhere_cost_no_fee() {
    let mut world = world([site(0)], terms());
    let paid = money::Invoice {
        elsewhere: site(0).price,
        ..invoice(0, money::InvoiceStatus::Paid, NOW - Span::days(1))
    };
    let change = money::BillingChange {
        subscriptions: vec![subscribed(0, SubscriptionStatus::Active)],
        invoices: vec![paid.clone()],
        ..money::BillingChange::default()
    };
    apply(&mut world, read(change));
    let found = income(&world, NOW).expect("terms").expect("one currency");
    assert_eq!(
        (found.total.gross.to_string(), found.total.fees.to_string()),
        ("$15.00".into(), "$0.00".into())
    );
    let fee = world.billing.fee_of(&paid).expect("a fee");
    assert!(fee.amount.is_zero());
    assert!(
        csv::invoices(&world, None, NOW).contains(",site-0.example,harbor,paid,15.00,15.00,0,USD")
    );
}

#[test]
fn stripes_word_on_who_pays_goes_before_the_books() {
    use SubscriptionStatus::{Active, Canceled, PastDue};
    let mut world = world((0..4).map(site), terms());
    let gone = Subscription {
        id: "sub_gone".into(),
        customer: "cus_gone".into(),
        site: Domain::new("gone.example").ok(),
        ..subscribed(9, Active)
    };
    let canceled = Subscription {
        ended: Some(NOW - Span::days(3)),
        ..subscribed(1, Canceled)
    };
    let change = money::BillingChange {
        subscriptions: vec![
            subscribed(0, Active),
            canceled,
            subscribed(2, PastDue),
            gone,
        ],
        invoices: vec![invoice(2, money::InvoiceStatus::Open, NOW - Span::days(9))],
        ..money::BillingChange::default()
    };
    apply(&mut world, read(change));
    for number in 0..4 {
        visit(&mut world, number, Ok(()));
    }
    let found = income(&world, NOW).expect("terms").expect("one currency");
    // Site 1 was canceled, and of site 3 Stripe knows nothing at all.
    assert_eq!(
        (found.paying, found.recurring.mrr.to_string()),
        (2, "$45.00".into())
    );
    assert_eq!(found.recurring.past_due.to_string(), "$15.00");
    let names: Vec<String> = found
        .mismatches
        .iter()
        .map(|mismatch| match mismatch {
            Mismatch::PaidButDead { site, .. } => {
                format!("dead {}", site.as_ref().expect("a site"))
            }
            Mismatch::AliveButUnpaid { site } => format!("unpaid {site}"),
        })
        .collect();
    assert_eq!(
        names,
        [
            "dead gone.example",
            "unpaid site-1.example",
            "unpaid site-3.example"
        ]
    );
    let said = titles(&world, NOW);
    for words in [
        "payment of site-2.example is late",
        "gone.example is paid for and not there",
        "site-3.example is served and nobody pays for it",
    ] {
        assert!(
            said.iter().any(|title| title.starts_with(words)),
            "{words}: {said:?}"
        );
    }
    // $15 past due and $15 for what is not there: $30 / 730 h.
    assert_eq!(found.at_risk.to_string(), "$0.04");
}

fn visit(world: &mut World, number: usize, result: Result<(), ProbeTrouble>) {
    let outcome = ProbeOutcome {
        millis: 80.0,
        result: result
            .map(|()| ProbeDetail::Plain)
            .map_err(|trouble| (trouble, "words".into())),
    };
    apply(
        world,
        Fact::SiteVisited {
            site: site(number).domain,
            outcome: Box::new(outcome),
            every: Span::seconds(30),
        },
    );
}

/// Three sites, each on a server of its own.
fn placed() -> World {
    let placed = |number: usize| {
        let mut site = site(number);
        site.objects.address = format!("192.0.2.{number}");
        site
    };
    world((0..3).map(placed), terms())
}

#[test]
fn one_failed_visit_is_not_down_and_three_are() {
    let mut world = placed();
    (0..3).for_each(|number| visit(&mut world, number, Ok(())));
    let state = |world: &World| site_state(world, &site(0).domain, NOW);
    visit(&mut world, 0, Err(ProbeTrouble::WrongAnswer));
    assert_eq!(state(&world), ServiceState::Degraded);
    assert_eq!(standings(&world, NOW)[&site(0).domain], Standing::Alive);
    visit(&mut world, 0, Err(ProbeTrouble::Timeout));
    visit(&mut world, 0, Err(ProbeTrouble::Timeout));
    assert_eq!(state(&world), ServiceState::Down);
    assert_eq!(standings(&world, NOW)[&site(0).domain], Standing::Dead);
    let said = titles(&world, NOW);
    assert!(
        said.iter()
            .any(|title| title.starts_with("site-0.example is down")),
        "{said:?}"
    );
    // What was seen too long ago is not known any more.
    let later = NOW + Span::minutes(5);
    assert_eq!(
        site_state(&world, &site(0).domain, later),
        ServiceState::Unknown
    );
    assert_eq!(standings(&world, later)[&site(0).domain], Standing::Unknown);
}

#[test]
fn a_console_without_a_network_is_blind_and_no_site_is_red() {
    let mut world = placed();
    for _ in 0..4 {
        (0..3).for_each(|number| visit(&mut world, number, Err(ProbeTrouble::Timeout)));
    }
    assert!(is_blind(&world, NOW));
    assert!(
        standings(&world, NOW)
            .values()
            .all(|standing| *standing == Standing::Unknown)
    );
    assert_eq!(
        site_state(&world, &site(0).domain, NOW),
        ServiceState::Unknown
    );
    let said = titles(&world, NOW);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("nothing can be seen from here"),
        "{said:?}"
    );
    // A provider that answers meanwhile shows that the network is there: then the sites are down, all of their region in one line.
    let quota = crate::Quota {
        provider: vocab::Provider::Hetzner,
        limit: 3600,
        left: 100,
        full_at: NOW + Span::seconds(3500),
        said: true,
        closed_until: None,
        failing: false,
        at: NOW,
    };
    apply(&mut world, Fact::QuotaRead(quota));
    assert!(!is_blind(&world, NOW));
    let said = titles(&world, NOW);
    let has = |said: &[String], words: &str| said.iter().any(|title| title.contains(words));
    assert!(has(&said, "region eu-central is down"), "{said:?}");
    assert!(has(&said, "quota"), "{said:?}");
    // As it refills the signal goes by itself.
    let refilled = titles(&world, NOW + Span::minutes(20));
    assert!(!has(&refilled, "quota"), "{refilled:?}");
}
