//! Money, with the arithmetic written out.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vocab::{
    AffiliateName, Currency, Decimal, Domain, Money, MoneyError, Month, NodeName, Span, Time,
};

use super::*;

fn usd(text: &str) -> Money {
    format!("{text} USD").parse().expect(text)
}

fn eur(text: &str) -> Money {
    format!("{text} EUR").parse().expect(text)
}

fn time(text: &str) -> Time {
    Time::parse(&format!("{text}T00:00:00Z")).expect(text)
}

fn domain(text: &str) -> Domain {
    Domain::new(text).expect(text)
}

fn node(text: &str) -> NodeName {
    NodeName::new(text).expect(text)
}

/// $15 a month, a server for EUR 10, a share of 20 %, Stripe's 2.9 % and $0.30, a euro for $1.10.
fn terms() -> Terms {
    Terms {
        price: usd("15.00"),
        server_cost: eur("10.00"),
        affiliate_share: Decimal::from(20),
        shares: BTreeMap::new(),
        fee_percent: Decimal::new(29, 1),
        fee_fixed: usd("0.30"),
        exchange: Some(Exchange {
            from: Currency::EUR,
            rate: Decimal::new(110, 2),
            date: time("2026-11-20"),
        }),
    }
}

fn hosted(site: &str, affiliate: &str, on: &str) -> Hosted {
    Hosted {
        site: domain(site),
        affiliate: AffiliateName::new(affiliate).expect(affiliate),
        node: node(on),
        price: usd("15.00"),
        share: None,
    }
}

/// Fifty sites of five affiliates, each on a server of its own.
fn fifty() -> Vec<Hosted> {
    (0..50)
        .map(|n| {
            hosted(
                &format!("site-{n}.example"),
                &format!("affiliate-{}", n % 5),
                &format!("server-{n}"),
            )
        })
        .collect()
}

fn estimated(hosted: &[Hosted]) -> Vec<LedgerEntry> {
    estimate(hosted, &BTreeMap::new(), &terms(), time("2026-11-05")).expect("an estimate")
}

#[test]
fn what_looks_like_50_dollars_a_month_is_13() {
    let entries = estimated(&fifty());
    let total = Statement::of(&entries, &terms()).expect("a statement");
    // 50 sites x $15                              = $750.00
    assert_eq!(total.gross, usd("750.00"));
    // 50 servers x EUR 10 x 1.10                  = $550.00
    assert_eq!(total.servers, usd("550.00"));
    // 50 shares x 20 % of $15                     = $150.00
    assert_eq!(total.shares, usd("150.00"));
    // What is commonly looked at: 750 - 550 - 150 =  $50.00
    let before_fees = total.net().and_then(|net| net.checked_add(total.fees).ok());
    assert_eq!(
        before_fees.map(|money| money.to_string()).as_deref(),
        Some("$50.00")
    );
    // 50 fees x (2.9 % of $15 + $0.30 = $0.735)   =  $36.75
    assert_eq!(total.fees, usd("36.75"));
    // What is left: 50.00 - 36.75                 =  $13.25
    assert_eq!(
        total.net().map(|net| net.to_string()).as_deref(),
        Some("$13.25")
    );
    // 13.25 of 750, in hundredths                 =   1.7667
    assert_eq!(
        total.margin().map(|margin| margin.round_dp(4)),
        Some(Decimal::new(17_667, 4))
    );
    assert!(total.estimated);
}

#[test]
fn with_the_fees_stripe_really_took_it_is_13_dollars() {
    let estimates = estimated(&fifty());
    // Stripe takes whole cents: 74 of each charge, not 73.5. 50 x $0.74 = $37.00, and $50.00 - $37.00 = $13.00.
    let known: Vec<LedgerEntry> = estimates
        .iter()
        .filter(|entry| entry.kind == EntryKind::Fee)
        .map(|entry| LedgerEntry {
            amount: entry.amount.rounded(),
            at: time("2026-11-19"),
            node: None,
            source: Source::Known,
            ..entry.clone()
        })
        .collect();
    let entries = complete(known, estimates);
    assert_eq!(entries.len(), 200, "each known fee replaced its estimate");
    let total = Statement::of(&entries, &terms()).expect("a statement");
    assert_eq!(
        (total.fees, total.net()),
        (usd("37.00"), Some(usd("13.00")))
    );
}

#[test]
fn every_part_tells_its_own() {
    let entries = estimated(&fifty());
    let sites = by_site(&entries, &terms()).expect("sites");
    // $15 - $0.735 - $3 - EUR 10 x 1.10 = $0.265, of which fifty make $13.25.
    assert_eq!(sites.len(), 50);
    assert!(sites.values().all(|site| site.net() == Some(usd("0.265"))));
    let affiliates = by_affiliate(&entries, &terms()).expect("affiliates");
    assert_eq!(affiliates.len(), 5);
    // Ten sites: $150 in, ten shares of $3 out, ten times $0.265 left.
    assert!(affiliates.values().all(
        |one| (one.gross, one.shares, one.net()) == (usd("150"), usd("30"), Some(usd("2.65")))
    ));
    let nodes = by_node(&entries, &terms()).expect("nodes");
    assert!(nodes.len() == 50 && nodes.values().all(|node| node.servers == usd("11")));
}

#[test]
fn sites_of_a_node_share_its_cost_to_the_cent() {
    let sites = ["a.example", "b.example", "c.example"].map(|site| hosted(site, "north", "shared"));
    let costs = BTreeMap::from([(node("shared"), eur("10.00")), (node("idle"), eur("4.00"))]);
    let entries = estimate(&sites, &costs, &terms(), time("2026-11-05")).expect("an estimate");
    let parts: Vec<String> = entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::ServerCost && entry.site.is_some())
        .map(|entry| entry.amount.to_string())
        .collect();
    assert_eq!(parts, ["€3.34", "€3.33", "€3.33"]);
    assert!(
        entries
            .iter()
            .all(|entry| (entry.kind == EntryKind::ServerCost) == (entry.source == Source::Known))
    );
    // A server without a site costs all the same: 3 x $15 - 3 x $3.735 - EUR 14 x 1.10 = $18.395.
    let total = Statement::of(&entries, &terms()).expect("a statement");
    assert_eq!(total.net(), Some(usd("18.395")));
    let nodes = by_node(&entries, &terms()).expect("nodes");
    assert_eq!(nodes[&node("idle")].net(), Some(usd("-4.40")));
    assert_eq!(
        nodes[&node("idle")].margin(),
        None,
        "of nothing there is no margin"
    );
}

#[test]
fn an_affiliate_can_have_a_share_of_its_own() {
    let site = Hosted {
        share: Some(Decimal::from(30)),
        ..hosted("a.example", "north", "one")
    };
    let total = Statement::of(&estimated(&[site]), &terms()).expect("a statement");
    // $15 - $0.735 - $4.50 - $11 = -$1.235.
    assert_eq!(
        (total.shares, total.net()),
        (usd("4.50"), Some(usd("-1.235")))
    );
    assert!(total.margin().is_some_and(|margin| margin < Decimal::ZERO));
}

#[test]
fn without_a_rate_the_net_is_unknown() {
    let rateless = Terms {
        exchange: None,
        ..terms()
    };
    let entries = estimated(&fifty());
    let total = Statement::of(&entries, &rateless).expect("a statement");
    assert_eq!(
        (total.gross, total.missing_rate),
        (usd("750"), Some(Currency::EUR))
    );
    assert_eq!((total.net(), total.margin()), (None, None));
    let francs = "1 CHF".parse().expect("money");
    assert_eq!(
        terms().exchanged(francs),
        Err(MoneyError::Mixed(
            Currency::new("CHF").expect("a code"),
            Currency::USD
        ))
    );
}

#[test]
fn what_was_given_back_was_not_earned() {
    let mut entries = estimated(&[hosted("a.example", "north", "one")]);
    let charge = entries[0].clone();
    entries.push(LedgerEntry {
        kind: EntryKind::Refund,
        ..charge.clone()
    });
    entries.push(LedgerEntry {
        kind: EntryKind::AffiliateShare,
        amount: usd("-3.00"),
        ..charge
    });
    let total = Statement::of(&entries, &terms()).expect("a statement");
    // The fee stays with the provider and the server is paid: -$0.735 - $11.
    assert_eq!((total.net(), total.margin()), (Some(usd("-11.735")), None));
}

#[test]
fn the_trend_has_every_month() {
    let mut entries = estimated(&fifty());
    entries.extend(
        estimate(
            &fifty()[..10],
            &BTreeMap::new(),
            &terms(),
            time("2026-09-30"),
        )
        .expect("an estimate"),
    );
    let months = trend(&entries, &terms(), Month::of(time("2026-11-21")), 4).expect("a trend");
    let shown: Vec<String> = months
        .iter()
        .map(|(month, statement)| format!("{month} {}", statement.net().expect("a net")))
        .collect();
    assert_eq!(
        shown,
        [
            "2026-08 $0.00",
            "2026-09 $2.65",
            "2026-10 $0.00",
            "2026-11 $13.25"
        ]
    );
}

fn subscription(
    number: usize,
    status: SubscriptionStatus,
    started: i64,
    ended: Option<i64>,
) -> Subscription {
    Subscription {
        id: format!("sub_{number}").into(),
        customer: format!("cus_{number}").into(),
        site: Some(domain(&format!("site-{number}.example"))),
        affiliate: None,
        status,
        monthly: usd("15.00"),
        started: NOW - Span::days(started),
        ended: ended.map(|days| NOW - Span::days(days)),
    }
}

const NOW: Time = Time(1_795_269_600_000);

#[test]
fn what_recurs_is_counted_as_stripe_counts_it() {
    use SubscriptionStatus::{
        Active, Canceled, Incomplete, IncompleteExpired, PastDue, Paused, Trialing, Unknown, Unpaid,
    };
    let subscriptions = [
        subscription(0, Active, 100, None),
        subscription(1, Active, 90, None),
        subscription(2, PastDue, 80, None),
        subscription(3, Canceled, 70, Some(10)),
        subscription(4, Unpaid, 60, Some(20)),
        subscription(5, Canceled, 90, Some(31)),
        subscription(6, Active, 5, None),
        subscription(7, Canceled, 29, Some(2)),
        subscription(8, Trialing, 3, None),
        subscription(9, Incomplete, 1, None),
        subscription(10, IncompleteExpired, 40, None),
        subscription(11, Paused, 40, None),
        subscription(12, Unknown, 40, None),
        // A second subscription of the first customer: no subscriber more, and ending it loses none.
        Subscription {
            customer: "cus_0".into(),
            ..subscription(13, Canceled, 50, Some(1))
        },
    ];
    let found = recurring(&subscriptions, &terms(), NOW).expect("figures");
    // Numbers 0, 1, 2 and 6.
    assert_eq!((found.mrr, found.subscribers), (usd("60"), 4));
    assert_eq!((found.past_due, found.past_due_count), (usd("15"), 1));
    // 6 and 7 came; 3, 4, 7 and 13 went.
    assert_eq!((found.gained, found.lost), (usd("30"), usd("60")));
    // 30 days ago there were 0 to 4, then 6 and 7 came: of these seven customers 3, 4 and 7 are gone.
    assert_eq!(
        found.churn.map(|churn| churn.round_dp(2)),
        Some(Decimal::new(4286, 2))
    );
    let nothing = recurring(&[], &terms(), NOW).expect("figures");
    assert_eq!((nothing.mrr, nothing.churn), (usd("0"), None));
}

#[test]
fn the_books_hold_what_the_month_changed() {
    let before = [
        subscription(0, SubscriptionStatus::Active, 90, None),
        subscription(1, SubscriptionStatus::Canceled, 90, Some(3)),
    ];
    let found = recurring(&before, &terms(), NOW).expect("figures");
    // $30 thirty days ago, nothing gained, $15 lost: $15 now.
    assert_eq!(
        (found.mrr, found.gained, found.lost),
        (usd("15"), usd("0"), usd("15"))
    );
}

#[test]
fn what_is_paid_is_held_against_what_is_there() {
    use SubscriptionStatus::{Active, Canceled, PastDue, Trialing, Unknown};
    let subscriptions = [
        subscription(0, Active, 9, None),
        subscription(1, Active, 9, None),
        subscription(2, Active, 9, None),
        subscription(3, Active, 9, None),
        subscription(4, Canceled, 9, Some(1)),
        subscription(5, PastDue, 9, None),
        subscription(6, Trialing, 9, None),
        subscription(7, PastDue, 9, None),
        subscription(8, Unknown, 9, None),
        Subscription {
            site: None,
            ..subscription(9, Active, 9, None)
        },
    ];
    let sites = BTreeMap::from(
        [
            (0, Standing::Alive),
            (1, Standing::Dead),
            (2, Standing::Unknown),
            (4, Standing::Alive),
            (5, Standing::Alive),
            (6, Standing::Alive),
            (7, Standing::Dead),
            (8, Standing::Alive),
            (20, Standing::Alive),
            (21, Standing::Dead),
        ]
        .map(|(number, standing)| (domain(&format!("site-{number}.example")), standing)),
    );
    let dead = |number: usize, site: Option<usize>| Mismatch::PaidButDead {
        subscription: format!("sub_{number}").into(),
        site: site.map(|site| domain(&format!("site-{site}.example"))),
    };
    let unpaid = |number: usize| Mismatch::AliveButUnpaid {
        site: domain(&format!("site-{number}.example")),
    };
    assert_eq!(
        reconcile(&subscriptions, &sites),
        // 3 is paid for and nowhere, 9 is paid for nothing; 4 and 20 are served for nothing.
        BTreeSet::from([
            dead(1, Some(1)),
            dead(3, Some(3)),
            dead(7, Some(7)),
            dead(9, None),
            unpaid(4),
            unpaid(20)
        ])
    );
    // 1, 3, 7 and 9 are dead, 5 and 7 past due: five subscriptions, $75 / 730 h = $0.1027 an hour.
    let risk = at_risk(&subscriptions, &sites, &terms()).expect("a figure");
    assert_eq!(risk.to_string(), "$0.10");
    assert_eq!(risk.amount.round_dp(4), Decimal::new(1027, 4));
}

#[test]
fn a_state_that_is_newer_than_this_program_is_read() {
    let status =
        |word: &str| serde_json::from_str::<SubscriptionStatus>(&format!("\"{word}\"")).ok();
    assert_eq!(status("past_due"), Some(SubscriptionStatus::PastDue));
    assert_eq!(
        status("incomplete_expired"),
        Some(SubscriptionStatus::IncompleteExpired)
    );
    assert_eq!(status("resting"), Some(SubscriptionStatus::Unknown));
}

proptest! {
    /// However the ledger is cut, the parts make the whole.
    #[test]
    fn the_parts_make_the_whole(places in proptest::collection::vec((0_u8..30, 0_u8..4, 0_u8..6, 1_i64..100_000), 0..40)) {
        let mut seen = BTreeSet::new();
        let sites: Vec<Hosted> = places
            .into_iter()
            .filter(|(site, ..)| seen.insert(*site))
            .map(|(site, affiliate, on, cents)| Hosted {
                price: Money::from_smallest(cents, Currency::USD),
                ..hosted(&format!("site-{site}.example"), &format!("affiliate-{affiliate}"), &format!("node-{on}"))
            })
            .collect();
        let entries = estimated(&sites);
        let terms = terms();
        let total = Statement::of(&entries, &terms).expect("a statement").net().expect("a net");
        let nets = |statements: Vec<Statement>| Money::sum(statements.iter().filter_map(Statement::net), Currency::USD).expect("a sum");
        prop_assert_eq!(nets(by_site(&entries, &terms).expect("sites").into_values().collect()), total);
        prop_assert_eq!(nets(by_affiliate(&entries, &terms).expect("affiliates").into_values().collect()), total);
        prop_assert_eq!(nets(by_node(&entries, &terms).expect("nodes").into_values().collect()), total);
    }
}
